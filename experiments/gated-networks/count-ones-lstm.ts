// Counting the ones among 20 bits with an LSTM, and looking for the counter among its cells.
import { LSTM, toLatex } from 'unrolled';
import { correlation } from 'unrolled/inspect';
import {
  above,
  atLeast,
  below,
  between,
  curves,
  experiment,
  type FigureOptions,
  MUTED,
  Plot,
} from 'unrolled/reproduce';
import { countOnes, countsUpTo, HIDDEN, LENGTH, LONG, read, running, runningCount } from '../shared/count-ones.js';
import { countOnesLstm as exercises } from './exercises/counting.js';
import text from './text/count-ones-lstm.js';

export default experiment({
  name: 'count-ones-lstm',
  source: {
    en: 'Vasilev, Advanced Deep Learning with Python (2019), chapter 7',
    zh: 'Vasilev, Advanced Deep Learning with Python (2019)，第 7 章',
  },
  needs: ['lstm'],
  text,
  exercises,
  code: ['count-ones-lstm.ts', '../shared/count-ones.ts'],
  run(context) {
    const { formula, plot, say, check, finding } = context;
    formula(toLatex(LSTM));
    const { runs, mixed, random } = countOnes(context, LSTM);

    const sequence = Array.from({ length: LONG }, () => random.integer(2));
    const steps = sequence.map((_, i) => i + 1);
    plot('runningCaption', (t) => ({
      x: { label: t('timeStep') },
      y: { label: t('countSoFar'), grid: true },
      marks: [
        Plot.ruleX([LENGTH], { stroke: MUTED, strokeDasharray: '2 3' }),
        running(sequence, [
          { net: runs[0].net, name: t('length20'), colour: 0 },
          { net: mixed, name: t('lengthMixed'), colour: 1 },
        ]),
      ],
    }));

    // Which cells follow the count? Over the first 20 steps, where the network was trained.
    const { c } = read(mixed, sequence, ['c']).values;
    const truth = runningCount(sequence);
    const cell = (unit: number): number[] => c.map((row) => row[unit]);
    const follows = Array.from({ length: HIDDEN }, (_, unit) => ({
      unit,
      r: correlation(cell(unit).slice(0, LENGTH), truth.slice(0, LENGTH)),
    })).sort((a, b) => Math.abs(b.r) - Math.abs(a.r));
    const best = follows.slice(0, 3);
    check('isCounter', atLeast(0.98), Math.abs(best[0].r));
    say('cellFound', { unit: best[0].unit, r: best[0].r.toFixed(3) });
    plot('cellCaption', (t) => ({
      x: { label: t('timeStep') },
      y: { label: 'c', grid: true },
      marks: [
        Plot.ruleX(
          steps.filter((_, i) => sequence[i] === 1),
          { stroke: MUTED, strokeOpacity: 0.25 },
        ),
        curves(
          best.map(({ unit, r }, i) => ({
            name: t('cellName', { unit, r: r.toFixed(3) }),
            x: steps,
            y: cell(unit),
            colour: [0, 1, 3][i],
          })),
        ),
      ],
    }));

    const kept = best.map(({ unit }) => Math.abs(cell(unit)[LONG - 1]) / Math.max(...cell(unit).map(Math.abs)));
    finding('leaks', below(0.95), Math.max(...kept), { kept: (100 * Math.max(...kept)).toFixed(0) });

    const ones = new Array<number>(LONG).fill(1);
    const all = read(mixed, ones, ['c', 'h']).values;
    const largest = (rows: number[][]): number => Math.max(...rows.flat().map(Math.abs));
    check('beyondOne', above(1), largest(all.c));
    const { counted } = read(mixed, ones, []);
    check('countsFar', between(12, 30), Math.max(...counted));
    const upTo = countsUpTo(counted);
    say('whyFails', { largest: largest(all.c).toFixed(1), most: upTo.most });
    const saturation = (t: (key: 'onesRead' | 'countSoFar' | 'lengthMixed') => string): FigureOptions => ({
      x: { label: t('onesRead') },
      y: { label: t('countSoFar'), grid: true },
      marks: [
        Plot.ruleX([LENGTH], { stroke: MUTED, strokeDasharray: '2 3' }),
        running(ones, [{ net: mixed, name: t('lengthMixed'), colour: 1 }]),
      ],
    });
    plot('saturationCaption', saturation, upTo);
  },
});
