// Minibatches of a token sequence for language modelling, as the d2l book defines them (section 9.3.3): random sampling, and
// sequential partitioning, where batches that follow one another are neighbours in the text. Time-first: [T, N].
import { UnrolledError } from '../errors.js';
import { fromData } from '../tensor/create.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';

export interface SamplingOptions {
  /** N */
  batchSize: number;
  /** T */
  numSteps: number;
  seed?: number;
}

export interface SamplerOptions extends SamplingOptions {
  sampling: 'sequential' | 'random';
}

/** Where a sampler stands: with the seed it determines every batch to come. */
export interface SamplerState {
  epoch: number;
  index: number;
}

export interface TokenBatch {
  /** int32 [T · N], time-first. */
  x: Int32Array;
  /** The token after each of x. */
  y: Int32Array;
  /** Whether it is the first of its epoch: no state is carried to it. */
  first: boolean;
}

const EPOCH_STREAM = 0x64617461;

/** Minibatches without end, epoch after epoch, each with its own random offset. Errors: TOO_SHORT, RANGE. */
export class BatchSampler {
  readonly #tokens: Int32Array;
  readonly #options: SamplerOptions;
  #epoch = 0;
  #index = 0;
  /** Of the current epoch: where each of N · batches subsequences starts, [batch][row]. */
  #starts: Int32Array = new Int32Array(0);

  constructor(tokens: Int32Array, options: SamplerOptions) {
    const { batchSize: N, numSteps: T } = options;
    for (const [name, value] of Object.entries({ batchSize: N, numSteps: T })) {
      if (!(Number.isInteger(value) && value >= 1)) {
        throw new UnrolledError(
          'RANGE',
          `expected ${name} to be a whole number of 1 or more, received ${value}`,
          `change ${name}`,
        );
      }
    }
    // The largest offset, T − 1, must leave one batch; sequential rows are cut after it.
    const needed = N * T + T;
    if (tokens.length < needed) {
      const fits = Math.floor(tokens.length / T) - 1;
      throw new UnrolledError(
        'TOO_SHORT',
        `expected ${needed} tokens or more for batches of ${N} × ${T}, received ${tokens.length}`,
        fits >= 1
          ? `give more text, or a batch size of at most ${fits}`
          : `give more text, or at most ${Math.max(1, Math.floor(tokens.length / 2))} steps with a batch size of 1`,
      );
    }
    this.#tokens = tokens;
    this.#options = options;
    this.#begin();
  }

  /** Batches in the current epoch. */
  get count(): number {
    return this.#starts.length / this.#options.batchSize;
  }

  /** Epochs so far, with fractions. */
  get epochs(): number {
    return this.#epoch + this.#index / this.count;
  }

  state(): SamplerState {
    return { epoch: this.#epoch, index: this.#index };
  }

  restore({ epoch, index }: SamplerState): void {
    this.#epoch = epoch;
    this.#index = index;
    this.#begin();
  }

  next(): TokenBatch {
    const { batchSize: N, numSteps: T } = this.#options;
    const [x, y] = [new Int32Array(T * N), new Int32Array(T * N)];
    for (let n = 0; n < N; n++) {
      const start = this.#starts[this.#index * N + n];
      for (let t = 0; t < T; t++) {
        x[t * N + n] = this.#tokens[start + t];
        y[t * N + n] = this.#tokens[start + t + 1];
      }
    }
    const first = this.#index === 0;
    if (++this.#index === this.count) {
      this.#epoch++;
      this.#index = 0;
      this.#begin();
    }
    return { x, y, first };
  }

  #begin(): void {
    const { batchSize: N, numSteps: T, seed = 0, sampling } = this.#options;
    const rng = new Philox(seed, EPOCH_STREAM + this.#epoch);
    const offset = rng.integer(T);
    const usable = this.#tokens.length - offset - 1;
    if (sampling === 'random') {
      const starts = Int32Array.from({ length: Math.floor(usable / T) }, (_, i) => offset + i * T);
      rng.shuffle(starts);
      this.#starts = starts.subarray(0, Math.floor(starts.length / N) * N);
      return;
    }
    const rowLength = Math.floor(usable / N);
    const batches = Math.floor(rowLength / T);
    this.#starts = Int32Array.from(
      { length: batches * N },
      (_, i) => offset + (i % N) * rowLength + Math.floor(i / N) * T,
    );
  }
}

export interface TensorBatch {
  /** int32 [T, N] */
  x: Tensor;
  y: Tensor;
  index: number;
  count: number;
}

function* oneEpoch(tokens: Int32Array, options: SamplerOptions & { epoch?: number }): Generator<TensorBatch> {
  const { epoch = 0, batchSize: N, numSteps: T } = options;
  const sampler = new BatchSampler(tokens, options);
  sampler.restore({ epoch, index: 0 });
  const { count } = sampler;
  for (let index = 0; index < count; index++) {
    const { x, y } = sampler.next();
    yield { x: fromData(x, [T, N]), y: fromData(y, [T, N]), index, count };
  }
}

/** One epoch of subsequences in random order: start with a new state at each batch. */
export function randomBatches(
  tokens: Int32Array,
  options: SamplingOptions & { epoch?: number },
): Generator<TensorBatch> {
  return oneEpoch(tokens, { ...options, sampling: 'random' });
}

/** One epoch of neighbouring minibatches: row n of a batch goes on where row n of the one before ended. */
export function sequentialBatches(
  tokens: Int32Array,
  options: SamplingOptions & { epoch?: number },
): Generator<TensorBatch> {
  return oneEpoch(tokens, { ...options, sampling: 'sequential' });
}
