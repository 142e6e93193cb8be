// A page on a graphics processor, which Chromium has in software: a step of training there has the numbers of WebAssembly.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, type Host, serve, SKIPPED } from './chromium.js';

const FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

const HTML = `<!doctype html><meta charset="utf-8"><title>Unrolled</title><script type="module">
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

interface Step {
  name: string;
  numbers: number[][];
}

describe.skipIf(CHROMIUM === undefined)(`webgpu in Chromium${SKIPPED}`, () => {
  let host: Host;
  beforeAll(async () => {
    host = await serve({ '/step': { html: HTML } }, undefined, null, FLAGS);
  });
  afterAll(() => host.close());

  it('scans and trains as wasm does', async () => {
    const { result, errors } = await host.visit('step');
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
});
