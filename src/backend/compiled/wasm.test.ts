// The WebAssembly backend: what it says it uses, and growing its memory, shared with workers or not. test/conformance runs the
// suite on it.
import { expect, it } from 'vitest';
import { nodePlatform } from '../../platform/node/node.js';
import { setPlatform } from '../../platform/platform.js';
import { createWasmBackend } from './wasm.js';
import { createWasmBackendSync } from './wasmSync.js';

setPlatform(nodePlatform);

it('says what it uses', async () => {
  expect((await createWasmBackend({ relaxed: false })).features).toContain('simd');
  expect((await createWasmBackend({ relaxed: false, threads: 1 })).features).toEqual(['simd', '1 thread']);
  expect(createWasmBackendSync().features).toContain('relaxed-simd');
  expect(createWasmBackendSync({ threads: 3 }).features).toEqual(['relaxed-simd', '3 threads']);
});

it.each([1, 2])('grows, keeps what was there, and says when there is no more (%i threads)', (threads) => {
  const backend = createWasmBackendSync({ budget: 2 ** 40, threads });
  const kept = backend.allocate('float32', 1000);
  backend.write(
    kept,
    0,
    Float32Array.from({ length: 1000 }, (_, i) => i),
  );
  const large = [1, 2, 3].map(() => backend.allocate('float32', 10_000_000));
  for (const storage of large) backend.write(storage, 9_999_999, [1]);
  expect(backend.readSync(kept, 998, 2)).toEqual(Float32Array.of(998, 999));
  expect(() => backend.allocate('float32', 2 ** 30)).toThrow(expect.objectContaining({ code: 'OUT_OF_MEMORY' }));
  // Making room moved storages out; they are still there.
  expect(backend.readSync(large[2], 9_999_999, 1)).toEqual(Float32Array.of(1));
  backend.close();
  expect(() => backend.readSync(kept, 0, 1)).toThrow(expect.objectContaining({ code: 'STATE' }));
});
