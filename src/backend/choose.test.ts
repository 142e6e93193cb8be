import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnrolledError } from '../errors.js';
import { nodePlatform } from '../platform/node/node.js';
import { getPlatform, type Platform, setPlatform } from '../platform/platform.js';
import { zeros } from '../tensor/create.js';
import { currentDevice, setCurrentDevice } from '../tensor/device.js';
import { type BackendName, ensureBackend, listBackends, useBackend, useBackendSync } from './choose.js';
import { ReferenceBackend } from './reference/reference.js';
import { backendOf } from './registry.js';

const before = getPlatform();

/** A platform that has no addon, and for WebAssembly bytes that no engine takes. */
const bare: Platform = {
  ...nodePlatform,
  loadAddon: () => ({ reason: 'no compiler was found' }),
  kernelBytes: () => Promise.resolve(new Uint8Array([1, 2, 3])),
  kernelBytesSync: () => new Uint8Array([1, 2, 3]),
};

beforeEach(() => {
  setPlatform(bare);
});

afterEach(() => {
  setPlatform(before);
  setCurrentDevice(null);
});

describe('useBackend', () => {
  it('takes the next backend where one declines', async () => {
    const backend = await useBackend('auto');
    expect(backend.name).toBe('reference');
    expect(useBackendSync('auto').name).toBe('reference');
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
    const missing = new UnrolledError('IO', 'expected the built kernels, found none', 'build');
    setPlatform({ ...bare, kernelBytes: () => Promise.reject(missing) });
    await expect(useBackend('auto')).rejects.toBe(missing);
    const list = await listBackends();
    expect(list[1]).toEqual({ name: 'wasm', available: false, reason: missing.message, threads: 0, features: [] });
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
    ]);
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
