// Dive into Deep Learning, 9.7.2: backpropagation through time by hand. Letters: T steps, D input, H hidden, Q outputs.
import {
  Adam,
  crossEntropy,
  detach,
  fromData,
  Linear,
  manualSeed,
  mse,
  noGrad,
  normalInit,
  Philox,
  randn,
  Recurrent,
  type RecurrentState,
  RNN,
  RNNIdentity,
  scope,
} from 'unrolled';
import { stateJacobian } from 'unrolled/inspect';
import {
  above,
  atMost,
  below,
  curves,
  drawGraph,
  experiment,
  type Graph,
  holds,
  MUTED,
  Plot,
  unrolled,
} from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { byHand as exercises } from './exercises/bptt.js';
import text from './text/bptt-by-hand.js';

const [T, D, H, Q] = [6, 2, 3, 4];
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
type Matrix = number[][];
/** Rows of a flat list. */
const rowsOf = (data: ArrayLike<number>, width: number): Matrix =>
  range(data.length / width).map((r) => range(width).map((c) => data[r * width + c]));
/** v · M */
const times = (v: readonly number[], M: Matrix): number[] =>
  range(M[0].length).map((c) => v.reduce((sum, x, r) => sum + x * M[r][c], 0));
/** v · Mᵀ */
const timesTransposed = (v: readonly number[], M: Matrix): number[] =>
  M.map((row) => row.reduce((sum, w, c) => sum + w * v[c], 0));
const plus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value + b[i]);

/** What depends on what: inputs, states, outputs and losses of three steps, and the weights that all share. */
const GRAPH: Graph = {
  title: 'x_t → h_t → o_t → L, h_(t−1) → h_t, W_hh → h_t (t = 1 … 3); ∂L: L → o_t, h_3 → h_2 → h_1',
  nodes: [
    ...[1, 2, 3].flatMap((t) => [
      { name: `x${t}`, label: `x_${t}`, x: 1.6 * t, y: 0, kind: 'value' as const },
      { name: `h${t}`, label: `h_${t}`, x: 1.6 * t, y: 1, kind: 'state' as const },
      { name: `o${t}`, label: `o_${t}`, x: 1.6 * t, y: 2, kind: 'value' as const },
    ]),
    { name: 'L', label: 'L', x: 3.2, y: 3, kind: 'loss' },
    { name: 'W', label: 'W_hh', x: 0.4, y: 1.75, kind: 'layer' },
  ],
  edges: [
    ...[1, 2, 3].flatMap((t) => [
      { from: `x${t}`, to: `h${t}` },
      { from: `h${t}`, to: `o${t}` },
      { from: `o${t}`, to: 'L' },
      { from: 'W', to: `h${t}` },
      { from: 'L', to: `o${t}`, kind: 'backward' as const },
    ]),
    ...[1, 2].flatMap((t) => [
      { from: `h${t}`, to: `h${t + 1}` },
      { from: `h${t + 1}`, to: `h${t}`, kind: 'backward' as const },
    ]),
  ],
};

/** L = mean over t of −log softmax(h_t · W_hq)[y_t], forward and backward with nothing but loops. */
function byHand(x: Matrix, y: readonly number[], Wxh: Matrix, Whh: Matrix, b: readonly number[], Whq: Matrix) {
  const h: Matrix = [range(H).map(() => 0)];
  const p: Matrix = [];
  for (const t of range(T)) {
    h.push(plus(plus(times(x[t], Wxh), times(h[t], Whh)), b).map(Math.tanh));
    const e = times(h[t + 1], Whq).map(Math.exp);
    p.push(e.map((value) => value / e.reduce((sum, other) => sum + other)));
  }
  const terms: Matrix[] = []; // of ∂L/∂W_hh, one for each step
  let later = range(H).map(() => 0); // ∂L/∂h_t by way of h_(t+1)
  for (const t of range(T).toReversed()) {
    const dOutput = p[t].map((value, k) => (value - Number(k === y[t])) / T);
    const dState = plus(timesTransposed(dOutput, Whq), later);
    const delta = dState.map((value, i) => value * (1 - h[t + 1][i] ** 2)); // through tanh
    terms.unshift(h[t].map((before) => delta.map((d) => before * d))); // h_(t−1)ᵀ δ_t
    later = timesTransposed(delta, Whh);
  }
  const total = range(H).map((r) => range(H).map((c) => terms.reduce((sum, term) => sum + term[r][c], 0)));
  return { loss: mean(p.map((row, t) => -Math.log(row[y[t]]))), terms, total };
}

const length = (M: Matrix): number => Math.hypot(...M.flat());

