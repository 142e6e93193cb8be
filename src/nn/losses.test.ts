import { beforeAll, describe, expect, it } from 'vitest';
import { checkGradients } from '../autograd/gradcheck.js';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { randn, tensor, zeros } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { bceWithLogits, gaussianNLL, huber, mae, mse, type Reduction } from './losses.js';
import { activationPenalty, l2Penalty } from './penalties.js';

beforeAll(() => {
  setCurrentDevice(new ReferenceBackend({ precision: 'float64' }));
});

const rng = new Philox(4);
const normal = (...shape: number[]): Tensor => randn(shape, rng);
const positive = (...shape: number[]): Tensor =>
  normal(...shape)
    .abs()
    .add(0.5)
    .detach();

const CASES: Record<string, { run: (...t: Tensor[]) => Tensor; inputs: () => Tensor[] }> = {
  mse: { run: (p, y) => mse(p, y), inputs: () => [normal(2, 3), normal(2, 3)] },
  mae: { run: (p, y) => mae(p, y), inputs: () => [normal(2, 3), normal(2, 3)] },
  huber: { run: (p, y) => huber(p, y, { delta: 0.5 }), inputs: () => [normal(3, 4), normal(3, 4)] },
  bceWithLogits: {
    run: (p, y) => bceWithLogits(p, y),
    inputs: () => [tensor([-40, -2, 0, 3, 40]), tensor([0.3, 1, 0.5, 0, 0.9])],
  },
  'bceWithLogits, posWeight': {
    run: (p, y) => bceWithLogits(p, y, { posWeight: tensor([0.5, 2, 3]), reduction: 'sum' }),
    inputs: () => [normal(2, 3), positive(2, 3)],
  },
  gaussianNLL: {
    run: (p, y, variance) => gaussianNLL(p, y, { variance }, { full: true }),
    inputs: () => [normal(2, 3), normal(2, 3), positive(2, 3)],
  },
  'gaussianNLL, one variance a row': {
    run: (p, y, variance) => gaussianNLL(p, y, { variance }, { reduction: 'sum' }),
    inputs: () => [normal(2, 3), normal(2, 3), positive(2, 1)],
  },
  'gaussianNLL, log variance': {
    run: (p, y, logVariance) => gaussianNLL(p, y, { logVariance }),
    inputs: () => [normal(2, 3), normal(2, 3), normal(3)],
  },
  activationPenalty: {
    run: (h, d) => activationPenalty(h, { ar: 2, tar: 3, dropped: d }),
    inputs: () => [normal(3, 2, 2), normal(3, 2, 2)],
  },
  'activationPenalty, batch first': {
    run: (h) => activationPenalty(h, { ar: 1, tar: 3, batchFirst: true }),
    inputs: () => [normal(2, 3, 2)],
  },
  l2Penalty: { run: (a, b) => l2Penalty([a, b], 0.3), inputs: () => [normal(2, 3), normal(3)] },
};

describe('numeric gradients in float64', () => {
  it.each(Object.entries(CASES))('%s', (_, { run, inputs }) => {
    expect(checkGradients(run, inputs()).largestError).toBeLessThan(1e-7);
  });
});

