// The operations on tensors, as functions; methods.ts has the same as methods. All of them take part in backward().
import { UnrolledError } from '../errors.js';
import { backendOf } from '../backend/registry.js';
import { apply, constant, type Expr, random, uniform } from '../program/expr.js';
import { requireNumber } from '../range.js';
import { empty } from '../tensor/create.js';
import type { RandomKey } from '../tensor/philox.js';
import { formatShape, resolveAxis, sizeOf } from '../tensor/shape.js';
import { scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { argument, elementwise, updateInPlace } from './elementwise.js';
import { clearFrozen } from './freeze.js';
import { clone, concat, expand, permute, reduceAxes } from './movement.js';
import { alias, record, setTapeArithmetic } from './tape.js';

/** The right-hand side of arithmetic: a tensor that broadcasts, or a number, for which no tensor is made. */
export type TensorOrNumber = Tensor | number;

const x0 = argument(0);
const x1 = argument(1);

/** An operation on each element of a tensor of any shape; the result has the same shape. */
export type UnaryOperation = (x: Tensor) => Tensor;
/** Arithmetic element by element, with broadcasting as in NumPy. Errors: SHAPE. */
export type BinaryOperation = (a: Tensor, b: TensorOrNumber) => Tensor;

function unary(expr: Expr): UnaryOperation {
  return (x) => elementwise(expr, [x]);
}

/** A number on the right is a uniform of the program: no tensor is made for it. */
function binary(make: (a: Expr, b: Expr) => Expr): BinaryOperation {
  const [withTensor, withNumber] = [make(x0, x1), make(x0, uniform('b'))];
  return (a, b) =>
    typeof b === 'number' ? elementwise(withNumber, [a], { uniforms: { b } }) : elementwise(withTensor, [a, b]);
}

/** −x, element by element. Gradient: −g. */
export const neg = unary(apply('neg', x0));
/** |x|, element by element. Gradient: g · sign(x), which is 0 at 0. */
export const abs = unary(apply('abs', x0));
/** eˣ, element by element; the exponential of 89 and more is infinite in float32. */
export const exp = unary(apply('exp', x0));
/** The natural logarithm, element by element: −∞ at 0, NaN below. */
export const log = unary(apply('log', x0));
/** √x, element by element: NaN below 0; at 0 the gradient is infinite. */
export const sqrt = unary(apply('sqrt', x0));
/** x², element by element. */
export const square = unary(apply('mul', x0, x0));
/** 1 / x, element by element: infinite at 0. */
export const reciprocal = unary(apply('reciprocal', x0));
/** The logistic function 1 / (1 + e⁻ˣ), between 0 and 1: the activation of gates. */
export const sigmoid = unary(apply('sigmoid', x0));
/** The hyperbolic tangent, between −1 and 1: the activation of candidates and of simple RNNs. */
export const tanh = unary(apply('tanh', x0));
/** max(x, 0), element by element; at 0 the gradient is 0. */
export const relu = unary(apply('relu', x0));

/** a + b with broadcasting as in NumPy: sizes, counted from the last axis, are equal or 1. Errors: SHAPE. */
export const add = binary((a, b) => apply('add', a, b));
/** a − b, with broadcasting. Errors: SHAPE. */
export const sub = binary((a, b) => apply('sub', a, b));
/** a · b element by element, with broadcasting; `matmul` is the matrix product. Errors: SHAPE. */
export const mul = binary((a, b) => apply('mul', a, b));
/** a / b element by element, with broadcasting. Errors: SHAPE. */
export const div = binary((a, b) => apply('div', a, b));
/** The larger of a and b, element by element, with broadcasting; `max` reduces one tensor. Errors: SHAPE. */
export const maximum = binary((a, b) => apply('max', a, b));
/** The smaller of a and b, element by element, with broadcasting. Errors: SHAPE. */
export const minimum = binary((a, b) => apply('min', a, b));

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

const selectExpr = apply('select', x0, x1, argument(2));

/** a where the condition is not 0, else b. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return elementwise(selectExpr, [condition, a, b]);
}

const dropoutExpr = apply(
  'select',
  apply('less', random(), uniform('p')),
  constant(0),
  apply('mul', x0, uniform('scale')),
);

/** Zeroes each element with probability p and divides the rest by 1 − p; the same mask for the same key. Errors: RANGE. */
export function dropout(x: Tensor, p: number, key: RandomKey): Tensor {
  requireNumber('a dropout', p, { min: 0, below: 1 }, '0.2 drops a fifth');
  return elementwise(dropoutExpr, [x], { op: 'dropout', uniforms: { p, scale: 1 / (1 - p) }, random: key });
}

/**
 * Matrix product over the last two axes: [M, K] · [K, N]; leading axes of `a` are rows too ([T, N, K] · [K, M]).
 * Batches of matrices on both sides multiply pair by pair. Errors: SHAPE.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const k = a.shape[a.rank - 1];
  if (a.rank < 2 || b.rank < 2 || b.shape[b.rank - 2] !== k || (b.rank > 2 && !pairs(a, b))) {
    throw new UnrolledError(
      'SHAPE',
      `expected [..., M, K] and [K, N] or pairs of them, received ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
      'the last size of the first must equal the last but one of the second',
    );
  }
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

/** Over which axes `sum`, `mean` and `max` go, and what is left of them. */
export interface ReduceOptions {
  /** Which axes; all by default. */
  axis?: number | readonly number[];
  /** Leaves the reduced axes with size 1. */
  keepDims?: boolean;
}

function reducePlan(
  x: Tensor,
  options: ReduceOptions,
): { over: number[]; kept: number[]; ones: number[]; shape: number[] } {
  const given = options.axis === undefined ? x.shape.map((_, axis) => axis) : [options.axis].flat();
  const over = [...new Set(given.map((axis) => resolveAxis(axis, x.rank)))].sort((a, b) => a - b);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !over.includes(axis));
  const ones = x.shape.map((n, axis) => (over.includes(axis) ? 1 : n));
  return { over, kept, ones, shape: options.keepDims === true ? ones : kept.map((axis) => x.shape[axis]) };
}

