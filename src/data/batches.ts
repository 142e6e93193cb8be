// The two samplings as iterables of tensors, for training loops in the open: for (const { x, y } of sequentialBatches(…)).
import { expectNumbers, type Names, optionsOf, refuse } from '../expect.js';
import { requireNumber } from '../range.js';
import { fromData } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { BatchSampler, type Sampling, type SamplerOptions } from './sampling.js';

/** How one epoch is cut into minibatches. */
export interface BatchOptions extends Omit<SamplerOptions, 'sampling'> {
  /** Another epoch is another offset and another order; 0 by default. */
  epoch?: number;
}

const NAMES: Names<BatchOptions> = {
  ...{ batchSize: true, numSteps: true, seed: true, offset: true, batchFirst: true, epoch: true },
};

/** A minibatch for language modelling: tokens, and for each the token that follows. */
export interface Batch {
  /** int32 [T, N], or [N, T] with `batchFirst`. */
  x: Tensor;
  /** x one token later, of the same shape. */
  y: Tensor;
  /** Its number in the epoch, from 0. */
  index: number;
  /** How many minibatches the epoch has. */
  count: number;
}

/** Token indices, or a corpus, of which the training part is taken. */
export type TokenSource =
  | Int32Array
  | {
      /** Token indices to learn from. */
      readonly train: Int32Array;
    };

/**
 * One epoch of random sampling: pieces of numSteps tokens in random order; neighbours in a text are not neighbours in the
 * batches, so a state is not to be carried over. Errors: RANGE, TOO_SHORT.
 */
export function randomBatches(source: TokenSource, options: BatchOptions): Iterable<Batch> {
  return epochOf('random', source, options);
}

/**
 * One epoch of sequential sampling: row n of a batch goes on where row n of the last one ended, so that its state may be carried
 * over (detached). Errors: RANGE, TOO_SHORT.
 */
export function sequentialBatches(source: TokenSource, options: BatchOptions): Iterable<Batch> {
  return epochOf('sequential', source, options);
}

/** Errors: OPTION. */
function tokensOf(source: TokenSource): Int32Array {
  const help = 'give a Corpus, or token indices in an Int32Array';
  if (typeof source !== 'object' || source === null) refuse('tokens', source, help);
  const tokens = 'train' in source ? source.train : source;
  expectNumbers(tokens, 'tokens', help);
  return tokens instanceof Int32Array ? tokens : Int32Array.from(tokens);
}

function epochOf(sampling: Sampling, source: TokenSource, given: BatchOptions): Iterable<Batch> {
  const { epoch = 0, ...options } = optionsOf(given, NAMES, `${sampling}Batches`);
  const { batchSize, numSteps, batchFirst } = options;
  const tokens = tokensOf(source);
  requireNumber('an epoch', epoch, { min: 0, whole: true }, 'epochs count from 0');
  const sampler = new BatchSampler(tokens, { ...options, sampling });
  sampler.restore({ ...sampler.state(), epoch });
  const shape = batchFirst ? [batchSize, numSteps] : [numSteps, batchSize];
  return {
    *[Symbol.iterator]() {
      const count = sampler.count(epoch);
      for (let index = 0; index < count; index++) {
        const { x, y } = sampler.batch(epoch, index);
        yield { x: fromData(x, shape), y: fromData(y, shape), index, count };
      }
    },
  };
}
