import { describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { mul, slice, sum } from '../autograd/ops.js';
import { backward } from '../autograd/tape.js';
import { useBackend } from '../backend/choose.js';
import { CELLS, GRU, LSTM, RNN, RNNIdentity } from '../cell/cells/index.js';
import { LanguageModel } from '../models/language/languageModel.js';
import { Recurrent } from '../nn/recurrent.js';
import { fromData, randn } from '../tensor/create.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { Corpus } from '../text/corpus.js';
import { textOf } from '../models/language/textGenerator.js';
import { gateTrace } from './gateTrace.js';
import { gradientFlow } from './gradientFlow.js';
import { inspectModel } from './inspectModel.js';
import { stateJacobian } from './jacobian.js';
import { recurrentMatrices } from './recurrentMatrices.js';
import { saturation, saturationOf } from './saturation.js';
import { valueKinds } from './values.js';

const TEXT = 'She said “no” (twice) in 1851.\n“Aye,” he said, and left. It rained 3 days.\n';

await useBackend('reference');

function model(config: Partial<ConstructorParameters<typeof LanguageModel>[0]> = {}): LanguageModel {
  const corpus = Corpus.fromText(TEXT, {});
  const made = new LanguageModel(
    { cell: 'lstm', hiddenSize: 5, numLayers: 2, embeddingSize: 4, dropout: 0.5, seed: 1, ...config },
    textOf(corpus, {}),
  );
  return made;
}

const rows = (m: { steps: number; width: number; data: ArrayLike<number> }, t: number): number[] =>
  Array.from({ length: m.width }, (_, n) => m.data[t * m.width + n]);

describe('gateTrace', () => {
  it('gives gates and states that fit the equations of the LSTM', () => {
    const trace = gateTrace(model(), TEXT.repeat(5));
    expect(trace.tokens.join('')).toBe(TEXT.repeat(5));
    expect(trace.layers.map(({ layer, direction }) => [layer, direction])).toEqual([
      [0, 'forward'],
      [1, 'forward'],
    ]);
    for (const { values } of trace.layers) {
      expect(Object.keys(values).sort()).toEqual(['c', 'f', 'g', 'h', 'i', 'o']);
      // Across the border of a chunk (256) too.
      for (const t of [1, 255, 256, 300]) {
        const [i, f, g, o, h, c, before] = [
          ...['i', 'f', 'g', 'o', 'h', 'c'].map((name) => rows(values[name], t)),
          rows(values.c, t - 1),
        ];
        c.forEach((cell, n) => {
          expect(cell).toBeCloseTo(f[n] * before[n] + i[n] * g[n], 5);
          expect(h[n]).toBeCloseTo(o[n] * Math.tanh(cell), 5);
        });
      }
    }
  });

  it('leaves the model as it was, counts what it does not know, and refuses what it cannot do', () => {
    const m = model();
    m.network.train();
    const trace = gateTrace(m, 'She ran ~~', { layer: 1 });
    expect(m.network.training).toBe(true);
    expect([trace.unknown, trace.tokens.join(''), trace.layers.length]).toEqual([2, 'She ran ~~', 1]);
    expect(() => gateTrace(m, '')).toThrow(expect.objectContaining({ code: 'EMPTY' }));
    expect(() => gateTrace(m, 'a', { layer: 2 })).toThrow(expect.objectContaining({ code: 'OPTION' }));
  });

  it('reads tokens as the text that they are of', () => {
    const [own, text] = [model(), TEXT.repeat(3)];
    const { tokens } = Corpus.fromText(text, {});
    expect(gateTrace(own, tokens)).toEqual(gateTrace(own, text));
    expect(() => gateTrace(own, Int32Array.of(0, 9999))).toThrow(expect.objectContaining({ code: 'RANGE' }));
    expect(() => gateTrace(own, new Int32Array(0))).toThrow(expect.objectContaining({ code: 'EMPTY' }));
  });

  it('traces every built-in cell', () => {
    for (const cell of Object.keys(CELLS)) {
      const { layers } = gateTrace(model({ cell, hiddenSize: 4, numLayers: 1 }), 'She said');
      expect([...Object.keys(layers[0].values)], cell).toEqual(expect.arrayContaining([...CELLS[cell].states]));
    }
  });
});

describe('values and saturation', () => {
  it('knows from the graph what a sigmoid or a tanh made', () => {
    const kinds = Object.fromEntries(valueKinds(LSTM));
    expect(kinds).toEqual({ i: 'sigmoid', f: 'sigmoid', g: 'tanh', o: 'sigmoid', h: 'free', c: 'free' });
    expect(Object.fromEntries(valueKinds(CELLS['lstm-layer-norm']))).toMatchObject({
      f: 'sigmoid',
      g: 'tanh',
      xi: 'free',
    });
    expect(valueKinds(RNN).get('h')).toBe('tanh');
  });

  it('counts values beyond 0.1 and 0.9, for each neuron and over all', () => {
    const data = Float64Array.of(0.05, 0.95, 0.5, 0.95, 0.01, 0.91, 0.1, 0.9);
    const { left, right, neurons } = saturationOf({ steps: 4, width: 2, data }, 'sigmoid');
    expect([left, right]).toEqual([2 / 8, 3 / 8]);
    expect(neurons).toEqual({ left: [0.5, 0], right: [0, 0.75] });
    expect(saturationOf({ steps: 1, width: 3, data: Float64Array.of(-0.95, 0.05, 0.95) }, 'tanh')).toMatchObject({
      left: 1 / 3,
      right: 1 / 3,
    });
    expect(saturation(gateTrace(model(), TEXT).layers).map(({ name }) => name)).toEqual([
      'i',
      'f',
      'g',
      'o',
      'i',
      'f',
      'g',
      'o',
    ]);
  });
});

describe('gradientFlow', () => {
  const [T, N, D, H] = [6, 2, 3, 4];
  const norm = (t: Tensor): number => Math.hypot(...t.data());
  const rng = new Philox(3);
  const x = randn([T, N, D], rng);
  const weights = randn([T, N, H], rng);
  const loss = (output: Tensor): Tensor => sum(mul(output, weights));

  for (const cell of [LSTM, GRU, CELLS.slstm]) {
    it(`is that of the sequence cut at each step: ${cell.name}`, () => {
      const rnn = new Recurrent(cell, { inputSize: D, hiddenSize: H, numLayers: 2, rng: new Philox(1) });
      const flow = gradientFlow(rnn, x, loss);
      const stepwise = rnn.parameters().map((t) => Array.from(t.grad?.data() ?? []));
      rnn.zeroGrad();
      backward(loss(rnn.forward(x).output));
      rnn.parameters().forEach((t, p) => {
        const whole = t.grad?.data() ?? [];
        stepwise[p].forEach((g, i) => expect(g).toBeCloseTo(whole[i], 4));
      });
      for (let t = 1; t < T; t++) {
        const first = rnn.forward(slice(x, 0, 0, t));
        const state = first.state.map((s) =>
          Object.fromEntries(Object.entries(s).map(([name, v]) => [name, v.detach()])),
        );
        for (const s of state) for (const v of Object.values(s)) v.requiresGrad = true;
        backward(sum(mul(rnn.forward(slice(x, 0, t, T), { state }).output, slice(weights, 0, t, T))));
        // h of the last layer is the output of its step too, so the loss there adds its own part.
        const own = slice(weights, 0, t - 1, t).data();
        state.forEach((s, layer) => {
          for (const [name, v] of Object.entries(s)) {
            if (layer === 0 && name === cell.output) continue;
            const grad = v.grad?.data() ?? new Float32Array(v.size);
            const all = layer === 1 && name === cell.output ? grad.map((g, i) => g + own[i]) : grad;
            expect(flow[layer].states[name][t - 1]).toBeCloseTo(Math.hypot(...all), 4);
          }
        });
      }
      expect(flow[1].states.h).toHaveLength(T);
      expect(flow[1].states.h[T - 1]).toBeCloseTo(norm(slice(weights, 0, T - 1, T)), 4);
    });
  }

  it('sees the way from a lower layer to the one above it in the same step', () => {
    const rnn = new Recurrent(RNNIdentity, { inputSize: 1, hiddenSize: 1, numLayers: 2 });
    const set = (name: string, value: number): void =>
      [...rnn.namedParameters()].find(([n]) => n === name)?.[1].set([value]);
    for (const [name, v] of Object.entries({
      '0.weight_x': 1,
      '0.weight_h': 2,
      '0.bias': 0,
      '1.weight_x': 3,
      '1.weight_h': 5,
      '1.bias': 0,
    }))
      set(name, v);
    const flow = gradientFlow(rnn, fromData([1, 1, 1], [3, 1, 1]), (output) => sum(slice(output, 0, 2, 3)));
    expect(flow[1].states.h).toEqual([25, 5, 1]);
    // dL/da_t = 3 · 5^(2 − t) + 2 · dL/da_(t + 1)
    expect(flow[0].states.h).toEqual([75 + 2 * (15 + 2 * 3), 15 + 2 * 3, 3]);
  });

  it('refuses a network that needs the end of the sequence', () => {
    const rnn = new Recurrent(LSTM, { inputSize: D, hiddenSize: H, bidirectional: true });
    expect(() => gradientFlow(rnn, x, loss)).toThrow(expect.objectContaining({ code: 'OPTION' }));
  });
});

describe('stateJacobian', () => {
  it('of a linear network is a power of its matrix', () => {
    const rnn = new Recurrent(RNNIdentity, { inputSize: 2, hiddenSize: 3, rng: new Philox(5) });
    const [{ data, size }] = recurrentMatrices(rnn);
    const W = Array.from({ length: size }, (_, r) => Array.from(data.subarray(r * size, (r + 1) * size)));
    const { matrix, frobeniusNorm, singularValues, spectralNorm } = stateJacobian(
      rnn,
      randn([5, 2], new Philox(1)),
      null,
      0,
      2,
    );
    // h' = h · W, so dh'/dh is Wᵀ.
    let squares = 0;
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const power = W[j].reduce((total, w, k) => total + w * W[k][i], 0);
        expect(matrix[i][j]).toBeCloseTo(power, 5);
        squares += power ** 2;
      }
    }
    expect(frobeniusNorm).toBeCloseTo(Math.sqrt(squares), 5);
    expect(singularValues?.reduce((total, s) => total + s * s, 0)).toBeCloseTo(squares, 5);
    expect(spectralNorm).toBe(singularValues?.[0]);
  });

  it('of the LSTM agrees with differences, and chains', () => {
    const rnn = new Recurrent(LSTM, { inputSize: 2, hiddenSize: 3, rng: new Philox(5) });
    const x = randn([5, 2], new Philox(2));
    const whole = stateJacobian(rnn, x, null, 1, 4).matrix;
    const [a, b] = [stateJacobian(rnn, x, null, 1, 2).matrix, stateJacobian(rnn, x, null, 2, 4).matrix];
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++)
        expect(whole[i][j]).toBeCloseTo(
          b[i].reduce((total, v, k) => total + v * a[k][j], 0),
          5,
        );
    }
    const first = rnn.forward(slice(x, 0, 0, 1).reshape([1, 1, 2])).state[0];
    const step = 1e-2;
    const after = (sign: number): ArrayLike<number> => {
      const c = first.c.data().map((v, k) => v + (k === 1 ? sign * step : 0));
      const state = [{ h: first.h, c: fromData(c, [1, 3]) }];
      return rnn.forward(slice(x, 0, 1, 4).reshape([3, 1, 2]), { state }).state[0].h.data();
    };
    const [up, down] = [after(1), after(-1)];
    for (let i = 0; i < 3; i++) expect(whole[i][3 + 1]).toBeCloseTo((up[i] - down[i]) / (2 * step), 3);
    expect(() => stateJacobian(rnn, x, null, 3, 3)).toThrow(expect.objectContaining({ code: 'RANGE' }));
  });
});

describe('inspectModel', () => {
  it('gives all parts, for a text of one token too', () => {
    const m = model();
    const whole = inspectModel(m, { input: TEXT });
    expect(whole.spectra.map(({ name }) => name)).toEqual(
      [0, 1].flatMap((l) => ['i', 'f', 'g', 'o'].map((gate) => `rnn.${l}.weight_h.${gate}`)),
    );
    expect(whole.text?.gradientFlow?.all.map(({ states }) => states.c.length)).toEqual([
      TEXT.length - 1,
      TEXT.length - 1,
    ]);
    const last = whole.text?.gradientFlow?.last[1].states.h ?? [];
    expect(last[last.length - 1]).toBeGreaterThan(last[0]);
    expect(m.network.parameters().every((t) => t.grad === null && t.requiresGrad)).toBe(true);
    expect(inspectModel(m, { input: 'S', layer: 1 }).text).toMatchObject({ gradientFlow: null });
    expect(inspectModel(m).text).toBeNull();
  });
});
