// Rabiner 1989: what hidden Markov models compute and learn. The casino is that of Durbin, Eddy, Krogh and Mitchison 1998,
// chapter 3; two states for letters are those of Cave and Neuwirth 1980. The recursions stand in hmm-recursions.ts.
import {
  Adam,
  type BaumWelchOptions,
  type BaumWelchResult,
  clipGradNorm,
  crossEntropy,
  defineCell,
  fromData,
  GRU,
  HiddenMarkovModel,
  Linear,
  manualSeed,
  noGrad,
  Philox,
  Recurrent,
  scope,
  tensor,
} from 'unrolled';
import { randomBatches } from 'unrolled/data';
import { cleanText } from 'unrolled/text';
import {
  above,
  atLeast,
  atMost,
  below,
  colour,
  curves,
  drawGraph,
  exactly,
  experiment,
  type Graph,
  INK,
  MUTED,
  near,
  Plot,
  SURFACE,
} from 'unrolled/reproduce';
import {
  backward,
  difference,
  enumerate,
  forward,
  largest,
  list,
  logSumExp,
  sum,
  viterbi,
} from './parts/hmm-recursions.js';
import { hmm as exercises } from './exercises/deep.js';
import text from './text/hmm.js';

const { log, exp } = Math;
const FAIR = list(6, () => 1 / 6);
const CASINO = new HiddenMarkovModel({
  initial: [2 / 3, 1 / 3], // the shares of the two dice in the long run
  transition: [
    [0.95, 0.05],
    [0.1, 0.9],
  ],
  emission: [FAIR, [0.1, 0.1, 0.1, 0.1, 0.1, 0.5]],
});

/** Parameters as one list, the fair die first: its faces, the loaded one's, fair → loaded, loaded → fair. */
function parametersOf({ emission, transition }: HiddenMarkovModel): number[] {
  const [fair, loaded] = emission[0][5] < emission[1][5] ? [0, 1] : [1, 0];
  return [...emission[fair], ...emission[loaded], transition[fair][loaded], transition[loaded][fair]];
}

/** The forward recursion as a recurrent cell: α_t is h_t. */
const ForwardCell = defineCell({
  name: 'ForwardAlgorithm',
  state: ['alpha'],
  step({ x, alpha, linear, mean }) {
    const predicted = linear('A', alpha, { bias: false });
    const joint = predicted.mul(linear('B', x, { bias: false })).named('joint');
    return { alpha: joint.div(mean(joint).mul(2)) }; // two states: their sum is twice their mean
  },
});

const SYMBOLS = ' abcdefghijklmnopqrstuvwxyz';
const show = (symbol: number): string => (symbol === 0 ? '␣' : SYMBOLS[symbol]);

/** Perplexity of the next character on `held` of a GRU with H hidden units, trained on `train`. */
function gruPerplexity(train: Int32Array, held: Int32Array, H: number, seed: number, epochs: number): number {
  manualSeed(seed);
  const rnn = new Recurrent(GRU, { inputSize: SYMBOLS.length, hiddenSize: H });
  const output = new Linear(H, SYMBOLS.length);
  const parameters = [...rnn.parameters(), ...output.parameters()];
  const optimizer = new Adam(parameters, 0.01);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { x, y } of randomBatches(train, { batchSize: 16, numSteps: 35, seed, epoch })) {
      scope(() => {
        optimizer.zeroGrad();
        crossEntropy(output.forward(rnn.forward(x).output), y).backward();
        clipGradNorm(parameters, 1);
        optimizer.step();
      });
    }
  }
  return noGrad(() => {
    const x = fromData(held.slice(0, -1), [held.length - 1, 1]);
    const y = fromData(held.slice(1), [held.length - 1, 1]);
    return exp(crossEntropy(output.forward(rnn.forward(x).output), y).item());
  });
}

/** States that follow one another, and the symbol that each emits. */
const CHAIN: Graph = {
  title: 'z_1 → z_2 → z_3 → z_4, z_t → x_t',
  nodes: [1, 2, 3, 4].flatMap((t) => [
    { name: `z${t}`, label: `z_${t}`, x: t, y: 1, kind: 'state' as const },
    { name: `x${t}`, label: `x_${t}`, x: t, y: 0, kind: 'value' as const },
  ]),
  edges: [1, 2, 3, 4].flatMap((t) => [
    ...(t < 4 ? [{ from: `z${t}`, to: `z${t + 1}`, label: 'a' }] : []),
    { from: `z${t}`, to: `x${t}`, label: 'b' },
  ]),
};

