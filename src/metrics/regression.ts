// How near numbers are to the truth.
import { isConstant } from '../data/scaling.js';
import { UnrolledError } from '../errors.js';
import { expectValues, shownValue } from '../expect.js';

/** How far predicted numbers are off, in the units of the numbers unless said otherwise. */
export interface RegressionMetrics {
  /** The mean squared error. */
  mse: number;
  /** The mean absolute error. */
  mae: number;
  /** The root of mse. */
  rmse: number;
  /** The mean of |error| / |truth|, a share and not a percentage; null where a true value is 0. */
  mape: number | null;
  /** 1 − Σ error² / Σ (truth − mean)²; null where the truth never varies but for rounding. */
  r2: number | null;
}

/** Errors: SHAPE for unequal lengths, EMPTY for none, NON_FINITE with the place. */
export function regressionMetrics(truth: ArrayLike<number>, predicted: ArrayLike<number>): RegressionMetrics {
  expectValues(truth, 'the true values');
  expectValues(predicted, 'the predicted values');
  if (truth.length !== predicted.length) {
    throw new UnrolledError(
      'SHAPE',
      `expected a prediction for each of ${truth.length} values, received ${predicted.length}`,
      'predict every value',
    );
  }
  const n = truth.length;
  if (n === 0) throw new UnrolledError('EMPTY', 'expected values to measure, received none', 'give data');
  let [squares, absolute, shares, mean] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(truth[i]) || !Number.isFinite(predicted[i])) {
      throw new UnrolledError(
        'NON_FINITE',
        `expected finite numbers, received ${shownValue(truth[i])} and ${shownValue(predicted[i])} at index ${i}`,
        'leave out missing values; predictions that are not finite come from a training that diverged',
      );
    }
    const error = predicted[i] - truth[i];
    squares += error * error;
    absolute += Math.abs(error);
    shares += Math.abs(error) / Math.abs(truth[i]);
    mean += truth[i] / n;
  }
  let [spread, hasZero] = [0, false];
  for (let i = 0; i < n; i++) {
    spread += (truth[i] - mean) ** 2;
    hasZero ||= truth[i] === 0;
  }
  const mse = squares / n;
  return {
    mse,
    mae: absolute / n,
    rmse: Math.sqrt(mse),
    mape: hasZero ? null : shares / n,
    r2: isConstant(truth) ? null : 1 - squares / spread,
  };
}
