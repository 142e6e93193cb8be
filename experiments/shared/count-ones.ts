// What both experiments on counting share: bits, a network of one cell and a line, its training, and figures on it.
import {
  Adam,
  type Cell,
  clipGradNorm,
  fromData,
  Linear,
  manualSeed,
  mse,
  noGrad,
  Philox,
  Recurrent,
  scope,
  type Tensor,
  uniformInit,
} from 'unrolled';
import {
  above,
  atLeast,
  atMost,
  below,
  between,
  curves,
  exactly,
  type Experimenting,
  MUTED,
  Plot,
} from 'unrolled/reproduce';
import type { shared } from './text/count-ones.js';

export const HIDDEN = 20;
export const LENGTH = 20;
export const LENGTHS = [1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 50, 60];

/** `count` random sequences of bits x [length, count, 1], and how many ones each has, y [count, 1]. */
export function bits(count: number, length: number, random: Philox): { x: Tensor; y: Tensor } {
  const x = Float32Array.from({ length: length * count }, () => random.integer(2));
  const y = new Float32Array(count);
  x.forEach((bit, i) => (y[i % count] += bit));
  return { x: fromData(x, [length, count, 1]), y: fromData(y, [count, 1]) };
}

export function counter(cell: Cell, seed: number) {
  manualSeed(seed);
  const rnn = new Recurrent(cell, { inputSize: 1, hiddenSize: HIDDEN, init: uniformInit(Math.sqrt(3 / HIDDEN)) });
  const output = new Linear(HIDDEN, 1);
  return {
    rnn,
    output,
    parameters: [...rnn.parameters(), ...output.parameters()],
    /** The count, read from the last state: [N, 1]. */
    count: (x: Tensor): Tensor => output.forward(rnn.forward(x).state[0].h),
  };
}

export type Counter = ReturnType<typeof counter>;

/** The share of counts that are right when rounded; the mean error, with its sign and without. */
export function score(net: Counter, { x, y }: { x: Tensor; y: Tensor }) {
  const predicted = noGrad(() => scope(() => net.count(x).data()));
  const counts = y.data();
  const errors = Array.from(predicted, (p, i) => p - counts[i]);
  const right = errors.filter((_, i) => Math.round(predicted[i]) === counts[i]).length;
  const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
  return { accuracy: right / errors.length, bias: mean(errors), error: mean(errors.map(Math.abs)) };
}

/** How the counters are trained: ours, and the book's own. */
export const RECIPES = {
  /** Adam whose rate falls from 0.01 over 5.5 of 10 epochs, β₂ = 0.99, gradients clipped to a norm of 1. */
  ours: { rate: (done: number): number => 0.01 * Math.max(0.02, 1 - done / 0.55), beta2: 0.99, clip: 1 },
  /** Adam as it comes. */
  book: { rate: (): number => 0.001, beta2: 0.999, clip: Infinity },
} as const;

/** 10,000 sequences in batches of 10; `lengthOf` says how long those of a batch are. @returns the accuracy after each epoch */
export function train(
  net: Counter,
  epochs: number,
  seed: number,
  lengthOf: (random: Philox) => number,
  progress: (done: number) => void,
  recipe: (typeof RECIPES)[keyof typeof RECIPES] = RECIPES.ours,
) {
  const random = new Philox(seed + 1000);
  const test = bits(1000, LENGTH, random);
  const batches = Array.from({ length: 1000 }, () => bits(10, lengthOf(random), random));
  const optimizer = new Adam(net.parameters, recipe.rate(0), { beta2: recipe.beta2 });
  const accuracy: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    random.shuffle(batches);
    batches.forEach(({ x, y }, i) => {
      const done = (epoch + i / batches.length) / epochs;
      optimizer.learningRate = recipe.rate(done);
      scope(() => {
        const loss = mse(net.count(x), y);
        optimizer.zeroGrad();
        loss.backward();
        clipGradNorm(net.parameters, recipe.clip);
        optimizer.step();
      });
      if (i % 100 === 0) progress(done);
    });
    accuracy.push(score(net, test).accuracy);
  }
  return accuracy;
}

/** One sequence read to its end: each traced value [T][unit], the bits, and the network's count after each. */
export function read(net: Counter, sequence: readonly number[], names: readonly string[]) {
  return noGrad(() =>
    scope(() => {
      const x = fromData(Float32Array.from(sequence), [sequence.length, 1, 1]);
      const { output, trace } = net.rnn.forward(x, { trace: names });
      const rows = (t: Tensor): number[][] => sequence.map((_, k) => [...t.data().slice(k * HIDDEN, (k + 1) * HIDDEN)]);
      const values = Object.fromEntries(names.map((name) => [name, rows(trace[0][name])]));
      return { values, counted: [...net.output.forward(output).data()] };
    }),
  );
}

export const runningCount = (sequence: readonly number[]): number[] => {
  let sum = 0;
  return sequence.map((bit) => (sum += bit));
};

