// The numbers of a stored parameter, whatever they are stored as: half floats are widened, quantized ones multiplied with their scale.
import { UnrolledError } from '../errors.js';
import type { GivenParameter, Scale, StoredDType } from './labels.js';

/** Row by row, as many as the shape has elements. Errors: FORMAT for a scale that does not fit. */
export function numbersOf(name: string, { shape, data, dtype, scale }: GivenParameter): ArrayLike<number> {
  const values =
    dtype === 'float16' ? Float32Array.from(data, fromHalf) : dtype === 'bfloat16' ? fromBrain(data) : data;
  return scale === undefined ? values : scaled(name, shape, values, scale);
}

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function fromHalf(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A bfloat16 is the upper half of a float32. */
function fromBrain(data: ArrayLike<number>): Float32Array {
  return new Float32Array(Uint32Array.from(data, (bits) => (bits << 16) >>> 0).buffer);
}

function scaled(
  name: string,
  shape: readonly number[],
  data: ArrayLike<number>,
  { axis, factors }: Scale,
): Float32Array {
  if (!(axis in shape) || factors.length !== shape[axis]) {
    throw new UnrolledError(
      'FORMAT',
      `expected a scale of ${name} with a factor for each element of one of its axes, received ${factors.length} for axis ${axis} of [${shape.join(', ')}]`,
      'quantize the weights again',
    );
  }
  const inner = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  const along = shape[axis];
  return Float32Array.from(data, (value, i) => value * factors[Math.floor(i / inner) % along]);
}

/** Exponents of ones alone, of half floats. */
const PATTERNS: Partial<Record<StoredDType, number>> = { float16: 0x7c00, bfloat16: 0x7f80 };

/** The place of the first number that is NaN or infinite; −1 without. */
export function firstNonFinite(dtype: StoredDType, data: ArrayLike<number>): number {
  const pattern = PATTERNS[dtype];
  for (let i = 0; i < data.length; i++) {
    if (pattern === undefined ? !Number.isFinite(data[i]) : (data[i] & pattern) === pattern) return i;
  }
  return -1;
}
