// A minibatch cut into shards: rows that are computed together. How many shards there are decides the bits of the gradients; which
// rank computes which does not.
import { backward } from '../autograd/tape.js';
import { argument, updateInPlace } from '../autograd/elementwise.js';
import { UnrolledError } from '../errors.js';
import type { RandomCalls } from '../nn/random.js';
import { apply } from '../program/expr.js';
import { zeros } from '../tensor/create.js';
import { keep, scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Numbers } from '../platform/rankLink.js';
import { type Ranks, shardsOfRank } from './communicator.js';
import { type RankRange, TreeSum } from './tree.js';

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

/** The gradients of a shard, in the order of the parameters; null where there is none. */
type Gradients = (Tensor | null)[];

const sumExpr = apply('add', argument(0), argument(1));

function addGradients(parameters: readonly Tensor[]): (left: Gradients, right: Gradients) => Gradients {
  return (left, right) =>
    scope(() => {
      return left.map((a, i) => {
        const b = right[i];
        if (a === null && b === null) return null;
        // Zeros are added, too: what has none here may have one on another rank.
        const into = a ?? keep(zeros(parameters[i].shape, { device: parameters[i].device }));
        const other = b ?? zeros(parameters[i].shape, { device: parameters[i].device });
        updateInPlace([{ tensor: into, value: sumExpr }], [into, other]);
        other.dispose();
        return into;
      });
    });
}

/** What a minibatch is to `ShardedGradients`. */
export interface ShardedMinibatch {
  /** null for a shard without rows */
  compute(shard: number): ShardLoss | null;
  /** Hears of a loss before its gradient. */
  check?(loss: Tensor, value: number): void;
}

/** Gradients by shards, and their sum over all ranks. */
export class ShardedGradients {
  readonly #parameters: readonly Tensor[];
  readonly #calls: readonly RandomCalls[];
  readonly #shards: number;
  readonly #ranks: Ranks;
  readonly #own: RankRange;
  #blocks: Numbers = new Float32Array(0);
  #sum: Numbers = new Float32Array(0);
  /** Seconds in sums over ranks so far. */
  secondsInSums = 0;

  /**
   * @param calls what draws masks: each shard draws its own, the same whoever computes it
   * @param shards a power of two; `any` number for `addUp`
   * Errors: OPTION.
   */
  constructor(
    parameters: readonly Tensor[],
    calls: readonly RandomCalls[],
    shards: number,
    ranks: Ranks,
    kind: 'powerOfTwo' | 'any' = 'powerOfTwo',
  ) {
    if (kind === 'powerOfTwo') checkShards(shards, ranks.size);
    this.#parameters = parameters;
    this.#calls = calls;
    this.#shards = shards;
    this.#ranks = ranks;
    this.#own = shardsOfRank(ranks.rank, ranks.size, shards);
  }

