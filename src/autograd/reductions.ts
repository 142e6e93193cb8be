// Reductions: one number out of all elements, or one for each place along the axes that are left.
import { UnrolledError } from '../errors.js';
import { type Names, optionsOf } from '../expect.js';
import { apply } from '../program/expr.js';
import { requireNumber } from '../range.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import type { HostArray } from '../tensor/device.js';
import { formatShape, resolveAxis, sizeOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { div, mul, neg, sqrt, square, sub } from './arithmetic.js';
import { argument, elementwise } from './elementwise.js';
import { asFloat, reduceIntegers } from './integers.js';
import { expand, reduceAxes } from './movement.js';
import { alias, record } from './tape.js';

/** Over which axes a reduction goes, and what is left of them. */
export interface ReduceOptions {
  /** Which axes; all by default. */
  axis?: number | readonly number[];
  /** Leaves the reduced axes with size 1. */
  keepDims?: boolean;
}

/** Options of a reduction, or only its axes: `sum(x, 1)` is `sum(x, { axis: 1 })`. */
export type Reduced<Options = ReduceOptions> = number | readonly number[] | Options;

/** What `std` and `variance` divide by. */
export interface SpreadOptions extends ReduceOptions {
  /** The squares are divided by the number of elements less this; 1 by default, as in PyTorch. 0 is of a whole population. */
  correction?: number;
}

interface Plan {
  /** The axes that are reduced, and those that stay; in order. */
  over: number[];
  kept: number[];
  /** How many elements make one. */
  count: number;
  /** The shape with reduced axes of size 1; the shape of the result. */
  ones: number[];
  shape: number[];
}

const REDUCE_NAMES: Names<ReduceOptions> = { axis: true, keepDims: true };
const SPREAD_NAMES: Names<SpreadOptions> = { ...REDUCE_NAMES, correction: true };

/** Errors: OPTION for options that are none. */
function reduceOptions<O extends ReduceOptions>(given: Reduced<O>, names: Names<O>): Partial<O> {
  const options = typeof given === 'number' || Array.isArray(given) ? { axis: given } : given;
  return optionsOf(options as O, names, 'a reduction');
}

function reducePlan(x: Tensor, { axis, keepDims = false }: ReduceOptions): Plan {
  const given = axis === undefined ? x.shape.map((_, axis) => axis) : [axis].flat();
  const over = [...new Set(given.map((axis) => resolveAxis(axis, x.rank)))].sort((a, b) => a - b);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !over.includes(axis));
  const ones = x.shape.map((n, axis) => (over.includes(axis) ? 1 : n));
  const count = sizeOf(over.map((axis) => x.shape[axis]));
  return { over, kept, count, ones, shape: keepDims ? ones : kept.map((axis) => x.shape[axis]) };
}

const INPUT = 'the input';
const NO_LARGEST = 'the largest of none is undefined';
const NO_SMALLEST = 'the smallest of none is undefined';

/** The sum over all elements (a scalar, of shape []) or over some axes; of int32 it is int32. Errors: RANGE for an axis that is none. */
export function sum(input: TensorLike, options: Reduced = {}): Tensor {
  const x = asTensor(input, INPUT);
  const { over, kept, ones, shape } = reducePlan(x, reduceOptions(options, REDUCE_NAMES));
  if (x.dtype === 'int32') return reduceIntegers(total, x, over, kept, shape);
  const out = alias(reduceAxes(x, 'sum', over, kept), shape);
  record({ op: 'sum', inputs: [x], outputs: [out], backward: ([g]) => [g && expand(alias(g, ones), x.shape)] });
  return out;
}

/** The mean over all elements or over some axes, in float32; over no elements it is NaN. Errors: RANGE for an axis that is none. */
export function mean(input: TensorLike, options: Reduced = {}): Tensor {
  const x = asFloat(input, INPUT);
  return mul(sum(x, options), 1 / reducePlan(x, reduceOptions(options, REDUCE_NAMES)).count);
}

