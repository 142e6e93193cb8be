// What a language model is compared with on the validation part: no knowledge, counts of tokens, counts of n-grams.
import type { Corpus } from '../text/corpus.js';

export interface Baseline {
  name: string;
  /** 0 for the uniform distribution, 1 for the unigram. */
  order: number;
  perplexity: number;
  bitsPerToken: number;
}

/** Uniform, unigram, and Kneser-Ney of orders 3 and 5; none without a validation part. */
export async function lmBaselines(corpus: Corpus): Promise<Baseline[]> {
  const { NgramLanguageModel } = await import('./library.js');
  if (corpus.validation.length < 2) return [];
  const vocabulary = corpus.vocabulary.size;
  const rows: Baseline[] = [
    { name: 'uniform', order: 0, perplexity: vocabulary, bitsPerToken: Math.log2(vocabulary) },
  ];
  for (const order of [1, 3, 5]) {
    const model = NgramLanguageModel.train(corpus, { order, smoothing: order === 1 ? 'laplace' : 'kneser-ney' });
    const { perplexity, bitsPerToken } = model.evaluate(corpus.validation, corpus.train.subarray(-order));
    const name = order === 1 ? 'unigram' : `Kneser-Ney ${order}-gram`;
    rows.push({ name, order, perplexity, bitsPerToken });
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets a signal through
  }
  return rows;
}
