// How far forecasts are off: by step of the horizon, and over all.

/** How far forecasts of K steps are off, in the units of the series. */
export interface ForecastErrors {
  /** Mean over all forecast values that are scored. */
  mse: number;
  /** Mean absolute error over windows and steps. */
  mae: number;
  /** The root of `mse`. */
  rmse: number;
  /** At 1 … K steps ahead. */
  byStep: { mse: number; mae: number }[];
  /** How many forecasts were compared. */
  windows: number;
  /** Values that are scored: windows × K, less those that were filled in. */
  values: number;
}

/** Sums errors of one window after the other. */
export class ForecastErrorSum {
  readonly #squared: Float64Array;
  readonly #absolute: Float64Array;
  readonly #counts: Float64Array;
  #windows = 0;

  constructor(horizon: number) {
    this.#squared = new Float64Array(horizon);
    this.#absolute = new Float64Array(horizon);
    this.#counts = new Float64Array(horizon);
  }

  /**
   * @param predicted [K]
   * @param truth has the K values from `at` on
   * @param filled not 0 where a value of `truth` was never measured: it is not scored
   */
  add(predicted: ArrayLike<number>, truth: ArrayLike<number>, at = 0, filled?: ArrayLike<number>): void {
    this.#windows++;
    for (let k = 0; k < this.#squared.length; k++) {
      if (filled !== undefined && filled[at + k] !== 0) continue;
      const error = predicted[k] - truth[at + k];
      this.#squared[k] += error * error;
      this.#absolute[k] += Math.abs(error);
      this.#counts[k]++;
    }
  }

  /** NaN throughout where nothing was scored. */
  result(): ForecastErrors {
    const total = (sums: Float64Array): number => sums.reduce((sum, value) => sum + value, 0);
    const values = total(this.#counts);
    const byStep = Array.from(this.#squared, (sum, k) => {
      return { mse: sum / this.#counts[k], mae: this.#absolute[k] / this.#counts[k] };
    });
    const mse = total(this.#squared) / values;
    return { mse, mae: total(this.#absolute) / values, rmse: Math.sqrt(mse), byStep, windows: this.#windows, values };
  }
}
