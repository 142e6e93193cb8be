import { beforeAll, describe, expect, it } from 'vitest';
import { checkGradients } from '../autograd/gradcheck.js';
import '../autograd/methods.js';
import { softmax } from '../autograd/ops.js';
import { createWasmBackend } from '../backend/compiled/wasm.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { nodePlatform } from '../platform/node/node.js';
import { setPlatform } from '../platform/platform.js';
import { fromData, full, randn, tensor, zeros } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  AdditiveAttention,
  type AttentionOptions,
  DotAttention,
  dotProductAttention,
  maskedSoftmax,
} from './attention.js';
import { lengthMask } from './lengths.js';

setPlatform(nodePlatform);
const float64 = new ReferenceBackend({ precision: 'float64' });
beforeAll(() => {
  setCurrentDevice(float64);
});

const rng = new Philox(3);
const normal = (...shape: number[]): Tensor => randn(shape, rng);
const leaf = (...shape: number[]): Tensor => randn(shape, rng, { requiresGrad: true });
const weigh = (t: Tensor): Tensor =>
  t
    .mul(
      fromData(
        Float64Array.from({ length: t.size }, (_, i) => Math.sin(i + 1)),
        t.shape,
      ),
    )
    .sum();

const OPTIONS: Record<string, () => AttentionOptions> = {
  plain: () => ({}),
  lengths: () => ({ lengths: [3, 0] }),
  'a causal mask': () => ({
    mask: tensor([
      [1, 0, 0],
      [1, 1, 0],
    ]),
  }),
  'mask and lengths': () => ({
    mask: tensor([
      [1, 0, 1],
      [0, 1, 1],
    ]),
    lengths: [2, 1],
  }),
};

describe('numeric gradients in float64', () => {
  it.each(Object.entries(OPTIONS))('dot-product attention, %s', (_, options) => {
    const run = (q: Tensor, k: Tensor, v: Tensor): Tensor => {
      const { output, weights } = dotProductAttention(q, k, v, options());
      return weigh(output).add(weigh(weights));
    };
    const result = checkGradients(run, [normal(2, 2, 4), normal(2, 3, 4), normal(2, 3, 5)]);
    expect(result.largestError).toBeLessThan(1e-7);
  });

  it.each(Object.entries(OPTIONS))('additive attention, %s', (_, options) => {
    const attention = new AdditiveAttention(4, 3, 6);
    const run = (...[q, k, v]: Tensor[]): Tensor => {
      const { output, weights } = attention.forward(q, k, v, options());
      return weigh(output).add(weigh(weights));
    };
    const inputs = [normal(2, 2, 4), normal(2, 3, 3), normal(2, 3, 5), ...attention.parameters()];
    expect(checkGradients(run, inputs).largestError).toBeLessThan(1e-7);
  });
});

describe.each([
  ['reference', () => new ReferenceBackend()],
  ['wasm', createWasmBackend],
] as const)('masks on %s', (_, make) => {
  it('give weight exactly 0 and no gradient where masked, and a row of 0 where all is', async () => {
    setCurrentDevice(await make());
    // The masked score is the largest by far.
    const [q, k, v] = [leaf(2, 1, 2), leaf(2, 3, 2), leaf(2, 3, 2)];
    k.set([1, 0, 0, 1, 1e6, 1e6, 1, 1, 1, 1, 1, 1]);
    const { output, weights } = dotProductAttention(q, k, v, { lengths: [2, 0] });
    output.sum().backward();
    const w = weights.data();
    expect(w[0] + w[1]).toBeCloseTo(1, 6);
    expect([...w.slice(2)]).toEqual([0, 0, 0, 0]);
    expect([...output.data().slice(2)]).toEqual([0, 0]);
    for (const t of [k, v]) expect([...(t.grad?.data().slice(4) ?? [])].map(Math.abs)).toEqual(new Array(8).fill(0));
    expect([...(q.grad?.data().slice(2) ?? [])].map(Math.abs)).toEqual([0, 0]);
    setCurrentDevice(float64);
  });

  it('take no keys, no queries, and a batch of one', async () => {
    setCurrentDevice(await make());
    for (const attention of [new DotAttention(), new AdditiveAttention(2, 2, 3)]) {
      const [q, k, v] = [leaf(1, 2, 2), leaf(1, 0, 2), leaf(1, 0, 4)];
      const { output, weights } = attention.forward(q, k, v, { lengths: [0] });
      output.sum().backward();
      expect(weights.shape).toEqual([1, 2, 0]);
      expect([...output.data()]).toEqual(new Array(8).fill(0));
      expect(attention.forward(leaf(1, 0, 2), leaf(1, 3, 2), leaf(1, 3, 4)).output.shape).toEqual([1, 0, 4]);
      expect(attention.forward(q, leaf(1, 1, 2), full([1, 1, 4], 7)).output.data()[0]).toBe(7);
    }
    setCurrentDevice(float64);
  });
});

