// WebGPU in a page: a training there is that of WebAssembly, and a page without it says what is missing.
import { afterAll, describe, expect, it } from 'vitest';
import { CHROMIUM, serve, SKIPPED } from './chromium.js';

const TRAINING = `<!doctype html><meta charset="utf-8"><title>WebGPU</title><script type="module">
import { LanguageModel, listBackends, useBackend } from '/index.js';
try {
  const text = 'she sells sea shells by the sea shore. '.repeat(40);
  const trained = [];
  for (const name of ['wasm', 'webgpu']) {
    const backend = await useBackend(name, { threads: 1 });
    const model = await LanguageModel.fit(text, { cell: 'gru', hiddenSize: 8, embeddingSize: 4, batchSize: 4, numSteps: 6, maxSteps: 6,
      validations: 1, seed: 2 });
    const { final, loss } = model.training;
    trained.push({ features: backend.features, loss, final: final.loss,
      text: await model.generateAsync({ prime: 'she ', length: 12, seed: 3 }) });
  }
  window.result = { trained };
} catch (error) { window.result = { error: String(error.code === 'UNSUPPORTED' ? error.message : (error.stack ?? error)), code: error.code }; }
</script>`;

const STEP = `<!doctype html><meta charset="utf-8"><title>a step</title><script type="module">
import { Adam, crossEntropy, fromData, Linear, Philox, Recurrent, useBackend } from '/index.js';
/** The states of a scan, the loss, and the weights after a step of Adam. */
async function step(backend) {
  const { name } = await useBackend(backend);
  const rng = new Philox(5);
  const network = new Recurrent('lstm', { inputSize: 3, hiddenSize: 17, rng });
  const head = new Linear(17, 4, { rng });
  const parameters = [...network.parameters(), ...head.parameters()];
  const optimizer = new Adam(parameters, { lr: 0.01 });
  const x = fromData(Float32Array.from({ length: 6 * 5 * 3 }, (_, i) => Math.sin(i)), [6, 5, 3]);
  const targets = fromData(Int32Array.from({ length: 30 }, (_, i) => i % 4), [30]);
  const { output } = network.forward(x);
  const loss = crossEntropy(head.forward(output).reshape([30, 4]), targets);
  loss.backward();
  optimizer.step();
  const numbers = [];
  for (const t of [output, loss, ...parameters]) numbers.push([...(await t.read())]);
  return { name, numbers };
}
try { window.result = [await step('wasm'), await step('webgpu')]; }
catch ({ name, code, message, help }) { window.result = { name, code, message, help }; }
</script>`;

const MISSING = `<!doctype html><meta charset="utf-8"><title>none</title><script type="module">
Object.defineProperty(navigator, 'gpu', { value: undefined });
import('/index.js').then(async ({ useBackend }) => {
  const auto = (await useBackend('auto')).name;
  const { code, message, help } = await useBackend('webgpu').catch((error) => error);
  window.result = { auto, code, message, help };
}).catch((error) => { window.result = { error: String(error) }; });
</script>`;

interface Trained {
  features: string[];
  /** Of the steps, the latest counting most. */
  loss: number;
  final: number;
  text: string;
}

interface Step {
  name: string;
  numbers: number[][];
}

/** SwiftShader, where no card is. */
const FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

describe.skipIf(CHROMIUM === undefined)(`WebGPU in Chromium${SKIPPED}`, async () => {
  const pages = {
    '/training.html': { html: TRAINING },
    '/step.html': { html: STEP },
    '/missing.html': { html: MISSING },
  };
  const host = await serve(pages, undefined, null, FLAGS);
  afterAll(() => host.close());

  it('trains and writes as WebAssembly does', { timeout: 120_000 }, async (context) => {
    const { result, errors } = await host.visit('training.html');
    const { trained, error, code } = result as { trained?: Trained[]; error?: string; code?: string };
    if (code === 'UNSUPPORTED') context.skip(error);
    expect(error).toBeUndefined();
    expect(errors).toEqual([]);
    const [wasm, webgpu] = trained ?? [];
    expect(webgpu.features).toContainEqual(expect.stringMatching(/^buffers of \d+ MiB$/));
    expect(webgpu.final).toBeCloseTo(wasm.final, 4);
    expect(webgpu.loss).toBeCloseTo(wasm.loss, 4);
    expect(webgpu.text).toBe(wasm.text);
  });

  it('has the numbers of WebAssembly after a step', async () => {
    const { result, errors } = await host.visit('step.html');
    expect(errors).toEqual([]);
    expect(result).toMatchObject([{ name: 'wasm' }, { name: 'webgpu' }]);
    const [wasm, webgpu] = result as [Step, Step];
    wasm.numbers.forEach((expected, i) => {
      const actual = webgpu.numbers[i];
      expect(actual).toHaveLength(expected.length);
      const furthest = Math.max(...expected.map((value, k) => Math.abs(value - actual[k])));
      // Adam's first step divides each gradient by its own size, so that tiny ones lose digits.
      expect(furthest, `tensor ${i}`).toBeLessThan(i < 2 ? 1e-5 : 1e-4);
    });
  }, 180_000);

  it('says what a page without it lacks, and goes on without it', async () => {
    const { result } = await host.visit('missing.html');
    expect(result).toEqual({
      auto: 'wasm',
      code: 'UNSUPPORTED',
      message: 'expected WebGPU, found none: this page has no navigator.gpu',
      help: 'use a browser with WebGPU and a page of https: or localhost, or the wasm backend, which always works',
    });
  });
});