  /** Sets the gradient of each parameter to the sum over all shards of all ranks. @returns the loss over all, and its tokens */
  async backward({ compute, check }: ShardedMinibatch): Promise<{ loss: number; tokens: number }> {
    const [parameters, calls] = [this.#parameters, this.#calls];
    const before = calls.map((counter) => counter.calls);
    const sum = new TreeSum<Gradients>(addGradients(parameters));
    const losses = new Float64Array(this.#shards);
    /** Tokens; then the calls of each counter; then 1 for each parameter with a gradient. */
    const counts = new Float64Array(1 + calls.length + parameters.length);
    try {
      for (let shard = this.#own.from; shard < this.#own.to; shard++) {
        calls.forEach((counter, i) => counter.startShard(shard, before[i]));
        scope(() => {
          const part = compute(shard);
          if (part !== null) {
            losses[shard] = part.loss.item();
            counts[0] += part.tokens;
            check?.(part.loss, losses[shard]);
            backward(part.loss);
          }
          calls.forEach((counter, i) => (counts[1 + i] = Math.max(counts[1 + i], counter.calls - before[i])));
          sum.push(shard, takeGradients(parameters));
        });
      }
    } finally {
      calls.forEach((counter, i) => counter.startShard(0, before[i]));
    }
    const blocks = sum.sums;
    parameters.forEach((_, i) => (counts[1 + calls.length + i] = blocks.some((block) => block[i] !== null) ? 1 : 0));
    const began = performance.now();
    const all = await exchange(this.#ranks, losses, counts);
    const isPresent = parameters.map((_, i) => all.counts[1 + calls.length + i] > 0);
    await this.#sumOver(blocks, isPresent);
    this.secondsInSums += (performance.now() - began) / 1000;
    calls.forEach((counter, i) => (counter.calls = before[i] + all.counts[1 + i]));
    const total = new TreeSum<number>((a, b) => a + b);
    all.losses.forEach((loss, shard) => total.push(shard, loss));
    return { loss: total.total, tokens: all.counts[0] };
  }

  /** Sums what each rank has as its gradients: a shard each. */
  async addUp(): Promise<void> {
    const block = takeGradients(this.#parameters);
    const counts = Float64Array.of(0, ...block.map((g) => (g === null ? 0 : 1)));
    const all = await exchange(this.#ranks, new Float64Array(this.#shards), counts);
    await this.#sumOver(
      [block],
      block.map((_, i) => all.counts[1 + i] > 0),
    );
  }

  /** Puts the sum over all ranks where the gradients are. @param blocks of this rank */
  async #sumOver(blocks: readonly Gradients[], isPresent: readonly boolean[]): Promise<void> {
    const parameters = this.#parameters;
    if (this.#ranks.size === 1) {
      blocks[0].forEach((g, i) => (parameters[i].grad = g));
      return;
    }
    const length = parameters.reduce((total, { size }, i) => total + (isPresent[i] ? size : 0), 0);
    this.#reserve(blocks.length * length, length);
    blocks.forEach((gradients, block) => {
      let at = block * length;
      parameters.forEach(({ size }, i) => {
        if (!isPresent[i]) return;
        const g = gradients[i];
        if (g === null) this.#blocks.fill(0, at, at + size);
        else this.#blocks.set(g.data(), at);
        at += size;
      });
    });
    await this.#ranks.sumShards(this.#blocks, this.#shards, this.#sum);
    let at = 0;
    parameters.forEach((t, i) => {
      if (!isPresent[i]) return;
      const [kept, ...rest] = blocks.flatMap((gradients) => gradients[i] ?? []);
      for (const g of rest) g.dispose();
      t.grad = kept ?? keep(zeros(t.shape, { device: t.device }));
      t.grad.set(this.#sum.subarray(at, at + t.size));
      at += t.size;
    });
  }

  /** Memory for the blocks of this rank and for their sum, kept from step to step. */
  #reserve(own: number, sum: number): void {
    if (this.#blocks.length === own && this.#sum.length === sum) return;
    const smallest = this.#parameters.reduce((least, t) => (t.size < least.size ? t : least));
    const Floats = smallest.data() instanceof Float64Array ? Float64Array : Float32Array;
    this.#blocks = new Floats(own);
    this.#sum = new Floats(sum);
  }
}

function takeGradients(parameters: readonly Tensor[]): Gradients {
  return parameters.map((t) => {
    const { grad } = t;
    t.grad = null;
    return grad === null ? null : keep(grad);
  });
}

interface Counted {
  losses: Float64Array;
  counts: Float64Array;
}

/** Losses of all shards; of counts the sum of the tokens, and the largest of the others. */
async function exchange(ranks: Ranks, losses: Float64Array, counts: Float64Array): Promise<Counted> {
  if (ranks.size === 1) return { losses, counts };
  const own = new Float64Array(losses.length + counts.length);
  own.set(losses);
  own.set(counts, losses.length);
  const all = await ranks.allGatherBytes(new Uint8Array(own.buffer));
  const result = { losses: new Float64Array(losses.length), counts: new Float64Array(counts.length) };
  all.forEach((bytes, rank) => {
    const theirs = new Float64Array(bytes.slice().buffer);
    const { from, to } = shardsOfRank(rank, ranks.size, losses.length);
    result.losses.set(theirs.subarray(from, to), from);
    theirs.subarray(losses.length).forEach((value, i) => {
      result.counts[i] = i === 0 ? result.counts[0] + value : Math.max(result.counts[i], value);
    });
  });
  return result;
}
