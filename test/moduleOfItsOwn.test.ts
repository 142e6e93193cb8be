// A model as a module of its own gives in a page what it gives in Node: the same text for a seed, the same numbers.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LanguageModel } from 'unrolled';
import { exportModule } from '../src/models/esModule/exportModule.js';
import { inFolder } from '../src/sources/testing.js';
import { CHROMIUM, type Host, serve, SKIPPED } from './chromium.js';

const TEXT = 'She sells sea shells by the sea shore; the shells she sells are sea shells, I’m sure.\n'.repeat(40);

/** What is asked of the module, in both places. */
const ASK = `({ encode, generate, start }) => {
  const reading = start();
  const probabilities = Array.from(encode('She sells'), (token) => [...reading.next(token)]);
  return { probabilities, texts: [0, 1, 2].map((seed) => generate({ prime: 'She ', length: 200, seed, temperature: 1.2 })) };
}`;
type Asked = (module: unknown) => { probabilities: number[][]; texts: string[] };

const pageOf = (module: string): string => `<!doctype html><meta charset="utf-8"><script type="module">
try {
  const address = URL.createObjectURL(new Blob([${JSON.stringify(module).replace(/</g, '\\u003c')}], { type: 'text/javascript' }));
  window.result = (${ASK})(await import(address));
} catch (error) { window.result = { error: String(error.stack ?? error) }; }
</script>`;

describe.skipIf(CHROMIUM === undefined)(`a module of its own in Chromium${SKIPPED}`, () => {
  let host: Host;
  let model: LanguageModel;
  let module: string;
  beforeAll(async () => {
    const options = {
      cell: 'lstm-layer-norm',
      hiddenSize: 32,
      numLayers: 2,
      embeddingSize: 8,
      epochs: 3,
      batchSize: 8,
    };
    model = await LanguageModel.fit(TEXT, { ...options, numSteps: 16 });
    module = new TextDecoder().decode(exportModule(model));
    host = await serve({ '/': { html: pageOf(module) } });
  });
  afterAll(() => host.close());

  it('is the same as in Node, and draws what the model draws', async () => {
    const { result, errors } = await host.visit('');
    expect(errors).toEqual([]);
    const here = await inFolder(async (folder) => {
      writeFileSync(join(folder, 'model.mjs'), module);
      const ask = new Function(`return ${ASK}`)() as Asked;
      return ask(await import(pathToFileURL(join(folder, 'model.mjs')).href));
    });
    expect(result).toEqual(here);
    expect(here.texts).toEqual(
      [0, 1, 2].map((seed) => model.generate({ prime: 'She ', length: 200, seed, temperature: 1.2 })),
    );
  });
});
