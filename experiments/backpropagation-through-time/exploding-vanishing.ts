// Why gradients vanish and explode: powers, of numbers, of matrices, of Jacobians; and what gates and clipping do about it.
import {
  clipGradNorm,
  fromData,
  GRU,
  LSTM,
  normalInit,
  orthogonal,
  Philox,
  randn,
  Recurrent,
  type RecurrentOptions,
  RNN,
  RNNIdentity,
  RNNReLU,
  type Tensor,
} from 'unrolled';
import { eigenvalues, gradientFlow, spectralRadius, stateJacobian } from 'unrolled/inspect';
import {
  above,
  atLeast,
  atMost,
  below,
  between,
  colour,
  curves,
  drawGraph,
  exactly,
  experiment,
  holds,
  INK,
  MUTED,
  near,
  Plot,
  unrolled,
} from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { LETTERS } from '../shared/notations.js';
import { exploding as exercises } from './exercises/bptt.js';
import text from './text/exploding-vanishing.js';

const H = 32;
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A random matrix H × H with this spectral radius: scaling a matrix scales its eigenvalues. */
function matrix(radius: number, random: Philox): Float64Array {
  const data = Float64Array.from({ length: H * H }, () => random.normal());
  const factor = radius / spectralRadius({ size: H, data });
  return data.map((value) => value * factor);
}

/** The product of two matrices H × H. */
function multiply(a: Float64Array, b: Float64Array): Float64Array {
  const product = new Float64Array(H * H);
  for (let row = 0; row < H * H; row += H) {
    for (let k = 0; k < H; k++) {
      const factor = a[row + k];
      for (let column = 0; column < H; column++) product[row + column] += factor * b[k * H + column];
    }
  }
  return product;
}

/** ‖W^t‖ (Frobenius) for t = 1 … steps. */
function powerNorms(w: Float64Array, steps: number): number[] {
  let power = w;
  const norms = [Math.hypot(...w)];
  while (norms.length < steps) {
    power = multiply(power, w);
    norms.push(Math.sqrt(power.reduce((sum, value) => sum + value ** 2, 0)));
  }
  return norms;
}

/** ‖∂h_t/∂h_0‖: how much a small change of the first state can grow over t steps. */
function jacobianNorms(cell: typeof RNN, radius: number, seed: number, times: readonly number[]): number[] {
  const rnn = new Recurrent(cell, {
    inputSize: 8,
    hiddenSize: H,
    bias: false,
    init: normalInit(0.3),
    recurrentInit: (_, random) => matrix(radius, random),
    rng: new Philox(seed),
  });
  const x = randn([Math.max(...times), 1, 8], new Philox(seed, 1));
  return times.map((t) => stateJacobian(rnn, x, null, 0, t).spectralNorm);
}

/** For a table: eight digits, or the whole part of a large number. */
function readable(value: number): string | number {
  if (value > 1e4) return Math.floor(value);
  return value < 1e-3 ? value.toExponential(7) : String(Number(value.toPrecision(8)));
}

const T = 200;

