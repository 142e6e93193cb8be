// The real page, served as `unrolled studio` serves it, in a headless Chromium.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { serveFolder, type StaticServer } from '../../src/cli/studio/server.js';
import { CHROMIUM } from '../chromium.js';

export const STUDIO = fileURLToPath(new URL('../../dist/studio/', import.meta.url));

export interface Studio {
  /** Ends with a slash. */
  address: string;
  browser: Browser;
  /** Opens the page in a profile of its own. */
  open(hash?: string, options?: Parameters<Browser['newContext']>[0]): Promise<Visit>;
  close(): Promise<void>;
}

/** The same folder from a host that sends no headers of its own. */
export async function servePlain(): Promise<{ address: string; close(): Promise<void> }> {
  const types: Record<string, string> = {
    '.js': 'text/javascript',
    '.wasm': 'application/wasm',
    '.css': 'text/css',
    '.html': 'text/html',
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    const file = join(STUDIO, path === '/' ? 'index.html' : path);
    readFile(file).then(
      (bytes) => response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'text/plain' }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  return {
    address: `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Visit {
  page: Page;
  context: BrowserContext;
  /** What the page did not catch, and what the console holds as errors. */
  errors: string[];
  /** The number that a figure shows, in full. */
  figure(id: string): Promise<number>;
  /** Waits until a figure is as wanted. */
  until(id: string, wanted: (value: number) => boolean): Promise<number>;
  /** Stops the training, and waits until it stands. @returns the step */
  pause(): Promise<number>;
  close(): Promise<void>;
}

export async function startStudio(folder = STUDIO): Promise<Studio> {
  const server: StaticServer = await serveFolder(folder, 0);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  return {
    address: server.address,
    browser,
    open: (hash = '', options = {}) => visit(browser, `${server.address}${hash === '' ? '' : `#${hash}`}`, options),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

async function visit(browser: Browser, address: string, options: Parameters<Browser['newContext']>[0]): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error.stack)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(address);
  const figure = async (id: string): Promise<number> =>
    Number((await page.locator(`#figure-${id}`).getAttribute('value')) || NaN);
  const until = async (id: string, wanted: (value: number) => boolean): Promise<number> => {
    for (let i = 0; i < 600; i++) {
      const value = await figure(id);
      if (wanted(value)) return value;
      await page.waitForTimeout(50);
    }
    throw new Error(`${id} is ${await figure(id)} after 30 s`);
  };
  return {
    ...{ page, context, errors, figure, until },
    async pause() {
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
      // The step under way is told, then measured.
      let last = -1;
      for (let step = await figure('step'); step !== last; step = await figure('step')) {
        last = step;
        await page.waitForTimeout(400);
      }
      return last;
    },
    close: () => context.close(),
  };
}
