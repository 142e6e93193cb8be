// Conformance of programs: every instruction, every way to address an operand, blocks, random numbers.
import * as OP from '../../../src/backend/numbers/op.js';
import type { Operand } from '../../../src/backend/contract.js';
import { type Case, type Comparison, indices, numbers, type Places, program } from '../case.js';

const POSITIVE = [
  1e-30, 1e-20, 1e-7, 1e-4, 0.01, 0.1, 0.3, 0.5, 0.625, 1, 1.5, 3, 5, 9, 17, 40, 88, 89, 104, 1e4, 1e20, 1e30,
];
const EDGE = Float32Array.from([0, ...POSITIVE, ...POSITIVE.map((x) => -x), Infinity, -Infinity]);
/** Ordinary values close together, where an approximation shows its seams. */
const FINE = Float32Array.from({ length: 1201 }, (_, i) => (i - 600) / 60);
const WIDE = Float32Array.from({ length: 400 }, (_, i) => (i - 200) * 0.53);

const UNARY = ['NEG', 'ABS', 'EXP', 'LOG', 'SQRT', 'RECIPROCAL', 'SIGMOID', 'TANH', 'RELU', 'SIGN'] as const;
const BINARY = ['ADD', 'SUB', 'MUL', 'DIV', 'MAX', 'MIN', 'LESS', 'EQUAL'] as const;

/** One unary instruction over the values. */
function unary(op: (typeof UNARY)[number], what: string, x: Float32Array): Case {
  const code = program({ registers: 2, operands: 2 }, [OP.LOAD, 0, 0], [OP[op], 1, 0], [OP.STORE, 1, 1]);
  return {
    name: `${op} of ${what}`,
    buffers: { x, y: new Float32Array(x.length) },
    run(backend, at) {
      backend.map(code, [at.operand('x', x.length), at.operand('y', x.length)], 1, x.length, []);
    },
    outputs: ['y'],
    compare: 'element',
  };
}

/** One binary instruction over all pairs: `a` down the rows (repeated along each row), `b` along the columns. */
function binary(op: (typeof BINARY)[number], what: string, a: Float32Array, b: Float32Array): Case {
  const code = program(
    { registers: 3, operands: 3 },
    [OP.LOAD, 0, 0],
    [OP.LOAD, 1, 1],
    [OP[op], 2, 0, 1],
    [OP.STORE, 2, 2],
  );
  return {
    name: `${op} of ${what}`,
    buffers: { a, b, y: new Float32Array(a.length * b.length) },
    run(backend, at) {
      const operands = [at.operand('a', 1, { colStride: 0 }), at.operand('b', 0), at.operand('y', b.length)];
      backend.map(code, operands, a.length, b.length, []);
    },
    outputs: ['y'],
    compare: 'element',
  };
}

/** One instruction of three operands, element by element. */
/** t = x ∘ y, and then t ∘ z or z ∘ t: compiled backends make one instruction of it, and must round as two do. */
function pair(first: 'ADD' | 'SUB' | 'MUL', second: 'ADD' | 'SUB' | 'MUL', swapped: boolean, inPlace: boolean): Case {
  const length = 131;
  const [t, to] = inPlace ? [0, 0] : [3, 4];
  const code = program(
    { registers: 5, operands: 4 },
    [OP.LOAD, 0, 0],
    [OP.LOAD, 1, 1],
    [OP.LOAD, 2, 2],
    [OP[first], t, 0, 1],
    swapped ? [OP[second], to, 2, t] : [OP[second], to, t, 2],
    [OP.STORE, 3, to],
  );
  return {
    name: `program ${first} then ${second}${swapped ? ', the other way round' : ''}${inPlace ? ', in place' : ''}`,
    buffers: { x: numbers(length, 1, 4), y: numbers(length, 2, 4), z: numbers(length, 3, 4), out: numbers(length, 4) },
    run(backend, at) {
      const operands = ['x', 'y', 'z', 'out'].map((name) => at.operand(name, length));
      backend.map(code, operands, 1, length, []);
    },
    outputs: ['out'],
    compare: 'norm',
  };
}

const ARITHMETIC = ['ADD', 'SUB', 'MUL'] as const;
const pairs: Case[] = ARITHMETIC.flatMap((first) =>
  ARITHMETIC.flatMap((second) =>
    [false, true].flatMap((swapped) => [pair(first, second, swapped, false), pair(first, second, swapped, true)]),
  ),
);

