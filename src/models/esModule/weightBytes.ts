// Weights as bytes, little-endian: float32, half floats, or int8 with a scale for each row.
import { toBrain, toHalf } from '../../weights/numbers.js';
import type { ModuleDType } from './weightReader.js';

/** Of float16: what is larger becomes this. */
const LARGEST_HALF = 65504;

/** Float32, one after the other. */
export function encodeFloats(data: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 * data.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) view.setFloat32(4 * i, data[i], true);
  return bytes;
}

/** A bit for each of `size` places, the lowest of a byte first. */
export function encodeMarks(size: number, marked: ArrayLike<number>): Uint8Array {
  const bits = new Uint8Array(Math.ceil(size / 8));
  for (let i = 0; i < marked.length; i++) bits[marked[i] >> 3] |= 1 << (marked[i] & 7);
  return bits;
}

/** A matrix row by row; of int8 the scales stand before it. */
export function encodeMatrix(dtype: ModuleDType, rows: number, cols: number, data: ArrayLike<number>): Uint8Array[] {
  switch (dtype) {
    case 'f32':
      return [encodeFloats(data)];
    case 'f16':
      return [encodeWords(data, (value) => toHalf(Math.max(-LARGEST_HALF, Math.min(LARGEST_HALF, value))))];
    case 'bf16':
      return [encodeWords(data, toBrain)];
    case 'int8':
      return quantized(rows, cols, data);
    default:
      return dtype satisfies never;
  }
}

function encodeWords(data: ArrayLike<number>, bitsOf: (value: number) => number): Uint8Array {
  const bytes = new Uint8Array(2 * data.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) view.setUint16(2 * i, bitsOf(data[i]), true);
  return bytes;
}

/** Each row by its largest number: that is 127. */
function quantized(rows: number, cols: number, data: ArrayLike<number>): Uint8Array[] {
  const scales = new Float32Array(rows);
  const values = new Int8Array(rows * cols);
  for (let r = 0; r < rows; r++) {
    let most = 0;
    for (let c = 0; c < cols; c++) most = Math.max(most, Math.abs(data[r * cols + c]));
    scales[r] = most / 127;
    if (most === 0) continue;
    for (let c = 0; c < cols; c++) values[r * cols + c] = Math.round(data[r * cols + c] / scales[r]);
  }
  return [encodeFloats(scales), new Uint8Array(values.buffer)];
}
