// A user's cell is as fast as a built-in one because the same runs: the same stages, and a number of backend calls that does
// not depend on the length of the sequence. (How fast that is, bench/ measures.)
import { beforeEach, describe, expect, it, vi } from 'vitest';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { Recurrent } from './recurrent.js';
import { randn } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import { CELLS, LSTM } from '../cell/cells/index.js';
import { defineCell } from '../cell/defineCell.js';
import { deriveCell } from '../cell/plan/derive.js';
import type { StepPlan } from '../cell/plan/plan.js';

/** The LSTM written by somebody else: other names of variables, another order of terms. */
const Own = defineCell({
  name: 'Own',
  state: ['h', 'c'],
  step({ x, h, c, linear, sigmoid, tanh }) {
    const write = sigmoid(linear('i', x, h));
    const keep = sigmoid(linear('f', x, h));
    const content = tanh(linear('g', x, h));
    const show = sigmoid(linear('o', x, h));
    const memory = keep.mul(c).add(write.mul(content));
    return { h: show.mul(tanh(memory)), c: memory };
  },
});

/** A cell that the library lacks. */
const Mixer = defineCell({
  name: 'Mixer',
  state: ['h', 'm'],
  step({ x, h, m, linear, vector, sigmoid, tanh }) {
    const z = sigmoid(linear('z', x, h).add(vector('p').mul(m)));
    const n = tanh(linear('n', x, z.mul(h)));
    return { h: h.add(z.mul(n.sub(h))), m: m.mul(0.9).add(n.mul(0.1)) };
  },
});

const plain = (plan: StepPlan): unknown =>
  plan.stages.map((stage) =>
    stage.kind === 'program'
      ? { code: [...stage.program.code], operands: stage.operands }
      : stage.kind === 'product'
        ? { parameter: stage.group.parameter, run: stage.run, accumulate: stage.accumulate }
        : stage,
  );

it("derives the same stages and instructions for a user's LSTM as for the built-in one", () => {
  const [own, builtIn] = [deriveCell(Own), deriveCell(LSTM)];
  for (const tokens of [false, true]) {
    for (const keeps of [false, true]) {
      const mode = { tokens, inputInLoop: !tokens, keeps };
      expect(plain(own.forward(mode))).toEqual(plain(builtIn.forward(mode)));
    }
  }
  const mode = { hasDy: true, scaled: false, inputInLoop: true };
  expect(plain(own.backward(mode))).toEqual(plain(builtIn.backward(mode)));
});

describe('calls of the backend', () => {
  const backend = new ReferenceBackend({ precision: 'float64' });
  beforeEach(() => {
    setCurrentDevice(backend);
  });

  function callsOf(cell: (typeof CELLS)[string], T: number): Record<string, number> {
    const spies = (['scan', 'gemm', 'map', 'reduce', 'gather', 'scatterAdd', 'copy'] as const).map(
      (name) => [name, vi.spyOn(backend, name)] as const,
    );
    const rnn = new Recurrent(cell, { inputSize: 4, hiddenSize: 4, numHeads: 2, rng: new Philox(1) });
    const x = randn([T, 2, 4], new Philox(2)).detach();
    x.requiresGrad = true;
    const { output } = rnn.forward(x);
    output.square().sum().backward();
    const calls = Object.fromEntries(spies.map(([name, spy]) => [name, spy.mock.calls.length]));
    for (const [, spy] of spies) spy.mockRestore();
    return calls;
  }

  it.each([...Object.values(CELLS), Own, Mixer].map((cell) => [cell.name, cell] as const))(
    '%s: as many for 3 steps as for 30, one scan each way',
    (_, cell) => {
      const short = callsOf(cell, 3);
      expect(callsOf(cell, 30)).toEqual(short);
      expect(short.scan).toBe(2);
    },
  );
});
