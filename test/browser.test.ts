// The core in a browser: a plain static page loads the built package, trains and generates, on WebAssembly; with workers where
// the page is cross-origin isolated, and on one thread where it is not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, type Host, ISOLATION, serve, SKIPPED } from './chromium.js';

const PAGE = `<!doctype html><meta charset="utf-8"><title>Unrolled</title><script type="module">
import { LanguageModel, randn, useBackend } from '/index.js';
import { CompiledBackend } from '/backend/compiled/compiled.js';
import { WasmEngine } from '/backend/compiled/wasmEngine.js';
/** A product that is large enough for two threads, until a worker has had a part of one; the time is up at some point. */
async function shared() {
  const module = await WebAssembly.compileStreaming(fetch('/kernels/simd-threads.wasm'));
  const engine = new WasmEngine(module, 'simd-threads', 2);
  await useBackend(new CompiledBackend(engine));
  const x = randn([256, 256]);
  for (let i = 0; engine.help.kernels === 0 && i < 500; i++) {
    x.matmul(x);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return engine.help;
}
try {
  const backend = await useBackend('auto', { threads: 2 });
  const text = 'she sells sea shells by the sea shore. '.repeat(200);
  const model = await LanguageModel.fit(text, { hiddenSize: 32, embeddingSize: 8, batchSize: 8, numSteps: 16, epochs: 6 });
  const loaded = LanguageModel.fromBytes(model.toBytes(), 'page');
  window.result = { backend: backend.name, features: backend.features, isolated: crossOriginIsolated,
    perplexity: model.training.validation.at(-1).perplexity,
    text: loaded.generate({ prime: 'she ', length: 12, temperature: 0 }),
    help: crossOriginIsolated ? await shared() : null };
} catch (error) { window.result = { error: String(error.stack ?? error) }; }
</script>`;

describe.skipIf(CHROMIUM === undefined)(`in Chromium${SKIPPED}`, () => {
  let host: Host;
  beforeAll(async () => {
    host = await serve({ '/isolated': { html: PAGE, headers: ISOLATION }, '/plain': { html: PAGE } });
  });
  afterAll(() => host.close());

  it.each([
    { path: 'isolated', threads: '2 threads', help: { workers: 1, kernels: 1 } },
    { path: 'plain', threads: '1 thread', help: null },
  ])('trains and generates from a static page ($path: $threads)', async ({ path, threads, help }) => {
    const { result, errors } = await host.visit(path);
    expect(errors).toEqual([]);
    expect(result).toMatchObject({ backend: 'wasm', text: 'sells sea sh', isolated: path === 'isolated', help });
    expect(result).toHaveProperty('features', expect.arrayContaining([threads]));
    expect(result).toHaveProperty(
      'perplexity',
      expect.toSatisfy((value: number) => value < 1.5),
    );
  });
});
