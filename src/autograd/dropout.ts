// Dropout of elements, with a mask that the kernels draw.
import { apply, constant, random, uniform } from '../program/expr.js';
import { requireNumber } from '../range.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import type { RandomKey } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { argument, elementwise } from './elementwise.js';

const dropoutExpr = apply(
  'select',
  apply('less', random(), uniform('p')),
  constant(0),
  apply('mul', argument(0), uniform('scale')),
);

/** Zeroes each element with probability p and divides the rest by 1 − p; the same mask for the same key. Errors: RANGE. */
export function dropout(x: TensorLike, p: number, key: RandomKey): Tensor {
  requireNumber('a dropout', p, { min: 0, below: 1 }, '0.2 drops a fifth');
  return elementwise(dropoutExpr, [asTensor(x, 'the input')], {
    op: 'dropout',
    uniforms: { p, scale: 1 / (1 - p) },
    random: key,
  });
}
