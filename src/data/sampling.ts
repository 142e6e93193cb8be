// Minibatches of a token sequence for language modelling, as the d2l book defines them (section 9.3): y is x one token later.
//   random:     from a random offset on, the sequence is cut into pieces of T tokens; minibatches take N pieces in random order
//   sequential: from a random offset on, the sequence is cut into N rows; minibatches go along the rows T tokens at a time,
//               so that row n of one goes on where row n of the last one ended, and the state may be carried over
// Shapes: x and y [T, N], or [N, T] with `batchFirst`.
import { UnrolledError } from '../errors.js';
import { expectNumbers, expectObject, type Names, optionsOf, shownValue } from '../expect.js';
import { Philox } from '../tensor/philox.js';

/** Pieces in random order, or rows that go on from batch to batch. */
export type Sampling = 'random' | 'sequential';

/** How tokens are cut into minibatches. */
export interface SamplerOptions {
  /** `sequential` lets the state be carried from batch to batch, `random` does not. */
  sampling: Sampling;
  /** N: sequences in a minibatch. */
  batchSize: number;
  /** T: tokens of each. */
  numSteps: number;
  /** Any whole number; 0 by default. */
  seed?: number;
  /** How many tokens to leave out at the start; drawn anew for each epoch by default. */
  offset?: number;
  /** [N, T] instead of [T, N]. */
  batchFirst?: boolean;
}

const NAMES: Names<SamplerOptions> = {
  ...{ sampling: true, batchSize: true, numSteps: true, seed: true, offset: true, batchFirst: true },
};

/** Where a sampler stands. With the same tokens and options it says all that follows. Plain data. */
export interface SamplerState {
  /** What offsets and orders are drawn with. */
  seed: number;
  /** Which pass over the tokens, from 0. */
  epoch: number;
  /** The next minibatch of the epoch. */
  index: number;
}

/** A minibatch as plain arrays, row-major [T, N] (or [N, T] with `batchFirst`). */
export interface TokenBatch {
  /** T · N token indices. */
  x: Int32Array;
  /** The token after each of x. */
  y: Int32Array;
  /** Which pass over the tokens, from 0. */
  epoch: number;
  /** From 0 to count − 1. */
  index: number;
  /** How many minibatches the epoch has. */
  count: number;
}

/** Draws of one seed for one purpose are a stream of their own; each epoch has one, so that it can be entered at once. */
const FIRST_STREAM = 0x5a000000;

/**
 * Minibatches without end, epoch after epoch. Where it stands is plain data, so that a training can go on where it was
 * interrupted; `sequentialBatches` and `randomBatches` give one epoch of it as tensors.
 */
export class BatchSampler {
  /** As given, with the defaults filled in. */
  readonly options: Readonly<Required<Omit<SamplerOptions, 'offset'>> & Pick<SamplerOptions, 'offset'>>;
  readonly #tokens: Int32Array;
  #epoch = 0;
  #index = 0;
  #plan: EpochPlan;

  /**
   * @param tokens [tokens]; at least N · T + 1 of them
   * @param state where to go on; the start of epoch 0 by default
   * Errors: RANGE, TOO_SHORT, and STATE for a state of another sampler.
   */
  constructor(tokens: Int32Array, given: SamplerOptions, state?: SamplerState) {
    const options = optionsOf(given, NAMES, 'BatchSampler');
    expectNumbers(tokens, 'tokens', 'give token indices: corpus.train, for example');
    const { batchFirst = false, sampling, batchSize, numSteps, offset } = options;
    const seed = options.seed ?? state?.seed ?? 0;
    checkOptions(tokens.length, { ...options, seed });
    this.options = { sampling, batchSize, numSteps, seed, batchFirst, offset };
    this.#tokens = tokens;
    this.#plan = planEpoch(tokens.length, this.options, 0);
    if (state !== undefined) this.restore(state);
  }

