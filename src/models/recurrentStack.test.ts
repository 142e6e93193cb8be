import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../backend/choose.js';
import { TextClassifier } from './classifier/textClassifier.js';
import { ConfigReader } from './config.js';
import { Forecaster } from './forecaster/forecaster.js';
import { LanguageModel } from './language/languageModel.js';
import { type RecurrentConfig, stackConfig } from './recurrentStack.js';
import { loadModel } from './tasks.js';
import { TokenTagger } from './tagger/tokenTagger.js';

beforeAll(async () => {
  await useBackend('reference');
});

const sizes = { hiddenSize: 8, numLayers: 1, dropout: 0 };
const fileWith = (recurrent: unknown) =>
  new ConfigReader({ ...sizes, cell: 'lstm', recurrent }, 'model.safetensors').stack();

// What a model is made with is what its file is opened with: neither takes what the other refuses.
it.each<[string, unknown, RegExp]>([
  ['one of Recurrent that models do not pass on', { reverse: true }, /options of recurrent, received "reverse"/],
  ['a misspelt one', { zonout: 0.1 }, /received "zonout"/],
  ['a share for each state', { zoneout: { h: 0.1 } }, /zoneout as a number, received/],
  ['a number for a flag', { variational: 1 }, /variational as true or false, received 1/],
  ['a list', [0.1], /options of recurrent as an object/],
])('refuses %s as an option and in a file', (_, recurrent, message) => {
  expect(() => stackConfig({ ...sizes, recurrent: recurrent as RecurrentConfig })).toThrow(
    expect.objectContaining({ code: 'OPTION', message: expect.stringMatching(message) as string }),
  );
  expect(() => fileWith(recurrent)).toThrow(
    expect.objectContaining({ code: 'FORMAT', message: expect.stringMatching(message) as string }),
  );
});

it('keeps the others, and none where all are absent', () => {
  const recurrent = { zoneout: 0.1, projSize: 4, learnInitialState: true };
  expect(stackConfig({ ...sizes, recurrent })).toEqual({ ...sizes, recurrent });
  expect(fileWith(recurrent).recurrent).toEqual(recurrent);
  expect(stackConfig({ ...sizes, recurrent: { zoneout: undefined } })).toEqual(sizes);
  expect(() => fileWith(null)).toThrow(/an object "recurrent"/);
});

const OPTIONS = { hiddenSize: 4, epochs: 2, validation: 0, seed: 1, recurrent: { learnInitialState: true } };
const rows = Array.from({ length: 8 }, (_, i) => ({ text: i % 2 ? 'a b' : 'b c', label: i % 2 ? 'x' : 'y' }));
const sentences = rows.map(({ text }) => ({ tokens: text.split(' '), tags: text.split(' ') }));

it.each([
  ['a language model', () => LanguageModel.fit('abcab '.repeat(60), { ...OPTIONS, batchSize: 2, numSteps: 5 })],
  ['a classifier', () => TextClassifier.fit(rows, { ...OPTIONS, linear: false })],
  ['a tagger', () => TokenTagger.fit(sentences, OPTIONS)],
  [
    'a forecaster',
    () => Forecaster.fit({ target: Array.from({ length: 40 }, (_, i) => Math.sin(i)) }, { ...OPTIONS, window: 4 }),
  ],
])('%s learns its first states and keeps them in its file', async (_, fit) => {
  const model = await fit();
  const learned = [...model.network.namedParameters()].filter(([name]) => name.includes('initial_'));
  expect(learned.length).toBeGreaterThanOrEqual(2);
  for (const [, t] of learned) expect(t.data().every((v) => v !== 0)).toBe(true);
  const bytes = model.toBytes();
  expect(Buffer.from(loadModel(bytes, 'm').toBytes()).equals(Buffer.from(bytes))).toBe(true);
});
