// Minibatches of sequences of unlike lengths, next to each other in length, so that little of a batch is padding; in an order
// that is drawn anew for each epoch, and known from the seed, so that a training can go on in the middle.
import { UnrolledError } from '../errors.js';
import { Philox } from '../tensor/philox.js';
import type { SamplerState } from './sampling.js';

export interface LengthBatchOptions {
  batchSize: number;
  /** Any whole number; 0 by default. */
  seed?: number;
  /** Sequences are sorted by length within a draw of so many minibatches: the more, the less padding and chance; 50. */
  pool?: number;
}

export interface RowBatch {
  /** Which sequences: at most batchSize indices. */
  rows: Int32Array;
  epoch: number;
  index: number;
  count: number;
}

/** Draws for this purpose are a stream of their own for each epoch. */
const FIRST_STREAM = 0x6b000000;

export class LengthBatches {
  readonly #lengths: ArrayLike<number>;
  readonly #options: Required<LengthBatchOptions>;
  #epoch = 0;
  #index = 0;
  #plan: Int32Array[];

  /** @param lengths of all sequences. Errors: EMPTY, RANGE. */
  constructor(lengths: ArrayLike<number>, { batchSize, seed = 0, pool = 50 }: LengthBatchOptions) {
    if (lengths.length === 0) {
      throw new UnrolledError('EMPTY', 'expected at least one sequence for minibatches, received none', 'give data');
    }
    for (const [name, value] of Object.entries({ batchSize, pool })) {
      if (!Number.isInteger(value) || value < 1) {
        throw new UnrolledError('RANGE', `expected a ${name} of 1 or more, received ${value}`, 'give a whole number');
      }
    }
    this.#lengths = lengths;
    this.#options = { batchSize, seed, pool };
    this.#plan = this.plan(0);
  }

  /** Minibatches in an epoch. */
  get count(): number {
    return this.#plan.length;
  }

  /** Where `next` goes on. */
  state(): SamplerState {
    return { seed: this.#options.seed, epoch: this.#epoch, index: this.#index };
  }

  /** Goes to a place that `state` gave. Errors: STATE for one of another seed, or that does not exist. */
  restore({ seed, epoch, index }: SamplerState): void {
    if (seed !== this.#options.seed || !(index >= 0 && index <= this.count) || !(epoch >= 0)) {
      throw new UnrolledError(
        'STATE',
        `expected a position with seed ${this.#options.seed}, minibatch 0 to ${this.count}, received seed ${seed}, epoch ${epoch}, minibatch ${index}`,
        'resume with the same data, batch size and seed',
      );
    }
    this.#epoch = epoch;
    this.#index = index;
    this.#plan = this.plan(epoch);
  }

  /** Epochs so far, with fractions. */
  epochs(): number {
    return this.#epoch + this.#index / this.count;
  }

  /** The next minibatch, in the next epoch where this one has ended. */
  next(): RowBatch {
    if (this.#index >= this.count) {
      this.#epoch++;
      this.#index = 0;
      this.#plan = this.plan(this.#epoch);
    }
    const index = this.#index++;
    return { rows: this.#plan[index], epoch: this.#epoch, index, count: this.count };
  }

  /** The minibatches of an epoch, in their order. */
  plan(epoch: number): Int32Array[] {
    const { batchSize, seed, pool } = this.#options;
    const random = new Philox(seed, FIRST_STREAM + epoch);
    const order = Int32Array.from({ length: this.#lengths.length }, (_, i) => i);
    random.shuffle(order);
    const batches: Int32Array[] = [];
    for (let at = 0; at < order.length; at += pool * batchSize) {
      batches.push(...sortedBatches(order.subarray(at, at + pool * batchSize), this.#lengths, batchSize));
    }
    random.shuffle(batches);
    return batches;
  }
}

/** Rows by falling length, cut into minibatches: what evaluation takes, whose order does not matter. */
export function sortedBatches(rows: Int32Array, lengths: ArrayLike<number>, batchSize: number): Int32Array[] {
  const sorted = rows.slice().sort((a, b) => lengths[b] - lengths[a]); // rows of one length stay in their order
  const batches: Int32Array[] = [];
  for (let at = 0; at < sorted.length; at += batchSize) batches.push(sorted.subarray(at, at + batchSize));
  return batches;
}

/**
 * Token sequences side by side, padded at their ends with `padding`: [T, N] with T the longest (at least 1).
 * @returns data [T · N] by time, lengths [N]
 */
export function padded(
  sequences: readonly ArrayLike<number>[],
  padding = 0,
): { data: Int32Array; lengths: Int32Array; numSteps: number } {
  const lengths = Int32Array.from(sequences, ({ length }) => length);
  const numSteps = Math.max(1, ...lengths);
  const data = new Int32Array(numSteps * sequences.length).fill(padding);
  sequences.forEach((sequence, n) => {
    for (let t = 0; t < sequence.length; t++) data[t * sequences.length + n] = sequence[t];
  });
  return { data, lengths, numSteps };
}
