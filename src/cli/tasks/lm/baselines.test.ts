// Baselines keep within their time, and say what they left out.
import { expect, it } from 'vitest';
import { Corpus } from '../../../text/corpus.js';
import { lmBaselines } from './baselines.js';

const corpus = Corpus.fromText('she sells sea shells by the sea shore. '.repeat(8000), { validation: 0.1 });

it('counts all where there is time', () => {
  const said: string[] = [];
  const rows = lmBaselines(corpus, { seconds: 60, maxTokens: 1e5, say: (line) => said.push(line) });
  expect(said).toEqual([]);
  expect(rows.map(({ order }) => order)).toEqual([0, 1, 3, 5]);
  expect(rows[3].perplexity).toBeLessThan(1.5);
});

it('leaves n-grams out where there is none', () => {
  const said: string[] = [];
  const rows = lmBaselines(corpus, { seconds: 1e-6, maxTokens: 1e5, say: (line) => said.push(line) });
  expect(rows.map(({ order }) => order)).toEqual([0, 1]);
  expect(said).toEqual([expect.stringContaining('no time is left to count n-grams')]);
});
