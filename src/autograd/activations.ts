// Activation functions beside the relu, sigmoid, tanh, softmax and logSoftmax of ops.ts. Gradients are written out where the
// derived ones would overflow in the branch that is not taken, or lose digits.
import { UnrolledError } from '../errors.js';
import { apply, constant, type Expr, uniform } from '../program/expr.js';
import { requireNumber } from '../range.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import type { Tensor } from '../tensor/tensor.js';
import { argument, elementwise, RESULT_GRADIENT } from './elementwise.js';

const x = argument(0);
const g = RESULT_GRADIENT;
const [zero, one] = [constant(0), constant(1)];
const mul = (a: Expr, b: Expr): Expr => apply('mul', a, b);
const add = (a: Expr, b: Expr): Expr => apply('add', a, b);
const isPositive = apply('less', zero, x);

const leakyExpr = apply('select', isPositive, x, mul(uniform('slope'), x));
const leakyGradients = [apply('select', isPositive, g, mul(uniform('slope'), g))];

/** x where x > 0, else slope · x. Errors: RANGE for a slope that is not finite. */
export function leakyRelu(t: TensorLike, slope = 0.01): Tensor {
  requireNumber('a slope', slope, {}, '0.01 is usual');
  return elementwise(leakyExpr, [asTensor(t, 'the input')], {
    op: 'leakyRelu',
    uniforms: { slope },
    gradients: leakyGradients,
  });
}

const below = apply('min', x, zero);
// e^x − 1 = tanh(x / 2) · (e^x + 1): no digits are lost near 0.
const expm1 = mul(apply('tanh', mul(constant(0.5), below)), add(apply('exp', below), one));
const eluExpr = apply('select', isPositive, x, mul(uniform('alpha'), expm1));
const eluGradients = [apply('select', isPositive, g, mul(g, mul(uniform('alpha'), apply('exp', below))))];

/** x where x > 0, else alpha · (e^x − 1) (Clevert, Unterthiner and Hochreiter 2016). Errors: RANGE. */
export function elu(t: TensorLike, alpha = 1): Tensor {
  requireNumber('an alpha', alpha, {}, '1 is usual');
  return elementwise(eluExpr, [asTensor(t, 'the input')], { op: 'elu', uniforms: { alpha }, gradients: eluGradients });
}

const cubic = mul(x, add(one, mul(constant(0.044715), mul(x, x))));
const geluExpr = mul(mul(constant(0.5), x), add(one, apply('tanh', mul(constant(Math.sqrt(2 / Math.PI)), cubic))));

/** GELU by its tanh formula (Hendrycks and Gimpel 2016): PyTorch's `gelu` with `approximate='tanh'`, not its default. */
export function geluTanh(t: TensorLike): Tensor {
  return elementwise(geluExpr, [asTensor(t, 'the input')], { op: 'geluTanh' });
}

const siluExpr = apply('silu', x);

/** x · sigmoid(x), also called swish. */
export function silu(t: TensorLike): Tensor {
  return elementwise(siluExpr, [asTensor(t, 'the input')]);
}

const softplusExpr = apply('softplus', x);

/** log(1 + e^x), without overflow and with all digits of small results. */
export function softplus(t: TensorLike): Tensor {
  return elementwise(softplusExpr, [asTensor(t, 'the input')]);
}

const shrink = apply('reciprocal', add(one, apply('abs', x)));
const softsignExpr = mul(x, shrink);
const softsignGradients = [mul(g, mul(shrink, shrink))];

/** x / (1 + |x|). */
export function softsign(t: TensorLike): Tensor {
  return elementwise(softsignExpr, [asTensor(t, 'the input')], { op: 'softsign', gradients: softsignGradients });
}

const [low, high] = [uniform('low'), uniform('high')];
const hardtanhExpr = apply('min', apply('max', x, low), high);
const hardtanhGradients = [mul(g, mul(apply('less', low, x), apply('less', x, high)))];

/** x cut to low … high; at the bounds and beyond the gradient is 0. Errors: RANGE where low is not below high. */
export function hardtanh(t: TensorLike, lowest = -1, highest = 1): Tensor {
  if (!(lowest < highest)) {
    throw new UnrolledError(
      'RANGE',
      `expected bounds in rising order, received ${lowest} and ${highest}`,
      'give the lower bound first',
    );
  }
  const uniforms = { low: lowest, high: highest };
  return elementwise(hardtanhExpr, [asTensor(t, 'the input')], {
    op: 'hardtanh',
    uniforms,
    gradients: hardtanhGradients,
  });
}
