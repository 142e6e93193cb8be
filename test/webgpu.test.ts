// What users do with models on a graphics processor, beside what WebAssembly says: training, measuring, answering, writing, looking inside.
// Where there is no device these are skipped, with the reason; a software device does (docs/gpu.md says how).
import { afterAll, describe, expect, it, vi } from 'vitest';
import { LanguageModel, tensor, useBackend } from 'unrolled';
import { Corpus } from 'unrolled/text';
import { openGpu } from '../src/backend/webgpu/gpu.js';
import { createWebGpuBackend, WebGpuBackend } from '../src/backend/webgpu/webgpu.js';
import { orReason } from './conformance/suite.js';
import { every } from './every.js';
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

  it('puts a step of a text together once, whatever its length', { timeout: 60_000 }, async () => {
    await useBackend(gpu);
    const { vocabulary } = Corpus.fromText('the cat sat on the mat');
    const config = { cell: 'gru', hiddenSize: 5, numLayers: 1, embeddingSize: 3, dropout: 0, seed: 2 };
    const model = new LanguageModel(config, { settings: { tokens: 'char' }, vocabulary });
    const scans = vi.spyOn(gpu, 'scan');
    const text = await model.generateAsync({ prime: 'the ', length: 30, seed: 1 });
    const calls = scans.mock.calls.length;
    scans.mockRestore();
    expect(text).toHaveLength(30);
    expect(calls).toBeLessThanOrEqual(3);
    await useBackend('wasm', { threads: 1 });
    const same = LanguageModel.fromBytes(model.toBytes());
    expect(text).toBe(same.generate({ prime: 'the ', length: 30, seed: 1 }));
  });

  // Minutes on a software device.
  it.runIf(every(0) === 1)('takes more rows than workgroups go along one axis', { timeout: 600_000 }, async () => {
    const rows = 65_537;
    const [x, y] = [gpu.allocate('float32', rows), gpu.allocate('float32', rows + 3)];
    gpu.fill({ storage: x, offset: 0 }, rows, 5);
    gpu.fill({ storage: y, offset: 0 }, rows + 3, 7);
    gpu.softmax({ rows, cols: 1, log: false }, { storage: x, offset: 0 }, { storage: y, offset: 0 });
    expect([...(await gpu.read(y, rows - 2, 5))]).toEqual([1, 1, 7, 7, 7]);
    for (const storage of [x, y]) gpu.release(storage);
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
