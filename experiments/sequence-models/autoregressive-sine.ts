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
  type Tensor,
  xavierUniform,
} from 'unrolled';
import { predictAhead, slidingWindows } from 'unrolled/data';
import { above, atLeast, atMost, below, between, curves, experiment, holds, MUTED, Plot } from 'unrolled/reproduce';
import text from './text/autoregressive-sine.js';

const T = 1000;
const TRAIN = 600; // examples
const AHEAD = 64; // the longest look ahead, in steps

/** The sine without its noise at time t = 1 … T. */
const sine = (t: number): number => Math.sin(0.01 * t);

function noisySine(seed: number): Float32Array {
  const random = new Philox(seed);
  return Float32Array.from({ length: T }, (_, i) => sine(i + 1) + 0.2 * random.normal());
}

/** A Markov model of order tau: an MLP tau–10–1 that sees the last tau values and predicts the next. */
function trainMlp(series: Float32Array, tau: number, seed: number, epochs = 5) {
  manualSeed(seed);
  const hidden = new Linear(tau, 10, { init: xavierUniform });
  const output = new Linear(10, 1, { init: xavierUniform });
  const net = (x: Tensor): Tensor => output.forward(relu(hidden.forward(x)));
  const optimizer = new Adam([...hidden.parameters(), ...output.parameters()], 0.01);

  const windows = slidingWindows(series, tau); // features [n, tau], targets [n]
  const x = fromData(windows.features.slice(0, TRAIN * tau), [TRAIN, tau]);
  const y = fromData(windows.targets.slice(0, TRAIN), [TRAIN, 1]);
  const random = new Philox(seed);
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = Int32Array.from({ length: TRAIN }, (_, i) => i);
    random.shuffle(order);
    for (let at = 0; at < TRAIN; at += 16) {
      scope(() => {
        const rows = fromData(order.subarray(at, Math.min(at + 16, TRAIN)), [Math.min(16, TRAIN - at)], {
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
  return { losses, windows, ahead: predictAhead(windows, AHEAD, next), next };
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

const deviation = (values: readonly number[]): number => {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
};

export default experiment({
  name: 'autoregressive-sine',
  source: 'Dive into Deep Learning, 9.1',
  text,
  run({ quick, seed, say, heading, formula, plot, check, progress }) {
    say('data');
    formula(
      String.raw`\hat x_t = f(x_{t-1}, \ldots, x_{t-\tau}) \qquad h_t = g(h_{t-1}, x_{t-1}),\quad \hat x_t = P(h_t)`,
    );
    const series = noisySine(seed);

    const seeds = quick ? [0, 1] : [0, 1, 2, 3, 4];
    const trained = seeds.map((s) => ({ s, ...trainMlp(noisySine(s), 4, s) }));
    for (const { s, losses } of trained) {
      check('trainLoss', between(0.045, 0.066), losses[4], { epochs: 5, seed: String(s) });
    }
    plot('lossCaption', (t) => ({
      x: { label: t('epoch'), ticks: [1, 2, 3, 4, 5] },
      y: { label: t('loss'), type: 'log', grid: true },
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
    }));

    heading('oneStepHeading');
    const mlp = trainMlp(series, 4, seed);
    const times = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
    const column = (k: number): number[] =>
      Array.from({ length: mlp.windows.count }, (_, row) => mlp.ahead[row * AHEAD + k - 1]);
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
    const errors = errorsAhead(mlp.ahead, 5);
    const at = ks.map((k) => errors[k - 1]);
    const rising = at.every((error, i) => i === 0 || error > at[i - 1]);
    check('grows', holds, rising, { errors: at.map((error) => error.toFixed(3)).join(', ') });
    plot('kStepCaption', (t) => ({
      x: { label: t('timeStep') },
      y: { label: t('value'), grid: true },
      marks: [
        curves(
          ks.map((k) => ({ name: t('ahead', { k }), x: times(4 + k, T - 3 - k), y: column(k).slice(0, T - 3 - k) })),
        ),
      ],
    }));

    say('accumulation');
    formula(String.raw`\epsilon_k = \bar\epsilon + c\,\epsilon_{k-1}`);
    const { a: own, c, r2 } = line(errors.slice(0, -1), errors.slice(1));
    say('fitted', { c: c.toFixed(3), own: own.toFixed(4) });
    check('fitGood', atLeast(0.95), r2);
    check('cPositive', above(0), c);
    const fitted = [errors[0]];
    while (fitted.length < AHEAD) fitted.push(own + c * fitted[fitted.length - 1]);
    const wide = errorsAhead(trainMlp(series, 16, seed, 20).ahead, 17);
    const rnn = errorsAhead(
      trainRnn(series, seed, quick ? 150 : 1500, (done) => progress(0.6 * done)),
      2,
    );
    plot('growthCaption', (t) => ({
      x: { label: t('stepsAhead') },
      y: { label: t('rmse'), grid: true, zero: true },
      marks: [
        curves([
          { name: t('mlp', { tau: 4 }), x: times(1, AHEAD), y: errors },
          { name: t('mlp', { tau: 16 }), x: times(1, AHEAD), y: wide },
          { name: t('rnn'), x: times(1, AHEAD), y: rnn },
          { name: t('fit'), x: times(1, AHEAD), y: fitted, colour: 0, dashed: true },
        ]),
      ],
    }));

    heading('orderHeading');
    // The mean over five trainings: a single one depends much on its initial weights.
    const orders = times(1, 16).map((tau) => {
      progress(0.6 + 0.4 * (tau / 16));
      const runs = seeds.map((s) => errorsAhead(trainMlp(series, tau, s, quick ? 5 : 20).ahead, tau + 1));
      return runs[0].map((_, k) => runs.reduce((sum, run) => sum + run[k], 0) / runs.length);
    });
    check('orderHelps', atMost(0.9), orders[15][15] / orders[0][15]);
    if (!quick) check('latentHelps', below(1), rnn[15] / errors[15]);
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
  },
});
