// Counting the ones among 20 bits with a GRU that resets before the product: no cell to count in, so its units share the work.
import { GRUResetBefore, toLatex } from 'unrolled';
import { atLeast, below, diverging, experiment, type FigureOptions, MUTED, Plot } from 'unrolled/reproduce';
import { countOnes, countsUpTo, HIDDEN, LENGTH, LONG, read, running } from '../shared/count-ones.js';
import { countOnesGru as exercises } from './exercises/counting.js';
import text from './text/count-ones-gru.js';

export default experiment({
  name: 'count-ones-gru',
  source: {
    en: 'Vasilev, Advanced Deep Learning with Python (2019), chapter 7',
    zh: 'Vasilev, Advanced Deep Learning with Python (2019)，第 7 章',
  },
  needs: ['gru', 'count-ones-lstm'],
  text,
  exercises,
  code: ['count-ones-gru.ts', '../shared/count-ones.ts'],
  run(context) {
    const { formula, plot, say, check } = context;
    formula(toLatex(GRUResetBefore));
    const { runs, mixed, random } = countOnes(context, GRUResetBefore);

    const sequence = Array.from({ length: LONG }, () => random.integer(2));
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

    // Ones only: each unit rises or falls over its own range of the count.
    const ones = new Array<number>(LONG).fill(1);
    const {
      values: { h },
      counted,
    } = read(mixed, ones, ['h']);
    check('insideOne', below(1), Math.max(...h.flat().map(Math.abs)));
    const unit = (u: number): number[] => h.map((row) => row[u]);
    /** When it is half way from its first value to its last. */
    const half = (values: number[]): number => {
      const middle = (values[0] + values[LONG - 1]) / 2;
      return values.findIndex((value) => value > middle !== values[0] > middle);
    };
    const order = Array.from({ length: HIDDEN }, (_, u) => u).sort((a, b) => half(unit(a)) - half(unit(b)));
    const moved = order.filter((u) => Math.abs(h[LONG - 1][u] - h[0][u]) > 0.2).map((u) => half(unit(u)) + 1);
    check('shared', atLeast(5), new Set(moved).size);
    const change = Math.max(...h[LENGTH - 1].map((value, u) => Math.abs(h[LONG - 1][u] - value)));
    say('thermometer', { change: change.toFixed(2) });
    plot('unitsCaption', (t) => ({
      x: { label: t('onesRead'), type: 'band', ticks: [1, 5, 10, 15, 20, 25, 30, 35, 40] },
      y: { label: t('hiddenUnit'), type: 'band', domain: order.map(String) },
      color: diverging(1),
      marginLeft: 56,
      height: 380,
      marks: [
        Plot.cell(
          order.flatMap((u) => unit(u).map((value, t0) => ({ x: t0 + 1, y: String(u), value }))),
          { x: 'x', y: 'y', fill: 'value', inset: 0.3 },
        ),
      ],
    }));
    const saturation = (t: (key: 'onesRead' | 'countSoFar' | 'lengthMixed') => string): FigureOptions => ({
      x: { label: t('onesRead') },
      y: { label: t('countSoFar'), grid: true },
      marks: [
        Plot.ruleX([LENGTH], { stroke: MUTED, strokeDasharray: '2 3' }),
        running(ones, [{ net: mixed, name: t('lengthMixed'), colour: 1 }]),
      ],
    });
    plot('saturationCaption', saturation, countsUpTo(counted));
  },
});
