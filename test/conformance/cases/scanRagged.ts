// Conformance of the scan's further parts: row sums, rows named by tables (ragged batches), random numbers counted down, and
// the errors of tables. Letters: T time, N batch, H hidden, R rows of all steps; hs [N + R, H] starts with the initial states.
import type { ScanOperand, ScanPlan } from '../../../src/backend/contract.js';
import * as OP from '../../../src/backend/numbers/op.js';
import type { ErrorCode } from '../../../src/errors.js';
import { type Case, indices, numbers, program } from '../case.js';

interface Size {
  T: number;
  N: number;
  H: number;
}

/** y = x − its row's sum · 1/8 + the same of the step before's sums: a program that reads what a row sum wrote. */
export function rowSums({ T, N, H }: Size, activeRows?: Int32Array): Case {
  const code = program(
    { registers: 3, operands: 3, uniforms: 1 },
    [OP.LOAD, 0, 0],
    [OP.LOAD, 1, 1],
    [OP.UNIFORM, 2, 0],
    [OP.MUL, 1, 1, 2],
    [OP.SUB, 0, 0, 1],
    [OP.STORE, 2, 0],
  );
  const plan: ScanPlan = {
    stages: [
      { kind: 'rowSum', x: 0, out: 1, cols: H },
      { kind: 'program', program: code, operands: [0, 1, 2], cols: H },
      { kind: 'rowSum', x: 2, out: 3, cols: H },
    ],
  };
  const stride = H + 3; // rows longer than what is summed
  return {
    name: `scan with row sums T=${T} N=${N} H=${H}${activeRows ? ` with active rows ${activeRows.join(' ')}` : ''}`,
    buffers: {
      x: numbers(T * N * stride, 1).map((value) => value + 0.5),
      sums: numbers(T * N * 2, 2),
      y: numbers(T * N * H, 3),
      again: numbers(N * 3, 4),
    },
    run(backend, at) {
      backend.scan(plan, {
        steps: T,
        rows: N,
        uniforms: [0.125],
        activeRows,
        operands: [
          at.scanOperand('x', stride, N * stride),
          at.scanOperand('sums', 2, N * 2, { colStride: 0 }),
          at.scanOperand('y', H, N * H),
          at.scanOperand('again', 3, 0, { colStride: 0, offset: 1 }),
        ],
      });
    },
    outputs: ['sums', 'y', 'again'],
    compare: 'norm',
  };
}

/** For lengths from long to short: active rows, first rows and where the states before stand, of each step. */
function tablesOf(lengths: readonly number[]): {
  active: Int32Array;
  starts: Int32Array;
  before: Int32Array;
  rows: number;
} {
  const T = Math.max(0, ...lengths);
  const active = Int32Array.from({ length: T }, (_, t) => lengths.filter((length) => length > t).length);
  const starts = Int32Array.from(active, (_, t) => active.slice(0, t).reduce((a, b) => a + b, 0));
  const before = Int32Array.from(starts, (_, t) => (t === 0 ? 0 : lengths.length + starts[t - 1]));
  return { active, starts, before, rows: active.reduce((a, b) => a + b, 0) };
}

interface RaggedOptions {
  /** x is rows of a table [V, H] by indices [R]. */
  indexed?: boolean;
  /** From the last step to the first: each step writes where forward would read. */
  backwards?: boolean;
}

/** h' = tanh(h · W + x) over sequences without padding. */
export function ragged(
  lengths: readonly number[],
  H: number,
  { indexed = false, backwards = false }: RaggedOptions = {},
): Case {
  const N = lengths.length;
  const V = 6;
  const { active, starts, before, rows } = tablesOf(lengths);
  const order = (table: Int32Array): Int32Array => (backwards ? table.slice().reverse() : table);
  const code = program(
    { registers: 2, operands: 3 },
    [OP.LOAD, 0, 0],
    [OP.LOAD, 1, 1],
    [OP.ADD, 0, 0, 1],
    [OP.TANH, 0, 0],
    [OP.STORE, 2, 0],
  );
  const plan: ScanPlan = {
    stages: [
      { kind: 'product', a: 0, b: 1, c: 2, n: H, k: H },
      { kind: 'program', program: code, operands: [2, 3, 4], cols: H },
    ],
  };
  return {
    name: `scan of tables, lengths ${lengths.join(' ')}, H=${H}${indexed ? ' of indices' : ''}${backwards ? ' backwards' : ''}`,
    buffers: {
      hs: numbers((N + rows) * H, 1),
      w: numbers(H * H, 2, 1 / Math.sqrt(H)),
      pre: numbers(N * H, 3),
      x: numbers((indexed ? V : rows) * H, 4),
      list: indices(rows + 1, V, 5),
    },
    run(backend, at) {
      const x = indexed
        ? at.scanOperand('x', H, 0, { table: 0, indices: { ...at.ref('list', 1), limit: V, stepStride: 0 } })
        : at.scanOperand('x', H, 0, { table: 0 });
      const after = at.scanOperand('hs', H, 0, { table: 0, offset: N * H });
      const earlier = at.scanOperand('hs', H, 0, { table: 1 });
      const operands: ScanOperand[] = [
        backwards ? after : earlier,
        at.scanOperand('w', H, 0),
        at.scanOperand('pre', H, 0),
        x,
        backwards ? earlier : after,
      ];
      backend.scan(plan, {
        steps: active.length,
        rows: N,
        uniforms: [],
        activeRows: order(active),
        rowTables: [order(starts), order(before)],
        operands,
      });
    },
    outputs: ['hs'],
    compare: 'norm',
  };
}

