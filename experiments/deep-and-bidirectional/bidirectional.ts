// Dive into Deep Learning, 10.4: reading a sequence from both ends. What two directions must not be used for (predicting
// what comes next), and what they are good for (a hole in a text). Letters: T steps, N batch, V symbols.
import {
  Adam,
  clipGradNorm,
  concat,
  crossEntropy,
  Embedding,
  fromData,
  Linear,
  LSTM,
  manualSeed,
  noGrad,
  Recurrent,
  scope,
  type Tensor,
} from 'unrolled';
import { randomBatches } from 'unrolled/data';
import { Corpus } from 'unrolled/text';
import {
  above,
  atLeast,
  atMost,
  below,
  colour,
  drawGraph,
  unrolled,
  curves,
  exactly,
  experiment,
  holds,
  INK,
  Plot,
  sequential,
} from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { LETTERS } from '../shared/notations.js';
import { both as exercises } from './exercises/deep.js';
import text from './text/bidirectional.js';

const T = 35; // steps of a language model's window
const W = 64; // characters around a hole
const READINGS = ['forward', 'backward', 'both'] as const;
type Reading = (typeof READINGS)[number];
type Progress = (done: number) => void;

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const shapeOf = (t: Tensor): string => `[${t.shape.join(', ')}]`;

/** A text cut into windows, side by side: [length, N]. */
function windows(tokens: Int32Array, length: number, shift = 0): Tensor {
  const N = Math.floor((tokens.length - 1) / length);
  const token = (_: unknown, i: number): number => tokens[(i % N) * length + Math.floor(i / N) + shift];
  return fromData(Int32Array.from({ length: length * N }, token), [length, N]);
}

/** Adam over random windows of a text; x and y are [T, N], y one token later. */
function train(
  parameters: Tensor[],
  tokens: Int32Array,
  options: { numSteps: number; epochs: number; seed: number },
  lossOf: (x: Tensor, y: Tensor) => Tensor,
  progress: Progress,
) {
  const { numSteps, epochs, seed } = options;
  const optimizer = new Adam(parameters, 0.005);
  for (let epoch = 0; epoch < epochs; epoch++) {
    optimizer.learningRate = 0.005 * (1 - epoch / epochs);
    for (const { x, y, index, count } of randomBatches(tokens, { batchSize: 32, numSteps, seed, epoch })) {
      if (index % 10 === 0) progress((epoch + index / count) / epochs);
      scope(() => {
        optimizer.zeroGrad();
        lossOf(x, y).backward();
        clipGradNorm(parameters, 1);
        optimizer.step();
      });
    }
  }
}

/** A language model in one direction or, by mistake, in two: tokens [T, N] to logits [T, N, V] of the tokens that follow. */
function languageModel(
  tokens: Int32Array,
  V: number,
  bidirectional: boolean,
  size: { hiddenSize: number; epochs: number },
  seed: number,
  progress: Progress,
) {
  manualSeed(seed);
  const lstm = new Recurrent(LSTM, { inputSize: V, hiddenSize: size.hiddenSize, bidirectional });
  const output = new Linear(lstm.outputSize, V);
  const logits = (x: Tensor): Tensor => output.forward(lstm.forward(x).output);
  const parameters = [...lstm.parameters(), ...output.parameters()];
  train(parameters, tokens, { numSteps: T, epochs: size.epochs, seed }, (x, y) => crossEntropy(logits(x), y), progress);
  return logits;
}

/** Perplexity at each place of a window: exp of the mean of −log P(next token | what the model was shown). */
function perplexityByPlace(logits: (x: Tensor) => Tensor, tokens: Int32Array): number[] {
  const losses = noGrad(() => crossEntropy(logits(windows(tokens, T)), windows(tokens, T, 1), { reduction: 'none' }));
  return Array.from(losses.mean({ axis: 1 }).data(), (loss) => Math.exp(loss));
}

/** The likeliest token after all that stands so far, again and again: only the last output can be asked for what is new. */
function continued(logits: (x: Tensor) => Tensor, prefix: Int32Array, count: number): number[] {
  const tokens = [...prefix];
  for (let n = 0; n < count; n++) {
    const all = noGrad(() => logits(fromData(Int32Array.from(tokens), [tokens.length, 1])));
    const last = Array.from(all.slice(0, tokens.length - 1, tokens.length).data());
    tokens.push(last.indexOf(Math.max(...last)));
  }
  return tokens;
}

