// Matrix products of the reference backend: sums in double, one row of C at a time.
import type { GemmSpec, Int8Ref, MatrixRef } from '../contract.js';
import { INT8_DEPTH } from '../numbers.js';
import { floats, integers } from './memory.js';

/** C [m, n] (+)= op(A) [m, k] · op(B) [k, n]. Errors: SHAPE, DTYPE. */
export function gemm(spec: GemmSpec, a: MatrixRef, b: MatrixRef, c: MatrixRef): void {
  const { m, n, k, transA = false, transB = false, accumulate = false } = spec;
  const aData = floats(a, 'matrix A', [transA ? k : m, a.stride], [transA ? m : k, 1]);
  const bData = floats(b, 'matrix B', [transB ? n : k, b.stride], [transB ? k : n, 1]);
  const cData = floats(c, 'matrix C', [m, c.stride], [n, 1]);
  const [aRow, aCol] = transA ? [1, a.stride] : [a.stride, 1];
  const [bRow, bCol] = transB ? [1, b.stride] : [b.stride, 1];
  const sums = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    sums.fill(0);
    for (let l = 0; l < k; l++) {
      const factor = aData[a.offset + i * aRow + l * aCol];
      const row = b.offset + l * bRow;
      for (let j = 0; j < n; j++) sums[j] += factor * bData[row + j * bCol];
    }
    const row = c.offset + i * c.stride;
    for (let j = 0; j < n; j++) cData[row + j] = accumulate ? cData[row + j] + sums[j] : sums[j];
  }
}

/** Below, the largest element of a row counts as zero: its reciprocal would not be finite. */
const INT8_SMALLEST = 1e-30;

/** Adding this to a float32 rounds it to a whole number. */
const ROUND = 12582912;

const { fround } = Math;

/** C [m, n] (+)= A [m, k] · Bᵀ, B [n, k] of int8 with a scale for each row, in float32 as the kernels do. Errors: SHAPE, DTYPE. */
export function gemmInt8({ m, n, k, accumulate = false }: GemmSpec, a: MatrixRef, b: Int8Ref, c: MatrixRef): void {
  const aData = floats(a, 'matrix A', [m, a.stride], [k, 1]);
  const words = integers(b, 'matrix B', [n, b.stride], [Math.ceil(k / 4), 1]);
  const scales = floats(b.scales, 'the scales', [n, 1]);
  const cData = floats(c, 'matrix C', [m, c.stride], [n, 1]);
  const weight = (j: number, p: number): number =>
    (words[b.offset + j * b.stride + (p >> 2)] << (24 - 8 * (p & 3))) >> 24;
  for (let i = 0; i < m; i++) {
    const row = c.offset + i * c.stride;
    if (k === 0 && !accumulate) cData.fill(0, row, row + n);
    for (let first = 0; first < k; first += INT8_DEPTH) {
      const start = a.offset + i * a.stride + first;
      const { factor, whole } = quantizeRow(aData.subarray(start, start + Math.min(INT8_DEPTH, k - first)));
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < whole.length; p++) sum += whole[p] * weight(j, first + p);
        const y = fround(scales[b.scales.offset + j] * fround(factor * fround(sum)));
        cData[row + j] = accumulate || first > 0 ? cData[row + j] + y : y;
      }
    }
  }
}

/** Whole numbers from −32767 to 32767, and the factor that gives the row back. */
function quantizeRow(x: Float32Array | Float64Array): { factor: number; whole: Int16Array } {
  let largest = 0;
  for (const value of x) if (Number.isNaN(value) || Math.abs(value) > largest) largest = Math.abs(fround(value));
  if (largest < INT8_SMALLEST) return { factor: 0, whole: new Int16Array(x.length) };
  const inverse = fround(32767 / largest);
  const whole = Int16Array.from(x, (value) => fround(fround(fround(value) * inverse) + ROUND) - ROUND);
  return { factor: fround(largest / 32767), whole };
}
