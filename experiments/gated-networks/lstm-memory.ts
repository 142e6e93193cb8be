// One LSTM unit with weights set by hand: it stores 3, keeps it, adds 4, outputs 7, and forgets.
import { defineCell, fromData, LSTM, Recurrent, type RecurrentOptions, type Tensor } from 'unrolled';
import { atMost, colour, exactly, experiment, INK, MUTED, Plot, sequential, SURFACE } from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { LETTERS } from '../shared/notations.js';
import { memory as exercises } from './exercises/memory.js';
import text from './text/lstm-memory.js';

/** Each input is (x₁, x₂, x₃): a number; 1 stores it and −1 forgets; 1 outputs the memory. */
const INPUT = [
  [3, 1, 0], // store 3
  [2, 0, 0],
  [5, 0, 0],
  [1, 0, 1], // output
  [4, 1, 0], // add 4
  [2, 0, 0],
  [3, 0, 1], // output
  [6, -1, 0], // forget
  [1, 0, 1], // output
];
const MEMORY = [3, 3, 3, 3, 7, 7, 7, 0, 0];
const OUTPUT = [0, 0, 0, 3, 0, 0, 7, 0, 0];

/** Weights of x₁, x₂, x₃ and a bias for the candidate and the three gates. The larger `size`, the harder the gates switch. */
const weights = (size: number) => ({
  g: [1, 0, 0, 0], // candidate: the number itself
  i: [0, size, 0, -size / 2], // input gate: open where x₂ = 1
  f: [0, size, 0, size / 2], // forget gate: closed, and so forgetting, where x₂ = −1
  o: [0, 0, size, -size / 2], // output gate: open where x₃ = 1
});

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** The equations, with plain numbers. Candidate and output are linear here, so that 3 is 3. */
function run(size: number) {
  const w = weights(size);
  const linear = ([w1, w2, w3, b]: number[], [x1, x2, x3]: number[]): number => w1 * x1 + w2 * x2 + w3 * x3 + b;
  let c = 0;
  return INPUT.map((x) => {
    const i = sigmoid(linear(w.i, x));
    const f = sigmoid(linear(w.f, x));
    const o = sigmoid(linear(w.o, x));
    const g = linear(w.g, x);
    c = f * c + i * g;
    return { i, f, o, g, c, h: o * c };
  });
}

/** The LSTM of the library, without its two tanh. */
const LinearLSTM = defineCell({
  name: 'LSTM-linear',
  state: ['h', 'c'],
  step({ x, h, c, linear, sigmoid }) {
    const i = sigmoid(linear('i', x, h));
    const f = sigmoid(linear('f', x, h));
    const g = linear('g', x, h);
    const o = sigmoid(linear('o', x, h));
    const cNext = f.mul(c).add(i.mul(g));
    return { h: o.mul(cNext), c: cNext };
  },
});

/** Runs a cell of the library with these weights; the number x₁ goes in times `scale`, memory and output come back divided by it. */
function runLibrary(cell: typeof LSTM, size: number, scale: number) {
  const options: RecurrentOptions = { inputSize: 3, hiddenSize: 1 };
  const rnn = new Recurrent(cell, options);
  for (const [gate, [w1, w2, w3, b]] of Object.entries(weights(size))) {
    const { weight_x, weight_h, bias } = rnn.gate(gate);
    weight_x.set([w1, w2, w3]);
    weight_h.set(0);
    bias.set(b);
  }
  const x = INPUT.flatMap(([x1, x2, x3]) => [x1 * scale, x2, x3]);
  const { trace } = rnn.forward(fromData(x, [INPUT.length, 1, 3]), { trace: ['i', 'f', 'o', 'c', 'h'] });
  const values = (t: Tensor, by: number): number[] => Array.from(t.data(), (value) => value / by);
  const { i, f, o, c, h } = trace[0];
  return { i: values(i, 1), f: values(f, 1), o: values(o, 1), c: values(c, scale), h: values(h, scale) };
}

const farthest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((v, i) => Math.abs(v - b[i])));

