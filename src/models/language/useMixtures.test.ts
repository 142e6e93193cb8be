// A page as it begins: without mixtures and shards until it asks for them. On Node both are there from the start (onNode/setup.ts).
import { beforeAll, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { useBackend } from '../../backend/choose.js';
import { init } from '../../parallel/init.js';
import { LanguageModel } from './languageModel.js';
import { useMixtures } from './useMixtures.js';

const TEXT = Array.from({ length: 100 }, (_, i) => `line ${i % 7} says hello;\n`).join('');
const SMALL = { hiddenSize: 4, embeddingSize: 4, batchSize: 4, numSteps: 8, maxSteps: 2, validation: 0.2 };

beforeAll(async () => {
  await useBackend('reference');
});

it('a page without useMixtures says what to call: training, mixing, opening', async () => {
  const refused = { code: 'STATE', help: expect.stringContaining('useMixtures()') as unknown };
  await expect(LanguageModel.fit(TEXT, { ...SMALL, mixture: true })).rejects.toMatchObject(refused);
  useMixtures();
  const mixed = await LanguageModel.fit(TEXT, { ...SMALL, mixture: true });
  const again = LanguageModel.fromBytes(mixed.toBytes());
  expect(again.mixture?.shares).toEqual(mixed.mixture?.shares);
  expect(again.generate({ length: 20, seed: 1 })).toBe(mixed.generate({ length: 20, seed: 1 }));
  expect(again.evaluate(TEXT)).toEqual(mixed.evaluate(TEXT));
});

it('shards in a page want parallel.init, which leaves it alone', async () => {
  const refused = { code: 'STATE', help: expect.stringContaining('parallel.init()') as unknown };
  await expect(LanguageModel.fit(TEXT, { ...SMALL, shards: 2 })).rejects.toMatchObject(refused);
  expect((await init()).size).toBe(1);
  const model = await LanguageModel.fit(TEXT, { ...SMALL, shards: 2 });
  expect(model.training?.step).toBe(2);
});
