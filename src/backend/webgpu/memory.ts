// The memory of a device: one buffer, in which every storage has its place. It grows by moving to a larger one, so that places stay.
import { refuseOtherCopy } from '../../copy.js';
import { UnrolledError } from '../../errors.js';
import type { Device, DType, HostArray, Storage } from '../../tensor/device.js';
import { Arena, type Block } from '../arena.js';
import type { MatrixRef, Ref } from '../contract.js';
import { checkInside, matrixEnd } from '../extent.js';
import type { Commands } from './commands.js';

/** Bytes at first. */
const FIRST = 16 * 2 ** 20;

export class GpuStorage implements Storage {
  references = 0;
  /** null once released. */
  block: Block | null = null;
  /** Elements from `offset` on as the host wrote or read them last, as long as no call changes any. */
  host: { offset: number; data: HostArray } | null = null;
  /** Calls that changed it. */
  changes = 0;

  constructor(
    readonly device: Device,
    readonly dtype: DType,
    readonly length: number,
  ) {}
}

export class GpuMemory {
  readonly #commands: Commands;
  readonly #arena: Arena;
  /** Gives back what nobody released, when it was collected. */
  readonly #forgotten = new FinalizationRegistry<Block>((block) => {
    if (!block.free) this.#arena.release(block);
  });

  constructor(commands: Commands) {
    this.#commands = commands;
    commands.resize(Math.min(FIRST, commands.mostBytes));
    this.#arena = new Arena(0, commands.bytes, (limit) => this.#grow(limit));
  }

  /** Bytes handed out. */
  get usedBytes(): number {
    return this.#arena.used;
  }

  /** Errors: RANGE, OUT_OF_MEMORY. */
  create(device: Device, dtype: DType, length: number): GpuStorage {
    if (!Number.isInteger(length) || length < 0) {
      throw new UnrolledError('RANGE', `expected a whole length of 0 or more, received ${length}`, 'check the shape');
    }
    const storage = new GpuStorage(device, dtype, length);
    storage.block = this.take(length);
    this.#forgotten.register(storage, storage.block, storage);
    return storage;
  }

  release(storage: GpuStorage): void {
    if (storage.block === null) return;
    this.#forgotten.unregister(storage);
    this.#arena.release(storage.block);
    storage.block = null;
    storage.host = null;
  }

  /** Room for so many words; the caller gives it back with `giveBack`, at once where only calls before use it. Errors: OUT_OF_MEMORY. */
  take(words: number): Block {
    const block = this.#arena.allocate(words * 4);
    if (block !== null) return block;
    const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
    throw new UnrolledError(
      'OUT_OF_MEMORY',
      `expected ${mebibytes(words * 4)} MiB for a tensor, found no room beside ${mebibytes(this.#arena.used)} MiB in use: ` +
        `this device has buffers of ${mebibytes(this.#commands.mostBytes)} MiB`,
      'use a smaller batch, fewer steps or a smaller model, dispose of tensors or work in a scope, or use another backend',
    );
  }

  giveBack(block: Block): void {
    this.#arena.release(block);
  }

  /** The word at which a place begins that a call changes. Errors: STATE, DTYPE. */
  to(ref: Ref, dtype: DType | 'any' = 'float32'): number {
    const storage = this.own(ref.storage);
    storage.host = null;
    storage.changes++;
    return this.at(ref, dtype);
  }

  /** The same for `count` elements in a row. Errors: also SHAPE. */
  spanTo(ref: Ref, count: number, dtype: DType | 'any' = 'float32'): number {
    checkInside(ref, 0, count);
    return this.to(ref, dtype);
  }

  /** The same for a matrix. Errors: also SHAPE. */
  matrixTo(ref: MatrixRef, rows: number, cols: number, dtype: DType | 'any' = 'float32'): number {
    checkInside(ref, 0, matrixEnd(rows, cols, ref.stride));
    return this.to(ref, dtype);
  }

  /** The word at which a place begins that a call only reads. Errors: STATE, DTYPE. */
  at(ref: Ref, dtype: DType | 'any' = 'float32'): number {
    const { block } = this.own(ref.storage);
    if (block === null) {
      throw new UnrolledError(
        'STATE',
        'expected memory that is in use, received memory that was released',
        'keep(tensor) what must outlive its scope, and close a backend last',
      );
    }
    if (dtype !== 'any' && ref.storage.dtype !== dtype) {
      const message = `expected ${dtype} elements, received ${ref.storage.dtype}`;
      throw new UnrolledError('DTYPE', message, 'convert the tensor first');
    }
    return block.address / 4 + ref.offset;
  }

  /** The same for `count` elements in a row. Errors: also SHAPE. */
  span(ref: Ref, count: number, dtype: DType | 'any' = 'float32'): number {
    checkInside(ref, 0, count);
    return this.at(ref, dtype);
  }

  /** The same for a matrix. Errors: also SHAPE. */
  matrix(ref: MatrixRef, rows: number, cols: number, dtype: DType | 'any' = 'float32'): number {
    checkInside(ref, 0, matrixEnd(rows, cols, ref.stride));
    return this.at(ref, dtype);
  }

  /** Errors: STATE for the storage of another device, or of another copy of the library. */
  own(storage: Storage): GpuStorage {
    if (storage instanceof GpuStorage && storage.device === this.#commands.owner) return storage;
    refuseOtherCopy(storage.device, 'backend', 'tensor');
    const other = storage.device.name === 'webgpu' ? 'one on another webgpu backend' : `one on ${storage.device.name}`;
    throw new UnrolledError(
      'STATE',
      `expected a tensor on the webgpu backend of this computation, received ${other}`,
      'make all tensors of a computation on one backend: call useBackend once, before the first tensor',
    );
  }

  #grow(limit: number): number {
    const { bytes, mostBytes } = this.#commands;
    if (limit > mostBytes) return bytes;
    this.#commands.resize(Math.min(mostBytes, Math.max(limit, 2 * bytes)));
    return this.#commands.bytes;
  }
}
