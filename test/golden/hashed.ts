// What golden tests share: the inputs that both sides compute, and how results are compared with stored ones.
import { sizeOf } from '../../src/tensor/shape.js';

/** What is stored of a tensor: its norm, and every `step`-th element. */
export interface Summary {
  norm: number;
  step: number;
  values: number[];
}

/** The same numbers as in the scripts: an integer hash of name and index, rounded to float32. */
export function hashed(name: string, shape: readonly number[], scale = 1): Float32Array {
  let seed = 0;
  for (const ch of name) seed = (Math.imul(seed, 31) + ch.charCodeAt(0)) >>> 0;
  const found = new Float32Array(sizeOf(shape));
  for (let i = 0; i < found.length; i++) {
    let h = (seed + Math.imul(i, 0x9e3779b9)) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
    found[i] = (h / 2 ** 31 - 1) * scale;
  }
  return found;
}

/** Largest difference of the stored elements and of the norm (by element), relative to `scale`, the tensor's magnitude. */
export function relativeError(values: readonly number[], golden: Summary, scale: number): number {
  const worst = Math.max(...golden.values.map((v, i) => Math.abs((values[i * golden.step] ?? NaN) - v)));
  const norm = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
  return Math.max(worst, Math.abs(norm - golden.norm) / Math.sqrt(values.length)) / scale;
}