  /** Where `next` goes on. */
  state(): SamplerState {
    return { seed: this.options.seed, epoch: this.#epoch, index: this.#index };
  }

  /** Goes to a place that `state` gave. Errors: STATE for another seed or a place that does not exist. */
  restore(state: SamplerState): void {
    expectObject(state, 'a position', 'give what state() gave');
    const { seed, epoch, index } = state;
    const whole = isCount(epoch) && isCount(index);
    const plan = whole ? planEpoch(this.#tokens.length, this.options, epoch) : this.#plan;
    if (!whole || seed !== this.options.seed || index > plan.count) {
      throw new UnrolledError(
        'STATE',
        `expected a position with seed ${this.options.seed}, minibatch 0 to ${plan.count}, ` +
          `received seed ${shownValue(seed)}, epoch ${shownValue(epoch)}, minibatch ${shownValue(index)}`,
        'resume with the same text, batch size, steps and seed',
      );
    }
    this.#plan = plan;
    this.#epoch = epoch;
    this.#index = index;
  }

  /** How many minibatches an epoch has; the random offset makes it differ by one now and then. */
  count(epoch: number = this.#epoch): number {
    return this.#planOf(epoch).count;
  }

  /** The next minibatch, in the next epoch where this one has ended. `into` is written to where given. */
  next(into?: { x: Int32Array; y: Int32Array }): TokenBatch {
    if (this.#index >= this.#plan.count) {
      this.#epoch++;
      this.#index = 0;
      this.#plan = planEpoch(this.#tokens.length, this.options, this.#epoch);
    }
    return this.batch(this.#epoch, this.#index++, into);
  }

  /** Any minibatch, whatever came before. Errors: RANGE. */
  batch(epoch: number, index: number, into?: { x: Int32Array; y: Int32Array }): TokenBatch {
    const plan = this.#planOf(epoch);
    const { batchSize, numSteps, batchFirst } = this.options;
    if (!Number.isInteger(index) || index < 0 || index >= plan.count) {
      throw new UnrolledError(
        'RANGE',
        `expected a minibatch from 0 to ${plan.count - 1}, received ${shownValue(index)}`,
        'count(epoch) gives their number',
      );
    }
    const x = checkedBuffer(into?.x, batchSize * numSteps);
    const y = checkedBuffer(into?.y, batchSize * numSteps);
    const [ofRow, ofStep] = batchFirst ? [numSteps, 1] : [1, batchSize];
    for (let n = 0; n < batchSize; n++) {
      const start = plan.start(index, n);
      for (let t = 0; t < numSteps; t++) {
        x[n * ofRow + t * ofStep] = this.#tokens[start + t];
        y[n * ofRow + t * ofStep] = this.#tokens[start + t + 1];
      }
    }
    return { x, y, epoch, index, count: plan.count };
  }

  #planOf(epoch: number): EpochPlan {
    return epoch === this.#epoch ? this.#plan : planEpoch(this.#tokens.length, this.options, epoch);
  }
}

interface EpochPlan {
  count: number;
  /** The first token of row n of a minibatch. */
  start(index: number, n: number): number;
}

function planEpoch(tokens: number, options: SamplerOptions & { seed: number }, epoch: number): EpochPlan {
  if (!isCount(epoch)) {
    throw new UnrolledError(
      'RANGE',
      `expected an epoch of 0 or more, received ${shownValue(epoch)}`,
      'epochs count from 0',
    );
  }
  const { sampling, batchSize, numSteps } = options;
  const rng = new Philox(options.seed, FIRST_STREAM + epoch);
  // The book draws from 0 to T − 1, and from 0 to T; in a short text only as far as one minibatch is left.
  const choices = sampling === 'random' ? numSteps : numSteps + 1;
  const drawn = rng.integer(Math.min(choices, tokens - batchSize * numSteps));
  const offset = options.offset ?? drawn;
  const usable = tokens - offset - 1;
  if (sampling === 'sequential') {
    const rowLength = Math.floor(usable / batchSize);
    return {
      count: Math.floor(rowLength / numSteps),
      start: (index, n) => offset + n * rowLength + index * numSteps,
    };
  }
  const pieces = Int32Array.from({ length: Math.floor(usable / numSteps) }, (_, i) => offset + i * numSteps);
  rng.shuffle(pieces);
  return {
    count: Math.floor(pieces.length / batchSize),
    start: (index, n) => pieces[index * batchSize + n],
  };
}

function checkOptions(tokens: number, options: SamplerOptions & { seed: number }): void {
  const { sampling, batchSize, numSteps, seed, offset = 0 } = options;
  if (sampling !== 'random' && sampling !== 'sequential') {
    throw new UnrolledError(
      'OPTION',
      `expected sampling random or sequential, received ${shownValue(sampling)}`,
      'sequential carries the state over, random does not',
    );
  }
  for (const [name, value] of Object.entries({ batchSize, numSteps })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new UnrolledError(
        'RANGE',
        `expected ${name} of 1 or more, received ${shownValue(value)}`,
        'give a whole number',
      );
    }
  }
  if (!Number.isSafeInteger(seed)) {
    throw new UnrolledError(
      'RANGE',
      `expected a whole number as the seed, received ${shownValue(seed)}`,
      'use 0, 1, 2 …',
    );
  }
  if (!isCount(offset)) {
    throw new UnrolledError(
      'RANGE',
      `expected an offset of 0 or more, received ${shownValue(offset)}`,
      'give a whole number',
    );
  }
  const usable = tokens - offset - 1;
  if (usable < batchSize * numSteps) {
    const expected = `${batchSize * numSteps + 1} tokens for ${batchSize} sequences of ${numSteps} steps`;
    throw new UnrolledError(
      'TOO_SHORT',
      `expected at least ${expected}${offset > 0 ? ` after an offset of ${offset}` : ''}, received ${tokens}`,
      tooShortHelp(usable, batchSize, numSteps),
    );
  }
}

function tooShortHelp(usable: number, batchSize: number, numSteps: number): string {
  const largestBatch = Math.floor(usable / numSteps);
  const largestSteps = Math.floor(usable / batchSize);
  const ways = [];
  if (largestBatch >= 1) ways.push(`a batch size of at most ${largestBatch}`);
  if (largestSteps >= 1) ways.push(`at most ${largestSteps} steps`);
  if (ways.length === 0) {
    return usable < 1
      ? 'give more text'
      : `use fewer sequences and fewer steps (batch size × steps of at most ${usable}), or give more text`;
  }
  return `use ${ways.join(', or ')}, or give more text`;
}

function checkedBuffer(buffer: Int32Array | undefined, length: number): Int32Array {
  if (buffer !== undefined && buffer.length !== length) {
    throw new UnrolledError(
      'SHAPE',
      `expected a buffer of ${length} elements, received ${buffer.length}`,
      'give batchSize × numSteps elements',
    );
  }
  return buffer ?? new Int32Array(length);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
