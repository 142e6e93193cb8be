// A sample of a text has about the loss of the whole, with the error that it says.
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../../backend/choose.js';
import { LanguageModel } from './languageModel.js';

beforeAll(async () => {
  await useBackend('reference');
});

it('measures a sample of a long text', async () => {
  const words = ['sea ', 'shells ', 'she ', 'sells '];
  const text = Array.from({ length: 4000 }, (_, i) => words[(i * i + (i >> 3)) % 4]).join('');
  const model = await LanguageModel.fit(text, {
    hiddenSize: 8,
    embeddingSize: 4,
    batchSize: 8,
    numSteps: 16,
    maxSteps: 30,
  });
  const whole = model.evaluate(text);
  const sample = model.evaluate(text, { maxTokens: 3200 });
  expect(sample.tokens).toBe(3200);
  expect(sample.standardError).toBeGreaterThan(0);
  expect(Math.abs(sample.loss - whole.loss)).toBeLessThan(4 * (sample.standardError ?? 0));
  expect(whole.standardError).toBeUndefined();
  expect(model.evaluate(text, { maxTokens: 1e6 })).toEqual(whole);
  expect(() => model.evaluate(text, { maxTokens: 0 })).toThrow(expect.objectContaining({ code: 'RANGE' }));
});

it('says of a network that gives no probabilities that its weights are not finite', async () => {
  const text = 'the whale and the sea '.repeat(20);
  const model = await LanguageModel.fit(text, {
    hiddenSize: 4,
    embeddingSize: 4,
    batchSize: 2,
    numSteps: 8,
    maxSteps: 2,
  });
  const [weight] = model.network.parameters();
  weight.set(new Float32Array(weight.size).fill(NaN));
  const refusal = expect.objectContaining({ code: 'NON_FINITE', help: expect.stringContaining('earlier checkpoint') });
  expect(() => model.evaluate(text)).toThrow(refusal);
  expect(() => model.evaluate(text, { maxTokens: 40 })).toThrow(refusal);
});