describe('losses of two', () => {
  const all = { mse, mae, huber, bceWithLogits };

  it.each(Object.entries(all))('%s: mean, sum and none agree; nothing costs nothing', (_, loss) => {
    const [p, y] = [normal(2, 3), positive(2, 3)];
    const none = loss(p, y, { reduction: 'none' });
    expect(none.shape).toEqual([2, 3]);
    const sum = [...none.data()].reduce((a, b) => a + b, 0);
    expect(loss(p, y, { reduction: 'sum' }).item()).toBeCloseTo(sum, 12);
    expect(loss(p, y).item()).toBeCloseTo(sum / 6, 12);
    const empty = zeros([0, 3], { requiresGrad: true });
    const nothing = loss(empty, zeros([0, 3]));
    nothing.backward();
    expect(nothing.item()).toBe(0);
    expect(loss(normal(1), normal(1)).shape).toEqual([]);
  });

  it.each(Object.entries(all))('%s refuses another shape or reduction', (_, loss) => {
    expect(() => loss(normal(2, 3), normal(3))).toThrowError(/\[2, 3\].*received \[3\]/);
    expect(() => loss(normal(2), normal(2), { reduction: 'avg' as Reduction })).toThrowError(
      /mean, sum or none, received "avg"/,
    );
  });

  it('has no gradient for mae at a hit', () => {
    const p = tensor([2, 3], { requiresGrad: true });
    mae(p, tensor([2, 2]), { reduction: 'sum' }).backward();
    expect(p.grad?.toArray()).toEqual([0, 1]);
  });

  it('keeps bceWithLogits exact for logits of any size', () => {
    const p = tensor([1000, -1000, -1000, 800], { requiresGrad: true });
    const loss = bceWithLogits(p, tensor([1, 0, 1, 0]), { reduction: 'none' });
    expect(loss.toArray()).toEqual([0, 0, 1000, 800]);
    loss.sum().backward();
    expect([...(p.grad?.data() ?? [])].map((g) => g + 0)).toEqual([0, 0, -1, 1]);
    // In float32 too a small loss keeps its digits.
    const device = new ReferenceBackend();
    const small = bceWithLogits(tensor([30], { device }), tensor([1], { device })).item();
    expect(small / Math.log1p(Math.exp(-30))).toBeCloseTo(1, 6);
  });

  it('refuses a bad delta and posWeight', () => {
    expect(() => huber(normal(2), normal(2), { delta: 0 })).toThrowError(/above 0, received 0/);
    expect(() => bceWithLogits(normal(2, 3), normal(2, 3), { posWeight: normal(2) })).toThrowError(
      /broadcasts to \[2, 3\], received \[2\]/,
    );
  });
});

describe('gaussianNLL', () => {
  it('is the same from variance and logarithm', () => {
    const [p, y, variance] = [normal(4), normal(4), positive(4)];
    const byLog = gaussianNLL(p, y, { logVariance: variance.log() }).item();
    expect(gaussianNLL(p, y, { variance }).item()).toBeCloseTo(byLog, 12);
  });

  it('bounds the variance from below and still pulls it up', () => {
    const variance = tensor([0], { requiresGrad: true });
    const loss = gaussianNLL(tensor([1]), tensor([0]), { variance }, { epsilon: 0.5 });
    loss.backward();
    expect(loss.item()).toBeCloseTo(0.5 * (Math.log(0.5) + 2), 12);
    expect(variance.grad?.item()).toBeCloseTo(0.5 * (2 - 4), 12);
  });

  it('says what is wrong', () => {
    expect(() => gaussianNLL(normal(2), normal(2), { variance: tensor([1, -3]) })).toThrowError(
      /0 or more, received -3/,
    );
    expect(() => gaussianNLL(normal(2), normal(2), { variance: normal(3) })).toThrowError(/\[3\]/);
    expect(() => gaussianNLL(normal(2), normal(2), { variance: positive(2) }, { epsilon: 0 })).toThrowError(/epsilon/);
  });
});

describe('penalties', () => {
  it('are 0 where nothing is asked for or there is one step', () => {
    expect(activationPenalty(normal(3, 2, 2), {}).item()).toBe(0);
    expect(activationPenalty(normal(1, 2, 2), { tar: 1 }).item()).toBe(0);
    expect(activationPenalty(zeros([0, 2, 2]), { ar: 1, tar: 1 }).item()).toBe(0);
    expect(activationPenalty(normal(3, 2, 2), { ar: 1 }).item()).toBeGreaterThan(0);
  });

  it('give l2 the gradient of weight decay', () => {
    const w = tensor([2, -4], { requiresGrad: true });
    l2Penalty([w], 0.5).backward();
    expect(w.grad?.toArray()).toEqual([1, -2]);
  });

  it('say what is wrong', () => {
    expect(() => activationPenalty(normal(3, 2), { ar: 1 })).toThrowError(/\[T, N, H\], received \[3, 2\]/);
    expect(() => l2Penalty([], 1)).toThrowError(/at least one parameter/);
  });
});
