// Gradients of a minibatch that is cut into shards (cut.ts), and their sum over all ranks.
import { backwardInParts } from '../autograd/parts.js';
import { backward, tapeOrder } from '../autograd/tape.js';
import { scanInParts } from '../cell/run/parts.js';
import { argument, updateInPlace } from '../autograd/elementwise.js';
import type { RandomCalls } from '../nn/random.js';
import type { MatrixRef } from '../backend/contract.js';
import { backendOf } from '../backend/registry.js';
import { apply } from '../program/expr.js';
import { empty, fromData, zeros } from '../tensor/create.js';
import { keep, scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Ranks, shardsOfRank } from './communicator.js';
import { checkShards, type CutMinibatch } from './cut.js';
import { largeTables, readByBoth, rowsRead, type RowsRead } from './rowsRead.js';
import { type Gradients, GradientSums } from './sums.js';
import { type RankRange, subtrees, TreeSum } from './tree.js';

const sumExpr = apply('add', argument(0), argument(1));

/** Of one shard, or of several. */
interface ShardGradients {
  gradients: Gradients;
  read: RowsRead;
}

function addShards(parameters: readonly Tensor[]): (left: ShardGradients, right: ShardGradients) => ShardGradients {
  return (left, right) =>
    scope(() => {
      const gradients = left.gradients.map((a, i) => {
        const b = right.gradients[i];
        if (a === null && b === null) return null;
        // Zeros are added, too: what has none here may have one on another rank.
        const into = a ?? keep(zeros(parameters[i].shape, { device: parameters[i].device }));
        const other = b ?? zeros(parameters[i].shape, { device: parameters[i].device });
        const rows = right.read.get(parameters[i]) ?? null;
        if (rows !== null && rows.size <= into.shape[0] / 2) addRows(into, other, rows);
        else updateInPlace([{ tensor: into, value: sumExpr }], [into, other]);
        other.dispose();
        return into;
      });
      return { gradients, read: readByBoth(left.read, right.read) };
    });
}

/** Adds some rows of a matrix to those of another. */
function addRows(into: Tensor, other: Tensor, rows: ReadonlySet<number>): void {
  if (rows.size === 0) return;
  const { device, shape } = into;
  const [tableRows, cols] = shape;
  const indices = fromData(Int32Array.from(rows), [rows.size], { device });
  const picked = empty([rows.size, cols], { device });
  const spec = { rows: rows.size, cols, tableRows };
  const matrix = ({ storage, offset }: Tensor): MatrixRef => ({ storage, offset, stride: cols });
  backendOf(into).gather(spec, matrix(other), indices, matrix(picked));
  backendOf(into).scatterAdd(spec, matrix(picked), indices, matrix(into));
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
  readonly #sums: GradientSums;
  readonly #tables: readonly Tensor[];
  /** Whether something in the network takes each shard alone. */
  #isApart = false;

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
    this.#sums = new GradientSums(parameters, shards, ranks);
    this.#tables = largeTables(parameters);
  }

  /** In which this rank waited for sums over ranks so far, and so for ranks that come later. */
  get secondsInSums(): number {
    return this.#sums.seconds;
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
    const all = await this.#sums.end(blocks, own);
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
    await this.#sums.end([takeGradients(this.#parameters)], []);
  }

  /** The blocks of this rank's shards, each computed for itself. */
  #apart(
    { compute, check }: ShardedMinibatch,
    before: readonly number[],
    losses: Float64Array,
    counts: Float64Array,
  ): Gradients[] {
    const sum = new TreeSum<ShardGradients>(addShards(this.#parameters));
    for (let shard = this.#own.from; shard < this.#own.to; shard++) {
      this.#calls.forEach((counter, i) => counter.startShard(shard, before[i]));
      scope(() => {
        const part = compute(shard);
        const read = part === null ? rowsRead(this.#tables, []) : this.#readBelow(part.loss);
        this.#sums.reads(read);
        if (part !== null) {
          losses[shard] = part.loss.item();
          counts[0] += part.tokens;
          check?.(part.loss, losses[shard]);
          backward(part.loss);
        }
        this.#count(before, counts);
        sum.push(shard, { gradients: takeGradients(this.#parameters), read });
      });
    }
    return sum.sums.map(({ gradients }) => gradients);
  }

  /** Before its gradient. */
  #readBelow(loss: Tensor): RowsRead {
    return rowsRead(this.#tables, this.#tables.length === 0 ? [] : tapeOrder(loss));
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
      if (!isTogether) return null;
      check?.(loss, loss.item());
      this.#sums.reads(this.#readBelow(loss));
      const trees = subtrees(own);
      const gradients = backwardInParts(loss, parts, trees, [scanInParts], (found) => {
        this.#sums.whole(found);
      });
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
}

function takeGradients(parameters: readonly Tensor[]): Gradients {
  return parameters.map((t) => {
    const { grad } = t;
    t.grad = null;
    return grad === null ? null : keep(grad);
  });
}
