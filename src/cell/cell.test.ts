import { beforeAll, describe, expect, it } from 'vitest';
import { checkGradients } from '../autograd/gradcheck.js';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { fromData, randn } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { CELLS, GRU, GRUResetBefore, LayerNormLSTM, LSTM, RNN, SLSTM } from './cells/index.js';
import type { Cell } from './cell.js';
import { defineCell } from './defineCell.js';
import { cellParameters, scan } from './run/scan.js';
import { Rich } from './testing.js';

beforeAll(() => {
  setCurrentDevice(new ReferenceBackend({ precision: 'float64' }));
});

/** Not in the library: two computed operands, a swap of states, x used itself, linears of all kinds, three stages. */
const Odd = defineCell({
  name: 'Odd',
  state: ['a', 'b'],
  step({ x, a, b, linear, sigmoid, tanh, exp, max }) {
    const r = sigmoid(linear('r', x, a));
    const s = tanh(linear('s', r.mul(a), x));
    const u = linear('u', s.mul(b), b, x);
    const mixed = max(u, u.mul(0.1)).add(exp(s.neg())).mul(0.3);
    return { a: b.add(x.mul(0.5)), b: a.mul(0.2).add(mixed.mul(r.oneMinus())) };
  },
});

const Elementwise = defineCell({
  name: 'Elementwise',
  state: ['h'],
  step: ({ x, h, tanh }) => ({ h: tanh(x.add(h.mul(0.5))) }),
});

/** Input and hidden size are equal, since some cells use x itself; the projection differs. */
const [T, N, D, H] = [3, 2, 4, 4];
const SIZES = { input: D, hidden: H, heads: 2, projection: 3, small: 2 };

function parametersOf(cell: Cell, rng: Philox): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(cellParameters(cell, SIZES)).map(([name, { shape }]) => [name, randn(shape, rng).mul(0.7).detach()]),
  );
}

function widthOf(cell: Cell, state: string): number {
  return (SIZES as Record<string, number>)[cell.stateSizes[state]];
}

function loss(output: Tensor, state: Record<string, Tensor>): Tensor {
  const weigh = (t: Tensor, phase: number): Tensor =>
    t
      .mul(
        fromData(
          Float64Array.from({ length: t.size }, (_, i) => Math.sin(i + phase)),
          t.shape,
        ),
      )
      .sum();
  return Object.values(state).reduce((sum, s, i) => sum.add(weigh(s, i)), weigh(output, 0.5));
}

const ALL = [...Object.values(CELLS), Odd, Elementwise, Rich];

describe.each(ALL.map((cell) => [cell.name, cell] as const))('%s', (_, cell) => {
  it('has the numeric gradients of input, states and parameters', () => {
    const rng = new Philox(7);
    const parameters = parametersOf(cell, rng);
    const names = Object.keys(parameters);
    const initial = cell.states.map((s) => randn([N, widthOf(cell, s)], rng));
    const result = checkGradients(
      (x, ...rest) => {
        const p = Object.fromEntries(names.map((name, i) => [name, rest[i]]));
        const s = Object.fromEntries(cell.states.map((name, i) => [name, rest[names.length + i]]));
        const { output, state } = scan(cell, x, p, s, SIZES);
        return loss(output, state);
      },
      [randn([T, N, D], rng), ...Object.values(parameters), ...initial],
    );
    expect(result.largestError).toBeLessThan(1e-7);
  });

  it('has them for the last state alone', () => {
    const rng = new Philox(8);
    const parameters = parametersOf(cell, rng);
    const names = Object.keys(parameters);
    const last = cell.states[cell.states.length - 1];
    const result = checkGradients(
      (x, ...rest) => {
        const p = Object.fromEntries(names.map((name, i) => [name, rest[i]]));
        return scan(cell, x, p, {}, SIZES).state[last].square().sum();
      },
      [randn([T, N, D], rng), ...Object.values(parameters)],
    );
    expect(result.largestError).toBeLessThan(1e-7);
  });

  it('gives the same numbers step by step as at once', () => {
    const rng = new Philox(9);
    const parameters = parametersOf(cell, rng);
    const x = randn([T, N, D], rng);
    const whole = scan(cell, x, parameters, {}, SIZES);
    let state: Record<string, Tensor> = {};
    for (let t = 0; t < T; t++) {
      const step = scan(cell, x.slice(0, t, t + 1), parameters, state, SIZES);
      state = step.state;
      expect(step.output.toArray()).toEqual(whole.output.slice(0, t, t + 1).toArray());
    }
    for (const s of cell.states) expect(state[s].toArray()).toEqual(whole.state[s].toArray());
  });
});

describe.each([RNN, GRU, GRUResetBefore, LSTM, LayerNormLSTM, SLSTM].map((cell) => [cell.name, cell] as const))(
  '%s on tokens',
  (_, cell) => {
    it('equals one-hot input, gradients too', () => {
      const rng = new Philox(3);
      const parameters = parametersOf(cell, rng);
      const tokens = Int32Array.of(0, 2, 1, 1, 3, 0);
      const oneHot = new Float64Array(T * N * D);
      tokens.forEach((token, i) => (oneHot[i * D + token] = 1));
      const gradientsWith = (x: Tensor): number[][] => {
        for (const p of Object.values(parameters)) {
          p.requiresGrad = true;
          p.grad = null;
        }
        const { output, state } = scan(cell, x, parameters, {}, SIZES);
        const total = loss(output, state);
        total.backward();
        return [[total.item()], ...Object.values(parameters).map((p) => Array.from(p.grad?.data() ?? []))];
      };
      const a = gradientsWith(fromData(tokens, [T, N])).flat();
      const b = gradientsWith(fromData(oneHot, [T, N, D])).flat();
      expect(a.length).toBe(b.length);
      a.forEach((v, i) => expect(v).toBeCloseTo(b[i], 12));
    });
  },
);

describe('errors at definition', () => {
  it.each([
    [
      'a state never returned',
      /state "c"/,
      () => defineCell({ name: 'A', state: ['h', 'c'], step: (({ h }: { h: unknown }) => ({ h })) as never }),
    ],
    [
      'a name used twice',
      /"i" twice/,
      () =>
        defineCell({
          name: 'A',
          state: ['h'],
          step: ({ x, h, linear }) => ({ h: linear('i', x).add(linear('i', h)) }),
        }),
    ],
    [
      'a linear not used',
      /use of linear "i"/,
      () => defineCell({ name: 'A', state: ['h'], step: ({ x, h, linear }) => (linear('i', x), { h }) }),
    ],
    [
      'different each time',
      /same equations/,
      () => {
        let n = 0;
        return defineCell({ name: 'A', state: ['h'], step: ({ h }) => ({ h: h.mul(++n + 1) }) });
      },
    ],
  ])('%s', (_, message, define) => {
    expect(define).toThrowError(message);
  });
});
