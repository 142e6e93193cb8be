// The rows of a minibatch that a shard, or a rank, computes. Letters: T steps, N rows.
import { mul, slice } from '../autograd/ops.js';
import { batchAxes } from '../data/dataLoader.js';
import { refuse } from '../expect.js';
import { Tensor } from '../tensor/tensor.js';
import { ranks, rowsOfShard } from './communicator.js';
import type { CutMinibatch, ShardLoss } from './cut.js';

/** A minibatch as far as it can be cut: that of a `DataLoader`, or one of one's own. */
export interface CuttableBatch {
  /** [T, N, …] or, without `lengths`, [N, …]. */
  x: Tensor;
  /** [N, …] or [T, N, …]. */
  y?: Tensor;
  /** Steps of each row: [N]. */
  lengths?: ArrayLike<number>;
  /** Which examples: [N]. */
  rows?: ArrayLike<number>;
}

/** Which part of how many. */
export interface ShardOptions {
  /** From 0; the rank by default. */
  shard?: number;
  /** How many there are; the ranks by default. */
  shards?: number;
}

/**
 * The part of a minibatch that this rank computes, or that of a shard; null where it has no rows. Steps stay as many as they are.
 * @param batch of a `DataLoader`; of one's own with `lengths` [N], steps before rows, or targets [N]
 * Errors: OPTION for a minibatch whose rows cannot be told.
 */
export function shardOf<B>(batch: B, options: ShardOptions = {}): B | null {
  const { shard = ranks().rank, shards = ranks().size } = options;
  const given = batch as Partial<CuttableBatch>;
  const count = rowsIn(given);
  const { from, to } = rowsOfShard(shard, shards, count);
  if (from === to) return null;
  if (to - from === count) return batch;
  const axes = batchAxes(given);
  const cut = (value: unknown, name: string): unknown => {
    if (value instanceof Tensor) return slice(value, axes?.[name as 'x' | 'y'] ?? axisOf(value, count), from, to);
    const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && 'slice' in value);
    return isList && (value as ArrayLike<unknown>).length === count ? (value as unknown[]).slice(from, to) : value;
  };
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, cut(value, name)])) as B;
}

/** What each shard of a minibatch adds to its mean loss. */
export function shardsOf<B>(
  batch: B,
  shards: number,
  lossOf: (part: B) => Tensor,
  tokensOf: (part: B) => number = weightOf,
): CutMinibatch {
  const whole = weightOf(batch);
  const compute = (shard: number): ShardLoss | null => {
    const part = shardOf(batch, { shard, shards });
    if (part === null) return null;
    const share = whole === 0 ? 0 : weightOf(part) / whole;
    const loss = lossOf(part);
    return { loss: share === 1 ? loss : mul(loss, share), tokens: tokensOf(part) };
  };
  return { compute };
}

/** How much a part counts in a mean over the minibatch: targets at each step where there are classes, else rows. */
export function weightOf(batch: unknown): number {
  const { y, lengths } = batch as Partial<CuttableBatch>;
  if (y instanceof Tensor && y.dtype === 'int32' && y.rank >= 2 && lengths !== undefined) {
    return Array.from(lengths).reduce((sum, length) => sum + length, 0);
  }
  return rowsIn(batch as Partial<CuttableBatch>);
}

/** Errors: OPTION. */
function rowsIn(batch: Partial<CuttableBatch> | null): number {
  const { x, y, lengths, rows } = batch ?? {};
  if (rows !== undefined) return rows.length;
  if (lengths !== undefined) return lengths.length;
  if (x instanceof Tensor && y instanceof Tensor && (y.rank === 1 || y.shape[0] === x.shape[0])) return y.shape[0];
  return refuse(
    'a minibatch whose rows can be told, { x, y, lengths },',
    batch,
    'give examples or a DataLoader, or lengths: the steps of each row',
  );
}

/** Steps come before rows. */
function axisOf({ shape, rank }: Tensor, count: number): number {
  return rank > 1 && shape[1] === count ? 1 : 0;
}
