// Language models over characters as PyTorch, torch.onnx and Keras write them (make_language_models.py): what they predict.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../../src/node.js';
import { importModel } from '../../src/convert/index.js';

const path = (name: string): string => fileURLToPath(new URL(`./languageModels/${name}`, import.meta.url));

beforeAll(() => useBackend('reference'));

it.each([
  ['char-lstm.pt', 'torch'],
  ['char-lstm.onnx', 'torch'],
  ['char-gru.keras', 'keras'],
  ['char-gru.h5', 'keras'],
])('%s predicts what it did there', async (file, kind) => {
  const { characters, tokens, probabilities } = JSON.parse(readFileSync(path(`${kind}.json`), 'utf8')) as {
    characters: string;
    tokens: number[];
    probabilities: number[][];
  };
  const model = (await importModel(path(file))).languageModel({ vocabulary: Array.from(characters) });
  const session = model.session();
  tokens.forEach((token, t) => {
    const own = session.read([token]).probabilities();
    probabilities[t].forEach((p, k) => {
      expect(own[k]).toBeCloseTo(p, 5);
    });
  });
});
