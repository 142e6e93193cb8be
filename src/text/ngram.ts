// n-gram language models of any order: the distribution of the next token given the last order − 1 tokens h, smoothed so that
// no token has probability zero. A context never seen is shortened until it was.
//   Kneser-Ney: P(w | h) = weight(h, w) + backoff(h) · P(w | h without its first token), down to 1 / V
//   Laplace:    P(w | h) = (c(h w) + α) / (c(h) + α V)
import { UnrolledError } from '../errors.js';
import { expectNumbers, expectObject, type Names, optionsOf, refuse, shownValue } from '../expect.js';
import { requireNumber } from '../range.js';
import { Philox } from '../tensor/philox.js';
import { modifiedDiscounts } from './kneserNey.js';
import { NgramCounts, type NgramCountsData } from './ngramCounts.js';
import { type LossMetrics, lossMetrics } from './perplexity.js';
import { standardErrorOf, stretchesOf } from './stretches.js';

/** Chen and Goodman 1999 (modified Kneser-Ney, interpolated), or Laplace: add α to every count. */
export type Smoothing = 'kneser-ney' | 'laplace';

/** The order, vocabulary and smoothing of an n-gram model. */
export interface NgramOptions {
  /** How many tokens an n-gram has: 1 looks at no context, 5 at the last four tokens. */
  order: number;
  /** V: every token below it has a probability, seen or not. */
  vocabularySize: number;
  /** `kneser-ney` by default, interpolated, with three discounts a level. */
  smoothing?: Smoothing;
  /** What Laplace adds to each count; 1 by default. 0 is no smoothing at all. */
  alpha?: number;
}

const NAMES: Names<NgramOptions> = { order: true, vocabularySize: true, smoothing: true, alpha: true };

/** Plain data, as it stands in a model file. */
export interface NgramModelData extends NgramCountsData {
  /** How unseen n-grams get their share. */
  smoothing: Smoothing;
  /** What Laplace adds to each count. */
  alpha: number;
}

/** An n-gram language model of any order, smoothed by interpolated Kneser-Ney or by Laplace (add α). */
export class NgramModel {
  /** n: it looks at the last n − 1 tokens. */
  readonly order: number;
  /** V: every token from 0 to V − 1 has a probability. */
  readonly vocabularySize: number;
  /** How unseen n-grams get their share. */
  readonly smoothing: Smoothing;
  /** What Laplace adds to each count. */
  readonly alpha: number;
  /** The counts of all n-grams up to the order, as a tree. @internal */
  readonly counts: NgramCounts;
  /** What a child adds to its token's probability below its parent. [nodes] */
  readonly #weight: Float64Array;
  /** The share that a context leaves to the shorter one. [nodes that may have children] */
  readonly #backoff: Float64Array;

