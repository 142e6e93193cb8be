// Powers. A whole exponent multiplies, so that negative bases and all digits are kept; other numbers go by logarithms.
import { UnrolledError } from '../errors.js';
import { apply, constant, type Expr, uniform } from '../program/expr.js';
import type { TensorLike } from '../tensor/asTensor.js';
import { fromData } from '../tensor/create.js';
import { broadcastShapes } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { mul, sqrt } from './arithmetic.js';
import { argument, elementwise, RESULT_GRADIENT } from './elementwise.js';
import { asFloat, asIntegers, asTensors, mapIntegers } from './integers.js';
import { expand, sumTo } from './movement.js';
import { record } from './tape.js';

const x = argument(0);
const times = (a: Expr, b: Expr): Expr => apply('mul', a, b);

/** Up to here a whole exponent is written out in products. */
const LARGEST_WRITTEN = 64;

/** xⁿ for a whole n of 0 or more, by squaring. */
function powerExpr(n: number): Expr {
  if (n === 0) return constant(1);
  const half = powerExpr(Math.floor(n / 2));
  const even = times(half, half);
  return n % 2 === 0 ? even : times(x, even);
}

const exponent = uniform('exponent');
const realExpr = apply('exp', times(exponent, apply('log', x)));
const slopeExpr = times(exponent, apply('exp', times(uniform('less'), apply('log', x))));
const realGradients = [times(RESULT_GRADIENT, slopeExpr)];

/**
 * a to the power of b, element by element, with broadcasting. NaN for a negative a where b is no whole number. A whole number b
 * is the quickest; a tensor b is computed on the host. int32 stays int32 where b is whole and not negative.
 * Errors: SHAPE, DTYPE for a negative power of int32.
 */
export function pow(a: TensorLike, b: TensorLike): Tensor {
  const integers = asIntegers([a, b], 'the operand');
  if (integers !== null) return integerPower(integers);
  if (typeof b !== 'number') return hostPower(a, b);
  const base = asFloat(a, 'the base');
  if (b === 0.5) return sqrt(base);
  if (!Number.isInteger(b)) {
    return elementwise(realExpr, [base], {
      op: 'pow',
      uniforms: { exponent: b, less: b - 1 },
      gradients: realGradients,
    });
  }
  if (Math.abs(b) > LARGEST_WRITTEN) return hostPower(base, b);
  const power = powerExpr(Math.abs(b));
  return elementwise(b < 0 ? apply('reciprocal', power) : power, [base], { op: 'pow' });
}

function integerPower([a, b]: Tensor[]): Tensor {
  if (b.data().some((n) => n < 0)) {
    throw new UnrolledError(
      'DTYPE',
      'expected powers of 0 or more for int32, received a negative one',
      "the result is no whole number: x.to('float32') first",
    );
  }
  const power = (base: number, n: number): number => {
    let result = 1;
    for (let square = base; n > 0; n = Math.floor(n / 2), square = Math.imul(square, square)) {
      if (n % 2 === 1) result = Math.imul(result, square);
    }
    return result;
  };
  return mapIntegers(power, [a, b]);
}

/** Where base and exponent are tensors the sign of the base counts by whether each exponent is odd: by the language's own power. */
function hostPower(a: TensorLike, b: TensorLike): Tensor {
  const [base, power] = asTensors([a, b], 'the operand').map((t) => t.to('float32'));
  const shape = broadcastShapes(base.shape, power.shape);
  const device = base.device;
  const values = [base, power].map((t) => expand(t.detach(), shape).data());
  const map = (f: (a: number, b: number) => number): Tensor =>
    fromData(
      Float64Array.from(values[0], (v, i) => f(v, values[1][i])),
      shape,
      { device },
    );
  const out = map((v, n) => v ** n);
  record({
    op: 'pow',
    inputs: [base, power],
    outputs: [out],
    backward([g], [needBase, needPower]) {
      if (g === null) return [];
      const slope = (f: (a: number, b: number) => number, t: Tensor): Tensor => sumTo(mul(g, map(f)), t.shape);
      return [
        needBase ? slope((v, n) => (n === 0 ? 0 : n * v ** (n - 1)), base) : null,
        needPower ? slope((v, n) => (v === 0 && n >= 0 ? 0 : v ** n * Math.log(v)), power) : null,
      ];
    },
  });
  return out;
}