/** Tells the token at t from the state before it, after it, or both, never from one that has seen it: [T, N] to [T − 2, N, V]. */
function holeFiller(tokens: Int32Array, V: number, reading: Reading, epochs: number, seed: number, progress: Progress) {
  manualSeed(seed);
  const bidirectional = reading === 'both';
  const embedding = new Embedding(V, 32);
  // One direction gets twice the units: as many outputs, and more parameters than both directions have together.
  const lstm = new Recurrent(LSTM, {
    inputSize: 32,
    hiddenSize: bidirectional ? 64 : 128,
    bidirectional,
    reverse: reading === 'backward',
  });
  const output = new Linear(128, V);
  const parameters = [...embedding.parameters(), ...lstm.parameters(), ...output.parameters()];
  const logits = (x: Tensor): Tensor => {
    const h = lstm.forward(embedding.forward(x)).output; // [T, N, 128]; of both, 64 from the left and 64 from the right
    const before = h.slice(0, 0, x.shape[0] - 2); // h_(t−1)
    const after = h.slice(0, 2, x.shape[0]); // h_(t+1)
    if (bidirectional) return output.forward(concat([before.slice(2, 0, 64), after.slice(2, 64, 128)], 2));
    return output.forward(reading === 'forward' ? before : after);
  };
  train(
    parameters,
    tokens,
    { numSteps: W, epochs, seed },
    (x) => crossEntropy(logits(x), x.slice(0, 1, W - 1)),
    progress,
  );
  return { logits, parameters: parameters.reduce((count, p) => count + p.size, 0) };
}

/** How well holes are filled: each character of a text is one, with all others of its window to see. */
function judge(logits: (x: Tensor) => Tensor, tokens: Int32Array) {
  const x = windows(tokens, W);
  const targets = x.slice(0, 1, W - 1);
  const scores = noGrad(() => logits(x));
  const loss = noGrad(() => crossEntropy(scores, targets, { reduction: 'none' })).data(); // −log P(the right one)
  const most = noGrad(() => scores.logSoftmax().max({ axis: 2 })).data(); // log P(the likeliest one)
  const right = Array.from(loss, (l, i) => Number(l + most[i] < 1e-6));
  return { accuracy: mean(right), perplexity: Math.exp(mean(Array.from(loss))), loss, right };
}

