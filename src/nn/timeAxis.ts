// The order of the axes of steps and batch, and of the steps.
import { concat } from '../autograd/ops.js';
import type { Tensor } from '../tensor/tensor.js';

/** Steps first. */
export function inTime(t: Tensor, batchFirst: boolean): Tensor {
  return batchFirst ? swapBatch(t) : t;
}

export function swapBatch(x: Tensor): Tensor {
  return x.transpose(0, 1);
}

/** Steps from last to first. */
export function flipTime(y: Tensor): Tensor {
  const T = y.shape[0];
  return T === 0 ? y : concat(Array.from({ length: T }, (_, t) => y.slice(0, T - 1 - t, T - t)));
}
