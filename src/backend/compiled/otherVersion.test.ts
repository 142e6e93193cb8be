// Kernels that were built from other sources: an addon gives way to WebAssembly; WebAssembly is a failure, since nothing fast is
// left after it.
import { expect, it, vi } from 'vitest';
import { nodePlatform } from '../../platform/node/node.js';
import { setPlatform } from '../../platform/platform.js';
import { UnsupportedError } from '../../errors.js';
import { createNativeBackend } from './native.js';
import { createWasmBackend } from './wasm.js';
import { createWasmBackendSync } from './wasmSync.js';

vi.mock('../numbers.js', async (original) => ({ ...(await original()), CALLS_VERSION: -1 }));

setPlatform(nodePlatform);

it('is an error of files for WebAssembly', async () => {
  const other = { code: 'IO', message: expect.stringContaining('kernels of version -1') as string };
  await expect(createWasmBackend()).rejects.toMatchObject(other);
  expect(() => createWasmBackendSync()).toThrow(expect.objectContaining(other));
});

it('declines for the addon', () => {
  expect(() => createNativeBackend()).toThrow(UnsupportedError);
});
