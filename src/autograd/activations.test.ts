import { beforeAll, describe, expect, it } from 'vitest';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { fromData, randn, tensor, zeros } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import * as f from './activations.js';
import { checkGradients } from './gradcheck.js';
import { layerNorm } from './normalize.js';
import './methods.js';
import { crossEntropy, gatherRows } from './ops.js';

const backend = new ReferenceBackend({ precision: 'float64' });
beforeAll(() => {
  setCurrentDevice(backend);
});

const rng = new Philox(2);
const normal = (...shape: number[]): Tensor => randn(shape, rng);
const weigh = (t: Tensor): Tensor =>
  t
    .mul(
      fromData(
        Float64Array.from({ length: t.size }, (_, i) => Math.sin(i + 1)),
        t.shape,
      ),
    )
    .sum();
const targets = (...list: number[]): Tensor => fromData(Int32Array.from(list), [list.length]);

/** Both branches, and far from the kinks. */
const spread = (): Tensor => tensor([-30, -3, -1.2, -0.3, -1e-3, 1e-3, 0.4, 1.3, 2.6, 30]);

const CASES: Record<string, { run: (...t: Tensor[]) => Tensor; inputs: () => Tensor[] }> = {
  leakyRelu: { run: (a) => f.leakyRelu(a, 0.2), inputs: () => [spread()] },
  elu: { run: (a) => f.elu(a, 1.5), inputs: () => [spread()] },
  geluTanh: { run: f.geluTanh, inputs: () => [spread()] },
  silu: { run: f.silu, inputs: () => [spread()] },
  softplus: { run: f.softplus, inputs: () => [spread()] },
  softsign: { run: f.softsign, inputs: () => [spread()] },
  hardtanh: { run: (a) => f.hardtanh(a, -1, 2), inputs: () => [spread()] },
  layerNorm: { run: (a) => layerNorm(a), inputs: () => [normal(2, 2, 5)] },
  'layerNorm with weight': { run: (a, weight) => layerNorm(a, { weight }), inputs: () => [normal(2, 5), normal(5)] },
  'layerNorm with weight and bias': {
    run: (a, weight, bias) => layerNorm(a, { weight, bias, epsilon: 0.1 }),
    inputs: () => [normal(3, 5), normal(5), normal(5)],
  },
  'layerNorm of one row': {
    run: (a, weight, bias) => layerNorm(a, { weight, bias }),
    inputs: () => [normal(5), normal(5), normal(5)],
  },
  'crossEntropy, smoothed': {
    run: (a) => crossEntropy(a, targets(1, 0, 3), { labelSmoothing: 0.2 }),
    inputs: () => [normal(3, 4)],
  },
  'crossEntropy, smoothed, some ignored': {
    run: (a) => crossEntropy(a, targets(1, 9, 3), { labelSmoothing: 0.2, ignoreIndex: 9 }),
    inputs: () => [normal(3, 4)],
  },
  'crossEntropy, smoothed, by row': {
    run: (a) => crossEntropy(a, targets(1, -1, 3), { labelSmoothing: 0.2, ignoreIndex: -1, reduction: 'none' }),
    inputs: () => [normal(3, 4)],
  },
};

describe('numeric gradients in float64', () => {
  it.each(Object.entries(CASES))('%s', (_, { run, inputs }) => {
    expect(checkGradients((...t) => weigh(run(...t)), inputs()).largestError).toBeLessThan(1e-7);
  });
});

