// Dive into Deep Learning, 9.3 (8.3 in older editions): a long sequence as minibatches, by random and by sequential sampling.
import { detach, fromData, manualSeed, noGrad, Philox, Recurrent, type RecurrentState, RNN, zeros } from 'unrolled';
import { randomBatches, sequentialBatches } from 'unrolled/data';
import {
  above,
  atMost,
  below,
  colour,
  curves,
  exactly,
  experiment,
  holds,
  INK,
  MUTED,
  Plot,
  SURFACE,
} from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { sampling as exercises } from './exercises/text.js';
import text from './text/sampling.js';

const LENGTH = 35; // the sequence 0, 1, 2, …, 34: each token is its own place
const N = 2; // rows of a minibatch
const T = 5; // time steps of each row

/** One epoch: where the windows start, `batches[b][n]` for row n of minibatch b. */
interface Epoch {
  offset: number;
  batches: number[][];
}

/** Random sampling: cut into pieces of T tokens from a random offset on, take the pieces in random order. */
function randomSampling(random: Philox, offset = random.integer(T)): Epoch {
  const pieces = Math.floor((LENGTH - offset - 1) / T); // − 1: the last target must exist too
  const starts = Int32Array.from({ length: pieces }, (_, i) => offset + i * T);
  random.shuffle(starts);
  const batches: number[][] = [];
  for (let i = 0; i + N <= pieces; i += N) batches.push([...starts.subarray(i, i + N)]);
  return { offset, batches };
}

/** Sequential sampling: cut into N rows from a random offset on, go along all rows together, T tokens at a time. */
function sequentialSampling(random: Philox, offset = random.integer(T + 1)): Epoch {
  const rowLength = Math.floor((LENGTH - offset - 1) / N);
  const batches: number[][] = [];
  for (let along = 0; along + T <= rowLength; along += T) {
    batches.push(Array.from({ length: N }, (_, n) => offset + n * rowLength + along));
  }
  return { offset, batches };
}

const SAMPLINGS = { random: randomSampling, sequential: sequentialSampling };
type Sampling = keyof typeof SAMPLINGS;

/** The inputs of a window that starts at s; the targets are the same one token later. */
const inputs = (s: number): number[] => Array.from({ length: T }, (_, t) => s + t);
const targets = (s: number): number[] => inputs(s + 1);

/** The lanes of the picture: a line for each minibatch, in the order of training, epochs below one another. */
function lanes(epochs: readonly Epoch[]) {
  let y = 0;
  return epochs.flatMap(({ offset, batches }, e) => {
    y += 0.75;
    return batches.map((starts, b) => ({ starts, offset, epoch: e + 1, batch: b + 1, y: y++ }));
  });
}