function ternary(op: 'SELECT' | 'FMA', what: string, a: number[], b: number[], c: number[], compare: Comparison): Case {
  const code = program(
    { registers: 4, operands: 4 },
    [OP.LOAD, 0, 0],
    [OP.LOAD, 1, 1],
    [OP.LOAD, 2, 2],
    [OP[op], 3, 0, 1, 2],
    [OP.STORE, 3, 3],
  );
  const n = a.length;
  return {
    name: `${op} of ${what}`,
    buffers: { a: Float32Array.from(a), b: Float32Array.from(b), c: Float32Array.from(c), y: new Float32Array(n) },
    run(backend, at) {
      backend.map(
        code,
        ['a', 'b', 'c', 'y'].map((name) => at.operand(name, n)),
        1,
        n,
        [],
      );
    },
    outputs: ['y'],
    compare,
  };
}

const range = (n: number, value: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => value(i));

const instructions: Case[] = [
  ...UNARY.flatMap((op) => [
    unary(op, 'edge values', EDGE),
    unary(op, 'ordinary values', FINE),
    unary(op, 'a wide range', WIDE),
    unary(op, 'NaN', Float32Array.from([NaN, 1, NaN])),
  ]),
  ...BINARY.flatMap((op) => [
    binary(op, 'all pairs of edge values', EDGE, EDGE),
    binary(op, 'ordinary values', numbers(7, 1, 5), numbers(133, 2, 5)),
    binary(op, 'NaN', Float32Array.from([NaN, 1]), Float32Array.from([NaN, 1, 2, -3, 0])),
  ]),
  ternary(
    'SELECT',
    'conditions',
    [0, -0, 1, -1, 1e-30, Infinity, NaN],
    range(7, (i) => i),
    range(7, (i) => -i - 1),
    'exact',
  ),
  ternary('SELECT', 'a branch that is NaN', [0, 1], [NaN, 5], [7, NaN], 'exact'),
  ternary('FMA', 'ordinary values', [...numbers(133, 3)], [...numbers(133, 4)], [...numbers(133, 5)], 'norm'),
  ternary('FMA', 'NaN and infinity', [NaN, Infinity, Infinity, 1], [1, 0, 2, 1], [1, 1, 1, -Infinity], 'norm'),
];

/** y = sigmoid(a) · tanh(b) + u over a grid, with `a` and `b` addressed as given. */
export function grid(
  name: string,
  rows: number,
  cols: number,
  sources: Record<string, Float32Array | Int32Array>,
  operands: (at: Places) => [Operand, Operand],
  outStride = cols,
  outOffset = 0,
): Case {
  const code = program(
    { registers: 4, operands: 3, uniforms: 2 },
    [OP.LOAD, 0, 0],
    [OP.LOAD, 1, 1],
    [OP.SIGMOID, 0, 0],
    [OP.TANH, 1, 1],
    [OP.UNIFORM, 2, 1],
    [OP.MUL, 3, 0, 1],
    [OP.ADD, 3, 3, 2],
    [OP.STORE, 2, 3],
  );
  return {
    name: `map ${rows}×${cols} ${name}`,
    buffers: { ...sources, y: numbers(outOffset + rows * outStride + 5, 9) },
    run(backend, at) {
      const out = at.operand('y', outStride, { offset: outOffset });
      backend.map(code, [...operands(at), out], rows, cols, [9, 0.375]);
    },
    outputs: ['y'],
    compare: 'norm',
  };
}

const GRIDS = [
  [1, 1],
  [3, 1],
  [1, 3],
  [5, 33],
  [3, 65],
  [33, 130],
  [2, 513],
  [0, 4],
  [4, 0],
] as const;

