// Conformance of the scan: plans like those of cells. Letters: T time, N batch, H hidden, D input; h0 is row block 0 of hs.
import { ROW_GROUP, type ScanPlan } from '../../../src/backend/contract.js';
import * as OP from '../../../src/backend/numbers/op.js';
import { type Case, indices, numbers, program } from '../case.js';

interface Size {
  T: number;
  N: number;
  H: number;
}

interface Options {
  backwards?: boolean;
  activeRows?: Int32Array;
  indexed?: boolean;
}

const named = (what: string, { T, N, H }: Size): string => `scan ${what} T=${T} N=${N} H=${H}`;

/** pre = h · W, then hNext = tanh(pre + x + bias): operands 0 h, 1 W, 2 pre, 3 x, 4 bias, 5 hNext. */
function rnnPlan(H: number): ScanPlan {
  const step = program(
    { registers: 3, operands: 4 },
    [OP.LOAD, 0, 0],
    [OP.LOAD, 1, 1],
    [OP.LOAD, 2, 2],
    [OP.ADD, 0, 0, 1],
    [OP.ADD, 0, 0, 2],
    [OP.TANH, 0, 0],
    [OP.STORE, 3, 0],
  );
  return {
    stages: [
      { kind: 'product', a: 0, b: 1, c: 2, n: H, k: H },
      { kind: 'program', program: step, operands: [2, 3, 4, 5], cols: H },
    ],
  };
}

/** A tanh network; its input is a projection [T, N, H] or rows of a table [V, H] by indices [T, N]. */
export function rnn(size: Size, { backwards = false, activeRows, indexed = false }: Options = {}): Case {
  const { T, N, H } = size;
  const V = 6;
  const what = `RNN${backwards ? ' backwards' : ''}${activeRows ? ` with active rows ${activeRows.join(' ')}` : ''}${indexed ? ' of indices' : ''}`;
  return {
    name: named(what, size),
    buffers: {
      hs: numbers((T + 1) * N * H, 1),
      w: numbers(H * H, 2, 1 / Math.sqrt(H)),
      pre: numbers(N * H, 3),
      x: numbers(indexed ? V * H : T * N * H, 4),
      list: indices(T * N + 1, V, 5),
      bias: numbers(H, 6),
    },
    run(backend, at) {
      const block = N * H;
      const way = backwards ? -1 : 1;
      // Backwards: step s reads block T − s and writes block T − s − 1; its input is that of time T − 1 − s.
      const first = backwards ? T : 0;
      const time = backwards ? Math.max(0, T - 1) : 0;
      const x = indexed
        ? at.scanOperand('x', H, 0, {
            indices: { ...at.ref('list', 1 + time * N), limit: V, stepStride: way * N },
          })
        : at.scanOperand('x', H, way * block, { offset: time * block });
      backend.scan(rnnPlan(H), {
        steps: T,
        rows: N,
        uniforms: [],
        activeRows,
        operands: [
          at.scanOperand('hs', H, way * block, { offset: first * block }),
          at.scanOperand('w', H, 0),
          at.scanOperand('pre', H, 0),
          x,
          at.scanOperand('bias', 0, 0),
          at.scanOperand('hs', H, way * block, { offset: (first + way) * block }),
        ],
      });
    },
    outputs: ['hs'],
    compare: 'norm',
  };
}

/**
 * The GRU that resets before its product, in two stages: r and z from h · Wrz (two products into one buffer), then
 * n = tanh(x + (r · h) · Wn) with Wn stored transposed, hNext = n + z · (h − n) · scale; scale is a uniform number.
 */
