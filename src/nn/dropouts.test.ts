// The dropouts of Recurrent: rates, means, which masks are the same and which are not, repeatable by seed, off in evaluation.
// Networks are linear with identity weights, so that a mask shows in the output. Letters: T steps, N batch, H hidden.
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { orReason } from '../../test/conformance/suite.js';
import '../autograd/methods.js';
import { createNativeBackend } from '../backend/compiled/native.js';
import type { Backend } from '../backend/contract.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { CELLS, LSTM, RNNIdentity } from '../cell/cells/index.js';
import { nodePlatform } from '../platform/node/node.js';
import { setPlatform } from '../platform/platform.js';
import { fromData, full, ones, randn } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { RandomCalls } from './random.js';
import { Recurrent, type RecurrentOptions } from './recurrent.js';

setPlatform(nodePlatform);

beforeEach(() => {
  setCurrentDevice(new ReferenceBackend({ precision: 'float64' }));
});

const [T, N, H] = [12, 8, 16];
const P = 0.3;
const KEPT = 1 / (1 - P);

function identity(): Float64Array {
  return Float64Array.from({ length: H * H }, (_, i) => (i % (H + 1) === 0 ? 1 : 0));
}

/** h' = a · x + b · h: weights of inputs and states are multiples of the identity. */
function linear(options: Partial<RecurrentOptions>, a: number, b: number, seed = 1): Recurrent {
  const network = new Recurrent(RNNIdentity, {
    inputSize: H,
    hiddenSize: H,
    bias: false,
    ...options,
    calls: new RandomCalls(seed),
  });
  for (const [name, t] of network.namedParameters()) {
    const factor = name.includes('weight_x') ? a : name.includes('weight_h') ? b : 0;
    t.set(name.includes('initial_') ? new Float64Array(t.size).fill(1) : identity().map((v) => v * factor));
  }
  return network;
}

type At = (t: number, n: number, h: number) => number;

function at(output: Tensor): At {
  const values = output.data();
  return (t, n, h) => values[(t * N + n) * H + h];
}

/** Within 5 standard deviations of `count` draws. */
function expectRate(dropped: number, count: number, p = P): void {
  expect(Math.abs(dropped / count - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / count));
}

function grid(): [number, number, number][] {
  return Array.from({ length: T * N * H }, (_, i) => [Math.floor(i / (N * H)), Math.floor(i / H) % N, i % H]);
}

/** All elements of [N, H] once: the mask of each sequence. */
function masks(value: At, t = 0): string[] {
  return Array.from({ length: N }, (_, n) =>
    Array.from({ length: H }, (_, h) => (value(t, n, h) === 0 ? '0' : '1')).join(''),
  );
}

function expectSameOverTime(value: At): void {
  for (const [t, n, h] of grid()) expect(value(t, n, h) === 0).toBe(value(0, n, h) === 0);
  expect(new Set(masks(value)).size).toBeGreaterThan(N - 2);
}

const x = (): Tensor => ones([T, N, H]);

describe('dropout between layers', () => {
  it('drops elements at the rate and scales the rest, another mask at each step', () => {
    const value = at(linear({ numLayers: 2, dropout: P }, 1, 0).forward(x()).output);
    const all = grid().map((i) => value(...i));
    for (const v of all) expect(v === 0 || Math.abs(v - KEPT) < 1e-12).toBe(true);
    expectRate(all.filter((v) => v === 0).length, all.length);
    expect(new Set(Array.from({ length: T }, (_, t) => masks(value, t).join())).size).toBe(T);
  });

  it('variational: one mask for all steps of a sequence, another for each sequence', () => {
    const value = at(linear({ numLayers: 2, dropout: P, variational: true }, 1, 0).forward(x()).output);
    expectSameOverTime(value);
    expectRate(masks(value).join('').split('0').length - 1, N * H);
  });

  it('variational, ragged: the same mask over the steps of each sequence', () => {
    const network = linear({ numLayers: 2, dropout: P, variational: true }, 1, 0);
    const lengths = [3, 0, 12, 1, 7, 7, 5, 12];
    const value = at(network.forward(x(), { lengths }).output);
    for (const [t, n, h] of grid()) expect(value(t, n, h)).toBe(t < lengths[n] ? value(0, n, h) : 0);
    const seen = masks(value).filter((_, n) => lengths[n] > 0);
    expect(new Set(seen).size).toBe(seen.length);
    expectRate(seen.join('').split('0').length - 1, seen.length * H);
  });

  it('is not on the output of the last layer', () => {
    const value = at(linear({ dropout: P }, 1, 0).forward(x()).output);
    for (const i of grid()) expect(value(...i)).toBe(1);
  });
});

