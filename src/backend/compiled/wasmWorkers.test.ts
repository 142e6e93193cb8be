// Workers of the WebAssembly engine: they come when they are wanted, leave with it, hold up nobody, and may be missing.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program, runCase } from '../../../test/conformance/case.js';
import { threadCases } from '../../../test/conformance/cases.js';
import { largeProduct, wasmWithWorkers } from '../../../test/conformance/wasmThreads.js';
import { nodePlatform } from '../../platform/node/node.js';
import { setPlatform } from '../../platform/platform.js';
import type { WorkerThread } from '../../platform/workerThread.js';
import * as OP from '../numbers/op.js';
import { CompiledBackend } from './compiled.js';
import { createWasmBackend } from './wasm.js';
import { createWasmBackendSync, createWasmEngineSync } from './wasmSync.js';
import type { WasmEngine } from './wasmEngine.js';

let started: WorkerThread[] = [];

beforeEach(() => {
  started = [];
  setPlatform({
    ...nodePlatform,
    startWorker(script, failed) {
      const worker = nodePlatform.startWorker?.(script, failed);
      if (worker === undefined) throw new Error('no workers');
      started.push(worker);
      return worker;
    },
  });
});

afterEach(() => {
  setPlatform(nodePlatform);
});

/** The sum over k of 1 · 1, at the end of a product of 256³. */
function productOfOnes(backend: CompiledBackend): number {
  const x = { storage: backend.allocate('float32', 256 * 256), offset: 0, stride: 256 };
  const y = { ...x, storage: backend.allocate('float32', 256 * 256) };
  backend.fill(x, 256 * 256, 1);
  backend.gemm({ m: 256, n: 256, k: 256 }, x, x, y);
  const [sum] = backend.readSync(y.storage, 256 * 256 - 1, 1);
  backend.release(x.storage);
  backend.release(y.storage);
  return sum;
}

/** The sum again and again, until a worker was called for it: where this machine is busy, threads rest for a while. */
async function sharedProductOfOnes(engine: WasmEngine, backend: CompiledBackend): Promise<number> {
  const { kernels } = engine.help;
  let sum = productOfOnes(backend);
  for (let i = 0; engine.help.kernels === kernels && i < 500; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    sum = productOfOnes(backend);
  }
  return sum;
}

