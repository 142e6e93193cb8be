// The weights of a module: read one after the other from base64, in the order in which the writer put them there.
import { numbersOf } from '../../weights/numbers.js';

/** How the numbers of a matrix are stored; vectors are float32. */
export type ModuleDType = 'f32' | 'f16' | 'bf16' | 'int8';

/** Reads weights one after the other; each call takes what `ModuleWriter` wrote by the method of that name. */
export interface WeightReader {
  vector(size: number): Float32Array;
  matrix(dtype: ModuleDType, rows: number, cols: number): Float32Array;
  /** Which of `size` places are marked, as the numbers of the marked ones. */
  marks(size: number): Int32Array;
}

/** @param base64 the bytes of all weights */
export function reader(base64: string): WeightReader {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  let at = 0;
  const next = (size: number): ArrayBuffer => bytes.slice(at, (at += size)).buffer;
  const vector = (size: number): Float32Array => new Float32Array(next(4 * size));
  return {
    vector,
    matrix(dtype, rows, cols) {
      const size = rows * cols;
      if (dtype === 'f32') return vector(size);
      if (dtype === 'int8') {
        const scale = { axis: 0, factors: vector(rows) };
        const data = new Int8Array(next(size));
        return Float32Array.from(numbersOf('', { shape: [rows, cols], data, dtype, scale }));
      }
      const data = new Uint16Array(next(2 * size));
      const stored = dtype === 'f16' ? 'float16' : 'bfloat16';
      return Float32Array.from(numbersOf('', { shape: [rows, cols], data, dtype: stored }));
    },
    marks(size) {
      const bits = new Uint8Array(next(Math.ceil(size / 8)));
      const marked: number[] = [];
      for (let i = 0; i < size; i++) if ((bits[i >> 3] >> (i & 7)) & 1) marked.push(i);
      return Int32Array.from(marked);
    },
  };
}
