// The order in which gradients of shards are added: a binary tree over the shards, whoever computes them.
//     ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7))
// A rank adds what belongs together among its own shards; what is left are whole subtrees, of which all ranks' make the rest of the tree.

/** Shards from `from` to before `to`. */
export interface RankRange {
  from: number;
  to: number;
}

/** A sum that is whole up to now: of `leaves` shards, a power of two, the first of which is `at`. */
interface Subtree<T> {
  at: number;
  leaves: number;
  sum: T;
}

/** Adds shards as they come, in their order, each as soon as its neighbour is there. */
export class TreeSum<T> {
  readonly #add: (left: T, right: T) => T;
  #stack: Subtree<T>[] = [];

  /** @param add may reuse the left one, and give the right one back */
  constructor(add: (left: T, right: T) => T) {
    this.#add = add;
  }

  /** @param at the number of the shard, or of the first of `leaves` that are summed already */
  push(at: number, sum: T, leaves = 1): void {
    this.#stack.push({ at, leaves, sum });
    for (;;) {
      const [left, right] = this.#stack.slice(-2);
      if (right === undefined || left.leaves !== right.leaves || left.at % (2 * left.leaves) !== 0) return;
      const both = { at: left.at, leaves: 2 * left.leaves, sum: this.#add(left.sum, right.sum) };
      this.#stack.splice(-2, 2, both);
    }
  }

  /** The subtrees that are whole, in the order of their shards. */
  get sums(): T[] {
    return this.#stack.map(({ sum }) => sum);
  }

  /** The sum of all: what is no whole tree is added from its end. */
  get total(): T {
    return this.sums.reduceRight((right, left) => this.#add(left, right));
  }
}

/** How many shards each of the largest whole subtrees has. */
export function subtrees({ from, to }: RankRange): number[] {
  const sizes = new TreeSum<number>((left, right) => left + right);
  for (let at = from; at < to; at++) sizes.push(at, 1);
  return sizes.sums;
}
