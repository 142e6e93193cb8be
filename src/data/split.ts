// Splitting a sequence by time: the first part to train on, the last part to validate with.
import { splitPoint } from '../text/corpus.js';

/** An array or typed array. */
interface Sliceable<T> {
  readonly length: number;
  slice(start: number, end?: number): T;
}

/**
 * The last `fraction` of a sequence as its validation part; both parts are copies.
 * Errors: RANGE for a fraction outside 0 ≤ fraction < 1.
 */
export function splitSequence<T extends Sliceable<T>>(sequence: T, fraction: number): { train: T; validation: T } {
  const point = splitPoint(sequence.length, fraction);
  return { train: sequence.slice(0, point), validation: sequence.slice(point) };
}