export default experiment({
  name: 'sampling',
  source: d2l('9.3', '8.3.4'),
  needs: ['text-preprocessing'],
  text,
  exercises,
  run({ quick, seed, say, heading, formula, plot, lines, check }) {
    const random = new Philox(seed);

    heading('pairHeading');
    say('pair');
    formula(String.raw`X = (x_{s}, \ldots, x_{s+T-1}) \qquad Y = (x_{s+1}, \ldots, x_{s+T})`);
    const first = 3;
    plot('pairCaption', (t) => ({
      scrolls: true,
      height: 150,
      marginLeft: 64,
      marginTop: 6,
      marginBottom: 6,
      x: { axis: null, domain: [0, LENGTH] },
      y: { axis: null, domain: [-0.1, 3], reverse: true },
      marks: [
        cells(Array.from({ length: LENGTH }, (_, i) => ({ x: i, y: 1.1, label: i, fill: MUTED, strength: 0.1 }))),
        cells(inputs(first).map((label, i) => ({ x: first + i, y: 0, label, fill: colour(0), strength: 1 }))),
        cells(targets(first).map((label, i) => ({ x: first + i + 1, y: 2.2, label, fill: colour(1), strength: 1 }))),
        Plot.text(
          [
            { x: first, y: 0, label: t('inputX') },
            { x: first, y: 2.2, label: t('targetY') },
          ],
          { x: 'x', y: (d: { y: number }) => d.y + 0.3, text: 'label', textAnchor: 'end', dx: -6, fill: INK },
        ),
        Plot.text([t('sequence')], { x: 0, y: 1.4, text: (d: string) => d, textAnchor: 'end', dx: -6, fill: MUTED }),
      ],
    }));

    for (const sampling of ['random', 'sequential'] as const) {
      heading(sampling);
      say(`${sampling}How`);
      const epochs = [SAMPLINGS[sampling](random), SAMPLINGS[sampling](random)];
      while (epochs[1].offset === epochs[0].offset) epochs[1] = SAMPLINGS[sampling](random); // two different ones to look at
      const all = lanes(epochs);
      plot(`${sampling}Caption`, (t) => ({
        scrolls: true,
        height: 70 * epochs.reduce((count, { batches }) => count + batches.length, 0) * 0.62 + 70,
        marginLeft: 124,
        marginTop: 4,
        marginBottom: 4,
        x: { axis: null, domain: [0, LENGTH] },
        y: { axis: null, domain: [-0.1, all[all.length - 1].y + 0.75], reverse: true },
        marks: [
          cells(
            all.flatMap(({ starts, y, offset }) =>
              Array.from({ length: LENGTH }, (_, i) => {
                const row = starts.findIndex((s) => i >= s && i < s + T);
                if (row >= 0) return { x: i, y, label: i, fill: colour(row), strength: 1 };
                return { x: i, y, label: i, fill: i < offset ? colour(3) : MUTED, strength: i < offset ? 0.35 : 0.1 };
              }),
            ),
          ),
          // Where a state begins at zero, and where it is handed on.
          ...states(sampling, all),
          Plot.text(all, {
            x: 0,
            y: (lane) => lane.y + 0.3,
            text: (lane) => t('batchNumber', { b: lane.batch }),
            textAnchor: 'end',
            dx: -10,
            fill: INK,
          }),
          Plot.text(
            all.filter((lane) => lane.batch === 1),
            {
              x: 0,
              y: (lane) => lane.y - 0.3,
              text: (lane) => t('epochOffset', { e: lane.epoch, offset: lane.offset }),
              textAnchor: 'end',
              dx: -10,
              fill: colour(3),
              fontWeight: 600,
            },
          ),
        ],
      }));
      const starts = epochs[0].batches[0];
      const printed = (of: (s: number) => number[]): string =>
        starts
          .map((s) =>
            of(s)
              .map((token) => String(token).padStart(2))
              .join(' '),
          )
          .join('\n   ');
      lines('printed', `X: ${printed(inputs)}\nY: ${printed(targets)}`);
    }

    heading('rulesHeading');
    say('rules');
    const count = quick ? 200 : 2000;
    const epochs = (sampling: Sampling): Epoch[] => Array.from({ length: count }, () => SAMPLINGS[sampling](random));
    const drawn = { random: epochs('random'), sequential: epochs('sequential') };
    for (const sampling of ['random', 'sequential'] as const) {
      // The pairs as the library makes them, over as many epochs: tensors [T, N] of tokens, here of places.
      const batchesOf = sampling === 'random' ? randomBatches : sequentialBatches;
      const tokens = Int32Array.from({ length: LENGTH }, (_, i) => i);
      let shifted = true;
      let once = true;
      const offsets = new Set<number>();
      for (let epoch = 0; epoch < count; epoch++) {
        const seen = new Set<number>();
        let used = 0;
        for (const { x, y } of batchesOf(tokens, { batchSize: N, numSteps: T, seed, epoch })) {
          const after = y.data();
          x.data().forEach((token, i) => {
            shifted &&= after[i] === token + 1;
            seen.add(token);
            used++;
          });
        }
        once &&= seen.size === used;
        offsets.add(sampling === 'random' ? Math.min(...seen) % T : Math.min(...seen));
      }
      check(`${sampling}Shifted`, holds, shifted, { count });
      check(`${sampling}Once`, holds, once, { count });
      const possible = Array.from({ length: sampling === 'random' ? T : T + 1 }, (_, i) => i);
      check(
        `${sampling}Offsets`,
        exactly(possible),
        [...offsets].sort((a, b) => a - b),
      );
      // From the same offset, the library and the functions above cut the same windows.
      const same = possible.every((offset) => {
        const own = SAMPLINGS[sampling](random, offset).batches.flat();
        const library = [...batchesOf(tokens, { batchSize: N, numSteps: T, offset })].flatMap(({ x }) => [
          ...x.data().subarray(0, N),
        ]);
        return own.sort((a, b) => a - b).join() === library.sort((a, b) => a - b).join();
      });
      check(`${sampling}Same`, holds, same);
    }
    /** Of all windows but those of the first minibatch: how many go on where the same row of the last one ended. */
    const adjacent = (sampling: Sampling): number => {
      const pairs = drawn[sampling].flatMap(({ batches }) =>
        batches.slice(1).flatMap((starts, b) => starts.map((s, n) => s === batches[b][n] + T)),
      );
      return pairs.filter(Boolean).length / pairs.length;
    };
    check('sequentialAdjacent', exactly(1), adjacent('sequential'));
    check('randomAdjacent', below(0.25), adjacent('random'));

    const coverage = (['random', 'sequential'] as const).flatMap((sampling) =>
      Array.from({ length: LENGTH }, (_, i) => ({
        sampling,
        i,
        share:
          (100 * drawn[sampling].filter(({ batches }) => batches.flat().some((s) => i >= s && i < s + T)).length) /
          count,
      })),
    );
    plot('coverageCaption', (t) => ({
      height: 230,
      marginLeft: 52,
      x: { label: t('place'), type: 'band', tickFormat: (i: number) => (i % 5 === 0 ? String(i) : ''), tickSize: 0 },
      y: { label: t('usedShare'), grid: true, ticks: [0, 50, 100] },
      fy: { label: null, padding: 0.3, tickFormat: (sampling: Sampling) => t(sampling) },
      marginRight: 160,
      marks: [
        Plot.barY(coverage, {
          x: 'i',
          y: 'share',
          fy: 'sampling',
          fill: (c: { sampling: Sampling }) => colour(c.sampling === 'random' ? 2 : 0),
          inset: 0.5,
        }),
        Plot.ruleY([0], { stroke: MUTED }),
      ],
    }));

    heading('stateHeading');
    say('state');
    manualSeed(seed);
    const rnn = new Recurrent(RNN, { inputSize: 1, hiddenSize: 8 });
    const rowLength = 6 * T;
    const series = Float32Array.from({ length: rowLength }, () => random.normal());
    /** h of one unit at each step of a row read window by window; the state goes on, or starts at zero each time. */
    const read = (windowLength: number, carry: boolean): number[] =>
      noGrad(() => {
        let state: RecurrentState = [{ h: zeros([1, 8]) }];
        const values: number[] = [];
        for (let at = 0; at < rowLength; at += windowLength) {
          if (!carry) state = [{ h: zeros([1, 8]) }];
          const x = fromData(series.slice(at, at + windowLength), [windowLength, 1, 1]);
          const result = rnn.forward(x, { state });
          state = detach(result.state); // the values go on, gradients end here
          const h = result.output.data();
          for (let t = 0; t < windowLength; t++) values.push(h[t * 8]);
        }
        return values;
      });
    const atOnce = read(rowLength, true);
    const carried = read(T, true);
    const reset = read(T, false);
    const difference = (values: number[]): number => Math.max(...values.map((value, i) => Math.abs(value - atOnce[i])));
    check('carriedSame', atMost(1e-6), difference(carried));
    check('resetDiffers', above(0.01), difference(reset));
    const boundaries = Array.from({ length: 6 }, (_, i) => i * T);
    plot('stateCaption', (t) => ({
      height: 260,
      x: { label: t('timeStep') },
      y: { label: t('hiddenUnit'), grid: true },
      marks: [
        Plot.ruleX(boundaries, { stroke: MUTED, strokeDasharray: '2 3' }),
        curves([
          { name: t('atOnce'), x: atOnce.map((_, i) => i), y: atOnce, colour: 0 },
          { name: t('resetState'), x: reset.map((_, i) => i), y: reset, colour: 1, dashed: true },
        ]),
        Plot.dot(carried, { x: (_, i: number) => i, y: (v: number) => v, fill: colour(0), r: 3 }),
      ],
    }));
    say('end');
  },
});

