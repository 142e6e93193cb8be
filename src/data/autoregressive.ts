// Autoregression on a series of numbers: windows of past values with the value that follows, and predictions that build on
// predictions. Shapes: features [n, window], targets [n], row-major.
import { UnrolledError } from '../errors.js';
import { expectFunction, expectNumbers, expectObject } from '../expect.js';
import { requireNumber } from '../range.js';

/** What `slidingWindows` cuts out of a series. */
export interface Windows {
  /** Row i: the values i to i + window − 1 of the series. [n, window] */
  features: Float32Array;
  /** What follows row i, `horizon` steps after its last value. [n] */
  targets: Float32Array;
  /** n = length − window − horizon + 1. */
  count: number;
  /** Values in a row. */
  window: number;
}

/**
 * All windows of a series. `horizon` 1, the default, is the very next value.
 * Errors: RANGE for a window or horizon below 1, TOO_SHORT where not one window fits.
 */
export function slidingWindows(series: ArrayLike<number>, window: number, horizon = 1): Windows {
  expectNumbers(series, 'a series');
  for (const [name, value] of Object.entries({ window, horizon })) {
    requireNumber(`a ${name}`, value, { min: 1, whole: true }, 'give a whole number');
  }
  const count = series.length - window - horizon + 1;
  if (count < 1) {
    throw new UnrolledError(
      'TOO_SHORT',
      `expected a series of at least ${window + horizon} values, received ${series.length}`,
      'use a smaller window, or a longer series',
    );
  }
  const features = new Float32Array(count * window);
  const targets = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < window; j++) features[i * window + j] = series[i + j];
    targets[i] = series[i + window + horizon - 1];
  }
  return { features, targets, count, window };
}

/**
 * Predicts `steps` values ahead of each window, where each prediction becomes the last value of the next window.
 *
 * @param windows features [n, window] with their count
 * @param predict the next value of each row: [n, window] to [n]
 * @returns [n, steps]; column k − 1 is the k-step-ahead prediction
 * Errors: RANGE, SHAPE.
 */
export function predictAhead(
  windows: Pick<Windows, 'features' | 'count' | 'window'>,
  steps: number,
  predict: (features: Float32Array, count: number) => ArrayLike<number>,
): Float32Array {
  expectObject(windows, 'windows', 'give what slidingWindows gave');
  expectNumbers(windows.features, 'the features of the windows');
  expectFunction(predict, 'predict', 'give a function from features [n, window] to [n] values');
  requireNumber('a number of steps', steps, { min: 1, whole: true }, 'give a whole number');
  const { count, window } = windows;
  requireNumber('the count of windows', count, { min: 0, whole: true }, 'give what slidingWindows gave');
  requireNumber('the window', window, { min: 1, whole: true }, 'give what slidingWindows gave');
  const features = Float32Array.from(windows.features);
  const result = new Float32Array(count * steps);
  for (let k = 0; k < steps; k++) {
    const next = predict(features.slice(), count);
    expectNumbers(next, 'predictions');
    if (next.length !== count) {
      throw new UnrolledError(
        'SHAPE',
        `expected ${count} predictions, one for each window, received ${next.length}`,
        'predict one value for each row',
      );
    }
    for (let i = 0; i < count; i++) {
      const row = i * window;
      features.copyWithin(row, row + 1, row + window);
      features[row + window - 1] = next[i];
      result[i * steps + k] = next[i];
    }
  }
  return result;
}