/** The sum over all elements (a scalar, of shape []) or over some axes. Errors: RANGE for an axis that is none. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { over, kept, ones, shape } = reducePlan(x, options);
  const out = alias(reduceAxes(x, 'sum', over, kept), shape);
  record({ op: 'sum', inputs: [x], outputs: [out], backward: ([g]) => [g && expand(alias(g, ones), x.shape)] });
  return out;
}

/** The mean over all elements or over some axes; over no elements it is NaN. Errors: RANGE for an axis that is none. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { over } = reducePlan(x, options);
  return mul(sum(x, options), 1 / sizeOf(over.map((axis) => x.shape[axis])));
}

/** The largest element; where several are equal they share the gradient. */
export function max(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { over, kept, ones, shape } = reducePlan(x, options);
  if (sizeOf(over.map((axis) => x.shape[axis])) === 0) {
    throw new UnrolledError(
      'EMPTY',
      `expected elements, received shape ${formatShape(x.shape)}`,
      'the largest of none is undefined',
    );
  }
  const out = alias(reduceAxes(x, 'max', over, kept), shape);
  record({
    op: 'max',
    inputs: [x],
    outputs: [out],
    backward([g]) {
      if (g === null) return [null];
      const hit = elementwise(apply('equal', x0, x1), [x, alias(out, ones)]);
      const count = alias(reduceAxes(hit, 'sum', over, kept), ones);
      return [mul(hit, div(alias(g, ones), count))];
    },
  });
  return out;
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
export function softmax(x: Tensor, axis = -1): Tensor {
  return overLastAxis(x, axis, (t) => softmaxRows(t, false));
}

/** The logarithm of `softmax`, exact where a probability is too small to be represented. Errors: RANGE. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return overLastAxis(x, axis, (t) => softmaxRows(t, true));
}

function overLastAxis(x: Tensor, axis: number, f: UnaryOperation): Tensor {
  const at = resolveAxis(axis, x.rank);
  if (at === x.rank - 1) return f(x);
  const axes = x.shape.map((_, i) => i);
  [axes[at], axes[x.rank - 1]] = [x.rank - 1, at];
  return permute(f(permute(x, axes)), axes);
}

export { clone, concat, expand, permute, reshape, slice, stack, transpose } from './movement.js';
export { crossEntropy, type CrossEntropyOptions, gatherRows, type GatherOptions } from './rows.js';
