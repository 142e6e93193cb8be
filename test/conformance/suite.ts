// Runs the conformance suite on a backend: each case beside the float64 reference, and the memory half of the contract.
import { describe, expect, it } from 'vitest';
import type { Backend } from '../../src/backend/contract.js';
import { ReferenceBackend } from '../../src/backend/reference/reference.js';
import { UnrolledError, UnsupportedError } from '../../src/errors.js';
import { type Case, type Comparison, difference, runCase } from './case.js';
import { cases, threadCases } from './cases.js';

export interface ConformanceOptions {
  /** Tests, by their whole name, that the backend does not pass, and why: in the open. */
  skip?: readonly { reason: string; tests: readonly string[] }[];
  /** Tests, by their names, that are enough. */
  only?: RegExp;
  /** Each so-manieth of them; all by default. */
  every?: number;
  /** Another comparison for tests whose name matches, and why the backend does not pass their own. */
  coarser?: { reason: string; tests: RegExp; compare: Comparison };
}

/** Defines the tests. A backend that cannot be made here is skipped, with the reason in the test's name. */
export async function conformance(
  name: string,
  makeBackend: () => Backend | Promise<Backend>,
  options: ConformanceOptions = {},
): Promise<void> {
  const backend = await orReason(makeBackend);
  if (typeof backend === 'string') {
    it.skip(`conformance of ${name}: ${backend}`);
    return;
  }
  const reasons = new Map(options.skip?.flatMap(({ reason, tests }) => tests.map((test) => [test, reason])));
  describe(`conformance of ${name}`, () => {
    const truth = new ReferenceBackend({ precision: 'float64' });
    const { only, every = 1 } = options;
    const wanted = [...cases, ...threadCases].filter(({ name: own }) => only?.test(own) !== false);
    for (const test of wanted.filter((_, i) => i % every === 0)) {
      it(test.name, async (context) => {
        const reason = reasons.get(test.name);
        if (reason !== undefined) context.skip(reason);
        const { coarser } = options;
        await check(backend, truth, coarser?.tests.test(test.name) ? { ...test, compare: coarser.compare } : test);
      });
    }
    if (only === undefined) memoryTests(backend);
  });
}

/** The backend, or why there is none. */
export async function orReason(makeBackend: () => Backend | Promise<Backend>): Promise<Backend | string> {
  try {
    return await makeBackend();
  } catch (error) {
    if (error instanceof UnsupportedError) return error.message;
    throw error;
  }
}

async function check(backend: Backend, truth: Backend, test: Case): Promise<void> {
  if (test.error !== undefined) {
    const error: unknown = await runCase(backend, test).then(
      () => 'no error',
      (thrown: unknown) => thrown,
    );
    expect(error instanceof UnrolledError ? error.code : error).toBe(test.error);
    return;
  }
  const [actual, expected] = [await runCase(backend, test), await runCase(truth, test)];
  test.outputs.forEach((output, i) => {
    expect(difference(actual[i], expected[i], test.compare), output).toBeNull();
  });
}

function memoryTests(backend: Backend): void {
  it('memory: writes and reads at an offset, from any kind of numbers', async () => {
    const storage = backend.allocate('float32', 10);
    backend.fill({ storage, offset: 0 }, 10, 0);
    backend.write(storage, 2, [1, 2, 3]);
    backend.write(storage, 5, Float64Array.of(0.1));
    backend.write(storage, 9, Int32Array.of(-4));
    const expected = [2, 3, 0.1, 0, 0, 0, -4].map((value) => Math.fround(value));
    expect([...(await backend.read(storage, 3, 7))].map((value) => Math.fround(value))).toEqual(expected);
    backend.release(storage);
  });

  it('memory: int32 keeps whole numbers that float32 would round', async () => {
    const storage = backend.allocate('int32', 3);
    backend.write(storage, 0, [2 ** 31 - 1, -(2 ** 31), 16_777_217]);
    expect(await backend.read(storage, 0, 3)).toEqual(Int32Array.of(2 ** 31 - 1, -(2 ** 31), 16_777_217));
    backend.release(storage);
  });

  it('memory: what was read is a copy', async () => {
    const storage = backend.allocate('float32', 2);
    backend.write(storage, 0, [1, 2]);
    const before = await backend.read(storage, 0, 2);
    backend.write(storage, 0, [3, 4]);
    expect([...before]).toEqual([1, 2]);
    backend.release(storage);
  });

  it('memory: released and taken again a thousand times, beside one that stays', async () => {
    const kept = backend.allocate('float32', 64);
    backend.fill({ storage: kept, offset: 0 }, 64, 7);
    for (let i = 0; i < 1000; i++) {
      const storage = backend.allocate('float32', 1 + ((i * 37) % 5000));
      backend.fill({ storage, offset: 0 }, storage.length, i);
      backend.release(storage);
    }
    expect([...(await backend.read(kept, 0, 64))]).toEqual(new Array(64).fill(7));
    backend.release(kept);
  });

  it('memory: a storage knows its type, length and device; one of no elements works', async () => {
    const storage = backend.allocate('int32', 0);
    expect(storage).toMatchObject({ dtype: 'int32', length: 0, references: 0 });
    expect(storage.device).toBe(backend);
    expect(await backend.read(storage, 0, 0)).toHaveLength(0);
    backend.release(storage);
  });

  it('memory: a read at once has the same numbers, or says which read to wait for', async () => {
    const storage = backend.allocate('float32', 3);
    backend.write(storage, 0, [1, 2, 3]);
    let atOnce: unknown;
    try {
      atOnce = backend.readSync(storage, 1, 2);
    } catch (error) {
      expect(error).toMatchObject({ code: 'UNSUPPORTED', help: expect.stringContaining('await tensor.read()') });
      atOnce = await backend.read(storage, 1, 2);
    }
    expect(atOnce).toEqual(Float32Array.of(2, 3));
    backend.release(storage);
  });

  it('memory: reading and writing outside of a storage are errors', async () => {
    const storage = backend.allocate('float32', 4);
    await expect(backend.read(storage, 2, 3)).rejects.toThrow(UnrolledError);
    expect(() => {
      backend.write(storage, 3, [1, 2]);
    }).toThrow(UnrolledError);
    backend.release(storage);
  });
}
