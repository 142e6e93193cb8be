// Making tensors from data, constants and random numbers.
import { UnrolledError } from '../errors.js';
import { currentDevice, type Device, type DType } from './device.js';
import { defaultRng } from './generator.js';
import type { Philox } from './philox.js';
import { formatShape, type Shape, sizeOf } from './shape.js';
import { type NestedArray, Tensor } from './tensor.js';

/** What all functions that make tensors take. */
export interface CreateOptions {
  /** Where; the current backend by default. */
  device?: Device;
  /** Default float32; `fromData` of an Int32Array makes int32. */
  dtype?: DType;
  /** Whether `backward()` gathers its gradient, as of a parameter. Default false. */
  requiresGrad?: boolean;
}

/** A tensor of undefined contents. */
export function empty(shape: Shape, options: CreateOptions = {}): Tensor {
  const device = options.device ?? currentDevice();
  const tensor = new Tensor(device.allocate(options.dtype ?? 'float32', sizeOf(shape)), shape);
  tensor.requiresGrad = options.requiresGrad ?? false;
  return tensor;
}

/** A tensor of that shape with these elements in row-major order; an Int32Array makes an int32 one. Errors: SHAPE. */
export function fromData(data: ArrayLike<number>, shape: Shape, options: CreateOptions = {}): Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new UnrolledError(
      'SHAPE',
      `expected ${sizeOf(shape)} elements for shape ${formatShape(shape)}, received ${data.length}`,
      'give as many elements as the shape has',
    );
  }
  const { device, requiresGrad, dtype = data instanceof Int32Array ? 'int32' : 'float32' } = options;
  const result = empty(shape, { device, dtype, requiresGrad });
  result.device.write(result.storage, 0, data);
  return result;
}

/** A tensor from nested arrays, as in `tensor([[1, 2], [3, 4]])`. Errors: SHAPE where rows differ in length. */
export function tensor(values: NestedArray | Float32Array | Int32Array, options: CreateOptions = {}): Tensor {
  if (values instanceof Float32Array || values instanceof Int32Array) return fromData(values, [values.length], options);
  const shape: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const flat: number[] = [];
  const collect = (value: NestedArray, axis: number): void => {
    const length = Array.isArray(value) ? value.length : undefined;
    if (length !== shape[axis]) {
      throw new UnrolledError(
        'SHAPE',
        `expected rows of equal length (${formatShape(shape)}), received one of ${length ?? 'a number'} at depth ${axis}`,
        'pad the rows to one length',
      );
    }
    if (Array.isArray(value)) for (const item of value) collect(item, axis + 1);
    else flat.push(value);
  };
  collect(values, 0);
  return fromData(flat, shape, options);
}

/** Every element is `value`. Errors: SHAPE for sizes that are not whole numbers, NO_BACKEND. */
export function full(shape: Shape, value: number, options: CreateOptions = {}): Tensor {
  const result = empty(shape, options);
  if (result.size > 0) result.device.fill({ storage: result.storage, offset: 0 }, result.size, value);
  return result;
}

/** Every element is 0. Errors: as of `full`. */
export function zeros(shape: Shape, options: CreateOptions = {}): Tensor {
  return full(shape, 0, options);
}

/** Every element is 1. Errors: as of `full`. */
export function ones(shape: Shape, options: CreateOptions = {}): Tensor {
  return full(shape, 1, options);
}

/** Uniform in [0, 1). */
export function rand(shape: Shape, rng: Philox = defaultRng(), options: CreateOptions = {}): Tensor {
  return fromData(
    Float64Array.from({ length: sizeOf(shape) }, () => rng.uniform()),
    shape,
    options,
  );
}

/** Standard normal. */
export function randn(shape: Shape, rng: Philox = defaultRng(), options: CreateOptions = {}): Tensor {
  return fromData(
    Float64Array.from({ length: sizeOf(shape) }, () => rng.normal()),
    shape,
    options,
  );
}
