import { describe, expect, it } from 'vitest';
import { Philox } from '../../tensor/philox.js';
import { checkSampling, sampleLogits, type SamplingOptions } from './sampling.js';

const LOGITS = [0, 1, 2, -Infinity, 1.5].map((v) => v);
const DRAWS = 20_000;

/** How often each token is drawn. */
function shares(options: SamplingOptions): number[] {
  const rng = new Philox(3);
  const counts = new Array<number>(LOGITS.length).fill(0);
  for (let i = 0; i < DRAWS; i++) counts[sampleLogits(LOGITS, options, rng.uniform())]++;
  return counts.map((count) => count / DRAWS);
}

function softmax(keep: readonly number[], temperature = 1): number[] {
  const weights = LOGITS.map((v, i) => (keep.includes(i) ? Math.exp(v / temperature) : 0));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / total);
}

describe('draws from', () => {
  it.each<[string, SamplingOptions, number[]]>([
    ['the softmax', {}, softmax([0, 1, 2, 4])],
    ['a cooler one', { temperature: 0.5 }, softmax([0, 1, 2, 4], 0.5)],
    ['the two most likely', { topK: 2 }, softmax([2, 4])],
    ['the nucleus: the fewest that together have the probability', { topP: 0.8 }, softmax([1, 2, 4])],
    ['one token where topP is small', { topP: 0.01 }, softmax([2])],
    ['both limits', { topK: 3, topP: 0.6 }, softmax([2, 4])],
  ])('%s', (_, options, expected) => {
    const found = shares(options);
    expected.forEach((p, i) =>
      expect(Math.abs(found[i] - p)).toBeLessThanOrEqual(5 * Math.sqrt((p * (1 - p)) / DRAWS)),
    );
  });

  it('the most likely at temperature 0', () => {
    expect(sampleLogits(LOGITS, { temperature: 0 }, 0.99)).toBe(2);
  });
});

it('refuses what cannot be', () => {
  for (const options of [
    { temperature: -1 },
    { temperature: NaN },
    { topK: 0 },
    { topK: 1.5 },
    { topP: 0 },
    { topP: 2 },
  ]) {
    expect(() => checkSampling(options)).toThrow(expect.objectContaining({ code: 'RANGE' }));
  }
});
