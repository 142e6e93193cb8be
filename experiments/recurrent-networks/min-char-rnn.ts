// Karpathy's min-char-rnn (2015) once more, with a layer of the library; both programs against NumPy, then 100,000 chunks.
import {
  Adagrad,
  backendOf,
  clipGradValue,
  crossEntropy,
  fromData,
  Linear,
  noGrad,
  Philox,
  Recurrent,
  type RecurrentState,
  RNN,
  scope,
  useBackend,
  zeros,
} from 'unrolled';
import {
  atMost,
  below,
  between,
  colour,
  curves,
  drawGraph,
  experiment,
  MUTED,
  near,
  Plot,
  unrolled,
} from 'unrolled/reproduce';
import { CHARACTERS, EXCERPT, LOSSES } from './golden/min-char-rnn.js';
import {
  draw,
  HIDDEN,
  type InitialWeights,
  initialWeights,
  type Program,
  programByHand,
  RATE,
  STEPS,
} from './parts/min-char-rnn-by-hand.js';
import exercises from './exercises/min-char-rnn.js';
import text from './text/min-char-rnn.js';

export function programWithLayer(V: number, { Wxh, Whh, Why }: InitialWeights): Program {
  const rnn = new Recurrent(RNN, { inputSize: V, hiddenSize: HIDDEN, initialBias: { h: 0 } });
  const output = new Linear(HIDDEN, V);
  const parameters = [...rnn.parameters(), ...output.parameters()];
  const [weightX, weightH, , weightY, biasY] = parameters;
  for (const [weight, W] of [
    [weightX, Wxh],
    [weightH, Whh],
    [weightY, Why],
  ] as const) {
    weight.set(Array.from(W[0], (_, j) => W.map((row) => row[j])).flat()); // transposed: layers compute x·W
  }
  biasY.set(new Float32Array(V));

  const optimizer = new Adagrad(parameters, RATE, { initialSum: 1e-8, epsilon: 0 });
  const h = zeros([1, HIDDEN]); // carried from chunk to chunk
  return {
    reset: () => h.set(new Float32Array(HIDDEN)),
    learn: (inputs, targets) =>
      scope(() => {
        const { output: hs, state } = rnn.forward(fromData(inputs, [STEPS, 1]), { state: [{ h }] });
        const loss = crossEntropy(output.forward(hs), fromData(targets, [STEPS, 1]), { reduction: 'sum' });
        optimizer.zeroGrad();
        loss.backward();
        clipGradValue(parameters, 5);
        optimizer.step();
        h.set(state[0].h.data());
        return loss.item();
      }),
    sample: (first, length, random) =>
      noGrad(() =>
        scope(() => {
          let state: RecurrentState = [{ h }];
          let last = first;
          return Array.from({ length }, () => {
            const next = rnn.step(fromData(Int32Array.of(last), [1]), state);
            state = next.state;
            last = draw(output.forward(next.output).softmax().data(), random);
            return last;
          });
        }),
      ),
  };
}

/** Runs in 64 bits, as NumPy does by default. */
export async function inFloat64<T>(body: () => T): Promise<T> {
  const before = backendOf(zeros([1]));
  await useBackend('reference', { precision: 'float64' });
  try {
    return body();
  } finally {
    await useBackend(before);
  }
}

export function encode(source: string, characters: string): Int32Array {
  const index = new Map(Array.from(characters, (ch, i) => [ch, i]));
  return Int32Array.from(source, (ch) => index.get(ch) ?? -1);
}

/** The weights of the golden file: a linear congruential generator, here and in NumPy. */
export function goldenWeights(V: number): InitialWeights {
  let seed = 1;
  return initialWeights(V, () => {
    seed = (Math.imul(1664525, seed) + 1013904223) >>> 0;
    return 0.04 * (seed / 2 ** 32 - 0.5);
  });
}

/** Reads the chunks `from` … `iterations` − 1 of the text, which begins again where it ends. */
export function train(
  program: Program,
  tokens: Int32Array,
  iterations: number,
  each: (n: number, position: number) => void = () => undefined,
  from = 0,
) {
  const losses: number[] = [];
  const restarts: number[] = [];
  for (let n = from, p = from * STEPS; n < iterations; n++, p += STEPS) {
    if (n > 0 && p + STEPS + 1 >= tokens.length) {
      program.reset();
      restarts.push(n);
      p = 0;
    }
    each(n, p);
    losses.push(program.learn(tokens.subarray(p, p + STEPS), tokens.subarray(p + 1, p + STEPS + 1)));
  }
  return { losses, restarts };
}

