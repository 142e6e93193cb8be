// The core in a browser: a plain static page loads the built package, trains and generates, on WebAssembly; with workers where
// the page is cross-origin isolated, and on one thread where it is not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, type Host, ISOLATION, serve, SKIPPED } from './chromium.js';

const PAGE = `<!doctype html><meta charset="utf-8"><title>Unrolled</title><script type="module">
import { LanguageModel, randn, useBackend } from '/index.js';
import { CompiledBackend } from '/backend/compiled/compiled.js';
import { WasmEngine } from '/backend/compiled/wasmEngine.js';
import { WasmWorkers } from '/backend/compiled/wasmWorkers.js';
/** A product that is large enough for two threads, until a worker has had a part of one; the time is up at some point. */
async function shared() {
  const module = await WebAssembly.compileStreaming(fetch('/kernels/simd-threads.wasm'));
  const engine = new WasmEngine(module, 'simd-threads', 2, WasmWorkers);
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

/** Saves a model as a download and into a stream; loads it from a File, an address and bytes. */
const FILES_PAGE = `<!doctype html><meta charset="utf-8"><title>Files</title><script type="module">
import { LanguageModel, loadModel, useBackend } from '/index.js';
try {
  await useBackend('reference');
  const model = await LanguageModel.train('she sells sea shells. '.repeat(20), { hiddenSize: 4, batchSize: 2, numSteps: 8, epochs: 1 });
  const bytes = model.toBytes();
  await model.save('folder/shells.safetensors');
  const chunks = [];
  await model.save(new WritableStream({ write: (chunk) => { chunks.push(...chunk); } }));
  const address = URL.createObjectURL(new Blob([bytes]));
  const models = [
    await LanguageModel.load(new File([bytes], 'a.safetensors')),
    await LanguageModel.load(address),
    await loadModel(new URL(address)),
    await LanguageModel.load(await fetch(address)),
    await LanguageModel.load(bytes.buffer),
  ];
  const refusal = async (source) => LanguageModel.load(source).then(() => 'taken', ({ code, message }) => code + ': ' + message);
  window.result = { bytes: [...bytes], chunks, texts: models.map((one) => one.generate({ length: 5, seed: 1 })),
    text: model.generate({ length: 5, seed: 1 }),
    missing: await refusal('/nowhere.safetensors'), damaged: await refusal(new File(['no model'], 'b.txt')) };
} catch (error) { window.result = { error: String(error.stack ?? error) }; }
</script>`;

describe.skipIf(CHROMIUM === undefined)(`in Chromium${SKIPPED}`, () => {
  let host: Host;
  beforeAll(async () => {
    host = await serve({
      '/isolated': { html: PAGE, headers: ISOLATION },
      '/plain': { html: PAGE },
      '/files': { html: FILES_PAGE },
    });
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

  it('saves a model as a download, and loads a File, an address, a Response and bytes', async () => {
    const visit = await host.visit('files');
    const result = visit.result as Record<string, unknown>;
    expect(result).not.toHaveProperty('error');
    expect(visit.downloads.map(({ name }) => name)).toEqual(['shells.safetensors']);
    expect([...visit.downloads[0].bytes]).toEqual(result.bytes);
    expect(result.chunks).toEqual(result.bytes);
    expect(result.texts).toEqual(new Array(5).fill(result.text));
    expect(result.missing).toMatch(/^(NOT_FOUND|IO): .*nowhere\.safetensors, received status 404/);
    expect(result.damaged).toMatch(/^FORMAT: .*b\.txt/);
  });
});
