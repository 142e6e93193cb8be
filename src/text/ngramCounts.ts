// Counts of all n-grams up to an order, in a trie of typed arrays. Level k holds the k-grams, each below its first k − 1
// tokens; siblings are sorted by token and stand together, so that a node's children are a range.
import { UnrolledError } from '../errors.js';
import { shownValue } from '../expect.js';

/** Plain data, as it stands in a model file: three arrays over all nodes, the root (node 0, the empty n-gram) first. */
export interface NgramCountsData {
  order: number;
  vocabularySize: number;
  /** The last token of each node's n-gram; −1 at the root. */
  token: Int32Array;
  /** How often it occurs. */
  count: Int32Array;
  /** How many children it has. */
  children: Int32Array;
}

export class NgramCounts {
  readonly order: number;
  readonly vocabularySize: number;
  /** The first node of each level; level k is the nodes `levelStart[k]` to `levelStart[k + 1] − 1`. [order + 2] */
  readonly levelStart: Int32Array;
  /** [nodes] */
  readonly token: Int32Array;
  /** [nodes] */
  readonly count: Int32Array;
  /** The children of node i are `firstChild[i]` to `firstChild[i + 1] − 1`. [nodes + 1] */
  readonly firstChild: Int32Array;

  private constructor(
    { order, vocabularySize, token, count }: NgramCountsData,
    levelStart: Int32Array,
    firstChild: Int32Array,
  ) {
    this.order = order;
    this.vocabularySize = vocabularySize;
    this.token = token;
    this.count = count;
    this.levelStart = levelStart;
    this.firstChild = firstChild;
  }

  /**
   * Counts the n-grams of a sequence, orders 1 to `order`. Each level is two stable counting sorts of the places in the text:
   * by token, then by the node of the tokens before; equal neighbours are one n-gram. Linear in tokens × order.
   * Errors: RANGE for an order below 1 or a token outside the vocabulary.
   */
  static count(tokens: Int32Array, order: number, vocabularySize: number): NgramCounts {
    checkOrder(order);
    checkTokens(tokens, vocabularySize);
    const n = tokens.length;
    const byToken = sortPlaces(tokens, vocabularySize);
    const levelStart = new Int32Array(order + 2);
    levelStart[1] = 1;
    const levels: { token: Int32Array; count: Int32Array }[] = [];
    const childCounts: Int32Array[] = [];
    // The node, within its level, of the k-gram that ends at each place.
    let nodeAt = new Int32Array(n);
    let parents = 1;
    for (let k = 1; k <= order; k++) {
      const sorted = sortByParent(byToken, nodeAt, parents, k);
      const next = new Int32Array(n);
      const token = new Int32Array(sorted.length);
      const count = new Int32Array(sorted.length);
      const children = new Int32Array(parents);
      let nodes = 0;
      let lastParent = -1;
      for (const place of sorted) {
        const parent = k === 1 ? 0 : nodeAt[place - 1];
        if (nodes === 0 || parent !== lastParent || tokens[place] !== token[nodes - 1]) {
          token[nodes++] = tokens[place];
          children[parent]++;
          lastParent = parent;
        }
        count[nodes - 1]++;
        next[place] = nodes - 1;
      }
      levels.push({ token: token.slice(0, nodes), count: count.slice(0, nodes) });
      childCounts.push(children);
      levelStart[k + 1] = levelStart[k] + nodes;
      nodeAt = next;
      parents = nodes;
    }
    childCounts.push(new Int32Array(parents));
    const data: NgramCountsData = {
      order,
      vocabularySize,
      token: concatenate([Int32Array.of(-1), ...levels.map((level) => level.token)]),
      count: concatenate([Int32Array.of(n), ...levels.map((level) => level.count)]),
      children: concatenate(childCounts),
    };
    return new NgramCounts(data, levelStart, firstChildren(data.children));
  }

  /** Errors: FORMAT for data that `toData` cannot have written. */
  static fromData(data: NgramCountsData): NgramCounts {
    const { token, count, children, vocabularySize, order } = data;
    check(isOrder(order), `an order from 1 to ${MAX_ORDER}`);
    const nodes = token.length;
    check(nodes >= 1 && count.length === nodes && children.length === nodes, 'arrays of one length');
    check(Number.isInteger(vocabularySize) && vocabularySize >= 1, 'a vocabulary size of 1 or more');
    let total = 1;
    for (const n of children) {
      check(n >= 0, 'child counts of 0 or more');
      total += n;
    }
    check(total === nodes, `child counts that add up to ${nodes - 1} nodes`);
    const firstChild = firstChildren(children);
    const levelStart = new Int32Array(order + 2);
    levelStart[1] = 1;
    for (let k = 1; k <= order; k++) levelStart[k + 1] = firstChild[levelStart[k]];
    check(levelStart[order + 1] === nodes, `nodes on ${order} levels`);
    check(token[0] === -1 && count[0] >= 0, 'a root');
    for (let node = 0; node < nodes; node++) {
      check(firstChild[node] > node, 'children after their parents');
      let sum = 0;
      for (let child = firstChild[node]; child < firstChild[node + 1]; child++) {
        check(child === firstChild[node] || token[child] > token[child - 1], 'siblings sorted by token');
        check(token[child] >= 0 && token[child] < vocabularySize, `tokens from 0 to ${vocabularySize - 1}`);
        check(count[child] >= 1, 'counts of 1 or more');
        sum += count[child];
      }
      check(sum <= count[node], 'counts that do not exceed those of shorter n-grams');
    }
    return new NgramCounts(data, levelStart, firstChild);
  }

