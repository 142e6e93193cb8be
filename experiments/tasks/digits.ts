// One picture, one digit: a single layer on all pixels, and networks that read the picture row by row.
import {
  Adam,
  backward,
  clipGradNorm,
  crossEntropy,
  fromData,
  GRU,
  Linear,
  LSTM,
  manualSeed,
  noGrad,
  orthogonal,
  Philox,
  Recurrent,
  RNN,
  scope,
  type Tensor,
} from 'unrolled';
import { readIdx } from 'unrolled/records';
import {
  above,
  atLeast,
  below,
  curves,
  experiment,
  type FigureOptions,
  INK,
  Plot,
  sequential,
  type Translate,
} from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { digits as exercises } from './exercises/classifying.js';
import text from './text/digits.js';

const SIDE = 28;
const CLASSES = 10;
const BATCH = 64;
const RATE = 2e-3;
/** Misread digits beside each other: their labels need room on a phone. */
const ACROSS = 4;

/** Pictures [N, rows, columns] from 0 to 1, and what they show. */
interface Digits {
  pixels: Float32Array;
  labels: Int32Array;
}

/** What becomes of the pictures with these numbers: scores [N, 10] after each row that was read; one entry where all is read at once. */
interface Reader {
  name: string;
  parameters: Tensor[];
  scores(digits: Digits, picked: Int32Array): Tensor[];
}

/** All pixels at once: softmax regression. */
function linearReader(name: string): Reader {
  const layer = new Linear(SIDE * SIDE, CLASSES);
  return {
    name,
    parameters: layer.parameters(),
    scores: ({ pixels }, picked) => {
      const rows = Float32Array.from({ length: picked.length * SIDE * SIDE }, (_, i) => {
        return pixels[picked[Math.floor(i / SIDE / SIDE)] * SIDE * SIDE + (i % (SIDE * SIDE))];
      });
      return [layer.forward(fromData(rows, [picked.length, SIDE * SIDE]))];
    },
  };
}

/** A row of pixels at each time step; the state after the last one is read out, those before it too where `all`. */
function rowReader(name: string, cell: typeof GRU, hiddenSize: number): Reader & { all: boolean } {
  // Rows that keep what they hold: a simple RNN forgets the top of the picture otherwise.
  const rnn = new Recurrent(cell, { inputSize: SIDE, hiddenSize, recurrentInit: orthogonal });
  const decoder = new Linear(hiddenSize, CLASSES);
  return {
    name,
    all: false,
    parameters: [...rnn.parameters(), ...decoder.parameters()],
    scores({ pixels }, picked) {
      const N = picked.length;
      const steps = new Float32Array(SIDE * N * SIDE); // [T, N, 28]
      picked.forEach((which, n) => {
        for (let t = 0; t < SIDE; t++) {
          const from = (which * SIDE + t) * SIDE;
          steps.set(pixels.subarray(from, from + SIDE), (t * N + n) * SIDE);
        }
      });
      const { output } = rnn.forward(fromData(steps, [SIDE, N, SIDE]));
      const at = (t: number): Tensor => decoder.forward(output.slice(0, t, t + 1).reshape([N, hiddenSize]));
      return this.all ? Array.from({ length: SIDE }, (_, t) => at(t)) : [at(SIDE - 1)];
    },
  };
}

const argmax = (scores: ArrayLike<number>, n: number): number => {
  let best = 0;
  for (let k = 1; k < CLASSES; k++) if (scores[n * CLASSES + k] > scores[n * CLASSES + best]) best = k;
  return best;
};

