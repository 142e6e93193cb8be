// Statistics of a corpus: how often tokens and n-grams occur, for Zipf's plots, and the entropy of single tokens.
import { expectNumbers } from '../expect.js';
import { requireNumber } from '../range.js';
import { NgramCounts } from './ngramCounts.js';

/** An n-gram and how often it occurs. */
export interface Frequency {
  /** Token indices in order. */
  ngram: number[];
  /** Occurrences in the text. */
  count: number;
}

/** How often the n-grams of one order occur. */
export interface NgramFrequencies {
  /** n: how many tokens each has. */
  order: number;
  /** How many n-grams the text has, repeated ones included. */
  total: number;
  /** How many different ones. */
  distinct: number;
  /** Their counts, falling: entry r − 1 is the count at rank r of Zipf's law. */
  counts: Int32Array;
  /** By falling count, as many as were asked for. */
  mostFrequent: Frequency[];
}

/** Frequencies of single tokens, and their entropy. */
export interface CorpusStatistics extends NgramFrequencies {
  /** Entropy of single tokens, in bits: what a unigram model of this very text would need for each. */
  entropyBits: number;
}

/** Statistics of single tokens. `top`: how many of the most frequent are named. */
export function statistics(tokens: Int32Array, top = 10): CorpusStatistics {
  const frequencies = ngramFrequencies(tokens, 1, top);
  let entropyBits = 0;
  for (const count of frequencies.counts) {
    const share = count / frequencies.total;
    entropyBits -= share * Math.log2(share);
  }
  return { ...frequencies, entropyBits };
}

/** How often the n-grams of one order occur, most frequent first; equal ones in the order of their indices. */
export function ngramFrequencies(tokens: Int32Array, order: number, top = 10): NgramFrequencies {
  expectNumbers(tokens, 'tokens', 'give token indices: corpus.tokens, for example');
  if (top !== Infinity) requireNumber('top', top, { min: 0 }, '10 names the ten most frequent');
  let vocabularySize = 1;
  for (const token of tokens) vocabularySize = Math.max(vocabularySize, token + 1);
  const counts = NgramCounts.count(tokens, order, vocabularySize);
  const first = counts.levelStart[order];
  const ofLevel = counts.count.slice(first, counts.levelStart[order + 1]);
  const ranks = Int32Array.from(ofLevel, (_, i) => i).sort((a, b) => ofLevel[b] - ofLevel[a] || a - b);
  return {
    order,
    total: Math.max(0, tokens.length - order + 1),
    distinct: ofLevel.length,
    counts: Int32Array.from(ranks, (i) => ofLevel[i]),
    mostFrequent: Array.from(ranks.subarray(0, top), (i) => ({
      ngram: counts.ngram(first + i),
      count: ofLevel[i],
    })),
  };
}
