// Eigenvalues of recurrent matrices: what repeats itself at every step grows where they lie outside the unit circle.
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { UnrolledError } from '../errors.js';
import { requireNumber } from '../range.js';
import { expectList, expectValues, refuse } from '../expect.js';

/** A square matrix: [n][n], or its rows on end. */
export type SquareMatrix =
  | readonly ArrayLike<number>[]
  | {
      /** n */
      size: number;
      /** n · n elements, row by row. */
      data: ArrayLike<number>;
    };

/** A complex number. */
export interface Complex {
  /** Real part. */
  re: number;
  /** Imaginary part. */
  im: number;
}

/** Up to this size all eigenvalues are computed (n³: seconds at the limit). */
export const FULL_SPECTRUM = 512;

/** All eigenvalues, the largest in absolute value first; n³. Errors: SHAPE, NON_FINITE. */
export function eigenvalues(matrix: SquareMatrix): Complex[] {
  const rows = rowsOf(matrix);
  if (rows.length === 0) return [];
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(new Matrix(rows));
  return realEigenvalues
    .map((re, i) => ({ re, im: imaginaryEigenvalues[i] }))
    .sort((a, b) => Math.hypot(b.re, b.im) - Math.hypot(a.re, a.im) || b.re - a.re || b.im - a.im);
}

/** The largest absolute value of an eigenvalue; above 512 rows by iteration, to about a thousandth. Errors: SHAPE, NON_FINITE. */
export function spectralRadius(matrix: SquareMatrix): number {
  const rows = rowsOf(matrix);
  if (rows.length === 0) return 0;
  if (rows.length > FULL_SPECTRUM) return radiusByIteration(rows);
  const [{ re, im }] = eigenvalues(rows);
  return Math.hypot(re, im);
}

const POWER_STEPS = 100;
const KRYLOV = 80;

/**
 * Power iteration turns a vector towards the largest eigenvalues. Where those are a complex pair, or many of about one size,
 * it never settles; so a small space is built on that vector (Arnoldi), whose own eigenvalues are then those.
 */
export function radiusByIteration(rows: readonly Float64Array[]): number {
  const n = rows.length;
  let v: Float64Array = Float64Array.from({ length: n }, (_, i) => Math.sin(1 + i * i)); // no symmetry that an eigenvector could have
  for (let i = 0; i < POWER_STEPS; i++) {
    if (normalize(v) === 0) return 0;
    v = times(rows, v);
  }
  if (normalize(v) === 0) return 0;
  const m = Math.min(n, KRYLOV);
  const basis: Float64Array[] = [v];
  const h = Array.from({ length: m }, () => new Float64Array(m));
  let size = m;
  for (let j = 0; j < m; j++) {
    const w = times(rows, basis[j]);
    // Twice, since one pass leaves what rounding put back.
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i <= j; i++) {
        const part = dot(basis[i], w);
        h[i][j] += part;
        for (let k = 0; k < n; k++) w[k] -= part * basis[i][k];
      }
    }
    const rest = normalize(w);
    if (j + 1 === m) break;
    if (rest < 1e-12) {
      size = j + 1; // the space holds all that the matrix makes of its vectors
      break;
    }
    h[j + 1][j] = rest;
    basis.push(w);
  }
  return spectralRadius(h.slice(0, size).map((row) => row.subarray(0, size)));
}

function times(rows: readonly Float64Array[], v: Float64Array): Float64Array {
  return Float64Array.from(rows, (row) => dot(row, v));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Brings a vector to length 1 in place. Returns its length before. */
function normalize(v: Float64Array): number {
  const length = Math.sqrt(dot(v, v));
  if (length > 0) for (let i = 0; i < v.length; i++) v[i] /= length;
  return length;
}

function rowsOf(matrix: SquareMatrix): Float64Array[] {
  let rows: Float64Array[];
  const help = 'give its rows, or { size, data } with its numbers row by row';
  if (typeof matrix !== 'object' || matrix === null) refuse('a square matrix', matrix, help);
  if ('data' in matrix) {
    const { size, data } = matrix;
    requireNumber('the size of a matrix', size, { min: 0, whole: true }, help);
    expectValues(data, 'the numbers of a matrix', help);
    const all = Float64Array.from(data);
    rows = Array.from({ length: size }, (_, r) => all.slice(r * size, (r + 1) * size));
    if (all.length !== size * size) throw notSquare(`${all.length} numbers for size ${size}`);
  } else {
    expectList(matrix, 'the rows of a matrix', help);
    for (const row of matrix) expectValues(row, 'a row of a matrix', help);
    rows = Array.from(matrix, (row) => Float64Array.from(row));
    const wrong = rows.find((row) => row.length !== rows.length);
    if (wrong !== undefined) throw notSquare(`${rows.length} rows, one of ${wrong.length}`);
  }
  if (rows.some((row) => row.some((v) => !Number.isFinite(v)))) {
    throw new UnrolledError(
      'NON_FINITE',
      'expected finite numbers in the matrix, received others',
      'the training diverged: try a lower learning rate or clipping',
    );
  }
  return rows;
}

function notSquare(received: string): UnrolledError {
  return new UnrolledError(
    'SHAPE',
    `expected a square matrix, received ${received}`,
    'give the block of one gate, [H, H]',
  );
}
