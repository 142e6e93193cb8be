// Making tensors from data, constants and random numbers.
import { UnrolledError } from '../errors.js';
import { requireNames } from '../nearest.js';
import { checkDType, currentDevice, type Device, type DType } from './device.js';
import { defaultRng } from './generator.js';
import { Philox } from './philox.js';
import { checkShape, formatShape, type Shape, sizeOf } from './shape.js';
import { Tensor } from './tensor.js';
import { checkElements, describeValue, flattenValues, holdsIntegers, type TensorValues } from './values.js';

/** What all functions that make tensors take. */
export interface CreateOptions {
  /** Where; the current backend by default. */
  device?: Device;
  /** Default float32; `fromData` of an Int32Array makes int32. */
  dtype?: DType;
  /** Whether `backward()` gathers its gradient, as of a parameter. Default false. */
  requiresGrad?: boolean;
}

const OPTION_NAMES = ['device', 'dtype', 'requiresGrad'] satisfies (keyof CreateOptions)[];

/** Errors: OPTION for options that are none, DTYPE for an int32 that should have a gradient. */
function checkOptions(options: CreateOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new UnrolledError(
      'OPTION',
      `expected options such as { dtype: 'int32' }, received ${describeValue(options)}`,
      'a shape is one list: zeros([2, 3])',
    );
  }
  requireNames(options, OPTION_NAMES);
  if (options.dtype !== undefined) checkDType(options.dtype);
  if (options.dtype === 'int32' && options.requiresGrad === true) {
    throw new UnrolledError('DTYPE', 'expected float32 where a gradient is asked for, received int32', 'use float32');
  }
}

/** A tensor of undefined contents. Errors: SHAPE, OPTION, NO_BACKEND. */
export function empty(shape: Shape, options: CreateOptions = {}): Tensor {
  checkShape(shape);
  checkOptions(options);
  const device = options.device ?? currentDevice();
  const tensor = new Tensor(device.allocate(options.dtype ?? 'float32', sizeOf(shape)), shape);
  tensor.requiresGrad = options.requiresGrad ?? false;
  return tensor;
}

/**
 * A tensor of that shape with these elements in row-major order; typed arrays of whole numbers (Int32Array, Uint8Array) make an
 * int32 one. Errors: SHAPE for another number of elements, DTYPE for what is no number, RANGE for an int32 that is none, OPTION.
 */
export function fromData(data: ArrayLike<number>, shape: Shape, options: CreateOptions = {}): Tensor {
  checkShape(shape);
  if (typeof data !== 'object' || data === null || typeof data.length !== 'number') {
    throw new UnrolledError('SHAPE', `expected a list of elements, received ${describeValue(data)}`, 'give an array');
  }
  if (data.length !== sizeOf(shape)) {
    throw new UnrolledError(
      'SHAPE',
      `expected ${sizeOf(shape)} elements for shape ${formatShape(shape)}, received ${data.length}`,
      'give as many elements as the shape has',
    );
  }
  const dtype = options.dtype ?? (holdsIntegers(data) ? 'int32' : 'float32');
  checkElements(data, dtype, 'the data');
  const result = empty(shape, { device: options.device, dtype, requiresGrad: options.requiresGrad });
  result.device.write(result.storage, 0, data);
  return result;
}

/**
 * A tensor from nested arrays, as in `tensor([[1, 2], [3, 4]])`, from a typed array (one axis) or a list of them (rows). Numbers
 * make float32; typed arrays of whole numbers (Int32Array, Uint8Array) make int32; true and false are 1 and 0.
 * Errors: DTYPE with the place of what is no number, SHAPE where rows differ in length, RANGE for an int32 that is none, OPTION.
 */
export function tensor(values: TensorValues, options: CreateOptions = {}): Tensor {
  return tensorOf(values, 'the values', options);
}

/** `tensor` whose messages call the values by a name. */
export function tensorOf(values: TensorValues, name: string, options: CreateOptions): Tensor {
  const { data, shape, dtype } = flattenValues(values, name);
  checkOptions(options);
  const chosen = options.dtype ?? dtype;
  checkElements(data, chosen, name, shape);
  const result = empty(shape, { device: options.device, dtype: chosen, requiresGrad: options.requiresGrad });
  result.device.write(result.storage, 0, data);
  return result;
}

/** Every element is `value`. Errors: SHAPE for sizes that are not whole numbers, DTYPE, RANGE, OPTION, NO_BACKEND. */
export function full(shape: Shape, value: number, options: CreateOptions = {}): Tensor {
  const result = empty(shape, options);
  checkElements([value], result.dtype, 'the value', []);
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

/** Uniform in [0, 1). Errors: as of `full`. */
export function rand(shape: Shape, rng: Philox = defaultRng(), options: CreateOptions = {}): Tensor {
  return drawn(shape, rng, options, () => rng.uniform());
}

/** Standard normal. Errors: as of `full`. */
export function randn(shape: Shape, rng: Philox = defaultRng(), options: CreateOptions = {}): Tensor {
  return drawn(shape, rng, options, () => rng.normal());
}

function drawn(shape: Shape, rng: Philox, options: CreateOptions, draw: () => number): Tensor {
  checkShape(shape);
  if (!(rng instanceof Philox)) {
    throw new UnrolledError(
      'OPTION',
      `expected a generator such as new Philox(1) as the second argument, received ${describeValue(rng)}`,
      'options come third: randn([2, 3], undefined, { requiresGrad: true })',
    );
  }
  return fromData(Float64Array.from({ length: sizeOf(shape) }, draw), shape, options);
}
