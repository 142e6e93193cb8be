// The baselines of a language model as rows of its table, within the time that there is for them.
import { baselines } from '../../../text/baselines.js';
import type { Corpus } from '../../../text/corpus.js';
import { NgramModel } from '../../../text/ngram.js';

export interface Baseline {
  name: string;
  /** 0 for the uniform distribution, 1 for the unigram. */
  order: number;
  perplexity: number;
  bitsPerToken: number;
}

const ORDERS = [3, 5];
/** Where more is left: baselines are never worth more. */
const MOST_SECONDS = 60;
/** More would fill the memory: the counts of an order take about 20 bytes a token. */
const MOST_TOKENS = 5e7;
/** Tokens that are counted to see how fast counting goes. */
const TRIAL = 1e5;
/** Counting a long text is slower than a short one: it does not fit the cache. */
const SLOWER = 2;

export interface BaselineOptions {
  /** What they may take. */
  seconds: number;
  /** Tokens of the validation part that are measured, as the network's. */
  maxTokens: number;
  /** Hears what was left out. */
  say(line: string): void;
}

/**
 * Uniform, unigram, and Kneser-Ney of orders 3 and 5; none without a validation part. Of a long text the last tokens before the
 * validation part are counted, as many as there is time for.
 */
export function lmBaselines(corpus: Corpus, { seconds, maxTokens, say }: BaselineOptions): Baseline[] {
  const { train, validation, vocabulary } = corpus;
  if (validation.length < 2) return [];
  const most = tokensFor(train, vocabulary.size, Math.min(seconds, MOST_SECONDS));
  const isCut = most < train.length;
  const orders = isCut && most < TRIAL ? [] : ORDERS;
  const counted = isCut ? train.subarray(train.length - Math.max(most, TRIAL)) : train;
  if (orders.length === 0) say('no time is left to count n-grams: give more --minutes to compare with them');
  else if (isCut) {
    const count = (n: number): string => n.toLocaleString('en');
    say(
      `n-grams are counted on the last ${count(counted.length)} of ${count(train.length)} tokens, as the time allows`,
    );
  }
  const { uniform, unigram, ngrams } = baselines(counted, validation, vocabulary.size, orders, maxTokens);
  return [
    { name: 'uniform', order: 0, ...uniform },
    { name: 'unigram', order: 1, ...unigram },
    ...ngrams.map((metrics) => ({ name: `Kneser-Ney ${metrics.order}-gram`, ...metrics })),
  ].map(({ name, order, perplexity, bitsPerToken }) => ({ name, order, perplexity, bitsPerToken }));
}

/** How many tokens can be counted in this time. */
function tokensFor(train: Int32Array, vocabularySize: number, seconds: number): number {
  if (train.length <= TRIAL) return train.length;
  const begin = performance.now();
  NgramModel.fit(train.subarray(0, TRIAL), { order: Math.max(...ORDERS), vocabularySize });
  const each = ((performance.now() - begin) / 1000 / TRIAL) * SLOWER;
  return Math.min(MOST_TOKENS, Math.floor(seconds / each));
}
