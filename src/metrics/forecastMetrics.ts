// How far forecasts are off: by step of the horizon, and over all.

/** How far forecasts of K steps are off, in the units of the series. */
export interface ForecastErrors {
  /** Mean squared error over windows and steps. */
  mse: number;
  /** Mean absolute error over windows and steps. */
  mae: number;
  /** The root of `mse`. */
  rmse: number;
  /** At 1 … K steps ahead. */
  byStep: { mse: number; mae: number }[];
  /** How many forecasts were compared. */
  windows: number;
}

/** Sums errors of one window after the other. */
export class ForecastErrorSum {
  readonly #squared: Float64Array;
  readonly #absolute: Float64Array;
  #windows = 0;

  constructor(horizon: number) {
    this.#squared = new Float64Array(horizon);
    this.#absolute = new Float64Array(horizon);
  }

  /** @param predicted [K]  @param truth has the K values from `at` on. */
  add(predicted: ArrayLike<number>, truth: ArrayLike<number>, at = 0): void {
    this.#windows++;
    for (let k = 0; k < this.#squared.length; k++) {
      const error = predicted[k] - truth[at + k];
      this.#squared[k] += error * error;
      this.#absolute[k] += Math.abs(error);
    }
  }

  /** NaN throughout without a window. */
  result(): ForecastErrors {
    const windows = this.#windows;
    const byStep = Array.from(this.#squared, (sum, k) => ({ mse: sum / windows, mae: this.#absolute[k] / windows }));
    const mse = byStep.reduce((sum, step) => sum + step.mse, 0) / byStep.length;
    const mae = byStep.reduce((sum, step) => sum + step.mae, 0) / byStep.length;
    return { mse, mae, rmse: Math.sqrt(mse), byStep, windows };
  }
}
