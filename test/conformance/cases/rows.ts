// Conformance of the kernels over rows: reductions, softmax, cross-entropy, gather and scatter-add.
import type { ReduceSpec } from '../../../src/backend/contract.js';
import { type Case, indices, numbers } from '../case.js';

const SIZES = [
  [1, 1],
  [3, 5],
  [1, 130],
  [33, 1],
  [33, 65],
  [130, 33],
] as const;

/** One reduction of x [rows, cols] with rows `gap` elements longer. */
export function reduction(spec: ReduceSpec, gap: number): Case {
  const { op, axis, rows, cols, accumulate } = spec;
  const results = axis === 'rows' ? cols : rows;
  return {
    name: `reduce ${op} over ${axis} ${rows}×${cols}${accumulate ? ' +=' : ''}${gap ? ` gap ${gap}` : ''}`,
    buffers: { x: numbers(rows * (cols + gap) + gap, 1), y: numbers(results + 2, 2) },
    run(backend, at) {
      backend.reduce(spec, at.matrix('x', cols + gap, gap), at.ref('y', 1));
    },
    outputs: ['y'],
    compare: op === 'max' ? 'exact' : 'norm',
  };
}

function reductionOf(name: string, op: ReduceSpec['op'], axis: ReduceSpec['axis'], values: number[]): Case {
  const [rows, cols] = axis === 'rows' ? [values.length, 1] : [1, values.length];
  return {
    ...reduction({ op, axis, rows, cols }, 0),
    name: `reduce ${op} over ${axis} ${name}`,
    buffers: { x: Float32Array.from(values), y: new Float32Array(3) },
  };
}

const OPS = ['sum', 'sumSquares', 'max'] as const;
const AXES = ['rows', 'cols'] as const;

const reductions: Case[] = OPS.flatMap((op) =>
  AXES.flatMap((axis) => [
    ...SIZES.flatMap(([rows, cols]) => [
      reduction({ op, axis, rows, cols }, 0),
      reduction({ op, axis, rows, cols, accumulate: true }, 3),
    ]),
    reduction({ op, axis, rows: 300, cols: 300 }, 0),
    reductionOf('of negative numbers', op, axis, [-5, -2, -9, -3, -3]),
    reductionOf('of infinity', op, axis, [-5, Infinity, -9, 1]),
    reductionOf('of −∞ alone', op, axis, [-Infinity, -Infinity]),
    reductionOf('of NaN', op, axis, [1, 2, NaN, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]),
    reductionOf('of nothing', op, axis, []),
  ]),
);

function softmaxOf(name: string, rows: number, cols: number, x: Float32Array, log: boolean, inPlace = false): Case {
  return {
    name: `${log ? 'log-' : ''}softmax ${rows}×${cols} ${name}`,
    buffers: { x, y: numbers(rows * cols + 3, 2) },
    run(backend, at) {
      backend.softmax({ rows, cols, log }, at.ref('x'), inPlace ? at.ref('x') : at.ref('y', 2));
    },
    outputs: [inPlace ? 'x' : 'y'],
    compare: 'norm',
  };
}

const softmaxes: Case[] = [false, true].flatMap((log) => [
  ...SIZES.map(([rows, cols]) => softmaxOf('ordinary', rows, cols, numbers(rows * cols, 1, 5), log)),
  softmaxOf('large', 3, 65, numbers(3 * 65, 1, 1e4), log),
  softmaxOf('in place', 3, 65, numbers(3 * 65, 1, 4), log, true),
  softmaxOf('with −∞', 2, 3, Float32Array.from([-Infinity, 1, 2, 0, -Infinity, -Infinity]), log),
  softmaxOf('with NaN in one row', 2, 3, Float32Array.from([NaN, 1, 2, 0, 1, 2]), log),
]);

