// What a forecast must beat: the last value, the season before, a linear map of the window. Letters: W window, K horizon.
import { UnrolledError } from '../errors.js';
import { expectNumbers } from '../expect.js';
import { requireNumber } from '../range.js';
import { isConstant, largest } from './scaling.js';
import { windowProducts } from './windowProducts.js';

/** The K values from `at` on, knowing values[0 … at − 1] alone. */
export type SeriesRule = (values: ArrayLike<number>, at: number) => Float64Array;

/** Repeats the last value. */
export function lastValueRule(horizon: number): SeriesRule {
  return (values, at) => new Float64Array(horizon).fill(values[at - 1]);
}

/** Repeats the last season. Needs at ≥ season. */
export function seasonalRule(horizon: number, season: number): SeriesRule {
  return (values, at) => Float64Array.from({ length: horizon }, (_, k) => values[at - season + (k % season)]);
}

export interface LinearRuleOptions {
  window: number;
  horizon: number;
  /** Added to the diagonal: the weight of ‖B‖², 0 or more; 1. */
  ridge?: number;
}

/**
 * Ridge regression of the K values on the W before them, the last value taken off both, without an intercept; in closed form
 * (Hoerl and Kennard 1970). This is NLinear of Zeng et al. (2023, section 4) but for the penalty.
 * @param values the training part alone
 * Errors: TOO_SHORT where not one window fits, RANGE for a window below 2, a horizon below 1 or a negative ridge.
 */
export function fitLinearRule(values: ArrayLike<number>, options: LinearRuleOptions): SeriesRule {
  const { window: W, horizon: K, ridge = 1 } = options;
  requireLinear(options);
  if (values.length < W + K) {
    throw new UnrolledError(
      'TOO_SHORT',
      `expected a series of at least ${W + K} values, received ${values.length}`,
      'use a smaller window, or a longer series',
    );
  }
  const D = W - 1;
  const gram = new Float64Array(D * D);
  const B = new Float64Array(D * K);
  // Differences that are rounding alone have nothing to teach: B stays 0, which is the last value.
  if (!isConstant(values)) {
    // Less the mean, so that the products of differences lose no digits.
    const mean = Float64Array.from(values).reduce((sum, v) => sum + v / values.length, 0);
    const centred = Float64Array.from(values, (v) => v - mean);
    const n = W + K;
    const all = windowProducts([centred], [{ channel: 0, first: -W, count: n }], W, values.length - K + 1);
    // Of slots i and j, each less the last value.
    const product = (i: number, j: number): number => all[i * n + j] - all[i * n + D] - all[D * n + j] + all[D * n + D];
    for (let i = 0; i < D; i++) {
      for (let j = 0; j <= i; j++) gram[i * D + j] = product(i, j);
      for (let k = 0; k < K; k++) B[i * K + k] = product(i, W + k);
    }
  }
  for (let i = 0; i < D; i++) gram[i * D + i] += ridge;
  solveCholesky(gram, B, D, K);
  return (series, at) => {
    const last = series[at - 1];
    const result = new Float64Array(K).fill(last);
    for (let i = 0; i < D; i++) {
      const difference = series[at - W + i] - last;
      for (let k = 0; k < K; k++) result[k] += difference * B[i * K + k];
    }
    return result;
  };
}

function requireLinear({ window, horizon, ridge = 1 }: LinearRuleOptions): void {
  requireNumber('a window', window, { min: 2, whole: true }, 'the last value alone has nothing to regress on');
  requireNumber('a horizon', horizon, { min: 1, whole: true }, 'give a whole number');
  requireNumber('a ridge', ridge, { min: 0 }, '1 is a good start for scaled values');
}

/**
 * Solves A·X = B in place of B, for A positive definite.
 * @param A [n, n], the lower triangle; becomes its factor  @param B [n, k]
 * Errors: RANGE where A is not positive definite, up to rounding.
 */
