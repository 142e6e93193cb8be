// Scaling of a series, fitted on one part and undone after prediction: plain data, so that it stands in the model file.
import { UnrolledError } from '../errors.js';

export const SCALINGS = ['standard', 'minmax', 'none'] as const;
/** By mean and deviation, by least and largest value, or not at all. */
export type ScalingKind = (typeof SCALINGS)[number];

/** log makes a season that grows with the level (multiplicative) additive; log1p is log(1 + x), for series with zeros. */
export const TRANSFORMS = ['none', 'log', 'log1p'] as const;
/**
 * A function on the values before they are scaled: `log` makes a season that grows with the level additive, `log1p` is
 * log(1 + x).
 */
export type Transform = (typeof TRANSFORMS)[number];

/** scaled = (transform(x) − offset) / factor. */
export interface Scaling {
  /** Applied first. */
  transform: Transform;
  /** Subtracted then: the mean, or the least value. */
  offset: number;
  /** What is left is divided by it: the deviation, or the range; never 0. */
  factor: number;
}

/** How `fitScaling` measures a series. */
export interface ScalingOptions {
  /** Mean 0 and deviation 1 (`standard`, by the count, not the count less one), 0 to 1 (`minmax`), or as it is; standard. */
  kind?: ScalingKind;
  /** none */
  transform?: Transform;
}

/** Fits on `values`; a constant series has factor 1. Errors: EMPTY, RANGE for what is no number or has no logarithm. */
export function fitScaling(values: ArrayLike<number>, options: ScalingOptions = {}): Scaling {
  const { kind = 'standard', transform = 'none' } = options;
  if (values.length === 0) throw new UnrolledError('EMPTY', 'expected values to scale by, received none', 'give data');
  const x = transformed(values, transform);
  let offset = 0;
  let factor = 1;
  if (kind === 'standard') {
    offset = x.reduce((sum, v) => sum + v, 0) / x.length;
    factor = Math.sqrt(x.reduce((sum, v) => sum + (v - offset) ** 2, 0) / x.length);
  } else if (kind === 'minmax') {
    offset = x.reduce((least, v) => Math.min(least, v), Infinity);
    factor = x.reduce((most, v) => Math.max(most, v), -Infinity) - offset;
  }
  return { transform, offset, factor: factor > 0 ? factor : 1 };
}

/** Errors: RANGE. */
export function scaleValues(values: ArrayLike<number>, { transform, offset, factor }: Scaling): Float64Array {
  return transformed(values, transform).map((v) => (v - offset) / factor);
}

/** Undoes `scaleValues`. */
export function unscaleValues(scaled: ArrayLike<number>, { transform, offset, factor }: Scaling): Float64Array {
  return Float64Array.from(scaled, (v) => {
    const x = v * factor + offset;
    return transform === 'none' ? x : transform === 'log' ? Math.exp(x) : Math.expm1(x);
  });
}

function transformed(values: ArrayLike<number>, transform: Transform): Float64Array {
  const least = transform === 'log' ? 0 : transform === 'log1p' ? -1 : -Infinity;
  return Float64Array.from(values, (v, i) => {
    if (!Number.isFinite(v) || v <= least) {
      const wanted = transform === 'none' ? 'a finite number' : `a finite number above ${least} for ${transform}`;
      throw new UnrolledError(
        'RANGE',
        `expected ${wanted}, received ${v} as value ${i + 1} of the series`,
        transform === 'none' ? 'fill missing values before' : 'fill missing values, or take another transform',
      );
    }
    return transform === 'none' ? v : transform === 'log' ? Math.log(v) : Math.log1p(v);
  });
}