/** The largest element; where several are equal they share the gradient. Errors: EMPTY for no elements, RANGE. */
export function max(input: TensorLike, options: Reduced = {}): Tensor {
  const x = asTensor(input, INPUT);
  if (x.dtype === 'int32') return pick((row) => row[largest(row)], x, options, NO_LARGEST);
  const { over, kept, ones, shape, count } = reducePlan(x, reduceOptions(options, REDUCE_NAMES));
  requireElements(x, count, NO_LARGEST);
  const out = alias(reduceAxes(x, 'max', over, kept), shape);
  record({
    op: 'max',
    inputs: [x],
    outputs: [out],
    backward([g]) {
      if (g === null) return [null];
      const hit = elementwise(apply('equal', argument(0), argument(1)), [x, alias(out, ones)]);
      const count = alias(reduceAxes(hit, 'sum', over, kept), ones);
      return [mul(hit, div(alias(g, ones), count))];
    },
  });
  return out;
}

/** The smallest element; where several are equal they share the gradient. Errors: EMPTY for no elements, RANGE. */
export function min(input: TensorLike, options: Reduced = {}): Tensor {
  const x = asTensor(input, INPUT);
  if (x.dtype !== 'int32') return neg(max(neg(x), options));
  return pick((row) => row[smallest(row)], x, options, NO_SMALLEST);
}

/** Options of `argmax` and `argmin`. */
export interface ArgOptions {
  /** Along which axis; by default over all elements, counted in row-major order. */
  axis?: number;
  /** Leaves the axis with size 1. */
  keepDims?: boolean;
}

/**
 * The index of the largest element, int32: along an axis, or among all elements in row-major order. Of equal ones it is the first;
 * NaN counts as the largest, so that it shows. No gradient. Errors: EMPTY for no elements, RANGE for an axis that is none.
 */
export function argmax(input: TensorLike, options: number | ArgOptions = {}): Tensor {
  return pick(largest, asTensor(input, INPUT), options, NO_LARGEST);
}

/** The index of the smallest element, as `argmax` gives that of the largest. Errors: EMPTY, RANGE. */
export function argmin(input: TensorLike, options: number | ArgOptions = {}): Tensor {
  return pick(smallest, asTensor(input, INPUT), options, NO_SMALLEST);
}

/** One whole number out of the elements along the axes, for each place along the others. Errors: EMPTY, RANGE. */
function pick(of: (row: HostArray) => number, x: Tensor, options: Reduced, help: string): Tensor {
  const { over, kept, shape, count } = reducePlan(x, reduceOptions(options, REDUCE_NAMES));
  requireElements(x, count, help);
  return reduceIntegers(of, x, over, kept, shape);
}

/** The first place of a number that no other is better than, or of NaN. */
function placeOfBest(row: HostArray, better: (a: number, b: number) => boolean): number {
  let best = 0;
  for (let i = 0; i < row.length; i++) {
    if (Number.isNaN(row[i])) return i;
    if (better(row[i], row[best])) best = i;
  }
  return best;
}

const largest = (row: HostArray): number => placeOfBest(row, (a, b) => a > b);
const smallest = (row: HostArray): number => placeOfBest(row, (a, b) => a < b);

function total(row: HostArray): number {
  let sum = 0;
  for (const value of row) sum += value;
  return sum;
}

function requireElements(x: Tensor, count: number, help: string): void {
  if (count > 0) return;
  throw new UnrolledError('EMPTY', `expected elements, received shape ${formatShape(x.shape)}`, help);
}

/**
 * The variance of all elements or over some axes: the sum of squared distances from the mean, divided by their number less
 * `correction`. Errors: RANGE for an axis that is none, and where there are no more elements than the correction.
 */
export function variance(input: TensorLike, options: Reduced<SpreadOptions> = {}): Tensor {
  const x = asFloat(input, INPUT);
  const { correction = 1, ...reduced } = reduceOptions(options, SPREAD_NAMES);
  const { count } = reducePlan(x, reduced);
  requireNumber('a correction', correction, { min: 0 }, '1 is of a sample, 0 of a whole population');
  if (count <= correction) {
    throw new UnrolledError(
      'RANGE',
      `expected more elements than the correction of ${correction}, received ${count} for each result from shape ${formatShape(x.shape)}`,
      '{ correction: 0 } gives the variance of a whole population, which one element has too',
    );
  }
  const distance = sub(x, mean(x, { ...reduced, keepDims: true }));
  return mul(sum(square(distance), reduced), 1 / (count - correction));
}

/** The standard deviation: the root of `variance`. At 0 its gradient is not finite. Errors: as of `variance`. */
export function std(input: TensorLike, options: Reduced<SpreadOptions> = {}): Tensor {
  return sqrt(variance(input, options));
}
