// What widely read notes on recurrent networks get wrong, each with the computation that shows it.
import { fromData, GRU, LSTM, noGrad, Philox, randn, Recurrent, rand, zeros } from 'unrolled';
import { randomBatches, sequentialBatches } from 'unrolled/data';
import { above, atLeast, atMost, below, exactly, experiment, near } from 'unrolled/reproduce';
import exercises from './exercises/errata.js';
import text from './text/errata.js';

/** s_t = U·x_t + W·s_(t−1) by gradient descent on one sequence: its weights and outputs after each epoch. */
function countOnes(x: readonly number[], target: number, epochs: number) {
  let [U, W] = [-2, 0];
  return Array.from({ length: epochs }, () => {
    const s = x.reduce<number[]>((states, value) => [...states, U * value + W * states[states.length - 1]], [0]);
    let ds = 2 * (s[x.length] - target);
    let [dU, dW] = [0, 0];
    for (let t = x.length; t > 0; t--) {
      dU += ds * x[t - 1];
      dW += ds * s[t - 1];
      ds *= W;
    }
    U -= 0.0005 * dU;
    W -= 0.0005 * dW;
    return { U, W, loss: (s[x.length] - target) ** 2 };
  });
}

/** The share of windows that begin where the same row of the batch before ended. */
function continued(
  batches: Iterable<{ x: { shape: readonly number[]; data(): ArrayLike<number> } }>,
  row: (n: number, N: number) => number,
): number {
  let before: { last: number[] } | null = null;
  let [right, all] = [0, 0];
  for (const { x } of batches) {
    const [T, N] = x.shape;
    const data = x.data();
    if (before !== null) {
      for (let n = 0; n < N; n++) {
        right += Number(data[n] === before.last[row(n, N)] + 1);
        all++;
      }
    }
    before = { last: Array.from({ length: N }, (_, n) => data[(T - 1) * N + n]) };
  }
  return right / all;
}

export default experiment({
  name: 'errata',
  source: { en: 'the five texts beside which this course was made', zh: '编写本课程时对照的五篇文字' },
  needs: ['gru', 'count-ones-scalar'],
  text,
  exercises,
  run({ seed, say, heading, formula, table, check }) {
    say('how');

    heading('powersHeading');
    say('powers', { half: (0.5 ** 10).toFixed(6), ten: (0.6 ** 10).toFixed(6), twenty: (0.6 ** 20).toExponential(2) });
    table(() => ({
      columns: ['w', 'w¹⁰', 'w²⁰'].map((name) => ({ heading: name, number: true })),
      rows: [0.5, 0.6].map((w) => [String(w), (w ** 10).toPrecision(3), (w ** 20).toPrecision(3)]),
    }));
    check('half', near(0.00097, 1e-5), 0.5 ** 10);
    check('six', near(3.656e-5, 1e-8), 0.6 ** 20);
    check('fifty', exactly(637621500), Math.floor(1.5 ** 50));

    heading('cellHeading');
    say('cell');
    formula(
      String.raw`\mathbf c_t = \mathbf f_t \odot \mathbf c_{t-1} + \mathbf i_t \odot \tilde{\mathbf c}_t, \qquad |c_t| \le |c_{t-1}| + 1`,
    );
    const T = 40;
    const open = new Recurrent(LSTM, { inputSize: 1, hiddenSize: 1, initialBias: { f: 50, i: 50, g: 50, o: 50 } });
    const { state } = noGrad(() => open.forward(zeros([T, 1, 1])));
    check('cellGrows', near(T, 0.01), state[0].c.item());
    check('stateBounded', atMost(1), state[0].h.item());

    heading('samplingHeading');
    say('sampling');
    const corpus = Int32Array.from({ length: 1000 }, (_, i) => i);
    const options = { batchSize: 4, numSteps: 5, seed };
    const sameRow = continued(sequentialBatches(corpus, options), (n) => n);
    const lastRow = continued(sequentialBatches(corpus, options), (_, N) => N - 1);
    const shuffled = continued(randomBatches(corpus, options), (n) => n);
    check('sameRow', exactly(1), sameRow);
    check('lastRow', exactly(0.25), lastRow);
    check('shuffledRow', below(0.1), shuffled);
    say('samplingRandom');

    heading('endHeading');
    say('end');
    const x = [0, 0, 0, 0, 1, 0, 1, 0, 1, 0];
    const one = countOnes(x, 3, 150).at(-1) ?? { U: NaN, W: NaN, loss: NaN };
    check('endsAt', near(-2.089, 5e-4), one.U);
    check('endsAtW', near(-0.753, 5e-4), one.W);
    check('solves', below(0.01), one.loss);

    heading('epochHeading');
    const long = countOnes([...x, ...x, ...x, ...x], 12, 40);
    const jump = long.findIndex(({ W }) => Math.abs(W) > 2);
    const lost = long.findIndex(({ U, W }) => Number.isNaN(U) && Number.isNaN(W));
    say('epoch', { jump, lost });
    check('jumpAt', exactly(24), jump);
    check('lostAt', exactly(26), lost);

    heading('meanHeading');
    say('mean');
    formula(
      String.raw`\exp\Big(-\frac1n \sum_t \ln P_t\Big) = \Big(\prod_t \frac1{P_t}\Big)^{1/n}, \qquad \text{choices } k_t = \frac1{P_t}`,
    );
    const choices = [2, 8];
    const means = {
      harmonic: 1 / ((1 / choices[0] + 1 / choices[1]) / 2),
      geometric: Math.sqrt(choices[0] * choices[1]),
      arithmetic: (choices[0] + choices[1]) / 2,
    };
    const perplexity = Math.exp(-choices.reduce((sum, k) => sum + Math.log(1 / k), 0) / choices.length);
    table((t) => ({
      columns: [{ heading: t('meanOf') }, { heading: t('value'), number: true }],
      rows: [
        ...(['harmonic', 'geometric', 'arithmetic'] as const).map((name): [string, string] => [
          t(name),
          means[name].toFixed(2),
        ]),
        [t('perplexity'), perplexity.toFixed(2)],
      ],
    }));
    check('isGeometric', near(means.geometric, 1e-12), perplexity);
    check('notHarmonic', above(0.5), perplexity - means.harmonic);

    heading('resetHeading');
    say('reset');
    const random = new Philox(seed);
    const input = randn([10, 1, 3], random);
    const starts = [zeros([1, 8]), rand([1, 8], random)];
    /** How far two runs from different states still differ at the end. */
    const remembered = (bias: { r: number; z?: number }): number => {
      const gru = new Recurrent(GRU, { inputSize: 3, hiddenSize: 8, rng: new Philox(seed, 1), initialBias: bias });
      // The gates are held by their biases alone; the bias within the product with the state is no state.
      const ends = noGrad(() => starts.map((h) => gru.forward(input, { state: [{ h }] }).state[0].h));
      return ends[0].sub(ends[1]).abs().max().item();
    };
    check('resetAlone', above(1e-4), remembered({ r: -50 }));
    check('resetAndUpdate', below(1e-6), remembered({ r: -50, z: -50 }));

    heading('reluHeading');
    say('relu');
    const bound = [0.9, 2].map((radius) => radius ** 50);
    check('reluGrows', atLeast(1e15), bound[1]);
    check('reluPasses', exactly(1), fromData([2], [1]).relu().data()[0] / 2);
  },
});
