// A decoder that steps gives what it gives with the whole target at once, whatever rows are picked on the way.
import { beforeAll, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { noGrad } from '../../autograd/tape.js';
import { useBackend } from '../../backend/choose.js';
import { RandomCalls } from '../../nn/random.js';
import { fromData, randn } from '../../tensor/create.js';
import { Philox } from '../../tensor/philox.js';
import { type DecoderConfig, DecoderNetwork, type DecoderState } from './decoderNetwork.js';

beforeAll(async () => {
  await useBackend('reference');
});

const V = 7;
const LENGTHS = [3, 1, 4];
const CONFIG: DecoderConfig = {
  cell: 'lstm',
  hiddenSize: 5,
  numLayers: 2,
  dropout: 0.5,
  embeddingSize: 4,
  attentionSize: 3,
  tied: false,
};

function setUp(config: DecoderConfig): { network: DecoderNetwork; start: DecoderState } {
  const rng = new Philox(1);
  const network = new DecoderNetwork(config, 6, V, { rng, calls: new RandomCalls(1) });
  network.eval();
  const layers = network
    .stateSizes()
    .map((layer) => Object.fromEntries(Object.entries(layer).map(([s, size]) => [s, randn([3, size], rng)])));
  const memory = network.remember(randn([4, 3, 6], rng), LENGTHS);
  return { network, start: { layers, memory, of: Int32Array.of(0, 1, 2) } };
}

it.each([
  ['attention', CONFIG],
  ['attention, tied', { ...CONFIG, tied: true }],
  ['nothing to look at', { ...CONFIG, attentionSize: 0, hiddenSize: 4, tied: true }],
])('steps as it runs over all, with rows gathered evenly and not: %s', (_, config) => {
  const { network, start } = setUp(config);
  const read = [
    [1, 2, 3, 4],
    [5, 6, 1, 2],
    [3, 3, 4, 6],
  ];
  noGrad(() => {
    const tokens = Int32Array.from({ length: 12 }, (_, i) => read[i % 3][Math.floor(i / 3)]);
    const whole = network.forward(fromData(tokens, [4, 3]), Int32Array.of(4, 4, 4), start);
    const expected = whole.logits.data();
    // Which sequence each row follows after each step: once more even, then uneven, then sequences leave.
    const plans = [
      [0, 1, 2],
      [0, 0, 1, 1, 2, 2],
      [0, 1, 1, 2, 2],
      [2, 2],
    ];
    let state = start;
    let rows = plans[0];
    plans.forEach((plan, t) => {
      state = network.gather(
        state,
        Int32Array.from(plan, (sequence) => rows.indexOf(sequence)),
      );
      rows = plan;
      const step = network.step(
        Int32Array.from(rows, (sequence) => read[sequence][t]),
        state,
      );
      const logits = step.logits.data();
      rows.forEach((sequence, row) => {
        for (let v = 0; v < V; v++) expect(logits[row * V + v]).toBeCloseTo(expected[(sequence * 4 + t) * V + v], 5);
      });
      rows.forEach((sequence, row) => {
        const weights = step.weights?.data().slice(row * 4, row * 4 + 4) ?? [];
        const looked = whole.weights?.data().slice((sequence * 4 + t) * 4, (sequence * 4 + t) * 4 + 4) ?? [];
        weights.forEach((w, s) => expect(w).toBeCloseTo(looked[s], 5));
        weights.slice(LENGTHS[sequence]).forEach((w) => expect(w).toBe(0));
      });
      state = step.state;
    });
  });
});

it('gives logits of the steps that count, sequence after sequence', () => {
  const { network, start } = setUp(CONFIG);
  noGrad(() => {
    const tokens = fromData(
      Int32Array.from({ length: 12 }, (_, i) => i % V),
      [4, 3],
    );
    const whole = network.forward(tokens, Int32Array.of(4, 4, 4), start).logits.data();
    const { logits } = network.forward(tokens, Int32Array.of(2, 0, 3), start);
    expect(logits.shape).toEqual([5, V]);
    const kept = [0, 1, 8, 9, 10].flatMap((row) => [...whole.slice(row * V, (row + 1) * V)]);
    logits.data().forEach((value, i) => expect(value).toBeCloseTo(kept[i], 5));
  });
});

it('has no use for learned first states: it is given them', () => {
  expect(() => setUp({ ...CONFIG, recurrent: { learnInitialState: true } })).toThrow(/received a decoder/);
});
