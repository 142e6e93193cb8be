// What users do with models on a graphics processor, beside what WebAssembly says: training, measuring, answering, writing, looking inside.
// Where there is no device these are skipped, with the reason; a software device does (docs/gpu.md says how).
import { afterAll, describe, it } from 'vitest';
import { useBackend } from 'unrolled';
import { createWebGpuBackend } from '../src/backend/webgpu/webgpu.js';
import { orReason } from './conformance/suite.js';
import { expectAlike, LATE_TASKS, reopened } from './lateTasks.js';

const gpu = await orReason(createWebGpuBackend);

describe.skipIf(typeof gpu === 'string')(
  `models on webgpu${typeof gpu === 'string' ? ` (skipped: ${gpu})` : ''}`,
  () => {
    if (typeof gpu === 'string') return;
    afterAll(() => {
      gpu.close();
    });

    it.each(LATE_TASKS)('answers for $name as on wasm', { timeout: 300_000 }, async (task) => {
      await useBackend('wasm', { threads: 1 });
      const model = await task.fit();
      const expected = task.atOnce(model);
      await useBackend(gpu);
      const found = await task.late(await reopened(model));
      expectAlike(found, expected, 2e-4);
    });

    it.each(LATE_TASKS)('trains $name as on wasm', { timeout: 300_000 }, async (task) => {
      const trained = [];
      for (const backend of [await useBackend('wasm', { threads: 1 }), gpu]) {
        await useBackend(backend);
        const { training } = await task.fit();
        trained.push({ ...training?.final, seconds: 0 });
      }
      expectAlike(trained[1], trained[0], 1e-4);
    });
  },
);
