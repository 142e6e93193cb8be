// A training that begins with the weights of another model.
import { beforeAll, describe, expect, it } from 'vitest';
import { LanguageModel, useBackend } from 'unrolled';

const TEXT = 'the sea shells that she sells. '.repeat(30);
const SMALL = { hiddenSize: 8, embeddingSize: 4, batchSize: 4, numSteps: 8, maxSteps: 20, cell: 'gru' };
const weights = (model: LanguageModel): number[] => model.network.parameters().flatMap((t) => Array.from(t.data()));

describe('initial', () => {
  let model: LanguageModel;
  beforeAll(async () => {
    await useBackend();
    model = await LanguageModel.fit(TEXT, { ...SMALL, learningRate: 0.01 });
  });

  it('goes on from the weights, in the vocabulary of the model, which stays as it is', async () => {
    const before = weights(model);
    const other = 'she sells the shells. '.repeat(30);
    const options = { initial: model, batchSize: 4, numSteps: 8, maxSteps: 5 };
    const still = await LanguageModel.fit(other, { ...options, learningRate: 0 });
    expect(weights(still)).toEqual(before);
    expect(still.text.vocabulary.toJSON()).toEqual(model.text.vocabulary.toJSON());
    expect(still.config).toEqual(model.config);
    const moved = await LanguageModel.fit(other, { ...options, learningRate: 0.01 });
    expect(moved.evaluate(other).loss).toBeLessThan(model.evaluate(other).loss);
    expect(weights(model)).toEqual(before);
  });

  it('refuses another network, and what is no such model', async () => {
    await expect(LanguageModel.fit(TEXT, { initial: model, hiddenSize: 9 })).rejects.toThrow(
      /hiddenSize 9 \(it has 8\)/,
    );
    await expect(LanguageModel.fit(TEXT, { initial: model, cell: 'lstm' })).rejects.toThrow(/cell lstm/);
    const other = { task: 'classifier', config: {}, toBytes: () => new Uint8Array() };
    await expect(LanguageModel.fit(TEXT, { initial: other })).rejects.toThrow(/received one of the task classifier/);
  });
});