export default experiment({
  name: 'bidirectional',
  source: d2l('10.4', '9.4', 'Schuster, Paliwal 1997'),
  needs: ['lstm'],
  text,
  exercises,
  notations: [LETTERS.forward, LETTERS.X],
  datasets: ['timemachine'],
  minutes: 1,
  async run({ quick, seed, say, heading, formula, picture, plot, table, lines, check, finding, progress, data }) {
    const corpus = Corpus.fromText(await data('timemachine'), { lettersOnly: true, lineSeparator: ' ' });
    const V = corpus.vocabulary.size;

    formula(
      String.raw`\overrightarrow{\mathbf h}_t = f(\mathbf x_t, \overrightarrow{\mathbf h}_{t-1}), \qquad \overleftarrow{\mathbf h}_t = f(\mathbf x_t, \overleftarrow{\mathbf h}_{t+1}), \qquad \mathbf h_t = [\overrightarrow{\mathbf h}_t; \overleftarrow{\mathbf h}_t] \ \text{or}\ \overrightarrow{\mathbf h}_t + \overleftarrow{\mathbf h}_t`,
    );
    picture('drawn', drawGraph(unrolled({ cell: LSTM, bidirectional: true }, { steps: 4 })));
    say('merging');
    manualSeed(seed);
    const sizes = { inputSize: V, hiddenSize: 16 };
    const concatenated = new Recurrent(LSTM, { ...sizes, bidirectional: true, merge: 'concat' });
    const summed = new Recurrent(LSTM, { ...sizes, bidirectional: true, merge: 'sum' });
    const ahead = new Recurrent(LSTM, sizes);
    const back = new Recurrent(LSTM, { ...sizes, reverse: true });
    const weights = Object.entries(concatenated.stateDict()); // the same in all four: 0.… and 0.reverse.…
    summed.loadStateDict(Object.fromEntries(weights));
    ahead.loadStateDict(Object.fromEntries(weights.filter(([name]) => !name.includes('reverse'))));
    back.loadStateDict(
      Object.fromEntries(
        weights.filter(([name]) => name.includes('reverse')).map(([name, w]) => [name.replace('.reverse', ''), w]),
      ),
    );
    const x = windows(corpus.tokens.subarray(0, 4 * T + 1), T);
    const [c, s, right, left] = noGrad(() => [concatenated, summed, ahead, back].map((rnn) => rnn.forward(x).output));
    lines(
      'shapes',
      `x         ${shapeOf(x)}\n→         ${shapeOf(right)}\n←         ${shapeOf(left)}\n[→; ←]    ${shapeOf(c)}\n→ + ←     ${shapeOf(s)}`,
    );
    const apart = (a: Tensor, b: Tensor): number => Math.max(...a.sub(b).abs().data());
    check('concatIs', atMost(1e-6), apart(c, concat([right, left], 2)));
    check('sumIs', atMost(1e-6), apart(s, right.add(left)));

    heading('costHeading');
    say('cost');
    const wide = quick ? 64 : 256;
    const window = windows(corpus.tokens.subarray(0, 32 * T + 1), T);
    const costs = [false, true].map((bidirectional) => {
      const rnn = new Recurrent(LSTM, { inputSize: V, hiddenSize: wide, bidirectional });
      const output = noGrad(() => rnn.forward(window).output);
      return { parameters: rnn.parameterCount(), kept: 2 * output.size };
    });
    table((t) => ({
      columns: [
        { heading: t('lstmOf', { hidden: wide }) },
        ...(['parameters', 'keptNumbers'] as const).map((key) => ({ heading: t(key), number: true })),
      ],
      rows: [
        ...costs.map(({ parameters, kept }, i) => [t(i === 0 ? 'oneDirection' : 'twoDirections'), parameters, kept]),
        [t('ratio'), ...(['parameters', 'kept'] as const).map((key) => (costs[1][key] / costs[0][key]).toFixed(2))],
      ],
    }));
    check('twiceParameters', exactly(2), costs[1].parameters / costs[0].parameters);
    check('twiceKept', exactly(2), costs[1].kept / costs[0].kept);
    say('costWait');

    heading('cheatHeading');
    say('cheat');
    const read = corpus.tokens.subarray(0, 10_000);
    const unread = corpus.tokens.subarray(10_000, quick ? 20_000 : 40_000);
    const size = quick ? { hiddenSize: 64, epochs: 20 } : { hiddenSize: 128, epochs: 60 };
    const seeds = quick ? [seed] : [seed, seed + 1, seed + 2];
    const models = seeds.map((one, i) =>
      [false, true].map((both) => {
        const at = (done: number): void => progress((0.5 * (i + 0.5 * Number(both) + 0.5 * done)) / seeds.length);
        const logits = languageModel(read, V, both, size, one, at);
        return { logits, read: perplexityByPlace(logits, read), unread: perplexityByPlace(logits, unread) };
      }),
    );
    /** Mean over the places (geometric, as perplexity is) where the next character stood in the input, and the last place. */
    const inside = (places: readonly number[]): number => Math.exp(mean(places.slice(0, -1).map(Math.log)));
    const last = (places: readonly number[]): number => places[T - 1];
    const over = (of: (one: (typeof models)[0][0], two: (typeof models)[0][0]) => number): number[] =>
      models.map(([one, two]) => of(one, two));
    const [copied, copiedUnread] = [over((_, two) => inside(two.read)), over((_, two) => inside(two.unread))];
    finding('triumph', atMost(1.2), Math.max(...copied, ...copiedUnread), {
      epochs: size.epochs,
      read: Math.max(...copied).toFixed(2),
      unread: Math.max(...copiedUnread).toFixed(2),
    });
    check('cheats', atMost(quick ? 1.6 : 1.1), Math.max(...copied));
    check('cheatsUnread', atMost(quick ? 1.6 : 1.2), Math.max(...copiedUnread));
    check('noPrediction', above(quick ? 5 : 4), Math.min(...over((_, two) => last(two.read))));
    check('worse', above(quick ? 0.9 : 1.5), Math.min(...over((one, two) => last(two.read) / last(one.read))));
    table((t) => ({
      columns: [
        { heading: t('perplexity') },
        ...(['readInside', 'readLast', 'unreadInside', 'unreadLast'] as const).map((key) => ({
          heading: t(key),
          number: true,
        })),
      ],
      rows: (['oneDirection', 'twoDirections'] as const).map((name, i) => [
        t(name),
        ...[inside, last].map((of) => mean(models.map((m) => of(m[i].read))).toFixed(2)),
        ...[inside, last].map((of) => mean(models.map((m) => of(m[i].unread))).toFixed(2)),
      ]),
    }));
    const places = Array.from({ length: T }, (_, i) => i + 1);
    const [[one, two]] = models;
    plot('placesCaption', (t) => ({
      x: { label: t('place') },
      y: { label: t('perplexity'), type: 'log', grid: true, domain: [0.9, 30], ticks: [1, 2, 5, 10, 20] },
      marks: [
        curves([
          { name: t('oneDirection'), x: places, y: one.unread, colour: 0 },
          { name: t('twoDirections'), x: places, y: two.unread, colour: 1 },
        ]),
        Plot.dot([two.unread[T - 1]], { x: T, y: (v: number) => v, fill: colour(1) }),
      ],
    }));
    const prefix = corpus.vocabulary.encodeCharacters('time traveller ');
    for (const [key, { logits }] of [
      ['oneContinues', one],
      ['twoContinues', two],
    ] as const)
      lines(key, corpus.vocabulary.decode(continued(logits, prefix, 60)).join(''));

    heading('holeHeading');
    say('hole');
    formula(
      String.raw`P(x_t \mid x_1, \ldots, x_{t-1}, x_{t+1}, \ldots, x_T) = \mathrm{softmax}\big(\mathbf W [\overrightarrow{\mathbf h}_{t-1}; \overleftarrow{\mathbf h}_{t+1}] + \mathbf b\big)`,
    );
    const known = corpus.tokens.subarray(0, quick ? 60_000 : 150_000);
    const held = corpus.tokens.subarray(150_000, quick ? 160_000 : undefined);
    const filled = READINGS.map((reading, r) =>
      seeds.map((one, i) => {
        const at = (done: number): void => progress(0.5 + (0.5 * (r * seeds.length + i + done)) / (3 * seeds.length));
        const { logits, parameters } = holeFiller(known, V, reading, quick ? 1 : 2, one, at);
        return { parameters, ...judge(logits, held) };
      }),
    );
    const [forward, backward, both] = filled;
    const single = [...forward, ...backward];
    check(
      'holeAccuracy',
      atLeast(quick ? 0.05 : 0.1),
      Math.min(...both.map((m) => m.accuracy)) - Math.max(...single.map((m) => m.accuracy)),
      { seeds: seeds.length },
    );
    check(
      'holePerplexity',
      below(quick ? 0.8 : 0.7),
      Math.max(...both.map((m) => m.perplexity)) / Math.min(...single.map((m) => m.perplexity)),
      { seeds: seeds.length },
    );
    table((t) => ({
      columns: [
        { heading: t('reads') },
        ...(['parameters', 'accuracy', 'perplexity'] as const).map((key) => ({ heading: t(key), number: true })),
      ],
      rows: filled.map((runs, r) => [
        t(READINGS[r]),
        runs[0].parameters,
        mean(runs.map((m) => m.accuracy)).toFixed(3),
        mean(runs.map((m) => m.perplexity)).toFixed(2),
      ]),
      strong: (row) => row === 2,
    }));
    plot('holeCaption', (t) => ({
      height: 260,
      marginRight: 110,
      x: { label: t('accuracy'), grid: true, inset: 30 },
      y: { label: t('perplexity'), grid: true, zero: true },
      marks: filled.flatMap((runs, r) => [
        Plot.dot(runs, { x: 'accuracy', y: 'perplexity', stroke: colour(r), r: 4 }),
        Plot.text(runs.slice(0, 1), {
          x: 'accuracy',
          y: 'perplexity',
          text: () => t(READINGS[r]),
          fill: colour(r),
          textAnchor: 'start',
          dx: 8,
          dy: r === 1 ? 14 : -12,
        }),
      ]),
    }));
    // One window, hole by hole: the probability that each reading gives to the character that stands there.
    const N = Math.floor((held.length - 1) / W);
    // Hole i · N + n stands at place i + 1 of window n.
    const space = corpus.vocabulary.index(' ');
    const characterAt = (hole: number, shift: number): number =>
      held[(hole % N) * W + Math.floor(hole / N) + 1 + shift];
    const isLetter = (hole: number): boolean => characterAt(hole, 0) !== space;
    /** The share of the letters beside a space on one side that are filled rightly, and of all others. */
    const beside = (runs: typeof forward, side: -1 | 1): number[] =>
      [true, false].map((atSpace) =>
        mean(
          runs.map(({ right }) =>
            mean(right.filter((_, hole) => isLetter(hole) && (characterAt(hole, side) === space) === atSpace)),
          ),
        ),
      );
    const [first, afterFirst] = beside(forward, -1);
    const [final, beforeFinal] = beside(backward, 1);
    const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
    const cells = filled.flatMap(([run], r) =>
      Array.from({ length: W - 2 }, (_, i) => ({ r, i, p: Math.exp(-run.loss[i * N + 1]) })),
    );
    plot('cellsCaption', (t) => ({
      scrolls: true,
      height: 150,
      marginLeft: 120,
      x: { axis: null },
      y: { label: null, domain: READINGS.map((reading) => t(reading)), tickSize: 0 },
      color: sequential(0, 1),
      marks: [
        Plot.cell(cells, { x: 'i', y: ({ r }) => t(READINGS[r]), fill: 'p', inset: 0.5 }),
        Plot.text(Array.from({ length: W - 2 }), {
          x: (_, i) => i,
          frameAnchor: 'top',
          dy: -12,
          fill: INK,
          text: (_, i) => corpus.vocabulary.token(held[W + 1 + i]).replace(' ', '␣'),
        }),
      ],
    }));
    finding('ends', holds, first < afterFirst && final < beforeFinal, {
      ...{ forwardFirst: percent(first), forwardOthers: percent(afterFirst) },
      ...{ backwardLast: percent(final), backwardOthers: percent(beforeFinal) },
    });
  },
});