export default experiment({
  name: 'lstm-memory',
  source: d2l('10.1', '9.2', 'Hochreiter and Schmidhuber (1997); Gers, Schmidhuber and Cummins (2000)'),
  needs: ['exploding-vanishing'],
  text,
  exercises,
  notations: [LETTERS.X, LETTERS.I, LETTERS.F, LETTERS.Ogate, LETTERS.Ccandidate, LETTERS.C, LETTERS.H, LETTERS.sigma],
  run({ say, heading, formula, plot, table, check }) {
    formula(String.raw`\begin{aligned} i_t &= \sigma(w_i \cdot x_t + b_i) & f_t &= \sigma(w_f \cdot x_t + b_f) & o_t &= \sigma(w_o \cdot x_t + b_o) \\
      g_t &= w_g \cdot x_t & c_t &= f_t\, c_{t-1} + i_t\, g_t & h_t &= o_t\, c_t \end{aligned}`);
    say('weights');
    table((t) => ({
      columns: ['', 'x₁', 'x₂', 'x₃']
        .map((name) => ({ heading: name, number: name !== '' }))
        .concat([{ heading: t('bias'), number: true }]),
      rows: (['g', 'i', 'f', 'o'] as const).map((key) => [t(key), ...weights(2000)[key]]),
    }));

    heading('stepsHeading');
    const hard = run(2000);
    check(
      'memory',
      exactly(MEMORY),
      hard.map(({ c }) => c),
    );
    check(
      'output',
      exactly(OUTPUT),
      hard.map(({ h }) => h),
    );
    check(
      'inputGate',
      exactly([1, 0, 0, 0, 1, 0, 0, 0, 0]),
      hard.map(({ i }) => i),
    );
    check(
      'forgetGate',
      exactly([1, 1, 1, 1, 1, 1, 1, 0, 1]),
      hard.map(({ f }) => f),
    );
    check(
      'outputGate',
      exactly([0, 0, 0, 1, 0, 0, 1, 0, 1]),
      hard.map(({ o }) => o),
    );
    const steps = INPUT.map((_, step) => step + 1);
    plot('gatesCaption', (t) => {
      const inputs = INPUT.flatMap((x, step) => x.map((value, k) => ({ step: step + 1, row: `x${'₁₂₃'[k]}`, value })));
      const gates = (['i', 'f', 'o'] as const).flatMap((key) =>
        hard.map((values, step) => ({ step: step + 1, row: t(key), value: values[key] })),
      );
      const results = (['c', 'h'] as const).flatMap((key) =>
        hard.map((values, step) => ({ step: step + 1, row: t(key), value: values[key] })),
      );
      const all = [...inputs, ...gates, ...results];
      const light = (d: { value: number }): boolean => d.value === 0;
      return {
        x: { label: t('timeStep'), domain: steps, tickSize: 0 },
        y: { label: null, domain: [...new Set(all.map(({ row }) => row))], tickSize: 0 },
        color: sequential(0, 1.4),
        height: 360,
        marginLeft: 110,
        marks: [
          Plot.cell(gates, { x: 'step', y: 'row', fill: 'value', stroke: MUTED, strokeOpacity: 0.4, inset: 1 }),
          Plot.cell(results, {
            x: 'step',
            y: 'row',
            fill: (d: { value: number }) => (light(d) ? SURFACE : colour(1)),
            stroke: MUTED,
            strokeOpacity: 0.4,
            inset: 1,
          }),
          Plot.text(
            all.filter((d) => light(d) || inputs.includes(d)),
            {
              x: 'step',
              y: 'row',
              text: (d: { value: number }) => String(d.value).replace('-', '−'),
              fill: INK,
              fontSize: 14,
            },
          ),
          Plot.text(
            all.filter((d) => !light(d) && !inputs.includes(d)),
            { x: 'step', y: 'row', text: 'value', fill: SURFACE, fontSize: 14, fontWeight: 700 },
          ),
        ],
      };
    });
    say('reading');

    heading('softHeading');
    say('soft');
    const sizes = [3, 5, 10, 20, 2000];
    const runs = sizes.map((size) => run(size));
    const errors = runs.map((values) =>
      farthest(
        values.map(({ c }) => c),
        MEMORY,
      ),
    );
    check('softError', atMost(0.01), errors[sizes.indexOf(20)]);
    table((t) => ({
      columns: [
        { heading: t('weight'), number: true },
        ...steps.map((step) => ({ heading: `c${'₁₂₃₄₅₆₇₈₉'[step - 1]}`, number: true })),
      ],
      rows: sizes.map((size, i) => [
        size,
        ...runs[i].map(({ c }) => (Math.abs(c - Math.round(c)) === 0 ? c : c.toFixed(3))),
      ]),
    }));
    plot('softCaption', (t) => ({
      x: { label: t('timeStep'), ticks: steps },
      y: { label: t('c'), grid: true },
      height: 280,
      marks: [
        [0, 1, 4].map((k, i) => [
          Plot.line(
            runs[k].map(({ c }, step) => ({ step: step + 1, c })),
            { x: 'step', y: 'c', stroke: colour(i), strokeWidth: 1.8, curve: 'step-after' },
          ),
          Plot.text([runs[k][6].c], {
            x: 7,
            y: (c: number) => c,
            text: () => t('weightIs', { size: String(sizes[k]) }),
            textAnchor: 'start',
            dx: 4,
            dy: k === 4 ? -9 : 10,
            fill: colour(i),
            fontWeight: 500,
          }),
        ]),
      ],
    }));

    heading('libraryHeading');
    say('library');
    const own = runLibrary(LinearLSTM, 2000, 1);
    check('ownMemory', exactly(MEMORY), own.c);
    check('ownOutput', exactly(OUTPUT), own.h);
    const lstm = runLibrary(LSTM, 2000, 0.001);
    check('lstmMemory', atMost(1e-4), farthest(lstm.c, MEMORY));
    check('lstmOutput', atMost(1e-3), farthest(lstm.h, OUTPUT));
    check('lstmGates', exactly(0), farthest([...lstm.i, ...lstm.f, ...lstm.o], [...own.i, ...own.f, ...own.o]));
    table((t) => ({
      columns: [
        { heading: t('timeStep'), number: true },
        ...[t('plain'), 'LSTM-linear', 'LSTM'].map((heading) => ({ heading, number: true })),
      ],
      rows: steps.map((step, i) => [step, hard[i].h, own.h[i], lstm.h[i].toFixed(6)]),
    }));
  },
});
