// Learning from rows that stand alone (sentences, texts, windows): minibatches of rows of like lengths.
import { LengthBatches } from '../data/lengthBatches.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Lesson } from './task.js';

export interface RowLesson<X extends { loss: number }> extends Pick<
  Lesson<X>,
  'data' | 'evaluate' | 'criterion' | 'finish'
> {
  /** The length of each training row. */
  lengths: ArrayLike<number>;
  /** The mean loss of these rows, and how many tokens they are. */
  step(rows: Int32Array): { loss: Tensor; tokens: number };
}

/** Errors: EMPTY, RANGE. */
export function learnRows<X extends { loss: number }>(
  { lengths, step, ...own }: RowLesson<X>,
  { batchSize, seed }: { batchSize: number; seed: number },
): Lesson<X> {
  const batches = new LengthBatches(lengths, { batchSize, seed });
  return {
    ...own,
    sampler: batches,
    epochs: () => batches.epochs(),
    stepsPerEpoch: batches.count,
    next: () => step(batches.next().rows),
  };
}
