// Dive into Deep Learning, 9.7: backpropagation through time: in full, truncated after k steps, and truncated at random.
import {
  detach,
  noGrad,
  orthogonal,
  Philox,
  randn,
  randomizedTruncation,
  Recurrent,
  RNN,
  scope,
  type Tensor,
  TruncatedBackpropagation,
} from 'unrolled';
import {
  above,
  below,
  between,
  colour,
  curves,
  drawGraph,
  exactly,
  experiment,
  MUTED,
  near,
  Plot,
  SURFACE,
  unrolled,
} from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { LETTERS } from '../shared/notations.js';
import { truncated as exercises } from './exercises/bptt.js';
import text from './text/bptt.js';

const T = 64; // steps of the sequence; the loss looks at the last state only
const STEPS = [4, 8, 16, 32]; // k: as many steps back, exactly or on average

const length = (v: readonly number[]): number => Math.hypot(...v);
const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value - b[i]);
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** A small RNN and a sequence, with its gradients of L = ½‖h_T‖² by all parameters as one list of 88 numbers. */
function problem(seed: number) {
  const rnn = new Recurrent(RNN, {
    inputSize: 2,
    hiddenSize: 8,
    rng: new Philox(seed),
    recurrentInit: (shape, rng) => orthogonal(shape, rng).map((value) => 0.95 * value), // a memory of some dozen steps
  });
  const x = randn([T, 1, 2], new Philox(seed, 1));
  const gradient = (lastState: () => Tensor): number[] =>
    scope(() => {
      rnn.zeroGrad();
      lastState().square().sum().mul(0.5).backward();
      return rnn.parameters().flatMap((p) => Array.from(p.grad?.data() ?? []));
    });
  return {
    rnn,
    x,
    gradient,
    full: gradient(() => rnn.forward(x).state[0].h),
    /** All but the last k steps run outside the tape. */
    truncated: (k: number) =>
      gradient(() => {
        const before = noGrad(() => rnn.forward(x.slice(0, 0, T - k)).state);
        return rnn.forward(x.slice(0, T - k, T), { state: detach(before) }).state[0].h;
      }),
    /** From each step to the one before, the gradient is multiplied by ξ. */
    randomized: (xi: Float64Array) => gradient(() => rnn.forward(x, { gradientScale: xi }).state[0].h),
  };
}

/** Steps of backward work: from the last step to the first ξ that is 0. */
function stepsBack(xi: Float64Array): number {
  const cut = xi.lastIndexOf(0);
  return T - 1 - cut;
}

/** Randomized gradients of one problem with ξ ∈ {0, 1/p}, and what their mean and spread are. */
function drawMany({ full, randomized }: ReturnType<typeof problem>, p: number, draws: number, seed: number) {
  const random = new Philox(seed, 2);
  const size = length(full);
  const mean = full.map(() => 0);
  const along: number[] = []; // each draw's share of the full gradient: 1 if it were that
  const steps: number[] = [];
  let squares = 0;
  for (let i = 0; i < draws; i++) {
    const xi = randomizedTruncation(T, p, random);
    const g = randomized(xi);
    g.forEach((value, j) => (mean[j] += value / draws));
    squares += length(minus(g, full)) ** 2;
    along.push(dot(g, full) / size ** 2);
    steps.push(stepsBack(xi));
  }
  const average = along.reduce((sum, value) => sum + value) / draws;
  const deviation = Math.sqrt(along.reduce((sum, value) => sum + (value - average) ** 2, 0) / (draws - 1));
  return {
    p,
    along,
    steps,
    average,
    standardError: deviation / Math.sqrt(draws),
    bias: length(minus(mean, full)) / size,
    spread: Math.sqrt(squares / draws) / size, // root of the summed variances around the true gradient
    cost: steps.reduce((sum, value) => sum + value) / draws,
  };
}

