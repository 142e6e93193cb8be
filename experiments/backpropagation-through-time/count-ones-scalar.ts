// A recurrent network of two numbers, with its gradient by hand: it learns to count ones, and shows how training explodes.
import { fromData, Philox, Recurrent, RNNIdentity } from 'unrolled';
import {
  atMost,
  below,
  colour,
  curves,
  diverged,
  drawGraph,
  exactly,
  experiment,
  type Graph,
  INK,
  MUTED,
  near,
  Plot,
  sequential,
  SURFACE,
} from 'unrolled/reproduce';
import { scalar as exercises } from './exercises/bptt.js';
import text from './text/count-ones-scalar.js';

const SHORT = [0, 0, 0, 0, 1, 0, 1, 0, 1, 0];
const LONG = [...SHORT, ...SHORT, ...SHORT, ...SHORT]; // 40 steps, twelve ones
const RATE = 0.0005;

interface Point {
  U: number;
  W: number;
}

/** s_t = U·x_t + W·s_(t−1) from s_0 = 0: all states s_0 … s_T; the last one is the output. */
function forward(x: readonly number[], { U, W }: Point): number[] {
  const s = [0];
  for (const [t, value] of x.entries()) s.push(U * value + W * s[t]);
  return s;
}

/** The gradient of (s_T − y)² with respect to U and W: from the last step to the first, dL/ds is multiplied by W each time. */
function backward(x: readonly number[], s: readonly number[], y: number, W: number): Point {
  let ds = 2 * (s[x.length] - y); // dL/ds_T
  const d: Point = { U: 0, W: 0 };
  for (let t = x.length; t > 0; t--) {
    d.U += ds * x[t - 1];
    d.W += ds * s[t - 1];
    ds *= W; // dL/ds_(t−1)
  }
  return d;
}

/** g ← min(1, θ / ‖g‖) g */
function clip(g: Point, limit: number): Point {
  const scale = Math.min(1, limit / Math.hypot(g.U, g.W));
  return { U: g.U * scale, W: g.W * scale };
}

/** Gradient descent on one sequence from U = −2, W = 0. Epoch e has the parameters, output and loss before its update. */
function train(x: readonly number[], epochs: number, limit = Infinity) {
  const y = x.reduce((sum, value) => sum + value);
  let at: Point = { U: -2, W: 0 };
  const path = [at];
  const outputs: number[] = [];
  const gradients: Point[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const s = forward(x, at);
    const g = backward(x, s, y, at.W);
    gradients.push(g);
    const step = limit === Infinity ? g : clip(g, limit);
    at = { U: at.U - RATE * step.U, W: at.W - RATE * step.W };
    path.push(at);
    outputs.push(s[x.length]);
  }
  return { end: at, path, outputs, gradients, losses: outputs.map((output) => (output - y) ** 2) };
}

/** Gradient descent on 20 new random sequences of 1 to 10 steps at every step. */
function trainOnMany(seed: number, steps: number): Point[] {
  const random = new Philox(seed);
  let at: Point = { U: -2, W: 0 };
  const path = [at];
  for (let step = 0; step < steps; step++) {
    const mean: Point = { U: 0, W: 0 };
    for (let i = 0; i < 20; i++) {
      const x = Array.from({ length: 1 + random.integer(10) }, () => random.integer(2));
      const y = x.reduce((sum, value) => sum + value);
      const g = backward(x, forward(x, at), y, at.W);
      mean.U += g.U / 20;
      mean.W += g.W / 20;
    }
    const g = clip(mean, 10);
    at = { U: at.U - 0.005 * g.U, W: at.W - 0.005 * g.W };
    path.push(at);
  }
  return path;
}

/** log10 of the mean loss of some sequences, W across and U up: as a picture. */
function surface(sequences: readonly (readonly number[])[]) {
  const loss = (W: number, U: number): number => {
    const errors = sequences.map((x) => forward(x, { U, W })[x.length] - x.reduce((sum, value) => sum + value, 0));
    return Math.log10(errors.reduce((sum, error) => sum + error ** 2, 0) / sequences.length + 0.03);
  };
  return Plot.contour({
    x1: -1.6,
    x2: 1.6,
    y1: -3,
    y2: 3,
    fill: loss,
    pixelSize: 5,
    interval: 0.5,
    stroke: SURFACE,
    strokeWidth: 0.5,
  });
}

/** Means of pieces of 20 epochs. */
function smooth(losses: readonly number[]) {
  const pieces = Array.from({ length: losses.length / 20 }, (_, i) => losses.slice(20 * i, 20 * i + 20));
  return { x: pieces.map((_, i) => 20 * i + 10), y: pieces.map((piece) => piece.reduce((a, b) => a + b) / 20) };
}

