// The core in a browser: a plain static page loads the built package, trains and generates, on WebAssembly; with workers where
// the page is cross-origin isolated, and on one thread where it is not.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html' };

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

describe.skipIf(CHROMIUM === undefined)(
  `in Chromium${CHROMIUM === undefined ? ' (skipped: none is installed)' : ''}`,
  () => {
    let server: Server;
    let address = '';

    beforeAll(async () => {
      server = createServer((request, response) => {
        const path = (request.url ?? '/').split('?')[0];
        const headers =
          path === '/plain'
            ? {}
            : { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
        if (path === '/isolated' || path === '/plain' || path === '/files') {
          response
            .writeHead(200, { ...headers, 'Content-Type': 'text/html' })
            .end(path === '/files' ? FILES_PAGE : PAGE);
          return;
        }
        readFile(join(DIST, path)).then(
          (bytes) =>
            response.writeHead(200, { ...headers, 'Content-Type': TYPES[extname(path)] ?? 'text/plain' }).end(bytes),
          () => response.writeHead(404).end(),
        );
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const at = server.address();
      address = `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}/`;
    });

    afterAll(() => server.close());

    it.each([
      { path: 'isolated', threads: '2 threads', help: { workers: 1, kernels: 1 } },
      { path: 'plain', threads: '1 thread', help: null },
    ])('trains and generates from a static page ($path: $threads)', async ({ path, threads, help }) => {
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
      try {
        const page = await browser.newPage();
        const errors: string[] = [];
        page.on('pageerror', (error) => errors.push(String(error)));
        await page.goto(address + path);
        await page
          .waitForFunction('window.result !== undefined', undefined, { timeout: 50_000 })
          .catch(() => undefined);
        expect(errors).toEqual([]);
        const result = await page.evaluate('window.result');
        expect(result).toMatchObject({ backend: 'wasm', text: 'sells sea sh', isolated: path === 'isolated', help });
        expect(result).toHaveProperty('features', expect.arrayContaining([threads]));
        expect(result).toHaveProperty(
          'perplexity',
          expect.toSatisfy((value: number) => value < 1.5),
        );
      } finally {
        await browser.close();
      }
    });

    it('saves a model as a download, and loads a File, an address, a Response and bytes', async () => {
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
      try {
        const page = await browser.newPage();
        const downloaded = page.waitForEvent('download', { timeout: 50_000 });
        await page.goto(`${address}files`);
        const download = await downloaded;
        await page.waitForFunction('window.result !== undefined', undefined, { timeout: 50_000 });
        const result = (await page.evaluate('window.result')) as Record<string, unknown>;
        expect(result).not.toHaveProperty('error');
        expect(download.suggestedFilename()).toBe('shells.safetensors');
        expect([...(await readFile(await download.path()))]).toEqual(result.bytes);
        expect(result.chunks).toEqual(result.bytes);
        expect(result.texts).toEqual(new Array(5).fill(result.text));
        expect(result.missing).toMatch(/^NOT_FOUND: .*nowhere\.safetensors, received status 404/);
        expect(result.damaged).toMatch(/^FORMAT: .*b\.txt/);
      } finally {
        await browser.close();
      }
    });
  },
);
