// The operations on tensors, as functions; methods.ts has the same as methods. All of them take part in backward().
import { UnrolledError } from '../errors.js';
import { backendOf } from '../backend/registry.js';
import { apply } from '../program/expr.js';
import type { TensorLike } from '../tensor/asTensor.js';
import { empty } from '../tensor/create.js';
import { formatShape, resolveAxis, sizeOf } from '../tensor/shape.js';
import { scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, exp, mul, sub } from './arithmetic.js';
import { argument, updateInPlace } from './elementwise.js';
import { clearFrozen } from './freeze.js';
import { asFloat, asTensors } from './integers.js';
import { clone, concat, transpose } from './movement.js';
import { sum } from './reductions.js';
import { alias, isRecording, record, setTapeArithmetic } from './tape.js';

const [x0, x1] = [argument(0), argument(1)];
const sumExpr = apply('add', x0, x1);

setTapeArithmetic(
  add,
  (total, t) => updateInPlace([{ tensor: total, value: sumExpr }], [total, t]),
  clone,
  (products) =>
    scope(() => {
      const [x, g] = [concat(products.map((p) => p.x)), concat(products.map((p) => p.g))];
      const [k, n] = [x.shape[1], g.shape[1]];
      const out = empty([k, n], { device: x.device });
      product(x, g, out, 1, k, n, x.shape[0], true, false);
      return out;
    }),
  clearFrozen,
);

/**
 * Matrix product over the last two axes: [M, K] · [K, N]; leading axes of the first are rows too ([T, N, K] · [K, M]).
 * Batches of matrices on both sides multiply pair by pair. Errors: SHAPE.
 */
export function matmul(left: TensorLike, right: TensorLike): Tensor {
  const [a, b] = asTensors([left, right], 'the factor').map((t) => t.to('float32'));
  const k = a.shape[a.rank - 1];
  if (a.rank < 2 || b.rank < 2 || b.shape[b.rank - 2] !== k || (b.rank > 2 && !pairs(a, b))) {
    throw new UnrolledError(
      'SHAPE',
      `expected [..., M, K] and [K, N] or pairs of them, received ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
      'the last size of the first must equal the last but one of the second',
    );
  }
  if (b.int8?.axis === 1 && !isRecording([a])) return b.int8.product(a);
  const n = b.shape[b.rank - 1];
  const out = empty([...a.shape.slice(0, -1), n], { device: a.device });
  const batches = b.rank > 2 ? sizeOf(b.shape.slice(0, -2)) : 1;
  const m = sizeOf(a.shape.slice(0, -1)) / Math.max(batches, 1);
  product(a, b, out, batches, m, n, k, false, false);
  record({
    op: 'matmul',
    inputs: [a, b],
    outputs: [out],
    backward([g], [needA, needB], shared) {
      if (g === null) return [];
      const da = needA ? empty(a.shape, { device: a.device }) : null;
      if (da !== null) product(g, b, da, batches, m, k, n, false, true);
      if (needB && k > 0 && shared?.(b) === true) return [da, { x: a, g }];
      const db = needB ? empty(b.shape, { device: a.device }) : null;
      if (db !== null) product(a, g, db, batches, k, n, m, true, false);
      return [da, db];
    },
  });
  return out;
}

function pairs(a: Tensor, b: Tensor): boolean {
  return a.rank === b.rank && a.shape.slice(0, -2).every((size, axis) => size === b.shape[axis]);
}

/** out [m, n] = op(a) · op(b) over k, once for each batch. */
function product(
  a: Tensor,
  b: Tensor,
  out: Tensor,
  batches: number,
  m: number,
  n: number,
  k: number,
  transA: boolean,
  transB: boolean,
): void {
  const backend = backendOf(a);
  if (out.size === 0) return;
  if (k === 0) {
    backend.fill({ storage: out.storage, offset: out.offset }, out.size, 0);
    return;
  }
  for (let i = 0; i < batches; i++) {
    backend.gemm(
      { m, n, k, transA, transB },
      { storage: a.storage, offset: a.offset + i * m * k, stride: transA ? m : k },
      { storage: b.storage, offset: b.offset + i * k * n, stride: transB ? k : n },
      { storage: out.storage, offset: out.offset + i * m * n, stride: n },
    );
  }
}

/** Softmax over the last axis, or its logarithm. */
function softmaxRows(x: Tensor, isLog: boolean): Tensor {
  const cols = x.shape[x.rank - 1] ?? 1;
  const out = empty(x.shape, { device: x.device });
  const rows = x.size / Math.max(cols, 1);
  if (x.size > 0) {
    const to = { storage: out.storage, offset: out.offset };
    backendOf(x).softmax({ rows, cols, log: isLog }, { storage: x.storage, offset: x.offset }, to);
  }
  record({
    op: isLog ? 'logSoftmax' : 'softmax',
    inputs: [x],
    outputs: [out],
    backward([g]) {
      if (g === null) return [null];
      const y = alias(out);
      if (isLog) return [sub(g, mul(exp(y), sum(g, { axis: -1, keepDims: true })))];
      return [mul(y, sub(g, sum(mul(g, y), { axis: -1, keepDims: true })))];
    },
  });
  return out;
}

/** eˣ divided by its sum along an axis: probabilities, without overflow. Errors: RANGE for an axis that is none. */
export function softmax(x: TensorLike, axis = -1): Tensor {
  return overLastAxis(x, axis, (t) => softmaxRows(t, false));
}

/** The logarithm of `softmax`, exact where a probability is too small to be represented. Errors: RANGE. */
export function logSoftmax(x: TensorLike, axis = -1): Tensor {
  return overLastAxis(x, axis, (t) => softmaxRows(t, true));
}

function overLastAxis(input: TensorLike, axis: number, f: (x: Tensor) => Tensor): Tensor {
  const x = asFloat(input, 'the input');
  const at = resolveAxis(axis, x.rank);
  if (at === x.rank - 1) return f(x);
  return transpose(f(transpose(x, at, -1)), at, -1);
}

export * from './arithmetic.js';
export { dropout } from './dropout.js';
export {
  at,
  clone,
  concat,
  expand,
  flatten,
  permute,
  reshape,
  select,
  slice,
  squeeze,
  stack,
  transpose,
  unsqueeze,
} from './movement.js';
export * from './power.js';
export * from './reductions.js';
export { crossEntropy, type CrossEntropyOptions } from './crossEntropy.js';
export { gatherRows, type GatherOptions } from './rows.js';
