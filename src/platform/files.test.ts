// Where files come from and go to, on Node: paths, addresses, Blobs, Responses, streams, bytes.
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FileSource, type FileTarget, readSource, writeTarget } from './files.js';
import { nodePlatform } from './node/node.js';
import { setPlatform } from './platform.js';

let folder = '';
beforeAll(() => {
  setPlatform(nodePlatform);
  folder = mkdtempSync(join(tmpdir(), 'unrolled-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const text = async (source: FileSource): Promise<string> => new TextDecoder().decode((await readSource(source)).bytes);
const BYTES = new TextEncoder().encode('abc');

describe('files', () => {
  it('go to a path or the URL of a file, and come from there', async () => {
    const path = join(folder, 'a');
    await writeTarget(path, BYTES);
    expect(await text(path)).toBe('abc');
    await writeTarget(pathToFileURL(join(folder, 'b c')), BYTES);
    expect(await text(pathToFileURL(join(folder, 'b c')))).toBe('abc');
    expect(await text(pathToFileURL(path).href)).toBe('abc');
    expect(readFileSync(join(folder, 'b c'), 'utf8')).toBe('abc');
  });

  it.each<[string, () => FileSource]>([
    ['bytes', () => BYTES],
    ['a view', () => new DataView(Uint8Array.of(120, 97, 98, 99).buffer, 1)],
    ['a Blob', () => new Blob(['abc'])],
    ['a Response', () => new Response('abc')],
    ['an address with its data', () => 'data:text/plain,abc'],
  ])('come from %s', async (_, source) => {
    expect(await text(source())).toBe('abc');
  });

  it('come from a server, which may not have them', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/a' ? 200 : 404).end('abc');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = server.address();
    const address = `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}/`;
    try {
      expect(await text(new URL('a', address))).toBe('abc');
      await expect(readSource(`${address}b`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(readSource(await fetch(`${address}b`))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    } finally {
      server.close();
    }
    await expect(readSource(`${address}a`)).rejects.toMatchObject({ code: 'IO' });
  });

  it('go to a handle and a stream of a page, which say so where they fail', async () => {
    const chunks: number[] = [];
    const stream = (): WritableStream<Uint8Array> =>
      new WritableStream({ write: (chunk: Uint8Array) => void chunks.push(...chunk) });
    await writeTarget(stream(), BYTES);
    await writeTarget({ createWritable: async () => stream() }, BYTES);
    expect(chunks).toEqual([...BYTES, ...BYTES]);
    const broken = new WritableStream({ write: () => Promise.reject(new Error('full')) });
    await expect(writeTarget(broken, BYTES)).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringContaining('full'),
    });
  });

  it('are refused where they are none', async () => {
    for (const wrong of [undefined, null, 3, '', {}, []]) {
      await expect(readSource(wrong as FileSource)).rejects.toMatchObject({ code: 'OPTION' });
      await expect(writeTarget(wrong as FileTarget, BYTES)).rejects.toMatchObject({ code: 'OPTION' });
    }
  });
});
