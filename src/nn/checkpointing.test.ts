// Checkpoints over time: the same numbers with less memory. And factors of the gradient between steps: cuts, and randomized
// truncation without bias. Letters: T steps, N batch.
import { beforeEach, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { concat } from '../autograd/ops.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { GRU, LSTM, RNNIdentity } from '../cell/cells/index.js';
import { fromData, randn } from '../tensor/create.js';
import { type DType, setCurrentDevice, type Storage } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import { scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { RandomCalls } from './random.js';
import { detach, type ForwardOptions, Recurrent, type RecurrentOptions, type RecurrentResult } from './recurrent.js';

/** Counts the elements that are allocated at one time. */
class CountingBackend extends ReferenceBackend {
  live = 0;
  peak = 0;

  override allocate(dtype: DType, length: number): Storage {
    this.live += length;
    this.peak = Math.max(this.peak, this.live);
    return super.allocate(dtype, length);
  }

  override release(storage: Storage): void {
    this.live -= storage.length;
    super.release(storage);
  }
}

beforeEach(() => {
  setCurrentDevice(new ReferenceBackend({ precision: 'float64' }));
});

function lossOf({ output, state }: Pick<RecurrentResult, 'output' | 'state'>): Tensor {
  const weigh = (t: Tensor, phase: number): Tensor =>
    t
      .mul(
        fromData(
          Float64Array.from({ length: t.size }, (_, i) => Math.sin(1.7 * i + phase)),
          t.shape,
        ),
      )
      .sum();
  return state.flatMap((own) => Object.values(own)).reduce((sum, s, i) => sum.add(weigh(s, i)), weigh(output, 0.5));
}

/** All gradients of one call, side by side. */
function gradientsOf(network: Recurrent, x: Tensor, run: (x: Tensor) => Tensor): number[] {
  network.zeroGrad();
  x.grad = null;
  run(x).backward();
  return [x, ...network.parameters()].flatMap((t) =>
    Array.from(t.grad?.data() ?? new Float64Array(t.dtype === 'int32' ? 0 : t.size)),
  );
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance = 1e-12): void {
  expect(actual.length).toBe(expected.length);
  const worst = actual.reduce(
    (most, v, i) => (Math.abs(v - expected[i]) <= most ? most : Math.abs(v - expected[i])),
    0,
  );
  expect(worst).toBeLessThan(tolerance);
}

describe('checkpoints over time', () => {
  const dropouts: RecurrentOptions = {
    inputSize: 3,
    hiddenSize: 4,
    numLayers: 2,
    bidirectional: true,
    dropout: 0.3,
    variational: true,
    inputDropout: 0.2,
    stateDropout: 0.3,
    weightDropout: 0.3,
    zoneout: 0.3,
    learnInitialState: true,
  };

  const segments = [1, 3, 4, 7, 8, 'sqrt' as const];
  const batches = [undefined, [7, 3], [0, 5], [1, 1]];
  const both = segments.flatMap((checkpoint) => batches.map((lengths) => ({ checkpoint, lengths })));

  it.each(both)(
    'segments of $checkpoint steps: the same numbers, with dropouts, lengths $lengths',
    ({ checkpoint, lengths }) => {
      const calls = new RandomCalls(1);
      const network = new Recurrent(LSTM, { ...dropouts, rng: new Philox(2), calls });
      const x = randn([7, 2, 3], new Philox(3), { requiresGrad: true });
      const ragged = lengths === undefined ? {} : { lengths };
      const results = [ragged, { ...ragged, checkpoint }].map((options: ForwardOptions) => {
        calls.calls = 0;
        let value = 0;
        const gradients = gradientsOf(network, x, () => {
          const loss = lossOf(network.forward(x, options));
          value = loss.item();
          return loss;
        });
        return [value, ...gradients];
      });
      expectClose(results[1], results[0]);
    },
  );

  it('of tokens, and with traces', () => {
    const network = new Recurrent(GRU, { inputSize: 3, hiddenSize: 4, bidirectional: true, rng: new Philox(2) });
    const x = fromData(Int32Array.of(0, 1, 2, 2, 0, 1, 1, 0, 2, 2), [5, 2]);
    const trace = ['r', 'z'];
    const gradients = [{}, { checkpoint: 2 }].map((options) =>
      gradientsOf(network, x, () => lossOf(network.forward(x, options))),
    );
    expectClose(gradients[1], gradients[0]);
    const [whole, parts] = [{}, { checkpoint: 2 }].map((options) => network.forward(x, { ...options, trace }));
    whole.trace.forEach((values, i) => {
      for (const name of trace) expectClose(Array.from(parts.trace[i][name].data()), Array.from(values[name].data()));
    });
  });

  it('with zoneout: backward draws the masks of forward again', () => {
    const calls = new RandomCalls(1);
    const network = new Recurrent(LSTM, { inputSize: 2, hiddenSize: 3, zoneout: 0.4, rng: new Philox(2), calls });
    const x = randn([6, 2, 2], new Philox(3), { requiresGrad: true });
    const run = (): Tensor => {
      calls.calls = 0;
      return lossOf(network.forward(x, { checkpoint: 2 }));
    };
    const gradient = gradientsOf(network, x, run).slice(0, x.size);
    const before = Float64Array.from(x.data());
    before.forEach((v, i) => {
      const at = (value: number): number => {
        x.set(before.map((old, j) => (j === i ? value : old)));
        return run().item();
      };
      expect((at(v + 1e-5) - at(v - 1e-5)) / 2e-5).toBeCloseTo(gradient[i], 7);
    });
  });

  it('keep much less, and leave nothing behind', () => {
    const [T, H] = [900, 4];
    const kept = (checkpoint?: 'sqrt'): { between: number; peak: number; after: number } => {
      const backend = new CountingBackend();
      setCurrentDevice(backend);
      const network = new Recurrent(LSTM, { inputSize: 1, hiddenSize: H, rng: new Philox(2) });
      const x = randn([T, 1, 1], new Philox(3));
      const before = backend.live;
      const between = scope(() => {
        const { state } = network.forward(x, checkpoint === undefined ? {} : { checkpoint });
        const loss = state[0].h.sum();
        const now = backend.live - before;
        loss.backward();
        return now;
      });
      return { between, peak: backend.peak - before, after: backend.live - before - network.parameterCount() };
    };
    const [full, parts] = [kept(), kept('sqrt')];
    expect(full.after).toBe(0);
    expect(parts.after).toBe(0);
    // The output [T, H] stands there twice, in pieces and whole, beside x; of the six columns more that full keeps for each
    // of its steps only the states before √T segments stay.
    expect(parts.between - T * (2 * H + 1)).toBeLessThan(6 * H * Math.ceil(Math.sqrt(T)));
    expect(full.between).toBeGreaterThan(6 * H * T);
    expect(parts.peak).toBeLessThan(0.6 * full.peak);
  });
});

describe('factors of the gradient between steps', () => {
  const T = 6;
  const make = (options: Partial<RecurrentOptions> = {}, cell = LSTM): { network: Recurrent; x: Tensor } => ({
    network: new Recurrent(cell, { inputSize: 2, hiddenSize: 3, ...options, rng: new Philox(2) }),
    x: randn([T, 2, 2], new Philox(3), { requiresGrad: true }),
  });

  it.each<[string, ForwardOptions]>([
    ['at once', {}],
    ['in segments', { checkpoint: 2 }],
    ['in segments of four', { checkpoint: 4 }],
    ['in a ragged batch', { lengths: [6, 5] }],
  ])('0 cuts the gradient as detach does, %s', (_, how) => {
    const { network, x } = make({ numLayers: 2 });
    for (let cut = 0; cut < T - 1; cut++) {
      const factors = Array.from({ length: T }, (_, t) => (t === cut ? 0 : 1));
      const scaled = gradientsOf(network, x, () => lossOf(network.forward(x, { ...how, gradientScale: factors })));
      const detached = gradientsOf(network, x, (whole) => {
        const lengths = how.lengths as number[] | undefined;
        const part = (from: number, to: number): ForwardOptions =>
          lengths === undefined
            ? {}
            : { lengths: lengths.map((length) => Math.min(Math.max(length - from, 0), to - from)) };
        const first = network.forward(whole.slice(0, 0, cut + 1), part(0, cut + 1));
        const second = network.forward(whole.slice(0, cut + 1, T), { state: detach(first.state), ...part(cut + 1, T) });
        return lossOf({ output: concat([first.output, second.output]), state: second.state });
      });
      if (how.lengths === undefined || cut < 4) expectClose(scaled, detached);
    }
  });

  it('1 everywhere changes nothing, in any direction', () => {
    for (const options of [{ bidirectional: true }, { reverse: true }]) {
      const { network, x } = make(options);
      const run = (more: ForwardOptions): number[] => gradientsOf(network, x, () => lossOf(network.forward(x, more)));
      expectClose(run({ gradientScale: new Float32Array(T).fill(1) }), run({}));
    }
  });

  it('all 0: each step has its own gradient only, from the end too', () => {
    const { network, x } = make({ reverse: true }, RNNIdentity);
    const run = (): Tensor => network.forward(x, { gradientScale: new Float32Array(T) }).output.sum();
    const gradient = gradientsOf(network, x, run).slice(0, x.size);
    const weight = new Map(network.namedParameters()).get('0.weight_x')?.data() ?? [];
    gradient.forEach((g, i) =>
      expect(g).toBeCloseTo(weight[(i % 2) * 3] + weight[(i % 2) * 3 + 1] + weight[(i % 2) * 3 + 2], 12),
    );
  });

  /** Factors of randomized truncation: 1/p with probability p, else 0. */
  const P = 0.4;

  it.each<[string, ForwardOptions]>([
    ['at once', {}],
    ['in segments', { checkpoint: 2 }],
    ['ragged', { lengths: [6, 3] }],
  ])('the expected gradient of randomized truncation is the gradient, %s', (_, how) => {
    const { network, x } = make();
    const run = (more: ForwardOptions): number[] =>
      gradientsOf(network, x, () => lossOf(network.forward(x, { ...how, ...more })));
    const full = run({});
    const mean = new Array<number>(full.length).fill(0);
    // All 2⁵ outcomes with their probabilities: no statistics needed.
    for (let outcome = 0; outcome < 2 ** (T - 1); outcome++) {
      const kept = Array.from({ length: T - 1 }, (_, t) => (outcome >> t) % 2 === 1);
      const probability = kept.reduce((product, k) => product * (k ? P : 1 - P), 1);
      const gradientScale = [...kept.map((k) => (k ? 1 / P : 0)), 1];
      run({ gradientScale }).forEach((g, i) => (mean[i] += probability * g));
    }
    expectClose(mean, full, 1e-10);
  });

  it('the mean over many draws of a linear network approaches it', () => {
    const { network, x } = make({}, RNNIdentity);
    const run = (more: ForwardOptions): number[] => gradientsOf(network, x, () => lossOf(network.forward(x, more)));
    const full = run({});
    const draws = 600;
    const rng = new Philox(9);
    const [sum, squares] = [new Float64Array(full.length), new Float64Array(full.length)];
    for (let i = 0; i < draws; i++) {
      const gradientScale = Array.from({ length: T }, (_, t) => (t === T - 1 ? 1 : rng.uniform() < P ? 1 / P : 0));
      run({ gradientScale }).forEach((g, k) => ((sum[k] += g), (squares[k] += g * g)));
    }
    full.forEach((g, k) => {
      const mean = sum[k] / draws;
      const error = Math.sqrt(Math.max(0, squares[k] / draws - mean * mean) / draws);
      expect(Math.abs(mean - g)).toBeLessThan(4.5 * error + 1e-12);
    });
  });
});
