// The arena against a model, and storages as a cache: what is forgotten leaves, what is needed comes back.
import { afterAll, describe, expect, it } from 'vitest';
import * as OP from '../numbers/op.js';
import { ReferenceBackend } from '../reference/reference.js';
import type { Backend, Operand } from '../contract.js';
import { numbers, program } from '../../../test/conformance/case.js';
import { nodePlatform } from '../../platform/node/node.js';
import { setPlatform } from '../../platform/platform.js';
import { Philox } from '../../tensor/philox.js';
import { Arena, type Block } from '../arena.js';
import { createWasmBackendSync } from './wasmSync.js';

setPlatform(nodePlatform);

describe('arena', () => {
  it('hands out aligned blocks that never overlap, and joins what is freed', () => {
    const rng = new Philox(1);
    const arena = new Arena(100, 50_000, (limit) => Math.min(Math.ceil(limit / 10_000) * 10_000, 2_000_000));
    const live: { block: Block; bytes: number }[] = [];
    for (let i = 0; i < 20_000; i++) {
      if (live.length > 0 && rng.uniform() < 0.5) {
        const [gone] = live.splice(rng.integer(live.length), 1);
        arena.release(gone.block);
      } else {
        const bytes = rng.uniform() < 0.1 ? rng.integer(100_000) : rng.integer(1000);
        const block = arena.allocate(bytes);
        if (block === null) continue;
        expect(block.address % 64).toBe(0);
        // Room to read a vector past the end.
        expect(block.size).toBeGreaterThanOrEqual(bytes + 64);
        live.push({ block, bytes });
      }
      if (i % 500 === 0) {
        const sorted = live.map(({ block }) => block).sort((a, b) => a.address - b.address);
        for (let j = 1; j < sorted.length; j++) {
          expect(sorted[j].address).toBeGreaterThanOrEqual(sorted[j - 1].address + sorted[j - 1].size);
        }
        expect(arena.used).toBe(sorted.reduce((sum, block) => sum + block.size, 0));
      }
    }
    for (const { block } of live) arena.release(block);
    expect(arena.used).toBe(0);
    // All joined again: one block of nearly everything fits.
    expect(arena.allocate(1_999_000)?.address).toBe(128);
  });
});

describe('storages', () => {
  it('what nobody releases is moved out, and comes back when it is needed', () => {
    const backend = createWasmBackendSync({ budget: 2 ** 20 });
    const kept = Array.from({ length: 20 }, (_, i) => {
      const storage = backend.allocate(i % 2 === 0 ? 'float32' : 'int32', 5000);
      backend.fill({ storage, offset: 0 }, 5000, i);
      return storage;
    });
    const before = backend.memory();
    // Forgotten storages of 400 MiB in all.
    for (let i = 0; i < 1000; i++) backend.write(backend.allocate('float32', 100_000), 0, [1]);
    expect(backend.memory().usedBytes).toBeLessThan(before.usedBytes + 2 * 2 ** 20);
    expect(backend.memory().resident).toBeLessThan(20);
    kept.forEach((storage, i) => {
      expect([...backend.readSync(storage, 4998, 2)]).toEqual([i, i]);
    });
    // In a kernel, more than the budget at once.
    const large = [1, 2, 3].map((value) => {
      const storage = backend.allocate('float32', 300_000);
      backend.fill({ storage, offset: 0 }, 300_000, value);
      return { storage, offset: 0, rowStride: 300_000, colStride: 1 as const };
    });
    const add = program(
      { registers: 3, operands: 3 },
      [OP.LOAD, 0, 0],
      [OP.LOAD, 1, 1],
      [OP.ADD, 2, 0, 1],
      [OP.STORE, 2, 2],
    );
    for (let i = 0; i < 3; i++) backend.map(add, large, 1, 300_000, []);
    expect(backend.readSync(large[2].storage, 299_999, 1)[0]).toBe(3);
    kept.forEach((storage) => {
      backend.release(storage);
    });
    backend.close();
  });

  it('released memory is used again: nothing grows', () => {
    const backend = createWasmBackendSync();
    const once = (): void => {
      const storages = [100, 1000, 30_000, 7].map((length) => backend.allocate('float32', length));
      for (const storage of storages) backend.release(storage);
    };
    once();
    const { usedBytes } = backend.memory();
    for (let i = 0; i < 1000; i++) once();
    expect(backend.memory()).toEqual({ usedBytes, resident: 0 });
    backend.close();
  });

  it('using a released storage is an error', () => {
    const backend = createWasmBackendSync();
    const storage = backend.allocate('float32', 4);
    backend.release(storage);
    expect(() => backend.readSync(storage, 0, 4)).toThrow(expect.objectContaining({ code: 'STATE' }));
    backend.close();
  });

  it('a call that would leave a storage is an error, not a write into another', () => {
    const backend = createWasmBackendSync();
    const storage = backend.allocate('float32', 11);
    const x = { storage, offset: 0, stride: 4 };
    const shape = expect.objectContaining({ code: 'SHAPE' });
    expect(() => backend.gemm({ m: 3, n: 4, k: 1 }, x, x, x)).toThrow(shape);
    expect(() => backend.reduce({ op: 'sum', axis: 'cols', rows: 3, cols: 4 }, x, x)).toThrow(shape);
    expect(() => backend.fill({ storage, offset: 8 }, 4, 0)).toThrow(shape);
    expect(() => backend.copy({ shape: [3, 4], inStrides: [0, 0], outStrides: [4, 1] }, x, x)).toThrow(shape);
    expect(() => backend.softmax({ rows: 3, cols: 4, log: false }, x, x)).toThrow(shape);
    backend.close();
  });
});