/** Loss, log-sum-exp and gradient in one; the rows of `targets` that equal ignoreIndex do not count. */
export function crossEntropy(
  name: string,
  rows: number,
  cols: number,
  logits: Float32Array,
  targets: Int32Array,
  ignoreIndex = -1,
  dLossStride: 0 | 1 = 1,
): Case {
  return {
    name: `cross-entropy ${rows}×${cols} ${name}`,
    buffers: {
      logits,
      targets,
      loss: numbers(rows + 1, 3),
      total: numbers(rows + 1, 4),
      dLoss: numbers(rows + 1, 5),
      dLogits: numbers(rows * cols + 1, 6),
    },
    run(backend, at) {
      const spec = { rows, cols, ignoreIndex };
      const [scores, wanted, total] = [at.ref('logits'), at.ref('targets'), at.ref('total', 1)];
      backend.crossEntropy(spec, scores, wanted, at.ref('loss', 1), total);
      const [dLoss, dLogits] = [at.ref('dLoss', 1), at.ref('dLogits', 1)];
      backend.crossEntropyGrad(spec, scores, wanted, total, dLoss, dLossStride, dLogits);
    },
    outputs: ['loss', 'total', 'dLogits'],
    compare: 'norm',
  };
}

const crossEntropies: Case[] = [
  ...SIZES.map(([rows, cols]) =>
    crossEntropy('ordinary', rows, cols, numbers(rows * cols, 1, 5), indices(rows, cols, 2)),
  ),
  crossEntropy('one dLoss for all', 33, 65, numbers(33 * 65, 1, 5), indices(33, 65, 2), -1, 0),
  crossEntropy('ignored rows', 5, 33, numbers(5 * 33, 1, 5), Int32Array.from([0, -1, 32, -1, 5])),
  crossEntropy('ignored rows by a class', 5, 3, numbers(15, 1, 5), Int32Array.from([0, 2, 1, 2, 2]), 2),
  crossEntropy('large logits', 4, 7, numbers(28, 1, 1e4), indices(4, 7, 2)),
  crossEntropy('−∞ beside the target', 1, 4, Float32Array.from([1, -Infinity, 2, 0]), Int32Array.from([2])),
  {
    name: 'cross-entropy gradient over the logits',
    buffers: {
      x: numbers(3 * 9, 1, 3),
      targets: Int32Array.from([8, 0, 3]),
      loss: new Float32Array(3),
      total: new Float32Array(3),
      dLoss: numbers(1, 2),
    },
    run(backend, at) {
      const spec = { rows: 3, cols: 9, ignoreIndex: -1 };
      backend.crossEntropy(spec, at.ref('x'), at.ref('targets'), at.ref('loss'), at.ref('total'));
      backend.crossEntropyGrad(spec, at.ref('x'), at.ref('targets'), at.ref('total'), at.ref('dLoss'), 0, at.ref('x'));
    },
    outputs: ['x'],
    compare: 'norm',
  },
  ...[7, -2].map((target): Case => ({
    ...crossEntropy('', 3, 7, numbers(21, 1), Int32Array.from([0, target, 6])),
    name: `cross-entropy with target ${target} of 7 classes`,
    error: 'RANGE',
  })),
];

function table(kernel: 'gather' | 'scatterAdd', rows: number, cols: number, tableRows: number, list: Int32Array): Case {
  const spec = { rows, cols, tableRows };
  return {
    name: `${kernel} ${rows}×${cols} of ${tableRows} rows`,
    buffers: { table: numbers(tableRows * (cols + 2) + 1, 1), list, rows: numbers(rows * (cols + 3) + 4, 2) },
    run(backend, at) {
      const [big, some] = [at.matrix('table', cols + 2, 1), at.matrix('rows', cols + 3, 4)];
      if (kernel === 'gather') backend.gather(spec, big, at.ref('list', 1), some);
      else backend.scatterAdd(spec, some, at.ref('list', 1), big);
    },
    outputs: ['rows', 'table'],
    compare: kernel === 'gather' ? 'exact' : 'norm',
  };
}

const tables: Case[] = (['gather', 'scatterAdd'] as const).flatMap((kernel) => [
  table(kernel, 1, 1, 1, indices(2, 1, 1)),
  table(kernel, 5, 33, 3, indices(6, 3, 1)),
  table(kernel, 65, 130, 28, indices(66, 28, 1)),
  table(kernel, 300, 3, 2, indices(301, 2, 1)),
  table(kernel, 1000, 3, 700, indices(1001, 700, 1)),
  table(kernel, 70, 2, 5000, indices(71, 5000, 1)),
  table(kernel, 0, 3, 2, indices(1, 2, 1)),
  ...[3, -1].map((index): Case => ({
    ...table(kernel, 3, 2, 3, Int32Array.from([0, 0, index, 1])),
    name: `${kernel} with index ${index} of 3`,
    error: 'RANGE',
  })),
]);

export const rowCases: Case[] = [...reductions, ...softmaxes, ...crossEntropies, ...tables];
