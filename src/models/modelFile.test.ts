import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../backend/choose.js';
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors.js';
import { Corpus } from '../text/corpus.js';
import { LanguageModel } from './language/languageModel.js';
import { textOf } from './language/textGenerator.js';
import { loadModel } from './tasks.js';

beforeAll(async () => {
  await useBackend('reference');
});

it.each([NaN, Infinity, -Infinity])('refuses weights of %d, by name and place', (value) => {
  const config = { cell: 'gru', hiddenSize: 3, numLayers: 1, embeddingSize: 2, dropout: 0, seed: 1 };
  const bytes = new LanguageModel(config, textOf(Corpus.fromText('abcab'), {})).toBytes();
  expect(loadModel(bytes, 'm').task).toBe('lm');
  const { tensors, metadata } = decodeSafetensors(bytes, 'm');
  const changed = [...tensors].map(([name, tensor]) => ({ name, ...tensor }));
  for (const { name, data } of changed) if (name === 'rnn.0.weight_h') data[4] = value;
  expect(() => loadModel(encodeSafetensors(changed, metadata), 'ran.safetensors')).toThrow(
    expect.objectContaining({
      code: 'FORMAT',
      message: `expected finite numbers in ran.safetensors, received ${value} in "rnn.0.weight_h", element 4`,
    }),
  );
});

it('says how a model is saved, where JSON would drop its weights', () => {
  const config = { cell: 'gru', hiddenSize: 3, numLayers: 1, embeddingSize: 2, dropout: 0, seed: 1 };
  const model = new LanguageModel(config, textOf(Corpus.fromText('abcab'), {}));
  expect(() => JSON.stringify(model)).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      help: expect.stringMatching(/model\.save\('model\.safetensors'\).*toBytes/),
    }),
  );
});
