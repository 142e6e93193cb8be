import { beforeEach, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { relu, tanh } from '../autograd/ops.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { fromData, tensor } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import type { Tensor } from '../tensor/tensor.js';
import { Dropout, Embedding, LayerNorm, Linear } from './layers.js';
import { manualSeed } from './random.js';
import { Sequential } from './sequential.js';

beforeEach(() => {
  setCurrentDevice(new ReferenceBackend());
  manualSeed(1);
});

const ints = (...list: number[]): Tensor => fromData(Int32Array.from(list), [list.length]);

describe('Sequential', () => {
  it('runs parts in order and names parameters by their place', () => {
    const net = new Sequential(new Linear(3, 4), relu, new Sequential(new Linear(4, 2), tanh), new LayerNorm(2));
    expect([...net.namedParameters()].map(([name]) => name)).toEqual([
      '0.weight',
      '0.bias',
      '2.0.weight',
      '2.0.bias',
      '3.weight',
      '3.bias',
    ]);
    const x = tensor([[1, -2, 3]]);
    const state = net.stateDict();
    const other = new Sequential(new Linear(3, 4), relu, new Sequential(new Linear(4, 2), tanh), new LayerNorm(2));
    expect(other.forward(x).toArray()).not.toEqual(net.forward(x).toArray());
    other.loadStateDict(state);
    expect(other.forward(x).toArray()).toEqual(net.forward(x).toArray());
    expect(new Sequential(relu, (t) => t.neg()).forward(x).toArray()).toEqual([[-1, -0, -3]]);
  });

  it('passes train and eval on to its parts', () => {
    const net = new Sequential(new Dropout(0.5)).eval();
    expect(net.forward(tensor([1, 2, 3])).toArray()).toEqual([1, 2, 3]);
    expect(
      net
        .train()
        .forward(tensor(new Float32Array(100).fill(1)))
        .toArray(),
    ).toContain(0);
  });

  it('without parts is the identity', () => {
    expect(new Sequential().forward(tensor([4])).item()).toBe(4);
  });

  it('refuses what is no part', () => {
    const parts = [relu] as unknown as typeof relu;
    expect(() => new Sequential(parts)).toThrowError(/function at index 0, received an array of 1/);
  });
});

describe('Embedding', () => {
  it('frozen, is stored but not trained', () => {
    const net = new Sequential(
      Embedding.fromVectors([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      new Linear(2, 1),
    );
    expect(net.parameterCount()).toBe(3);
    expect([...net.namedBuffers()].map(([name]) => name)).toEqual(['0.weight']);
    expect(Object.keys(net.stateDict()).sort()).toEqual(['0.weight', '1.bias', '1.weight']);
    net.forward(ints(2, 0)).sum().backward();
    const embedding = [...net.namedBuffers()][0][1];
    expect(embedding.grad).toBeNull();
    expect(net.parameters().every((t) => t.grad !== null)).toBe(true);
    const copy = new Sequential(new Embedding(3, 2, { frozen: true }), new Linear(2, 1));
    copy.loadStateDict(net.stateDict());
    expect(copy.forward(ints(1)).toArray()).toEqual(net.forward(ints(1)).toArray());
    net.dispose();
    expect(embedding.disposed).toBe(true);
  });

  it('has a padding row that is zero and stays so', () => {
    const embedding = new Embedding(4, 3, { paddingIndex: 2 });
    expect(embedding.forward(ints(2)).toArray()).toEqual([[0, 0, 0]]);
    expect(embedding.forward(ints(1)).toArray()).not.toEqual([[0, 0, 0]]);
    const loss = embedding.forward(ints(2, 1, 2, 1)).sum();
    loss.backward();
    const none = [0, 0, 0];
    expect(embedding.weight.grad?.toArray()).toEqual([none, [2, 2, 2], none, none]);
  });

  it('from vectors copies them, padding row included', () => {
    const given = tensor([
      [1, 2],
      [3, 4],
    ]);
    const embedding = Embedding.fromVectors(given, { frozen: false, paddingIndex: 0 });
    given.set([0, 0, 0, 0]);
    expect(embedding.weight.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(embedding.parameterCount()).toBe(4);
    expect(Embedding.fromVectors([Float32Array.of(7)]).weight.toArray()).toEqual([[7]]);
  });

  it('takes no tokens, one, and any shape', () => {
    const embedding = new Embedding(4, 3);
    const none = embedding.forward(ints());
    none.sum().backward();
    expect(none.shape).toEqual([0, 3]);
    expect(embedding.forward(fromData(Int32Array.of(1, 2, 3, 0), [2, 1, 2])).shape).toEqual([2, 1, 2, 3]);
  });

  it('says what is wrong', () => {
    expect(() => new Embedding(4, 3, { paddingIndex: 4 })).toThrowError(/from 0 to 3, received 4/);
    expect(() => Embedding.fromVectors([[1, 2], [3]])).toThrowError(/one length as a matrix/);
    expect(() => Embedding.fromVectors([])).toThrowError(/0 rows/);
    expect(() => Embedding.fromVectors(tensor([1, 2]))).toThrowError(/matrix.*\[2\]/);
    expect(() => new Embedding(4, 3).forward(ints(4))).toThrowError(/0 to 3, received 4/);
  });
});

describe('LayerNorm', () => {
  it('starts as the plain normalization, with the parameters asked for', () => {
    const x = tensor([[1, 2, 3]]);
    const names = (layer: LayerNorm): string[] => [...layer.namedParameters()].map(([name]) => name);
    const [full, noBias, none] = [
      new LayerNorm(3),
      new LayerNorm(3, { bias: false }),
      new LayerNorm(3, { elementwiseAffine: false }),
    ];
    expect([names(full), names(noBias), names(none)]).toEqual([['weight', 'bias'], ['weight'], []]);
    expect(full.forward(x).toArray()).toEqual(none.forward(x).toArray());
    expect(noBias.forward(x).toArray()).toEqual(none.forward(x).toArray());
  });

  it('says what is wrong', () => {
    expect(() => new LayerNorm(3).forward(tensor([[1, 2]]))).toThrowError(/\[..., 3\], received \[1, 2\]/);
    expect(() => new LayerNorm(0)).toThrowError(/received 0/);
    expect(() => new LayerNorm(3, { epsilon: -1 })).toThrowError(/received -1/);
  });
});
