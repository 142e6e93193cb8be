// Dive into Deep Learning, 9.1: an MLP learns the next value of a noisy sine; then we ask it for more than one step.
import {
  Adam,
  fromData,
  gatherRows,
  Linear,
  manualSeed,
  mse,
  noGrad,
  Philox,
  Recurrent,
  relu,
  RNN,
  scope,
  stack,
  type Tensor,
  xavierUniform,
} from 'unrolled';
import { predictAhead, slidingWindows } from 'unrolled/data';
import {
  above,
  atLeast,
  atMost,
  below,
  between,
  curves,
  drawGraph,
  exactly,
  experiment,
  type FigureOptions,
  holds,
  MUTED,
  near,
  Plot,
  type Translate,
} from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { LETTERS } from '../shared/notations.js';
import exercises from './exercises/autoregressive-sine.js';
import text from './text/autoregressive-sine.js';

const T = 1000;
const TRAIN = 600; // examples
const AHEAD = 64; // the longest look ahead, in steps
const PUBLISHED = [0.063649, 0.060103, 0.056767, 0.056202, 0.054945]; // loss after each epoch in the book

/** The sine without its noise at time t = 1 … T. */
const sine = (t: number): number => Math.sin(0.01 * t);

/** @param shift how many steps later on the sine it begins */
function noisySine(seed: number, shift = 0): Float32Array {
  const random = new Philox(seed);
  return Float32Array.from({ length: T }, (_, i) => sine(i + 1 + shift) + 0.2 * random.normal());
}

/** The series as examples: row i of the features [n, tau] has the values i … i + tau − 1, its label [n, outputs] those after them. */
function examples(series: Float32Array, tau: number, outputs = 1) {
  const x = fromData(series, [series.length]);
  const n = series.length - tau - outputs + 1;
  const columns = (from: number, count: number): Tensor =>
    stack(
      Array.from({ length: count }, (_, i) => x.slice(0, from + i, from + i + n)),
      1,
    );
  return { features: columns(0, tau), labels: columns(tau, outputs) };
}

/**
 * A Markov model of order tau: an MLP tau–10–1 that sees the last tau values and predicts the next, or, with more outputs, as many
 * that follow, all at once. It learns from windows that, with what they predict, end in the training part.
 */
function trainMlp(series: Float32Array, tau: number, seed: number, epochs = 5, outputs = 1) {
  manualSeed(seed);
  const hidden = new Linear(tau, 10, { init: xavierUniform });
  const output = new Linear(10, outputs, { init: xavierUniform });
  const net = (x: Tensor): Tensor => output.forward(relu(hidden.forward(x)));
  const optimizer = new Adam([...hidden.parameters(), ...output.parameters()], 0.01);

  const { features, labels } = examples(series, tau, outputs);
  const count = TRAIN - (outputs - 1);
  const [x, y] = [features.slice(0, 0, count), labels.slice(0, 0, count)];
  const random = new Philox(seed);
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    random.shuffle(order);
    for (let at = 0; at < count; at += 16) {
      scope(() => {
        const rows = fromData(order.subarray(at, Math.min(at + 16, count)), [Math.min(16, count - at)], {
          dtype: 'int32',
        });
        const loss = mse(net(gatherRows(x, rows)), gatherRows(y, rows));
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
      });
    }
    losses.push(noGrad(() => mse(net(x), y).item()));
  }
  const next = (features: Float32Array, count: number): Float32Array =>
    noGrad(() => net(fromData(features, [count, tau])).data() as Float32Array);
  return { losses, windows: slidingWindows(series, tau), next };
}

/** From each window its next AHEAD values, one by one: a prediction becomes the last value of the next window. Row after row. */
function iterated({ windows, next }: ReturnType<typeof trainMlp>): Float32Array {
  return predictAhead(windows, AHEAD, next);
}

