import { beforeAll, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { RNN } from '../cell/cells/rnn.js';
import { detach, Recurrent, type RecurrentState } from '../nn/recurrent.js';
import { randn } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { randomizedTruncation, TruncatedBackpropagation } from './bptt.js';

beforeAll(() => setCurrentDevice(new ReferenceBackend({ precision: 'float64' })));

const [N, D, H] = [2, 3, 4];

function network(): Recurrent {
  return new Recurrent(RNN, { inputSize: D, hiddenSize: H, rng: new Philox(3) });
}

const gradients = (rnn: Recurrent): number[] => rnn.parameters().flatMap((p) => Array.from(p.grad?.data() ?? []));

/** The gradient by definition: all steps from the start, detached once k2 steps before the end; the loss of the last k1. */
function expected(
  rnn: Recurrent,
  x: Tensor,
  end: number,
  k1: number,
  k2: number,
): { loss: number; gradient: number[] } {
  rnn.zeroGrad();
  const cut = Math.max(0, end - k2);
  let state: RecurrentState | null = null;
  let early: Tensor | null = null;
  if (cut > 0) {
    const run = rnn.forward(x.slice(0, 0, cut));
    [state, early] = [detach(run.state), run.output.detach()];
  }
  const run = rnn.forward(x.slice(0, cut, end), { state });
  let loss = run.output
    .slice(0, Math.max(0, end - k1 - cut), end - cut)
    .square()
    .sum();
  if (early !== null && end - k1 < cut)
    loss = loss.add(
      early
        .slice(0, end - k1, cut)
        .square()
        .sum(),
    );
  loss.backward();
  return { loss: loss.item(), gradient: gradients(rnn) };
}

describe.each([
  [3, 3],
  [3, 6],
  [3, 7],
  [3, 100],
  [3, 2],
  [1, 4],
])('truncated backpropagation, k1 = %i, k2 = %i', (k1, k2) => {
  it('has the loss of the whole sequence and the gradient of the last k2 steps', () => {
    const rnn = network();
    const x = randn([12, N, D], new Philox(5)).detach();
    const bptt = new TruncatedBackpropagation((part, state) => rnn.forward(part, { state }), {
      forwardSteps: k1,
      backwardSteps: k2,
    });
    for (let end = k1; end <= 12; end += k1) {
      const want = expected(rnn, x, end, k1, k2);
      rnn.zeroGrad();
      const output = bptt.forward(x.slice(0, end - k1, end));
      expect(output.shape).toEqual([k1, N, H]);
      const loss = output.square().sum();
      loss.backward();
      expect(loss.item()).toBeCloseTo(want.loss, 10);
      gradients(rnn).forEach((g, i) => expect(g).toBeCloseTo(want.gradient[i], 10));
    }
  });
});

it('starts anew after reset', () => {
  const rnn = network();
  const bptt = new TruncatedBackpropagation((x, state) => rnn.forward(x, { state }), {
    forwardSteps: 2,
    backwardSteps: 4,
  });
  const x = randn([2, N, D], new Philox(5)).detach();
  const first = bptt.forward(x).toArray();
  expect(bptt.forward(x).toArray()).not.toEqual(first);
  bptt.reset();
  expect(bptt.forward(x).toArray()).toEqual(first);
});

it('cuts with the promised probability and divides by it', () => {
  const factors = randomizedTruncation(20_001, 0.8, new Philox(1));
  expect(factors.at(-1)).toBe(1);
  const passed = factors.filter((f) => f > 0).length / factors.length;
  expect(Math.abs(passed - 0.8)).toBeLessThan(4 * Math.sqrt((0.8 * 0.2) / 20_000));
  expect(new Set(factors.subarray(0, 20_000))).toEqual(new Set([0, 1.25]));
});
