// What users do with models on a graphics processor, beside what WebAssembly says: training, measuring, answering, writing, looking inside.
// Where there is no device these are skipped, with the reason; a software device does (docs/gpu.md says how).
import { afterAll, describe, expect, it } from 'vitest';
import { LanguageModel, tensor, useBackend } from 'unrolled';
import { openGpu } from '../src/backend/webgpu/gpu.js';
import { createWebGpuBackend, WebGpuBackend } from '../src/backend/webgpu/webgpu.js';
import { orReason } from './conformance/suite.js';
import { expectAlike, LATE_TASKS, reopened } from './lateTasks.js';

const gpu = await orReason(createWebGpuBackend);

const skipped = typeof gpu === 'string' ? ` (skipped: ${gpu})` : '';

describe.skipIf(typeof gpu === 'string')(`models on webgpu${skipped}`, () => {
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

  it('goes on elsewhere from the checkpoint where the device is lost in the middle', { timeout: 300_000 }, async () => {
    const text = 'the cat sat on the mat; '.repeat(30);
    const options = {
      ...{ cell: 'gru', hiddenSize: 6, embeddingSize: 4, batchSize: 4, numSteps: 5, validations: 1 },
      ...{ maxSteps: 24, seed: 3 },
    } as const;
    await useBackend('wasm', { threads: 1 });
    const whole = await LanguageModel.fit(text, options);
    const opened = await openGpu();
    const lost = await useBackend(new WebGpuBackend(opened));
    let checkpoint: Uint8Array | undefined;
    const fitting = LanguageModel.fit(text, {
      ...options,
      checkpoint: { everySeconds: 0, save: (bytes) => void (checkpoint ??= bytes) },
      onProgress: ({ step }) => {
        if (step >= 10) opened.device.destroy();
      },
    });
    await expect(fitting).rejects.toMatchObject({
      code: 'DEVICE_LOST',
      help: expect.stringContaining('checkpoint'),
    });
    expect(() => tensor([1]).add(1)).toThrow(expect.objectContaining({ code: 'DEVICE_LOST' }));
    lost.close();
    await useBackend('wasm', { threads: 1 });
    const resumed = await LanguageModel.fit(text, { resume: checkpoint });
    expect(resumed.training?.step).toBe(24);
    expectAlike(resumed.training?.final?.loss, whole.training?.final?.loss, 1e-4);
  });

  it('says that a device is full, and computes on', async () => {
    await useBackend(gpu);
    const x = tensor([1, 2]);
    const most = Number(/\d+/.exec(gpu.features.find((feature) => feature.startsWith('buffers')) ?? '')?.[0]);
    expect(() => gpu.allocate('float32', most * 2 ** 18 + 1)).toThrow(
      expect.objectContaining({ code: 'OUT_OF_MEMORY' }),
    );
    expect([...(await x.add(1).read())]).toEqual([2, 3]);
  });
});