describe('attention', () => {
  it('reads masks of whole numbers', () => {
    const scores = normal(1, 1, 3);
    const weights = maskedSoftmax(scores, fromData(Int32Array.of(1, 0, 1), [3])).toArray();
    expect(weights).toEqual(maskedSoftmax(scores, tensor([1, 0, 1])).toArray());
  });

  it('scores by vᵀ tanh(W q + U k), also over keys that were projected before', () => {
    const attention = new AdditiveAttention(4, 3, 6);
    const [q, k, v] = [normal(2, 3, 4), normal(2, 2, 3), normal(2, 2, 5)];
    const [W, U, score] = attention.parameters();
    const energies = q
      .matmul(W)
      .reshape([2, 3, 1, 6])
      .add(k.matmul(U).reshape([2, 1, 2, 6]))
      .tanh();
    const expected = softmax(energies.matmul(score).reshape([2, 3, 2])).data();
    const whole = attention.forward(q, k, v);
    const keys = attention.project(k);
    expect(keys.shape).toEqual([2, 2, 6]);
    for (const { weights } of [whole, attention.look(q, keys, v)]) {
      weights.data().forEach((w, i) => expect(w).toBeCloseTo(expected[i], 12));
    }
  });

  it('scales by the size of the queries unless told otherwise', () => {
    const [q, k, v] = [normal(1, 2, 4), normal(1, 3, 4), normal(1, 3, 2)];
    const wide = new DotAttention({ scale: 1 }).forward(q, k, v).weights.data();
    const narrow = new DotAttention().forward(q.mul(2), k, v).weights.data();
    wide.forEach((w, i) => {
      expect(narrow[i]).toBeCloseTo(w, 12);
    });
  });

  it('names the parameters of additive attention', () => {
    const shapes = [...new AdditiveAttention(4, 3, 6).namedParameters()].map(([name, t]) => [name, ...t.shape]);
    expect(shapes).toEqual([
      ['query.weight', 4, 6],
      ['key.weight', 3, 6],
      ['score.weight', 6, 1],
    ]);
  });

  it('says what does not fit', () => {
    const [q, k, v] = [normal(2, 2, 4), normal(2, 3, 4), normal(2, 3, 5)];
    expect(() => dotProductAttention(q, normal(2, 3, 5), v)).toThrowError(
      /key \[N, Tk, 4\].*received \[2, 2, 4\], \[2, 3, 5\]/,
    );
    expect(() => dotProductAttention(q, k, normal(2, 4, 5))).toThrowError(/\[2, 4, 5\]/);
    expect(() => dotProductAttention(normal(2, 4), k, v)).toThrowError(/\[2, 4\]/);
    expect(() => dotProductAttention(q, k, v, { lengths: [1, 4] })).toThrowError(
      /from 0 to 3, received 4 for sequence 1/,
    );
    expect(() => dotProductAttention(q, k, v, { lengths: [1] })).toThrowError(/2 key lengths, received 1/);
    expect(() => dotProductAttention(q, k, v, { mask: zeros([2, 4]) })).toThrowError(
      /a mask that broadcasts to \[2, 2, 3\], received \[2, 4\]/,
    );
    expect(() => dotProductAttention(q, k, v, { mask: zeros([3, 2, 2, 3]), lengths: [1, 1] })).toThrowError(/mask/);
    expect(() => new AdditiveAttention(4, 3, 6).forward(q, k, v)).toThrowError(/key \[N, Tk, 3\]/);
  });
});

describe('lengthMask', () => {
  it('marks the steps before the end', () => {
    expect(lengthMask([0, 1, 3], 3).toArray()).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [1, 1, 1],
    ]);
    expect(lengthMask(fromData(Int32Array.of(2), [1]), 2).toArray()).toEqual([[1, 1]]);
    expect(() => lengthMask([-1], 3)).toThrowError(/received -1/);
    expect(() => lengthMask([1.5], 3)).toThrowError(/received 1.5/);
  });
});
