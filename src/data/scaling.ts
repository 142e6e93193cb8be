// Scaling of a series, fitted on one part and undone after prediction: plain data, so that it stands in the model file.
import { UnrolledError } from '../errors.js';
import { requireNumber } from '../range.js';
import {
  expectChoice,
  expectNumbers,
  expectObject,
  expectValues,
  type Names,
  optionsOf,
  shownValue,
} from '../expect.js';

export const SCALINGS = ['standard', 'robust', 'minmax', 'none'] as const;
/** By mean and deviation, by median and quartiles, by least and largest value, or not at all. */
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
  /**
   * Mean 0 and deviation 1 (`standard`, by the count, not the count less one), median 0 and the deviation that a normal distribution
   * with these quartiles has (`robust`: outliers change little), 0 to 1 (`minmax`), or as it is; standard.
   */
  kind?: ScalingKind;
  /** none */
  transform?: Transform;
}

const NAMES: Names<ScalingOptions> = { kind: true, transform: true };

/**
 * Values that differ by less than this share of their size differ by rounding alone: some hundred times the distance of two
 * neighbouring float64 numbers, as sums and averages of a few thousand values leave it.
 */
const ROUNDING = 1e-13;

/**
 * Whether values are the same but for rounding. What divides by their deviation must ask this, not whether it is 0.
 * @param size what the values were computed from, where that is larger than they are: the values of which they are differences
 */
export function isConstant(values: ArrayLike<number>, size = 0): boolean {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]);
    most = Math.max(most, values[i]);
  }
  return values.length === 0 || most - least <= ROUNDING * Math.max(size, Math.abs(least), Math.abs(most));
}

/**
 * Fits on `values`; a series that is constant up to rounding has factor 1.
 * Errors: EMPTY, RANGE for what is no number or has no logarithm, or for numbers too far apart to be scaled.
 */
export function fitScaling(values: ArrayLike<number>, options: ScalingOptions = {}): Scaling {
  const { kind = 'standard', transform = 'none' } = optionsOf(options, NAMES, 'fitScaling');
  expectChoice(kind, 'a kind', SCALINGS);
  expectValues(values, 'values');
  if (values.length === 0)
    throw new UnrolledError('EMPTY', 'expected values to fit a scaling on, received none', 'give data');
  const x = transformed(values, transform);
  if (kind !== 'none' && isConstant(x, roundedSize(transform))) return { transform, offset: x[0], factor: 1 };
  let offset = 0;
  let factor = 1;
  if (kind === 'standard') {
    offset = x.reduce((sum, v) => sum + v, 0) / x.length;
    factor = Math.sqrt(x.reduce((sum, v) => sum + (v - offset) ** 2, 0) / x.length);
  } else if (kind === 'robust') {
    const sorted = x.toSorted();
    offset = quantile(sorted, 0.5);
    factor = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / QUARTILES;
    // More than half of the values may be the same.
    if (!(factor > 0)) return fitScaling(values, { kind: 'standard', transform });
  } else if (kind === 'minmax') {
    offset = x.reduce((least, v) => Math.min(least, v), Infinity);
    factor = x.reduce((most, v) => Math.max(most, v), -Infinity) - offset;
  }
  if (!Number.isFinite(factor)) {
    const expected = 'expected values whose squares are finite numbers';
    throw new UnrolledError('RANGE', `${expected}, received a deviation of ${factor}`, 'use a larger unit');
  }
  return { transform, offset, factor };
}

/** The distance of the quartiles of a normal distribution, in deviations. */
const QUARTILES = 1.349;

/** Between two values by a straight line. @param sorted rising */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** The deviation of the differences of a scaled series; 1 where they are constant up to rounding. */
export function differenceScale(scaled: ArrayLike<number>, { transform, offset, factor }: Scaling): number {
  const differences = Float64Array.from(
    { length: Math.max(0, scaled.length - 1) },
    (_, i) => scaled[i + 1] - scaled[i],
  );
  const size = largest(scaled) + (Math.abs(offset) + roundedSize(transform)) / factor;
  return isConstant(differences, size) ? 1 : fitScaling(differences).factor;
}

/** A logarithm has the relative error of its value as an absolute one, and may be far smaller. */
const roundedSize = (transform: Transform): number => (transform === 'log' ? 1 : 0);

/** The largest |value|; 0 of none. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** Errors: RANGE. */
export function scaleValues(values: ArrayLike<number>, scaling: Scaling): Float64Array {
  const { transform, offset, factor } = checkedScaling(scaling);
  expectValues(values, 'values');
  return transformed(values, transform).map((v) => (v - offset) / factor);
}

/** Undoes `scaleValues`. */
export function unscaleValues(scaled: ArrayLike<number>, scaling: Scaling): Float64Array {
  const { transform, offset, factor } = checkedScaling(scaling);
  expectNumbers(scaled, 'values');
  return Float64Array.from(scaled, (v) => {
    const x = v * factor + offset;
    return transform === 'none' ? x : transform === 'log' ? Math.exp(x) : Math.expm1(x);
  });
}

/** Errors: OPTION, RANGE for what `fitScaling` cannot have given. */
function checkedScaling(scaling: Scaling): Scaling {
  expectObject(scaling, 'a scaling', 'give what fitScaling gave');
  requireNumber('the offset of a scaling', scaling.offset, {}, 'give what fitScaling gave');
  requireNumber('the factor of a scaling', scaling.factor, {}, 'give what fitScaling gave');
  expectChoice(scaling.transform, 'a transform', TRANSFORMS);
  return scaling;
}

function transformed(values: ArrayLike<number>, transform: Transform): Float64Array {
  expectChoice(transform, 'a transform', TRANSFORMS);
  const least = transform === 'log' ? 0 : transform === 'log1p' ? -1 : -Infinity;
  return Float64Array.from(values, (v, i) => {
    if (!Number.isFinite(v) || v <= least) {
      const wanted = transform === 'none' ? 'a finite number' : `a finite number above ${least} for ${transform}`;
      throw new UnrolledError(
        'RANGE',
        `expected ${wanted}, received ${shownValue(v)} as value ${i + 1} of the series`,
        transform === 'none' ? 'fill in missing values first' : 'fill in missing values, or use another transform',
      );
    }
    return transform === 'none' ? v : transform === 'log' ? Math.log(v) : Math.log1p(v);
  });
}