/** The same from an MLP with AHEAD outputs, which says them all at once and never reads a prediction. */
function direct(series: Float32Array, tau: number, seed: number, epochs: number): Float32Array {
  const { next } = trainMlp(series, tau, seed, epochs, AHEAD);
  const { features, count } = slidingWindows(series, tau);
  return next(features, count);
}

/** A quarter of the sine's period, in steps. */
const QUARTER = Math.round(50 * Math.PI);

/** All T windows of four values, the first ones filled up with zeros: an MLP trained on 600 of them, and its errors. */
function paddedErrors(seed: number, shift: number) {
  const series = noisySine(seed, shift);
  const full = new Float32Array(T + 4); // four zeros, then the series: value t stands at t + 3
  full.set(series, 4);
  const { next } = trainMlp(full, 4, seed, 20);
  const window = (t: number): Float32Array => full.slice(t - 1, t + 3); // what stands before the value at time t
  const error = (t: number): number => (next(window(t), 1)[0] - sine(t + shift)) ** 2;
  const root = (from: number, to: number): number =>
    Math.sqrt(
      Array.from({ length: to - from + 1 }, (_, i) => error(from + i)).reduce((a, b) => a + b) / (to - from + 1),
    );
  const rows = [1, 2, 3, 4, 5, 6].map((t) => {
    const values = Array.from(window(t), (value) => value.toFixed(2).padStart(6)).join(' ');
    return `t = ${t}   [${values} ] → ${series[t - 1].toFixed(2).padStart(5)}`;
  });
  return { first: root(1, 4), others: root(5, TRAIN), rows: rows.join('\n') };
}

/** A latent autoregressive model: an RNN that reads one value at a time and keeps a state h [1, 16] instead of a window. */
function trainRnn(series: Float32Array, seed: number, steps: number, progress: (done: number) => void) {
  manualSeed(seed);
  const rnn = new Recurrent(RNN, { inputSize: 1, hiddenSize: 16 });
  const output = new Linear(16, 1);
  const optimizer = new Adam([...rnn.parameters(), ...output.parameters()], 0.005);
  const random = new Philox(seed);
  const length = 100;
  for (let step = 0; step < steps; step++) {
    scope(() => {
      const starts = Array.from({ length: 16 }, () => random.integer(TRAIN + 4 - length));
      const piece = (shift: number): Tensor =>
        fromData(
          Float32Array.from({ length: length * 16 }, (_, i) => series[starts[i % 16] + Math.floor(i / 16) + shift]),
          [length, 16, 1],
        );
      const loss = mse(output.forward(rnn.forward(piece(0)).output), piece(1));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    });
    if (step % 50 === 0) progress(step / steps);
  }
  // One pass over the series gives the state at every time; from each of them the network then feeds on its own predictions.
  return noGrad(() => {
    let h = rnn.forward(fromData(series, [T, 1, 1])).output.reshape([T, 16]);
    const ahead = new Float32Array(T * AHEAD);
    for (let k = 0; k < AHEAD; k++) {
      const predicted = output.forward(h);
      predicted.data().forEach((value, i) => (ahead[i * AHEAD + k] = value));
      h = rnn.forward(predicted.reshape([1, T, 1]), { state: [{ h }] }).output.reshape([T, 16]);
    }
    return ahead;
  });
}

/** The latent model as a graph: each value comes from the state, each state from the one before and the last value. */
const LATENT = {
  title: 'h₁ → h₂ → h₃ → h₄, hₜ → xₜ, xₜ → hₜ₊₁',
  nodes: [1, 2, 3, 4].flatMap((t) => [
    { name: `h${t}`, label: `h${'₁₂₃₄'[t - 1]}`, x: t, y: 0, kind: 'state' as const },
    { name: `x${t}`, label: `x${'₁₂₃₄'[t - 1]}`, x: t, y: 1, kind: 'value' as const },
  ]),
  edges: [1, 2, 3, 4].flatMap((t) => [
    { from: `h${t}`, to: `x${t}` },
    ...(t < 4
      ? [
          { from: `h${t}`, to: `h${t + 1}` },
          { from: `x${t}`, to: `h${t + 1}` },
        ]
      : []),
  ]),
};

