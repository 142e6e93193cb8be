// What a language model is measured against: guessing at random, single tokens, n-grams.
import { expectNumbers } from '../expect.js';
import { requireNumber } from '../range.js';
import { NgramModel } from './ngram.js';
import { type LossMetrics, lossMetrics } from './perplexity.js';

/** What a language model is measured against, on the same validation tokens. */
export interface Baselines {
  /** Every token equally likely: perplexity V. */
  uniform: LossMetrics;
  /** Each token as often as in the training part, regardless of context. */
  unigram: LossMetrics;
  /** Interpolated Kneser-Ney, one for each order asked for. */
  ngrams: (LossMetrics & { order: number })[];
}

/** A uniform distribution over V tokens. */
export function uniformMetrics(vocabularySize: number, tokens: number): LossMetrics {
  return lossMetrics(tokens * Math.log(vocabularySize), tokens);
}

/**
 * The baselines of a text: counted on the training part, measured on the validation part that follows it.
 * @param maxTokens measures a sample of so many tokens of the validation part
 * Errors: EMPTY for an empty part, RANGE.
 */
export function baselines(
  train: Int32Array,
  validation: Int32Array,
  vocabularySize: number,
  orders: readonly number[] = [3, 5],
  maxTokens = Infinity,
): Baselines {
  expectNumbers(orders, 'orders', 'as in [3, 5]');
  expectNumbers(validation, 'the validation part');
  requireNumber('vocabularySize', vocabularySize, { min: 1, whole: true }, 'give V: corpus.vocabulary.size');
  const highest = NgramModel.fit(train, { order: Math.max(1, ...orders), vocabularySize });
  return {
    uniform: uniformMetrics(vocabularySize, validation.length),
    unigram: highest.ofOrder(1, 'laplace').evaluate(validation, [], maxTokens),
    ngrams: orders.map((order) => ({ order, ...highest.ofOrder(order).evaluate(validation, train, maxTokens) })),
  };
}
