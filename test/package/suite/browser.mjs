// A server of static files with the headers that a test wants, and Chromium on it.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { Skipped } from './project.mjs';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const TYPES = {
  ...{ '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.json': 'application/json' },
  ...{ '.wasm': 'application/wasm', '.html': 'text/html', '.map': 'application/json', '.svg': 'image/svg+xml' },
};
/** Headers of a page that may share memory with its workers. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

let browser;

export async function closeBrowser() {
  await browser?.close();
}

/** Serves a folder. @returns its address, and what ends it */
export async function serve(folder, { isolated = false } = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0]);
    readFile(join(folder, path.endsWith('/') ? `${path}index.html` : path)).then(
      (bytes) => {
        const type = TYPES[extname(path)] ?? 'text/html';
        response.writeHead(200, { ...(isolated ? ISOLATION : {}), 'Content-Type': type }).end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** Opens a page and waits until it has set `window.result`. */
export async function resultOf(address, { timeout = 60_000 } = {}) {
  if (CHROMIUM === undefined) throw new Skipped('no Chromium is installed');
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const said = [];
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('console', (message) => said.push(message.text()));
    page.on('requestfailed', (request) => said.push(`${request.url()} failed`));
    page.on('response', (response) => response.status() >= 400 && said.push(`${response.url()}: ${response.status()}`));
    await page.goto(address);
    await page.waitForFunction('window.result !== undefined', undefined, { timeout }).catch(() => undefined);
    const result = await page.evaluate('window.result');
    if (result === undefined) throw new Error(`the page gave no result; it said:\n${said.join('\n')}`);
    return result;
  } finally {
    await context.close();
  }
}
