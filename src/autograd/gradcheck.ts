// Numeric gradients: the truth that backward() is checked against, in float64 on the reference backend.
import type { Tensor } from '../tensor/tensor.js';
import { backward, noGrad } from './tape.js';

/** The worst place that `checkGradients` found. */
export interface GradientCheck {
  /** Largest |analytic − numeric| over the largest |numeric| (or 1 where that is smaller). */
  largestError: number;
  /** Which input, and which element of it. */
  input: number;
  /** Which element of it, in row-major order. */
  element: number;
}

/** Compares backward() with central differences of step `epsilon` for every element of every input. */
export function checkGradients(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  epsilon = 1e-5,
): GradientCheck {
  const wanted = inputs.filter((t) => t.dtype === 'float32');
  for (const t of wanted) {
    t.requiresGrad = true;
    t.grad = null;
  }
  backward(f(...inputs));
  const worst: GradientCheck = { largestError: 0, input: -1, element: -1 };
  wanted.forEach((t, which) => {
    const analytic = t.grad?.data() ?? new Float64Array(t.size);
    const values = Array.from(t.data());
    const valueWith = (i: number, value: number): number => {
      t.set(values.map((v, j) => (j === i ? value : v)));
      return noGrad(() => f(...inputs).item());
    };
    const numeric = values.map((v, i) => (valueWith(i, v + epsilon) - valueWith(i, v - epsilon)) / (2 * epsilon));
    t.set(values);
    const scale = numeric.reduce((largest, g) => Math.max(largest, Math.abs(g)), 1);
    numeric.forEach((g, i) => {
      const error = Math.abs(g - analytic[i]) / scale;
      if (!(error <= worst.largestError)) Object.assign(worst, { largestError: error, input: which, element: i });
    });
  });
  return worst;
}
