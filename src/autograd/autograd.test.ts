import { beforeAll, describe, expect, it } from 'vitest';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { fromData, randn, tensor } from '../tensor/create.js';
import { setCurrentDevice, type Storage } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkGradients } from './gradcheck.js';
import './methods.js';
import * as ops from './ops.js';
import { type BackwardOptions, noGrad, record } from './tape.js';

beforeAll(() => {
  setCurrentDevice(new ReferenceBackend({ precision: 'float64' }));
});

const rng = new Philox(1);
const normal = (...shape: number[]): Tensor => randn(shape, rng);
/** Away from 0, where abs, relu and log are not smooth. */
const positive = (...shape: number[]): Tensor =>
  normal(...shape)
    .abs()
    .add(0.5)
    .detach();
/** Sums with uneven weights, so that a gradient in the wrong place shows. */
const weigh = (t: Tensor): Tensor =>
  t
    .mul(
      fromData(
        Float64Array.from({ length: t.size }, (_, i) => Math.sin(i + 1)),
        t.shape,
      ),
    )
    .sum();

const CASES: Record<string, { f: (...t: Tensor[]) => Tensor; inputs: () => Tensor[] }> = {
  neg: { f: (a) => a.neg(), inputs: () => [normal(2, 3)] },
  abs: { f: (a) => a.abs(), inputs: () => [positive(2, 3)] },
  exp: { f: (a) => a.exp(), inputs: () => [normal(2, 3)] },
  log: { f: (a) => a.log(), inputs: () => [positive(2, 3)] },
  sqrt: { f: (a) => a.sqrt(), inputs: () => [positive(2, 3)] },
  square: { f: (a) => a.square(), inputs: () => [normal(2, 3)] },
  reciprocal: { f: (a) => a.reciprocal(), inputs: () => [positive(2, 3)] },
  sigmoid: { f: (a) => a.sigmoid(), inputs: () => [normal(2, 3)] },
  tanh: { f: (a) => a.tanh(), inputs: () => [normal(2, 3)] },
  relu: { f: (a) => a.relu(), inputs: () => [positive(2, 3)] },
  add: { f: (a, b) => a.add(b), inputs: () => [normal(2, 3), normal(2, 3)] },
  'add a row': { f: (a, b) => a.add(b), inputs: () => [normal(2, 3), normal(3)] },
  'add a column': { f: (a, b) => a.add(b), inputs: () => [normal(2, 3), normal(2, 1)] },
  'row and column': { f: (a, b) => a.mul(b), inputs: () => [normal(1, 3), normal(2, 1)] },
  'broadcast in the middle': { f: (a, b) => a.mul(b), inputs: () => [normal(2, 3, 2), normal(2, 1, 2)] },
  'equal sizes, row against column': { f: (a, b) => a.sub(b), inputs: () => [normal(3, 3), normal(3, 1)] },
  sub: { f: (a, b) => a.sub(b), inputs: () => [normal(2, 3), normal(1)] },
  'mul with itself': { f: (a) => a.mul(a), inputs: () => [normal(2, 3)] },
  div: { f: (a, b) => a.div(b), inputs: () => [normal(2, 3), positive(2, 3)] },
  maximum: { f: (a, b) => a.maximum(b), inputs: () => [normal(2, 3), normal(2, 3)] },
  minimum: { f: (a, b) => a.minimum(b), inputs: () => [normal(2, 3), normal(3)] },
  'mul number': { f: (a) => a.mul(3).div(7).add(2), inputs: () => [normal(2, 3)] },
  where: { f: (a, b) => ops.where(tensor([[1, 0, 1]]), a, b), inputs: () => [normal(2, 3), normal(2, 3)] },
  dropout: { f: (a) => ops.dropout(a, 0.4, { key0: 1, key1: 2, call: 3 }), inputs: () => [normal(3, 5)] },
  matmul: { f: (a, b) => a.matmul(b), inputs: () => [normal(2, 3), normal(3, 4)] },
  'matmul of rows': { f: (a, b) => a.matmul(b), inputs: () => [normal(2, 2, 3), normal(3, 4)] },
  'matmul of pairs': { f: (a, b) => a.matmul(b), inputs: () => [normal(2, 2, 3), normal(2, 3, 4)] },
  'sum over an axis': { f: (a) => a.sum({ axis: 1 }), inputs: () => [normal(2, 3, 2)] },
  'mean keeping': { f: (a) => a.mean({ axis: [0, 2], keepDims: true }), inputs: () => [normal(2, 3, 2)] },
  max: { f: (a) => a.max({ axis: 1 }), inputs: () => [normal(2, 3)] },
  softmax: { f: (a) => a.softmax(), inputs: () => [normal(2, 4)] },
  'softmax over axis 0': { f: (a) => a.softmax(0), inputs: () => [normal(4, 2)] },
  logSoftmax: { f: (a) => a.logSoftmax(), inputs: () => [normal(2, 4)] },
  crossEntropy: { f: (a) => ops.crossEntropy(a, fromData(Int32Array.of(1, 0), [2])), inputs: () => [normal(2, 4)] },
  'crossEntropy, some ignored': {
    f: (a) => ops.crossEntropy(a, fromData(Int32Array.of(1, -1, 3), [3]), { ignoreIndex: -1 }),
    inputs: () => [normal(3, 4)],
  },
  'crossEntropy by row': {
    f: (a) => ops.crossEntropy(a, fromData(Int32Array.of(1, 0), [2]), { reduction: 'none' }),
    inputs: () => [normal(2, 4)],
  },
  gatherRows: {
    f: (a) => ops.gatherRows(a, fromData(Int32Array.of(2, 0, 2, 1), [2, 2])),
    inputs: () => [normal(3, 4)],
  },
  reshape: { f: (a) => a.reshape([3, -1]), inputs: () => [normal(2, 3)] },
  permute: { f: (a) => a.permute([2, 0, 1]), inputs: () => [normal(2, 3, 4)] },
  transpose: { f: (a) => a.transpose(), inputs: () => [normal(2, 3)] },
  'slice of rows': { f: (a) => a.slice(0, 1, 3), inputs: () => [normal(4, 3)] },
  'slice of columns': { f: (a) => a.slice(1, 1, 3), inputs: () => [normal(4, 3)] },
  concat: { f: (a, b) => ops.concat([a, b, a], 1), inputs: () => [normal(2, 3), normal(2, 1)] },
  stack: { f: (a, b) => ops.stack([a, b], 1), inputs: () => [normal(2, 3), normal(2, 3)] },
  expand: { f: (a) => a.expand([2, 2, 3]), inputs: () => [normal(2, 1)] },
  min: { f: (a) => a.min({ axis: 1 }), inputs: () => [normal(2, 3)] },
  variance: { f: (a) => a.variance(1), inputs: () => [normal(2, 3)] },
  'variance of a population': { f: (a) => a.variance({ correction: 0 }), inputs: () => [normal(2, 3)] },
  std: { f: (a) => a.std({ axis: [0, 2], keepDims: true }), inputs: () => [normal(2, 3, 2)] },
  'pow by 0': { f: (a) => a.pow(0).mul(a), inputs: () => [normal(2, 3)] },
  'pow by 1': { f: (a) => a.pow(1), inputs: () => [normal(2, 3)] },
  'pow by 5': { f: (a) => a.pow(5), inputs: () => [normal(2, 3)] },
  'pow by −3': { f: (a) => a.pow(-3), inputs: () => [positive(2, 3)] },
  'pow by 64': { f: (a) => a.pow(64), inputs: () => [positive(2, 3).div(2)] },
  'pow by 0.5': { f: (a) => a.pow(0.5), inputs: () => [positive(2, 3)] },
  'pow by 2.3': { f: (a) => a.pow(2.3), inputs: () => [positive(2, 3)] },
  'pow of two tensors': { f: (a, b) => a.pow(b), inputs: () => [positive(2, 3), normal(3)] },
  'a number by a tensor': { f: (a) => ops.pow(1.7, a), inputs: () => [normal(2, 3)] },
  'where by a comparison': { f: (a, b) => ops.where(a.gt(b), a, b.mul(2)), inputs: () => [normal(2, 3), normal(3)] },
  'with an array': { f: (a) => a.mul([1, 2, 3]).add([[1], [2]]), inputs: () => [normal(2, 3)] },
  'with int32': { f: (a) => a.mul(fromData(Int32Array.of(1, 2, 3), [3])), inputs: () => [normal(2, 3)] },
  'at and select': { f: (a) => a.at(-1).add(a.select(1, -2).sum()), inputs: () => [normal(2, 3)] },
  'slice from the end': { f: (a) => a.slice(1, -2), inputs: () => [normal(2, 3)] },
  'squeeze, unsqueeze and flatten': {
    f: (a) => a.unsqueeze(1).flatten(1).squeeze().mul(2),
    inputs: () => [normal(2, 3)],
  },
  'a composition': {
    f: (a, b) => a.matmul(b).tanh().softmax().log().mean({ axis: 0 }),
    inputs: () => [normal(2, 3), normal(3, 2)],
  },
};

