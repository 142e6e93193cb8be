// Numbers as files have them: bytes to typed arrays, byte order, strides.
import { cut, UnrolledError } from '../errors.js';
import { expectText, expectValues, refuse } from '../expect.js';
import type { FileTensor } from '../weights/files.js';

/** Half floats (F16, BF16) stay the 16-bit patterns that they are; BOOL is 0 or 1 in a byte. */
export const NUMBER_ARRAYS = {
  ...{ BOOL: Uint8Array, U8: Uint8Array, I8: Int8Array, U16: Uint16Array, I16: Int16Array },
  ...{ F16: Uint16Array, BF16: Uint16Array, U32: Uint32Array, I32: Int32Array, F32: Float32Array },
  ...{ U64: BigUint64Array, I64: BigInt64Array, F64: Float64Array },
} as const;

/** Bytes of an element, by the names of safetensors. */
export const WIDTHS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(NUMBER_ARRAYS).map(([dtype, own]) => [dtype, own.BYTES_PER_ELEMENT]),
);

/** Whether JavaScript has an array for it. */
export function isReadable(dtype: string): dtype is NumberType {
  return Object.hasOwn(NUMBER_ARRAYS, dtype);
}

/** The types that are read, by the names of safetensors. Half floats (F16, BF16) stay the 16-bit patterns that they are; BOOL is 0 or 1. */
export type NumberType = keyof typeof NUMBER_ARRAYS;

/** The array that holds a type's elements. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

/** Bytes as the array of a type, or numbers in one. Errors: DTYPE. */
export function arrayOf(dtype: string, data: FileTensor['data']): NumberArray {
  if (!isReadable(dtype)) {
    const known = Object.keys(NUMBER_ARRAYS).join(', ');
    throw new UnrolledError('DTYPE', `expected a type of ${known}, received ${dtype}`, 'convert the numbers');
  }
  const own = NUMBER_ARRAYS[dtype];
  if (data instanceof own) return data;
  if (data instanceof Uint8Array) {
    const aligned = data.byteOffset % own.BYTES_PER_ELEMENT === 0 ? data : data.slice();
    return new own(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / own.BYTES_PER_ELEMENT);
  }
  const from = own.from as unknown as (values: ArrayLike<unknown>) => NumberArray;
  try {
    return from.call(own, data);
  } catch (cause) {
    throw new UnrolledError('DTYPE', `expected numbers of type ${dtype}, received ${String(cause)}`, 'convert them', {
      cause,
    });
  }
}

/** Turns the bytes of each element round, in place. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; width > 1 && at + width <= bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

/**
 * The elements row by row, of an array in which they stand otherwise.
 * @param strides elements between neighbours along each axis  @param offset of the first
 */
export function rowMajor<A extends NumberArray>(
  data: A,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): A {
  const count = shape.reduce((product, n) => product * n, 1);
  const result = new (data.constructor as new (length: number) => A)(count);
  const index = new Array<number>(shape.length).fill(0);
  let from = offset;
  for (let to = 0; to < count; to++) {
    result[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

const TENSOR_HELP = "give { shape: [2, 3], dtype: 'F32', data }";

/** The same tensor. Errors: OPTION for what is none, SHAPE where the data do not fill the shape. @param what for messages */
export function checkedTensor(tensor: FileTensor, what: string): FileTensor {
  if (typeof tensor !== 'object' || tensor === null) refuse(`${what} as a tensor`, tensor, TENSOR_HELP);
  const { shape, dtype, data } = tensor;
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    refuse(`the shape of ${what} as sizes`, shape, TENSOR_HELP);
  }
  expectText(dtype, `the dtype of ${what}`, TENSOR_HELP);
  expectValues(data, `the data of ${what}`, TENSOR_HELP);
  const count = shape.reduce((product: number, n: number) => product * n, 1);
  if (data.length === count) return tensor;
  throw new UnrolledError(
    'SHAPE',
    `expected ${count} elements for ${what}, received ${data.length}`,
    'the data must fill the shape',
  );
}

/** The same tensors. Errors: OPTION for what is no Map of tensors by name, SHAPE. */
export function checkedTensors(tensors: ReadonlyMap<string, FileTensor>): ReadonlyMap<string, FileTensor> {
  if (!(tensors instanceof Map))
    refuse('a Map of tensors by name', tensors, `new Map([['weight', …]]): ${TENSOR_HELP}`);
  for (const [name, tensor] of tensors) {
    expectText(name, 'the name of a tensor');
    checkedTensor(tensor, `"${cut(name, 60)}"`);
  }
  return tensors;
}
