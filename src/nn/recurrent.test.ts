// Recurrent: a step at a time, numeric gradients with every option on at once, ragged batches without work for padding, and
// what it refuses. Letters: T steps, N batch, D input, H hidden.
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { orReason } from '../../test/conformance/suite.js';
import '../autograd/methods.js';
import { noGrad } from '../autograd/tape.js';
import { createNativeBackend } from '../backend/compiled/native.js';
import { createWasmBackend } from '../backend/compiled/wasm.js';
import type { Backend } from '../backend/contract.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { CELLS, GRU, LSTM, ProjectionLSTM, SLSTM } from '../cell/cells/index.js';
import { nodePlatform } from '../platform/node/node.js';
import { setPlatform } from '../platform/platform.js';
import { fromData, randn } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { RandomCalls } from './random.js';
import { detach, Recurrent, type RecurrentOptions, type RecurrentState } from './recurrent.js';

setPlatform(nodePlatform);

const truth = new ReferenceBackend({ precision: 'float64' });

beforeEach(() => {
  setCurrentDevice(truth);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A sum over all results that tells their elements apart. */
function lossOf(output: Tensor, state: RecurrentState): Tensor {
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

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => (Math.abs(value - b[i]) <= most ? most : Math.abs(value - b[i])), 0);
}

describe.each([
  ['reference', (): Backend => new ReferenceBackend()],
  ['wasm', (): Promise<Backend> => createWasmBackend()],
  ['native', (): Backend => createNativeBackend({ threads: 2 })],
])('a step at a time on %s', async (_, make) => {
  const backend = await orReason(make);
  if (typeof backend === 'string') {
    it.skip(backend);
    return;
  }
  afterAll(() => {
    backend.close();
  });
  it.each(Object.values(CELLS).map((cell) => [cell.name, cell] as const))(
    '%s: the numbers of the whole sequence',
    (_, cell) => {
      setCurrentDevice(backend);
      const [T, N, D] = [6, 3, 5];
      const rng = new Philox(4);
      const batchFirst = cell.name.length % 2 === 0;
      const network = new Recurrent(cell, {
        inputSize: D,
        hiddenSize: [8, 4],
        zoneout: 0.3,
        skip: true,
        batchFirst,
        rng,
      }).eval();
      const x = randn([T, N, D], rng);
      const whole = network.forward(batchFirst ? x.transpose(0, 1) : x);
      const output = batchFirst ? whole.output.transpose(0, 1) : whole.output;
      let state: RecurrentState | null = null;
      for (let t = 0; t < T; t++) {
        const step = network.step(x.slice(0, t, t + 1).reshape([N, D]), state);
        state = step.state;
        expect(step.output.shape).toEqual([N, network.outputSize]);
        expect(largestDifference(step.output.data(), output.slice(0, t, t + 1).data())).toBeLessThan(1e-6);
      }
      whole.state.forEach((own, l) => {
        for (const [s, t] of Object.entries(own))
          expect(largestDifference(state?.[l][s].data() ?? [], t.data())).toBeLessThan(2e-6);
      });
    },
  );

  it('tokens too', () => {
    setCurrentDevice(backend);
    const network = new Recurrent(GRU, { inputSize: 5, hiddenSize: 4, rng: new Philox(1) });
    const tokens = fromData(Int32Array.of(0, 4, 2, 2, 1, 3), [3, 2]);
    const { output } = network.forward(tokens);
    let state: RecurrentState | null = null;
    for (let t = 0; t < 3; t++) {
      const step = network.step(fromData(tokens.data().slice(t * 2, t * 2 + 2) as Int32Array, [2]), state);
      state = step.state;
      expect(largestDifference(step.output.data(), output.slice(0, t, t + 1).data())).toBeLessThan(1e-6);
    }
  });
});

describe.each(Object.values(CELLS).map((cell) => [cell.name, cell] as const))('every option on %s', (_, cell) => {
  it.each([
    ['lengths', { lengths: [3, 0, 1] }],
    ['checkpoints', { checkpoint: 2 }],
  ])('has the numeric gradients, with %s', (_, forward) => {
    const [T, N, D] = [3, 3, 4];
    const calls = new RandomCalls(5);
    const network = new Recurrent(cell, {
      inputSize: D,
      hiddenSize: [2, 2],
      numHeads: 2,
      bidirectional: true,
      residual: true,
      projSize: 4,
      dropout: 0.3,
      variational: true,
      inputDropout: 0.2,
      stateDropout: 0.3,
      weightDropout: 0.3,
      zoneout: 0.3,
      learnInitialState: true,
      rng: new Philox(2),
      calls,
      ...(cell.sizes.includes('projection') ? { projSize: 2 } : {}),
    });
    const rng = new Philox(3);
    // Positive: the normalizer of the sLSTM is a divisor.
    const positive = (t: Tensor): Float64Array => Float64Array.from({ length: t.size }, () => 0.3 + rng.uniform());
    for (const [name, t] of network.namedParameters()) {
      t.set(name.includes('initial_') ? positive(t) : Float64Array.from({ length: t.size }, () => 0.6 * rng.normal()));
    }
    const x = randn([T, N, D], rng, { requiresGrad: true });
    const given: RecurrentState = network.forward(x).state.map((own, i) => {
      if (i > 0) return {};
      return Object.fromEntries(
        Object.entries(own).map(([s, t]) => [s, fromData(positive(t), t.shape, { requiresGrad: true })]),
      );
    });
    const value = (): Tensor => {
      calls.calls = 0; // the same masks at each evaluation
      const { output, state } = network.forward(x, { ...forward, state: given });
      return lossOf(output, state);
    };
    network.zeroGrad();
    value().backward();
    const leaves: [string, Tensor][] = [['x', x], ...network.namedParameters(), ...Object.entries(given[0])];
    let reached = 0;
    // One random direction for each tensor: all of its elements take part.
    for (const [name, t] of leaves) {
      const before = Float64Array.from(t.data());
      const direction = before.map(() => rng.normal());
      const at = (epsilon: number): number => {
        t.set(before.map((v, i) => v + epsilon * direction[i]));
        return noGrad(() => value().item());
      };
      // Fourth order: a norm over a row of zeros is steep, and bends as much.
      const step = 1e-6;
      const numeric = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
      t.set(before);
      const analytic =
        (t.grad?.data() as Float64Array | undefined)?.reduce((sum, g, i) => sum + g * direction[i], 0) ?? 0;
      expect(Math.abs(numeric - analytic) / Math.max(1, Math.abs(numeric)), name).toBeLessThan(1e-7);
      if (analytic !== 0) reached++;
    }
    expect(reached).toBeGreaterThan(leaves.length / 2);
  });
});

describe('ragged batches', () => {
  it('do no work for padding', () => {
    const backend = new ReferenceBackend();
    setCurrentDevice(backend);
    const network = new Recurrent(LSTM, {
      inputSize: 2,
      hiddenSize: 2,
      numLayers: 2,
      bidirectional: true,
      rng: new Philox(1),
    });
    const x = randn([1000, 2, 2], new Philox(2), { requiresGrad: true });
    const gemm = vi.spyOn(backend, 'gemm');
    const scan = vi.spyOn(backend, 'scan');
    const reduce = vi.spyOn(backend, 'reduce');
    const gather = vi.spyOn(backend, 'gather');
    const rowsOfScans = (): number[] =>
      scan.mock.calls.map(([, call]) =>
        (call.activeRows ?? new Int32Array(call.steps).fill(call.rows)).reduce((a, b) => a + b, 0),
      );
    const { output } = network.forward(x, { lengths: [10, 1000] });
    expect(rowsOfScans()).toEqual([1010, 1010, 1010, 1010]);
    expect(gemm.mock.calls.map(([spec]) => spec.m)).toEqual([1010, 1010, 1010, 1010]);
    for (const [spec] of gather.mock.calls) expect([1010, 2]).toContain(spec.rows);
    scan.mockClear();
    gemm.mockClear();
    output.backward({ gradient: output.detach() });
    expect(rowsOfScans()).toEqual([1010, 1010, 1010, 1010]);
    // Gradients of inputs have a row for each token, those of weights sum over the tokens.
    for (const [spec] of gemm.mock.calls) expect(spec.transA === true ? spec.k : spec.m).toBe(1010);
    expect(gemm.mock.calls.filter(([spec]) => spec.transA === true)).toHaveLength(8);
    for (const [spec] of reduce.mock.calls) expect(spec.rows).toBe(1010);
  });

  it.each([
    ['lengths', { lengths: [0, 1, 3] }],
    ['a mask with holes', { mask: [0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0] }],
  ])('have zeros where nothing counts, whatever stands there (%s)', (_, given) => {
    const [T, N, D] = [4, 3, 2];
    const mask = 'mask' in given ? fromData(Float64Array.from(given.mask), [T, N]) : undefined;
    const counts = (t: number, n: number): boolean =>
      'mask' in given ? given.mask[t * N + n] === 1 : t < given.lengths[n];
    const network = new Recurrent(GRU, {
      inputSize: D,
      hiddenSize: 4,
      numLayers: 2,
      bidirectional: true,
      residual: true,
      rng: new Philox(1),
    });
    const clean = randn([T, N, D], new Philox(2));
    const dirty = fromData(
      clean.data().map((v, i) => (counts(Math.floor(i / D / N), Math.floor(i / D) % N) ? v : NaN)),
      [T, N, D],
      { requiresGrad: true },
    );
    const options = mask === undefined ? { lengths: [0, 1, 3] } : { mask };
    const wanted = network.forward(clean, options);
    const { output, state, trace } = network.forward(dirty, { ...options, trace: ['z'] });
    expect(output.toArray()).toEqual(wanted.output.toArray());
    expect(state.map((s) => s.h.toArray())).toEqual(wanted.state.map((s) => s.h.toArray()));
    const [values, gates] = [output.data(), trace[1].z.data()];
    const width = network.outputSize;
    for (let t = 0; t < T; t++) {
      for (let n = 0; n < N; n++) {
        const row = values.slice((t * N + n) * width, (t * N + n + 1) * width);
        if (!counts(t, n)) expect(Array.from(row)).toEqual(new Array(width).fill(0));
        else expect(row).not.toContain(0);
        expect(gates[(t * N + n) * 4] === 0).toBe(!counts(t, n));
      }
    }
    lossOf(output, state).backward();
    const gradient = dirty.grad?.data() ?? new Float64Array(0);
    for (let i = 0; i < gradient.length; i++) {
      expect(gradient[i] === 0).toBe(!counts(Math.floor(i / D / N), Math.floor(i / D) % N));
    }
    for (const p of network.parameters()) expect(Array.from(p.grad?.data() ?? [NaN])).not.toContain(NaN);
  });

  it('of nothing but padding keep the states', () => {
    const network = new Recurrent(LSTM, { inputSize: 2, hiddenSize: 3, learnInitialState: true, rng: new Philox(1) });
    const h = randn([2, 3], new Philox(2));
    const { output, state } = network.forward(randn([4, 2, 2], new Philox(3)), { lengths: [0, 0], state: [{ h }] });
    expect(output.data().every((v) => v === 0)).toBe(true);
    expect(state[0].h.toArray()).toEqual(h.toArray());
    expect(state[0].c.data().every((v) => v === 0)).toBe(true);
  });

  it('carry the state from batch to batch, sorted back', () => {
    const network = new Recurrent(LSTM, { inputSize: 2, hiddenSize: 3, rng: new Philox(1) });
    const x = randn([5, 3, 2], new Philox(2));
    const first = network.forward(x.slice(0, 0, 2), { lengths: [1, 2, 0] });
    const second = network.forward(x.slice(0, 2, 5), { lengths: [3, 1, 2], state: detach(first.state) });
    // The same sequences in one batch: the steps that count are those of both parts.
    const mask = fromData(Float64Array.of(1, 1, 0, 0, 1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 0), [5, 3]);
    const whole = network.forward(x, { mask });
    expect(largestDifference(second.state[0].c.data(), whole.state[0].c.data())).toBeLessThan(1e-12);
  });
});

describe('Recurrent refuses', () => {
  it.each([[[3, 2, 2]], [[3, 2]]])('the state [h0, c0] of PyTorch, for input %j', (shape) => {
    const rnn = new Recurrent(LSTM, { inputSize: 2, hiddenSize: 3 });
    const state = [randn([1, 2, 3]), randn([1, 2, 3])] as unknown as RecurrentState;
    expect(() => rnn.forward(randn(shape), { state })).toThrow(
      expect.objectContaining({ code: 'OPTION', help: expect.stringContaining('{ state: [{ h, c }] }') }),
    );
  });

  const options: RecurrentOptions = { inputSize: 3, hiddenSize: 4 };
  const x = (): Tensor => randn([2, 2, 3], new Philox(1));
  it.each<[string, string, () => unknown]>([
    [
      'a size for each of other layers',
      'OPTION',
      () => new Recurrent(LSTM, { ...options, hiddenSize: [4, 4], numLayers: 3 }),
    ],
    ['no layers', 'RANGE', () => new Recurrent(LSTM, { ...options, hiddenSize: [] })],
    ['less than no layers', 'RANGE', () => new Recurrent(LSTM, { ...options, numLayers: -1 })],
    ['half a layer', 'RANGE', () => new Recurrent(LSTM, { ...options, numLayers: 0.5 })],
    ['heads that do not divide', 'OPTION', () => new Recurrent(SLSTM, { ...options, hiddenSize: 6, numHeads: 4 })],
    ['a size that the cell has not', 'OPTION', () => new Recurrent(LSTM, { ...options, sizes: { projection: 2 } })],
    ['zoneout of an unknown state', 'OPTION', () => new Recurrent(GRU, { ...options, zoneout: { c: 0.1 } })],
    ['a bias of an unknown linear', 'OPTION', () => new Recurrent(GRU, { ...options, initialBias: { f: 1 } })],
    ['a rate of 1', 'RANGE', () => new Recurrent(GRU, { ...options, stateDropout: 1 })],
    ['a rate that is no number', 'RANGE', () => new Recurrent(GRU, { ...options, dropout: NaN })],
    [
      'reverse in both directions',
      'OPTION',
      () => new Recurrent(GRU, { ...options, reverse: true, bidirectional: true }),
    ],
    [
      'a sum of two sizes',
      'OPTION',
      () =>
        new Recurrent(LSTM, {
          ...options,
          projSize: 2,
          bidirectional: true,
          backwardCell: ProjectionLSTM,
          merge: 'sum',
        }),
    ],
    [
      'lengths and a mask',
      'OPTION',
      () => new Recurrent(GRU, options).forward(x(), { lengths: [1, 1], mask: randn([2, 2], new Philox(1)) }),
    ],
    ['a length beyond T', 'RANGE', () => new Recurrent(GRU, options).forward(x(), { lengths: [1, 3] })],
    ['a length that is no number', 'RANGE', () => new Recurrent(GRU, options).forward(x(), { lengths: [1, NaN] })],
    ['too few lengths', 'SHAPE', () => new Recurrent(GRU, options).forward(x(), { lengths: [1] })],
    [
      'a mask of another shape',
      'SHAPE',
      () => new Recurrent(GRU, options).forward(x(), { mask: randn([2, 3], new Philox(1)) }),
    ],
    ['input of another size', 'SHAPE', () => new Recurrent(GRU, options).forward(randn([2, 2, 4], new Philox(1)))],
    ['states of other layers', 'STATE', () => new Recurrent(GRU, options).forward(x(), { state: [{}, {}] })],
    [
      'a state of another name',
      'STATE',
      () => new Recurrent(GRU, options).forward(x(), { state: [{ c: randn([2, 4], new Philox(1)) }] }),
    ],
    [
      'a state of another batch',
      'SHAPE',
      () => new Recurrent(GRU, options).forward(x(), { state: [{ h: randn([3, 4], new Philox(1)) }] }),
    ],
    [
      'a state of another batch, ragged',
      'SHAPE',
      () => new Recurrent(GRU, options).forward(x(), { lengths: [1, 2], state: [{ h: randn([3, 4], new Philox(1)) }] }),
    ],
    ['an unknown value to trace', 'OPTION', () => new Recurrent(GRU, options).forward(x(), { trace: ['f'] })],
    ['factors of other steps', 'SHAPE', () => new Recurrent(GRU, options).forward(x(), { gradientScale: [1] })],
    ['segments of no steps', 'OPTION', () => new Recurrent(GRU, options).forward(x(), { checkpoint: -1 })],
    ['segments of half steps', 'OPTION', () => new Recurrent(GRU, options).forward(x(), { checkpoint: 1.5 })],
    [
      'tokens with skip connections',
      'DTYPE',
      () => new Recurrent(GRU, { ...options, numLayers: 2, skip: true }).forward(fromData(Int32Array.of(0, 1), [1, 2])),
    ],
    ['a token beyond D', 'RANGE', () => new Recurrent(GRU, options).forward(fromData(Int32Array.of(0, 3), [1, 2]))],
    [
      'a step where the end is needed',
      'OPTION',
      () => new Recurrent(GRU, { ...options, reverse: true }).step(randn([2, 3], new Philox(1))),
    ],
  ])('%s', (_, code, run) => {
    expect(run).toThrow(expect.objectContaining({ name: 'UnrolledError', code }));
  });
});
