// Freezing a gate: no optimizer changes it, whatever its momentum and weight decay, and the rest is trained as if it did not exist.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import type { Backend } from '../backend/contract.js';
import { createWasmBackendSync } from '../backend/compiled/wasmSync.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { GRU } from '../cell/cells/index.js';
import { Recurrent } from '../nn/recurrent.js';
import { nodePlatform } from '../platform/node/node.js';
import { setPlatform } from '../platform/platform.js';
import { randn } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { clipGradNorm, gradNorm } from './clip.js';
import { Adam, AdamW } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { Adagrad, RMSProp } from './rmsProp.js';
import { SGD } from './sgd.js';

setPlatform(nodePlatform);

type Make = (parameters: Tensor[]) => Optimizer;
const OPTIMIZERS: [string, Make][] = [
  ['SGD', (p) => new SGD(p, 0.1)],
  ['SGD with weight decay', (p) => new SGD(p, 0.1, { weightDecay: 0.1 })],
  ['SGD with momentum and weight decay', (p) => new SGD(p, 0.1, { momentum: 0.9, weightDecay: 0.1 })],
  ['Adam', (p) => new Adam(p, 0.1)],
  ['Adam with weight decay', (p) => new Adam(p, 0.1, { weightDecay: 0.1 })],
  ['AdamW', (p) => new AdamW(p, 0.1, { weightDecay: 0.1 })],
  ['RMSProp', (p) => new RMSProp(p, 0.1)],
  ['Adagrad', (p) => new Adagrad(p, 0.1)],
];

describe.each<[string, () => Backend]>([
  ['reference', () => new ReferenceBackend()],
  ['wasm', () => createWasmBackendSync()],
])('on %s', (_, make) => {
  let backend: Backend;
  beforeAll(() => {
    backend = make();
    setCurrentDevice(backend);
  });
  afterAll(() => backend.close());

  it.each(OPTIMIZERS)('%s leaves a frozen gate as it is, moments included, and trains the others', (_, optimizerOf) => {
    const rnn = new Recurrent(GRU, { inputSize: 3, hiddenSize: 4, rng: new Philox(1) });
    const optimizer = optimizerOf(rnn.parameters());
    const step = (seed: number): void => {
      optimizer.zeroGrad();
      rnn
        .forward(randn([3, 2, 3], new Philox(seed)))
        .output.square()
        .sum()
        .backward();
      clipGradNorm(rnn.parameters(), 1);
      optimizer.step();
    };
    const read = (gate: string) => rnn.gate(gate).blocks.map((block) => [...block.data()]);
    step(0); // so that there is momentum
    rnn.gate('z').freeze();
    const [frozen, free] = [read('z'), read('r')];
    for (let i = 1; i < 4; i++) step(i);
    expect(read('z')).toEqual(frozen);
    read('r').forEach((numbers, i) => expect(numbers).not.toEqual(free[i]));
    rnn.gate('z').freeze(false);
    step(4);
    read('z').forEach((numbers, i) => expect(numbers).not.toEqual(frozen[i]));
  });

  it('goes on after the thaw with the moments from before', () => {
    const momentum = (steps: readonly boolean[]): number[] => {
      const rnn = new Recurrent(GRU, { inputSize: 3, hiddenSize: 4, rng: new Philox(1) });
      const optimizer = new SGD(rnn.parameters(), 0.1, { momentum: 0.9 });
      for (const frozen of steps) {
        rnn.gate('z').freeze(frozen);
        optimizer.zeroGrad();
        // The same gradient each time, whatever the other gates became.
        rnn.gate('z').weight_x.tensor().sum().backward();
        optimizer.step();
      }
      return [...rnn.gate('z').weight_x.data()];
    };
    expect(momentum([false, true, true, false])).toEqual(momentum([false, false]));
  });

  it('does not count in the norm of the gradients', () => {
    const rnn = new Recurrent(GRU, { inputSize: 3, hiddenSize: 4, rng: new Philox(1) });
    for (const gate of ['r', 'nx', 'nh']) rnn.gate(gate).freeze();
    rnn.gate('z').weight_x.freeze();
    rnn.gate('z').weight_h.freeze();
    rnn
      .forward(randn([3, 2, 3], new Philox(2)))
      .output.square()
      .sum()
      .backward();
    const own = Math.hypot(...(rnn.gate('z').bias.gradient() ?? []));
    expect(own).toBeGreaterThan(0);
    expect(gradNorm(rnn.parameters())).toBeCloseTo(own, 5);
  });
});