describe('dropout of inputs', () => {
  it('has one mask a sequence, on the input of every layer', () => {
    const value = at(linear({ inputDropout: P }, 1, 0).forward(x()).output);
    for (const i of grid()) expect([0, KEPT]).toContain(value(...i));
    expectSameOverTime(value);
    expectRate(masks(value).join('').split('0').length - 1, N * H);
    const two = at(linear({ inputDropout: P, numLayers: 2 }, 1, 0).forward(x()).output);
    expectSameOverTime(two);
    expectRate(masks(two).join('').split('0').length - 1, N * H, 1 - (1 - P) ** 2);
  });

  it('has its own mask in each direction, kept over ragged steps', () => {
    const lengths = [3, 1, 12, 1, 7, 7, 5, 12];
    const network = linear({ inputDropout: P, bidirectional: true }, 1, 0);
    const { output } = network.forward(x(), { lengths });
    const [forward, backward] = [at(output.slice(2, 0, H)), at(output.slice(2, H, 2 * H))];
    for (const [t, n, h] of grid()) {
      if (t >= lengths[n]) continue;
      expect(forward(t, n, h)).toBe(forward(0, n, h));
      expect(backward(t, n, h)).toBe(backward(0, n, h));
    }
    expect(masks(forward)).not.toEqual(masks(backward));
  });
});

describe('dropout of states', () => {
  it('has one mask a sequence at all steps, from the initial state on', () => {
    const network = linear({ stateDropout: P, learnInitialState: true }, 0, 1);
    const { output, state } = network.forward(x());
    const value = at(output);
    for (const [t, n, h] of grid()) {
      // With new masks at each step nothing would be left: 0.7¹² of all.
      expect(value(t, n, h)).toBeCloseTo(value(0, n, h) === 0 ? 0 : KEPT ** (t + 1), 8);
    }
    expectSameOverTime(value);
    expectRate(masks(value).join('').split('0').length - 1, N * H);
    expect(Object.keys(state[0])).toEqual(['h']);
  });

  it('acts where products read, not on the state that goes out', () => {
    const value = at(linear({ stateDropout: P }, 1, 1).forward(x()).output);
    for (const [, n, h] of grid().slice(0, N * H)) {
      expect(value(0, n, h)).toBe(1);
      expect([1, 1 + KEPT].some((v) => Math.abs(v - value(1, n, h)) < 1e-12)).toBe(true);
    }
  });
});

describe('zoneout', () => {
  /** Inputs that tell the steps apart. */
  const steps = (): Tensor =>
    fromData(
      Float64Array.from({ length: T * N * H }, (_, i) => 1 + Math.floor(i / (N * H))),
      [T, N, H],
    );

  it('keeps exactly the old value with probability p, by element and step', () => {
    const value = at(linear({ zoneout: P }, 1, 0).forward(steps()).output);
    let kept = 0;
    const perElement = new Map<string, number>();
    for (const [t, n, h] of grid()) {
      const old = t === 0 ? 0 : value(t - 1, n, h);
      const now = value(t, n, h);
      if (now === old) {
        kept++;
        perElement.set(`${n} ${h}`, (perElement.get(`${n} ${h}`) ?? 0) + 1);
      } else expect(now).toBe(t + 1);
    }
    expectRate(kept, T * N * H);
    // Not the same elements at all steps: each is kept now and then, none always.
    expect(Math.max(...perElement.values())).toBeLessThan(T);
    expect(perElement.size).toBeGreaterThan(0.9 * N * H);
  });

  it('in evaluation is the expectation', () => {
    const network = linear({ zoneout: P }, 1, 0).eval();
    const value = at(network.forward(steps()).output);
    let expected = 0;
    for (let t = 0; t < T; t++) {
      expected = P * expected + (1 - P) * (t + 1);
      expect(value(t, 3, 5)).toBeCloseTo(expected, 12);
    }
    network.train();
    const rounds = 40;
    let sum = 0;
    for (let i = 0; i < rounds; i++)
      sum += network
        .forward(steps())
        .output.slice(0, T - 1, T)
        .mean()
        .item();
    // The last value is T − k with probability (1 − P) · Pᵏ: variance P / (1 − P)².
    expect(Math.abs(sum / rounds - expected)).toBeLessThan(5 * Math.sqrt(P / (1 - P) ** 2 / (rounds * N * H)));
  });

  it('of one state leaves the others alone, ragged and reversed too', () => {
    const rng = new Philox(3);
    const network = new Recurrent(LSTM, {
      inputSize: H,
      hiddenSize: H,
      zoneout: { c: 0.5 },
      reverse: true,
      rng,
      calls: new RandomCalls(2),
    });
    const lengths = [12, 4, 12, 9, 1, 12, 12, 3];
    const { trace } = network.forward(randn([T, N, H], rng), { lengths, trace: ['h', 'c'] });
    const [h, c] = [at(trace[0].h), at(trace[0].c)];
    let [kept, count] = [0, 0];
    for (const [t, n, i] of grid()) {
      if (t + 1 >= lengths[n]) continue;
      count++;
      if (c(t, n, i) === c(t + 1, n, i)) kept++;
      expect(h(t, n, i)).not.toBe(h(t + 1, n, i));
    }
    expectRate(kept, count, 0.5);
  });
});

