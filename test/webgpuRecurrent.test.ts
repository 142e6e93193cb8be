// Recurrent on a graphics processor against the float64 reference: every cell, every option, odd sizes; outputs, states, traces and
// gradients. Without a device (docs/gpu.md says how a software one is found) all is skipped, with the reason.
// Letters: T steps, N batch, D input, H hidden.
import { describe, expect, it } from 'vitest';
import '../src/autograd/methods.js';
import { ReferenceBackend } from '../src/backend/reference/reference.js';
import { createWebGpuBackend } from '../src/backend/webgpu/webgpu.js';
import type { Cell } from '../src/cell/cell.js';
import { CELLS } from '../src/cell/cells/index.js';
import { defineCell } from '../src/cell/defineCell.js';
import { Rich } from '../src/cell/testing.js';
import { type ForwardOptions, Recurrent } from '../src/nn/recurrent.js';
import { RandomCalls } from '../src/nn/random.js';
import type { RecurrentOptions } from '../src/nn/recurrentOptions.js';
import { nodePlatform } from '../src/platform/node/node.js';
import { setPlatform } from '../src/platform/platform.js';
import { fromData } from '../src/tensor/create.js';
import { type Device, setCurrentDevice } from '../src/tensor/device.js';
import { Philox } from '../src/tensor/philox.js';
import type { Tensor } from '../src/tensor/tensor.js';
import { orReason } from './conformance/suite.js';
import { every } from './every.js';

setPlatform(nodePlatform);

/** A cell of one's own: two products one after the other, a sum over units, a product for each head. */
const Mixer = defineCell({
  name: 'Mixer',
  state: { h: 'hidden', m: 'hidden' },
  step({ x, h, m, linear, perHead, mean, sigmoid, tanh }) {
    const gate = sigmoid(linear('gate', x, h));
    const mixed = tanh(linear('mixed', gate.mul(m), perHead(h)));
    const next = gate.mul(m).add(gate.oneMinus().mul(mixed.sub(mean(mixed))));
    return { h: tanh(linear('out', next)), m: next };
  },
});

const OWN: Readonly<Record<string, Cell>> = { ...CELLS, rich: Rich, mixer: Mixer };

interface Row {
  what: string;
  cell: string;
  T?: number;
  N?: number;
  options?: Partial<RecurrentOptions>;
  forward?: ForwardOptions;
  tokens?: boolean;
  /** Steps are left out here and there. */
  masked?: boolean;
  /** States are given. */
  given?: boolean;
}

const D = 5;
const LENGTHS = [3, 1, 0, 2, 4];
/** [T, N] of 4 steps: holes too. */
const MASK = Float32Array.from({ length: 20 }, (_, i) => Number(i % 3 !== 1));

const rows: Row[] = [
  ...Object.keys(OWN).map((cell): Row => ({ what: 'as it is', cell })),
  ...[1, 3, 17, 65].flatMap((H): Row[] => [
    { what: `H ${H}, N 1`, cell: 'lstm', N: 1, options: { hiddenSize: H, numHeads: 1 } },
    { what: `H ${H}, tokens`, cell: 'gru', tokens: true, options: { hiddenSize: H, numHeads: 1 } },
  ]),
  { what: 'lengths', cell: 'lstm', forward: { lengths: LENGTHS } },
  {
    what: 'lengths, tokens, reverse',
    cell: 'gru',
    tokens: true,
    options: { reverse: true },
    forward: { lengths: LENGTHS },
  },
  {
    what: 'lengths, both directions',
    cell: 'lstm-layer-norm',
    options: { bidirectional: true },
    forward: { lengths: LENGTHS },
  },
  { what: 'lengths', cell: 'mixer', forward: { lengths: LENGTHS } },
  { what: 'mask', cell: 'gru-reset-before', masked: true },
  { what: 'reverse, order turned', cell: 'lstm', options: { reverse: true, keepOrder: false } },
  { what: 'both directions, added', cell: 'gru', options: { bidirectional: true, merge: 'sum' } },
  { what: 'another cell backward', cell: 'lstm', options: { bidirectional: true, backwardCell: Mixer } },
  { what: 'three layers, residual', cell: 'lstm', options: { numLayers: 3, residual: true } },
  { what: 'two layers, skip', cell: 'rnn', options: { numLayers: 2, skip: true } },
  { what: 'layers of other sizes', cell: 'gru', options: { hiddenSize: [6, 4] } },
  { what: 'dropout between layers', cell: 'lstm', options: { numLayers: 2, dropout: 0.4 } },
  { what: 'variational dropout', cell: 'lstm', options: { numLayers: 2, dropout: 0.4, variational: true } },
  { what: 'dropout of input and state', cell: 'gru', options: { inputDropout: 0.3, stateDropout: 0.3 } },
  { what: 'weight dropout', cell: 'lstm', options: { weightDropout: 0.3 } },
  { what: 'zoneout', cell: 'lstm', options: { zoneout: { h: 0.3, c: 0.5 } } },
  {
    what: 'zoneout, lengths, reverse',
    cell: 'gru',
    options: { zoneout: 0.4, reverse: true },
    forward: { lengths: LENGTHS },
  },
  { what: 'projection of its own', cell: 'gru', options: { projSize: 3 } },
  { what: 'projection', cell: 'lstm-projection', options: { projSize: 3 } },
  { what: 'without bias', cell: 'lstm', options: { bias: false } },
  { what: 'learned initial state', cell: 'lstm', options: { learnInitialState: true } },
  { what: 'given states', cell: 'lstm', given: true },
  { what: 'given states, lengths', cell: 'gru', given: true, forward: { lengths: LENGTHS } },
  { what: 'traces', cell: 'lstm', forward: { trace: ['i', 'c'] } },
  { what: 'batch first', cell: 'lstm', options: { batchFirst: true } },
  { what: 'checkpoints', cell: 'gru', forward: { checkpoint: 2 } },
  { what: 'scaled gradients', cell: 'lstm', forward: { gradientScale: [1, 0, 2, 1] } },
];

