// Numbers as programs have them - numbers, arrays of arrays, typed arrays - checked and put in a row. What is no number is an
// error that names its place: nothing becomes NaN in silence.
import { UnrolledError } from '../errors.js';
import { shownValue } from '../expect.js';
import type { DType } from './device.js';
import { formatShape, type Shape, sizeOf, stridesOf } from './shape.js';

/** The typed arrays whose elements are numbers; those of bigints are not among them. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** What `tensor` takes: numbers in arrays of arrays, typed arrays (as rows too); true counts as 1, false as 0. */
export type TensorValues = number | boolean | NumericArray | readonly TensorValues[];

/** Elements in row-major order. */
export interface FlatValues {
  data: ArrayLike<number>;
  shape: Shape;
  /** int32 where all of it came from typed arrays of whole numbers. */
  dtype: DType;
}

/** A typed array of numbers of any realm (a test runner's, a frame's). */
export function isNumericArray(value: unknown): value is NumericArray {
  return ArrayBuffer.isView(value) && /^(Float|Int|Uint)\d+(Clamped)?Array$/.test(tagOf(value));
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Whether it is a typed array of whole numbers. */
export function holdsIntegers(data: unknown): boolean {
  return isNumericArray(data) && !tagOf(data).startsWith('Float');
}

/**
 * The elements of nested arrays, and the shape that they have. Errors: DTYPE for what is no number, SHAPE where rows differ.
 * @param name what the message calls them: `values`, `the targets`
 */
export function flattenValues(values: unknown, name: string): FlatValues {
  if (isNumericArray(values)) {
    return { data: values, shape: [values.length], dtype: holdsIntegers(values) ? 'int32' : 'float32' };
  }
  const shape = shapeOfFirst(values);
  const data: number[] = [];
  const place: number[] = [];
  let integers = shape.length > 0;
  const collect = (value: unknown, axis: number): void => {
    place.length = axis;
    if (axis === shape.length) {
      if (!isNumber(value)) throw noNumber(value, name, place);
      data.push(Number(value));
      integers = false;
      return;
    }
    if (!Array.isArray(value) && !isNumericArray(value)) {
      throw isNumber(value) ? ragged(shape, `the number ${String(value)}`, name, place) : noNumber(value, name, place);
    }
    if (value.length !== shape[axis]) throw ragged(shape, `${value.length} elements`, name, place);
    if (isNumericArray(value) && axis === shape.length - 1) {
      for (const number of value) data.push(number);
      integers &&= holdsIntegers(value);
      return;
    }
    for (let i = 0; i < value.length; i++) {
      place[axis] = i;
      collect(value[i], axis + 1);
    }
  };
  collect(values, 0);
  return { data, shape, dtype: integers && data.length > 0 ? 'int32' : 'float32' };
}

/** The shape that nested arrays have if all rows are as the first. */
function shapeOfFirst(values: unknown): number[] {
  const shape: number[] = [];
  let level = values;
  while (Array.isArray(level) && level.length > 0) {
    shape.push(level.length);
    level = level[0];
  }
  if (Array.isArray(level) || isNumericArray(level)) shape.push(level.length);
  return shape;
}

/** Whether int32 holds the number. */
export function isWhole(value: number): boolean {
  return (value | 0) === value;
}

/** Checks the elements of a flat list. Errors: DTYPE for what is no number, RANGE for an int32 that is none. */
export function checkElements(data: ArrayLike<number>, dtype: DType, name: string, shape: Shape = [data.length]): void {
  const typed = isNumericArray(data);
  if (typed && (dtype === 'float32' || data instanceof Int32Array)) return;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (!isNumber(value)) throw noNumber(value, name, placeOf(i, shape));
    if (dtype === 'int32' && !isWhole(Number(value))) {
      throw new UnrolledError(
        'RANGE',
        `expected whole numbers from -2147483648 to 2147483647 for int32, received ${value} in ${name}${at(placeOf(i, shape))}`,
        'round them first, or leave dtype out: float32 holds fractions',
      );
    }
  }
}

/** A number, or true or false, which are 1 and 0 as typed arrays take them. */
function isNumber(value: unknown): value is number {
  return typeof value === 'number' || typeof value === 'boolean';
}

function placeOf(index: number, shape: Shape): number[] {
  const strides = stridesOf(shape);
  return sizeOf(shape) === 0 ? [] : shape.map((n, axis) => Math.floor(index / strides[axis]) % n);
}

/** ` at [2][0]`, or nothing for the whole. */
function at(place: readonly number[]): string {
  return place.length === 0 ? '' : ` at ${place.map((i) => `[${i}]`).join('')}`;
}

function ragged(shape: Shape, received: string, name: string, place: readonly number[]): UnrolledError {
  const expected = shape.slice(place.length);
  return new UnrolledError(
    'SHAPE',
    `expected rows of equal length in ${name}, ${formatShape(expected)} as the first, received ${received}${at(place)}`,
    'pad the rows to one length',
  );
}

function noNumber(value: unknown, name: string, place: readonly number[]): UnrolledError {
  if (Array.isArray(value) || isNumericArray(value)) {
    const message = `expected a number in ${name}${at(place)} as in the row's first place, received an array`;
    return new UnrolledError('SHAPE', message, 'all elements lie at the same depth');
  }
  const message = `expected a number in ${name}${at(place)}, received ${shownValue(value)}`;
  return new UnrolledError('DTYPE', message, remedy(value));
}

function remedy(value: unknown): string {
  if (typeof value === 'string') return 'turn texts into numbers first, as by Number(text)';
  if (value === undefined || value === null) {
    return 'fill in what is missing; where it should count as not a number, write NaN';
  }
  if (typeof value === 'bigint' || (ArrayBuffer.isView(value) && tagOf(value).startsWith('Big'))) {
    return 'convert them first: Int32Array.from(values, Number)';
  }
  if (value instanceof ArrayBuffer) return 'say what its bytes are: new Float32Array(buffer)';
  if (typeof value === 'object' && 'storage' in value) {
    return 'stack([a, b]) puts tensors together, x.clone() copies one';
  }
  if (typeof value === 'object' && Symbol.iterator in value) return 'make an array of it: Array.from(values)';
  return 'give numbers, arrays of arrays of numbers, or typed arrays';
}