export function twoStages(size: Size): Case {
  const { T, N, H } = size;
  const reset = program(
    { registers: 3, operands: 5 },
    [OP.LOAD, 0, 0],
    [OP.SIGMOID, 0, 0],
    [OP.LOAD, 1, 2],
    [OP.MUL, 0, 0, 1],
    [OP.STORE, 3, 0],
    [OP.LOAD, 2, 1],
    [OP.SIGMOID, 2, 2],
    [OP.STORE, 4, 2],
  );
  const update = program(
    { registers: 5, operands: 4, uniforms: 1 },
    [OP.LOAD, 0, 0],
    [OP.TANH, 0, 0],
    [OP.LOAD, 1, 1],
    [OP.LOAD, 2, 2],
    [OP.SUB, 2, 2, 0],
    [OP.UNIFORM, 3, 0],
    [OP.MUL, 2, 2, 3],
    [OP.FMA, 4, 1, 2, 0],
    [OP.STORE, 3, 4],
  );
  return {
    name: named('with two stages', size),
    buffers: {
      hs: numbers((T + 1) * N * H, 1),
      w: numbers(H * 2 * H, 2, 1 / Math.sqrt(H)),
      wn: numbers(H * (H + 2), 3, 1 / Math.sqrt(H)),
      gates: numbers(T * N * (2 * H + 1), 4),
      kept: numbers(N * H, 5),
      n: numbers(T * N * H, 6),
      z: numbers(T * N * H, 7),
    },
    run(backend, at) {
      const block = N * H;
      const gateRow = 2 * H + 1; // rows longer than what the two products write
      const plan: ScanPlan = {
        stages: [
          { kind: 'product', a: 0, b: 1, c: 2, n: H, k: H, accumulate: true },
          { kind: 'product', a: 0, b: 3, c: 4, n: H, k: H },
          { kind: 'program', program: reset, operands: [2, 4, 0, 5, 6], cols: H },
          { kind: 'product', a: 5, b: 7, c: 8, n: H, k: H, transB: true, accumulate: true },
          { kind: 'program', program: update, operands: [8, 6, 0, 9], cols: H },
        ],
      };
      backend.scan(plan, {
        steps: T,
        rows: N,
        uniforms: [0.75],
        operands: [
          at.scanOperand('hs', H, block),
          at.scanOperand('w', 2 * H, 0),
          at.scanOperand('gates', gateRow, N * gateRow),
          at.scanOperand('w', 2 * H, 0, { offset: H }),
          at.scanOperand('gates', gateRow, N * gateRow, { offset: H }),
          at.scanOperand('kept', H, 0),
          at.scanOperand('z', H, block),
          at.scanOperand('wn', H + 2, 0),
          at.scanOperand('n', H, block),
          at.scanOperand('hs', H, block, { offset: block }),
        ],
      });
    },
    outputs: ['hs', 'gates', 'z', 'n'],
    compare: 'norm',
  };
}

/** y [N, D] += h · B at every step, into the same place, B being [H, D] or [D, H]. */
function products(size: Size, D: number, transB: boolean): Case {
  const { T, N, H } = size;
  return {
    name: named(`of products to ${D} columns${transB ? ' Bᵀ' : ''}`, size),
    buffers: { h: numbers(T * N * H, 1), b: numbers(H * D, 2), y: numbers(N * D + 1, 3) },
    run(backend, at) {
      const plan: ScanPlan = { stages: [{ kind: 'product', a: 0, b: 1, c: 2, n: D, k: H, transB, accumulate: true }] };
      const operands = [
        at.scanOperand('h', H, -N * H, { offset: Math.max(0, T - 1) * N * H }),
        at.scanOperand('b', transB ? H : D, 0),
        at.scanOperand('y', D, 0, { offset: 1 }),
      ];
      backend.scan(plan, { steps: T, rows: N, uniforms: [], operands });
    },
    outputs: ['y'],
    compare: 'norm',
  };
}

/** s += decay of the row · x, in place, with programs only. */
function programsOnly(size: Size, activeRows?: Int32Array): Case {
  const { T, N, H } = size;
  const code = program(
    { registers: 3, operands: 4 },
    [OP.LOAD, 0, 0],
    [OP.LOAD, 1, 1],
    [OP.LOAD, 2, 2],
    [OP.FMA, 0, 1, 2, 0],
    [OP.STORE, 0, 0],
    [OP.STORE, 3, 0],
  );
  return {
    name: named(`of programs only${activeRows ? ` with active rows ${activeRows.join(' ')}` : ''}`, size),
    buffers: { s: numbers(N * H, 1), decay: numbers(T * N, 2), x: numbers(T * N * H, 3), ys: numbers(T * N * H, 4) },
    run(backend, at) {
      const plan: ScanPlan = { stages: [{ kind: 'program', program: code, operands: [0, 1, 2, 3], cols: H }] };
      const operands = [
        at.scanOperand('s', H, 0),
        at.scanOperand('decay', 1, N, { colStride: 0 }),
        at.scanOperand('x', H, N * H),
        at.scanOperand('ys', H, N * H),
      ];
      backend.scan(plan, { steps: T, rows: N, uniforms: [], operands, activeRows });
    },
    outputs: ['s', 'ys'],
    compare: 'norm',
  };
}

