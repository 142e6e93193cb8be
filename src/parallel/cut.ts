// How a minibatch is cut into shards: rows that are computed together. How many shards there are decides the bits of the gradients; which
// rank computes which does not. The sum itself is in shards.ts.
import type { RowParts } from '../autograd/rowParts.js';
import { UnrolledError } from '../errors.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Ranks } from './communicator.js';
import type { RankRange } from './tree.js';

/** Shards of a minibatch where several ranks train and nothing is said. */
export const DEFAULT_SHARDS = 8;

/** Errors: OPTION for what is no power of two, or more ranks than shards. */
export function checkShards(shards: number, size: number): void {
  if (!Number.isInteger(shards) || shards < 1 || shards > 1024 || (shards & (shards - 1)) !== 0) {
    throw new UnrolledError('OPTION', `expected shards as a power of two up to 1024, received ${shards}`, 'use 8');
  }
  if (size <= shards) return;
  throw new UnrolledError(
    'OPTION',
    `expected ${shards} ranks at most, one for each shard, received ${size}`,
    'start fewer ranks; a new training may have more shards: --shards 64',
  );
}

/**
 * How many shards: those that were asked for, some where several ranks train, else none.
 * Errors: OPTION for a number that is none, for more ranks than shards, and for a checkpoint that knows no shards.
 */
export function shardsFor(
  { shards }: { shards?: number },
  { size }: Pick<Ranks, 'size'>,
  isResumed: boolean,
): number | undefined {
  if (shards === undefined && size === 1) return undefined;
  if (shards === undefined && isResumed) {
    throw new UnrolledError(
      'OPTION',
      `expected a checkpoint of a training in shards for ${size} ranks, received one without`,
      'resume it alone; a training with shards (--shards 8) resumes on any number of ranks',
    );
  }
  const count = shards ?? Math.max(DEFAULT_SHARDS, 2 ** Math.ceil(Math.log2(size)));
  checkShards(count, size);
  return count;
}

/** A part of a minibatch and what came of it. */
export interface ShardLoss {
  /** Its part of the mean loss over the whole minibatch: the losses of all shards add up to it. */
  loss: Tensor;
  /** How many tokens are in it. */
  tokens: number;
}

/** Shards that were computed at once. */
export interface TogetherLoss {
  /** What they add to the mean loss over the whole minibatch: a row's gradient does not depend on which rows are beside it. */
  loss: Tensor;
  /** That of each of them. */
  losses: readonly number[];
  /** How many tokens are in all of them. */
  tokens: number;
}

/** A minibatch that can be cut. */
export interface CutMinibatch {
  /** A shard alone; null for one without rows. */
  compute(shard: number): ShardLoss | null;
  /** Several at once, where rows [T, N] are computed each for itself: products of many rows are faster than those of few. */
  together?: {
    /** The rows of these shards. */
    parts(shards: RankRange): RowParts;
    compute(shards: RankRange): TogetherLoss;
    /** With the gradients, before what was made for them goes: what is carried on stays. */
    done(): void;
  };
}
