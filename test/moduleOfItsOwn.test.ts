// A model as a module of its own gives in a page what it gives in Node: the same text for a seed, the same labels, tags and forecasts, all
// numbers to the bit.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forecaster, LanguageModel, TextClassifier, TokenTagger } from 'unrolled';
import { exportModule, type ModuleExportable } from '../src/models/esModule/exportModule.js';
import { inFolder } from '../src/sources/testing.js';
import { CHROMIUM, type Host, serve, SKIPPED } from './chromium.js';

const TEXT = 'She sells sea shells by the sea shore; the shells she sells are sea shells, I’m sure.\n'.repeat(40);

const WORDS = ['the', 'film', 'was', 'good', 'bad', 'dull', 'great', 'naïve', '😀'];
const TEXTS = Array.from({ length: 40 }, (_, i) =>
  Array.from({ length: 2 + (i % 6) }, (_, t) => WORDS[(3 * i + t * t) % WORDS.length]),
);
const VALUES = Array.from({ length: 140 }, (_, t) => 100 + t / 4 + 20 * Math.sin((2 * Math.PI * t) / 12) + (t % 5));
const SMALL = { hiddenSize: 16, epochs: 2, batchSize: 8 };

/** Models by their task, and what is asked of the module in both places: a function as text. */
const CASES: Record<string, { fit: () => Promise<ModuleExportable>; ask: string }> = {
  'a language model': {
    fit: () =>
      LanguageModel.fit(TEXT, {
        ...{ cell: 'lstm-layer-norm', hiddenSize: 32, numLayers: 2, embeddingSize: 8, epochs: 3, batchSize: 8 },
        numSteps: 16,
      }),
    ask: `({ encode, generate, start }) => {
  const reading = start();
  const probabilities = Array.from(encode('She sells'), (token) => [...reading.next(token)]);
  return { probabilities, texts: [0, 1, 2].map((seed) => generate({ prime: 'She ', length: 200, seed, temperature: 1.2 })) };
}`,
  },
  'a classifier': {
    fit: () =>
      TextClassifier.fit(
        TEXTS.map((words, i) => ({ text: words.join(' '), label: i % 3 === 0 ? 'good' : 'bad' })),
        SMALL,
      ),
    ask: `({ classify }) => ['the film was naïve 😀', '', 'unseen words'].map(classify)`,
  },
  'a tagger': {
    fit: () =>
      TokenTagger.fit(
        TEXTS.map((tokens) => ({ tokens, tags: tokens.map((token) => (token < 'g' ? 'B-X' : 'O')) })),
        { ...SMALL, head: 'crf' },
      ),
    ask: `({ tag }) => [['the', 'naïve', 'film', '😀'], [], ['unseen']].map((tokens) => tag(tokens))`,
  },
  'a forecaster': {
    fit: () => Forecaster.fit(VALUES, { ...SMALL, window: 24, horizon: 6, quantiles: [0.1, 0.9], transform: 'log' }),
    ask: `({ forecast }) => forecast(${JSON.stringify(VALUES)}, 6)`,
  },
};
type Asked = (module: unknown) => unknown;

const pageOf = (module: string, ask: string): string => `<!doctype html><meta charset="utf-8"><script type="module">
try {
  const address = URL.createObjectURL(new Blob([${JSON.stringify(module).replace(/</g, '\\u003c')}], { type: 'text/javascript' }));
  window.result = (${ask})(await import(address));
} catch (error) { window.result = { error: String(error.stack ?? error) }; }
</script>`;

describe.skipIf(CHROMIUM === undefined)(`a module of its own in Chromium${SKIPPED}`, () => {
  const models = new Map<string, { model: ModuleExportable; module: string }>();
  let host: Host;
  beforeAll(async () => {
    const pages: Record<string, { html: string }> = {};
    for (const [name, { fit, ask }] of Object.entries(CASES)) {
      const model = await fit();
      const module = new TextDecoder().decode(exportModule(model));
      models.set(name, { model, module });
      pages[`/${model.task}`] = { html: pageOf(module, ask) };
    }
    host = await serve(pages);
  });
  afterAll(() => host.close());

  it.each(Object.entries(CASES))('is the same as in Node: %s', async (name, { ask }) => {
    const { model, module } = models.get(name) ?? fail();
    const { result, errors } = await host.visit(model.task);
    expect(errors).toEqual([]);
    const here = await inFolder(async (folder) => {
      writeFileSync(join(folder, 'model.mjs'), module);
      const own = new Function(`return ${ask}`)() as Asked;
      return own(await import(pathToFileURL(join(folder, 'model.mjs')).href));
    });
    expect(result).toEqual(JSON.parse(JSON.stringify(here)));
    if (model instanceof LanguageModel) {
      const texts = [0, 1, 2].map((seed) => model.generate({ prime: 'She ', length: 200, seed, temperature: 1.2 }));
      expect(here).toMatchObject({ texts });
    }
  });
});

function fail(): never {
  throw new Error('expected the models of all cases');
}