/** sums[row / ROW_GROUP] += x · y over rows and steps: what gradients of vectors do. */
export function groupedRows(size: Size): Case {
  const { T, N, H } = size;
  const groups = Math.ceil(N / ROW_GROUP);
  const code = program(
    { registers: 3, operands: 4 },
    [OP.LOAD, 0, 0],
    [OP.LOAD, 1, 1],
    [OP.LOAD, 2, 2],
    [OP.FMA, 0, 1, 2, 0],
    [OP.STORE, 0, 0],
    [OP.STORE, 3, 1],
  );
  return {
    name: named('with sums over groups of rows', size),
    buffers: {
      sums: numbers(groups * H + 1, 1),
      x: numbers(T * N * H, 2),
      y: numbers(N * H, 3),
      copy: new Float32Array(N * H),
    },
    run(backend, at) {
      const plan: ScanPlan = { stages: [{ kind: 'program', program: code, operands: [0, 1, 2, 3], cols: H }] };
      const operands = [
        at.scanOperand('sums', H, 0, { grouped: true }),
        at.scanOperand('x', H, N * H),
        at.scanOperand('y', H, 0),
        at.scanOperand('copy', H, 0),
      ];
      backend.scan(plan, { steps: T, rows: N, uniforms: [], operands });
    },
    outputs: ['sums', 'copy'],
    compare: 'norm',
  };
}

function randomSteps(size: Size): Case {
  const { T, N, H } = size;
  const code = program({ registers: 1, operands: 1 }, [OP.RANDOM, 0, 3], [OP.STORE, 0, 0]);
  return {
    name: named('with random numbers', size),
    buffers: { y: new Float32Array(T * N * H) },
    run(backend, at) {
      const plan: ScanPlan = { stages: [{ kind: 'program', program: code, operands: [0], cols: H }] };
      const random = { key0: 17, key1: 4, call: 9 };
      backend.scan(plan, { steps: T, rows: N, uniforms: [], operands: [at.scanOperand('y', H, N * H)], random });
    },
    outputs: ['y'],
    compare: 'exact',
  };
}

const SIZES: Size[] = [
  { T: 1, N: 1, H: 1 },
  { T: 1, N: 5, H: 33 },
  { T: 7, N: 1, H: 65 },
  { T: 5, N: 3, H: 130 },
  { T: 4, N: 33, H: 65 },
];

const RAGGED = { T: 5, N: 6, H: 33 };

export const scanCases: Case[] = [
  ...SIZES.flatMap((size) => [
    rnn(size),
    rnn(size, { backwards: true }),
    rnn(size, { indexed: true }),
    rnn(size, { indexed: true, backwards: true }),
    twoStages(size),
    products(size, 3, false),
    products(size, 70, true),
    programsOnly(size),
    randomSteps(size),
    groupedRows(size),
  ]),
  rnn({ T: 0, N: 3, H: 5 }),
  rnn(RAGGED, { activeRows: Int32Array.from([6, 6, 4, 1, 0]) }),
  rnn(RAGGED, { activeRows: Int32Array.from([0, 1, 3, 5, 6]), backwards: true }),
  rnn(RAGGED, { activeRows: Int32Array.from([6, 5, 5, 2, 1]), indexed: true }),
  programsOnly(RAGGED, Int32Array.from([5, 4, 3, 0, 0])),
  {
    ...rnn({ T: 3, N: 2, H: 4 }, { indexed: true }),
    name: 'scan with a bad index in the last step',
    buffers: { ...rnn({ T: 3, N: 2, H: 4 }, { indexed: true }).buffers, list: Int32Array.from([0, 1, 2, 3, 4, 5, 6]) },
    error: 'RANGE',
  },
];