export default experiment({
  name: 'hmm',
  source: 'Rabiner 1989; Durbin, Eddy, Krogh, Mitchison 1998; Cave, Neuwirth 1980',
  needs: ['joint-probability'],
  text,
  exercises,
  notations: [
    {
      book: String.raw`\pi_i`,
      code: 'start[i]',
      meaning: { en: 'the probability that state i is the first', zh: '第一个状态是 i 的概率' },
    },
    {
      book: 'a_{ij}',
      code: 'change[i][j]',
      meaning: { en: 'the probability that state j follows state i', zh: '从状态 i 转到状态 j 的概率' },
    },
    {
      book: 'b_i(v)',
      code: 'dice[i][v]',
      meaning: { en: 'the probability that state i emits the symbol v', zh: '状态 i 产生符号 v 的概率' },
    },
    {
      book: String.raw`\alpha_t(i)`,
      code: 'forward[t][i]',
      meaning: {
        en: 'the probability of all symbols up to t, ending in state i',
        zh: '到 t 为止的全部符号，且 t 时处于状态 i 的概率',
      },
    },
    {
      book: String.raw`\beta_t(i)`,
      code: 'backward[t][i]',
      meaning: {
        en: 'the probability of all symbols after t, from state i',
        zh: 't 时处于状态 i 时，此后全部符号的概率',
      },
    },
  ],
  datasets: ['timemachine'],
  minutes: 2,
  code: ['hmm.ts', 'parts/hmm-recursions.ts'],
  async run({ quick, seed, say, heading, formula, picture, plot, table, check, progress, data }) {
    let done = 0;
    const changes: number[] = []; // of the likelihood, in every iteration of every training
    const train = (sequences: readonly Int32Array[], options: BaumWelchOptions): BaumWelchResult => {
      const fit = HiddenMarkovModel.fit(sequences, { ...options, onIteration: () => progress(done) });
      for (const { history } of fit.runs) changes.push(...history.slice(1).map((after, i) => after - history[i]));
      return fit;
    };

    heading('sumsHeading');
    say('sums');
    picture('chainCaption', drawGraph(CHAIN));
    formula(String.raw`P(x_{1:T}, z_{1:T}) = \pi_{z_1} b_{z_1}(x_1) \prod_{t=2}^{T} a_{z_{t-1} z_t}\, b_{z_t}(x_t)`);
    formula(
      String.raw`\alpha_t(j) = b_j(x_t) \sum_i \alpha_{t-1}(i)\, a_{ij}, \qquad \beta_t(i) = \sum_j a_{ij}\, b_j(x_{t+1})\, \beta_{t+1}(j)`,
    );
    formula(
      String.raw`P(x_{1:T}) = \sum_j \alpha_T(j) = \sum_j \pi_j\, b_j(x_1)\, \beta_1(j), \qquad P(z_t = i \mid x_{1:T}) = \frac{\alpha_t(i)\, \beta_t(i)}{P(x_{1:T})}`,
    );
    for (const model of [CASINO, HiddenMarkovModel.random(3, 4, new Philox(seed))]) {
      const x = model === CASINO ? [0, 2, 1, 4, 3, 0, 5, 5, 5, 5, 5, 5] : model.sample(7, new Philox(seed, 1)).symbols;
      const T = x.length;
      const paths = enumerate(model, x);
      const total = logSumExp(paths.map(({ score }) => score));
      const byForward = logSumExp(forward(model, x)[T - 1]);
      const byBackward = logSumExp(
        backward(model, x)[0].map((b, j) => b + log(model.initial[j] * model.emission[j][x[0]])),
      );
      const values = { states: model.states, steps: T, paths: paths.length };
      check('sumsAgree', atMost(1e-10), difference([byForward, byBackward], [total, total]), values);
      const best = paths.reduce((a, b) => (b.score > a.score ? b : a)).path;
      check('bestAgrees', exactly(best.join('')), viterbi(model, x).join(''), values);
    }

    heading('casinoHeading');
    say('casino');
    const T = 300;
    const { states, symbols } = CASINO.sample(T, new Philox(seed, 2));
    const alpha = forward(CASINO, symbols);
    const beta = backward(CASINO, symbols);
    const logP = logSumExp(alpha[T - 1]);
    const posterior = alpha.map(([, a], t) => exp(a + beta[t][1] - logP)); // P(loaded at t | all rolls)
    const own = CASINO.posterior(symbols).map(([, p]) => p);
    check(
      'libraryAgrees',
      atMost(1e-10),
      largest([difference(posterior, own), Math.abs(logP - CASINO.logLikelihood(symbols))]),
    );
    const best = viterbi(CASINO, symbols);
    plot('posteriorCaption', (t) => {
      const strip = (row: number, on: (i: number) => boolean, fill: string) => [
        Plot.rect(list(T, (i) => i).filter(on), {
          x1: (i) => i,
          x2: (i) => i + 1.1,
          y1: row - 0.06,
          y2: row + 0.06,
          fill,
        }),
      ];
      const names = [
        ['sixes', 1.16],
        ['truth', -0.14],
        ['viterbi', -0.32],
      ] as const;
      return {
        height: 300,
        marginLeft: 84,
        x: { label: t('roll'), domain: [0, T] },
        y: { label: t('pLoaded'), domain: [-0.4, 1.24], ticks: [0, 0.25, 0.5, 0.75, 1] },
        marks: [
          Plot.gridY([0, 0.5, 1], { stroke: MUTED, strokeOpacity: 0.3 }),
          strip(1.16, (i) => symbols[i] === 5, INK),
          strip(-0.14, (i) => states[i] === 1, colour(1)),
          strip(-0.32, (i) => best[i] === 1, colour(2)),
          Plot.text(names, { x: 0, y: (n) => n[1], text: (n) => t(n[0]), textAnchor: 'end', dx: -8, fill: MUTED }),
          curves([{ x: list(T, (i) => i + 0.5), y: posterior, colour: 0 }]),
        ],
      };
    });
    // How often each way to guess the die is right, over ten sequences.
    const right = { majority: 0, single: 0, viterbi: 0, posterior: 0 };
    const rolls = quick ? 3000 : 10_000;
    for (let n = 0; n < 10; n++) {
      const { states: z, symbols: x } = CASINO.sample(rolls / 10, new Philox(seed, 10 + n));
      const { path } = CASINO.viterbi(x);
      const gamma = CASINO.posterior(x);
      z.forEach((die, t) => {
        right.majority += Number(die === 0) / rolls;
        right.single += Number(die === Number(x[t] === 5)) / rolls; // a six by itself is more often loaded: ⅓·½ > ⅔·⅙
        right.viterbi += Number(die === path[t]) / rolls;
        right.posterior += Number(die === Number(gamma[t][1] > 0.5)) / rolls;
      });
    }
    table((t) => ({
      columns: [{ heading: t('decoder') }, { heading: t('accuracy'), number: true }],
      rows: (['majority', 'single', 'viterbi', 'posterior'] as const).map((key) => [
        t(`${key}Guess`),
        right[key].toFixed(3),
      ]),
    }));
    check('viterbiBeats', above(0.03), right.viterbi - Math.max(right.majority, right.single), { rolls });
    check('posteriorBeats', atLeast(-0.002), right.posterior - right.viterbi, { rolls });

    heading('learnHeading');
    const truth = parametersOf(CASINO);
    const size = quick ? 3000 : 20_000;
    const seeds = quick ? [0, 1] : [0, 1, 2, 3, 4];
    const tolerance = quick ? 0.12 : 0.05;
    say('learn', {
      rolls: size,
      seeds: seeds.length,
      error: Math.sqrt(0.25 / (size / 3)).toFixed(3),
      tolerance: String(tolerance),
    });
    formula(
      String.raw`a_{ij} \leftarrow \frac{\sum_t P(z_t = i, z_{t+1} = j \mid x)}{\sum_t P(z_t = i \mid x)}, \qquad b_i(v) \leftarrow \frac{\sum_{t:\, x_t = v} P(z_t = i \mid x)}{\sum_t P(z_t = i \mid x)}`,
    );
    const learned = seeds.map((s) => {
      done = 0.4 * (s / seeds.length);
      const sequences = list(10, (n) => CASINO.sample(size / 10, new Philox(s, 100 + n)).symbols);
      const options = { states: 2, symbols: 6, restarts: 3, seed: s, iterations: quick ? 150 : 400, tolerance: 1e-6 };
      const { model, logLikelihood } = train(sequences, options);
      return { model, gain: logLikelihood - sum(sequences.map((x) => CASINO.logLikelihood(x))) };
    });
    learned.forEach(({ model }, i) => {
      const values = { seed: String(seeds[i]), rolls: size };
      check('recovered', atMost(tolerance), difference(parametersOf(model), truth), values);
    });
    check('likelier', above(0), Math.min(...learned.map(({ gain }) => gain)), { seeds: seeds.length });
    const names = [...list(6, (v) => `F ${v + 1}`), ...list(6, (v) => `L ${v + 1}`), 'F → L', 'L → F'];
    const circles = learned.flatMap(({ model }) => parametersOf(model).map((p, i) => ({ name: names[i], p })));
    plot(
      'recoveredCaption',
      (t) => ({
        x: { label: t('parameter'), domain: names },
        y: { label: t('probability'), grid: true, domain: [0, 0.6] },
        marks: [
          Plot.tickY(names, { x: (name) => name, y: (_, i) => truth[i], stroke: INK, strokeWidth: 2 }),
          Plot.dot(circles, { x: 'name', y: 'p', r: 3.5, stroke: colour(1) }),
        ],
      }),
      { rolls: size, seeds: seeds.length },
    );

    heading('lettersHeading');
    say('letters');
    const book = cleanText(await data('timemachine'), { lettersOnly: true, lineSeparator: ' ' });
    const chars = Int32Array.from(book, (char) => SYMBOLS.indexOf(char)).filter((symbol) => symbol >= 0);
    const piece = chars.subarray(0, quick ? 4000 : 15_000);
    const settings = { states: 2, symbols: SYMBOLS.length, seed, tolerance: 1e-5 };
    const fit = train([piece], { ...settings, restarts: quick ? 6 : 8, iterations: quick ? 60 : 150 });
    // The share of each letter's occurrences that came from each state; the state with the most of a, e, i, o, u is V.
    const gamma = fit.model.posterior(piece);
    const shares = list(SYMBOLS.length, () => [0, 0]);
    gamma.forEach((row, t) => row.forEach((p, k) => (shares[piece[t]][k] += p)));
    const among = (letters: string, k: number): number => sum([...letters].map((l) => shares[SYMBOLS.indexOf(l)][k]));
    const V = among('aeiou', 0) > among('aeiou', 1) ? 0 : 1;
    const share = shares.map((counts) => counts[V] / (sum(counts) || 1));
    const inV = [...SYMBOLS].filter((_, i) => share[i] > 0.5).join('');
    check('vowels', exactly('aeiou'), [...'aeiou'].filter((l) => inV.includes(l)).join(''));
    check('consonants', atLeast(quick ? 16 : 18), [...'bcdfghjklmnpqrstvwxz'].filter((l) => !inV.includes(l)).length);
    const order = list(SYMBOLS.length, (i) => i).sort((a, b) => share[b] - share[a]);
    plot('lettersCaption', (t) => ({
      height: 470,
      marginLeft: 40,
      x: { label: t('emission'), tickFormat: (p: number) => String(Math.abs(p)), grid: true },
      y: { label: null, domain: order.map(show), tickSize: 0 },
      marks: [
        Plot.barX(order, { y: show, x: (i) => fit.model.emission[V][i], fill: colour(1) }),
        Plot.barX(order, { y: show, x: (i) => -fit.model.emission[1 - V][i], fill: colour(0) }),
        Plot.ruleX([0], { stroke: INK }),
        Plot.text(
          [
            [0.1, 'z', t('oneState')],
            [-0.1, 'e', t('otherState')],
          ],
          { x: '0', y: '1', text: '2', fontWeight: 500 },
        ),
      ],
    }));
    say('lettersFound', {
      stay: fit.model.transition[V][V].toFixed(2),
      leave: fit.model.transition[1 - V][V].toFixed(2),
      letters: [...inV].map((l) => (l === ' ' ? '␣' : l)).join(' '),
    });
    const shown = fit.model.viterbi(piece).path.slice(0, 72);
    plot(
      'decodedCaption',
      () => ({
        scrolls: true,
        height: 62,
        marginTop: 10,
        marginBottom: 10,
        marginLeft: 10,
        x: { axis: null },
        marks: [
          Plot.cell(shown, { x: (_, i) => i, fill: (state: number) => colour(state === V ? 1 : 0), inset: 0.3 }),
          Plot.text(shown, { x: (_, i) => i, text: (_, i) => show(piece[i]), fill: SURFACE, fontWeight: 600 }),
        ],
      }),
      { count: shown.length, vowels: shown.filter((state) => state === V).length },
    );
    plot(
      'restartsCaption',
      (t) => ({
        x: { label: t('iteration') },
        y: { label: t('logPerLetter'), grid: true },
        marks: [
          curves(
            fit.runs.map(({ history, logLikelihood }) => {
              const best = logLikelihood === fit.logLikelihood;
              return {
                ...(best ? { name: t('kept') } : {}),
                x: history.map((_, i) => i).slice(2),
                y: history.map((v) => v / piece.length).slice(2),
                colour: best ? 1 : 0,
              };
            }),
          ),
        ],
      }),
      { restarts: fit.runs.length },
    );

    heading('rnnHeading');
    say('rnn');
    formula(
      String.raw`\boldsymbol\alpha_t = \frac{(\mathbf{A}^\top \boldsymbol\alpha_{t-1}) \odot \mathbf{b}(x_t)}{c_t}, \qquad c_t = \sum_j \big[(\mathbf{A}^\top \boldsymbol\alpha_{t-1}) \odot \mathbf{b}(x_t)\big]_j = P(x_t \mid x_{1:t-1}), \qquad \log P(x_{1:T}) = \sum_t \log c_t`,
    );
    const rnn = new Recurrent(ForwardCell, { inputSize: 6, hiddenSize: 2 });
    rnn.loadStateDict({
      '0.weight_alpha': { shape: [2, 2], data: CASINO.transition.flatMap((row) => [...row]) },
      '0.weight_x': { shape: [6, 2], data: list(6, (v) => CASINO.emission.map((row) => row[v])).flat() },
    });
    const run = noGrad(() =>
      rnn.forward(fromData(symbols, [T, 1]), { state: [{ alpha: tensor([[2 / 3, 1 / 3]]) }], trace: ['joint'] }),
    );
    const filtered = alpha.map(([fair, loaded]) => exp(loaded - logSumExp([fair, loaded]))); // P(loaded at t | rolls up to t)
    const state = run.output.data();
    check('cellAgrees', atMost(1e-5), largest(filtered.map((p, t) => Math.abs(p - state[2 * t + 1]))));
    const joint = run.trace[0].joint.data();
    check('cellLikelihood', near(0, 1e-5), sum(list(T, (t) => log(joint[2 * t] + joint[2 * t + 1]))) / logP - 1);
    say('rnnMore');
    const early = chars.subarray(0, quick ? 8000 : 30_000);
    const later = chars.subarray(early.length, early.length + 10_000);
    const widths = quick ? [1, 8] : [1, 2, 4, 8, 16];
    const compared = widths.map((K, i) => {
      done = 0.6 + 0.4 * (i / widths.length);
      const { model } = train([early], {
        ...settings,
        states: K,
        restarts: quick || K === 1 ? 1 : 2,
        iterations: quick ? 20 : 80,
      });
      const hmm = exp(-model.logLikelihood(later) / later.length);
      return { hmm, gru: gruPerplexity(early, later, K, seed, quick ? 20 : 25) };
    });
    check('neverFalls', atLeast(-1e-7), Math.min(...changes), { count: changes.length });
    const { hmm, gru } = compared[widths.length - 1];
    const values = { size: widths[widths.length - 1], hmm: hmm.toFixed(2), gru: gru.toFixed(2) };
    check('gruBeats', below(1), gru / hmm, values);
    plot('widthsCaption', (t) => ({
      x: { label: t('stateSize'), type: 'log', base: 2, ticks: widths },
      y: { label: t('perplexity'), grid: true },
      marks: [
        curves([
          { name: t('hmmName'), x: widths, y: compared.map(({ hmm }) => hmm), colour: 0 },
          { name: 'GRU', x: widths, y: compared.map(({ gru }) => gru), colour: 1 },
        ]),
        Plot.dot(
          widths.flatMap((K, i) => [
            [K, compared[i].hmm, 0],
            [K, compared[i].gru, 1],
          ]),
          { x: '0', y: '1', fill: (d) => colour(d[2]) },
        ),
      ],
    }));
  },
});
