// Where kernels are said to be: folders, files, bytes and functions; and what is said of those that are none.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWasmBackend } from './wasm.js';
import { createWasmBackendSync } from './wasmSync.js';
import type { KernelVariant } from '../../platform/kernelVariant.js';
import { useInlineKernels } from '../../platform/inline.js';
import { configure, type ConfigureOptions, type KernelSource } from '../../platform/configure.js';
import { nodePlatform } from '../../platform/node/node.js';
import { browserPlatform, setPlatform } from '../../platform/platform.js';

const BUILT = fileURLToPath(new URL('../../../dist/kernels/', import.meta.url));
const simd = readFileSync(join(BUILT, 'simd.wasm'));
const threaded = readFileSync(join(BUILT, 'simd-threads.wasm'));
const html = new TextEncoder().encode('\n<!DOCTYPE html><html><body>Welcome</body></html>');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unrolled-'));
  cpSync(BUILT, join(folder, 'kernels'), { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  setPlatform(nodePlatform);
});
afterEach(() => {
  configure({ kernels: null });
  setPlatform(nodePlatform);
  vi.unstubAllGlobals();
});

/** What a backend of two threads uses that is made with these kernels. */
async function featuresWith(kernels: KernelSource): Promise<readonly string[]> {
  configure({ kernels });
  const backend = await createWasmBackend({ threads: 2, relaxed: false });
  const { features } = backend;
  backend.close();
  return features;
}

function refused(message: string, help = ''): unknown {
  const texts = { message: expect.stringContaining(message) as string, help: expect.stringContaining(help) as string };
  return expect.objectContaining({ code: 'IO', ...texts });
}

const TWO = ['simd', '2 threads'];
const ONE = ['simd', '1 thread', 'no more threads: the configured kernels are for one thread'];

describe('configure', () => {
  it('takes a folder, with or without a slash, as a path or an address', async () => {
    const path = join(folder, 'kernels');
    for (const kernels of [path, `${path}/`, pathToFileURL(path), pathToFileURL(`${path}/`).href]) {
      expect(await featuresWith(kernels)).toEqual(TWO);
      expect(createWasmBackendSync({ threads: 2 }).features).toEqual(['relaxed-simd', '2 threads']);
    }
  });

  it('takes one file, its bytes or its module, and says which it is', async () => {
    const copied = new Uint8Array(simd);
    for (const one of [
      join(folder, 'kernels', 'simd.wasm'),
      simd,
      copied,
      copied.buffer,
      new WebAssembly.Module(simd),
    ]) {
      expect(await featuresWith(one)).toEqual(ONE);
      expect(createWasmBackendSync({ threads: 2 }).features).toEqual(ONE);
    }
    expect(await featuresWith(threaded)).toEqual(TWO);
    expect(createWasmBackendSync({ threads: 1 }).features).toEqual(['simd', '1 thread']);
    expect(await featuresWith(`data:application/wasm;base64,${simd.toString('base64')}`)).toEqual(ONE);
  });

  it('asks a function for the best first, until it answers', async () => {
    const asked: KernelVariant[] = [];
    const only = (variant: KernelVariant): Uint8Array | null => {
      asked.push(variant);
      return variant === 'simd' ? simd : null;
    };
    configure({ kernels: only });
    expect((await createWasmBackend({ threads: 2 })).features).toEqual(ONE);
    expect(asked).toEqual(['relaxed-threads', 'simd-threads', 'relaxed', 'simd']);
    expect(await featuresWith((variant) => join(folder, 'kernels', `${variant}.wasm`))).toEqual(TWO);
    expect(await featuresWith(() => Promise.resolve(new Response(threaded)))).toEqual(TWO);
    await expect(featuresWith(() => null)).rejects.toEqual(refused('simd-threads, simd, received none', 'know simd'));
  });

  it('says what a function did that gives no kernels', async () => {
    await expect(featuresWith(() => Promise.reject(new Error('offline')))).rejects.toEqual(refused('offline'));
    const fails = (): never => {
      throw new Error('nothing here');
    };
    await expect(featuresWith(fails)).rejects.toEqual(refused('nothing here'));
    await expect(featuresWith(() => ({ a: 1 }))).rejects.toEqual(refused('received Object'));
    const missing = new Response('none', { status: 404 });
    await expect(featuresWith(() => missing)).rejects.toEqual(refused('received status 404', 'configure'));
  });

  it('holds until it is taken back', async () => {
    await expect(featuresWith(join(folder, 'none'))).rejects.toEqual(refused('none/simd-threads.wasm', 'configure'));
    configure({});
    await expect(createWasmBackend()).rejects.toMatchObject({ code: 'IO' });
    configure({ kernels: null });
    expect((await createWasmBackend({ threads: 2 })).features).toContain('2 threads');
  });

  it('is waited for where it must be', () => {
    for (const kernels of ['https://example.org/kernels', () => Promise.resolve(simd), () => new Response(simd)]) {
      configure({ kernels });
      expect(() => createWasmBackendSync()).toThrow(expect.objectContaining({ code: 'STATE' }));
    }
  });

  it.each([
    ['received ""', { kernels: '' }],
    ['received 5', { kernels: 5 }],
    ['received Array', { kernels: ['simd.wasm'] }],
    ['received Response', { kernels: new Response() }],
    ['received an empty file', { kernels: new Uint8Array(0) }],
    ['received an HTML page', { kernels: html }],
    ['received kernel', { kernel: '/kernels/' }],
    ['received String', '/kernels/'],
    ['received Undefined', undefined],
  ])('refuses what it does not know: %s', (message, options) => {
    expect(() => {
      configure(options as ConfigureOptions);
    }).toThrow(expect.objectContaining({ code: 'OPTION', message: expect.stringContaining(message) as string }));
  });
});

