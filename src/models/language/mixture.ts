// A mixture of a network's prediction and that of n-grams: P = (1 − λ) P(network) + λ P(n-grams). What was seen in the same words
// before, n-grams know better; what was not, the network. So λ depends on how much of the context the n-grams have seen.
import { requireNumber } from '../../range.js';
import type { NgramModel } from '../../text/ngram.js';
import type { LossMetrics } from '../../text/perplexity.js';
import { networkMetrics } from './evaluation.js';

/** What a text is given: by the network alone, by the n-grams alone, and by both. */
export interface MixtureMetrics extends LossMetrics {
  /** By the network alone. */
  network: LossMetrics;
  /** By the n-grams alone. */
  ngrams: LossMetrics;
}

/** What both parts give the tokens of a text, and what λ may depend on. */
export interface TokenPredictions {
  /** P of each token by the network. */
  network: Float64Array;
  /** P of each token by the n-grams. */
  ngrams: Float64Array;
  /** How many tokens before it the n-grams have seen in this order. */
  matched: Uint8Array;
}

/** A network's partner: the n-grams, and how much they count. */
export class Mixture {
  /** The counts, over token indices. */
  readonly ngrams: NgramModel;
  /** λ where 0, 1, 2 … tokens of the context were seen in this order [order]: from 0, the network alone, to 1. */
  readonly shares: readonly number[];
  /** On the validation part that the shares were fitted to, by halves of it; null for one of a file. */
  readonly validation: MixtureMetrics | null;

  /** Errors: RANGE. */
  constructor(ngrams: NgramModel, shares: readonly number[], validation: MixtureMetrics | null = null) {
    for (const share of shares)
      requireNumber('a share of the n-grams', share, { min: 0, max: 1 }, '0.2 is a fifth for the n-grams');
    requireNumber(
      'the number of shares',
      shares.length,
      { min: ngrams.order, max: ngrams.order },
      'one for each length',
    );
    this.ngrams = ngrams;
    this.shares = shares;
    this.validation = validation;
  }

  /** Of the network's logits [V] for the token after `context`: ln P of every token [V]. @internal */
  logProbabilities(logits: ArrayLike<number>, context: readonly number[]): Float64Array {
    const mixed = this.ngrams.distribution(context);
    const share = this.shares[matchedLength(this.ngrams, context)];
    let most = -Infinity;
    for (let w = 0; w < mixed.length; w++) most = Math.max(most, logits[w]);
    let sum = 0;
    for (let w = 0; w < mixed.length; w++) sum += Math.exp(logits[w] - most);
    const whole = Math.log(sum) + most;
    for (let w = 0; w < mixed.length; w++)
      mixed[w] = Math.log((1 - share) * Math.exp(logits[w] - whole) + share * mixed[w]);
    return mixed;
  }

  /** How well each predicts, and both together. @internal */
  measure(predictions: TokenPredictions): MixtureMetrics {
    return measured(predictions, (i) => this.shares[predictions.matched[i]]);
  }
}

/** What both give each token but the first. @param losses −ln P by the network [tokens − 1] */
export function tokenPredictions(ngrams: NgramModel, tokens: Int32Array, losses: Float64Array): TokenPredictions {
  const reach = ngrams.order - 1;
  const given = new Float64Array(losses.length);
  const matched = new Uint8Array(losses.length);
  for (let i = 0; i < losses.length; i++) {
    const context = tokens.subarray(Math.max(0, i + 1 - reach), i + 1);
    given[i] = ngrams.probability(context, tokens[i + 1]);
    matched[i] = matchedLength(ngrams, context);
  }
  return { network: losses.map((loss) => Math.exp(-loss)), ngrams: given, matched };
}

/** How many of the last tokens the n-grams have seen in this order, with something after them; below the order. */
function matchedLength({ counts, order }: NgramModel, context: ArrayLike<number>): number {
  for (let length = Math.min(order - 1, context.length); length > 0; length--) {
    let node = 0;
    for (let i = context.length - length; i < context.length && node >= 0; i++) node = counts.child(node, context[i]);
    if (node >= 0 && counts.firstChild[node] < counts.firstChild[node + 1]) return length;
  }
  return 0;
}

/** Steps of expectation maximization; each makes the text likelier. */
const STEPS = 30;
/** Tokens with the share of all that a length counts beside its own: a length that is hardly seen has the share of all. */
const PRIOR = 20;

/** The λ under which a text is likeliest, for each length of the context that was seen [order]. */
export function fittedShares(
  predictions: TokenPredictions,
  order: number,
  from = 0,
  to = predictions.network.length,
): number[] {
  const places = Array.from({ length: to - from }, (_, i) => from + i);
  const overall = likeliestShare(predictions, places, 0.5, 0);
  return Array.from({ length: order }, (_, length) => {
    const own = places.filter((i) => predictions.matched[i] === length);
    return likeliestShare(predictions, own, overall, PRIOR);
  });
}

/** @param prior a share that counts as much as `weight` tokens */
function likeliestShare(
  { network, ngrams }: TokenPredictions,
  places: readonly number[],
  prior: number,
  weight: number,
): number {
  let share = prior;
  for (let step = 0; step < STEPS && places.length > 0; step++) {
    let sum = weight * prior;
    for (const i of places) {
      const byNgrams = share * ngrams[i];
      sum += byNgrams / (byNgrams + (1 - share) * network[i]);
    }
    share = sum / (weight + places.length);
  }
  return share;
}

/** How well a mixture predicts what its shares were not fitted to: those of each half are fitted to the other. */
export function crossFitted(predictions: TokenPredictions, order: number): MixtureMetrics {
  const { length } = predictions.network;
  const half = Math.floor(length / 2);
  const [first, second] = [fittedShares(predictions, order, half, length), fittedShares(predictions, order, 0, half)];
  return measured(predictions, (i) => (i < half ? first : second)[predictions.matched[i]]);
}

function measured({ network, ngrams }: TokenPredictions, shareOf: (i: number) => number): MixtureMetrics {
  const sums = { network: 0, ngrams: 0, both: 0 };
  for (let i = 0; i < network.length; i++) {
    const share = shareOf(i);
    sums.network -= Math.log(network[i]);
    sums.ngrams -= Math.log(ngrams[i]);
    sums.both -= Math.log((1 - share) * network[i] + share * ngrams[i]);
  }
  const of = (sum: number): LossMetrics => networkMetrics(sum, network.length);
  return { ...of(sums.both), network: of(sums.network), ngrams: of(sums.ngrams) };
}
