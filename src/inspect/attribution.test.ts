import { beforeAll, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { useBackend } from '../backend/choose.js';
import { Forecaster } from '../models/forecaster/forecaster.js';
import { TextClassifier } from '../models/classifier/textClassifier.js';
import { integratedGradients, pastInfluence } from './attribution.js';

beforeAll(() => useBackend(new ReferenceBackend()));

describe('integratedGradients', () => {
  it.each([
    ['good', 'bad'],
    ['good', 'bad', 'dull'],
  ])('gives the words that decide their share: %s, %s', async (...labels) => {
    const rows = Array.from({ length: 60 }, (_, i) => {
      const label = labels[i % labels.length];
      return { text: `a ${label} film number ${i % 7}`, label };
    });
    const model = await TextClassifier.fit(rows, {
      hiddenSize: 8,
      embeddingSize: 8,
      epochs: 12,
      batchSize: 8,
      learningRate: 0.02,
      dropout: 0,
    });
    const { label, tokens, values, score, empty } = integratedGradients(model, 'a bad film', { steps: 200 });
    expect(label).toBe('bad');
    expect(tokens).toEqual(['a', 'bad', 'film']);
    // Completeness: what the words did adds up to what was done.
    expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(score - empty, 1);
    expect(values.indexOf(Math.max(...values))).toBe(1);
    const against = integratedGradients(model, 'a bad film', { label: 'good' });
    expect(against.values[1]).toBeLessThan(0);
    expect(() => integratedGradients(model, '')).toThrow(expect.objectContaining({ code: 'EMPTY' }));
    expect(() => integratedGradients(model, 'a', { label: 'no' })).toThrow(expect.objectContaining({ code: 'OPTION' }));
  });
});

describe('pastInfluence', () => {
  it('finds the value that the next one repeats', async () => {
    const target = Array.from({ length: 200 }, (_, i) => [3, 1, 4, 1, 5, 9, 2, 6][i % 8] + 0.3 * Math.sin(i * i));
    const options = {
      window: 8,
      horizon: 2,
      relativeTo: 'none',
      epochs: 12,
      hiddenSize: 4,
      validation: 0,
      batchSize: 16,
    } as const;
    const model = await Forecaster.fit({ target }, { ...options, learningRate: 0.02 });
    const influence = pastInfluence(model, { target });
    expect(influence.map(({ length }) => length)).toEqual([8, 8]);
    // Changing a value changes the forecast by what was found, nearly.
    const changed = target.slice();
    changed[changed.length - 3] += 0.02;
    const difference = model.predict(changed).values[0] - model.predict(target).values[0];
    expect(influence[0][2]).toBeCloseTo(difference / 0.02, 2);
  });
});
