// The memory half of the backend contract: where tensors live. What computes on it stands in backend/contract.ts.
import { UnrolledError } from '../errors.js';
import { expectChoice } from '../expect.js';

/** `float32` is float64 on a reference backend made for gradient checks; `int32` is for indices. */
export type DType = 'float32' | 'int32';

const DTYPES: readonly DType[] = ['float32', 'int32'];

/** Errors: OPTION for a type that does not exist. */
export function checkDType(dtype: DType): void {
  if (!DTYPES.includes(dtype)) expectChoice(dtype, 'a dtype', DTYPES);
}

export type FloatArray = Float32Array | Float64Array;
/** The elements of a tensor on the host: float32 (float64 where the backend computes in it), or int32. */
export type HostArray = Float32Array | Float64Array | Int32Array;

/** A piece of a device's memory. Only the device that made it knows what is behind it. */
export interface Storage {
  /** The device that made it. */
  readonly device: Device;
  /** Of every element. */
  readonly dtype: DType;
  /** Number of elements. */
  readonly length: number;
  /** How many tensors share it; at 0 the memory goes back. Only `Tensor` changes it. */
  references: number;
}

/** Where tensors live: makes memory, and copies to it and from it. What computes on it is a `Backend`. */
export interface Device {
  /** As `useBackend` takes it: `native`, `wasm`, `reference`, `webgpu`. */
  readonly name: string;
  /** Whether `readSync` answers whenever it is asked; where not, for what the host wrote or read last. */
  readonly answersAtOnce: boolean;
  /** A new storage with undefined contents and no references. Errors: OUT_OF_MEMORY. */
  allocate(dtype: DType, length: number): Storage;
  /** Gives the memory back now. The storage must not be used again. */
  release(storage: Storage): void;
  /** Copies `data` to the elements from `offset` on. */
  write(storage: Storage, offset: number, data: ArrayLike<number>): void;
  /** Sets `length` elements from a place on. */
  fill(out: { storage: Storage; offset: number }, length: number, value: number): void;
  /**
   * A copy of `length` elements from `offset` on, after all calls so far. A device that computes on its own tells here what was wrong
   * with the data of those calls, such as an index outside of its table. Errors: those of the calls.
   */
  read(storage: Storage, offset: number, length: number): Promise<HostArray>;
  /** The same at once; a device whose numbers must be waited for throws UNSUPPORTED for what calls changed since the host wrote or read it. */
  readSync(storage: Storage, offset: number, length: number): HostArray;
  /** The elements where they stand, until the next call; null where they are elsewhere. @param changes whether whoever asks will change them. @internal */
  peek?(storage: Storage, offset: number, length: number, changes?: boolean): HostArray | null;
  /**
   * The elements where they stand, over any calls, to be changed there: until `letGo` of the storage, as often as it was held; null where
   * the device's memory moves. @internal
   */
  hold?(storage: Storage, offset: number, length: number): HostArray | null;
  /** @internal */
  letGo?(storage: Storage): void;
}

let current: Device | null = null;
let fallback: (() => Device) | null = null;

/** The device on which new tensors are made. Errors: NO_BACKEND. */
export function currentDevice(): Device {
  current ??= fallback?.() ?? null;
  if (current === null) {
    throw new UnrolledError(
      'NO_BACKEND',
      'expected a chosen backend, found none',
      "call `await useBackend('auto')` first, from 'unrolled'",
    );
  }
  return current;
}

export function setCurrentDevice(device: Device | null): void {
  current = device;
}

/** What makes the device when the first tensor is made and nobody has chosen one. */
export function setDeviceFallback(make: (() => Device) | null): void {
  fallback = make;
}
