// What the experiments on characters share: the text, the network, the training loop, prediction.
import {
  type Cell,
  cellByName,
  clipGradNorm,
  crossEntropy,
  detach,
  fromData,
  Linear,
  manualSeed,
  noGrad,
  Recurrent,
  type RecurrentState,
  scope,
  SGD,
} from 'unrolled';
import { sequentialBatches } from 'unrolled/data';
import { Corpus, type Vocabulary } from 'unrolled/text';
import {
  above,
  atLeast,
  atMost,
  curves,
  type Experimenting,
  type FigureOptions,
  MUTED,
  Plot,
  type Settings,
  type Translate,
} from 'unrolled/reproduce';
import type { SharedKey } from './text/characters.js';

/** The Time Machine in letters and spaces: the first 10,000 characters to learn, and the next 2,000, which are not learned. */
export function readBook(book: string) {
  const { tokens, vocabulary } = Corpus.fromText(book, { lettersOnly: true });
  const learned = tokens.subarray(0, 10_000);
  return { vocabulary, learned, unseen: tokens.subarray(10_000, 12_000), text: vocabulary.decode(learned).join('') };
}

/** Characters → recurrent layers → a score for each character. int32 tokens stand for one-hot vectors. */
export class CharacterNetwork {
  readonly rnn: Recurrent;
  readonly output: Linear;

  constructor(cell: Cell, vocabularySize: number, hiddenSize: number, numLayers = 1) {
    this.rnn = new Recurrent(cell, { inputSize: vocabularySize, hiddenSize, numLayers });
    this.output = new Linear(hiddenSize, vocabularySize);
  }
}

export interface Training {
  epochs: number;
  learningRate: number;
  seed: number;
  progress(done: number, text: string): void;
  /** Called before the first epoch and after each. */
  afterEpoch?(epoch: number, perplexity: number): void;
}

/** Sequential batches of 32 × 35, state carried on, SGD, gradients clipped to a norm of 1. The perplexity of each epoch. */
export function trainCharacters({ rnn, output }: CharacterNetwork, tokens: Int32Array, training: Training): number[] {
  const { epochs, learningRate, seed, progress, afterEpoch } = training;
  const parameters = [...rnn.parameters(), ...output.parameters()];
  const optimizer = new SGD(parameters, learningRate);
  const perplexities: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    let [sum, count] = [0, 0];
    scope(() => {
      let state: RecurrentState | null = null;
      for (const { x, y } of sequentialBatches(tokens, { batchSize: 32, numSteps: 35, seed, epoch })) {
        const before = state;
        state = scope(() => {
          const { output: h, state: next } = rnn.forward(x, { state: before });
          const loss = crossEntropy(output.forward(h), y);
          optimizer.zeroGrad();
          loss.backward();
          clipGradNorm(parameters, 1);
          optimizer.step();
          sum += loss.item();
          count++;
          return detach(next);
        });
      }
    });
    perplexities.push(Math.exp(sum / count));
    afterEpoch?.(epoch + 1, perplexities[epoch]);
    progress((epoch + 1) / epochs, `perplexity ${perplexities[epoch].toFixed(3)}`);
  }
  return perplexities;
}

/** The prefix, and the most probable character after it, again and again. */
export function predict(
  { rnn, output }: CharacterNetwork,
  prefix: string,
  length: number,
  vocabulary: Vocabulary,
): string {
  let state: RecurrentState | null = null;
  let tokens = vocabulary.encodeCharacters(prefix);
  let text = prefix;
  for (let i = 0; i < length; i++) {
    const [before, read] = [state, tokens];
    const next = scope(() =>
      noGrad(() => {
        const result = rnn.forward(fromData(read, [read.length, 1]), { state: before });
        const scores = Array.from(output.forward(result.output).data().slice(-vocabulary.size));
        return { state: result.state, token: scores.indexOf(Math.max(...scores)) };
      }),
    );
    state = next.state;
    tokens = Int32Array.of(next.token);
    text += vocabulary.token(next.token);
  }
  return text;
}

/** Perplexity on one text, read from its beginning to its end. */
export function perplexityOn({ rnn, output }: CharacterNetwork, tokens: Int32Array): number {
  const n = tokens.length - 1;
  return scope(() =>
    noGrad(() => {
      const scores = output.forward(rnn.forward(fromData(tokens.slice(0, n), [n, 1])).output);
      return Math.exp(crossEntropy(scores, fromData(tokens.slice(1), [n, 1])).item());
    }),
  );
}

/** After 100 characters of the learned text, at twenty places: what it says, and how much of it is right, one character after the other. */
export function recite(network: CharacterNetwork, text: string, vocabulary: Vocabulary) {
  return Array.from({ length: 20 }, (_, i) => {
    const start = 300 + 450 * i;
    const [before, after] = [text.slice(start, start + 100), text.slice(start + 100, start + 150)];
    const said = predict(network, before, 50, vocabulary).slice(100);
    const wrong = Array.from(said).findIndex((character, k) => character !== after[k]);
    return { before, said, right: wrong < 0 ? 50 : wrong };
  });
}

