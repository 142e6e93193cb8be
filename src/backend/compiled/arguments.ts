// Writes the arguments of a kernel call: doubles, one after another, in the block that the kernels read.
import { UnrolledError, UnsupportedError } from '../../errors.js';
import { refuseOtherCopy } from '../../copy.js';
import type { DType, Device, Storage } from '../../tensor/device.js';
import type { MatrixRef, Ref } from '../contract.js';
import * as MAX from '../numbers/max.js';
import * as STATUS from '../numbers/status.js';
import type { Engine } from './engine.js';
import { checkInside, matrixEnd } from '../extent.js';
import { CompiledStorage, type Memory } from './storage.js';

/** Writes down calls, so that the kernels can make them again (calls/sample.ts). */
export interface Recorder {
  /** Notes a call: a kernel, and its arguments from one double of memory to another. */
  note(kernel: number, from: number, to: number): void;
  /** Notes what a kernel cannot do again by itself (the host read or wrote memory): the calls must be made again. */
  spoil(): void;
}

export class Arguments {
  readonly #engine: Engine;
  readonly #memory: Memory;
  readonly #device: Device;
  readonly #start: number;
  #next = 0;
  /** What hears of each call. */
  recorder: Recorder | null = null;

  constructor(engine: Engine, memory: Memory, device: Device) {
    this.#engine = engine;
    this.#memory = memory;
    this.#device = device;
    this.#start = engine.argumentsAddress / 8;
  }

  /** Begins a call: touch every operand (`at`) before the first `put`. */
  begin(): void {
    this.#memory.beginCall();
    this.#next = this.#start;
  }

  /**
   * Byte address of a place in memory; it stays there for this call.
   * @param isRead the call does not change it
   * Errors: STATE, DTYPE, OUT_OF_MEMORY.
   */
  at(ref: Ref, dtype: DType | 'any' = 'float32', isRead = false): number {
    const storage = this.own(ref.storage);
    if (dtype !== 'any' && storage.dtype !== dtype) {
      throw new UnrolledError(
        'DTYPE',
        `expected ${dtype} elements, received ${storage.dtype}`,
        'convert the tensor first',
      );
    }
    return (isRead ? this.#memory.touchToRead(storage) : this.#memory.touch(storage)) + ref.offset * 4;
  }

  /** Errors: STATE for the storage of another device, or of another copy of the library. */
  own(storage: Storage): CompiledStorage {
    if (storage instanceof CompiledStorage && storage.device === this.#device) return storage;
    refuseOtherCopy(storage.device, 'backend', 'tensor');
    const { name } = this.#device;
    const received = storage.device.name === name ? `one on another ${name} backend` : `one on ${storage.device.name}`;
    throw new UnrolledError(
      'STATE',
      `expected a tensor on the ${name} backend of this computation, received ${received}`,
      'make all tensors of a computation on one backend: call useBackend once, before the first tensor',
    );
  }

  /** The same for `count` elements in a row. Errors: also SHAPE. */
  span(ref: Ref, count: number, dtype: DType | 'any' = 'float32'): number {
    checkInside(ref, 0, count);
    return this.at(ref, dtype);
  }

  /** The same for a matrix. Errors: also SHAPE. */
  matrix(ref: MatrixRef, rows: number, cols: number, dtype: DType | 'any' = 'float32', isRead = false): number {
    checkInside(ref, 0, matrixEnd(rows, cols, ref.stride));
    return this.at(ref, dtype, isRead);
  }

  put(value: number): void {
    this.#memory.doubles[this.#next++] = value;
  }

  putFlag(value: boolean | undefined): void {
    this.#memory.doubles[this.#next++] = value === true ? 1 : 0;
  }

  /** Errors: UNSUPPORTED where `count` more do not fit. */
  reserve(count: number): void {
    if (this.#next - this.#start + count > MAX.ARGUMENTS) {
      throw new UnsupportedError(`expected at most ${MAX.ARGUMENTS} arguments, received ${count}`);
    }
  }

  /** Runs a kernel of this call alone: who records does not hear of it. */
  invokeOnce(kernel: number): void {
    const { recorder } = this;
    this.recorder = null;
    try {
      this.invoke(kernel);
    } finally {
      this.recorder = recorder;
    }
  }

  /** Runs the kernel. Errors: RANGE for a bad index. */
  invoke(kernel: number): void {
    this.recorder?.note(kernel, this.#start, this.#next);
    const status = this.#engine.invoke(kernel);
    if (status === STATUS.DONE) return;
    if (status === STATUS.BAD_INDEX) {
      const [position, index, limit] = this.#memory.doubles.subarray(this.#start, this.#start + 3);
      throw new UnrolledError(
        'RANGE',
        `expected an index from 0 to ${limit - 1}, received ${index} at position ${position}`,
        'check that the data and the model use the same vocabulary',
      );
    }
    throw new UnrolledError(
      'INTERNAL',
      `expected status 0 of kernel ${kernel}, received ${status}`,
      'build again: `npm run build`',
    );
  }

  /** The value that a kernel left at the start of the block. */
  result(i: number): number {
    return this.#memory.doubles[this.#start + i];
  }
}