describe('numeric gradients in float64', () => {
  it.each(Object.entries(CASES))('%s', (_, { f, inputs }) => {
    const result = checkGradients((...t) => weigh(f(...t)), inputs());
    expect(result.largestError).toBeLessThan(1e-7);
  });
});

describe('the tape', () => {
  it('adds up gradients over calls until they are cleared', () => {
    const a = tensor([1, 2, 3], { requiresGrad: true });
    a.square().sum().backward();
    a.square().sum().backward();
    expect(a.grad?.toArray()).toEqual([4, 8, 12]);
  });

  it('goes back twice only where the graph is retained', () => {
    const a = tensor([3], { requiresGrad: true });
    const loss = a.square();
    loss.backward({ retainGraph: true });
    loss.backward();
    expect(a.grad?.toArray()).toEqual([12]);
    expect(() => loss.backward()).toThrowError(/whose graph an earlier backward\(\) used up/);
  });

  it('tells two losses that share what the first backward() gave back', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const both = (first?: BackwardOptions): void => {
      const h = x.mul(2);
      const losses = [h.sum(), h.square().sum()];
      losses[0].backward(first);
      losses[1].backward();
    };
    expect(() => both()).toThrowError(/whole graph below mul.*an earlier backward\(\) used up a part/);
    x.grad = null;
    both({ retainGraph: true });
    expect((x.grad as Tensor | null)?.toArray()).toEqual([10, 18]);
  });

  it('takes a state that an earlier step computed as a constant', () => {
    const w = tensor([3], { requiresGrad: true });
    const h = w.mul(2);
    h.sum().backward();
    h.mul(w).sum().backward();
    expect(w.grad?.toArray()).toEqual([2 + 6]);
  });

  it('stops at detach and inside noGrad', () => {
    const a = tensor([3], { requiresGrad: true });
    a.detach().mul(a).backward();
    expect(a.grad?.toArray()).toEqual([3]);
    expect(() => noGrad(() => a.mul(2)).backward()).toThrowError(/without a tape/);
  });

  it('keeps the gradients of two leaves apart when one tensor reaches both', () => {
    const [a, b] = [tensor([1], { requiresGrad: true }), tensor([2], { requiresGrad: true })];
    a.add(b).backward();
    a.grad?.set([9]);
    expect(b.grad?.item()).toBe(1);
  });

  it('adds up in place only what nobody else holds', () => {
    const [a, b] = [tensor([1], { requiresGrad: true }), tensor([2], { requiresGrad: true })];
    const both = tensor([3]);
    const rule = ([g]: readonly (Tensor | null)[]): (Tensor | null)[] => {
      const same = g && g.mul(1);
      return [same, same];
    };
    record({ op: 'both', inputs: [a, b], outputs: [both], backward: rule });
    const given = tensor([1]);
    both.add(a.mul(10)).backward({ gradient: given });
    expect([a.grad?.item(), b.grad?.item(), given.item()]).toEqual([11, 1, 1]);
  });

  it('keeps one sum for a weight of many steps, not all of its gradients', () => {
    let [live, most] = [0, 0];
    const device = new (class extends ReferenceBackend {
      override allocate(...[dtype, length]: Parameters<ReferenceBackend['allocate']>): Storage {
        most = Math.max(most, (live += length));
        return super.allocate(dtype, length);
      }
      override release(storage: Storage): void {
        live -= storage.length;
        super.release(storage);
      }
    })();
    const weight = fromData(new Float32Array(400).fill(0.05), [20, 20], { device, requiresGrad: true });
    let h = fromData(new Float32Array(20).fill(1), [1, 20], { device });
    for (let t = 0; t < 50; t++) h = h.matmul(weight);
    const before = live;
    most = live;
    h.sum().backward();
    expect(weight.grad?.data()[0]).toBeCloseTo(50, 4);
    expect(most - before).toBeLessThan(7 * 400);
  });

  it('sums the products of a weight that many steps share, also where their rows come in several portions', () => {
    const steps = 5;
    const rows = 2;
    const x = Array.from({ length: steps }, () => normal(rows, 3));
    const weight = normal(3, 4);
    weight.requiresGrad = true;
    const scale = Array.from({ length: steps }, (_, t) => t - 1.5);
    const loss = x.map((each, t) => each.matmul(weight).mul(scale[t]).sum()).reduce((a, b) => a.add(b));
    loss.backward({ retainGraph: true });
    const expected = [0, 1, 2].map((k) =>
      x.reduce((sum, each, t) => {
        const data = each.data();
        for (let r = 0; r < rows; r++) sum += scale[t] * data[r * 3 + k];
        return sum;
      }, 0),
    );
    const close = (factor: number): void =>
      weight.grad?.data().forEach((g, i) => expect(g / factor).toBeCloseTo(expected[Math.floor(i / 4)], 2));
    expect(weight.grad?.shape).toEqual([3, 4]);
    close(1);
    loss.backward(); // adds to what is there
    close(2);
  });

  it('does not record comparisons and conversions', () => {
    const a = tensor([1, 2], { requiresGrad: true });
    expect([a.gt(1).node, a.argmax().node, a.to('int32').node]).toEqual([null, null, null]);
  });

  it('says which shapes do not fit', () => {
    expect(() => normal(2, 3).add(normal(2))).toThrowError(/\[2, 3\] and \[2\]/);
    expect(() => normal(2, 3).matmul(normal(2, 3))).toThrowError(/M, K/);
    expect(() => ops.crossEntropy(normal(2, 3), fromData(Int32Array.of(0, 3), [2]))).toThrowError(/3/);
  });
});
