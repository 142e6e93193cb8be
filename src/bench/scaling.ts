// Is the cost linear? Seconds of a training step of an LSTM-256 over the length T, the batch N and the layers L, one varied
// at a time; and the resident memory of a training of many small steps, which must not rise.
import type * as Library from '../node.js';
import type { ScalingAxis } from '../drawing/reports/benchReport.js';
import { exponent, slope, slopeThroughOrigin } from './fit.js';
import { bestRate } from './measure.js';
import { type Growth, type GrowthMode, memoryGrowth, type ProcessContext } from './processes.js';
import { type LanguageModelSizes, trainLanguageModel } from './work.js';

/** The embedding is as wide as a layer, so that every layer has the same work. */
const BASE: LanguageModelSizes = {
  cell: 'LSTM',
  V: 28,
  E: 256,
  H: 256,
  L: 1,
  N: 32,
  T: 64,
  update: 'sgd',
  dropout: 0,
};

const AXES = [
  { name: 'T', values: [16, 32, 64, 128, 256] },
  { name: 'N', values: [8, 16, 32, 64, 128] },
  { name: 'L', values: [1, 2, 3, 4] },
] as const;

export interface MemoryGrowth extends Growth {
  /** MiB in a thousand steps, over the second half. */
  slope: number;
}

/** @param rounds readings of each point; the best counts */
export function measureScaling(u: typeof Library, seconds: number, rounds: number): ScalingAxis[] {
  return AXES.map(({ name, values }) => {
    const works = values.map((value) => trainLanguageModel(u, { ...BASE, [name]: value }));
    const best = works.map(() => Infinity);
    for (let round = 0; round < rounds; round++) {
      works.forEach(({ run }, i) => {
        best[i] = Math.min(best[i], 1 / bestRate({ run, units: 1 }, seconds / 2));
      });
    }
    const fixed = (['T', 'N', 'L'] as const)
      .filter((other) => other !== name)
      .map((other) => `${other} ${BASE[other]}`);
    return {
      name,
      fixed: fixed.join(', '),
      values,
      seconds: best,
      slope: slopeThroughOrigin(values, best),
      exponent: exponent(values, best),
    };
  });
}

export function measureGrowth(context: ProcessContext, mode: GrowthMode, steps: number): MemoryGrowth {
  const growth = memoryGrowth(context, mode, steps);
  const from = Math.floor(growth.steps.length / 2);
  const thousands = growth.steps.slice(from).map((step) => step / 1000);
  return { ...growth, slope: slope(thousands, growth.residentMiB.slice(from)) };
}