describe('programs that overwrite what they read', () => {
  const backends: Backend[] = [createWasmBackendSync(), new ReferenceBackend()];
  afterAll(() => {
    for (const backend of backends) backend.close();
  });

  it('are computed as if every LOAD had copied and every STORE came in its place', () => {
    const rng = new Philox(5);
    for (let round = 0; round < 500; round++) {
      const memories = 3;
      const cols = [1, 5, 16, 130, 300][rng.integer(5)];
      const rows = 1 + rng.integer(3);
      // Two operands may name the same memory.
      const places = Array.from({ length: 5 }, () => rng.integer(memories));
      const stored = new Set<number>();
      const written = new Set<number>();
      const code: number[][] = [];
      const register = (): number => [...written][rng.integer(written.size)];
      for (let i = 0; i < 14; i++) {
        const to = rng.integer(6);
        const kind = rng.integer(4);
        const operand = rng.integer(5);
        if (written.size === 0 || (kind === 0 && !stored.has(places[operand]))) {
          if (stored.has(places[operand])) continue;
          code.push([OP.LOAD, to, operand]);
          written.add(to);
        } else if (kind === 1) {
          code.push([OP.STORE, operand, register()]);
          stored.add(places[operand]);
        } else {
          code.push([[OP.ADD, OP.SUB, OP.ADD, OP.SUB, OP.MAX, OP.MIN][rng.integer(6)], to, register(), register()]);
          written.add(to);
        }
      }
      const made = program({ registers: 6, operands: 5 }, ...code);
      const results = backends.map((backend) => {
        const storages = Array.from({ length: memories }, (_, i) => {
          const storage = backend.allocate('float32', rows * cols);
          // Whole numbers, so that no backend rounds.
          backend.write(storage, 0, numbers(rows * cols, 10 * round + i, 1000).map(Math.round));
          return storage;
        });
        const operands: Operand[] = places.map((i) => ({
          storage: storages[i],
          offset: 0,
          rowStride: cols,
          colStride: 1,
        }));
        backend.map(made, operands, rows, cols, []);
        return storages.map((storage) => [...backend.readSync(storage, 0, rows * cols)]);
      });
      expect(results[0], JSON.stringify({ places, code, rows, cols })).toEqual(results[1]);
    }
  });
});