const addressing: Case[] = GRIDS.flatMap(([rows, cols]) => [
  grid('dense', rows, cols, { a: numbers(rows * cols, 1, 4), b: numbers(rows * cols, 2, 4) }, (at) => [
    at.operand('a', cols),
    at.operand('b', cols),
  ]),
  grid(
    'padded rows and offsets',
    rows,
    cols,
    { a: numbers(rows * (cols + 3) + 5, 1, 4), b: numbers(rows * (cols + 9) + 1, 2, 4) },
    (at) => [at.operand('a', cols + 3, { offset: 5 }), at.operand('b', cols + 9, { offset: 1 })],
    cols + 2,
    3,
  ),
  grid(
    'one row, one number for each row',
    rows,
    cols,
    { a: numbers(cols + 1, 1, 4), b: numbers(3 * rows + 1, 2, 4) },
    (at) => [at.operand('a', 0, { offset: 1 }), at.operand('b', 3, { colStride: 0, offset: 1 })],
  ),
  grid(
    'one number, indexed rows',
    rows,
    cols,
    {
      a: numbers(4, 1, 4),
      b: numbers(7 * (cols + 1), 2, 4),
      i: indices(rows + 2, 7, 4),
    },
    (at) => [
      at.operand('a', 0, { colStride: 0, offset: 3 }),
      at.operand('b', cols + 1, { indices: { ...at.ref('i', 2), limit: 7 } }),
    ],
  ),
]);

const inPlace: Case = {
  name: 'map in place: out is in',
  buffers: { x: numbers(5 * 300, 1) },
  run(backend, at) {
    const code = program({ registers: 1, operands: 1 }, [OP.LOAD, 0, 0], [OP.EXP, 0, 0], [OP.STORE, 0, 0]);
    backend.map(code, [at.operand('x', 300)], 5, 300, []);
  },
  outputs: ['x'],
  compare: 'element',
};

const swap: Case = {
  name: 'map that swaps two operands and stores twice',
  buffers: { x: numbers(3 * 200, 1), y: numbers(3 * 200, 2) },
  run(backend, at) {
    const code = program(
      { registers: 2, operands: 2 },
      [OP.LOAD, 0, 0],
      [OP.LOAD, 1, 1],
      [OP.STORE, 0, 1],
      [OP.STORE, 1, 0],
    );
    backend.map(code, [at.operand('x', 200), at.operand('y', 200)], 3, 200, []);
  },
  outputs: ['x', 'y'],
  compare: 'exact',
};

const manyRegisters: Case = {
  name: 'map with 64 registers',
  buffers: { x: numbers(3 * 70, 1), y: new Float32Array(3 * 70) },
  run(backend, at) {
    const code = program(
      { registers: 64, operands: 2, uniforms: 1 },
      [OP.LOAD, 0, 0],
      [OP.UNIFORM, 1, 0],
      ...range(62, (i) => i + 2).map((register) => [OP.ADD, register, register - 1, register % 2 ? 0 : 1]),
      ...range(62, (i) => i + 2).map((register) => [OP.ADD, 0, 0, register]),
      [OP.STORE, 1, 0],
    );
    backend.map(code, [at.operand('x', 70), at.operand('y', 70)], 3, 70, [0.25]);
  },
  outputs: ['y'],
  compare: 'norm',
};

/** Two streams of random numbers over a grid whose width is not a multiple of four. */
export function random(rows: number, cols: number, key0: number, key1: number, call: number): Case {
  const code = program(
    { registers: 2, operands: 2 },
    [OP.RANDOM, 0, 0],
    [OP.RANDOM, 1, 5],
    [OP.STORE, 0, 0],
    [OP.STORE, 1, 1],
  );
  return {
    name: `RANDOM ${rows}×${cols} key ${key0}, ${key1} call ${call}`,
    buffers: { x: new Float32Array(rows * cols), y: new Float32Array(rows * (cols + 3)) },
    run(backend, at) {
      backend.map(code, [at.operand('x', cols), at.operand('y', cols + 3)], rows, cols, [], { key0, key1, call });
    },
    outputs: ['x', 'y'],
    compare: 'exact',
  };
}

const badIndex = (value: number): Case => ({
  ...grid('with a bad index', 3, 2, { a: numbers(6, 1), b: numbers(8, 2), i: Int32Array.from([0, value, 1]) }, (at) => [
    at.operand('a', 2),
    at.operand('b', 2, { indices: { ...at.ref('i'), limit: 4 } }),
  ]),
  name: `map with index ${value} of 4`,
  error: 'RANGE',
});

export const programCases: Case[] = [
  ...pairs,
  ...instructions,
  ...addressing,
  inPlace,
  swap,
  manyRegisters,
  random(1, 1, 0, 0, 0),
  random(3, 7, 1, 0, 2),
  random(5, 130, 42, 7, 3),
  random(2, 1001, 0xffffffff, 0x80000001, 0x7fffffff),
  badIndex(4),
  badIndex(-1),
];
