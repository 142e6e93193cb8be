// The baselines of a language model as rows of its table.
import { baselines } from '../../../text/baselines.js';
import type { Corpus } from '../../../text/corpus.js';

export interface Baseline {
  name: string;
  /** 0 for the uniform distribution, 1 for the unigram. */
  order: number;
  perplexity: number;
  bitsPerToken: number;
}

/** Uniform, unigram, and Kneser-Ney of orders 3 and 5; none without a validation part. */
export function lmBaselines({ train, validation, vocabulary }: Corpus): Baseline[] {
  if (validation.length < 2) return [];
  const { uniform, unigram, ngrams } = baselines(train, validation, vocabulary.size, [3, 5]);
  return [
    { name: 'uniform', order: 0, ...uniform },
    { name: 'unigram', order: 1, ...unigram },
    ...ngrams.map((metrics) => ({ name: `Kneser-Ney ${metrics.order}-gram`, ...metrics })),
  ].map(({ name, order, perplexity, bitsPerToken }) => ({ name, order, perplexity, bitsPerToken }));
}