  private constructor(counts: NgramCounts, smoothing: Smoothing, alpha: number) {
    this.order = counts.order;
    this.vocabularySize = counts.vocabularySize;
    this.smoothing = smoothing;
    this.alpha = alpha;
    this.counts = counts;
    [this.#weight, this.#backoff] = smoothing === 'laplace' ? laplaceWeights(counts, alpha) : kneserNeyWeights(counts);
  }

  /** Counts a token sequence. Errors: RANGE for order, alpha, or a token outside the vocabulary; EMPTY; OPTION. */
  static fit(tokens: Int32Array, options: NgramOptions): NgramModel {
    const { order, vocabularySize, smoothing = 'kneser-ney', alpha = 1 } = optionsOf(options, NAMES, 'NgramModel');
    expectNumbers(tokens, 'tokens', 'give token indices: corpus.train, for example');
    if (tokens.length === 0) {
      throw new UnrolledError('EMPTY', 'expected tokens to count, received none', 'give a text');
    }
    if (smoothing !== 'kneser-ney' && smoothing !== 'laplace') {
      throw new UnrolledError(
        'OPTION',
        `expected smoothing kneser-ney or laplace, received ${shownValue(smoothing)}`,
        'kneser-ney predicts better, laplace is simpler',
      );
    }
    requireNumber('vocabularySize', vocabularySize, { min: 1, whole: true }, 'give V: corpus.vocabulary.size');
    requireNumber('alpha', alpha, { min: 0 }, 'use 1, or less for large orders');
    return new NgramModel(NgramCounts.count(tokens, order, vocabularySize), smoothing, alpha);
  }

  /** The model of a lower order from the same counts, with another smoothing where one is given. Errors: RANGE for a higher order. */
  ofOrder(order: number, smoothing: Smoothing = this.smoothing): NgramModel {
    requireNumber('an order', order, { min: 1, max: this.order, whole: true }, 'count a model of that order');
    return new NgramModel(this.counts.upTo(order), smoothing, this.alpha);
  }

  /** Errors: FORMAT for data that `toData` cannot have written. */
  static fromData(data: NgramModelData): NgramModel {
    expectObject(data, 'the data of an n-gram model', 'give what toData() gave');
    const { smoothing, alpha } = data;
    if ((smoothing !== 'kneser-ney' && smoothing !== 'laplace') || !(alpha >= 0 && alpha < Infinity)) {
      throw new UnrolledError(
        'FORMAT',
        `expected smoothing kneser-ney or laplace and alpha of 0 or more, received ${shownValue(smoothing)}, ${shownValue(alpha)}`,
        'the file is damaged or was written by another program',
      );
    }
    return new NgramModel(NgramCounts.fromData(data), smoothing, alpha);
  }

  /** Plain data, which `fromData` reads. */
  toData(): NgramModelData {
    return { ...this.counts.toData(), smoothing: this.smoothing, alpha: this.alpha };
  }

  /** P(w | context) for every token w; sums to one. Only the last order − 1 tokens count. [V] */
  distribution(context: ArrayLike<number>): Float64Array {
    const p = new Float64Array(this.vocabularySize).fill(1 / this.vocabularySize);
    const { firstChild, token } = this.counts;
    for (const node of this.#used(this.#contexts(context))) {
      const backoff = this.#backoff[node];
      for (let w = 0; w < p.length; w++) p[w] *= backoff;
      for (let child = firstChild[node]; child < firstChild[node + 1]; child++) p[token[child]] += this.#weight[child];
    }
    return p;
  }

  /** P(token | context). Errors: RANGE for a token outside the vocabulary. */
  probability(context: ArrayLike<number>, token: number): number {
    this.#checkToken(token);
    return this.#next(this.#contexts(context), token, []);
  }

  /** ln P(token | context); −∞ for an n-gram never seen, without smoothing. */
  logProbability(context: ArrayLike<number>, token: number): number {
    return Math.log(this.probability(context, token));
  }

  /** A token drawn from the distribution. */
  sample(context: ArrayLike<number>, rng: Philox): number {
    expectGenerator(rng);
    const nodes = this.#used(this.#contexts(context));
    const { firstChild, token } = this.counts;
    // From the longest context down: either one of its children, or, with its backoff's share, the shorter context.
    for (let k = nodes.length - 1; k >= 0; k--) {
      let left = rng.uniform() - this.#backoff[nodes[k]];
      if (left < 0) continue;
      const end = firstChild[nodes[k] + 1];
      for (let child = firstChild[nodes[k]]; child < end; child++) {
        left -= this.#weight[child];
        // Rounding may leave a hair at the last child.
        if (left < 0 || child === end - 1) return token[child];
      }
    }
    return rng.integer(this.vocabularySize);
  }

  /**
   * Tokens drawn one after the other to continue `context`. Errors: RANGE for a negative length.
   */
  generate(context: ArrayLike<number>, length: number, rng: Philox): Int32Array {
    if (!Number.isInteger(length) || length < 0) {
      throw new UnrolledError(
        'RANGE',
        `expected a length of 0 or more, received ${shownValue(length)}`,
        'give a whole number',
      );
    }
    expectContext(context);
    expectGenerator(rng);
    const reach = Math.min(context.length, this.order - 1);
    const text = new Int32Array(reach + length);
    for (let i = 0; i < reach; i++) text[i] = context[context.length - reach + i];
    for (let i = reach; i < text.length; i++) {
      text[i] = this.sample(text.subarray(Math.max(0, i - this.order + 1), i), rng);
    }
    return text.slice(reach);
  }

  /**
   * How well the model predicts a sequence: the mean of −ln P over its tokens.
   * @param context what stands before it, the training part for example; nothing by default
   * @param maxTokens measures a sample of so many tokens, whose `standardError` is known
   * Errors: EMPTY, RANGE for a token outside the vocabulary.
   */
  evaluate(tokens: Int32Array, context: ArrayLike<number> = [], maxTokens = Infinity): LossMetrics {
    expectNumbers(tokens, 'tokens', 'give token indices: corpus.validation, for example');
    if (maxTokens !== Infinity) requireNumber('maxTokens', maxTokens, { min: 1 }, 'give how many tokens to measure');
    const stretches = stretchesOf(tokens.length, maxTokens);
    // Of a plain array, as JavaScript may pass it, too.
    const part = (from: number, to: number): Int32Array =>
      to - from === tokens.length ? tokens : tokens.slice(from, to);
    const sums = stretches.map(({ from, to }) =>
      this.#sum(part(from, to), from === 0 ? context : part(Math.max(0, from - this.order), from)),
    );
    const measured = stretches.reduce((sum, { from, to }) => sum + to - from, 0);
    const metrics = lossMetrics(
      sums.reduce((a, b) => a + b, 0),
      measured,
    );
    if (stretches.length === 1) return metrics;
    return {
      ...metrics,
      standardError: standardErrorOf(sums.map((sum, i) => sum / (stretches[i].to - stretches[i].from))),
    };
  }

  #sum(tokens: Int32Array, context: ArrayLike<number>): number {
    let nodes = this.#contexts(context);
    let spare: number[] = [];
    let sum = 0;
    for (const token of tokens) {
      this.#checkToken(token);
      sum -= Math.log(this.#next(nodes, token, spare));
      [nodes, spare] = [spare, nodes];
    }
    return sum;
  }

  /** e to the mean of −ln P over these tokens. Errors: EMPTY, RANGE for a token outside the vocabulary. */
  perplexity(tokens: Int32Array, context: ArrayLike<number> = []): number {
    return this.evaluate(tokens, context).perplexity;
  }

  /** The nodes of the contexts that were seen, from the empty one to the longest. */
  #contexts(context: ArrayLike<number>): number[] {
    expectContext(context);
    let nodes = [0];
    for (let i = Math.max(0, context.length - this.order + 1); i < context.length; i++) {
      const next: number[] = [];
      this.#next(nodes, context[i], next);
      nodes = next;
    }
    return nodes;
  }

