// Arithmetic and functions element by element, comparisons, and choosing by them. With int32 they follow PyTorch: whole numbers
// among themselves stay int32, where they meet float32 they become float32.
import { apply, constant, type Expr, uniform } from '../program/expr.js';
import type { TensorLike } from '../tensor/asTensor.js';
import { Tensor } from '../tensor/tensor.js';
import { argument, elementwise } from './elementwise.js';
import { asIntegers, asTensors, mapIntegers } from './integers.js';
import { noGrad } from './tape.js';

const x0 = argument(0);
const x1 = argument(1);

/** An operation on each element of a tensor of any shape; the result has the same shape. */
export type UnaryOperation = (x: TensorLike) => Tensor;
/** An operation on the elements of two tensors, with broadcasting as in NumPy; a number or an array counts as a tensor. Errors: SHAPE. */
export type BinaryOperation = (a: TensorLike, b: TensorLike) => Tensor;

const OPERAND = 'the operand';

/** @param whole the same for whole numbers, where the result is one */
function unary(expr: Expr, whole?: (x: number) => number): UnaryOperation {
  return (x) => {
    const integers = whole === undefined ? null : asIntegers([x], OPERAND);
    return whole !== undefined && integers !== null
      ? mapIntegers(whole, integers)
      : elementwise(expr, asTensors([x], OPERAND));
  };
}

/** A number on the right is a uniform of the program: no tensor is made for it. */
function binary(make: (a: Expr, b: Expr) => Expr, whole?: (a: number, b: number) => number): BinaryOperation {
  const [withTensor, withNumber] = [make(x0, x1), make(x0, uniform('b'))];
  return (a, b) => {
    const integers = whole === undefined ? null : asIntegers([a, b], OPERAND);
    if (whole !== undefined && integers !== null) return mapIntegers(whole, integers);
    if (typeof b === 'number' && a instanceof Tensor) return elementwise(withNumber, [a], { uniforms: { b } });
    return elementwise(withTensor, asTensors([a, b], OPERAND));
  };
}

/** −x, element by element. Gradient: −g. */
export const neg = unary(apply('neg', x0), (x) => -x);
/** |x|, element by element. Gradient: g · sign(x), which is 0 at 0. */
export const abs = unary(apply('abs', x0), Math.abs);
/** eˣ, element by element; the exponential of 89 and more is infinite in float32. */
export const exp = unary(apply('exp', x0));
/** The natural logarithm, element by element: −∞ at 0, NaN below. */
export const log = unary(apply('log', x0));
/** √x, element by element: NaN below 0; at 0 the gradient is infinite. */
export const sqrt = unary(apply('sqrt', x0));
/** x², element by element. */
export const square = unary(apply('mul', x0, x0), (x) => Math.imul(x, x));
/** 1 / x, element by element: infinite at 0. */
export const reciprocal = unary(apply('reciprocal', x0));
/** The logistic function 1 / (1 + e⁻ˣ), between 0 and 1: the activation of gates. */
export const sigmoid = unary(apply('sigmoid', x0));
/** The hyperbolic tangent, between −1 and 1: the activation of candidates and of simple RNNs. */
export const tanh = unary(apply('tanh', x0));
/** max(x, 0), element by element; at 0 the gradient is 0. */
export const relu = unary(apply('relu', x0), (x) => Math.max(x, 0));

/** a + b with broadcasting as in NumPy: sizes, counted from the last axis, are equal or 1. Errors: SHAPE. */
export const add = binary(
  (a, b) => apply('add', a, b),
  (a, b) => a + b,
);
/** a − b, with broadcasting. Errors: SHAPE. */
export const sub = binary(
  (a, b) => apply('sub', a, b),
  (a, b) => a - b,
);
/** a · b element by element, with broadcasting; `matmul` is the matrix product. Errors: SHAPE. */
export const mul = binary((a, b) => apply('mul', a, b), Math.imul);
/** a / b element by element, with broadcasting; always float32, of whole numbers too. Errors: SHAPE. */
export const div = binary((a, b) => apply('div', a, b));
/** The larger of a and b, element by element, with broadcasting; `max` reduces one tensor. Errors: SHAPE. */
export const maximum = binary((a, b) => apply('max', a, b), Math.max);
/** The smaller of a and b, element by element, with broadcasting; `min` reduces one tensor. Errors: SHAPE. */
export const minimum = binary((a, b) => apply('min', a, b), Math.min);

/** 1 where it holds, else 0, in the dtype of what is compared; outside the tape, since it has no gradient. */
function comparison(make: (a: Expr, b: Expr) => Expr, whole: (a: number, b: number) => boolean): BinaryOperation {
  const compare = binary(make, (a, b) => Number(whole(a, b)));
  return (a, b) => noGrad(() => compare(a, b));
}

const less = (a: Expr, b: Expr): Expr => apply('less', a, b);
const equal = (a: Expr, b: Expr): Expr => apply('equal', a, b);

/** 1 where a = b, else 0, with broadcasting; NaN equals nothing. No gradient. Errors: SHAPE. */
export const eq = comparison(equal, (a, b) => a === b);
/** 1 where a ≠ b, else 0, with broadcasting. No gradient. Errors: SHAPE. */
export const ne = comparison(
  (a, b) => apply('sub', constant(1), equal(a, b)),
  (a, b) => a !== b,
);
/** 1 where a < b, else 0, with broadcasting. No gradient. Errors: SHAPE. */
export const lt = comparison(less, (a, b) => a < b);
/** 1 where a ≤ b, else 0, with broadcasting. No gradient. Errors: SHAPE. */
export const le = comparison(
  (a, b) => apply('add', less(a, b), equal(a, b)),
  (a, b) => a <= b,
);
/** 1 where a > b, else 0, with broadcasting. No gradient. Errors: SHAPE. */
export const gt = comparison(
  (a, b) => less(b, a),
  (a, b) => a > b,
);
/** 1 where a ≥ b, else 0, with broadcasting. No gradient. Errors: SHAPE. */
export const ge = comparison(
  (a, b) => apply('add', less(b, a), equal(a, b)),
  (a, b) => a >= b,
);

const selectExpr = apply('select', x0, x1, argument(2));

/** a where the condition is not 0, else b: `where(x.gt(0), x, 0)`. All three broadcast. Errors: SHAPE. */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  const integers = asIntegers([a, b], OPERAND);
  const [mask, ...choices] = asTensors([condition, ...(integers ?? [a, b])], OPERAND);
  if (integers === null) return elementwise(selectExpr, [mask, ...choices]);
  return mapIntegers((c, a, b) => (c === 0 ? b : a), [mask, ...choices]);
}
