// How a training went, as curves over the tokens that it saw: loss, learning rate, norm of the gradient.
import type { HistoryPoint } from '../../train/trainer.js';
import type { Curve } from '../curves.js';
import type { Section } from '../pages/htmlPage.js';
import { lineChart } from '../charts/lineChart.js';

/** The page's column, in pixels. */
export const WIDTH = 848;
/** The axis of what a training has read. */
export const seen = (counted: string): string => `${counted} seen`;

type History = readonly HistoryPoint[];
type Validations = readonly { tokens: number; loss: number }[];

export interface TrainingSectionOptions {
  /** Of the loss: `nats per token`. */
  unit: string;
  /** What the training reads: `tokens`, where nothing is said. */
  counted?: string;
  /** Charts after that of the loss. */
  further?: readonly string[];
}

export function trainingSection(history: History, validation: Validations, options: TrainingSectionOptions): Section {
  const { unit, counted = 'tokens', further = [] } = options;
  const tokens = history.map((entry) => entry.tokens);
  const wide = { width: WIDTH, xLabel: seen(counted) };
  return {
    heading: 'Training',
    html: [
      lineChart({ ...wide, title: 'Loss', yLabel: unit, series: lossCurves(history, validation) }),
      ...further,
      lineChart({
        ...wide,
        title: 'Learning rate',
        yLabel: '',
        height: 220,
        series: [{ name: '', x: tokens, y: history.map(({ learningRate }) => learningRate) }],
      }),
      lineChart({
        ...wide,
        title: 'Norm of the gradient, before clipping',
        yLabel: 'norm',
        height: 220,
        yScale: 'log',
        series: norms(tokens, history),
      }),
    ].join('\n'),
  };
}

/** The loss as it came, smoothed, and on the validation part. */
export function lossCurves(history: History, validation: Validations): (Curve & { x: ArrayLike<number> })[] {
  const tokens = history.map((entry) => entry.tokens);
  const raw = history.map(({ loss }) => loss);
  return [
    { name: '', x: tokens, y: raw, faint: true, colour: 0 },
    { name: 'training', x: tokens, y: smoothed(raw), colour: 0 },
    { name: 'validation', x: validation.map((v) => v.tokens), y: validation.map((v) => v.loss), colour: 1 },
  ];
}

/** The mean of about a fiftieth of the run around each value: unlike an average of the past it does not lag behind. */
function smoothed(values: readonly number[]): number[] {
  const radius = Math.floor(values.length / 100);
  const sums = [0];
  const counts = [0];
  values.forEach((value, i) => {
    sums.push(sums[i] + (Number.isFinite(value) ? value : 0));
    counts.push(counts[i] + (Number.isFinite(value) ? 1 : 0));
  });
  return values.map((value, i) => {
    const reach = Math.min(radius, i, values.length - 1 - i);
    const count = counts[i + reach + 1] - counts[i - reach];
    return Number.isFinite(value) ? (sums[i + reach + 1] - sums[i - reach]) / count : NaN;
  });
}

function norms(tokens: readonly number[], history: History): (Curve & { x: ArrayLike<number> })[] {
  const values = history.map(({ gradientNorm }) => gradientNorm);
  return [
    { name: '', x: tokens, y: values, faint: true, colour: 0 },
    { name: '', x: tokens, y: smoothed(values), colour: 0 },
  ];
}
