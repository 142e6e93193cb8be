// Compares the feed-forward operations with PyTorch on every backend; make_nn.py made the numbers and has the same cases.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import '../../src/autograd/methods.js';
import * as activations from '../../src/autograd/activations.js';
import { layerNorm } from '../../src/autograd/normalize.js';
import * as ops from '../../src/autograd/ops.js';
import { createNativeBackend } from '../../src/backend/compiled/native.js';
import { createWasmBackend } from '../../src/backend/compiled/wasm.js';
import type { Backend } from '../../src/backend/contract.js';
import { ReferenceBackend } from '../../src/backend/reference/reference.js';
import { UnrolledError } from '../../src/errors.js';
import { AdditiveAttention, type AttentionOptions, dotProductAttention } from '../../src/nn/attention.js';
import { ctcLoss } from '../../src/nn/ctc.js';
import { Embedding } from '../../src/nn/layers.js';
import { bceWithLogits, gaussianNLL, huber, mae, mse, type Reduction } from '../../src/nn/losses.js';
import { activationPenalty, l2Penalty } from '../../src/nn/penalties.js';
import '../../src/node.js';
import { fromData } from '../../src/tensor/create.js';
import { setCurrentDevice } from '../../src/tensor/device.js';
import { scope } from '../../src/tensor/scope.js';
import { sizeOf } from '../../src/tensor/shape.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { hashed, relativeError, type Summary } from './hashed.js';

interface Run {
  leaves: Record<string, Tensor>;
  outputs: Record<string, Tensor>;
}

const CASES: Record<string, () => Run> = {};

function leaf(name: string, shape: readonly number[], scale = 1): Tensor {
  return fromData(hashed(name, shape, scale), shape, { requiresGrad: true });
}

function numbers(name: string, shape: readonly number[], map: (v: number) => number, requiresGrad = false): Tensor {
  return fromData(Array.from(hashed(name, shape), map), shape, { requiresGrad });
}

function indices(name: string, shape: readonly number[], limit: number, map: (i: number) => number = (i) => i): Tensor {
  const floor = (v: number): number => map(Math.min(Math.floor(((v + 1) / 2) * limit), limit - 1));
  return fromData(Int32Array.from(hashed(name, shape), floor), shape);
}

const ACTIVATIONS: Record<string, (x: Tensor) => Tensor> = {
  relu: ops.relu,
  leakyRelu: (x) => activations.leakyRelu(x, 0.2),
  elu: (x) => activations.elu(x, 1.5),
  geluTanh: activations.geluTanh,
  silu: activations.silu,
  softplus: activations.softplus,
  softsign: activations.softsign,
  sigmoid: ops.sigmoid,
  tanh: ops.tanh,
  hardtanh: (x) => activations.hardtanh(x, -0.5, 2),
  softmax: (x) => ops.softmax(x),
  'softmax over axis 0': (x) => ops.softmax(x, 0),
  logSoftmax: (x) => ops.logSoftmax(x),
};
for (const [name, f] of Object.entries(ACTIVATIONS)) {
  for (const scale of [1, 8, 40]) {
    CASES[`${name}, ±${scale}`] = () => {
      const x = leaf('x', [3, 37], scale);
      return { leaves: { x }, outputs: { y: f(x) } };
    };
  }
}

for (const padding of [false, true]) {
  CASES[`embedding${padding ? ', padding' : ''}`] = () => {
    const given = leaf('w', [7, 5]);
    const embedding = Embedding.fromVectors(given, { frozen: false, ...(padding ? { paddingIndex: 2 } : {}) });
    return { leaves: { w: embedding.weight }, outputs: { y: embedding.forward(indices('indices', [4, 6], 7)) } };
  };
}

for (const size of [3, 33, 65, 130]) {
  for (const kind of ['plain', 'weight', 'weight and bias']) {
    CASES[`layerNorm of ${size}, ${kind}`] = () => {
      const leaves: Record<string, Tensor> = { x: leaf('x', [2, 3, size], 3) };
      if (kind !== 'plain') leaves.weight = leaf('weight', [size]);
      if (kind === 'weight and bias') leaves.bias = leaf('bias', [size]);
      return { leaves, outputs: { y: layerNorm(leaves.x, { weight: leaves.weight, bias: leaves.bias }) } };
    };
  }
}

function attentionOptions(kind: string, N: number, Tq: number, Tk: number): AttentionOptions {
  const mask = fromData(
    Int32Array.from(hashed('mask', [N, Tq, Tk]), (v, i) => (v > 0 || i % Tk === 0 ? 1 : 0)),
    [N, Tq, Tk],
  );
  const lengths = [Tk, 1, 2].slice(0, N);
  return {
    ...(kind === 'lengths' || kind === 'both' ? { lengths } : {}),
    ...(kind === 'mask' || kind === 'both' ? { mask } : {}),
  };
}

