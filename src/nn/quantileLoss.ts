// The pinball loss: its minimum is a quantile (Koenker and Bassett 1978).
import { maximum, mean, mul, sub } from '../autograd/ops.js';
import { fromData } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * mean of max(q d, (q − 1) d) with d = target − prediction.
 * @param prediction [N, C]  @param target [N, C]  @param levels q of each of the C columns, between 0 and 1
 */
export function quantileLoss(prediction: Tensor, target: Tensor, levels: readonly number[]): Tensor {
  const d = sub(target, prediction);
  const row = (values: readonly number[]): Tensor => fromData(values, [1, values.length], { device: d.device });
  return mean(maximum(mul(d, row(levels)), mul(d, row(levels.map((q) => q - 1)))));
}