/** The digit that is read in each picture, after each row. */
function read(reader: Reader, digits: Digits): Int32Array[] {
  const all = Int32Array.from(digits.labels, (_, i) => i);
  const answers: Int32Array[] = [];
  for (let from = 0; from < all.length; from += 250) {
    scope(() => {
      const picked = all.subarray(from, from + 250);
      noGrad(() => reader.scores(digits, picked)).forEach((scores, t) => {
        answers[t] ??= new Int32Array(all.length);
        const data = scores.data();
        picked.forEach((which, n) => (answers[t][which] = argmax(data, n)));
      });
    });
  }
  return answers;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const accuracy = (answers: Int32Array, { labels }: Digits): number =>
  answers.reduce((sum, answer, i) => sum + Number(answer === labels[i]), 0) / labels.length;

export default experiment({
  name: 'digits',
  source: d2l('4.4', '3.6', 'LeCun, Cortes and Burges, MNIST (1998)'),
  needs: ['five-shapes', 'lstm'],
  text,
  exercises,
  datasets: ['mnist-t10k'],
  minutes: 2,
  async run({ quick, seed, say, heading, formula, plot, table, check, finding, progress, files }) {
    const [images, names] = (await files('mnist-t10k')).map(({ name, bytes }) => readIdx(bytes, name));
    const count = quick ? 2000 : images.shape[0];
    const held = count / 5;
    const order = Int32Array.from({ length: count }, (_, i) => i);
    new Philox(seed).shuffle(order);
    const part = (from: number, to: number): Digits => ({
      pixels: Float32Array.from(
        { length: (to - from) * SIDE * SIDE },
        (_, i) => images.data[order[from + Math.floor(i / SIDE / SIDE)] * SIDE * SIDE + (i % (SIDE * SIDE))] / 255,
      ),
      labels: Int32Array.from(order.subarray(from, to), (i) => names.data[i]),
    });
    const [test, training] = [part(0, held), part(held, count)];
    say('data', { count, training: count - held, test: held });

    const counts = new Int32Array(CLASSES);
    training.labels.forEach((label) => counts[label]++);
    const most = counts.indexOf(Math.max(...counts));
    const majority = accuracy(
      test.labels.map(() => most),
      test,
    );

    heading('readersHeading');
    say('readers');
    formula(
      String.raw`\mathbf h_t = f(\text{row } t,\ \mathbf h_{t-1}), \qquad \hat y = \operatorname{softmax}(\mathbf h_{28} W + \mathbf b)`,
    );
    manualSeed(seed);
    const H = quick ? 32 : 128;
    const rows = [rowReader('RNN', RNN, H), rowReader('GRU', GRU, H), rowReader('LSTM', LSTM, H)];
    const readers: Reader[] = [linearReader('Linear'), ...rows];
    const epochs = quick ? 6 : 20;
    const steps = Math.floor(training.labels.length / BATCH);
    const history = readers.map((reader, r) => {
      const optimizer = new Adam(reader.parameters, RATE);
      const by: number[] = [];
      for (let epoch = 0; epoch < epochs; epoch++) {
        const random = new Philox(seed, epoch + 1);
        const order = Int32Array.from(training.labels, (_, i) => i);
        random.shuffle(order);
        for (let step = 0; step < steps; step++) {
          optimizer.learningRate = (RATE / 2) * (1 + Math.cos((Math.PI * (epoch + step / steps)) / epochs));
          scope(() => {
            const picked = order.subarray(step * BATCH, (step + 1) * BATCH);
            const labels = Int32Array.from(picked, (i) => training.labels[i]);
            const [scores] = reader.scores(training, picked);
            optimizer.zeroGrad();
            backward(crossEntropy(scores, fromData(labels, [BATCH])));
            clipGradNorm(reader.parameters, 1);
            optimizer.step();
          });
        }
        by.push(accuracy(read(reader, test)[0], test));
        progress(
          (r + (epoch + 1) / epochs) / readers.length,
          `${reader.name}: ${(100 * (by.at(-1) ?? 0)).toFixed(1)} %`,
        );
      }
      return by;
    });
    const last = history.map((by) => by[epochs - 1]);
    check('linear', above(majority + 0.3), last[0]);
    rows.forEach(({ name }, i) => check('byRows', atLeast(quick ? 0.3 : 0.95), last[i + 1], { name }));
    table((t) => ({
      columns: [
        { heading: t('reader') },
        { heading: t('parameters'), number: true },
        { heading: t('accuracy'), number: true },
      ],
      rows: [
        [t('majority', { digit: most }), '', percent(majority)],
        ...readers.map(({ name, parameters }, i) => [
          name,
          parameters.reduce((sum, p) => sum + p.size, 0),
          percent(last[i]),
        ]),
      ],
    }));
    const worst = Math.min(...last.slice(1));
    finding('betterThanLinear', above(last[0]), worst, { epochs, worst: percent(worst), linear: percent(last[0]) });
    plot('learningCaption', (t) => ({
      x: { label: t('epoch') },
      y: {
        label: t('errorShare'),
        type: 'log',
        grid: true,
        tickFormat: (v: number) => `${Math.round(1000 * v) / 10} %`,
      },
      marks: [
        curves(
          readers.map(({ name }, i) => ({ name, x: history[i].map((_, e) => e + 1), y: history[i].map((a) => 1 - a) })),
        ),
      ],
    }));

    heading('soonHeading');
    say('soon');
    for (const reader of rows) reader.all = true;
    const answers = rows.map((reader) => read(reader, test));
    const soon = answers.map((each) => each.map((answer) => accuracy(answer, test)));
    check('lastRow', below(1e-9), Math.max(...soon.map((by, i) => Math.abs(by[SIDE - 1] - last[i + 1]))));
    check('topOnly', below(0.5), soon[2][6]);
    plot('soonCaption', (t) => ({
      x: { label: t('rowsRead') },
      y: { label: t('accuracy'), grid: true, domain: [0, 100], percent: true },
      marks: [curves(soon.map((y, i) => ({ name: rows[i].name, x: y.map((_, row) => row + 1), y })))],
    }));
    const often = soon[2].findIndex((share) => share > 0.5) + 1; // 0: never
    finding('lateToKnow', atLeast(14), often, { row: often, rows: SIDE });

    heading('wrongHeading');
    const final = answers[2][SIDE - 1];
    const wrong = Array.from(test.labels.keys())
      .filter((i) => final[i] !== test.labels[i])
      .slice(0, 12);
    const dots = wrong.flatMap((which, place) =>
      Array.from({ length: SIDE * SIDE }, (_, i) => ({
        x: i % SIDE,
        y: Math.floor(i / SIDE),
        ink: test.pixels[which * SIDE * SIDE + i],
        column: place % ACROSS,
        row: Math.floor(place / ACROSS),
      })).filter(({ ink }) => ink > 0.05),
    );
    const wrongFigure = (t: Translate<'readAs'>): FigureOptions => ({
      height: 430,
      aspectRatio: 1,
      axis: null,
      color: sequential(0, 1),
      x: { domain: [-1, SIDE] },
      y: { domain: [SIDE, -8] },
      fx: { padding: 0.1 },
      marks: [
        Plot.rect(dots, {
          x1: 'x',
          x2: (d: { x: number }) => d.x + 1,
          y1: 'y',
          y2: (d: { y: number }) => d.y + 1,
          fx: 'column',
          fy: 'row',
          fill: 'ink',
        }),
        Plot.text(wrong, {
          x: SIDE / 2,
          y: -4,
          fx: (_: number, i: number) => i % ACROSS,
          fy: (_: number, i: number) => Math.floor(i / ACROSS),
          text: (which: number) => t('readAs', { is: test.labels[which], read: final[which] }),
          fill: INK,
        }),
      ],
    });
    plot('wrongCaption', wrongFigure, { count: wrong.length });
  },
});
