// The convex problem of logistic regression on sparse rows, solved in the dual: what the baseline and the linear part of a classifier share.
import type { Philox } from '../../tensor/philox.js';

/** A row's features and their values; what stands at 1 in every row is the bias. */
export interface SparseRow {
  features: Int32Array;
  values: Float64Array;
}

/** What is minimized, and how long. */
export interface DualOptions {
  /** What the loss of each row weighs against the squared length of the weights. */
  costs: ArrayLike<number>;
  /** Of the order in which rows are visited. */
  random: Philox;
  /** No pass begins after it: milliseconds on the clock of `performance.now`; Infinity. */
  until?: number;
}

/** Passes over the rows, if they do not settle before. */
const PASSES = 100;
/** Settled: no derivative of the dual was larger in a pass. */
const TOLERANCE = 0.1;
/** Of the Newton steps for one row: rough at first, finer by the factor after each pass that needed few, as the paper does. */
const NEWTON = { steps: 100, rough: 1e-2, fine: 1e-8, finer: 0.1, shrink: 0.1 };

export function dot(weights: Float64Array, { features, values }: SparseRow): number {
  let sum = 0;
  for (let j = 0; j < features.length; j++) sum += weights[features[j]] * values[j];
  return sum;
}

/**
 * The weights w that minimize ½ |w|² + Σ Cᵢ log(1 + exp(−yᵢ wᵀxᵢ)), by coordinate descent in the dual: algorithm 5 of Yu, Huang and Lin
 * 2011, one dual variable α of 0 to C for each row, w = Σ α y x.
 * @param signs y of each row, 1 or −1  @param size how many different features there are
 */
export function fitDual(
  rows: readonly SparseRow[],
  signs: Int8Array,
  size: number,
  { costs, random, until = Infinity }: DualOptions,
): Float64Array {
  const weights = new Float64Array(size);
  const squared = rows.map(({ values }) => values.reduce((sum, value) => sum + value * value, 0));
  const alpha = Float64Array.from(rows, (_, i) => Math.min(1e-3 * costs[i], 1e-8));
  const add = ({ features, values }: SparseRow, by: number): void => {
    for (let j = 0; j < features.length; j++) weights[features[j]] += by * values[j];
  };
  rows.forEach((row, i) => add(row, signs[i] * alpha[i]));
  const order = Int32Array.from(rows.keys());
  let tolerance = NEWTON.rough;
  for (let pass = 0; pass < PASSES && (pass === 0 || performance.now() < until); pass++) {
    random.shuffle(order);
    let largest = 0;
    let steps = 0;
    for (const i of order) {
      const C = costs[i];
      const slope = signs[i] * dot(weights, rows[i]);
      // Of α and C − α the one that is moved is the one that ends below C/2, where log is steep and Newton needs care.
      const mirrored = 0.5 * squared[i] * (C - 2 * alpha[i]) + slope < 0;
      const from = mirrored ? C - alpha[i] : alpha[i];
      const side = mirrored ? -1 : 1;
      const derivative = (z: number): number => squared[i] * (z - from) + side * slope + Math.log(z / (C - z));
      let z = C - from < 0.5 * C ? NEWTON.shrink * from : from;
      let gradient = derivative(z);
      largest = Math.max(largest, Math.abs(gradient));
      for (let step = 0; step < NEWTON.steps && Math.abs(gradient) > tolerance; step++) {
        steps++;
        const next = z - gradient / (squared[i] + C / ((C - z) * z));
        z = next > 0 ? next : z * NEWTON.shrink;
        gradient = derivative(z);
      }
      if (z === from) continue;
      alpha[i] = mirrored ? C - z : z;
      add(rows[i], side * (z - from) * signs[i]);
    }
    if (largest < TOLERANCE) break;
    if (steps <= rows.length / 10) tolerance = Math.max(NEWTON.fine, tolerance * NEWTON.finer);
  }
  return weights;
}
