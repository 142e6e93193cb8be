// Where a tensor is expected an array does too: the one place that makes tensors of arguments.
import { refuseOtherCopy } from '../copy.js';
import { tensorOf } from './create.js';
import type { Device, DType } from './device.js';
import { Tensor } from './tensor.js';
import type { TensorValues } from './values.js';

/** What operations take for a tensor: one, or the numbers of one, as `tensor` takes them. */
export type TensorLike = Tensor | TensorValues;

/**
 * The tensor that an argument means: a tensor as it is, all else by `tensor`. Errors: those of `tensor`, with the name.
 * @param name what messages call it: `the input`, `the targets`
 * @param dtype of what is made of numbers; a tensor keeps its own  @param device likewise, as the tensors it meets
 */
export function asTensor(value: TensorLike, name: string, dtype?: DType, device?: Device): Tensor {
  if (value instanceof Tensor) return value;
  refuseOtherCopy(value, 'tensor');
  return tensorOf(value, name, { dtype, device });
}