/** Chunks read and smoothed loss of the NumPy program, seed 0. */
const NUMPY = [
  [20_000, 49.4],
  [100_000, 45.3],
] as const;

/** What a chunk costs who knows only how often a character comes, alone or after the one before it. */
function countedLoss(tokens: Int32Array, V: number, order: 1 | 2): number {
  const counts = new Float64Array(V * V);
  const contexts = new Float64Array(V);
  for (let i = 1; i < tokens.length; i++) {
    const context = order === 1 ? 0 : tokens[i - 1];
    counts[context * V + tokens[i]]++;
    contexts[context]++;
  }
  const nats = counts.reduce((sum, c, i) => (c === 0 ? sum : sum - c * Math.log(c / contexts[Math.floor(i / V)])), 0);
  return (STEPS * nats) / (tokens.length - 1);
}

const HELLO = unrolled(
  { cell: { name: 'h' } },
  { steps: 4, labels: { inputs: ['h', 'e', 'l', 'l'], outputs: ['e', 'l', 'l', 'o'] } },
);

export default experiment({
  name: 'min-char-rnn',
  source: 'Karpathy, min-char-rnn.py (2015)',
  needs: ['rnn-from-scratch', 'bptt-by-hand'],
  text,
  exercises,
  notations: [
    {
      book: 'x_t',
      code: 'inputs[t]',
      meaning: { en: 'the character of step t, as an index', zh: '时间步 t 的字符，用索引表示' },
    },
    {
      book: 'h_t',
      code: 'hs[t]',
      shape: '[H]',
      meaning: { en: 'the hidden state after step t', zh: '时间步 t 之后的隐状态' },
    },
    {
      book: String.raw`W_{xh},\ W_{hh},\ b_h`,
      code: 'Wxh, Whh, bh',
      shape: '[H, V], [H, H], [H]',
      meaning: { en: 'weights of input and state, bias', zh: '输入与隐状态的权重、偏置' },
    },
    {
      book: String.raw`W_{hy},\ b_y`,
      code: 'Why, by',
      shape: '[V, H], [V]',
      meaning: { en: 'weights and bias of the output', zh: '输出的权重与偏置' },
    },
    {
      book: 'p_t',
      code: 'ps[t]',
      shape: '[V]',
      meaning: { en: 'a probability for each character that may come next', zh: '下一个字符是各个字符的概率' },
    },
    {
      book: 'g,\\ m',
      code: 'g, memory',
      meaning: {
        en: 'the gradient of one weight; the sum of its squares so far (Adagrad)',
        zh: '某个权重的梯度；它到目前为止的平方和（Adagrad）',
      },
    },
  ],
  datasets: ['tinyshakespeare'],
  minutes: 1,
  code: ['parts/min-char-rnn-by-hand.ts', 'min-char-rnn.ts'],
  async run({ quick, seed, say, heading, formula, picture, plot, lines, check, progress, data }) {
    formula(
      String.raw`h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1} + b_h) \qquad p_t = \operatorname{softmax}(W_{hy} h_t + b_y) \qquad L = -\sum_{t=1}^{25} \log p_t[x_{t+1}]`,
    );
    formula(String.raw`m \leftarrow m + g^2 \qquad w \leftarrow w - \frac{0.1\, g}{\sqrt{m + 10^{-8}}}`);
    picture('helloCaption', drawGraph(HELLO));

    heading('sameHeading');
    const V = CHARACTERS.length;
    const excerpt = encode(EXCERPT, CHARACTERS);
    const chunks = quick ? 50 : LOSSES.length; // of the layer in 64 bits, which only the slow reference backend has
    const show = (n: number): void => progress(0.05 * (n / chunks));
    const hand = train(programByHand(V, goldenWeights(V)), excerpt, LOSSES.length).losses;
    const layer = await inFloat64(() => train(programWithLayer(V, goldenWeights(V)), excerpt, chunks, show).losses);
    const layer32 = train(programWithLayer(V, goldenWeights(V)), excerpt, LOSSES.length).losses;
    const apart = (losses: number[]): number[] => losses.map((loss, n) => Math.abs(loss / LOSSES[n] - 1));
    const start = STEPS * Math.log(V); // all characters are equally likely
    check('start', near(start, 0.01), hand[0], { characters: V });
    check('handSame', atMost(1e-4), Math.max(...apart(hand)), { chunks: LOSSES.length });
    check('layerSame', atMost(1e-4), Math.max(...apart(layer)), { chunks });
    check('layer32Same', atMost(1e-4), Math.max(...apart(layer32).slice(0, 4)));
    plot(
      'goldenCaption',
      (t) => ({
        x: { label: t('iteration') },
        y: { label: t('nats'), grid: true },
        marks: [
          curves([{ name: t('numpy'), y: LOSSES, colour: 5 }]),
          Plot.dot(
            hand.map((loss, n) => [n, loss]),
            { fill: colour(1), r: 1.6 },
          ),
        ],
      }),
      { chunks: LOSSES.length },
    );
    plot(
      'apartCaption',
      (t) => ({
        x: { label: t('iteration') },
        y: { label: t('relative'), type: 'log', grid: true },
        marks: [
          Plot.ruleY([1e-4], { stroke: MUTED, strokeDasharray: '2 3' }),
          curves([
            { name: t('layer32'), y: apart(layer32), colour: 1 },
            { name: t('layer64'), y: apart(layer), colour: 0 },
            { name: t('byHand'), y: apart(hand), colour: 2, dashed: true },
          ]),
        ],
      }),
      { worst: `${(100 * Math.max(...apart(layer32))).toPrecision(2)} %`, chunks: LOSSES.length },
    );

    const shakespeare = await data('tinyshakespeare');
    const tokens = encode(shakespeare, CHARACTERS);
    const [single, pairs] = [countedLoss(tokens, V, 1), countedLoss(tokens, V, 2)];
    const [trial, iterations] = quick ? [1500, 1500] : [20_000, 100_000];
    const shownAt = quick ? [0, 500, 1400] : [0, 500, 5000, 19_900, 99_900];
    heading('trainHeading', { count: iterations });
    const random = new Philox(seed);
    const samples: { seed: number; n: number; text: string }[] = [];
    const read = (program: Program, of: number, to: number, from = 0) =>
      train(
        program,
        tokens,
        to,
        (n, p) => {
          if (n % 100 !== 0) return;
          const sample = program.sample(tokens[p], 200, random);
          if (shownAt.includes(n))
            samples.push({ seed: of, n, text: sample.map((token) => CHARACTERS[token]).join('') });
          progress(0.05 + (0.9 * n) / iterations);
        },
        from,
      );
    const smoothed = (losses: number[]): number[] => {
      let average = start;
      return losses.map((loss) => (average = 0.999 * average + 0.001 * loss));
    };
    const trials = (quick ? [seed] : [seed, seed + 1, seed + 2, seed + 3]).map((own) => {
      const weights = new Philox(own);
      const program = programWithLayer(
        V,
        initialWeights(V, () => 0.01 * weights.normal()),
      );
      const { losses } = read(program, own, trial);
      return { own, program, losses, smooth: smoothed(losses) };
    });
    const best = trials.reduce((a, b) => (b.smooth[trial - 1] < a.smooth[trial - 1] ? b : a));
    const rest = read(best.program, best.own, iterations, trial);
    const smooth = smoothed([...best.losses, ...rest.losses]);
    if (quick) check('quickLoss', below(80), best.losses.slice(-200).reduce((a, b) => a + b) / 200, { n: iterations });
    else {
      for (const { own, smooth: of } of trials) check('at20000', between(47, 60), of[trial - 1], { seed: String(own) });
      check('at100000', below(48), smooth[iterations - 1], { seed: String(best.own) });
      check('beatsPairs', below(0.8 * pairs), smooth[iterations - 1], { pairs: pairs.toFixed(1) });
    }
    say('training', { single: single.toFixed(1), pairs: pairs.toFixed(1) });
    if (quick) say('oneSeed', { count: iterations });
    else say('fourSeeds', { seeds: trials.length, trial, count: iterations });
    const ticks = [...Array.from({ length: Math.ceil(iterations / 100) }, (_, i) => i * 100), iterations - 1];
    plot('lossCaption', (t) => ({
      x: { label: t('iteration') },
      y: { label: t('nats'), grid: true, domain: [40, 106] },
      marks: [
        Plot.ruleX(rest.restarts, { stroke: MUTED, strokeDasharray: '2 3' }),
        curves([
          { name: t('single'), x: [0, iterations], y: [single, single], colour: 2, dashed: true },
          { name: t('pairs'), x: [0, iterations], y: [pairs, pairs], colour: 3, dashed: true },
          ...trials.filter((one) => one !== best).map((one) => ({ y: one.smooth, colour: 5 })),
          { name: t('smoothed'), x: ticks, y: ticks.map((n) => smooth[n]), colour: 0 },
        ]),
        Plot.dot(quick ? [] : NUMPY, { fill: colour(1), r: 5 }),
      ],
    }));
    say('samples');
    for (const { seed: of, n, text: sample } of samples) {
      if (of === best.own) lines('sampleAt', sample, { n, loss: smooth[n].toFixed(1) });
    }
  },
});
