// The WebAssembly backend, with relaxed SIMD where the engine has it, and without, alone and with workers; and the same bits
// whatever the number of threads.
import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backend/compiled/wasm.js';
import { nodePlatform } from '../../src/platform/node/node.js';
import { setPlatform } from '../../src/platform/platform.js';
import { runCase } from './case.js';
import { threadCases } from './cases.js';
import { conformance } from './suite.js';
import { wasmWithWorkers } from './wasmThreads.js';

setPlatform(nodePlatform);

await conformance('wasm, one thread', () => createWasmBackend({ threads: 1 }));
await conformance('wasm without relaxed SIMD, one thread', () => createWasmBackend({ relaxed: false, threads: 1 }));
await conformance('wasm, two threads', async () => (await wasmWithWorkers({ threads: 2 })).backend);
await conformance(
  'wasm without relaxed SIMD, three threads',
  async () => (await wasmWithWorkers({ relaxed: false, threads: 3 })).backend,
);

describe.each([true, false])('wasm: the same bits for any number of threads (relaxed SIMD: %s)', async (relaxed) => {
  const single = await createWasmBackend({ relaxed, threads: 1 });
  const others = [await wasmWithWorkers({ relaxed, threads: 2 }), await wasmWithWorkers({ relaxed, threads: 3 })];
  for (const test of threadCases) {
    it(test.name, async () => {
      const expected = await runCase(single, test);
      for (const { backend, engine } of others) {
        // One row has one sum, which is never split.
        const splits = !test.name.endsWith(' 1×200001');
        const { kernels } = engine.help;
        let actual = await runCase(backend, test);
        // Where this machine is busy, threads rest for a while.
        for (let i = 0; splits && engine.help.kernels === kernels && i < 500; i++) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          actual = await runCase(backend, test);
        }
        // Buffers, not numbers: -0 and 0 are not the same bits.
        actual.forEach((output, i) => {
          const same = Buffer.from(output.buffer).equals(Buffer.from(expected[i].buffer));
          expect(same, `${test.outputs[i]} with ${backend.threads} threads`).toBe(true);
        });
        if (splits) expect(engine.help.kernels, `of ${backend.threads} threads, a worker`).toBeGreaterThan(kernels);
      }
    });
  }
});
