// What optimizers are given: modules or lists, a rate or options; what would train nothing is refused.
import { beforeEach, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { Linear } from '../nn/layers.js';
import { Module, parameter } from '../nn/module.js';
import { ones, tensor } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import type { Tensor } from '../tensor/tensor.js';
import { clipGradNorm } from './clip.js';
import { Adam, AdamW } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { Adagrad, RMSProp } from './rmsProp.js';
import { SGD } from './sgd.js';

beforeEach(() => setCurrentDevice(new ReferenceBackend()));

const refused = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    const { code, message, help } = error as { code: string; message: string; help: string };
    return `${code} ${message}: ${help}`;
  }
  return 'nothing';
};

describe('parameters', () => {
  it('are those of a module, each once', () => {
    const net = new Linear(2, 1);
    expect(new Adam(net).parameters).toEqual(net.parameters());
    expect(new Adam([...net.parameters(), net.weight]).parameters).toHaveLength(2);
    net.weight.mul(2).sum().backward();
    expect(clipGradNorm(net, 1)).toBeCloseTo(Math.sqrt(8), 5);
  });

  it('are refused where there are none, or where they are none', () => {
    const hidden = new (class Tagger extends Module {
      readonly #layer = new Linear(1, 1);
      forward(x: Tensor): Tensor {
        return this.#layer.forward(x);
      }
    })();
    const w = parameter(ones([1]));
    const frozen = parameter(ones([1]));
    frozen.requiresGrad = false;
    const cases: [unknown, RegExp][] = [
      [[], /^OPTION expected parameters to train, received none: .*assigned to its properties/],
      [hidden, /received Tagger, which has none: .*private field \(#layer\) is registered by addPart/],
      [hidden.parameters(), /received none/],
      [[w, ones([1])], /a tensor without requiresGrad at index 1: Tensor\(float32, \[1\]/],
      [[w.mul(2)], /the result of mul at index 0.*computed from/],
      [[new Linear(1, 1)], /a Linear at index 0: .*flatMap/],
      [new Linear(1, 1).namedParameters(), /an array of 2 at index 0: take net.parameters/],
      [[frozen], /received 1 that are all frozen/],
      [w, /received Tensor/],
      [undefined, /received undefined/],
      [[undefined], /received undefined at index 0/],
      [{ network: 1 }, /an object with network/],
    ];
    for (const [given, message] of cases) expect(refused(() => new Adam(given as never))).toMatch(message);
    expect(new Adam([w, frozen]).parameters).toHaveLength(2);
  });
});

describe('options', () => {
  const after = (make: (p: Tensor[]) => Optimizer): number[] => {
    const w = parameter(tensor([1, -2]));
    const optimizer = make([w]);
    for (let i = 0; i < 3; i++) {
      optimizer.zeroGrad();
      w.square().sum().backward();
      optimizer.step();
    }
    return [...w.data()];
  };

  it.each<[string, (p: Tensor[]) => Optimizer, (p: Tensor[]) => Optimizer]>([
    ['SGD', (p) => new SGD(p, 0.1, { momentum: 0.5 }), (p) => new SGD(p, { lr: 0.1, momentum: 0.5 })],
    ['SGD, its default', (p) => new SGD(p, 1e-3), (p) => new SGD(p)],
    [
      'Adam',
      (p) => new Adam(p, 0.1, { beta1: 0.5, beta2: 0.6, epsilon: 0.1, weightDecay: 0.2 }),
      (p) => new Adam(p, { lr: 0.1, betas: [0.5, 0.6], eps: 0.1, weightDecay: 0.2 }),
    ],
    ['Adam, some', (p) => new Adam(p, undefined, { beta2: 0.5 }), (p) => new Adam(p, { beta2: 0.5, lr: undefined })],
    ['AdamW', (p) => new AdamW(p, 0.1), (p) => new AdamW(p, { learningRate: 0.1, weightDecay: 0.01 })],
    ['RMSProp', (p) => new RMSProp(p, 0.1, { alpha: 0.5 }), (p) => new RMSProp(p, { lr: 0.1, alpha: 0.5, eps: 1e-8 })],
    ['Adagrad', (p) => new Adagrad(p, 1e-2, { epsilon: 0.1 }), (p) => new Adagrad(p, { eps: 0.1 })],
  ])('%s takes them after the rate, or all in one object', (_, before, now) => {
    expect(after(now)).toEqual(after(before));
    expect(after(now)).not.toEqual([1, -2]);
  });

  it('are refused where they are unknown, twice there or none', () => {
    const w = [parameter(ones([1]))];
    expect(refused(() => new Adam(w, { weigthDecay: 1 } as never))).toMatch(
      /^OPTION expected options of Adam among learningRate, lr, .*, received weigthDecay: did you mean weightDecay/,
    );
    expect(refused(() => new SGD(w, 0.1, { nesterov: true } as never))).toMatch(/options of SGD .* received nesterov/);
    expect(refused(() => new Adam(w, 0.1, { lr: 0.2 }))).toMatch(/learningRate once, received it twice/);
    expect(refused(() => new Adam(w, { betas: 0.9 } as never))).toMatch(/betas as two numbers, received 0.9/);
    expect(refused(() => new Adam(w, { betas: [0.9, 1] }))).toMatch(/^RANGE expected beta2/);
    expect(refused(() => new Adam(w, { lr: NaN }))).toMatch(/^RANGE expected a learning rate/);
    expect(refused(() => new Adam(w, 'fast' as never))).toMatch(/^RANGE expected a learning rate/);
    expect(refused(() => new RMSProp(w, { betas: [0.9, 0.99] } as never))).toMatch(/received beta/);
  });
});
