// How well classes are told apart, from the definitions. Letters: K classes, n rows.
import { UnrolledError } from '../errors.js';
import { expectNumbers } from '../expect.js';
import { requireNumber } from '../range.js';

/** How well classes are told apart. */
export interface ClassMetrics {
  /** The share of rows with the right class. */
  accuracy: number;
  /** The mean over the classes of F1 = 2·TP / (2·TP + FP + FN); classes that are neither there nor predicted do not count. */
  macroF1: number;
  /** [true class][predicted class]: rows. */
  confusion: number[][];
}

/**
 * @param truth the class of each row, 0 to K − 1  @param predicted as many
 * Errors: SHAPE for unequal lengths, EMPTY for none, RANGE for a class that is not.
 */
export function classMetrics(truth: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): ClassMetrics {
  expectNumbers(truth, 'the true classes', 'give class indices from 0');
  expectNumbers(predicted, 'the predicted classes', 'give class indices from 0');
  requireNumber('a number of classes', classes, { min: 1, whole: true }, 'give K, one more than the largest class');
  if (truth.length !== predicted.length) {
    throw new UnrolledError(
      'SHAPE',
      `expected a prediction for each of ${truth.length} rows, received ${predicted.length}`,
      'predict every row',
    );
  }
  if (truth.length === 0) throw new UnrolledError('EMPTY', 'expected rows to measure, received none', 'give data');
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < truth.length; i++) {
    const cell = confusion[truth[i]]?.[predicted[i]];
    if (cell === undefined) {
      throw new UnrolledError(
        'RANGE',
        `expected classes from 0 to ${classes - 1}, received ${truth[i]} and ${predicted[i]} in row ${i}`,
        'give class indices, and the number of classes',
      );
    }
    confusion[truth[i]][predicted[i]] = cell + 1;
  }
  let right = 0;
  const scores: number[] = [];
  for (let k = 0; k < classes; k++) {
    const hits = confusion[k][k];
    const there = confusion[k].reduce((sum, count) => sum + count, 0);
    const said = confusion.reduce((sum, row) => sum + row[k], 0);
    right += hits;
    if (there + said > 0) scores.push((2 * hits) / (there + said));
  }
  const macroF1 = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return { accuracy: right / truth.length, macroF1, confusion };
}