interface Square {
  x: number;
  y: number;
  label: number;
  fill: string;
  strength: number;
}

/** Tokens as squares with their numbers. */
function cells(squares: readonly Square[]) {
  return Plot.marks(
    Plot.rect(squares, {
      x1: 'x',
      x2: (c: Square) => c.x + 1,
      y1: 'y',
      y2: (c: Square) => c.y + 0.6,
      fill: 'fill',
      fillOpacity: 'strength',
      inset: 0.6,
      rx: 2,
    }),
    Plot.text(squares, {
      x: (c: Square) => c.x + 0.5,
      y: (c: Square) => c.y + 0.3,
      text: 'label',
      fontSize: 10.5,
      fill: (c: Square) => (c.strength === 1 ? SURFACE : MUTED),
    }),
  );
}

/** A small 0 where a window's state starts at zero, an arrow where it is handed on from the window before. */
function states(sampling: Sampling, all: ReturnType<typeof lanes>) {
  const windows = all.flatMap(({ starts, y, batch }) =>
    starts.map((s, row) => ({ x: s, y, row, fresh: sampling === 'random' || batch === 1 })),
  );
  return [
    Plot.text(
      windows.filter((w) => w.fresh),
      {
        x: 'x',
        y: (w) => w.y - 0.16,
        text: () => 'h = 0',
        textAnchor: 'start',
        fontSize: 10,
        fill: (w) => colour(w.row),
      },
    ),
    Plot.arrow(
      windows.filter((w) => !w.fresh),
      {
        x1: (w) => w.x - 0.5,
        y1: (w) => w.y - 0.4,
        x2: (w) => w.x + 0.4,
        y2: (w) => w.y - 0.02,
        stroke: (w) => colour(w.row),
        strokeWidth: 2,
        bend: -20,
        headLength: 7,
      },
    ),
  ];
}
