// How often gates are shut or open: Karpathy, Johnson and Fei-Fei, "Visualizing and understanding recurrent networks",
// arXiv 1506.02078, 2015, section 4.2 (a gate is saturated below 0.1 and above 0.9).
import { expectChoice, expectObject, expectRows } from '../expect.js';
import type { TracedLayer } from './gateTrace.js';
import { checkedMatrix, type ValueKind, type ValueMatrix } from './values.js';

/** How often a gate is shut or open over a text. */
export interface Saturation {
  /** Which layer, from 0. */
  layer: number;
  /** In which direction that layer reads. */
  direction: 'forward' | 'backward';
  /** The gate's name. */
  name: string;
  /** Whether a sigmoid or a tanh made it, which decides where its ends are. */
  kind: Exclude<ValueKind, 'free'>;
  /** Share of all its values at the lower end: below 0.1 of a sigmoid, below −0.9 of a tanh. */
  left: number;
  /** Share at the upper end: above 0.9. */
  right: number;
  /** The same for each neuron over time: [H]. */
  neurons: { left: number[]; right: number[] };
}

const ENDS = { sigmoid: { low: 0.1, high: 0.9 }, tanh: { low: -0.9, high: 0.9 } } as const;

/** Errors: OPTION for what are no layers of a trace. */
export function expectTrace(layers: unknown): void {
  const help = 'give the layers of gateTrace(model, text)';
  expectRows(layers, help, ({ values }) => expectObject(values, 'the values of a layer', help));
}

/** The saturation of every value that a sigmoid or a tanh made. */
export function saturation(layers: readonly TracedLayer[]): Saturation[] {
  expectTrace(layers);
  return layers.flatMap(({ layer, direction, values }) =>
    Object.entries(values).flatMap(([name, value]) => {
      const { kind } = value;
      return kind === 'free' ? [] : [{ layer, direction, name, kind, ...saturationOf(value, kind) }];
    }),
  );
}

/** Shares of values beyond the ends: over all, and for each column of [T, H]. */
export function saturationOf(
  matrix: ValueMatrix,
  kind: Saturation['kind'],
): Pick<Saturation, 'left' | 'right' | 'neurons'> {
  const { steps, width, data } = checkedMatrix(matrix);
  expectChoice(kind, 'a kind', Object.keys(ENDS));
  const { low, high } = ENDS[kind];
  const left = new Array<number>(width).fill(0);
  const right = new Array<number>(width).fill(0);
  for (let t = 0; t < steps; t++) {
    for (let n = 0; n < width; n++) {
      const v = data[t * width + n];
      if (v < low) left[n]++;
      else if (v > high) right[n]++;
    }
  }
  const share = (counts: number[]): number[] => counts.map((count) => (steps === 0 ? 0 : count / steps));
  const total = (counts: number[]): number =>
    steps * width === 0 ? 0 : counts.reduce((sum, count) => sum + count, 0) / (steps * width);
  return { left: total(left), right: total(right), neurons: { left: share(left), right: share(right) } };
}
