// Shapes and types of datasets and attributes in an HDF5 file.
// Source: HDF5 File Format Specification, version 3.0, sections IV.A.2.b, IV.A.2.d
import type { Hdf5Bytes, Message } from './hdf5Objects.js';

const MAX_AXES = 32;
const SHARED = 2;

/** The size of each axis; [0] where there are no elements. Errors: FORMAT. */
export function readShape(file: Hdf5Bytes, at: number, size: number): number[] {
  const [version, rank] = [file.number(at, 1), file.number(at + 1, 1)];
  const begin = version === 1 ? 8 : 4;
  if (version < 1 || version > 2 || rank > MAX_AXES || begin + 8 * rank > size) {
    throw file.damaged('a shape', `one of version ${version} with ${rank} axes`);
  }
  if (version === 2 && file.number(at + 3, 1) === 2) return [0];
  const shape = Array.from({ length: rank }, (_, i) => file.number(at + begin + 8 * i, 8));
  if (shape.some((n) => n > Number.MAX_SAFE_INTEGER)) throw file.damaged('sizes of axes', shape.join(' × '));
  return shape;
}

/** By the names of safetensors; what is no number under the library's number of its kind. */
export interface Hdf5Type {
  dtype: string;
  /** Bytes of an element. */
  width: number;
  isBigEndian: boolean;
}

const FLOATS: Readonly<Record<string, string>> = {
  '2 5 10': 'F16',
  '2 8 7': 'BF16',
  '4 8 23': 'F32',
  '8 11 52': 'F64',
};

/** The type in a message. Errors: FORMAT beyond the file. */
export function readType(file: Hdf5Bytes, { at, flags }: Message): Hdf5Type {
  if ((flags & SHARED) !== 0) return { dtype: 'HDF5 type of its own', width: 1, isBigEndian: false };
  const kind = file.number(at, 1) & 15;
  const bits = file.number(at + 1, 1);
  const width = file.number(at + 4, 4);
  const other = `HDF5 type ${kind}`;
  let dtype = other;
  if (kind === 0) dtype = `${(bits & 8) === 0 ? 'U' : 'I'}${8 * width}`;
  else if (kind === 1) dtype = FLOATS[`${width} ${file.number(at + 13, 1)} ${file.number(at + 15, 1)}`] ?? other;
  return { dtype, width, isBigEndian: (bits & 1) !== 0 };
}