describe('kernels that are none', () => {
  it.each([
    ['page.wasm', html, 'expected WebAssembly, received an HTML page'],
    ['empty.wasm', new Uint8Array(0), 'received an empty file'],
    ['text.wasm', new TextEncoder().encode('version https://git-lfs'), 'begin with "version https://git-'],
    ['cut.wasm', simd.subarray(0, 5000), '5000 bytes'],
    ['other.wasm', Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0), 'received another module'],
  ])('%s', async (name, bytes, message) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    await expect(featuresWith(path)).rejects.toEqual(refused(message, 'node_modules/unrolled/dist/kernels'));
    expect(() => createWasmBackendSync()).toThrow(refused(message) as Error);
  });
});

describe('in a browser', () => {
  function host(answer: () => Response | Promise<Response>): void {
    setPlatform(browserPlatform);
    vi.stubGlobal(
      'fetch',
      vi.fn<typeof fetch>(async () => answer()),
    );
  }

  it('a host that answers with its page is named, with the address', async () => {
    host(() => new Response(html, { headers: { 'Content-Type': 'text/html' } }));
    const page = refused('received an HTML page: file:', 'configure({ kernels');
    await expect(createWasmBackend({ threads: 1 })).rejects.toEqual(page);
    await expect(featuresWith('/static/')).rejects.toEqual(refused('received an HTML page: /static/simd.wasm'));
  });

  it('a host that has none, or does not answer, too', async () => {
    host(() => new Response('', { status: 404 }));
    await expect(createWasmBackend({ threads: 1 })).rejects.toEqual(
      refused('received status 404', "'unrolled/inline'"),
    );
    host(() => Promise.reject(new TypeError('Failed to fetch')));
    await expect(createWasmBackend({ threads: 1 })).rejects.toEqual(refused('received none', "'unrolled/inline'"));
  });

  it('an address may be relative to the page, as bundlers make them', async () => {
    host(() => new Response(simd));
    const relative = Object.create(URL.prototype, { href: { value: '/_next/static/media/simd.wasm' } }) as URL;
    setPlatform({ ...browserPlatform, kernelFile: () => relative });
    await createWasmBackend();
    expect(fetch).toHaveBeenCalledWith('/_next/static/media/simd.wasm');
  });

  it('one file is fetched', async () => {
    host(() => new Response(simd));
    const backend = await createWasmBackend();
    expect(backend.features.slice(0, 2)).toEqual(['simd', '1 thread']);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it.each([
    "WebAssembly.compile(): Compiling or instantiating WebAssembly module violates the following Content Security policy directive because 'unsafe-eval' is not an allowed source of script",
    'call to WebAssembly.compile() blocked by CSP',
  ])('a policy that forbids WebAssembly is named: %s', async (message) => {
    host(() => new Response(simd));
    const compile = vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new WebAssembly.CompileError(message));
    const error = {
      code: 'NO_BACKEND',
      help: expect.stringContaining("add 'wasm-unsafe-eval' to script-src") as string,
    };
    await expect(createWasmBackend({ threads: 1 })).rejects.toMatchObject(error);
    compile.mockRestore();
  });
});

describe('kernels within a module', () => {
  it('run, at once on Node', async () => {
    useInlineKernels(deflateRawSync(simd).toString('base64'));
    expect(createWasmBackendSync({ threads: 2 }).features).toEqual(ONE);
    setPlatform({ ...nodePlatform, inflateSync: undefined });
    expect((await createWasmBackend({ threads: 2 })).features).toEqual(ONE);
    expect(() => createWasmBackendSync()).toThrow(expect.objectContaining({ code: 'STATE' }));
  });
});