/** y_t = x_(t−1) + x_(t−8) − 1, learned with gradients of at most `k` steps; how much of each part the output then follows. */
function learnEcho(k: number, seed: number, steps: number, progress: () => void) {
  const [N, length, far] = [32, 32, 8];
  manualSeed(seed);
  const rnn = new Recurrent(RNN, { inputSize: 1, hiddenSize: 24 });
  const output = new Linear(24, 1);
  const optimizer = new Adam([...rnn.parameters(), ...output.parameters()], 0.005);
  const random = new Philox(seed, 1);
  const draw = () => {
    const bits = range(length * N).map(() => random.integer(2));
    const at = (i: number, back: number): number => (i >= back * N ? bits[i - back * N] : 0.5);
    const y = bits.map((_, i) => at(i, 1) + at(i, far) - 1);
    return {
      bits,
      y,
      x: fromData(
        bits.map((bit) => bit - 0.5),
        [length, N, 1],
      ),
      target: fromData(y, [length, N, 1]),
    };
  };
  for (let step = 0; step < steps; step++) {
    progress();
    scope(() => {
      const { x, target } = draw();
      let state: RecurrentState | null = null;
      optimizer.zeroGrad();
      for (let from = 0; from < length; from += k) {
        const to = Math.min(from + k, length);
        const result = rnn.forward(x.slice(0, from, to), { state });
        mse(output.forward(result.output), target.slice(0, from, to))
          .mul((to - from) / length)
          .backward();
        state = detach(result.state); // here the gradient ends
      }
      optimizer.step();
    });
  }
  return scope(() =>
    noGrad(() => {
      const { bits, x } = draw();
      const said = output.forward(rnn.forward(x).output).data();
      /** The mean answer where the bit `back` steps ago was 1, less that where it was 0. */
      const follows = (back: number): number => {
        const of = (bit: number): number[] =>
          range(length * N)
            .filter((i) => i >= far * N && bits[i - back * N] === bit)
            .map((i) => said[i]);
        return mean(of(1)) - mean(of(0));
      };
      return { near: follows(1), far: follows(far) };
    }),
  );
}