export function solveCholesky(A: Float64Array, B: Float64Array, n: number, k: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j];
      const rounding = n * Number.EPSILON * sum;
      for (let m = 0; m < j; m++) sum -= A[i * n + m] * A[j * n + m];
      if (i > j) A[i * n + j] = sum / A[j * n + j];
      else if (sum > rounding) A[i * n + i] = Math.sqrt(sum);
      else
        throw new UnrolledError(
          'RANGE',
          `expected a positive definite matrix, received a pivot of ${sum}`,
          'use a larger ridge',
        );
    }
  }
  // Row by row: neighbours in memory.
  const subtract = (i: number, m: number, factor: number): void => {
    for (let c = 0; c < k; c++) B[i * k + c] -= factor * B[m * k + c];
  };
  const divide = (i: number): void => {
    for (let c = 0; c < k; c++) B[i * k + c] /= A[i * n + i];
  };
  for (let i = 0; i < n; i++) {
    for (let m = 0; m < i; m++) subtract(i, m, A[i * n + m]);
    divide(i);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let m = i + 1; m < n; m++) subtract(i, m, A[m * n + i]);
    divide(i);
  }
}

/** How far a peak must stand above the lowest autocorrelation before it: less is noise. */
const PROMINENCE = 0.05;
/** A random walk of n steps less its straight line has about n/15 times the power of its steps; this is three times less. */
const WANDER = 45;
/** Autocorrelations of noise lie within this many 1/√n, over all lags that are looked at. */
const NOISE = 4;
/** Values that are looked at: the time grows with their square. */
const LONGEST = 20_000;

/**
 * The season of a series: the lag of the highest peak of the autocorrelation, up to a third of the length, after a straight line
 * is taken off. Where a slow wander hides every peak, that of the differences; where it is nearly all there is, they must agree: a random
 * walk has high peaks of its own that mean nothing. null where there is none: no peak is above what noise has. Of a series of more than
 * 20,000 values the last ones are looked at. Give the training part alone.
 */
export function findSeason(values: ArrayLike<number>): number | null {
  expectNumbers(values, 'a series');
  const x = withoutLine(Array.from(values).slice(-LONGEST));
  // What is left of a straight line is rounding, which has periods of its own.
  if (isConstant(x, largest(values))) return null;
  const changes = x.map((v, i) => (i === 0 ? 0 : v - x[i - 1]));
  const wanders = sumOfSquares(changes) < (WANDER / x.length) * sumOfSquares(x);
  const [own, ofChanges] = [highestPeak(x), highestPeak(changes)];
  if (own === null || !wanders) return own ?? ofChanges;
  return ofChanges !== null && Math.abs(own - ofChanges) <= own / 10 ? own : ofChanges;
}

const sumOfSquares = (x: Float64Array): number => x.reduce((sum, v) => sum + v * v, 0);

function withoutLine(values: ArrayLike<number>): Float64Array {
  const n = values.length;
  const middle = (n - 1) / 2;
  let [mean, slope, spread] = [0, 0, 0];
  for (let i = 0; i < n; i++) mean += values[i] / n;
  for (let i = 0; i < n; i++) {
    slope += (i - middle) * (values[i] - mean);
    spread += (i - middle) ** 2;
  }
  slope = spread > 0 ? slope / spread : 0;
  return Float64Array.from(values, (v, i) => v - mean - slope * (i - middle));
}

function highestPeak(x: Float64Array): number | null {
  const most = Math.floor(x.length / 3);
  const correlation = new Float64Array(most + 2);
  for (let lag = 0; lag < correlation.length; lag++) {
    for (let i = lag; i < x.length; i++) correlation[lag] += x[i] * x[i - lag];
  }
  const [power] = correlation;
  let best: number | null = null;
  let height = (NOISE / Math.sqrt(x.length)) * power;
  let lowest = power;
  for (let lag = 1; lag <= most; lag++) {
    const own = correlation[lag];
    lowest = Math.min(lowest, own);
    const isPeak = lag > 1 && own > correlation[lag - 1] && own >= correlation[lag + 1];
    if (isPeak && own - lowest >= PROMINENCE * power && own > height) [best, height] = [lag, own];
  }
  return best;
}