for (const kind of ['no mask', 'lengths', 'mask', 'both']) {
  for (const [N, Tq, Tk] of [
    [3, 4, 5],
    [1, 1, 3],
  ]) {
    CASES[`dot attention ${N} ${Tq} ${Tk}, ${kind}`] = () => {
      const [q, k, v] = [leaf('q', [N, Tq, 6], 3), leaf('k', [N, Tk, 6], 3), leaf('v', [N, Tk, 2])];
      const { output, weights } = dotProductAttention(q, k, v, attentionOptions(kind, N, Tq, Tk));
      return { leaves: { q, k, v }, outputs: { output, weights } };
    };
    CASES[`additive attention ${N} ${Tq} ${Tk}, ${kind}`] = () => {
      const [q, k, v] = [leaf('q', [N, Tq, 6]), leaf('k', [N, Tk, 3]), leaf('v', [N, Tk, 2])];
      const attention = new AdditiveAttention(6, 3, 8);
      for (const [name, t] of attention.namedParameters())
        t.set(hashed(name, t.shape, name === 'score.weight' ? 4 : 1));
      const { output, weights } = attention.forward(q, k, v, attentionOptions(kind, N, Tq, Tk));
      return { leaves: { q, k, v, ...Object.fromEntries(attention.namedParameters()) }, outputs: { output, weights } };
    };
  }
}

for (const reduction of ['mean', 'sum', 'none'] satisfies Reduction[]) {
  for (const labelSmoothing of [0, 0.1, 1]) {
    for (const ignoring of [false, true]) {
      CASES[`crossEntropy ${reduction}, smoothing ${labelSmoothing}${ignoring ? ', ignoring' : ''}`] = () => {
        const x = leaf('x', [6, 9], 4);
        const targets = indices('targets', [6], 9).data();
        if (ignoring) targets[1] = targets[4] = -100;
        const options = { reduction, labelSmoothing, ...(ignoring ? { ignoreIndex: -100 } : {}) };
        return { leaves: { x }, outputs: { loss: ops.crossEntropy(x, fromData(targets, [6]), options) } };
      };
    }
  }
  const plain: Record<string, (p: Tensor, y: Tensor) => Tensor> = {
    mse: (p, y) => mse(p, y, { reduction }),
    mae: (p, y) => mae(p, y, { reduction }),
    huber: (p, y) => huber(p, y, { reduction, delta: 0.7 }),
  };
  for (const [name, f] of Object.entries(plain)) {
    CASES[`${name} ${reduction}`] = () => {
      const [p, y] = [leaf('p', [4, 9], 2), leaf('y', [4, 9])];
      return { leaves: { p, y }, outputs: { loss: f(p, y) } };
    };
  }
  const weights = { none: () => undefined, number: () => 3, row: () => numbers('pos', [9], (v) => v + 1.5) };
  for (const [kind, make] of Object.entries(weights)) {
    CASES[`bceWithLogits ${reduction}, posWeight ${kind}`] = () => {
      const [p, y] = [leaf('p', [4, 9], 20), numbers('y', [4, 9], (v) => v / 2 + 0.5, true)];
      return { leaves: { p, y }, outputs: { loss: bceWithLogits(p, y, { reduction, posWeight: make() }) } };
    };
  }
  for (const full of [false, true]) {
    for (const columns of [9, 1]) {
      CASES[`gaussianNLL ${reduction}, variance ${columns}${full ? ', full' : ''}`] = () => {
        const [p, y, v] = [leaf('p', [4, 9], 2), leaf('y', [4, 9]), numbers('v', [4, columns], (x) => x + 1, true)];
        const loss = gaussianNLL(p, y, { variance: v }, { reduction, full, epsilon: 0.3 });
        return { leaves: { p, y, v }, outputs: { loss } };
      };
    }
  }
  CASES[`gaussianNLL ${reduction}, log variance`] = () => {
    const [p, y, s] = [leaf('p', [4, 9], 2), leaf('y', [4, 9]), leaf('s', [4, 9], 3)];
    return {
      leaves: { p, y, s },
      outputs: { loss: gaussianNLL(p, y, { logVariance: s }, { reduction, epsilon: 1e-9 }) },
    };
  };
  for (const zeroInfinity of [false, true]) {
    CASES[`ctc ${reduction}${zeroInfinity ? ', zeroInfinity' : ''}`] = () => {
      const x = leaf('x', [11, 4, 6], 3);
      const blank = 2;
      const labels = indices('labels', [4, 5], 5, (i) => (i >= blank ? i + 1 : i)).data();
      labels.fill(labels[0], 0, 5);
      const inputLengths = [zeroInfinity ? 5 : 9, 11, 7, 4];
      const options = { inputLengths, targetLengths: [5, 4, 1, 0], blank, reduction, zeroInfinity };
      return { leaves: { x }, outputs: { loss: ctcLoss(ops.logSoftmax(x), fromData(labels, [4, 5]), options) } };
    };
  }
}

