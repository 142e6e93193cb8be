// Weights go where their labels say: a cell whose equations stand in another order computes the same with them, and what does not
// match is refused by name.
import { beforeAll, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import type { Cell } from '../cell/cell.js';
import { CELLS, GRU, GRUResetBefore, LayerNormLSTM, LSTM, SLSTM } from '../cell/cells/index.js';
import type { CellData } from '../cell/define/data.js';
import { defineCell } from '../cell/defineCell.js';
import { cellFromData } from '../cell/fromData.js';
import { randn } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { GivenParameter, StateDict } from '../weights/labels.js';
import { Linear } from './layers.js';
import { Recurrent, type RecurrentOptions } from './recurrent.js';
import { Sequential } from './sequential.js';

beforeAll(() => setCurrentDevice(new ReferenceBackend()));

/** The GRU with z before r, and the candidate before both. */
const Turned = defineCell({
  name: 'GRU-turned',
  state: ['h'],
  step({ x, h, linear, sigmoid, tanh }) {
    const nx = linear('nx', x);
    const z = sigmoid(linear('z', x, h));
    const nh = linear('nh', h);
    const r = sigmoid(linear('r', x, h));
    const n = tanh(nx.add(r.mul(nh)));
    return { h: n.add(z.mul(h.sub(n))) };
  },
});

/** The same cell with its linears (where none needs a later one) and vectors in other orders. */
function otherOrders(cell: Cell): Cell[] {
  const data = cell.toData();
  const turned = { ...data, linears: [...data.linears].reverse(), vectors: [...data.vectors].reverse() };
  const swapped = { ...data, linears: [data.linears[1], data.linears[0], ...data.linears.slice(2)] };
  const rotated = { ...data, linears: [...data.linears.slice(1), data.linears[0]] };
  return [turned, swapped, rotated].flatMap((made: CellData) => {
    try {
      return [cellFromData(made)];
    } catch {
      return [];
    }
  });
}

const OPTIONS: { name: string; options: Partial<RecurrentOptions> }[] = [
  { name: 'one layer', options: {} },
  { name: 'three layers, both directions', options: { numLayers: 3, bidirectional: true } },
  { name: 'without biases, learned start', options: { bias: false, learnInitialState: true, numLayers: 2 } },
];

function network(cell: Cell, seed: number, options: Partial<RecurrentOptions> = {}): Recurrent {
  const heads = cell.linears.some((l) => l.perHead.includes(true)) ? { numHeads: 2 } : {};
  const proj = cell.sizes.includes('projection') ? { projSize: 3 } : {};
  const rng = new Philox(seed);
  return new Recurrent(cell, { inputSize: 5, hiddenSize: 4, ...heads, ...proj, ...options, rng });
}

/** The largest difference of two networks' outputs and gradients by the input, on one input. */
function difference(a: Recurrent, b: Recurrent): number {
  const values = [a, b].map((rnn) => {
    const x = randn([3, 2, rnn.inputSize], new Philox(9), { requiresGrad: true });
    const { output, state } = rnn.eval().forward(x);
    output.square().sum().backward();
    const states = state.flatMap((layer) => rnn.cell.states.flatMap((s) => [...layer[s].data()]));
    return [...output.data(), ...states, ...(x.grad?.data() ?? [])];
  });
  return Math.max(...values[0].map((v, i) => Math.abs(v - values[1][i])));
}

/** Whether some parameter stands in another order of columns. */
function differsInMemory(a: StateDict, b: StateDict): boolean {
  return Object.keys(a).some((name) => JSON.stringify(a[name].blocks) !== JSON.stringify(b[name]?.blocks));
}

describe('a cell whose equations stand in another order', () => {
  const twins = Object.values(CELLS).flatMap((cell) => otherOrders(cell).map((twin) => ({ cell, twin })));
  const cases = [...twins, { cell: GRU, twin: Turned }].flatMap(({ cell, twin }) =>
    OPTIONS.map((options) => ({ cell, twin, options })),
  );

  it.each(cases)('$cell.name, $options.name', ({ cell, twin, options: { options } }) => {
    const [a, b] = [network(cell, 1, options), network(twin, 2, options)];
    expect(difference(a, b)).toBeGreaterThan(1e-3);
    b.loadStateDict(a.stateDict());
    expect(difference(a, b)).toBeLessThan(1e-5);
    const back = network(cell, 3, options);
    back.loadStateDict(b.stateDict());
    for (const [path, { data }] of Object.entries(back.stateDict())) expect(data).toEqual(a.stateDict()[path].data);
  });

  it('is tried with orders in memory that differ, for cells of each kind', () => {
    const names = twins
      .filter(({ cell, twin }) => differsInMemory(network(cell, 1).stateDict(), network(twin, 1).stateDict()))
      .map(({ cell }) => cell.name);
    for (const name of ['GRU', 'GRU-reset-before', 'LSTM', 'LSTM-peephole', 'LSTM-projection', 'sLSTM', 'SRU'])
      expect(names).toContain(name);
    expect(differsInMemory(network(GRU, 1).stateDict(), network(Turned, 1).stateDict())).toBe(true);
  });

  it('has a weight of a computed operand under another name', () => {
    const pair = (first: string, second: string): Cell =>
      defineCell({
        name: `pair-${first}`,
        state: ['h'],
        step({ x, h, linear, sigmoid, tanh }) {
          const gated = sigmoid(linear('r', x)).mul(h);
          const values = Object.fromEntries([first, second].map((name) => [name, linear(name, x, gated)]));
          return { h: tanh(values.a).mul(sigmoid(values.b)) };
        },
      });
    const [a, b] = [network(pair('a', 'b'), 1), network(pair('b', 'a'), 2)];
    expect(Object.keys(a.stateDict())).toContain('0.weight_a');
    expect(Object.keys(b.stateDict())).toContain('0.weight_b');
    b.loadStateDict(a.stateDict());
    expect(difference(a, b)).toBeLessThan(1e-6);
  });

  it('tells computed operands of the same parts apart, however sums and products are written', () => {
    const twice = (name: string, turned: boolean): Cell =>
      defineCell({
        name,
        state: ['h'],
        step({ x, h, linear, sigmoid, tanh }) {
          const r = sigmoid(linear('r', x));
          const operands = turned ? [h.add(r), h.mul(r)] : [r.mul(h), r.add(h)];
          return { h: tanh(linear('n', x, ...operands)) };
        },
      });
    const [a, b] = [network(twice('one', false), 1), network(twice('two', true), 2)];
    b.loadStateDict(a.stateDict());
    expect(difference(a, b)).toBeLessThan(1e-6);
  });

  it('has the gains of a normalization over several linears with their linears', () => {
    const gates = ['f', 'o', 'i', 'g'];
    const turned = defineCell({
      name: 'LSTM-layer-norm-turned',
      state: ['h', 'c'],
      step({ x, h, c, linear, layerNorm, sigmoid, tanh }) {
        const bias = { bias: false };
        const fromX = layerNorm(
          'norm_x',
          gates.map((gate) => linear(`x${gate}`, x, bias)),
        );
        const fromH = layerNorm(
          'norm_h',
          gates.map((gate) => linear(`h${gate}`, h, bias)),
        );
        const [zf, zo, zi, zg] = fromX.map((z, k) => z.add(fromH[k]));
        const cNext = sigmoid(zf)
          .mul(c)
          .add(sigmoid(zi).mul(tanh(zg)));
        return { h: sigmoid(zo).mul(tanh(layerNorm('norm_c', cNext))), c: cNext };
      },
    });
    const [a, b] = [network(LayerNormLSTM, 1), network(turned, 2)];
    const rng = new Philox(4);
    for (const [name, t] of a.namedParameters()) {
      if (name.includes('norm')) t.set(Float64Array.from({ length: t.size }, () => 1 + rng.normal() / 4));
    }
    b.loadStateDict(a.stateDict());
    expect(difference(a, b)).toBeLessThan(1e-5);
  });
});

describe('loadStateDict', () => {
  const wrong = (cell: Cell, state: Readonly<Record<string, GivenParameter>>): string => {
    const rnn = network(cell, 1);
    const before = rnn.stateDict();
    try {
      rnn.loadStateDict(state);
    } catch (error) {
      expect(error).toMatchObject({ code: 'FORMAT' });
      expect(rnn.stateDict()).toEqual(before);
      return error instanceof Error ? error.message : '';
    }
    return 'taken';
  };

  it('names the gates that are missing, and those that are too many', () => {
    expect(wrong(GRU, network(GRUResetBefore, 1).stateDict())).toBe(
      'expected the parameters of this network, received some without gate nx of x in 0.weight_x, gate nh of h in 0.weight_h, ' +
        'gate nx in 0.bias, gate nh in 0.bias, and with gate n of x in 0.weight_x, gate n of f(h, z:r) in 0.weight_n, ' +
        'gate n in 0.bias besides',
    );
    expect(wrong(LSTM, network(LSTM, 1, { bias: false }).stateDict())).toMatch(
      /received some without gate i in 0.bias, gate f in 0.bias, gate g in 0.bias, gate o in 0.bias$/,
    );
    expect(wrong(LSTM, network(LSTM, 1, { numLayers: 9 }).stateDict())).toMatch(/with .* and \d+ more besides$/);
  });

  it('names the sizes that differ, and heads', () => {
    const wide = wrong(LSTM, network(LSTM, 1, { inputSize: 6 }).stateDict());
    expect(wide).toMatch(/that should have gate i of x in 0.weight_x of \[5, 4\], not \[6, 4\], gate f/);
    expect(wrong(SLSTM, network(SLSTM, 1, { numHeads: 4 }).stateDict())).toMatch(
      /gate z of h in 0.weight_h of \[4, 2\] in 2 heads, not \[4, 1\] in 4 heads/,
    );
  });

  it('takes numbers alone where there is one gate, and asks which is which where there are several', () => {
    const bare = (rnn: Recurrent) =>
      Object.fromEntries(Object.entries(rnn.stateDict()).map(([name, { shape, data }]) => [name, { shape, data }]));
    const [a, b] = [network(CELLS.rnn, 1), network(CELLS.rnn, 2)];
    b.loadStateDict(bare(a));
    expect(difference(a, b)).toBe(0);
    expect(wrong(LSTM, bare(network(LSTM, 1)))).toMatch(
      /which columns of 0.weight_x are which gate \(i, f, g, o\), received numbers alone/,
    );
    const [c, d] = [network(LSTM, 1), network(LSTM, 2)];
    d.loadStateDict(bare(c), { order: '0.1' });
    expect(difference(c, d)).toBe(0);
  });

  it('refuses a matrix that is said to be the other way round, even a square one', () => {
    const [a, b] = [new Linear(3, 3), new Sequential(new Linear(3, 3))];
    const { weight, bias } = a.stateDict();
    const turned = { ...weight, axes: [...weight.axes].reverse() };
    expect(() => b.loadStateDict({ '0.weight': turned, '0.bias': bias })).toThrow(
      /0.weight of \[input, output\], not \[output, input\]/,
    );
    b.loadStateDict(
      new Map([
        ['0.weight', weight],
        ['0.bias', bias],
      ]),
    );
    expect(b.stateDict()['0.weight'].data).toEqual(weight.data);
  });

  it('multiplies quantized weights with their scale, whatever their order', () => {
    const [a, b] = [network(GRU, 1), network(Turned, 2)];
    const state = a.stateDict();
    const weight = state['0.weight_x'];
    const factors = Float32Array.from({ length: 12 }, (_, i) => 0.01 * (i + 1));
    const data = Int8Array.from({ length: 60 }, (_, i) => (i * 37) % 127);
    b.loadStateDict({ ...state, '0.weight_x': { ...weight, dtype: 'int8', data, scale: { axis: 1, factors } } });
    a.loadStateDict({ ...state, '0.weight_x': { ...weight, data: Array.from(data, (v, i) => v * factors[i % 12]) } });
    expect(difference(a, b)).toBeLessThan(1e-5);
  });

  it('gives copies: what happens to them or to the network later changes nothing on the other side', () => {
    const rnn = network(LSTM, 1);
    const state = rnn.stateDict();
    const kept = [...Array.from(state['0.bias'].data)];
    rnn.parameters().forEach((t) => t.set(new Float64Array(t.size)));
    expect(Array.from(state['0.bias'].data)).toEqual(kept);
    (state['0.weight_h'].data as Float32Array).fill(7);
    expect(
      rnn
        .parameters()[1]
        .data()
        .every((v) => v === 0),
    ).toBe(true);
  });
});
