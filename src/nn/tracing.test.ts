// Traced values: the right numbers, from the same run, in the order of time, on every layer and direction.
import { beforeAll, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { Recurrent } from './recurrent.js';
import { randn } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { CELLS, LSTM } from '../cell/cells/index.js';
import { deriveCell } from '../cell/plan/derive.js';

const [T, N, D, H] = [5, 2, 4, 4];

beforeAll(() => setCurrentDevice(new ReferenceBackend({ precision: 'float64' })));

const close = (a: Tensor, b: Tensor): void => {
  expect(a.shape).toEqual(b.shape);
  const values = b.data();
  Array.from(a.data()).forEach((v, i) => expect(v).toBeCloseTo(values[i], 12));
};

const input = (): Tensor => randn([T, N, D], new Philox(4)).detach();

it('gives the gates of the LSTM as its equations do', () => {
  const rnn = new Recurrent(LSTM, { inputSize: D, hiddenSize: H, rng: new Philox(1) });
  const x = input();
  const { output, trace } = rnn.forward(x, { trace: ['i', 'f', 'g', 'o', 'c', 'h'] });
  const [own] = trace;
  const p = Object.fromEntries(rnn.namedParameters());
  const gate = (k: number, t: number, h: Tensor): Tensor => {
    const columns = (m: Tensor): Tensor => m.slice(m.rank - 1, k * H, (k + 1) * H);
    return x
      .slice(0, t, t + 1)
      .reshape([N, D])
      .matmul(columns(p['0.weight_x']))
      .add(h.matmul(columns(p['0.weight_h'])))
      .add(columns(p['0.bias']));
  };
  const zero = own.h.slice(0, 0, 1).reshape([N, H]).mul(0);
  for (let t = 0; t < T; t++) {
    const at = (name: string, step = t): Tensor =>
      step < 0 ? zero : own[name].slice(0, step, step + 1).reshape([N, H]);
    close(at('i'), gate(0, t, at('h', t - 1)).sigmoid());
    close(at('f'), gate(1, t, at('h', t - 1)).sigmoid());
    close(at('g'), gate(2, t, at('h', t - 1)).tanh());
    close(at('o'), gate(3, t, at('h', t - 1)).sigmoid());
    close(
      at('c'),
      at('f')
        .mul(at('c', t - 1))
        .add(at('i').mul(at('g'))),
    );
    close(at('h'), at('o').mul(at('c').tanh()));
  }
  close(own.h, output);
});

describe.each(Object.values(CELLS).map((cell) => [cell.name, cell] as const))('%s', (_, cell) => {
  const names = [...deriveCell(cell).traceable.keys()];

  it('traces all its values without changing the result, forward and in reverse, ragged too', () => {
    const options = { inputSize: D, hiddenSize: H, numHeads: 2, bidirectional: true, numLayers: 2 };
    const rnn = new Recurrent(cell, { ...options, rng: new Philox(1) });
    const x = input();
    for (const more of [{}, { lengths: [5, 3] }]) {
      const plain = rnn.forward(x, more);
      const traced = rnn.forward(x, { ...more, trace: names });
      close(traced.output, plain.output);
      expect(traced.trace).toHaveLength(4);
      for (const values of traced.trace) expect(Object.keys(values)).toEqual(names);
      const halves = [traced.trace[2], traced.trace[3]].map((values) => values[cell.output]);
      close(traced.output.slice(2, 0, H), halves[0]);
      close(traced.output.slice(2, H, 2 * H), halves[1]);
    }
  });
});

it('says which names there are', () => {
  const rnn = new Recurrent(LSTM, { inputSize: D, hiddenSize: H });
  expect(() => rnn.forward(input(), { trace: ['q'] })).toThrow(
    /value of LSTM to trace \(i, f, g, o, h, c\), received "q"/,
  );
});
