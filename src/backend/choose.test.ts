import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { nodePlatform } from '../platform/node/node.js';
import { getPlatform, type Platform, setPlatform } from '../platform/platform.js';
import { zeros } from '../tensor/create.js';
import { currentDevice, setCurrentDevice } from '../tensor/device.js';
import { type BackendName, ensureBackend, listBackends, setNativeMaker, useBackend } from './choose.js';
import { useBackendSync } from './chooseSync.js';
import { createNativeBackend } from './compiled/native.js';
import { ReferenceBackend } from './reference/reference.js';
import { backendOf } from './registry.js';

const before = getPlatform();

/** A platform that has no addon. */
const bare: Platform = {
  ...nodePlatform,
  openWebGpu: undefined,
  loadAddon: () => ({ reason: 'no compiler was found' }),
};

let warn: MockInstance<typeof console.warn>;

/** On an engine without SIMD. */
beforeEach(() => {
  setPlatform(bare);
  setNativeMaker(createNativeBackend);
  vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
  setPlatform(before);
  setCurrentDevice(null);
});

describe('useBackend', () => {
  it('takes the next backend where one declines, and warns once that nothing fast runs here', async () => {
    const backend = await useBackend('auto');
    expect(backend.name).toBe('reference');
    expect(useBackendSync('auto').name).toBe('reference');
    expect(warn).toHaveBeenCalledTimes(1);
    const [text] = warn.mock.calls[0];
    expect(text).toContain('native: expected the native addon, found none: no compiler was found');
    expect(text).toContain('wasm: expected WebAssembly with SIMD, found an engine without; use a newer browser');
    expect(text).toContain("useBackend('reference')");
  });

  it('does not warn where the reference is asked for, by name or by what it alone has', async () => {
    await useBackend('reference');
    expect((await useBackend('auto', { precision: 'float64' })).name).toBe('reference');
    expect(warn).not.toHaveBeenCalled();
  });

  it('takes an engine without WebAssembly for one without SIMD', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    try {
      await expect(useBackend('wasm')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('makes the backend the place of new tensors', async () => {
    const backend = await useBackend('reference', { precision: 'float64' });
    expect(currentDevice()).toBe(backend);
    expect(zeros([2]).data()).toBeInstanceOf(Float64Array);
    expect(backendOf(zeros([2]))).toBe(backend);
    const own = new ReferenceBackend();
    expect(await useBackend(own)).toBe(own);
    expect(currentDevice()).toBe(own);
  });

  it('is not chosen again where one is in use', async () => {
    const mine = await useBackend('reference', { precision: 'float64' });
    expect(await ensureBackend()).toBe(mine);
    const other = new ReferenceBackend();
    setCurrentDevice(other);
    expect(await ensureBackend()).toBe(other);
    setCurrentDevice(null);
    const automatic = await ensureBackend();
    expect(automatic).not.toBe(mine);
    expect(currentDevice()).toBe(automatic);
  });

  it('does not answer in another way where a backend is named, and keeps the one before', async () => {
    const first = await useBackend('reference');
    await expect(useBackend('native')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(useBackend('wasm', { precision: 'float64' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(currentDevice()).toBe(first);
  });

  it('reports missing kernels instead of running slowly', async () => {
    vi.mocked(WebAssembly.validate).mockRestore();
    setPlatform({ ...bare, kernelFile: () => new URL('file:///nowhere/simd.wasm') });
    const missing = { code: 'IO', message: expect.stringContaining('/nowhere/simd.wasm') as string };
    await expect(useBackend('auto')).rejects.toMatchObject(missing);
    expect(() => useBackendSync('auto')).toThrow(expect.objectContaining(missing));
    const [, wasm] = await listBackends();
    expect(wasm).toMatchObject({ name: 'wasm', available: false, threads: 0, features: [] });
    expect(wasm.reason).toContain('/nowhere/simd.wasm');
    expect(warn).not.toHaveBeenCalled();
  });

  it('names the nearest backend for an unknown one, and refuses bad options', async () => {
    const unknown = useBackend('Wsam' as BackendName);
    await expect(unknown).rejects.toMatchObject({
      code: 'OPTION',
      help: expect.stringContaining('did you mean wasm?'),
    });
    await expect(useBackend('auto', { threads: 0 })).rejects.toMatchObject({ code: 'OPTION' });
    await expect(useBackend('auto', { threads: 1.5 })).rejects.toMatchObject({ code: 'OPTION' });
  });
});

describe('listBackends', () => {
  it('lists all, with the reasons of those that do not run, and leaves the chosen one alone', async () => {
    const mine = await useBackend('reference');
    const list = await listBackends();
    expect(list.map(({ name, available }) => [name, available])).toEqual([
      ['native', false],
      ['wasm', false],
      ['reference', true],
      ['webgpu', false],
    ]);
    expect(list[3].reason).toContain('this machine has no WebGPU');
    expect(list[0].reason).toContain('no compiler was found');
    expect(list[1].reason).toContain('SIMD');
    expect(list[2]).toMatchObject({ reason: null, threads: 1, features: ['float32'] });
    expect(currentDevice()).toBe(mine);
    expect(zeros([1]).item()).toBe(0);
  });
});

describe('backendOf', () => {
  it('refuses a device that only stores', () => {
    const backend = new ReferenceBackend();
    const device = {
      name: 'shelf',
      answersAtOnce: true,
      allocate: backend.allocate,
      release: backend.release,
      write: backend.write,
      fill: backend.fill,
      read: backend.read,
      readSync: backend.readSync,
    };
    expect(() => backendOf(device)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });
});