/** Root mean square error against the sine at 1 … AHEAD steps, over the times after the training part. */
function errorsAhead(ahead: Float32Array, firstTime: number): number[] {
  return Array.from({ length: AHEAD }, (_, k) => {
    let sum = 0;
    let count = 0;
    for (let row = 0; row * AHEAD < ahead.length; row++) {
      const t = firstTime + row + k; // the time that this prediction is for
      if (t <= TRAIN + 4 + AHEAD || t > T) continue;
      sum += (ahead[row * AHEAD + k] - sine(t)) ** 2;
      count++;
    }
    return Math.sqrt(sum / count);
  });
}

/** Least squares for y ≈ a + c·x. */
function line(x: readonly number[], y: readonly number[]) {
  const mean = (v: readonly number[]): number => v.reduce((sum, value) => sum + value, 0) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  const c = mean(x.map((value, i) => (value - mx) * (y[i] - my))) / mean(x.map((value) => (value - mx) ** 2));
  const a = my - c * mx;
  const left = mean(x.map((value, i) => (y[i] - a - c * value) ** 2));
  return { a, c, r2: 1 - left / mean(y.map((value) => (value - my) ** 2)) };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

const deviation = (values: readonly number[]): number => {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
};

export default experiment({
  name: 'autoregressive-sine',
  source: d2l('9.1', '8.1'),
  text,
  exercises,
  notations: [LETTERS.prediction, LETTERS.tau, LETTERS.H],
  run({ quick, seed, say, heading, formula, plot, picture, table, lines, check, finding, progress }) {
    say('data');
    formula(
      String.raw`\hat x_t = f(x_{t-1}, \ldots, x_{t-\tau}) \qquad h_t = g(h_{t-1}, x_{t-1}),\quad \hat x_t = P(h_t)`,
    );
    picture('latentCaption', drawGraph(LATENT));
    const series = noisySine(seed);

    heading('matrixHeading');
    say('matrix');
    formula(
      String.raw`\mathbf F = \begin{bmatrix} x_1 & x_2 & x_3 & x_4 \\ x_2 & x_3 & x_4 & x_5 \\ \vdots & & & \vdots \\ x_{T-4} & x_{T-3} & x_{T-2} & x_{T-1} \end{bmatrix}, \qquad \mathbf y = \begin{bmatrix} x_5 \\ x_6 \\ \vdots \\ x_T \end{bmatrix}`,
    );
    const { features, labels } = examples(series, 4);
    const rows = [0, 1, 2].map((i) => {
      const values = Array.from(features.slice(0, i, i + 1).data(), (value) => value.toFixed(2).padStart(6));
      return `${values.join(' ')}   → ${labels.data()[i].toFixed(2).padStart(5)}`;
    });
    lines('matrixRows', rows.join('\n'));
    check(
      'matrixShapes',
      exactly(['996 × 4', '996 × 1']),
      [features, labels].map((t) => t.shape.join(' × ')),
    );
    const library = slidingWindows(series, 4);
    check(
      'matrixIsWindows',
      holds,
      features.data().every((value, i) => value === library.features[i]) &&
        labels.data().every((value, i) => value === library.targets[i]),
    );

    heading('trainHeading');

    const seeds = quick ? [0, 1] : [0, 1, 2, 3, 4];
    const trained = seeds.map((s) => ({ s, ...trainMlp(noisySine(s), 4, s) }));
    for (const { s, losses } of trained) {
      check('trainLoss', between(0.045, 0.066), losses[4], { epochs: 5, seed: String(s) });
    }
    const meanLoss = PUBLISHED.map((_, e) => meanOf(trained.map(({ losses }) => losses[e])));
    table((t) => ({
      columns: [t('epoch'), t('published'), t('here'), t('lowest'), t('highest')].map((word) => ({
        ...{ heading: word, number: true },
      })),
      rows: PUBLISHED.map((published, e) => {
        const all = trained.map(({ losses }) => losses[e]);
        return [e + 1, ...[published, meanLoss[e], Math.min(...all), Math.max(...all)].map((loss) => loss.toFixed(4))];
      }),
    }));
    say('epochs');
    PUBLISHED.forEach((published, e) => {
      if (e > 0) check('epochLoss', near(published, 0.012), meanLoss[e], { epoch: e + 1, seeds: seeds.length });
    });
    const lossFigure = (t: Translate<keyof typeof text>): FigureOptions => ({
      x: { label: t('epoch'), ticks: [1, 2, 3, 4, 5] },
      y: { label: t('loss'), type: 'log', grid: true, ticks: [0.04, 0.05, 0.06, 0.08, 0.1, 0.15, 0.2] },
      marks: [
        Plot.ruleY([0.04], { stroke: MUTED, strokeDasharray: '2 3' }),
        Plot.text([[1, 0.04]], { text: () => t('noiseVariance'), textAnchor: 'start', dx: 6, dy: -8, fill: MUTED }),
        curves(
          trained.map(({ s, losses }) => ({
            name: t('seedNumber', { seed: String(s) }),
            x: [1, 2, 3, 4, 5],
            y: losses,
          })),
        ),
      ],
    });
    plot('lossCaption', lossFigure, { seeds: seeds.length });

    heading('oneStepHeading');
    const mlp = trainMlp(series, 4, seed);
    const ahead = iterated(mlp);
    const times = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
    const column = (k: number): number[] =>
      Array.from({ length: mlp.windows.count }, (_, row) => ahead[row * AHEAD + k - 1]);
    // From t = 604 on only its own predictions go in.
    const many = [...series.subarray(0, 604)];
    while (many.length < T) many.push(mlp.next(Float32Array.from(many.slice(-4)), 1)[0]);
    const last = many.slice(-100);
    const lastSine = deviation(times(T - 99, 100).map(sine));
    check('multiDecays', below(0.1), deviation(last), { sine: lastSine });
    plot('oneStepCaption', (t) => ({
      x: { label: t('timeStep') },
      y: { label: t('value'), grid: true },
      marks: [
        Plot.ruleX([604], { stroke: MUTED, strokeDasharray: '2 3' }),
        curves([
          { name: t('observed'), x: times(1, T), y: series, faint: true, colour: 5 },
          { name: t('oneStep'), x: times(5, mlp.windows.count), y: column(1), colour: 0 },
          { name: t('multiStep'), x: times(605, T - 604), y: many.slice(604), colour: 1 },
        ]),
      ],
    }));

    heading('kStepHeading');
    const ks = [1, 4, 16, 64];
    const errors = errorsAhead(ahead, 5);
    const at = ks.map((k) => errors[k - 1]);
    const rising = at.every((error, i) => i === 0 || error > at[i - 1]);
    const listed = { errors: at.map((error) => error.toFixed(3)).join(', ') };
    check('grows', holds, rising, listed);
    const kStepFigure = (t: Translate<keyof typeof text>): FigureOptions => ({
      x: { label: t('timeStep'), domain: [604, T] },
      y: { label: t('value'), grid: true },
      marks: [
        curves(
          ks
            .map((k, i) => {
              const from = 600 - k; // the row whose prediction is for t = 604
              const y = column(k).slice(from, T - 3 - k);
              // The shortest look ahead is drawn last, over the others, and thin.
              return { name: t('ahead', { k }), x: times(604, y.length), y, colour: i, dashed: k === 1 };
            })
            .toReversed(),
        ),
      ],
    });
    plot('kStepCaption', kStepFigure, { ...listed, sine: deviation(times(604, T - 603).map(sine)).toFixed(2) });

    // Each model with several seeds, its data and its initial weights drawn anew.
    const latent = seeds.map((s, i) => {
      const steps = quick ? 150 : 1500;
      const noisy = noisySine(s);
      const ahead = trainRnn(noisy, s, steps, (done) => progress(0.6 * ((i + done) / seeds.length)));
      return {
        narrow: errorsAhead(iterated(trainMlp(noisy, 4, s)), 5),
        wide: errorsAhead(iterated(trainMlp(noisy, 16, s, 20)), 17),
        direct: errorsAhead(direct(noisy, 4, s, 20), 5),
        fedBack: errorsAhead(iterated(trainMlp(noisy, 4, s, 20)), 5),
        rnn: errorsAhead(ahead, 2),
      };
    });
    const average = (of: (one: (typeof latent)[0]) => number[]): number[] =>
      times(0, AHEAD).map((k) => latent.reduce((sum, one) => sum + of(one)[k], 0) / latent.length);
    const [narrow, wide, rnn] = [average((one) => one.narrow), average((one) => one.wide), average((one) => one.rnn)];
    say('accumulation');
    formula(String.raw`\epsilon_k = \bar\epsilon + c\,\epsilon_{k-1}`);
    const { a: own, c, r2 } = line(narrow.slice(0, -1), narrow.slice(1));
    say('fitted', { c: c.toFixed(3), own: own.toFixed(4) });
    check('fitGood', atLeast(0.95), r2);
    check('cPositive', above(0), c);
    const fitted = [narrow[0]];
    while (fitted.length < AHEAD) fitted.push(own + c * fitted[fitted.length - 1]);
    const growthFigure = (t: Translate<keyof typeof text>): FigureOptions => ({
      x: { label: t('stepsAhead') },
      y: { label: t('rmse'), grid: true, zero: true },
      marks: [
        curves([
          { name: t('mlp', { tau: 4 }), x: times(1, AHEAD), y: narrow },
          { name: t('mlp', { tau: 16 }), x: times(1, AHEAD), y: wide },
          { name: t('rnn'), x: times(1, AHEAD), y: rnn },
          { name: t('fit'), x: times(1, AHEAD), y: fitted, colour: 0, dashed: true },
          ...latent.flatMap((one) =>
            [one.narrow, one.wide, one.rnn].map((y, colour) => ({ x: times(1, AHEAD), y, colour, faint: true })),
          ),
        ]),
      ],
    });
    plot('growthCaption', growthFigure, { seeds: seeds.length });
    const compared = [1, 4, 16, 32, 64];
    const models = [narrow, wide, rnn];
    const spread = (k: number, of: (one: (typeof latent)[0]) => number[]): string => {
      const all = latent.map((one) => of(one)[k - 1]);
      return `${(all.reduce((a, b) => a + b) / all.length).toFixed(3)} (${Math.min(...all).toFixed(3)} … ${Math.max(...all).toFixed(3)})`;
    };
    table((t) => ({
      columns: [
        { heading: 'k', number: true },
        ...[t('mlp', { tau: 4 }), t('mlp', { tau: 16 }), t('rnn')].map((name) => ({ heading: name, number: true })),
      ],
      rows: compared.map((k) => [
        k,
        spread(k, (one) => one.narrow),
        spread(k, (one) => one.wide),
        spread(k, (one) => one.rnn),
      ]),
    }));
    const bestAt = compared.map((k) => models.map((of) => of[k - 1])).map((all) => all.indexOf(Math.min(...all)));
    const wins = [0, 1, 2].map((model) => compared.filter((_, i) => bestAt[i] === model).join(', ') || '–');
    say('whichIsBest', { seeds: seeds.length, narrow: wins[0], wide: wins[1], rnn: wins[2] });

    heading('vectorHeading');
    say('vector', { outputs: AHEAD, parameters: 4 * 10 + 10 + 10 * AHEAD + AHEAD, single: 4 * 10 + 10 + 10 + 1 });
    const [vector, single] = [average((one) => one.direct), average((one) => one.fedBack)];
    plot('vectorCaption', (t) => ({
      x: { label: t('stepsAhead') },
      y: { label: t('rmse'), grid: true, zero: true },
      marks: [
        curves([
          { name: t('singleOutput'), x: times(1, AHEAD), y: single, colour: 0 },
          { name: t('vectorOutput'), x: times(1, AHEAD), y: vector, colour: 3 },
          ...latent.flatMap((one) => [
            { x: times(1, AHEAD), y: one.fedBack, colour: 0, faint: true },
            { x: times(1, AHEAD), y: one.direct, colour: 3, faint: true },
          ]),
        ]),
      ],
    }));
    finding('vectorFarther', below(0.9), vector[AHEAD - 1] / single[AHEAD - 1], {
      ...{ k: AHEAD, vector: vector[AHEAD - 1].toFixed(3), single: single[AHEAD - 1].toFixed(3) },
      seeds: seeds.length,
    });

    heading('orderHeading');
    // The mean over five trainings: a single one depends much on its initial weights.
    const orders = times(1, 16).map((tau) => {
      progress(0.6 + 0.4 * (tau / 16));
      const runs = seeds.map((s) => errorsAhead(iterated(trainMlp(series, tau, s, quick ? 5 : 20)), tau + 1));
      return runs[0].map((_, k) => runs.reduce((sum, run) => sum + run[k], 0) / runs.length);
    });
    check('orderHelps', atMost(0.9), orders[15][15] / orders[0][15]);
    finding('latentHelps', below(1), rnn[15] / narrow[15], {
      seeds: seeds.length,
      rnn: rnn[15].toFixed(3),
      mlp: narrow[15].toFixed(3),
    });
    plot('orderCaption', (t) => ({
      x: { label: t('tau'), ticks: times(1, 16) },
      y: { label: t('rmse'), grid: true, zero: true },
      marks: [
        curves([
          { name: t('ahead', { k: 1 }), x: times(1, 16), y: orders.map((e) => e[0]), colour: 0 },
          { name: t('ahead', { k: 16 }), x: times(1, 16), y: orders.map((e) => e[15]), colour: 1 },
          { name: `${t('rnn')}, k = 1`, x: [1, 16], y: [rnn[0], rnn[0]], colour: 0, dashed: true },
          { name: `${t('rnn')}, k = 16`, x: [1, 16], y: [rnn[15], rnn[15]], colour: 1, dashed: true },
        ]),
      ],
    }));

    heading('paddingHeading');
    say('padding');
    const starts = ['startsAtZero', 'startsAtOne'] as const;
    const padded = starts.map((_, i) => seeds.map((s) => paddedErrors(s, i * QUARTER)));
    const errorsOf = (own: ReturnType<typeof paddedErrors>[]): number[] =>
      [own.map(({ first }) => first), own.map(({ others }) => others)].map(meanOf);
    table((t) => ({
      columns: [
        { heading: t('series') },
        { heading: t('firstFour'), number: true },
        { heading: t('others'), number: true },
      ],
      rows: starts.map((name, i) => [t(name), ...errorsOf(padded[i]).map((error) => error.toFixed(3))]),
    }));
    const [firstAtZero, othersAtZero] = errorsOf(padded[0]);
    finding('paddingFree', below(1), firstAtZero / othersAtZero, {
      first: firstAtZero.toFixed(3),
      others: othersAtZero.toFixed(3),
    });
    const [first, others] = errorsOf(padded[1]);
    check('paddingCosts', above(1.5), first / others, { seeds: seeds.length });
    say('paddingFound');
    lines('paddedRows', padded[1][0].rows);
  },
});