export default experiment({
  name: 'bptt',
  source: d2l('9.7', '8.7', 'Tallec and Ollivier (2017)'),
  needs: ['bptt-by-hand'],
  text,
  exercises,
  notations: [
    LETTERS.H,
    { book: 'w', code: 'w', meaning: { en: 'all weights', zh: '全部权重' } },
    {
      book: String.raw`\xi_t,\ p`,
      code: 'xi, p',
      meaning: {
        en: 'what the gradient is multiplied by on its way to the step before: 0, or 1/p with probability p',
        zh: '梯度传到前一步时所乘的数：以概率 p 为 1/p，否则为 0',
      },
    },
  ],
  run({ quick, seed, say, heading, formula, picture, plot, table, check, progress }) {
    formula(String.raw`h_t = f(x_t, h_{t-1}, w) \qquad \frac{\mathrm{d} h_t}{\mathrm{d} w} = \frac{\partial f}{\partial w} + \frac{\partial f}{\partial h_{t-1}} \frac{\mathrm{d} h_{t-1}}{\mathrm{d} w}
      = \sum_{j=0}^{t-1} \left( \prod_{i=t-j+1}^{t} \frac{\partial f(x_i, h_{i-1}, w)}{\partial h_{i-1}} \right) \frac{\partial f(x_{t-j}, h_{t-j-1}, w)}{\partial w}`);
    say('sum');
    picture(
      'cutCaption',
      drawGraph(unrolled({ cell: RNN }, { steps: 6, outputs: [6], gradients: true, cutBefore: 4 })),
    );
    const seeds = [0, 1, 2].slice(0, quick ? 1 : 3).map((i) => seed + i);
    const problems = seeds.map(problem);
    const lengths = Array.from({ length: T }, (_, i) => i + 1);
    const cut = problems.map(({ truncated }) => lengths.map(truncated));
    const bias = cut.map((gradients, i) =>
      gradients.map((g) => length(minus(g, problems[i].full)) / length(problems[i].full)),
    );
    const rest = Math.max(...bias.map((errors) => errors[11]));
    plot(
      'termsCaption',
      (t) => ({
        x: { label: t('stepsAgo') },
        y: { label: t('termSize'), type: 'log', grid: true },
        marks: [
          curves(
            cut.map((gradients, i) => ({
              name: t('network', { seed: String(seeds[i]) }),
              y: gradients.map((g, k) => length(k === 0 ? g : minus(g, gradients[k - 1])) / length(problems[i].full)),
            })),
          ),
        ],
      }),
      { rest: `${(100 * rest).toFixed(0)} %` },
    );
    check('lastDozen', below(0.5), rest);

    heading('truncatedHeading');
    say('truncated');
    bias.forEach((errors, i) => {
      check('truncatedBias', above(0.1), errors[3], { k: 4, seed: String(seeds[i]) });
      check('truncatedAll', below(1e-6), errors[T - 1], { k: T, seed: String(seeds[i]) });
    });
    // The same by the library's own truncation: the sequence comes step by step, each loss goes 8 steps back.
    const { rnn, x, gradient } = problems[0];
    const stream = new TruncatedBackpropagation((piece, state) => rnn.forward(piece, { state }), {
      forwardSteps: 1,
      backwardSteps: 8,
    });
    for (let t = 0; t < T - 1; t++) noGrad(() => stream.forward(x.slice(0, t, t + 1)));
    const streamed = gradient(() => stream.forward(x.slice(0, T - 1, T)));
    check('stream', below(1e-5), length(minus(streamed, cut[0][7])) / length(cut[0][7]));

    heading('randomHeading');
    formula(String.raw`z_t = \frac{\partial f}{\partial w} + \xi_t \frac{\partial f}{\partial h_{t-1}} z_{t-1}, \qquad
      P(\xi_t = 1/p) = p, \quad P(\xi_t = 0) = 1 - p \quad\Rightarrow\quad E[\xi_t] = 1`);
    say('random');
    const cuts = new Philox(seed, 3);
    const rows = (['randomized', 'regular', 'full'] as const).map((kind) => {
      const xi = randomizedTruncation(32, 0.875, cuts);
      const ends = lengths
        .slice(0, 32)
        .filter((t) => t === 32 || (kind === 'regular' ? t % 8 === 0 : kind === 'randomized' && xi[t - 1] === 0));
      return { kind, pieces: ends.map((end, i) => ({ x1: i === 0 ? 0 : ends[i - 1], x2: end })) };
    });
    plot('cutsCaption', (t) => ({
      x: { label: t('timeStep') },
      y: { label: null, tickSize: 0, domain: rows.map(({ kind }) => t(kind)) },
      height: 170,
      marginLeft: 110,
      marks: rows.map(({ kind, pieces }) => [
        Plot.barX(pieces, {
          x1: 'x1',
          x2: 'x2',
          y: () => t(kind),
          insetLeft: 1.5,
          insetRight: 1.5,
          fill: MUTED,
          fillOpacity: 0.25,
        }),
        Plot.arrow(pieces, {
          x1: (d: { x2: number }) => d.x2 - 0.2,
          x2: (d: { x1: number }) => d.x1 + 0.2,
          y1: () => t(kind),
          y2: () => t(kind),
          stroke: colour(1),
          headLength: 7,
        }),
      ]),
    }));

    const draws = quick ? 150 : 600;
    const runs = problems.map((task, i) =>
      STEPS.map((k, j) => {
        progress((i * STEPS.length + j) / (problems.length * STEPS.length));
        return drawMany(task, 1 - 1 / k, draws, seeds[i]);
      }),
    );
    runs.forEach((ofSeed, i) => {
      for (const { p, average, standardError } of ofSeed) {
        const values = { p: String(p), seed: String(seeds[i]), draws };
        check('unbiased', between(1 - 3.3 * standardError, 1 + 3.3 * standardError), average, values);
      }
    });
    const [shown] = runs;
    shown.forEach(({ p, spread, cost }, j) => {
      check('variance', above(0.05), spread, { p: String(p), draws });
      check('cost', near((1 - p ** T) / (1 - p), (3.3 * STEPS[j]) / Math.sqrt(draws)), cost, { p: String(p), draws });
    });
    const eight = shown[1];
    const running: { mean: number; low: number; high: number }[] = [];
    eight.along.reduce<[number, number]>(
      ([sum, squares], value, i) => {
        const [s, q, n] = [sum + value, squares + value ** 2, i + 1];
        const error = Math.sqrt(Math.max(0, q / n - (s / n) ** 2) / n);
        running.push({ mean: s / n, low: s / n - 2 * error, high: s / n + 2 * error });
        return [s, q];
      },
      [0, 0],
    );
    const truncatedAlong = dot(cut[0][7], problems[0].full) / length(problems[0].full) ** 2;
    const flat = (value: number) => ({ x: [5, draws], y: [value, value] });
    plot('meanCaption', (t) => ({
      x: { label: t('draws') },
      y: { label: t('share'), grid: true },
      marks: [
        Plot.areaY(running.slice(4), {
          x: (_: unknown, i: number) => i + 5,
          y1: 'low',
          y2: 'high',
          fill: colour(1),
          fillOpacity: 0.18,
        }),
        curves([
          { name: t('full'), ...flat(1), colour: 2 },
          {
            name: t('randomized'),
            x: running.slice(4).map((_, i) => i + 5),
            y: running.slice(4).map(({ mean }) => mean),
            colour: 1,
          },
          { name: t('truncatedAt', { k: 8 }), ...flat(truncatedAlong), colour: 0 },
        ]),
      ],
    }));
    const different = lengths.flatMap((steps) => {
      const same = eight.along.filter((_, i) => eight.steps[i] === steps);
      return same.length === 0 ? [] : [{ steps, share: same[0], count: same.length }];
    });
    plot('drawsCaption', (t) => ({
      x: { label: t('stepsBack'), domain: [0, T] },
      y: { label: t('share'), grid: true, zero: true },
      r: { range: [0, 14] },
      marks: [
        Plot.ruleY([1], { stroke: colour(2), strokeWidth: 1.8 }),
        Plot.dot(different, { x: 'steps', y: 'share', r: 'count', fill: colour(1), fillOpacity: 0.7, stroke: SURFACE }),
        Plot.text([[T, 1]], { text: () => t('full'), textAnchor: 'end', dy: 12, fill: colour(2), fontWeight: 500 }),
      ],
    }));

    heading('compareHeading');
    plot('compareCaption', (t) => ({
      x: { label: t('meanSteps'), domain: [0, 34], ticks: [1, ...STEPS] },
      y: { label: t('relative'), type: 'log', grid: true },
      marks: [
        curves([
          { name: t('biasOf', { name: t('truncated2') }), x: lengths.slice(0, 32), y: bias[0].slice(0, 32), colour: 0 },
          {
            name: t('spreadOf', { name: t('randomized') }),
            x: shown.map(({ cost }) => cost),
            y: shown.map(({ spread }) => spread),
            colour: 1,
          },
          {
            name: t('biasOf', { name: t('randomized') }),
            x: shown.map(({ cost }) => cost),
            y: shown.map((run) => run.bias),
            colour: 1,
            dashed: true,
          },
        ]),
        Plot.dot(shown, { x: 'cost', y: 'spread', fill: colour(1), stroke: SURFACE }),
        Plot.dot(shown, { x: 'cost', y: 'bias', fill: colour(1), stroke: SURFACE }),
      ],
    }));
    say('compare');
    table((t) => ({
      columns: [
        { heading: t('method') },
        ...(['work', 'biasColumn', 'spreadColumn'] as const).map((key) => ({ heading: t(key), number: true })),
      ],
      rows: [
        [t('full'), T, '0', '0'],
        ...STEPS.map((k) => [t('truncatedAt', { k }), k, bias[0][k - 1].toFixed(3), '0']),
        ...shown.map(({ p, cost, bias: left, spread }) => [
          t('randomizedAt', { p: String(p) }),
          cost.toFixed(1),
          t('noise', { value: left.toFixed(3) }),
          spread.toFixed(3),
        ]),
      ],
    }));
    check('totalError', above(1), eight.spread / bias[0][7], { k: 8 });
    check('fullCost', exactly(T), stepsBack(new Float64Array(T).fill(1)));
  },
});