/** ‖∂L/∂s_t‖ for t = T … 1, where L is the sum of the last outputs of an untrained network. */
function flow(cell: typeof RNN | typeof LSTM, seed: number, options: Partial<RecurrentOptions> = {}): number[] {
  const rnn = new Recurrent(cell, { inputSize: 8, hiddenSize: H, rng: new Philox(seed), ...options });
  const loss = (output: Tensor): Tensor => output.slice(0, T - 1, T).sum();
  const [{ states }] = gradientFlow(rnn, randn([T, 1, 8], new Philox(seed, 1)), loss);
  return (states.c ?? states.h).toReversed();
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

export default experiment({
  name: 'exploding-vanishing',
  source: d2l(
    '9.7, 9.5.3',
    '8.7、8.5.5',
    'Pascanu, Mikolov and Bengio (2013); Jozefowicz, Zaremba and Sutskever (2015)',
  ),
  needs: ['bptt-by-hand'],
  text,
  exercises,
  notations: [
    LETTERS.H,
    {
      book: String.raw`W_x,\ W_h,\ \rho`,
      code: 'weight_x, weight_h, spectralRadius',
      meaning: {
        en: 'weights of input and state; the largest absolute value of the eigenvalues of W_h',
        zh: '输入与隐状态的权重；W_h 的特征值绝对值的最大者',
      },
    },
    LETTERS.theta,
  ],
  run({ quick, seed, say, heading, formula, picture, plot, table, check, finding, progress }) {
    const seeds = range(quick ? 3 : 5).map((i) => seed + i);

    formula(
      String.raw`h_t = \phi(W_x x_t + W_h h_{t-1}) \qquad \frac{\partial h_T}{\partial h_t} = \prod_{i=t+1}^{T} \operatorname{diag}\big(\phi'(\cdot)\big)\, W_h \;\sim\; W_h^{\,T-t}`,
    );
    heading('scalarHeading');
    picture('backCaption', drawGraph(unrolled({ cell: RNN }, { steps: 6, outputs: [6], gradients: true })));
    say('scalar');
    check('power15', exactly(637621500), Math.floor(1.5 ** 50));
    check('power06', near(0.0060466176, 1e-12), 0.6 ** 10, { t: 10, value: '0.0060466176' });
    check('power06', near(0.00003656158440062976, 1e-15), 0.6 ** 20, { t: 20, value: '0.000036561584' });
    const bases = [0.6, 0.9, 1, 1.1, 1.5];
    table(() => ({
      columns: ['w', 'w¹⁰', 'w²⁰', 'w⁵⁰'].map((name) => ({ heading: name, number: true })),
      rows: bases.map((w) => [String(w), ...[10, 20, 50].map((t) => readable(w ** t))]),
    }));
    plot('scalarCaption', (t) => ({
      x: { label: t('exponent') },
      y: { label: t('power'), type: 'log', grid: true },
      height: 280,
      marks: [curves(bases.map((w) => ({ name: `w = ${w}`, y: range(51).map((k) => w ** k) })))],
    }));

    heading('matrixHeading');
    say('matrix');
    const radii = [0.9, 1, 1.1];
    const powers = seeds.map((s) => radii.map((radius) => powerNorms(matrix(radius, new Philox(s)), T)));
    radii.forEach((radius, i) => {
      const rates = powers.map((norms) => (norms[i][T - 1] / norms[i][T / 2 - 1]) ** (2 / T));
      const worst = rates.reduce((far, rate) => (Math.abs(rate - radius) > Math.abs(far - radius) ? rate : far));
      check('rate', near(radius, 0.02), worst, { radius: String(radius), count: seeds.length });
    });
    check('vanishes', below(1e-6), Math.max(...powers.map((norms) => norms[0][T - 1])));
    check('explodes', above(1e6), Math.min(...powers.map((norms) => norms[2][T - 1])));
    const spectrum = [0.9, 1.1].map((radius) => eigenvalues({ size: H, data: matrix(radius, new Philox(seed)) }));
    const circle = range(101).map((i) => [Math.cos((i * Math.PI) / 50), Math.sin((i * Math.PI) / 50)]);
    plot('spectrumCaption', (t) => ({
      x: { label: t('real'), domain: [-1.3, 1.3], grid: true },
      y: { label: t('imaginary'), domain: [-1.3, 1.3], grid: true },
      width: 400,
      height: 390,
      marks: [
        Plot.line(circle, { stroke: MUTED, strokeDasharray: '4 3' }),
        spectrum.map((values, i) => Plot.dot(values, { x: 're', y: 'im', r: 3.5, fill: colour(i), stroke: null })),
        Plot.text(
          [
            { x: -1.22, y: 1.22, i: 0 },
            { x: -1.22, y: 1.08, i: 1 },
          ],
          {
            x: 'x',
            y: 'y',
            text: ({ i }: { i: number }) => `ρ = ${[0.9, 1.1][i]}`,
            fill: ({ i }: { i: number }) => colour(i),
            textAnchor: 'start',
            fontWeight: 600,
          },
        ),
      ],
    }));
    plot('matrixCaption', (t) => ({
      x: { label: t('exponent') },
      y: { label: '‖Wᵗ‖', type: 'log', grid: true },
      height: 300,
      marks: [
        curves(
          radii.flatMap((radius, i) => [
            { name: `ρ = ${radius}`, x: range(T).map((k) => k + 1), y: powers[0][i], colour: [0, 2, 1][i] },
            {
              x: range(T + 1),
              y: range(T + 1).map((k) => radius ** k),
              colour: [0, 2, 1][i],
              dashed: true,
            },
          ]),
        ),
      ],
    }));

    heading('activationHeading');
    say('activation');
    formula(
      String.raw`\tanh'(z) = 1 - \tanh^2(z) \le 1, \qquad \operatorname{ReLU}'(z) = 1 \text{ if } z > 0 \text{ else } 0`,
    );
    const times = quick ? [1, 10, 25, 50] : [1, 2, 4, 6, 8, 10, 15, 20, 25, 30, 35, 40, 45, 50];
    const cells = [
      { name: 'noActivation', cell: RNNIdentity },
      { name: 'relu', cell: RNNReLU },
      { name: 'tanh', cell: RNN },
    ] as const;
    const jacobians = cells.map(({ cell }) => jacobianNorms(cell, 2, seed, times));
    progress(0.3);
    const ends = seeds.map((s) => {
      const [relu] = jacobianNorms(RNNReLU, 2, s, [50]);
      const [tanh] = jacobianNorms(RNN, 2, s, [50]);
      return { relu, orders: Math.log10(relu / tanh) };
    });
    ends.sort((a, b) => a.orders - b.orders);
    const relus = ends.map(({ relu }) => relu).sort((a, b) => a - b);
    check('reluExplodes', above(1000), relus[Math.floor(relus.length / 2)], { count: seeds.length });
    check('reluAbove', above(0), ends[0].orders, { count: seeds.length });
    check('reluMedian', atLeast(3), ends[Math.floor(ends.length / 2)].orders, { count: seeds.length });
    check(
      'tanhBelow',
      holds,
      jacobians[2].every((norm, i) => norm < jacobians[0][i]),
    );
    const small = jacobianNorms(RNN, 0.9, seed, times);
    check('tanhVanishes', below(1e-6), small[small.length - 1]);
    plot('activationCaption', (t) => ({
      x: { label: t('steps') },
      y: { label: t('jacobian'), type: 'log', grid: true },
      marks: [
        curves([
          ...cells.map(({ name }, i) => ({ name: `${t(name)}, ρ = 2`, x: times, y: jacobians[i] })),
          { name: `${t('tanh')}, ρ = 0.9`, x: times, y: small, colour: 2, dashed: true },
        ]),
      ],
    }));

    heading('gatesHeading');
    say('gates');
    formula(
      String.raw`c_t = f_t \odot c_{t-1} + i_t \odot g_t \quad\Rightarrow\quad \frac{\partial c_T}{\partial c_t} \approx \prod_{i=t+1}^{T} f_i \qquad\qquad h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}`,
    );
    const networks = [
      { name: 'RNN', cell: RNN, options: {} },
      { name: 'GRU', cell: GRU, options: {} },
      { name: 'LSTM', cell: LSTM, options: { initialBias: { f: 1 } } },
    ];
    const flows = seeds.slice(0, quick ? 2 : 5).map((s, i) => {
      progress(0.3 + 0.4 * (i / seeds.length));
      return networks.map(({ cell, options }) => flow(cell, s, options));
    });
    const FLOOR = 1e-45; // the smallest float32
    const orders = (a: number, b: number): number => Math.log10(Math.max(a, FLOOR) / Math.max(b, FLOOR));
    const least = (steps: number, i: number): number => Math.min(...flows.map((f) => orders(f[2][steps], f[i][steps])));
    check('lstmOverRnn', atLeast(10), least(100, 0), { steps: 100, count: flows.length });
    check('lstmOverRnn', atLeast(15), least(T - 1, 0), { steps: T, count: flows.length });
    check('lstmOverGru', atLeast(5), least(T - 1, 1), { steps: T, count: flows.length });
    const biases = quick ? [0, 3] : [0, 1, 2, 3, 4];
    const gates = biases.map((f, i) => {
      progress(0.7 + 0.3 * (i / biases.length));
      return flow(LSTM, seed, { initialBias: { f } });
    });
    const scales = {
      x: range(T).map((k) => k),
      y: (values: readonly number[]) => values.map((v) => (v > FLOOR ? v : NaN)),
    };
    const axis = { type: 'log', domain: [1e-45, 100], grid: true, ticks: [1, 1e-10, 1e-20, 1e-30, 1e-40] } as const;
    const rnnOrthogonal = flow(RNN, seed, { recurrentInit: orthogonal });
    plot('flowCaption', (t) => ({
      x: { label: t('stepsBack') },
      y: { label: t('gradientNorm'), ...axis },
      marks: [
        curves([
          ...flows[0].map((f, i) => ({ name: networks[i].name, x: scales.x, y: scales.y(f), colour: [1, 3, 0][i] })),
          { name: t('orthogonal'), x: scales.x, y: scales.y(rnnOrthogonal), colour: 1, dashed: true },
        ]),
      ],
    }));

    heading('forgetHeading');
    say('forget');
    const rate = (values: readonly number[]): number => (values[151] / values[1]) ** (1 / 150);
    const rates = gates.map(rate);
    check(
      'forgetRises',
      holds,
      rates.every((value, i) => i === 0 || value > rates[i - 1]),
      { rates: rates.map((value) => value.toFixed(3)).join(', ') },
    );
    const most = biases.length - 1;
    if (biases[most] === 4) finding('noFading', atLeast(0.99), rates[most], { bias: 4, rate: rates[most].toFixed(3) });
    check('forgetThree', between(1e-3, 1e3), gates[biases.indexOf(3)][T - 1]);
    plot('forgetCaption', (t) => ({
      x: { label: t('stepsBack') },
      y: { label: t('gradientNorm'), ...axis },
      marks: [curves(gates.map((f, i) => ({ name: `b = ${biases[i]}`, x: scales.x, y: scales.y(f) })))],
    }));
    table((t) => ({
      columns: [
        { heading: t('bias'), number: true },
        { heading: 'σ(b)', number: true },
        { heading: t('perStep'), number: true },
      ],
      rows: biases.map((b, i) => [b, sigmoid(b).toFixed(3), rates[i].toFixed(3)]),
    }));

    heading('clipHeading');
    formula(String.raw`\mathbf{g} \leftarrow \min\left(1, \frac{\theta}{\lVert \mathbf{g} \rVert}\right) \mathbf{g}`);
    say('clip');
    const random = new Philox(seed, 2);
    const clipped = range(40).map(() => {
      const before = [1.4 * random.normal(), 1.4 * random.normal()];
      const w = fromData([0, 0], [2], { requiresGrad: true });
      w.mul(fromData(before, [2]))
        .sum()
        .backward(); // its gradient is `before`
      clipGradNorm([w], 1);
      const [x2, y2] = w.grad?.data() ?? [];
      return { x1: before[0], y1: before[1], x2, y2, norm: Math.hypot(...before) };
    });
    check('onBall', atMost(1 + 1e-6), Math.max(...clipped.map(({ x2, y2 }) => Math.hypot(x2, y2))));
    check(
      'direction',
      atLeast(1 - 1e-6),
      Math.min(...clipped.map(({ x1, y1, x2, y2, norm }) => (x1 * x2 + y1 * y2) / (norm * Math.hypot(x2, y2)))),
    );
    const inside = clipped.filter(({ norm }) => norm <= 1);
    check('inside', below(1e-6), Math.max(...inside.map(({ x1, y1, x2, y2 }) => Math.hypot(x1 - x2, y1 - y2))), {
      count: inside.length,
    });
    const outside = clipped.filter(({ norm }) => norm > 1);
    plot('clipCaption', (t) => ({
      x: { label: 'g₁', domain: [-4, 4] },
      y: { label: 'g₂', domain: [-4, 4] },
      width: 480,
      height: 470,
      marks: [
        Plot.line(circle, { stroke: INK, strokeWidth: 1.5 }),
        Plot.arrow(outside, {
          x1: 'x1',
          y1: 'y1',
          x2: 'x2',
          y2: 'y2',
          stroke: colour(1),
          strokeOpacity: 0.55,
          headLength: 6,
          insetStart: 4,
        }),
        Plot.dot(outside, { x: 'x1', y: 'y1', r: 3.5, fill: colour(1) }),
        Plot.dot(inside, { x: 'x1', y: 'y1', r: 3.5, fill: colour(0) }),
        Plot.text([[-3.9, 3.8]], { text: [t('circle')], textAnchor: 'start', fill: INK, fontWeight: 600 }),
      ],
    }));
  },
});
