// The pinball loss: its minimum is a quantile (Koenker and Bassett 1978).
import { UnrolledError } from '../errors.js';
import { maximum, mean, mul, sub } from '../autograd/ops.js';
import { requireNumber } from '../range.js';
import { fromData } from '../tensor/create.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * mean of max(q d, (q − 1) d) with d = target − prediction.
 * @param prediction [N, C]  @param target [N, C]  @param levels q of each of the C columns, between 0 and 1
 * Errors: RANGE, SHAPE.
 */
export function quantileLoss(prediction: Tensor, target: Tensor, levels: readonly number[]): Tensor {
  for (const q of levels) requireNumber('a quantile level', q, { above: 0, below: 1 }, '0.5 is the median');
  if (levels.length !== prediction.shape[prediction.rank - 1]) {
    const received = `${levels.length} levels for ${formatShape(prediction.shape)}`;
    throw new UnrolledError(
      'SHAPE',
      `expected a level for each column of the prediction, received ${received}`,
      'give one each',
    );
  }
  const d = sub(target, prediction);
  const row = (values: readonly number[]): Tensor => fromData(values, [1, values.length], { device: d.device });
  return mean(maximum(mul(d, row(levels)), mul(d, row(levels.map((q) => q - 1)))));
}
