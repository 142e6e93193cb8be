// Learning from rows that stand alone (sentences, texts, windows): minibatches of rows of like lengths.
import { LengthBatches } from '../data/lengthBatches.js';
import { mul } from '../autograd/ops.js';
import { rowsOfShard } from '../parallel/communicator.js';
import { currentDevice } from '../tensor/device.js';
import { type Reading, runReading } from '../tensor/readAll.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Lesson } from './task.js';

export interface RowLesson<X extends { loss: number }> extends Pick<Lesson<X>, 'data' | 'criterion' | 'finish'> {
  /** The length of each training row. */
  lengths: ArrayLike<number>;
  /**
   * What these rows add to the mean loss of a minibatch, and how many tokens they are.
   * @param all the rows of the minibatch: more than `rows` where it is cut into shards
   */
  step(rows: Int32Array, all: Int32Array): { loss: Tensor; tokens: number };
  /** The same where the loss reads on its way. */
  readStep?: (rows: Int32Array) => Reading<{ loss: Tensor; tokens: number }>;
  /** On the validation part; null where there is none. */
  evaluate(): Reading<X> | null;
}

/** Errors: EMPTY, RANGE. */
export function learnRows<X extends { loss: number }>(
  { lengths, step, readStep, evaluate, ...own }: RowLesson<X>,
  { batchSize, seed }: { batchSize: number; seed: number },
): Lesson<X> {
  const batches = new LengthBatches(lengths, { batchSize, seed });
  return {
    ...own,
    evaluate() {
      const reading = evaluate();
      return reading && runReading(currentDevice(), reading);
    },
    sampler: batches,
    epochs: () => batches.epochs(),
    stepsPerEpoch: batches.count,
    next() {
      const { rows } = batches.next();
      return step(rows, rows);
    },
    readNext: readStep ? () => readStep(batches.next().rows) : null,
    nextShards(shards) {
      const { rows: all } = batches.next();
      return {
        compute(shard) {
          const { from, to } = rowsOfShard(shard, shards, all.length);
          return from === to ? null : step(all.subarray(from, to), all);
        },
      };
    },
  };
}

/** What a mean over `own` of `all` adds to the mean over all. */
export function partOfMean(mean: Tensor, own: number, all: number): Tensor {
  return own === all ? mean : mul(mean, all === 0 ? 0 : own / all);
}
