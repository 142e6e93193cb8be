// The numbers of a stored parameter, whatever they are stored as: half floats are widened, quantized ones multiplied with their scale.
import { UnrolledError } from '../errors.js';
import type { Int8Matrix } from '../tensor/int8.js';
import type { GivenParameter, Scale, StateDict, StoredDType } from './labels.js';

/** Row by row, as many as the shape has elements. Errors: FORMAT for a scale that does not fit. */
export function numbersOf(name: string, { shape, data, dtype, scale }: GivenParameter): ArrayLike<number> {
  const values =
    dtype === 'float16' ? Float32Array.from(data, fromHalf) : dtype === 'bfloat16' ? fromBrain(data) : data;
  return scale === undefined ? values : scaled(name, shape, values, scale);
}

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
export function fromHalf(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The bits of a number as float32. */
const bits = new DataView(new ArrayBuffer(4));

/** The float16 nearest to a number, of two the even one, as its pattern of 16 bits; infinite beyond 65519. */
export function toHalf(value: number): number {
  bits.setFloat32(0, value);
  const sign = bits.getUint16(0) & 0x8000;
  const size = Math.abs(Math.fround(value));
  if (Number.isNaN(size)) return sign | 0x7e00;
  // Steps between neighbours: 2⁻²⁴ below 2⁻¹⁴, then 2⁻¹⁰ of the power of two.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = roundHalfEven(size * 2 ** (10 - exponent));
  return sign | Math.min(0x7c00, steps + ((exponent + 14) << 10));
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** The bfloat16 nearest to a number, of two the even one, as its pattern of 16 bits. */
export function toBrain(value: number): number {
  bits.setFloat32(0, value);
  const pattern = bits.getUint32(0);
  if (Number.isNaN(value)) return (pattern >>> 16) | 0x40;
  return (pattern + 0x7fff + ((pattern >>> 16) & 1)) >>> 16;
}

/** A bfloat16 is the upper half of a float32. */
function fromBrain(data: ArrayLike<number>): Float32Array {
  return new Float32Array(Uint32Array.from(data, (bits) => (bits << 16) >>> 0).buffer);
}

/** A matrix of int8 with a scale, as it is; null for all else. Errors: FORMAT for a scale that does not fit. */
export function int8Of(name: string, { shape, data, dtype, scale }: GivenParameter): Int8Matrix | null {
  if (dtype !== 'int8' || scale === undefined || shape.length !== 2) return null;
  const { axis, factors } = scale;
  requireScale(name, shape, scale);
  if (axis !== 0 && axis !== 1) return null;
  return { data: Int8Array.from(data), axis, factors: Float32Array.from(factors) };
}

/** Errors: FORMAT. */
function requireScale(name: string, shape: readonly number[], { axis, factors }: Scale): void {
  const wrong = Array.prototype.findIndex.call(factors, (f: number) => !(f >= 0 && f < Infinity));
  if (axis in shape && factors.length === shape[axis] && wrong < 0) return;
  throw new UnrolledError(
    'FORMAT',
    wrong < 0
      ? `expected a scale of ${name} with a factor for each element of one of its axes, received ${factors.length} for axis ${axis} of [${shape.join(', ')}]`
      : `expected finite factors from 0 on as the scale of ${name}, received ${factors[wrong]} at ${wrong}`,
    'quantize the weights again',
  );
}

function scaled(name: string, shape: readonly number[], data: ArrayLike<number>, scale: Scale): Float32Array {
  requireScale(name, shape, scale);
  const { axis, factors } = scale;
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

/** A state dict with float32 in place of whatever its parameters are stored as. Errors: FORMAT for a scale that does not fit. */
export function floatState(state: StateDict): StateDict {
  return Object.fromEntries(
    Object.entries(state).map(([name, { scale, ...own }]) => [
      name,
      own.dtype === 'float32' || own.dtype === 'float64'
        ? own
        : { ...own, dtype: 'float32', data: numbersOf(name, { ...own, scale }) },
    ]),
  );
}
