// The n-grams that a network is mixed with: counted on the training part, their shares fitted to the validation part.
import { UnrolledError } from '../../errors.js';
import { type Names, optionsOf } from '../../expect.js';
import type { Reading } from '../../tensor/readAll.js';
import type { Corpus } from '../../text/corpus.js';
import { NgramModel } from '../../text/ngram.js';
import { isWordKind } from '../../text/tokenizer.js';
import { crossFitted, fittedShares, Mixture, type MixtureMetrics, tokenPredictions } from './mixture.js';

/** How n-grams are counted. */
export interface MixtureOptions {
  /** n: they look at the last n − 1 tokens; 5 for words, 7 for characters and bytes. */
  order?: number;
}

const NAMES: Names<MixtureOptions> = { order: true };

const [WORD_ORDER, CHARACTER_ORDER] = [5, 7];
/** Tokens of the training part that n-grams are counted of, the last ones: a trie of ten million takes about a gigabyte. */
const MOST_COUNTED = 10_000_000;
/** Tokens of the validation part that shares are fitted to: there are few shares. */
const MOST_FITTED = 100_000;
/** Each of the few shares wants some tokens in either half. */
const LEAST_FITTED = 100;

/**
 * @param lossesOf −ln P of each token but the first, by the network [tokens − 1]
 * Errors: TOO_SHORT without a validation part of some length; OPTION, RANGE.
 */
export function* fitMixture(
  lossesOf: (tokens: Int32Array) => Reading<Float64Array>,
  corpus: Corpus,
  given: MixtureOptions,
): Reading<{ mixture: Mixture; validation: MixtureMetrics }> {
  const { order = mixtureOrder(corpus) } = optionsOf(given, NAMES, 'mixWithNgrams');
  requireHeldOut(corpus);
  const held = corpus.validation.subarray(0, MOST_FITTED);
  const counted = corpus.train.subarray(-MOST_COUNTED);
  const ngrams = NgramModel.fit(counted, { order, vocabularySize: corpus.vocabulary.size });
  const predictions = tokenPredictions(ngrams, held, yield* lossesOf(held));
  const validation = crossFitted(predictions, order);
  return { mixture: new Mixture(ngrams, fittedShares(predictions, order), validation), validation };
}

/** n where nothing is said. */
export function mixtureOrder({ tokenizer }: Pick<Corpus, 'tokenizer'>): number {
  return isWordKind(tokenizer.kind) ? WORD_ORDER : CHARACTER_ORDER;
}

/** Errors: TOO_SHORT. */
export function requireHeldOut({ validation }: Corpus): void {
  if (validation.length >= LEAST_FITTED) return;
  throw new UnrolledError(
    'TOO_SHORT',
    `expected a validation part of ${LEAST_FITTED} tokens or more for a mixture, received ${validation.length}`,
    'hold out more of the text, as validation: 0.1 does, or leave the mixture out',
  );
}