  /** The counts of the n-grams up to a lower order: the same arrays, shorter. */
  upTo(order: number): NgramCounts {
    checkOrder(order);
    if (order >= this.order) return this;
    const nodes = this.levelStart[order + 1];
    const firstChild = this.firstChild.slice(0, nodes + 1).fill(nodes, this.levelStart[order]);
    const [token, count] = [this.token.subarray(0, nodes), this.count.subarray(0, nodes)];
    const { vocabularySize } = this;
    const data = { order, vocabularySize, token, count, children: new Int32Array() };
    return new NgramCounts(data, this.levelStart.slice(0, order + 2), firstChild);
  }

  toData(): NgramCountsData {
    const { order, vocabularySize, token, count, firstChild } = this;
    return { order, vocabularySize, token, count, children: token.map((_, i) => firstChild[i + 1] - firstChild[i]) };
  }

  get nodes(): number {
    return this.token.length;
  }

  /** The child of a node by a token, or −1. */
  child(node: number, token: number): number {
    let low = this.firstChild[node];
    let high = this.firstChild[node + 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.token[middle] < token) low = middle + 1;
      else high = middle;
    }
    return low < this.firstChild[node + 1] && this.token[low] === token ? low : -1;
  }

  /** How often an n-gram of at most `order` tokens occurs; for none, the length of the text. */
  occurrences(ngram: ArrayLike<number>): number {
    let node = 0;
    for (let i = 0; i < ngram.length && node >= 0; i++) node = i < this.order ? this.child(node, ngram[i]) : -1;
    return node < 0 ? 0 : this.count[node];
  }

  /** The tokens of a node. */
  ngram(node: number): number[] {
    const tokens: number[] = [];
    while (node > 0) {
      tokens.unshift(this.token[node]);
      node = this.parent(node);
    }
    return tokens;
  }

  /** The node above: the last whose children start at or before this one. */
  parent(node: number): number {
    let low = 0;
    let high = node - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.firstChild[middle] <= node) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /**
   * For each n-gram below the highest order, before how many different tokens it has more on the left: the continuation counts
   * of Kneser and Ney. On the highest level, plain counts. [nodes]
   */
  continuationCounts(): Int32Array {
    const result = this.count.slice();
    result.fill(0, 0, this.levelStart[this.order]);
    // The node of each n-gram without its first token: the child, by the same last token, of the parent's own shorter node.
    const shorter = new Int32Array(this.nodes);
    for (let node = 0; node < this.levelStart[this.order]; node++) {
      for (let child = this.firstChild[node]; child < this.firstChild[node + 1]; child++) {
        if (node === 0) continue;
        const suffix = this.child(shorter[node], this.token[child]);
        check(suffix >= 0, 'the shorter n-grams of each n-gram');
        shorter[child] = suffix;
        result[suffix]++;
      }
    }
    return result;
  }
}

/** Far beyond use: what it guards against is a mistake that would fill the memory. */
const MAX_ORDER = 64;

function isOrder(order: number): boolean {
  return Number.isInteger(order) && order >= 1 && order <= MAX_ORDER;
}

function checkOrder(order: number): void {
  if (!isOrder(order)) {
    throw new UnrolledError(
      'RANGE',
      `expected an n-gram order from 1 to ${MAX_ORDER}, received ${shownValue(order)}`,
      'orders 3 to 7 are usual',
    );
  }
}

function checkTokens(tokens: Int32Array, vocabularySize: number): void {
  for (const token of tokens) {
    if (token < 0 || token >= vocabularySize) {
      throw new UnrolledError(
        'RANGE',
        `expected tokens from 0 to ${vocabularySize - 1}, received ${token}`,
        'give the size of the vocabulary that the tokens were encoded with',
      );
    }
  }
}

function check(holds: boolean, expected: string): void {
  if (!holds) {
    throw new UnrolledError(
      'FORMAT',
      `expected n-gram counts with ${expected}`,
      'the file is damaged or was written by another program',
    );
  }
}

/** The places of a text in the order of their tokens, stable. */
function sortPlaces(tokens: Int32Array, vocabularySize: number): Int32Array {
  const start = new Int32Array(vocabularySize + 1);
  for (const token of tokens) start[token + 1]++;
  for (let i = 1; i <= vocabularySize; i++) start[i] += start[i - 1];
  const places = new Int32Array(tokens.length);
  for (let place = 0; place < tokens.length; place++) places[start[tokens[place]]++] = place;
  return places;
}

/** The places where a k-gram ends, by the node of its first k − 1 tokens and then as they came. */
function sortByParent(byToken: Int32Array, nodeAt: Int32Array, parents: number, k: number): Int32Array {
  if (k === 1) return byToken;
  const start = new Int32Array(parents + 1);
  const n = byToken.length;
  for (let place = k - 1; place < n; place++) start[nodeAt[place - 1] + 1]++;
  for (let i = 1; i <= parents; i++) start[i] += start[i - 1];
  const places = new Int32Array(Math.max(0, n - k + 1));
  for (const place of byToken) if (place >= k - 1) places[start[nodeAt[place - 1]]++] = place;
  return places;
}

/** Where each node's children start: they follow one another in the order of their parents, after the root. */
function firstChildren(children: Int32Array): Int32Array {
  const first = new Int32Array(children.length + 1);
  first[0] = 1;
  for (let node = 0; node < children.length; node++) first[node + 1] = first[node] + children[node];
  return first;
}

function concatenate(parts: Int32Array[]): Int32Array {
  const result = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
