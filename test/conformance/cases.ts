// The conformance suite as data: every kernel of the contract in all its variants.
import type { ReduceSpec } from '../../src/backend/contract.js';
import { type Case, indices, numbers } from './case.js';
import { int8Cases, int8ThreadCases } from './cases/int8.js';
import { memoryCases } from './cases/memory.js';
import { partCases, partThreadCases } from './cases/parts.js';
import { product, productCases } from './cases/products.js';
import { grid, programCases, random } from './cases/programs.js';
import { crossEntropy, reduction, rowCases } from './cases/rows.js';
import { sampleCases } from './cases/sample.js';
import { groupedRows, rnn, scanCases, twoStages } from './cases/scan.js';
import { ragged, raggedCases, rowSums } from './cases/scanRagged.js';

export const cases: Case[] = [
  ...productCases,
  ...int8Cases,
  ...partCases,
  ...programCases,
  ...rowCases,
  ...memoryCases,
  ...scanCases,
  ...raggedCases,
  ...sampleCases,
];

/** One long row of numbers around 1: sums that cancel would ask more of float32 than it holds. */
function longRow(op: ReduceSpec['op']): Case {
  const test = reduction({ op, axis: 'cols', rows: 1, cols: 200_001 }, 0);
  return { ...test, buffers: { ...test.buffers, x: numbers(200_001, 1).map((value) => value + 1) } };
}

/** Large enough that threads share the work: their bits must not depend on how many do. */
export const threadCases: Case[] = [
  product({ m: 130, n: 257, k: 129 }, false, false, false),
  product({ m: 33, n: 1025, k: 300 }, false, true, true),
  product({ m: 301, n: 130, k: 700 }, true, false, true),
  product({ m: 1, n: 1000, k: 513 }, false, false, false),
  ...int8ThreadCases,
  ...partThreadCases,
  grid('dense', 300, 517, { a: numbers(300 * 517, 1, 4), b: numbers(300 * 517, 2, 4) }, (at) => [
    at.operand('a', 517),
    at.operand('b', 517),
  ]),
  grid('dense', 1, 100_001, { a: numbers(100_001, 1, 4), b: numbers(100_001, 2, 4) }, (at) => [
    at.operand('a', 100_001),
    at.operand('b', 100_001),
  ]),
  random(3, 50_001, 1, 2, 3),
  ...(['sum', 'sumSquares', 'max'] as const).flatMap((op) => [
    reduction({ op, axis: 'rows', rows: 1001, cols: 800 }, 0),
    reduction({ op, axis: 'cols', rows: 1001, cols: 800 }, 0),
    longRow(op),
  ]),
  crossEntropy('for threads', 700, 130, numbers(700 * 130, 1, 5), indices(700, 130, 2)),
  rnn({ T: 5, N: 65, H: 256 }),
  rnn({ T: 5, N: 32, H: 257 }, { activeRows: Int32Array.from([32, 31, 17, 3, 1]) }),
  rnn({ T: 5, N: 3, H: 700 }),
  twoStages({ T: 3, N: 33, H: 257 }),
  groupedRows({ T: 9, N: 67, H: 900 }),
  groupedRows({ T: 9, N: 10, H: 5000 }),
  rowSums({ T: 3, N: 301, H: 700 }),
  ragged(
    [7, 6, 6, 3, 2, 2, 1].flatMap((length) => new Array<number>(6).fill(length)),
    260,
  ),
];
