import { describe, expect, it } from 'vitest';
import { Corpus } from './corpus.js';
import { ngramFrequencies, statistics } from './statistics.js';

describe('statistics', () => {
  it('counts tokens and their entropy', () => {
    const result = statistics(Int32Array.of(2, 2, 1, 3, 2, 2, 3, 1), 2);
    expect(result).toMatchObject({ total: 8, distinct: 3 });
    expect([...result.counts]).toEqual([4, 2, 2]);
    expect(result.mostFrequent).toEqual([
      { ngram: [2], count: 4 },
      { ngram: [1], count: 2 },
    ]);
    expect(result.entropyBits).toBeCloseTo(1.5, 12);
    expect(statistics(new Int32Array(0))).toMatchObject({ total: 0, distinct: 0, entropyBits: 0 });
  });

  it('counts n-grams as a map of strings does', () => {
    const corpus = Corpus.fromText('the cat and the hat and the cat sat '.repeat(7));
    for (const order of [1, 2, 3, 5]) {
      const expected = new Map<string, number>();
      for (let i = 0; i + order <= corpus.tokens.length; i++) {
        const key = corpus.tokens.subarray(i, i + order).join();
        expected.set(key, (expected.get(key) ?? 0) + 1);
      }
      const result = ngramFrequencies(corpus.tokens, order, Infinity);
      expect(result.distinct).toBe(expected.size);
      expect(new Map(result.mostFrequent.map(({ ngram, count }) => [ngram.join(), count]))).toEqual(expected);
      expect([...result.counts]).toEqual([...expected.values()].sort((a, b) => b - a));
    }
    expect(ngramFrequencies(Int32Array.of(1, 2), 5)).toMatchObject({ total: 0, distinct: 0 });
  });
});