describe('dropout of weights', () => {
  it('has one mask a call on the recurrent matrix, at all steps and for all sequences', () => {
    const network = new Recurrent(RNNIdentity, {
      inputSize: H,
      hiddenSize: H,
      bias: false,
      weightDropout: P,
      calls: new RandomCalls(1),
    });
    for (const [name, t] of network.namedParameters())
      t.set(name.endsWith('weight_h') ? new Float64Array(H * H).fill(1) : identity());
    const zero = full([3, H, H], 0);
    // From the unit vectors, step 1 shows the matrix, step 2 its square.
    const run = (): { first: number[]; second: number[] } => {
      const { output } = network.forward(zero, { state: [{ h: fromData(identity(), [H, H]) }] });
      const values = Array.from(output.data());
      return { first: values.slice(0, H * H), second: values.slice(H * H, 2 * H * H) };
    };
    const { first, second } = run();
    for (const v of first) expect([0, KEPT]).toContain(v);
    expectRate(first.filter((v) => v === 0).length, H * H);
    const w = fromData(Float64Array.from(first), [H, H]);
    w.matmul(w)
      .data()
      .forEach((v, i) => expect(second[i]).toBeCloseTo(v, 9));
    expect(run().first).not.toEqual(first);
    // The weights themselves stay, and so do those of inputs.
    expect(new Set(new Map(network.namedParameters()).get('0.weight_h')?.data())).toEqual(new Set([1]));
    const seen = network.forward(fromData(identity(), [1, H, H])).output;
    expect(Array.from(seen.data())).toEqual(Array.from(identity()));
  });

  it('drops the products of all operands with states, of every layer', () => {
    const network = new Recurrent(CELLS['gru-reset-before'], {
      inputSize: 2,
      hiddenSize: H,
      numLayers: 2,
      weightDropout: P,
      calls: new RandomCalls(1),
      rng: new Philox(1),
    });
    network
      .forward(randn([3, 2, 2], new Philox(2)))
      .output.square()
      .sum()
      .backward();
    for (const [name, t] of network.namedParameters()) {
      const zeros = Array.from(t.grad?.data() ?? []).filter((g) => g === 0).length;
      if (/weight_[hn]/.test(name)) expectRate(zeros, t.size);
      else expect(zeros, name).toBe(0);
    }
  });
});

const EVERYTHING: Partial<RecurrentOptions> = {
  numLayers: 2,
  bidirectional: true,
  dropout: P,
  variational: true,
  inputDropout: P,
  stateDropout: P,
  zoneout: P,
  weightDropout: P,
};

describe('all dropouts together', () => {
  const results = (calls: RandomCalls, how: 'train' | 'eval', rounds = 2, options = EVERYTHING): number[][] => {
    const rng = new Philox(4);
    const network = new Recurrent(LSTM, { inputSize: 3, hiddenSize: 4, ...options, calls, rng }).train(how === 'train');
    const input = randn([5, 3, 3], rng);
    return Array.from({ length: rounds }, () =>
      Array.from(network.forward(input, { lengths: [5, 2, 0] }).output.data()),
    );
  };

  it('differ from call to call, are the same for the same seed, and go on where a checkpoint stood', () => {
    const [first, second] = results(new RandomCalls(6), 'train');
    expect(first).not.toEqual(second);
    expect(results(new RandomCalls(6), 'train')).toEqual([first, second]);
    expect(results(new RandomCalls(7), 'train')[0]).not.toEqual(first);
    const calls = new RandomCalls(6);
    results(calls, 'train', 1);
    expect(results(new RandomCalls(6, calls.calls), 'train', 1)).toEqual([second]);
  });

  it('are off in evaluation, which draws nothing', () => {
    const calls = new RandomCalls(6);
    const without = { numLayers: 2, bidirectional: true, zoneout: 0 };
    const [first, second] = results(calls, 'eval', 2, { ...EVERYTHING, zoneout: 0 });
    expect(calls.calls).toBe(0);
    expect(first).toEqual(second);
    expect(first).toEqual(results(new RandomCalls(1), 'train', 1, without)[0]);
  });
});

const threads = await orReason(
  () => [1, 2].map((count) => createNativeBackend({ threads: count })) as unknown as Backend,
);
describe('on native', () => {
  if (typeof threads === 'string') {
    it.skip(threads);
    return;
  }
  const backends = threads as unknown as Backend[];
  afterAll(() => {
    for (const backend of backends) backend.close();
  });

  it('the same seed gives the same bits with one thread and two, gradients too', () => {
    const runs = backends.map((backend) => {
      setCurrentDevice(backend);
      const network = new Recurrent(LSTM, {
        inputSize: 40,
        hiddenSize: 96,
        ...EVERYTHING,
        calls: new RandomCalls(3),
        rng: new Philox(4),
      });
      const input = randn([9, 24, 40], new Philox(5));
      const lengths = Array.from({ length: 24 }, (_, n) => n % 10);
      const { output, state } = network.forward(input, { lengths });
      output.square().sum().add(state[0].c.sum()).backward();
      return [output, ...network.parameters().map((p) => p.grad ?? p)].map((t) =>
        Buffer.from(Float32Array.from(t.data()).buffer).toString('base64'),
      );
    });
    expect(runs[0].length).toBeGreaterThan(8);
    runs[0].forEach((bits, i) => expect(bits === runs[1][i], `tensor ${i}`).toBe(true));
  });
});
