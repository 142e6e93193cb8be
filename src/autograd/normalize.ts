// Layer normalization over the last axis. Letters: x [..., D].
import { UnrolledError } from '../errors.js';
import { type Names, optionsOf } from '../expect.js';
import { apply, type Expr, uniform } from '../program/expr.js';
import { requireNumber } from '../range.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { argument, elementwise } from './elementwise.js';
import { square, sum } from './ops.js';

const [x0, x1, x2, x3] = [0, 1, 2, 3].map(argument);
const [share, epsilon] = [uniform('share'), uniform('epsilon')];
const mul = (a: Expr, b: Expr): Expr => apply('mul', a, b);

const centredExpr = apply('sub', x0, mul(share, x1));
const normalizedExpr = apply('div', x0, apply('sqrt', apply('add', mul(share, x1), epsilon)));
const scaledExpr = mul(normalizedExpr, x2);
const shiftedExpr = apply('add', scaledExpr, x3);

/** The learnt gain and shift of `layerNorm`, and what keeps it from dividing by 0. */
export interface LayerNormParts {
  /** [D]; none is 1. */
  weight?: Tensor | null;
  /** [D], only beside a weight; none is 0. */
  bias?: Tensor | null;
  /** Added to the variance; 1e-5 by default. */
  epsilon?: number;
}

const NAMES: Names<LayerNormParts> = { weight: true, bias: true, epsilon: true };

/**
 * (x − mean) / √(variance + epsilon) · weight + bias, with mean and variance over the last axis (Ba, Kiros and Hinton 2016).
 * @param x [..., D]
 * Errors: SHAPE, RANGE for a negative epsilon, OPTION.
 */
export function layerNorm(x: Tensor, parts: LayerNormParts = {}): Tensor {
  const { weight = null, bias = null, epsilon: added = 1e-5 } = optionsOf(parts, NAMES, 'layerNorm');
  requireNumber('an epsilon', added, { min: 0 }, '1e-5 is usual');
  const size = x.shape[x.rank - 1];
  for (const [name, t] of Object.entries({ weight, bias })) {
    if (t === null || (t.rank === 1 && t.size === size)) continue;
    throw new UnrolledError(
      'SHAPE',
      `expected a ${name} of shape [${size}] for input ${formatShape(x.shape)}, received ${formatShape(t.shape)}`,
      'the weight and the bias have the last size of the input',
    );
  }
  if (x.rank === 0 || (bias !== null && weight === null)) {
    throw new UnrolledError(
      'SHAPE',
      `expected input of shape [..., D] and a weight beside a bias, received ${formatShape(x.shape)}`,
      'give ones for the weight where only the bias is wanted',
    );
  }
  const uniforms = { share: 1 / size, epsilon: added };
  const last = { axis: -1, keepDims: true };
  const centred = elementwise(centredExpr, [x, sum(x, last)], { uniforms });
  const inputs = [centred, sum(square(centred), last)];
  if (weight === null) return elementwise(normalizedExpr, inputs, { op: 'layerNorm', uniforms });
  if (bias === null) return elementwise(scaledExpr, [...inputs, weight], { op: 'layerNorm', uniforms });
  return elementwise(shiftedExpr, [...inputs, weight, bias], { op: 'layerNorm', uniforms });
}
