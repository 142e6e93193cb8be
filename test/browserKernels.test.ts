// Where a page finds the kernels, and what it is told where a host or a policy is in the way.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, type Host, ISOLATION, type Page, serve, SKIPPED } from './chromium.js';

/** A page that starts a backend and multiplies with it, or shows the error. */
function page(before = '', headers: Record<string, string> = {}): Page {
  return {
    headers,
    // Without a bundler the library is more files than the 250 that are noted where nobody asks for more.
    html: `<!doctype html><meta charset="utf-8"><title>Unrolled</title>
<script>performance.setResourceTimingBufferSize(2000)</script><script type="module">
${before}
import { configure, listBackends, ones, useBackend } from '/index.js';
try {
  if (window.kernels) configure({ kernels: window.kernels });
  const { name, threads, features } = await useBackend('auto', { threads: 2 });
  const x = ones([256, 256]);
  let y = x.matmul(x);
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    y = x.matmul(x);
  }
  const wasm = (await listBackends({ threads: 2 })).find((backend) => backend.name === 'wasm');
  const fetched = performance.getEntriesByType('resource').map((entry) => entry.name.split('/').pop());
  window.result = { name, threads, features, product: y.data()[0], listed: wasm.features,
    wasm: [...new Set(fetched.filter((name) => name.endsWith('.wasm')))] };
} catch ({ name, code, message, help }) { window.result = { name, code, message, help }; }
</script>`,
  };
}

const SCRIPTS = "script-src 'self' 'unsafe-inline'";
const policy = (text: string): Record<string, string> => ({ ...ISOLATION, 'Content-Security-Policy': text });

describe.skipIf(CHROMIUM === undefined)(`kernels in Chromium${SKIPPED}`, () => {
  describe('beside the library', () => {
    let host: Host;
    beforeAll(async () => {
      host = await serve({
        '/isolated': page('', ISOLATION),
        '/open': page(),
        '/forbidden': page('', policy(`${SCRIPTS}; worker-src blob:`)),
        '/alone': page('', policy(`${SCRIPTS} 'wasm-unsafe-eval'`)),
        '/allowed': page('', policy(`${SCRIPTS} 'wasm-unsafe-eval'; worker-src blob:`)),
        '/old': page('WebAssembly.validate = () => false;'),
      });
    });
    afterAll(() => host.close());

    it.each(['isolated', 'allowed'])('compute with two threads where nothing forbids it (%s)', async (path) => {
      expect((await host.visit(path)).result).toEqual({
        ...{ name: 'wasm', threads: 2, features: ['relaxed-simd', '2 threads'], product: 256 },
        ...{ listed: ['relaxed-simd', '2 threads'], wasm: ['relaxed-threads.wasm'] },
      });
    });

    it.each([
      { path: 'open', why: 'the page is not cross-origin isolated' },
      { path: 'alone', why: "workers from blob: do not start here: the page's policy wants `worker-src blob:`" },
    ])('compute with one thread and say why ($path)', async ({ path, why }) => {
      const features = ['relaxed-simd', '1 thread', `no more threads: ${why}`];
      const { result, errors } = await host.visit(path);
      expect(errors).toEqual([]);
      expect(result).toEqual({
        ...{ name: 'wasm', threads: 1, features, listed: features, product: 256, wasm: ['relaxed.wasm'] },
      });
    });

    it('do not compile where a policy forbids it, and say what it wants', async () => {
      const { result, warnings } = await host.visit('forbidden');
      expect(result).toMatchObject({ name: 'UnrolledError', code: 'NO_BACKEND' });
      expect(result).toHaveProperty('message', expect.stringContaining("script-src has no 'wasm-unsafe-eval'"));
      expect(result).toHaveProperty('help', expect.stringContaining("add 'wasm-unsafe-eval' to script-src"));
      expect(warnings.filter((text) => text.startsWith('unrolled'))).toEqual([]);
    });

    it('give way to the reference in an engine without SIMD, with a warning', async () => {
      const { result, warnings } = await host.visit('old');
      expect(result).toMatchObject({ name: 'reference', product: 256, wasm: [] });
      expect(warnings.filter((text) => text.startsWith('unrolled'))).toEqual([
        expect.stringContaining('wasm: expected WebAssembly with SIMD, found an engine without'),
      ]);
    });
  });

  describe('elsewhere', () => {
    let host: Host;
    beforeAll(async () => {
      const kernels = (value: string): string => `window.kernels = ${value};`;
      host = await serve(
        {
          '/unset': page('', ISOLATION),
          '/folder': page(kernels("'/moved/'"), ISOLATION),
          '/relative': page(kernels("new URL('moved', location)"), ISOLATION),
          '/file': page(kernels("'/moved/simd.wasm?v=1'"), ISOLATION),
          '/function': page(kernels('(name) => fetch(`/moved/${name}.wasm`)'), ISOLATION),
          '/inline': page("import '/inline.js';"),
        },
        (path) => (path.startsWith('/kernels/') ? null : path.replace('/moved/', '/kernels/')),
        '<!doctype html><title>The application</title>',
      );
    });
    afterAll(() => host.close());

    it('are a failure where the host answers with its page, not a slow run', async () => {
      const { result, warnings } = await host.visit('unset');
      const message = `expected WebAssembly, received an HTML page: ${host.address}kernels/relaxed-threads.wasm`;
      expect(result).toMatchObject({ name: 'UnrolledError', code: 'IO', message });
      expect(result).toHaveProperty('help', expect.stringContaining('configure({ kernels: '));
      expect(warnings.filter((text) => text.startsWith('unrolled'))).toEqual([]);
    });

    it.each(['folder', 'relative', 'function'])('are found where configure says (%s)', async (path) => {
      expect((await host.visit(path)).result).toMatchObject({
        ...{ name: 'wasm', threads: 2, product: 256, wasm: ['relaxed-threads.wasm'] },
      });
    });

    it('are one file where configure names one', async () => {
      const { result } = await host.visit('file');
      expect(result).toMatchObject({ name: 'wasm', threads: 1, product: 256 });
      expect(result).toHaveProperty('features', expect.arrayContaining(['simd', '1 thread']));
    });

    it('are within a module', async () => {
      const { result, errors } = await host.visit('inline');
      expect(errors).toEqual([]);
      expect(result).toMatchObject({ name: 'wasm', threads: 1, product: 256, wasm: [] });
    });
  });
});