describe('activations', () => {
  it('stay finite, with their gradient, far out and at 0', () => {
    for (const run of [f.leakyRelu, f.elu, f.geluTanh, f.silu, f.softplus, f.softsign, f.hardtanh]) {
      const x = tensor([-1e6, -800, 0, 800, 1e6], { requiresGrad: true });
      const y = run(x);
      y.sum().backward();
      expect([...y.data(), ...(x.grad?.data() ?? [NaN])].every(Number.isFinite), run.name).toBe(true);
    }
  });

  it('keep the digits of small results', () => {
    // log(1 + e) with a tiny e, and e^x − 1 near 0, in float32 too.
    const float = new ReferenceBackend();
    const at = (x: number): Tensor => tensor([x], { device: float });
    expect(f.softplus(at(-30)).item()).toBeCloseTo(Math.exp(-30), 18);
    expect(f.softplus(at(-30)).item() / Math.log1p(Math.exp(-30))).toBeCloseTo(1, 6);
    expect(f.elu(at(-1e-6)).item() / Math.expm1(Math.fround(-1e-6))).toBeCloseTo(1, 6);
  });

  it('let a NaN through', () => {
    for (const run of [f.leakyRelu, f.elu, f.geluTanh, f.silu, f.softplus, f.softsign, f.hardtanh]) {
      expect(run(tensor([NaN])).item(), run.name).toBeNaN();
    }
  });

  it('are methods too', () => {
    expect(tensor([-2]).leakyRelu(0.5).item()).toBe(-1);
    expect(tensor([3]).hardtanh(-1, 2).item()).toBe(2);
  });

  it('refuse bounds in the wrong order', () => {
    expect(() => f.hardtanh(tensor([1]), 2, 2)).toThrowError(/rising order, received 2 and 2/);
  });
});

describe('layerNorm', () => {
  it('gives rows of mean 0 and variance 1', () => {
    const y = layerNorm(normal(4, 50).mul(7).add(100), { epsilon: 0 });
    for (const value of y.mean({ axis: 1 }).data()) expect(value).toBeCloseTo(0, 10);
    for (const value of y.square().mean({ axis: 1 }).data()) expect(value).toBeCloseTo(1, 10);
  });

  it('gives the bias where a row has one size or is constant, and nothing for nothing', () => {
    const [weight, bias] = [tensor([3]), tensor([0.5])];
    expect(layerNorm(normal(2, 1), { weight, bias }).toArray()).toEqual([[0.5], [0.5]]);
    const x = zeros([0, 3], { requiresGrad: true });
    layerNorm(x, { weight: tensor([1, 2, 3]) })
      .sum()
      .backward();
    expect(x.grad?.shape).toEqual([0, 3]);
  });

  it('names what does not fit', () => {
    expect(() => layerNorm(normal(2, 3), { weight: normal(2) })).toThrowError(/weight of shape \[3\].*received \[2\]/);
    expect(() => layerNorm(normal(2, 3), { bias: normal(3) })).toThrowError(/weight beside a bias/);
  });
});

describe('crossEntropy', () => {
  it.each([0, 0.1])(
    'is 0 with gradient 0 where all targets are ignored or there are none, smoothing %d',
    (labelSmoothing) => {
      const x = normal(2, 3);
      x.requiresGrad = true;
      const loss = crossEntropy(x, targets(-100, -100), { ignoreIndex: -100, labelSmoothing });
      loss.backward();
      expect(loss.item()).toBe(0);
      expect([...(x.grad?.data() ?? [])].map(Math.abs)).toEqual(new Array(6).fill(0));
      const none = zeros([0, 3], { requiresGrad: true });
      const empty = crossEntropy(none, targets(), { labelSmoothing });
      empty.backward();
      expect(empty.item()).toBe(0);
      expect(none.grad?.shape).toEqual([0, 3]);
    },
  );

  it('at full smoothing does not know the target', () => {
    const x = normal(1, 5);
    const [a, b] = [0, 3].map((t) => crossEntropy(x, targets(t), { labelSmoothing: 1 }).item());
    expect(a).toBeCloseTo(b, 12);
  });

  it('takes no target for ignored unless it is told', () => {
    expect(() => crossEntropy(normal(2, 3), targets(0, -100))).toThrowError(/-100/);
    expect(() => crossEntropy(normal(2, 3), targets(0, 1), { labelSmoothing: 1.5 })).toThrowError(
      /0 to 1, received 1.5/,
    );
  });
});

describe('gatherRows', () => {
  it('gives no gradient to the padding row', () => {
    const table = normal(3, 2);
    table.requiresGrad = true;
    gatherRows(table, targets(0, 1, 1, 2), { paddingIndex: 1 })
      .sum()
      .backward();
    expect(table.grad?.toArray()).toEqual([
      [1, 1],
      [0, 0],
      [1, 1],
    ]);
  });
});
