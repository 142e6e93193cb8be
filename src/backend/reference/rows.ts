// Kernels over rows, in the reference backend: reductions, softmax, cross-entropy, gather and scatter-add.
// Letters: x [rows, cols], one target or index for each row.
import type { CrossEntropySpec, MatrixRef, ReduceSpec, Ref } from '../contract.js';
import { checkIndex, floats, integers } from './memory.js';

/** Sum, sum of squares or maximum over one axis of x [rows, cols]. The maximum of nothing is −∞. */
export function reduce(spec: ReduceSpec, x: MatrixRef, out: Ref): void {
  const { op, axis, rows, cols, accumulate = false } = spec;
  const [results, terms] = axis === 'rows' ? [cols, rows] : [rows, cols];
  const [resultStride, termStride] = axis === 'rows' ? [1, x.stride] : [x.stride, 1];
  const data = floats(x, 'x', [rows, x.stride], [cols, 1]);
  const target = floats(out, 'the result', [results, 1]);
  for (let i = 0; i < results; i++) {
    let total = op === 'max' ? -Infinity : 0;
    for (let j = 0; j < terms; j++) {
      const value = data[x.offset + i * resultStride + j * termStride];
      if (op === 'max') total = Math.max(total, value);
      else total += op === 'sum' ? value : value * value;
    }
    const before = target[out.offset + i];
    if (!accumulate) target[out.offset + i] = total;
    else target[out.offset + i] = op === 'max' ? Math.max(before, total) : before + total;
  }
}

/** log Σ exp of a row, without overflow: the maximum is taken out first. */
function logSumExpOf(row: ArrayLike<number>): number {
  let top = -Infinity;
  for (let i = 0; i < row.length; i++) top = Math.max(top, row[i]);
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += Math.exp(row[i] - top);
  return top + Math.log(sum);
}

/** Softmax of each row, or its logarithm; y may be x. */
export function softmax(spec: { rows: number; cols: number; log: boolean }, x: Ref, y: Ref): void {
  const { rows, cols, log } = spec;
  const from = floats(x, 'x', [rows, cols], [cols, 1]);
  const to = floats(y, 'y', [rows, cols], [cols, 1]);
  for (let r = 0; r < rows; r++) {
    const row = Float64Array.from(from.subarray(x.offset + r * cols, x.offset + (r + 1) * cols));
    const total = logSumExpOf(row);
    for (let c = 0; c < cols; c++) {
      const value = row[c] - total;
      to[y.offset + r * cols + c] = log ? value : Math.exp(value);
    }
  }
}

/** The targets, each `ignoreIndex` or in 0 … cols − 1. Errors: RANGE. */
function openTargets(spec: CrossEntropySpec, targets: Ref): Int32Array {
  const all = integers(targets, 'the targets', [spec.rows, 1]).subarray(targets.offset, targets.offset + spec.rows);
  all.forEach((target, r) => {
    if (target !== spec.ignoreIndex) checkIndex(target, spec.cols, 'a target', r);
  });
  return all;
}

/** loss[r] = logSumExp[r] − logits[r, target[r]]; 0 where ignored, though logSumExp is still written. Errors: RANGE. */
export function crossEntropy(spec: CrossEntropySpec, logits: Ref, targets: Ref, loss: Ref, logSumExp: Ref): void {
  const { rows, cols, ignoreIndex } = spec;
  const scores = floats(logits, 'the logits', [rows, cols], [cols, 1]);
  const chosen = openTargets(spec, targets);
  const losses = floats(loss, 'the loss', [rows, 1]);
  const totals = floats(logSumExp, 'logSumExp', [rows, 1]);
  for (let r = 0; r < rows; r++) {
    const start = logits.offset + r * cols;
    const total = logSumExpOf(scores.subarray(start, start + cols));
    totals[logSumExp.offset + r] = total;
    losses[loss.offset + r] = chosen[r] === ignoreIndex ? 0 : total - scores[start + chosen[r]];
  }
}

/** dLogits = (softmax − one-hot) · dLoss of the row, 0 where ignored; dLogits may be the logits. Errors: RANGE. */
export function crossEntropyGrad(
  spec: CrossEntropySpec,
  logits: Ref,
  targets: Ref,
  logSumExp: Ref,
  dLoss: Ref,
  dLossStride: 0 | 1,
  dLogits: Ref,
): void {
  const { rows, cols, ignoreIndex } = spec;
  const scores = floats(logits, 'the logits', [rows, cols], [cols, 1]);
  const chosen = openTargets(spec, targets);
  const totals = floats(logSumExp, 'logSumExp', [rows, 1]);
  const dLosses = floats(dLoss, 'the gradient of the loss', [rows, dLossStride]);
  const out = floats(dLogits, 'the gradient of the logits', [rows, cols], [cols, 1]);
  for (let r = 0; r < rows; r++) {
    const scale = dLosses[dLoss.offset + r * dLossStride];
    const total = totals[logSumExp.offset + r];
    for (let c = 0; c < cols; c++) {
      const probability = Math.exp(scores[logits.offset + r * cols + c] - total);
      const value = (probability - (c === chosen[r] ? 1 : 0)) * scale;
      out[dLogits.offset + r * cols + c] = chosen[r] === ignoreIndex ? 0 : value;
    }
  }
}

interface TableSpec {
  rows: number;
  cols: number;
  tableRows: number;
}

/** The indices of `rows` rows, each in 0 … tableRows − 1, checked before anything is written. Errors: RANGE. */
function openIndices(spec: TableSpec, indices: Ref): Int32Array {
  const all = integers(indices, 'the indices', [spec.rows, 1]).subarray(indices.offset, indices.offset + spec.rows);
  all.forEach((index, r) => {
    checkIndex(index, spec.tableRows, 'an index', r);
  });
  return all;
}

/** out[r] = table[indices[r]]. Errors: RANGE. */
export function gather(spec: TableSpec, table: MatrixRef, indices: Ref, out: MatrixRef): void {
  const { rows, cols, tableRows } = spec;
  const from = floats(table, 'the table', [tableRows, table.stride], [cols, 1]);
  const chosen = openIndices(spec, indices);
  const to = floats(out, 'the result', [rows, out.stride], [cols, 1]);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      to[out.offset + r * out.stride + c] = from[table.offset + chosen[r] * table.stride + c];
    }
  }
}

/** table[indices[r]] += source[r], in the order of r. Errors: RANGE. */
export function scatterAdd(spec: TableSpec, source: MatrixRef, indices: Ref, table: MatrixRef): void {
  const { rows, cols, tableRows } = spec;
  const from = floats(source, 'the source', [rows, source.stride], [cols, 1]);
  const chosen = openIndices(spec, indices);
  const to = floats(table, 'the table', [tableRows, table.stride], [cols, 1]);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      to[table.offset + chosen[r] * table.stride + c] += from[source.offset + r * source.stride + c];
    }
  }
}
