// Conformance of sums over rows in parts: products, sums of columns, and rows that are added to those of a table.
import type { PartsSpec } from '../../../src/backend/contract.js';
import { type Case, indices, numbers } from '../case.js';

const SPECS: readonly PartsSpec[] = [
  { steps: 1, rows: 1, cuts: [0, 1] },
  { steps: 5, rows: 7, cuts: [0, 3, 7] },
  { steps: 9, rows: 11, cuts: [2, 3, 5, 8, 9] },
  { steps: 70, rows: 16, cuts: [0, 2, 4, 6, 8, 10, 12, 14, 16] },
  { steps: 30, rows: 30, cuts: [1, 11, 29] },
  { steps: 3, rows: 4, cuts: [0, 2, 2, 3, 4] },
];

const SIZES = [
  [1, 1],
  [3, 65],
  [4, 17],
  [33, 5],
  [67, 130],
] as const;

const nameOf = ({ steps, rows, cuts }: PartsSpec, gap: number): string =>
  `${steps}×${rows} rows in parts ${cuts.join(' ')}${gap ? ` gap ${gap}` : ''}`;

export function productInParts(spec: PartsSpec, m: number, n: number, gap = 0): Case {
  const k = spec.steps * spec.rows;
  return {
    name: `gemmInParts ${m}×${n}, ${nameOf(spec, gap)}`,
    buffers: {
      a: numbers(k * (m + gap) + gap, 1),
      b: numbers(k * (n + gap) + gap, 2),
      c: numbers(m * (n + gap) + gap, 3),
    },
    run(backend, at) {
      const [a, b, c] = [at.matrix('a', m + gap, gap), at.matrix('b', n + gap, gap), at.matrix('c', n + gap, gap)];
      backend.gemmInParts({ ...spec, m, n }, a, b, c);
    },
    outputs: ['a', 'b', 'c'],
    compare: 'norm',
  };
}

export function sumOfParts(spec: PartsSpec, cols: number, gap = 0): Case {
  return {
    name: `sumInParts of ${cols} columns, ${nameOf(spec, gap)}`,
    buffers: { x: numbers(spec.steps * spec.rows * (cols + gap) + gap, 1), y: numbers(cols + 2, 2) },
    run(backend, at) {
      backend.sumInParts({ ...spec, cols }, at.matrix('x', cols + gap, gap), at.ref('y', 1));
    },
    outputs: ['y'],
    compare: 'norm',
  };
}

export function scatterOfParts(spec: PartsSpec, tableRows: number, cols: number, gap = 0): Case {
  const count = spec.steps * spec.rows;
  return {
    name: `scatterInParts to ${tableRows}×${cols}, ${nameOf(spec, gap)}`,
    buffers: {
      source: numbers(count * (cols + gap) + gap, 1),
      indices: indices(count, tableRows, 2),
      table: numbers(tableRows * (cols + gap) + gap, 3),
    },
    run(backend, at) {
      const [source, table] = [at.matrix('source', cols + gap, gap), at.matrix('table', cols + gap, gap)];
      backend.scatterInParts({ ...spec, cols, tableRows }, source, at.ref('indices'), table);
    },
    outputs: ['table'],
    compare: 'norm',
  };
}

const outside = scatterOfParts(SPECS[1], 5, 3);

export const partCases: Case[] = [
  ...SPECS.flatMap((spec) => [
    ...SIZES.flatMap(([m, n]) => [productInParts(spec, m, n), productInParts(spec, m, n, 3)]),
    ...[1, 16, 130].flatMap((cols) => [sumOfParts(spec, cols), sumOfParts(spec, cols, 3)]),
    ...[1, 40, 300].map((cols) => scatterOfParts(spec, 13, cols, 3)),
  ]),
  {
    ...outside,
    name: 'scatterInParts of an index outside of the table',
    buffers: { ...outside.buffers, indices: Int32Array.from({ length: 35 }, (_, i) => (i === 20 ? 5 : 1)) },
    error: 'RANGE',
  },
];

const LARGE = { steps: 40, rows: 16, cuts: [0, 4, 8, 12, 16] };

/** Large enough that threads share the work. */
export const partThreadCases: Case[] = [
  productInParts(LARGE, 301, 130),
  productInParts({ steps: 20, rows: 8, cuts: [0, 4, 8] }, 60, 1025),
  sumOfParts(LARGE, 1100),
  scatterOfParts(LARGE, 31, 700),
];