describe('workers', () => {
  it('start with the first kernel that is large enough, and no more of them than it has work for', () => {
    const backend = createWasmBackendSync({ threads: 8 });
    expect(backend.threads).toBe(8);
    expect(backend.features).toContain('8 threads');
    const x = { storage: backend.allocate('float32', 96 * 128), offset: 0, stride: 128 };
    const y = { ...x, storage: backend.allocate('float32', 96 * 128) };
    backend.gemm({ m: 8, n: 8, k: 8 }, x, x, y);
    expect(started).toHaveLength(0);
    // 96 · 128 · 96 / 8 multiply-adds pay for two threads.
    backend.gemm({ m: 96, n: 128, k: 96 }, x, x, y);
    expect(started).toHaveLength(1);
    largeProduct(backend);
    expect(started).toHaveLength(7);
    largeProduct(backend);
    expect(started).toHaveLength(7);
    backend.close();
  });

  it('are none where one thread is asked for', () => {
    const backend = createWasmBackendSync({ threads: 1 });
    largeProduct(backend);
    expect(started).toHaveLength(0);
    expect(backend.features).toContain('1 thread');
    backend.close();
  });

  it('end when the backend is closed, asleep or not yet started', async () => {
    const asleep = await wasmWithWorkers({ threads: 3 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const early = createWasmBackendSync({ threads: 2 });
    largeProduct(early);
    const ends = started.map((worker) => {
      if (!(worker instanceof Worker)) throw new Error('expected a worker of Node');
      return once(worker, 'exit');
    });
    expect(ends).toHaveLength(3);
    asleep.backend.close();
    early.close();
    await Promise.all(ends);
    expect(() => asleep.engine.invoke(0)).toThrow(expect.objectContaining({ code: 'STATE' }));
  });

  it('share memory that grows after they started', async () => {
    const { engine, backend } = await wasmWithWorkers({ threads: 3, budget: 2 ** 40 });
    const before = engine.buffer.byteLength;
    const room = backend.allocate('float32', before);
    expect(engine.buffer.byteLength).toBeGreaterThan(4 * before);
    const { kernels } = engine.help;
    expect(await sharedProductOfOnes(engine, backend)).toBe(256);
    expect(engine.help.kernels).toBeGreaterThan(kernels);
    backend.release(room);
    backend.close();
  });

  it('may fail to start, or as they start: the others do the work', async () => {
    let calls = 0;
    setPlatform({
      ...nodePlatform,
      startWorker(script, failed) {
        calls++;
        if (calls > 2) throw new Error('no more threads');
        return nodePlatform.startWorker?.(calls === 1 ? 'throw new Error("broken");' : script, failed) as WorkerThread;
      },
    });
    const engine = createWasmEngineSync({ threads: 5 });
    const backend = new CompiledBackend(engine);
    expect(productOfOnes(backend)).toBe(256);
    expect(calls).toBe(3);
    for (let i = 0; engine.help.workers < 1 && i < 1000; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await sharedProductOfOnes(engine, backend)).toBe(256);
    expect(engine.help).toEqual({ workers: 1, kernels: 1 });
    expect(calls).toBe(3);
    // Of four workers one runs.
    expect(backend.threads).toBe(2);
    expect(backend.features).toEqual(['relaxed-simd', '2 threads', 'no more threads: workers did not start']);
    backend.close();
  });

  it('that fail within a kernel do not hang the caller, which works alone from then on', async () => {
    setPlatform({
      ...nodePlatform,
      // With its stack at 0, a worker's first local array lies outside of the memory.
      startWorker: (script) => nodePlatform.startWorker?.(script.replace('= stack', '= 0')) as WorkerThread,
    });
    const { engine, backend } = await wasmWithWorkers({ threads: 2 });
    const x = { storage: backend.allocate('float32', 1_000_000), offset: 0, rowStride: 1000, colStride: 1 as const };
    backend.fill(x, 1_000_000, 3);
    const double = program({ registers: 2, operands: 1 }, [OP.LOAD, 0, 0], [OP.ADD, 1, 0, 0], [OP.STORE, 0, 1]);
    // Until it comes to a part: others may have been quicker.
    const run = async (): Promise<void> => {
      for (let i = 0; i < 500; i++) {
        backend.map(double, [x], 1000, 1000, []);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    await expect(run()).rejects.toThrow(WebAssembly.RuntimeError);
    const { kernels } = engine.help;
    expect(productOfOnes(backend)).toBe(256);
    expect(engine.help.kernels).toBe(kernels);
    backend.close();
  });

  it('that never come to their part hold up nobody: others do it, with the same bits', async () => {
    const { engine, backend } = await wasmWithWorkers({ threads: 3 });
    // Ended from outside, they are still counted: as if the system gave them no time.
    for (const worker of started.splice(0)) await (worker as Worker).terminate();
    const { kernels } = engine.help;
    const alone = createWasmBackendSync({ threads: 1 });
    for (const test of threadCases) {
      const [expected, actual] = [await runCase(alone, test), await runCase(backend, test)];
      actual.forEach((output, i) => {
        expect(Buffer.from(output.buffer).equals(Buffer.from(expected[i].buffer)), test.name).toBe(true);
      });
    }
    expect(engine.help.kernels).toBeGreaterThan(kernels);
    alone.close();
    backend.close();
  });

  it('are none where the platform has none', () => {
    setPlatform({ ...nodePlatform, startWorker: undefined });
    const backend = createWasmBackendSync({ threads: 4 });
    expect(backend.threads).toBe(1);
    expect(productOfOnes(backend)).toBe(256);
    backend.close();
  });

  it('do not keep a process from ending, busy or asleep', async () => {
    const script = `
      import { randn, useBackend } from ${JSON.stringify(new URL('../../../dist/node.js', import.meta.url).href)};
      await useBackend('wasm', { threads: 2 });
      const x = randn([256, 256]);
      for (let i = 0; i < 20; i++) {
        x.matmul(x);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      console.log('done');`;
    const args = ['--input-type=module', '-e', script];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      timeout: 30_000,
    });
    expect(stdout).toBe('done\n');
  });
});

it('are not counted where the platform finds out that none start', async () => {
  setPlatform({ ...nodePlatform, workersMissing: () => Promise.resolve('a policy blocks workers') });
  const backend = await createWasmBackend({ threads: 4 });
  expect(backend.threads).toBe(1);
  expect(backend.features).toEqual(['relaxed-simd', '1 thread', 'no more threads: a policy blocks workers']);
  expect((await createWasmBackend({ threads: 1 })).features).toEqual(['relaxed-simd', '1 thread']);
});

it('rejects a number of threads that makes no sense', () => {
  for (const threads of [0, 1.5, -1, NaN]) {
    expect(() => createWasmBackendSync({ threads })).toThrow(expect.objectContaining({ code: 'OPTION' }));
  }
});
