// Sums over rows in parts, in the reference backend: as `gemm`, `reduce` and `scatterAdd` sum the rows of each, then a tree.
import type { MatrixRef, PartsSpec, Ref } from '../contract.js';
import type { FloatArray } from '../../tensor/device.js';
import { checkIndex, floats, integers } from './memory.js';

/** C [m, n] = Aᵀ · B. Errors: SHAPE, DTYPE. */
export function gemmInParts(
  spec: PartsSpec & { m: number; n: number },
  a: MatrixRef,
  b: MatrixRef,
  c: MatrixRef,
): void {
  const { m, n, steps, rows } = spec;
  const aData = floats(a, 'matrix A', [steps * rows, a.stride], [m, 1]);
  const bData = floats(b, 'matrix B', [steps * rows, b.stride], [n, 1]);
  const sum = treeSum(spec, new Float64Array(m * n), aData, (row, into) => {
    for (let i = 0; i < m; i++) {
      const factor = aData[a.offset + row * a.stride + i];
      for (let j = 0; j < n; j++) into[i * n + j] += factor * bData[b.offset + row * b.stride + j];
    }
  });
  const to = floats(c, 'matrix C', [m, c.stride], [n, 1]);
  for (let i = 0; i < m; i++) to.set(sum.subarray(i * n, (i + 1) * n), c.offset + i * c.stride);
}

/** The sum of each column. Errors: SHAPE, DTYPE. */
export function sumInParts(spec: PartsSpec & { cols: number }, x: MatrixRef, out: Ref): void {
  const { cols, steps, rows } = spec;
  const data = floats(x, 'x', [steps * rows, x.stride], [cols, 1]);
  const sum = treeSum(spec, new Float64Array(cols), data, (row, into) => {
    for (let j = 0; j < cols; j++) into[j] += data[x.offset + row * x.stride + j];
  });
  floats(out, 'the result', [cols, 1]).set(sum, out.offset);
}

/** For each row of a table the sum of the rows with its index. Errors: SHAPE, DTYPE, RANGE. */
export function scatterInParts(
  spec: PartsSpec & { cols: number; tableRows: number },
  source: MatrixRef,
  indices: Ref,
  table: MatrixRef,
): void {
  const { cols, tableRows, steps, rows } = spec;
  const data = floats(source, 'the source', [steps * rows, source.stride], [cols, 1]);
  const all = integers(indices, 'the indices', [steps * rows, 1]).subarray(
    indices.offset,
    indices.offset + steps * rows,
  );
  all.forEach((index, r) => {
    checkIndex(index, tableRows, 'an index', r);
  });
  const numbers = data.constructor as Floats;
  const sum = treeSum(spec, new numbers(tableRows * cols), data, (row, into) => {
    for (let j = 0; j < cols; j++) into[all[row] * cols + j] += data[source.offset + row * source.stride + j];
  });
  const to = floats(table, 'the table', [tableRows, table.stride], [cols, 1]);
  for (let i = 0; i < tableRows; i++) to.set(sum.subarray(i * cols, (i + 1) * cols), table.offset + i * table.stride);
}

type Floats = new (values: number | FloatArray) => FloatArray;

/**
 * @param sum where each part is summed
 * @param add adds what a row is worth to it
 * @returns the sum over the parts, in numbers as those of `like`
 */
function treeSum(
  { steps, rows, cuts }: PartsSpec,
  sum: FloatArray,
  like: FloatArray,
  add: (row: number, into: FloatArray) => void,
): FloatArray {
  const numbers = like.constructor as Floats;
  const sumOf = (first: number, count: number): FloatArray => {
    if (count === 1) {
      sum.fill(0);
      for (let t = 0; t < steps; t++) for (let n = cuts[first]; n < cuts[first + 1]; n++) add(t * rows + n, sum);
      return new numbers(sum);
    }
    const left = sumOf(first, count / 2);
    const right = sumOf(first + count / 2, count / 2);
    right.forEach((value, i) => (left[i] += value));
    return left;
  };
  return sumOf(0, cuts.length - 1);
}
