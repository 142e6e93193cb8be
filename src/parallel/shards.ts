// Gradients of a minibatch that is cut into shards (cut.ts), and their sum over all ranks.
import { backwardInParts } from '../autograd/parts.js';
import { backward } from '../autograd/tape.js';
import { scanInParts } from '../cell/run/parts.js';
import { argument, updateInPlace } from '../autograd/elementwise.js';
import type { RandomCalls } from '../nn/random.js';
import { apply } from '../program/expr.js';
import { zeros } from '../tensor/create.js';
import { keep, scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Numbers } from '../platform/rankLink.js';
import { type Ranks, shardsOfRank } from './communicator.js';
import { checkShards, type CutMinibatch } from './cut.js';
import { type RankRange, subtrees, TreeSum } from './tree.js';

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
export interface ShardedMinibatch extends CutMinibatch {
  /** Hears of a loss before its gradient. */
  check?(loss: Tensor, value: number): void;
  /** What this rank says to all, as long on each rank. */
  tell?(): readonly number[];
  /** What each of them said, by rank. */
  hear?(all: readonly Float64Array[]): void;
}

/** Gradients by shards, and their sum over all ranks. */
export class ShardedGradients {
  readonly #parameters: readonly Tensor[];
  readonly #calls: readonly RandomCalls[];
  readonly #shards: number;
  readonly #ranks: Ranks;
  readonly #own: RankRange;
  /** Whether something in the network takes each shard alone. */
  #isApart = false;
  /** Seconds in sums over ranks so far, with waiting for those that come later. */
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
  async backward(minibatch: ShardedMinibatch): Promise<{ loss: number; tokens: number }> {
    const calls = this.#calls;
    const before = calls.map((counter) => counter.calls);
    const losses = new Float64Array(this.#shards);
    /** Tokens; then the calls of each counter. */
    const counts = new Float64Array(1 + calls.length);
    let blocks: Gradients[];
    try {
      blocks = this.#together(minibatch, before, losses, counts) ?? this.#apart(minibatch, before, losses, counts);
    } finally {
      calls.forEach((counter, i) => counter.startShard(0, before[i]));
    }
    const own = [...losses, ...counts, ...(minibatch.tell?.() ?? [])];
    const all = await this.#sumOver(blocks, own);
    const begin = this.#shards;
    const ends = all.map((theirs) => theirs.subarray(begin, begin + counts.length));
    calls.forEach((counter, i) => (counter.calls = before[i] + Math.max(...ends.map((theirs) => theirs[1 + i]))));
    minibatch.hear?.(all.map((theirs) => theirs.subarray(begin + counts.length)));
    const total = new TreeSum<number>((a, b) => a + b);
    all.forEach((theirs, rank) => {
      const { from, to } = shardsOfRank(rank, this.#ranks.size, this.#shards);
      for (let shard = from; shard < to; shard++) total.push(shard, theirs[shard]);
    });
    return { loss: total.total, tokens: ends.reduce((sum, theirs) => sum + theirs[0], 0) };
  }

  /** Sums what each rank has as its gradients: a shard each. */
  async addUp(): Promise<void> {
    await this.#sumOver([takeGradients(this.#parameters)], []);
  }

  /** The blocks of this rank's shards, each computed for itself. */
  #apart(
    { compute, check }: ShardedMinibatch,
    before: readonly number[],
    losses: Float64Array,
    counts: Float64Array,
  ): Gradients[] {
    const sum = new TreeSum<Gradients>(addGradients(this.#parameters));
    for (let shard = this.#own.from; shard < this.#own.to; shard++) {
      this.#calls.forEach((counter, i) => counter.startShard(shard, before[i]));
      scope(() => {
        const part = compute(shard);
        if (part !== null) {
          losses[shard] = part.loss.item();
          counts[0] += part.tokens;
          check?.(part.loss, losses[shard]);
          backward(part.loss);
        }
        this.#count(before, counts);
        sum.push(shard, takeGradients(this.#parameters));
      });
    }
    return sum.sums;
  }

  /** The same for all rows at once; null where the network takes each shard alone. */
  #together(
    { together, check }: ShardedMinibatch,
    before: readonly number[],
    losses: Float64Array,
    counts: Float64Array,
  ): Gradients[] | null {
    if (together === undefined || this.#isApart) return null;
    const own = this.#own;
    const parts = together.parts(own);
    this.#calls.forEach((counter, i) => counter.startShards(own.from, parts, before[i]));
    const blocks = scope(() => {
      const { loss, losses: each, tokens } = together.compute(own);
      const isTogether = this.#calls.every((counter) => counter.isInParts);
      each.forEach((value, i) => (losses[own.from + i] = value));
      counts[0] = tokens;
      this.#count(before, counts);
      if (isTogether) check?.(loss, loss.item());
      const trees = subtrees(own);
      const gradients = isTogether ? backwardInParts(loss, parts, trees, [scanInParts]) : null;
      if (gradients === null) return null;
      together.done();
      return trees.map((_, tree) =>
        this.#parameters.map((t) => {
          const g = gradients.get(t)?.[tree];
          return g === undefined ? null : keep(g);
        }),
      );
    });
    this.#isApart = blocks === null;
    return blocks;
  }

  /** How often each counter was asked. */
  #count(before: readonly number[], counts: Float64Array): void {
    this.#calls.forEach((counter, i) => (counts[1 + i] = Math.max(counts[1 + i], counter.calls - before[i])));
  }

  /**
   * Puts the sum over all ranks where the gradients are.
   * @param blocks of this rank
   * @param message goes with it. Returns those of all ranks.
   */
  async #sumOver(blocks: readonly Gradients[], message: readonly number[]): Promise<Float64Array[]> {
    const parameters = this.#parameters;
    if (this.#ranks.size === 1) {
      blocks[0].forEach((g, i) => (parameters[i].grad = g));
      return [Float64Array.from(message)];
    }
    const began = performance.now();
    const isPresent = parameters.map((_, i) => (blocks.some((gradients) => gradients[i] !== null) ? 1 : 0));
    // Zeros are added, too: what has none here may have one on another rank.
    const whole = blocks.map((gradients) =>
      gradients.map((g, i) => g ?? keep(zeros(parameters[i].shape, { device: parameters[i].device }))),
    );
    // All are made before any is looked at: they stay where they are until something is computed.
    const pieces = whole.map((gradients) => gradients.map(numbersOf));
    const all = await this.#ranks.sumShards(
      pieces.map((block) => block.map(({ numbers }) => numbers)),
      this.#shards,
      Float64Array.of(...isPresent, ...message),
    );
    parameters.forEach((t, i) => {
      const [sum, ...rest] = whole.map((gradients) => gradients[i]);
      for (const g of rest) g.dispose();
      if (all.some((theirs) => theirs[i] > 0)) {
        if (!pieces[0][i].isInPlace) sum.set(pieces[0][i].numbers);
        t.grad = sum;
      } else sum.dispose();
    });
    this.secondsInSums += (performance.now() - began) / 1000;
    return all.map((theirs) => theirs.subarray(parameters.length));
  }
}

/** The numbers of a gradient where they stand, to be changed there, or a copy of them. */
function numbersOf(g: Tensor): { numbers: Numbers; isInPlace: boolean } {
  const there = g.device.peek?.(g.storage, g.offset, g.size, true) ?? null;
  return { numbers: (there ?? g.data()) as Numbers, isInPlace: there !== null };
}

function takeGradients(parameters: readonly Tensor[]): Gradients {
  return parameters.map((t) => {
    const { grad } = t;
    t.grad = null;
    return grad === null ? null : keep(grad);
  });
}