/** y forward; z counted down into the steps from the last to the first, so that it is y again; both also by tables. */
function countDown({ T, N, H }: Size, lengths?: readonly number[]): Case {
  const code = program({ registers: 1, operands: 1 }, [OP.RANDOM, 0, 2], [OP.STORE, 0, 0]);
  const plan: ScanPlan = { stages: [{ kind: 'program', program: code, operands: [0], cols: H }] };
  const random = { key0: 3, key1: 5, call: 7 };
  return {
    name: `scan with random numbers counted down T=${T} N=${N} H=${H}${lengths ? ` lengths ${lengths.join(' ')}` : ''}`,
    buffers: { y: new Float32Array(T * N * H), z: new Float32Array(T * N * H) },
    run(backend, at) {
      const call = { steps: T, rows: N, uniforms: [], random };
      if (lengths === undefined) {
        backend.scan(plan, { ...call, operands: [at.scanOperand('y', H, N * H)] });
        const last = (T - 1) * N * H;
        backend.scan(plan, { ...call, countDown: true, operands: [at.scanOperand('z', H, -N * H, { offset: last })] });
        return;
      }
      const { active, starts } = tablesOf(lengths);
      const turned = { activeRows: active.slice().reverse(), rowTables: [starts.slice().reverse()] };
      backend.scan(plan, {
        ...call,
        activeRows: active,
        rowTables: [starts],
        operands: [at.scanOperand('y', H, 0, { table: 0 })],
      });
      backend.scan(plan, { ...call, ...turned, countDown: true, operands: [at.scanOperand('z', H, 0, { table: 0 })] });
    },
    outputs: ['y', 'z'],
    compare: 'exact',
  };
}

/** A copy of two rows of four columns in each of three steps, whose operand may be wrong. */
function broken(name: string, error: ErrorCode, operand: Partial<ScanOperand>, rowTables: readonly Int32Array[]): Case {
  const code = program({ registers: 1, operands: 2 }, [OP.LOAD, 0, 0], [OP.STORE, 1, 0]);
  return {
    name: `scan ${name}`,
    buffers: { x: numbers(6 * 4, 1), y: numbers(6 * 4, 2) },
    run(backend, at) {
      const operands = [at.scanOperand('x', 4, 0, operand), at.scanOperand('y', 4, 2 * 4)];
      const plan: ScanPlan = { stages: [{ kind: 'program', program: code, operands: [0, 1], cols: 4 }] };
      backend.scan(plan, { steps: 3, rows: 2, uniforms: [], rowTables, operands });
    },
    outputs: ['y'],
    compare: 'exact',
    error,
  };
}

const TABLE = Int32Array.of(0, 2, 4);

/** Its name, since the reference has no such limit. */
export const TOO_MANY_TABLES = 'scan with more than four tables';

export const raggedCases: Case[] = [
  ...[
    { T: 1, N: 1, H: 1 },
    { T: 3, N: 1, H: 300 },
    { T: 2, N: 5, H: 33 },
    { T: 4, N: 33, H: 65 },
  ].map((size) => rowSums(size)),
  rowSums({ T: 4, N: 5, H: 17 }, Int32Array.of(5, 3, 1, 0)),
  ...[[3], [5, 3, 3, 1], [2, 1, 0, 0], [4, 4, 4, 4, 4]].flatMap((lengths) =>
    [1, 33].flatMap((H) => [
      ragged(lengths, H),
      ragged(lengths, H, { indexed: true }),
      ragged(lengths, H, { backwards: true }),
      ragged(lengths, H, { indexed: true, backwards: true }),
    ]),
  ),
  countDown({ T: 1, N: 1, H: 1 }),
  countDown({ T: 5, N: 3, H: 33 }),
  countDown({ T: 4, N: 3, H: 65 }, [4, 2, 1]),
  { ...broken('of a table that names rows', 'SHAPE', { table: 0 }, [TABLE]), error: undefined },
  broken('of a table that leaves the memory', 'SHAPE', { table: 0 }, [Int32Array.of(0, 2, 5)]),
  broken('of a table that starts before the memory', 'SHAPE', { table: 0 }, [Int32Array.of(0, -1, 2)]),
  broken('of a table shorter than the steps', 'SHAPE', { table: 0 }, [Int32Array.of(0, 2)]),
  broken('of a table that is not there', 'SHAPE', { table: 1 }, [TABLE]),
  broken('of a table that is not there, far into the memory', 'SHAPE', { table: 3, offset: 3 * 4 }, [TABLE]),
  broken('of a table with a negative number', 'SHAPE', { table: -1 }, [TABLE]),
  {
    ...broken(TOO_MANY_TABLES.slice('scan '.length), 'UNSUPPORTED', { table: 0 }, [TABLE, TABLE, TABLE, TABLE, TABLE]),
  },
];