  /** The contexts whose weights add up: with Laplace's smoothing, which does not interpolate, only the longest. */
  #used(nodes: readonly number[]): readonly number[] {
    const withChildren = nodes.filter((node) => !this.#childless(node));
    return this.smoothing === 'laplace' ? withChildren.slice(-1) : withChildren;
  }

  /** A context that ends the text and was seen nowhere else: nothing is known of what follows. */
  #childless(node: number): boolean {
    return this.counts.firstChild[node] === this.counts.firstChild[node + 1];
  }

  /** P(token | contexts); puts the contexts after that token into `next`. */
  #next(nodes: readonly number[], token: number, next: number[]): number {
    let p = 1 / this.vocabularySize;
    next.length = 1;
    next[0] = 0;
    let seen = true;
    for (let k = 0; k < nodes.length; k++) {
      if (this.#childless(nodes[k])) break;
      p = (this.smoothing === 'laplace' ? 1 / this.vocabularySize : p) * this.#backoff[nodes[k]];
      // What follows no shorter context follows no longer one.
      if (!seen) continue;
      const child = this.counts.child(nodes[k], token);
      seen = child >= 0;
      if (!seen) continue;
      p += this.#weight[child];
      if (k + 1 < this.order) next.push(child);
    }
    return p;
  }

  #checkToken(token: number): void {
    if (!Number.isInteger(token) || token < 0 || token >= this.vocabularySize) {
      throw new UnrolledError(
        'RANGE',
        `expected a token from 0 to ${this.vocabularySize - 1}, received ${shownValue(token)}`,
        'encode the text with the vocabulary of the model',
      );
    }
  }
}

function expectGenerator(rng: unknown): void {
  if (!(rng instanceof Philox)) refuse('a generator', rng, 'give new Philox(0)');
}

function expectContext(context: unknown): void {
  expectNumbers(context, 'a context', 'give the token indices that stand before; [] for none');
}

type Weights = [weight: Float64Array, backoff: Float64Array];

/** (c(h w) + α) / (c(h) + α V), written as a weight and a share α V / (c(h) + α V) of the uniform distribution. */
function laplaceWeights(counts: NgramCounts, alpha: number): Weights {
  const weight = new Float64Array(counts.nodes);
  const contexts = counts.levelStart[counts.order];
  const backoff = new Float64Array(contexts).fill(1);
  const added = alpha * counts.vocabularySize;
  for (let node = 0; node < contexts; node++) {
    const end = counts.firstChild[node + 1];
    let total = added;
    for (let child = counts.firstChild[node]; child < end; child++) total += counts.count[child];
    for (let child = counts.firstChild[node]; child < end; child++) weight[child] = counts.count[child] / total;
    if (total > added) backoff[node] = added / total;
  }
  return [weight, backoff];
}

/** Interpolated Kneser-Ney with modified discounts (Chen and Goodman 1998, equation 27). */
function kneserNeyWeights(counts: NgramCounts): Weights {
  const adjusted = counts.continuationCounts();
  const weight = new Float64Array(counts.nodes);
  const { order, levelStart, firstChild } = counts;
  const backoff = new Float64Array(levelStart[order]).fill(1);
  for (let level = 1; level <= order; level++) {
    const discounts = modifiedDiscounts(adjusted.subarray(levelStart[level], levelStart[level + 1]));
    for (let node = levelStart[level - 1]; node < levelStart[level]; node++) {
      const end = firstChild[node + 1];
      let total = 0;
      for (let child = firstChild[node]; child < end; child++) total += adjusted[child];
      // A context seen at the very start only: what follows it has no continuation, the shorter context decides.
      if (total === 0) continue;
      let taken = 0;
      for (let child = firstChild[node]; child < end; child++) {
        const discount = adjusted[child] === 0 ? 0 : discounts[Math.min(adjusted[child], 3) - 1];
        weight[child] = (adjusted[child] - discount) / total;
        taken += discount;
      }
      backoff[node] = taken / total;
    }
  }
  return [weight, backoff];
}
