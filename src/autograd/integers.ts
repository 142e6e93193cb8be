// Operations whose results are whole numbers, computed on the host: arithmetic on int32, reductions of it, places of largest
// elements. The kernels compute in float32, which is exact to 2²⁴ only. None has a gradient.
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import { fromData } from '../tensor/create.js';
import type { Device, HostArray } from '../tensor/device.js';
import { scope } from '../tensor/scope.js';
import { broadcastShapes, type Shape, sizeOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { isWhole } from '../tensor/values.js';
import { clone, expand, permute } from './movement.js';

/** The tensor that an argument means, in float32: int32 is converted, as wherever the two meet. */
export function asFloat(value: TensorLike, name: string, device?: Device): Tensor {
  return asTensor(value, name, undefined, device).to('float32');
}

/** The tensors that arguments mean, made where the first tensor among them is. */
export function asTensors(values: readonly TensorLike[], name: string): Tensor[] {
  const device = values.find((value) => value instanceof Tensor)?.device;
  return values.map((value) => asTensor(value, name, undefined, device));
}

/**
 * The arguments in int32 where that is what they are: at least one an int32 tensor, and no fraction among the others. Else null.
 */
export function asIntegers(values: readonly TensorLike[], name: string): Tensor[] | null {
  if (!values.some((value) => value instanceof Tensor && value.dtype === 'int32')) return null;
  const tensors = asTensors(values, name);
  const whole = tensors.every(
    (t, i) => t.dtype === 'int32' || (!(values[i] instanceof Tensor) && t.data().every(isWhole)),
  );
  return whole ? tensors.map((t) => t.to('int32')) : null;
}

/** f of the elements of up to three tensors that broadcast; results beyond 32 bits wrap. Errors: SHAPE. */
export function mapIntegers(f: (a: number, b: number, c: number) => number, inputs: readonly Tensor[]): Tensor {
  const shape = broadcastShapes(...inputs.map((t) => t.shape));
  return scope(() => {
    const [a, b = a, c = a] = inputs.map((t) => expand(t, shape).data());
    return fromData(
      Int32Array.from(a, (value, i) => f(value, b[i], c[i])),
      shape,
      { device: inputs[0].device },
    );
  });
}

/** f of the elements along the axes `over`, for each place along the axes `kept`; int32 of shape `shape`. */
export function reduceIntegers(
  f: (row: HostArray) => number,
  t: Tensor,
  over: readonly number[],
  kept: readonly number[],
  shape: Shape,
): Tensor {
  return scope(() => {
    const data = (t.rank === 0 ? clone(t) : permute(t, [...kept, ...over])).data();
    const count = sizeOf(over.map((axis) => t.shape[axis]));
    const results = Int32Array.from({ length: sizeOf(shape) }, (_, i) => f(data.subarray(i * count, (i + 1) * count)));
    return fromData(results, shape, { device: t.device });
  });
}
