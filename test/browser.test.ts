// The core in a browser: a plain static page loads the built package, trains and generates, on WebAssembly.
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
import { LanguageModel, useBackend } from '/index.js';
try {
  const backend = await useBackend('auto');
  const text = 'she sells sea shells by the sea shore. '.repeat(200);
  const model = await LanguageModel.train(text, { hiddenSize: 32, embeddingSize: 8, batchSize: 8, numSteps: 16, epochs: 6 });
  const loaded = LanguageModel.fromBytes(model.toBytes(), 'page');
  window.result = { backend: backend.name, perplexity: model.training.validation.at(-1).perplexity,
    text: loaded.generate({ prime: 'she ', length: 12, temperature: 0 }) };
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
        const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
        if (path === '/') {
          response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end(PAGE);
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

    it('trains and generates from a static page', async () => {
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
      try {
        const page = await browser.newPage();
        const errors: string[] = [];
        page.on('pageerror', (error) => errors.push(String(error)));
        await page.goto(address);
        await page
          .waitForFunction('window.result !== undefined', undefined, { timeout: 50_000 })
          .catch(() => undefined);
        expect(errors).toEqual([]);
        const result = await page.evaluate('window.result');
        expect(result).toMatchObject({ backend: 'wasm', text: 'sells sea sh' });
        expect(result).toHaveProperty(
          'perplexity',
          expect.toSatisfy((value: number) => value < 1.5),
        );
      } finally {
        await browser.close();
      }
    });
  },
);