/** The part that both experiments have: accuracy by epoch, then lengths never seen. @returns networks for a closer look */
export function countOnes(
  { quick, seed, say, heading, formula, plot, check, finding, progress }: Experimenting<keyof typeof shared>,
  cell: Cell,
) {
  const seeds = quick ? [seed] : [seed, seed + 1, seed + 2];
  const epochs = quick ? 3 : 10;
  const trainings = quick ? 3 : 7;
  const runs = seeds.map((s, i) => {
    const net = counter(cell, s);
    const accuracy = train(
      net,
      epochs,
      s,
      () => LENGTH,
      (done) => progress((2 * i + done) / trainings),
    );
    const ofBook = train(
      counter(cell, s),
      epochs,
      s,
      () => LENGTH,
      (done) => progress((2 * i + 1 + done) / trainings),
      RECIPES.book,
    );
    const first = accuracy.indexOf(1) + 1;
    const values = { seed: String(s) };
    if (quick) check('quickAccuracy', atLeast(0.97), accuracy[epochs - 1], { ...values, epochs });
    else {
      check('bookAt6', atLeast(0.99), ofBook[5], values);
      check('accuracyAt6', atLeast(0.995), accuracy[5], values);
      check('firstPerfect', atMost(8), first === 0 ? Infinity : first, values);
    }
    return { seed: s, net, accuracy, ofBook };
  });
  const epochNumbers = Array.from({ length: epochs }, (_, i) => i + 1);
  say('recipes');
  plot('accuracyCaption', (t) => ({
    x: { label: t('epoch'), ticks: epochNumbers },
    y: { label: t('accuracy'), grid: true, domain: [0, 1] },
    marks: [
      curves(
        runs.flatMap((run, i) => {
          const name = t('seedNumber', { seed: String(run.seed) });
          return [
            { name, x: epochNumbers, y: run.accuracy, colour: i },
            { name: t('byBook', { name }), x: epochNumbers, y: run.ofBook, colour: i, dashed: true },
          ];
        }),
      ),
    ],
  }));

  heading('lengthsHeading');
  say('lengths');
  const mixed = counter(cell, seed);
  train(
    mixed,
    epochs,
    seed,
    (random) => 1 + random.integer(LENGTH),
    (done) => progress((trainings - 1 + done) / trainings),
  );
  const random = new Philox(seed + 2000);
  const tests = LENGTHS.map((length) => bits(1000, length, random));
  const scores = (net: Counter) => tests.map((test) => score(net, test));
  const fixed = runs.map(({ net }) => scores(net));
  const free = scores(mixed);
  const at = (length: number): number => LENGTHS.indexOf(length);
  plot('lengthAccuracyCaption', (t) => ({
    x: { label: t('length') },
    y: { label: t('accuracy'), grid: true, domain: [0, 1] },
    marks: [
      Plot.ruleX([LENGTH], { stroke: MUTED, strokeDasharray: '2 3' }),
      curves([
        ...fixed.map((list, i) => ({
          name: i === 0 ? t('length20') : undefined,
          x: LENGTHS,
          y: list.map((s) => s.accuracy),
          colour: 0,
        })),
        { name: t('lengthMixed'), x: LENGTHS, y: free.map((s) => s.accuracy), colour: 1 },
      ]),
    ],
  }));
  const beyond = Math.max(...fixed.flatMap((list) => [30, 40].map((length) => list[at(length)].accuracy)));
  if (beyond === 0) finding('noneBeyond', exactly(0), beyond);
  else finding('onlyTwenty', atMost(0.1), beyond, { share: `${(100 * beyond).toFixed(1)} %` });
  say('alpha');
  formula(String.raw`\hat y = n_1 + \alpha\,(20 - T), \qquad T = n_0 + n_1`);
  plot('lengthErrorCaption', (t) => ({
    x: { label: t('length') },
    y: { label: t('meanError'), grid: true },
    marks: [
      Plot.ruleX([LENGTH], { stroke: MUTED, strokeDasharray: '2 3' }),
      curves([
        { name: 'α = 1', x: [1, 60], y: [19, -40], colour: 2, dashed: true },
        { name: 'α = ½', x: [1, 60], y: [9.5, -20], colour: 3, dashed: true },
        { name: 'α = 0', x: [1, 60], y: [0, 0], colour: 4, dashed: true },
        ...fixed.map((list, i) => ({
          name: i === 0 ? t('length20') : undefined,
          x: LENGTHS,
          y: list.map((s) => s.bias),
          colour: 0,
        })),
        { name: t('lengthMixed'), x: LENGTHS, y: free.map((s) => s.bias), colour: 1 },
      ]),
    ],
  }));
  runs.forEach(({ seed: s }, i) => {
    const alphas = [15, 25].map((length) => fixed[i][at(length)].bias / (LENGTH - length));
    check('alphaFits', between(0.1, 1.2), (alphas[0] + alphas[1]) / 2, { seed: String(s) });
  });
  const shorter = free.filter((_, i) => LENGTHS[i] <= LENGTH).map((s) => s.accuracy);
  check('mixedShort', atLeast(quick ? 0.9 : 0.98), Math.min(...shorter));
  for (const length of [30, 40]) {
    const errors = fixed.map((list) => list[at(length)].error);
    check('mixedLonger', below(Math.min(...errors)), free[at(length)].error, {
      length,
      accuracy: free[at(length)].accuracy.toFixed(2),
    });
  }
  check('grows', above(free[at(30)].error), free[at(60)].error);

  heading('insideHeading');
  return { runs, mixed, random };
}

/** Of what was said after one 1, two, three …: the last that is right with all before it, when rounded; and the largest. */
export function countsUpTo(said: readonly number[]) {
  const wrong = said.findIndex((count, i) => Math.round(count) !== i + 1);
  return { right: wrong < 0 ? said.length : wrong, most: Math.max(...said).toFixed(1) };
}

/** Twice as long as any that was trained on. */
export const LONG = 40;

/** What a network would say after each bit of a sequence, if it ended there. */
export function running(sequence: readonly number[], nets: readonly { net: Counter; name: string; colour: number }[]) {
  const steps = sequence.map((_, i) => i + 1);
  return curves([
    ...nets.map(({ net, name, colour }) => ({ name, x: steps, y: read(net, sequence, []).counted, colour })),
    { x: steps, y: runningCount(sequence), colour: 2, dashed: true },
  ]);
}
