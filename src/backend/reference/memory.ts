// Storages of the reference backend: plain typed arrays, left to garbage collection. Every access of a kernel is checked
// against the bounds here, since this is the truth that the other backends are tested against.
import { UnrolledError } from '../../errors.js';
import { refuseOtherCopy } from '../../copy.js';
import type { Device, DType, FloatArray, HostArray, Storage } from '../../tensor/device.js';
import type { Ref } from '../contract.js';

/** In which numbers a backend computes; float64 is for gradient checks and comparisons, on the reference backend. */
export type Precision = 'float32' | 'float64';

export class ReferenceStorage implements Storage {
  readonly device: Device;
  readonly dtype: DType;
  readonly length: number;
  references = 0;
  /** Null once released. */
  data: HostArray | null;

  /** Float contents start as NaN, so that what reads them before writing shows. Errors: OUT_OF_MEMORY, RANGE. */
  constructor(device: Device, dtype: DType, length: number, precision: Precision) {
    if (!Number.isInteger(length) || length < 0) {
      throw new UnrolledError('RANGE', `expected a whole length of 0 or more, received ${length}`, 'check the shape');
    }
    this.device = device;
    this.dtype = dtype;
    this.length = length;
    try {
      if (dtype === 'int32') this.data = new Int32Array(length);
      else this.data = (precision === 'float64' ? new Float64Array(length) : new Float32Array(length)).fill(NaN);
    } catch (cause) {
      throw new UnrolledError(
        'OUT_OF_MEMORY',
        `expected memory for ${length} elements, the engine has none left`,
        'use a smaller batch or model, or dispose of tensors',
        { cause },
      );
    }
  }
}

/** One axis of an access: how many positions, and how many elements lie between two of them. */
export type Axis = readonly [count: number, stride: number];

/** The array behind a storage. Errors: STATE for one of another kind of backend, or a released one. */
export function arrayOf(storage: Storage, what: string): HostArray {
  if (!(storage instanceof ReferenceStorage)) {
    refuseOtherCopy(storage.device, 'backend', 'tensor');
    throw new UnrolledError(
      'STATE',
      `expected ${what} in the memory of the reference backend, received one of ${storage.device.name}`,
      'make all tensors of a computation on one backend',
    );
  }
  if (storage.data === null) {
    throw new UnrolledError(
      'STATE',
      `expected ${what} in live memory, received a released one`,
      'keep it until the end',
    );
  }
  return storage.data;
}

/** The array behind `ref`, when offset + Σ index · stride stays inside it. Errors: SHAPE, STATE. */
function within(ref: Ref, what: string, axes: readonly Axis[]): HostArray {
  const data = arrayOf(ref.storage, what);
  let first = ref.offset;
  let last = ref.offset;
  for (const [count, stride] of axes) {
    if (count === 0) return data;
    if (stride > 0) last += (count - 1) * stride;
    else first += (count - 1) * stride;
  }
  if (!Number.isInteger(first) || !Number.isInteger(last) || first < 0 || last >= data.length) {
    throw new UnrolledError(
      'SHAPE',
      `expected ${what} within a storage of ${data.length} elements, received elements ${first} to ${last}`,
      'check the sizes, strides and offset of the call',
    );
  }
  return data;
}

/** The array of a float operand. Errors: SHAPE, STATE, DTYPE. */
export function floats(ref: Ref, what: string, ...axes: Axis[]): FloatArray {
  const data = within(ref, what, axes);
  if (data instanceof Int32Array) throw wrongType(what, 'float32', 'int32');
  return data;
}

/** The array of an operand of whole numbers. Errors: SHAPE, STATE, DTYPE. */
export function integers(ref: Ref, what: string, ...axes: Axis[]): Int32Array {
  const data = within(ref, what, axes);
  if (!(data instanceof Int32Array)) throw wrongType(what, 'int32', 'float32');
  return data;
}

/** The array of an operand of any type. Errors: SHAPE, STATE. */
export function elements(ref: Ref, what: string, ...axes: Axis[]): HostArray {
  return within(ref, what, axes);
}

export function wrongType(what: string, expected: DType, received: DType): UnrolledError {
  return new UnrolledError('DTYPE', `expected ${what} of type ${expected}, received ${received}`, 'convert it first');
}

/** Checks that an index is in 0 … limit − 1. Errors: RANGE. */
export function checkIndex(index: number, limit: number, what: string, position: number): void {
  if (index < 0 || index >= limit) {
    throw new UnrolledError(
      'RANGE',
      `expected ${what} from 0 to ${limit - 1}, received ${index} at position ${position}`,
      'was the vocabulary or the number of classes taken from other data?',
    );
  }
}