const numbers = (count: number, rng: Philox): Float64Array => Float64Array.from({ length: count }, () => rng.normal());

/** Everything that a row computes, by name. */
async function compute(device: Device, row: Row): Promise<Map<string, ArrayLike<number>>> {
  const { cell, T = 4, N = 5, options = {}, forward = {}, tokens = false, given = false, masked = false } = row;
  setCurrentDevice(device);
  const network = new Recurrent(OWN[cell], {
    inputSize: D,
    hiddenSize: 4,
    numHeads: 2,
    ...options,
    rng: new Philox(3),
    calls: new RandomCalls(11),
  });
  const rng = new Philox(7);
  const named = [...network.namedParameters()];
  for (const [, t] of named) t.set(numbers(t.size, rng).map((v) => 0.5 * v));
  const size = network.options.batchFirst === true ? [N, T] : [T, N];
  const x = tokens
    ? fromData(
        Int32Array.from({ length: T * N }, () => rng.integer(D)),
        size,
      )
    : fromData(numbers(T * N * D, rng), [...size, D], { requiresGrad: true });
  const wanted: [string, Tensor][] = [...named, ...(tokens ? [] : [['x', x] as [string, Tensor]])];
  const started = given
    ? network.forward(x).state.map((states, i) =>
        Object.fromEntries(
          Object.entries(states).map(([s, { shape, size: length }]) => {
            const t = fromData(numbers(length, rng), shape, { requiresGrad: true });
            wanted.push([`state ${i} ${s}`, t]);
            return [s, t];
          }),
        ),
      )
    : null;
  const mask = masked ? { mask: fromData(MASK, [T, N]) } : {};
  const { output, state, trace } = network.forward(x, { ...forward, ...mask, state: started });
  const weigh = (t: Tensor): Tensor =>
    t
      .mul(
        fromData(
          Float64Array.from({ length: t.size }, (_, i) => Math.sin(1.7 * i + 0.5)),
          t.shape,
        ),
      )
      .sum();
  const results = [
    output,
    ...state.flatMap((own) =>
      Object.keys(own)
        .sort()
        .map((s) => own[s]),
    ),
  ];
  results
    .map(weigh)
    .reduce((a, b) => a.add(b))
    .backward();
  const found = new Map<string, ArrayLike<number>>();
  for (const [i, t] of results.entries()) found.set(i === 0 ? 'output' : `final state ${i}`, await t.read());
  for (const [i, own] of trace.entries())
    for (const [name, t] of Object.entries(own)) found.set(`trace ${i} ${name}`, await t.read());
  for (const [name, { grad }] of wanted) if (grad !== null) found.set(`gradient of ${name}`, await grad.read());
  return found;
}

function expectClose(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length, what).toBe(expected.length);
  const scale = Array.from(expected).reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(actual[i] - expected[i]) <= 1e-5 * scale))
      expect.fail(`${what}[${i}]: expected ${expected[i]}, received ${actual[i]}`);
  }
}

/** As sizes decide, and with units shared among workgroups, which small sizes would not be. */
const ways = { 'as sizes decide': undefined, 'units shared': { driver: 'dispatched' } } as const;

for (const [way, settings] of Object.entries(ways)) {
  const gpu = await orReason(() => createWebGpuBackend(settings));
  const truth = new ReferenceBackend({ precision: 'float64' });
  describe(`Recurrent on webgpu, ${way}`, () => {
    if (typeof gpu === 'string') {
      it.skip(`${rows.length} rows: ${gpu}`);
      return;
    }
    it.each(rows.filter((_, i) => i % every(1) === 0))('$cell: $what', async (row) => {
      const expected = await compute(truth, row);
      const actual = await compute(gpu, row);
      expect([...actual.keys()]).toEqual([...expected.keys()]);
      for (const [name, values] of expected) expectClose(name, actual.get(name) ?? [], values);
    });
    it('the same bits from run to run', async () => {
      const row: Row = { what: '', cell: 'rich', forward: { lengths: LENGTHS } };
      expect(await compute(gpu, row)).toEqual(await compute(gpu, row));
    });
  });
}