CASES.activationPenalty = () => {
  const [h, d] = [leaf('h', [5, 3, 4]), leaf('d', [5, 3, 4])];
  return { leaves: { h, d }, outputs: { loss: activationPenalty(h, { ar: 2, tar: 0.5, dropped: d }) } };
};
CASES.l2Penalty = () => {
  const [a, b] = [leaf('a', [5, 3]), leaf('b', [3])];
  return { leaves: { a, b }, outputs: { loss: l2Penalty([a, b], 0.3) } };
};

function results(run: () => Run): Record<string, number[]> {
  const { leaves, outputs } = run();
  const found: Record<string, number[]> = {};
  let loss: Tensor | null = null;
  for (const [name, t] of Object.entries(outputs)) {
    found[name] = [...t.data()];
    const weighted = t.mul(fromData(hashed(`weight ${name}`, t.shape), t.shape)).sum();
    loss = loss === null ? weighted : loss.add(weighted);
  }
  loss?.backward();
  for (const [name, t] of Object.entries(leaves))
    found[`d ${name}`] = [...(t.grad?.data() ?? new Array(sizeOf(t.shape)).fill(0))];
  return found;
}

const stored = readFileSync(new URL('./nn.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { name: string; results: Record<string, Summary> });

function suite(name: string, backend: Backend): void {
  describe(`${name} equals PyTorch, feed-forward`, () => {
    it.each(stored.map((row) => [row.name, row.results] as const))('%s', (caseName, golden) => {
      setCurrentDevice(backend);
      const found = scope(() => results(CASES[caseName]));
      expect(Object.keys(found).sort()).toEqual(Object.keys(golden).sort());
      for (const [what, summary] of Object.entries(golden)) {
        const scale = Math.max(1e-12, ...summary.values.map(Math.abs));
        expect(relativeError(found[what], summary, scale), `relative difference in ${what}`).toBeLessThan(1e-5);
      }
    });

    it('makes nothing of nothing: empty batches, and targets that are all ignored', () => {
      setCurrentDevice(backend);
      const none = (): Tensor => fromData([], [0, 3], { requiresGrad: true });
      const labels = fromData(Int32Array.of(), [0]);
      const losses: ((x: Tensor) => Tensor)[] = [
        (x) => mse(x, none()),
        (x) => huber(x, none()),
        (x) => bceWithLogits(x, none(), { posWeight: fromData([1, 2, 3], [3]) }),
        (x) => gaussianNLL(x, none(), { variance: none() }),
        (x) => ops.crossEntropy(x, labels),
        (x) => ops.crossEntropy(x, labels, { labelSmoothing: 0.1, ignoreIndex: -1 }),
        (x) => layerNorm(x, { weight: fromData([1, 2, 3], [3]) }).sum(),
        (x) => activations.softplus(x).sum(),
      ];
      for (const loss of losses) {
        const x = none();
        const value = loss(x);
        value.backward();
        expect([value.item(), x.grad?.shape]).toEqual([0, [0, 3]]);
      }
      for (const labelSmoothing of [0, 0.1]) {
        const x = leaf('x', [2, 3]);
        const loss = ops.crossEntropy(x, fromData(Int32Array.of(-1, -1), [2]), { ignoreIndex: -1, labelSmoothing });
        loss.backward();
        expect(loss.item()).toBe(0);
        expect([...(x.grad?.data() ?? [])].map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0]);
      }
    });

    it('has no case that is not stored', () => {
      expect(stored.map((row) => row.name).sort()).toEqual(Object.keys(CASES).sort());
    });
  });
}

suite('reference', new ReferenceBackend({ precision: 'float32' }));
suite('wasm', await createWasmBackend());
try {
  suite('native', createNativeBackend());
} catch (error) {
  if (!(error instanceof UnrolledError)) throw error;
  describe.skip(`native equals PyTorch, feed-forward (skipped: ${error.message})`, () =>
    it('needs the addon', () => undefined));
}
