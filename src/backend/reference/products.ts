// Matrix products of the reference backend: sums in double, one row of C at a time.
import type { GemmSpec, MatrixRef } from '../contract.js';
import { floats } from './memory.js';

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
