// WebGPU in a page: a training there is that of WebAssembly, and a page without it says what is missing.
import { afterAll, describe, expect, it } from 'vitest';
import { CHROMIUM, serve, SKIPPED } from './chromium.js';

const TRAINING = `<!doctype html><meta charset="utf-8"><title>WebGPU</title><script type="module">
import { LanguageModel, listBackends, useBackend } from '/index.js';
try {
  const text = 'she sells sea shells by the sea shore. '.repeat(40);
  const trained = [];
  for (const name of ['wasm', 'webgpu']) {
    const backend = await useBackend(name, { threads: 1 });
    const model = await LanguageModel.fit(text, { cell: 'gru', hiddenSize: 8, embeddingSize: 4, batchSize: 4, numSteps: 6, maxSteps: 6,
      validations: 1, seed: 2 });
    const { final, loss } = model.training;
    trained.push({ features: backend.features, loss, final: final.loss,
      text: await model.generateAsync({ prime: 'she ', length: 12, seed: 3 }) });
  }
  window.result = { trained };
} catch (error) { window.result = { error: String(error.code === 'UNSUPPORTED' ? error.message : (error.stack ?? error)), code: error.code }; }
</script>`;

const MISSING = `<!doctype html><meta charset="utf-8"><title>none</title><script type="module">
Object.defineProperty(navigator, 'gpu', { value: undefined });
import('/index.js').then(async ({ useBackend }) => {
  const auto = (await useBackend('auto')).name;
  const { code, message, help } = await useBackend('webgpu').catch((error) => error);
  window.result = { auto, code, message, help };
}).catch((error) => { window.result = { error: String(error) }; });
</script>`;

interface Trained {
  features: string[];
  /** Of the steps, the latest counting most. */
  loss: number;
  final: number;
  text: string;
}

/** SwiftShader, where no card is. */
const FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

describe.skipIf(CHROMIUM === undefined)(`WebGPU in Chromium${SKIPPED}`, async () => {
  const pages = { '/training.html': { html: TRAINING }, '/missing.html': { html: MISSING } };
  const host = await serve(pages, undefined, null, FLAGS);
  afterAll(() => host.close());

  it('trains and writes as WebAssembly does', { timeout: 120_000 }, async (context) => {
    const { result, errors } = await host.visit('training.html');
    const { trained, error, code } = result as { trained?: Trained[]; error?: string; code?: string };
    if (code === 'UNSUPPORTED') context.skip(error);
    expect(error).toBeUndefined();
    expect(errors).toEqual([]);
    const [wasm, webgpu] = trained ?? [];
    expect(webgpu.features).toContainEqual(expect.stringMatching(/^buffers of \d+ MiB$/));
    expect(webgpu.final).toBeCloseTo(wasm.final, 4);
    expect(webgpu.loss).toBeCloseTo(wasm.loss, 4);
    expect(webgpu.text).toBe(wasm.text);
  });

  it('says what a page without it lacks, and goes on without it', async () => {
    const { result } = await host.visit('missing.html');
    expect(result).toEqual({
      auto: 'wasm',
      code: 'UNSUPPORTED',
      message: 'expected WebGPU, found none: this page has no navigator.gpu',
      help: 'use a browser with WebGPU and a page of https: or localhost, or the wasm backend, which always works',
    });
  });
});