/** At the same places: the share of the 50 characters that are the most probable ones while the network reads the text itself. */
export function knownShare({ rnn, output }: CharacterNetwork, text: string, vocabulary: Vocabulary): number {
  const shares = Array.from({ length: 20 }, (_, i) => {
    const tokens = vocabulary.encodeCharacters(text.slice(300 + 450 * i, 300 + 450 * i + 150));
    return scope(() =>
      noGrad(() => {
        const scores = output.forward(rnn.forward(fromData(tokens.slice(0, -1), [149, 1])).output).data();
        const right = Array.from({ length: 50 }, (_, k) => {
          const row = Array.from(scores.slice((99 + k) * vocabulary.size, (100 + k) * vocabulary.size));
          return Number(row.indexOf(Math.max(...row)) === tokens[100 + k]);
        });
        return right.reduce((sum, one) => sum + one, 0) / 50;
      }),
    );
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** What can be set of a lesson on the book's first 10,000 characters. */
export function bookSettings(cell: string, { layers = 1, rate = 1 } = {}) {
  return {
    cell: {
      what: { en: 'recurrent cell', zh: '循环单元' },
      full: cell,
      choices: ['rnn', 'gru', 'lstm'],
    },
    hidden: { what: { en: 'hidden units', zh: '隐藏单元数' }, full: 256, quick: 32, most: 2048 },
    layers: { what: { en: 'layers', zh: '层数' }, full: layers, most: 8 },
    epochs: { what: { en: 'epochs', zh: '轮数' }, full: 500, quick: 25, least: 3, most: 10_000 },
    rate: { what: { en: 'learning rate', zh: '学习率' }, full: rate, least: 1e-6, most: 100, whole: false },
  } as const satisfies Settings;
}

export interface Task {
  /** The perplexity of PyTorch after as many epochs, and the most that passes here; `quick` for the short run. */
  pytorch: number;
  most: number;
  quick: number;
  /** Which share of the learned text it must know at least, character by character. */
  byHeart: number;
}

/** The task of the book: trains a network on it, checks its perplexity, draws it, and says what the network says. */
export function learnBook(context: Experimenting<SharedKey>, book: string, task: Task) {
  const { quick, seed, say, plot, lines, check, finding, progress } = context;
  const cell = cellByName(context.word('cell'));
  const [hiddenSize, numLayers, learningRate] = ['hidden', 'layers', 'rate'].map((name) => context.number(name));
  const { vocabulary, learned, unseen, text } = readBook(book);
  const epochs = context.number('epochs');
  manualSeed(seed);
  const network = new CharacterNetwork(cell, vocabulary.size, hiddenSize, numLayers);
  say('task', {
    hidden: hiddenSize,
    layers: numLayers,
    epochs,
    rate: learningRate,
    parameters: network.rnn.parameterCount(),
  });

  const said: string[] = [];
  const show = (epoch: number, perplexity: number): void => {
    for (const prefix of ['time traveller', 'traveller']) {
      said.push(
        `${String(epoch).padStart(5)}${perplexity.toFixed(2).padStart(8)}  ${predict(network, prefix, 50, vocabulary)}`,
      );
    }
  };
  const spoken = quick ? [5, epochs] : [20, 50, 100, 200, epochs];
  show(0, perplexityOn(network, unseen));
  const perplexities = trainCharacters(network, learned, {
    epochs,
    learningRate,
    seed,
    progress,
    afterEpoch: (epoch, perplexity) => spoken.includes(epoch) && show(epoch, perplexity),
  });
  // The median: the last epoch alone may be one in which a large step went wrong.
  const last = Math.min(quick ? 3 : 100, epochs);
  const end = perplexities.slice(-last).sort((a, b) => a - b)[Math.floor(last / 2)];
  check('perplexityCheck', atMost(quick ? task.quick : task.most), end, {
    last,
    pytorch: task.pytorch.toFixed(2),
    epochs,
  });
  const figure = (t: Translate<SharedKey>): FigureOptions => ({
    x: { label: t('epoch') },
    y: { label: t('perplexity'), type: 'log', grid: true, domain: [1, 35] },
    marks: [
      Plot.ruleY([vocabulary.size], { stroke: MUTED, strokeDasharray: '2 3' }),
      Plot.text([[epochs, vocabulary.size]], { text: () => t('uniform'), textAnchor: 'end', dy: -8, fill: MUTED }),
      Plot.ruleY([task.pytorch], { stroke: MUTED, strokeDasharray: '2 3' }),
      Plot.text([[1, task.pytorch]], {
        text: () => `PyTorch ${task.pytorch}`,
        textAnchor: 'start',
        dx: 6,
        dy: -8,
        fill: MUTED,
      }),
      curves([{ name: cell.name, x: perplexities.map((_, i) => i + 1), y: perplexities }]),
    ],
  });
  plot('curveCaption', figure, { epochs, hidden: hiddenSize });
  finding('inStages', atMost(1.5), end, { end: end.toFixed(2) });
  lines('saidLabel', said.join('\n'));
  if (!quick) {
    say('cold');
    const recited = recite(network, text, vocabulary);
    const shown = recited
      .slice(0, 8)
      .map(({ before, said, right }) => `${String(right).padStart(5)}  …${before.slice(-20)} | ${said}`);
    lines('recitedLabel', shown.join('\n'));
    say('recitedMean', { right: (recited.reduce((sum, { right }) => sum + right, 0) / recited.length).toFixed(1) });
    check('byHeart', atLeast(task.byHeart), knownShare(network, text, vocabulary));
    check('unseen', above(4), perplexityOn(network, unseen));
    say('overfitting', { epochs });
  }
  return { network, vocabulary, text };
}
