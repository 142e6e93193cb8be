// The server of the studio: what it serves, and what it does not.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runTest } from '../testing.js';
import { serveFolder, type StaticServer } from './server.js';

let folder = '';
let server: StaticServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'server-'));
  mkdirSync(join(folder, 'site'));
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'site', 'index.html'), '<p>page');
  writeFileSync(join(folder, 'site', 'a.js'), 'a'.repeat(1000));
  writeFileSync(join(folder, 'site', 'a.js.gz'), gzipSync('a'.repeat(1000)));
  server = await serveFolder(join(folder, 'site'), 0);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

it('serves files with the headers of an isolated page, packed where the browser takes it', async () => {
  const page = await fetch(server.address);
  expect(await page.text()).toBe('<p>page');
  expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  const script = await fetch(`${server.address}a.js`);
  expect(script.headers.get('content-encoding')).toBe('gzip');
  expect(await script.text()).toBe('a'.repeat(1000));
  expect(script.headers.get('content-type')).toMatch(/javascript/);
});

/** As it is, without what `fetch` makes of an address. */
function ask(path: string, headers: Record<string, string> = {}): Promise<number> {
  const { hostname, port } = new URL(server.address);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

it('serves nothing outside of its folder, and nobody who comes by another name', async () => {
  for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/%00', '/%', '/none.js'])
    expect(await ask(path), path).toBe(404);
  expect(await ask('/', { host: 'elsewhere.example' })).toBe(421);
  expect(await ask('/', { host: 'localhost:1' })).toBe(200);
});

it('says so where the port is taken', async () => {
  const { port } = new URL(server.address);
  await expect(serveFolder(folder, Number(port))).rejects.toMatchObject({
    code: 'IO',
    help: expect.stringMatching(/--port/),
  });
  expect(await runTest(['studio', '--no-open', '--port', '99999'])).toMatchObject({ status: 2 });
});

it('is unrolled studio: prints its address, and ends by Ctrl-C', async () => {
  const main = fileURLToPath(new URL('../../../bin/unrolled.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'studio', '--no-open'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  const [address] = (await once(child.stdout, 'data')) as [Buffer];
  const page = await fetch(String(address).trim());
  expect(await page.text()).toContain('Unrolled studio');
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
});