export default experiment({
  name: 'bptt-by-hand',
  source: d2l('9.7', '8.7', 'Pascanu, Mikolov and Bengio (2013)'),
  needs: ['hidden-state'],
  text,
  exercises,
  notations: [
    { book: 'x_t', code: 'x[t]', shape: '[D]', meaning: { en: 'the input of step t', zh: '时间步 t 的输入' } },
    {
      book: 'h_t',
      code: 'h[t]',
      shape: '[H]',
      meaning: { en: 'the hidden state after step t', zh: '时间步 t 之后的隐状态' },
    },
    {
      book: String.raw`W_{xh},\ W_{hh},\ b_h`,
      code: 'Wxh, Whh, b',
      shape: '[D, H], [H, H], [H]',
      meaning: {
        en: 'weights of input and state, bias; with one unit, as in the program below: u and w',
        zh: '输入与隐状态的权重、偏置；只有一个单元时（如下面的程序）：u 与 w',
      },
    },
    {
      book: String.raw`o_t,\ W_{hq}`,
      code: 'Whq',
      shape: '[Q], [H, Q]',
      meaning: { en: 'the scores of step t, and the weights of the output', zh: '时间步 t 的分数，以及输出的权重' },
    },
    {
      book: String.raw`\delta_t`,
      code: 'delta',
      shape: '[H]',
      meaning: {
        en: 'the derivative of the loss with respect to what stands inside the tanh',
        zh: '损失对 tanh 括号内的导数',
      },
    },
  ],
  run({ quick, seed, say, heading, formula, svg, picture, plot, table, check, progress }) {
    heading('graphHeading');
    formula(
      String.raw`h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h), \qquad o_t = h_t W_{hq}, \qquad L = \frac1T \sum_{t=1}^{T} \ell(o_t, y_t)`,
    );
    say('graph');
    picture('graphCaption', drawGraph(GRAPH));

    heading('sumHeading');
    say('sum');
    formula(
      String.raw`\delta_t = \Big(\frac{\partial L}{\partial o_t} W_{hq}^\top + \delta_{t+1} W_{hh}^\top\Big) \odot (1 - h_t^2), \qquad \frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^{T} h_{t-1}^\top\, \delta_t, \qquad \frac{\partial L}{\partial W_{xh}} = \sum_{t=1}^{T} x_t^\top\, \delta_t`,
    );
    const random = new Philox(seed);
    const rnn = new Recurrent(RNN, { inputSize: D, hiddenSize: H, rng: new Philox(seed, 1) });
    const Whq = randn([H, Q], random);
    const x = randn([T, 1, D], random);
    const y = range(T).map(() => random.integer(Q));
    const { weight_x, weight_h, bias } = rnn.gate('h');
    const data = (t: { tensor(): { data(): ArrayLike<number> } }): ArrayLike<number> => t.tensor().data();
    const hand = byHand(
      rowsOf(x.data(), D),
      y,
      rowsOf(data(weight_x), H),
      rowsOf(data(weight_h), H),
      Array.from(data(bias)),
      rowsOf(Whq.data(), Q),
    );
    const loss = crossEntropy(rnn.forward(x).output.matmul(Whq), fromData(Int32Array.from(y), [T, 1]));
    loss.backward();
    const named = Object.fromEntries(rnn.namedParameters());
    const gradient = named['0.weight_h'].grad?.data() ?? [];
    check('sameLoss', below(1e-5), Math.abs(loss.item() / hand.loss - 1));
    check('sameGradient', below(1e-5), Math.max(...hand.total.flat().map((value, i) => Math.abs(value - gradient[i]))));
    table((t) => ({
      columns: [
        { heading: t('timeStep'), number: true },
        { heading: t('term'), number: true },
      ],
      rows: [
        ...hand.terms.map((term, i): [string, string] => [String(i + 1), length(term).toFixed(4)]),
        [t('whole'), length(hand.total).toFixed(4)],
      ],
      strong: (row) => row === T,
    }));
    say('firstIsZero');

    heading('boundHeading');
    say('bound');
    formula(
      String.raw`\frac{\partial h_T}{\partial h_k} = \prod_{t=k+1}^{T} W_{hh}\operatorname{diag}(1 - h_t^2), \qquad \Big\lVert \frac{\partial h_T}{\partial h_k} \Big\rVert \le (\beta_W \beta_h)^{T-k}, \quad \beta_W = \lVert W_{hh} \rVert_2,\ \beta_h = \max |\phi'| = 1`,
    );
    const lags = range(30).map((i) => i + 1);
    const networks = [0.5, 1.5].map((scale) => {
      const options = { inputSize: 4, hiddenSize: 16, bias: false, recurrentInit: normalInit(scale / 4) };
      const net = new Recurrent(RNN, { ...options, rng: new Philox(seed, 2) });
      const linear = new Recurrent(RNNIdentity, { ...options, rng: new Philox(seed, 2) });
      const input = randn([30, 1, 4], new Philox(seed, 3));
      const beta = stateJacobian(linear, input, null, 0, 1).spectralNorm; // one step without tanh: the norm of W_hh
      return { beta, norms: lags.map((lag) => stateJacobian(net, input, null, 0, lag).spectralNorm) };
    });
    const over = networks.flatMap(({ beta, norms }) => norms.map((norm, i) => norm / beta ** lags[i]));
    check('boundHolds', atMost(1 + 1e-4), Math.max(...over));
    check('oneBelow', holds, networks[0].beta < 1 && networks[1].beta > 1);
    plot('boundCaption', (t) => ({
      x: { label: t('stepsBack') },
      y: { label: '‖∂h_T/∂h_k‖', type: 'log', grid: true },
      marks: [
        Plot.ruleY([1], { stroke: MUTED, strokeDasharray: '2 3' }),
        curves(
          networks.flatMap(({ beta, norms }, i) => [
            { name: `β = ${beta.toFixed(2)}`, x: lags, y: norms, colour: i },
            { name: t('boundName'), x: lags, y: lags.map((lag) => beta ** lag), colour: i, dashed: true },
          ]),
        ),
      ],
    }));
    say('oneSided');

    heading('truncatedHeading');
    say('truncated');
    svg(
      'truncatedCaption',
      drawGraph(unrolled({ cell: RNN }, { steps: 6, outputs: [6], gradients: true, cutBefore: 5 })),
    );
    const seeds = range(quick ? 2 : 3).map((i) => seed + i);
    const steps = 800;
    let done = 0;
    const cuts = [2, 32];
    const learned = cuts.map((k) =>
      seeds.map((s) => learnEcho(k, s, steps, () => progress(done++ / (cuts.length * seeds.length * steps)))),
    );
    table((t) => ({
      columns: [
        { heading: t('gradientGoes') },
        { heading: t('followsNear'), number: true },
        { heading: t('followsFar'), number: true },
      ],
      rows: cuts.map((k, i) => [
        t('backSteps', { k }),
        mean(learned[i].map((one) => one.near)).toFixed(2),
        mean(learned[i].map((one) => one.far)).toFixed(2),
      ]),
    }));
    const [short, whole] = learned;
    check('nearLearned', above(0.8), Math.min(...[...short, ...whole].map((one) => one.near)), { seeds: seeds.length });
    check('farCut', below(0.75), mean(short.map((one) => one.far)), { seeds: seeds.length });
    check('farWhole', above(0.85), mean(whole.map((one) => one.far)), { seeds: seeds.length });
    say('regularization');
  },
});