/** Three steps of the network, with the weight that stands at each arrow. */
const NETWORK: Graph = {
  title: 'x_t —U→ s_t, s_(t−1) —W→ s_t, t = 1 … 3; s_3 → L',
  nodes: [
    ...[0, 1, 2, 3].map((t) => ({ name: `s${t}`, label: `s_${t}`, x: t, y: 1, kind: 'state' as const })),
    ...[1, 2, 3].map((t) => ({ name: `x${t}`, label: `x_${t}`, x: t, y: 0, kind: 'value' as const })),
    { name: 'L', label: 'L', x: 4, y: 1, kind: 'loss' },
  ],
  edges: [
    ...[1, 2, 3].flatMap((t) => [
      { from: `s${t - 1}`, to: `s${t}`, label: 'W' },
      { from: `x${t}`, to: `s${t}`, label: 'U' },
    ]),
    { from: 's3', to: 'L' },
  ],
};

export default experiment({
  name: 'count-ones-scalar',
  source: 'Vasilev, Advanced Deep Learning with Python (2019), chapter 7; Pascanu, Mikolov and Bengio (2013)',
  needs: ['hidden-state'],
  text,
  exercises,
  notations: [
    {
      book: 'x_t,\\ y',
      code: 'x[t - 1], y',
      meaning: { en: 'the digit of step t; the right answer', zh: '时间步 t 的数字；正确答案' },
    },
    { book: 's_t', code: 's[t]', meaning: { en: 'the state after step t', zh: '时间步 t 之后的状态' } },
    { book: 'U,\\ W', code: 'U, W', meaning: { en: 'the weights of input and state', zh: '输入与状态的权重' } },
    {
      book: String.raw`\partial L / \partial s_t`,
      code: 'back, ds',
      meaning: {
        en: 'the derivative of the loss with respect to the state, on its way back',
        zh: '损失对状态的导数，向回传',
      },
    },
  ],
  run({ quick, seed, say, heading, formula, picture, plot, check, progress }) {
    formula(String.raw`s_t = U x_t + W s_{t-1}, \quad s_0 = 0, \qquad L = (s_T - y)^2`);
    say('byHand');
    picture('networkCaption', drawGraph(NETWORK));
    formula(String.raw`\frac{\partial L}{\partial s_T} = 2\,(s_T - y), \qquad \frac{\partial L}{\partial s_{t-1}} = W \frac{\partial L}{\partial s_t}, \qquad
      \frac{\partial L}{\partial U} = \sum_{t=1}^{T} \frac{\partial L}{\partial s_t}\, x_t, \qquad \frac{\partial L}{\partial W} = \sum_{t=1}^{T} \frac{\partial L}{\partial s_t}\, s_{t-1}`);

    // The same network in the library, without an activation function: its gradient at some place.
    const probe: Point = { U: -1.2, W: 0.7 };
    const rnn = new Recurrent(RNNIdentity, { inputSize: 1, hiddenSize: 1, bias: false });
    rnn.loadStateDict({
      '0.weight_x': { shape: [1, 1], data: [probe.U] },
      '0.weight_h': { shape: [1, 1], data: [probe.W] },
    });
    rnn
      .forward(fromData(SHORT, [10, 1, 1]))
      .state[0].h.sub(3)
      .square()
      .sum()
      .backward();
    const hand = backward(SHORT, forward(SHORT, probe), 3, probe.W);
    const [dU, dW] = rnn.parameters().map((p) => p.grad?.item() ?? NaN);
    check('library', below(1e-5), Math.hypot(dU / hand.U - 1, dW / hand.W - 1));

    heading('oneHeading');
    const one = train(SHORT, 150);
    say('one');
    check('endU', near(-2.08869, 5e-6), one.end.U);
    check('endW', near(-0.75294, 5e-6), one.end.W);
    check('output', near(2.96695, 5e-6), one.outputs[149]);
    check('lastLoss', near(0.00109, 5e-6), one.losses[149]);
    check('perfect', exactly(0), ((forward(SHORT, { U: 1, W: 1 }).at(-1) ?? NaN) - 3) ** 2);
    plot('lossCaption', (t) => ({
      x: { label: t('epoch') },
      y: { label: t('loss'), type: 'log', grid: true },
      height: 260,
      marks: [curves([{ y: one.losses }])],
    }));
    check(
      'gradientsEnd',
      below(0.1),
      Math.hypot(one.gradients[149].U, one.gradients[149].W) / Math.hypot(one.gradients[0].U, one.gradients[0].W),
    );
    plot('gradientCaption', (t) => ({
      x: { label: t('epoch') },
      y: { label: t('gradient'), grid: true },
      height: 260,
      marks: [
        Plot.ruleY([0], { stroke: MUTED }),
        curves([
          { name: '∂L/∂U', y: one.gradients.map(({ U }) => U) },
          { name: '∂L/∂W', y: one.gradients.map(({ W }) => W) },
        ]),
      ],
    }));
    say('many');
    formula(String.raw`s_{10} = U\,(W + W^3 + W^5) = 3`);
    const spots = [
      { x: 1, y: 1, name: 'U = W = 1' },
      { x: one.end.W, y: one.end.U, name: 'found' as const },
    ];
    plot('surfaceCaption', (t) => ({
      x: { label: 'W', domain: [-1.6, 1.6] },
      y: { label: 'U', domain: [-3, 3] },
      color: sequential(-1.5, 3.5),
      height: 460,
      marks: [
        surface([SHORT]),
        Plot.line(one.path, { x: 'W', y: 'U', stroke: colour(1), strokeWidth: 2.5 }),
        Plot.dot(spots, { x: 'x', y: 'y', r: 5, fill: colour(1), stroke: SURFACE }),
        Plot.text(spots, {
          x: 'x',
          y: 'y',
          text: (d: { name: string }) => (d.name === 'found' ? t('found') : d.name),
          dy: -14,
          fill: INK,
          fontWeight: 600,
          stroke: SURFACE,
          strokeWidth: 4,
        }),
      ],
    }));

    heading('longHeading');
    const long = train(LONG, 150);
    const nan = long.path.findIndex(({ U, W }) => Number.isNaN(U) && Number.isNaN(W)) - 1;
    check('nanAt', exactly(26), nan);
    check('explodes', diverged(), long.losses[25]);
    say('cliff', { before: long.path[24].W.toFixed(2).replace('-', '−'), after: Math.round(long.path[25].W) });
    plot('cliffCaption', (t) => ({
      x: { label: t('epoch'), domain: [0, 27] },
      y: {
        label: t('size'),
        type: 'log',
        grid: true,
        ticks: [1, 1e50, 1e100, 1e150, 1e200, 1e250],
        tickFormat: (v: number) => `1e${Math.log10(v)}`,
      },
      marks: [
        curves([
          { name: t('loss'), y: long.losses.slice(0, 26) },
          {
            name: '|W|',
            x: Array.from({ length: 26 }, (_, i) => i + 1),
            y: long.path.slice(1, 27).map(({ W }) => Math.abs(W)),
          },
        ]),
        Plot.ruleX([26], { stroke: MUTED, strokeDasharray: '2 3' }),
        Plot.text([[26, 1e25]], { text: ['NaN'], textAnchor: 'start', dx: 5, fill: MUTED }),
      ],
    }));

    heading('clipHeading');
    formula(String.raw`\mathbf{g} \leftarrow \min\left(1, \frac{\theta}{\lVert \mathbf{g} \rVert}\right) \mathbf{g}`);
    const limits = [1, 5, 20];
    const clipped = limits.map((limit) => train(LONG, 3000, limit));
    clipped.forEach(({ end, losses }, i) => {
      const values = { limit: limits[i], u: end.U.toFixed(3), w: end.W.toFixed(3) };
      check('clipped', atMost([0.01, 0.2, 2][i]), losses.slice(-100).reduce((sum, loss) => sum + loss) / 100, values);
    });
    plot('clipCaption', (t) => ({
      x: { label: t('epoch') },
      y: { label: t('loss'), type: 'log', grid: true },
      marks: [curves(clipped.map(({ losses }, i) => ({ name: `θ = ${limits[i]}`, ...smooth(losses) })))],
    }));

    heading('manyHeading');
    say('manySequences');
    const seeds = [0, 1, 2, 3, 4].slice(0, quick ? 2 : 5).map((i) => seed + i);
    const paths = seeds.map((s, i) => {
      progress((i + 1) / seeds.length);
      return trainOnMany(s, 1500);
    });
    paths.forEach((path, i) => {
      const { U, W } = path[path.length - 1];
      check('findsOne', atMost(0.001), Math.max(Math.abs(U - 1), Math.abs(W - 1)), { seed: String(seeds[i]) });
    });
    const random = new Philox(seed, 1);
    const sample = Array.from({ length: 50 }, () =>
      Array.from({ length: 1 + random.integer(10) }, () => random.integer(2)),
    );
    plot('manyCaption', () => ({
      x: { label: 'W', domain: [-1.6, 1.6] },
      y: { label: 'U', domain: [-3, 3] },
      color: sequential(-1.5, 3.5),
      height: 460,
      marks: [
        surface(sample),
        paths.map((path) => Plot.line(path, { x: 'W', y: 'U', stroke: colour(1), strokeWidth: 1.5 })),
        Plot.dot([[1, 1]], { r: 5, fill: colour(1), stroke: SURFACE }),
        Plot.text([[1, 1]], {
          text: ['U = W = 1'],
          dx: 36,
          dy: 14,
          fill: INK,
          fontWeight: 600,
          stroke: SURFACE,
          strokeWidth: 4,
        }),
      ],
    }));
  },
});
