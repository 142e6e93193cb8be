// Making tensors from data, constants and random numbers.
import { UnrolledError } from '../errors.js';
import { type Names, optionsOf, shownValue } from '../expect.js';
import { checkDType, currentDevice, type Device, type DType } from './device.js';
import { defaultRng } from './generator.js';
import { Philox } from './philox.js';
import { checkShape, formatShape, type Shape, sizeOf } from './shape.js';
import { Tensor } from './tensor.js';
import { checkElements, flattenValues, holdsIntegers, type TensorValues } from './values.js';

/** What all functions that make tensors take. */
export interface CreateOptions {
  /** Where; the current backend by default. */
  device?: Device;
  /** Default float32; `fromData` of an Int32Array makes int32. */
  dtype?: DType;
  /** Whether `backward()` gathers its gradient, as of a parameter. Default false. */
  requiresGrad?: boolean;
}

const OPTION_NAMES: Names<CreateOptions> = { device: true, dtype: true, requiresGrad: true };

/** Errors: OPTION for options that are none, DTYPE for an int32 that should have a gradient. */
function checkOptions(options: CreateOptions | null): CreateOptions {
  if (options === null) return {};
  // Each tensor of a training comes by here: what is right is not copied.
  if (typeof options !== 'object') return optionsOf(options, OPTION_NAMES, 'a tensor');
  for (const name in options) {
    if (!Object.hasOwn(OPTION_NAMES, name)) optionsOf(options, OPTION_NAMES, 'a tensor');
  }
  if (options.dtype === 'int32' && options.requiresGrad === true) {
    throw new UnrolledError('DTYPE', 'expected float32 where a gradient is asked for, received int32', 'use float32');
  }
  return options;
}

/** A tensor of undefined contents. Errors: SHAPE, OPTION, NO_BACKEND. */
export function empty(shape: Shape, options: CreateOptions = {}): Tensor {
  checkShape(shape);
  const { device, dtype, requiresGrad } = checkOptions(options);
  checkDType(dtype ?? 'float32');
  const storage = (device ?? currentDevice()).allocate(dtype ?? 'float32', sizeOf(shape));
  const tensor = new Tensor(storage, shape);
  tensor.requiresGrad = requiresGrad ?? false;
  return tensor;
}

/**
 * A tensor of that shape with these elements in row-major order; typed arrays of whole numbers (Int32Array, Uint8Array) make an
 * int32 one. Errors: SHAPE for another number of elements, DTYPE for what is no number, RANGE for an int32 that is none, OPTION.
 */
export function fromData(data: ArrayLike<number>, shape: Shape, options: CreateOptions = {}): Tensor {
  checkShape(shape);
  if (typeof data !== 'object' || data === null || typeof data.length !== 'number') {
    throw new UnrolledError('SHAPE', `expected a list of elements, received ${shownValue(data)}`, 'give an array');
  }
  if (data.length !== sizeOf(shape)) {
    throw new UnrolledError(
      'SHAPE',
      `expected ${sizeOf(shape)} elements for shape ${formatShape(shape)}, received ${data.length}`,
      'give as many elements as the shape has',
    );
  }
  return filled(data, shape, holdsIntegers(data) ? 'int32' : 'float32', 'the data', [data.length], options);
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
  return filled(data, shape, dtype, name, shape, options);
}

/** @param usual the dtype where none is asked for  @param places the shape in whose places messages count */
function filled(
  data: ArrayLike<number>,
  shape: Shape,
  usual: DType,
  name: string,
  places: Shape,
  options: CreateOptions | null,
): Tensor {
  const { device, dtype, requiresGrad } = checkOptions(options);
  checkElements(data, dtype ?? usual, name, places);
  const result = empty(shape, { device, dtype: dtype ?? usual, requiresGrad });
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
      `expected a generator such as new Philox(1) as the second argument, received ${shownValue(rng)}`,
      'options come third: randn([2, 3], undefined, { requiresGrad: true })',
    );
  }
  return fromData(Float64Array.from({ length: sizeOf(shape) }, draw), shape, options);
}
