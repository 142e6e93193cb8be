// A host of the built package and a headless Chromium, for tests of pages.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html' };

export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
/** For the titles of tests. */
export const SKIPPED = CHROMIUM === undefined ? ' (skipped: none is installed)' : '';

/** Headers that let memory be shared with workers; all files of a page want them. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** A page at an address of its own. */
export interface Page {
  html: string;
  headers?: Record<string, string>;
}

/** What a page leaves in `window.result`, the errors that it did not catch, its warnings, and what it gave as downloads. */
export interface Visit {
  result: unknown;
  downloads: { name: string; bytes: Uint8Array }[];
  errors: string[];
  warnings: string[];
}

export interface Host {
  /** Ends with a slash. */
  address: string;
  /** Opens a page in a Chromium that stays until the host is closed. */
  visit(path: string): Promise<Visit>;
  close(): Promise<void>;
}

/**
 * Serves pages by their paths, and dist/ beside them.
 * @param place the file of dist/ for a path; null where there is none
 * @param missing what is answered then: a page with status 200, or null for status 404
 * @param flags of Chromium
 */
export async function serve(
  pages: Record<string, Page>,
  place: (path: string) => string | null = (path) => path,
  missing: string | null = null,
  flags: readonly string[] = [],
): Promise<Host> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page !== undefined) {
      response.writeHead(200, { ...page.headers, 'Content-Type': 'text/html' }).end(page.html);
      return;
    }
    const file = place(path);
    const reading = file === null ? Promise.reject(new Error('no such file')) : readFile(join(DIST, file));
    const none = missing === null ? { status: 404, body: '' } : { status: 200, body: missing };
    reading.then(
      (bytes) =>
        response.writeHead(200, { ...ISOLATION, 'Content-Type': TYPES[extname(path)] ?? 'text/plain' }).end(bytes),
      () => response.writeHead(none.status, { 'Content-Type': 'text/html' }).end(none.body),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  const address = `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}/`;
  let browser: Promise<Browser> | undefined;
  return {
    address,
    async visit(path) {
      browser ??= chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', ...flags] });
      return visit(await browser, address + path);
    },
    async close() {
      server.close();
      await (await browser)?.close();
    },
  };
}

async function visit(browser: Browser, address: string): Promise<Visit> {
  const page = await browser.newPage();
  try {
    const errors: string[] = [];
    const warnings: string[] = [];
    const downloads: Promise<Visit['downloads'][number]>[] = [];
    page.on('download', (download) => {
      const name = download.suggestedFilename();
      downloads.push(download.path().then(async (path) => ({ name, bytes: await readFile(path) })));
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'warning') warnings.push(message.text());
    });
    await page.goto(address);
    // Not by waitForFunction, which a page's policy may forbid.
    let result: unknown;
    for (let i = 0; result === undefined && i < 1000; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      result = await page.evaluate('window.result');
    }
    return { result, errors, warnings, downloads: await Promise.all(downloads) };
  } finally {
    await page.close();
  }
}
