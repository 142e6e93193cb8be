// Storages of a compiled backend: a cache over JavaScript memory. A storage is resident in the arena or spilled to a typed
// array. Released ones leave at once; forgotten ones are spilled in time, and then JavaScript's collection finds them, since
// only the resident set refers to a storage.
import { UnrolledError } from '../../errors.js';
import type { Device, DType, Storage } from '../../tensor/device.js';
import { Arena, type Block } from '../arena.js';
import type { MatrixRef } from '../contract.js';
import type { Engine } from './engine.js';

/** Resident bytes at which the first spilling starts. */
const FIRST_BUDGET = 16 * 2 ** 20;

export class CompiledStorage implements Storage {
  references = 0;
  /** Its place in the arena, or null where spilled or released. */
  block: Block | null = null;
  /** The elements where spilled. */
  spilled: Float32Array | Int32Array | null = null;
  released = false;
  /** The call that needed it last. */
  call = 0;
  /** How often it is held where it is, over calls. */
  holds = 0;
  /** Its place among the resident ones. */
  slot = 0;
  /** The last call that may have changed it. */
  changed = 0;
  /** Copies of weights in it as a single row reads them fastest, by what they are a copy of. */
  panels: Map<string, Block> | null = null;

  constructor(
    readonly device: Device,
    readonly dtype: DType,
    readonly length: number,
  ) {}

  get bytes(): number {
    return this.length * 4;
  }
}

/** Copies of weights as a single row reads them fastest; rowPanels.ts has the class behind it. */
export interface WeightCopies {
  of(b: MatrixRef, size: { n: number; k: number; transB?: boolean }): number;
  /** Gives the copies of a storage back, whose numbers may change. */
  drop(storage: CompiledStorage): void;
  /** How often copies went. */
  readonly dropped: number;
}

/** The memory of one backend: arena, views of it, and what is resident. */
export class Memory {
  floats: Float32Array;
  ints: Int32Array;
  doubles: Float64Array;
  readonly #engine: Engine;
  readonly #arena: Arena;
  // An array, not a Set: tables that a Set outgrew keep each other alive until the next full collection.
  readonly #resident: CompiledStorage[] = [];
  #residentBytes = 0;
  #budget: number;
  #call = 0;
  #closed = false;
  /** Nothing leaves the arena while addresses are written down. */
  pinned = false;
  /** The call before calls were recorded. */
  pinnedAt = 0;
  /** Copies of weights for single rows; null until a step is repeated. */
  rowPanels: WeightCopies | null = null;

  constructor(engine: Engine, budget = FIRST_BUDGET) {
    this.#engine = engine;
    this.#budget = budget;
    this.floats = new Float32Array(engine.buffer);
    this.ints = new Int32Array(engine.buffer);
    this.doubles = new Float64Array(engine.buffer);
    this.#arena = new Arena(engine.heapBase, engine.limit, (limit) => this.#grow(limit));
  }

  /** Bytes handed out in the arena. */
  get usedBytes(): number {
    return this.#arena.used;
  }

  get residentCount(): number {
    return this.#resident.length;
  }

  /** Storages that are touched from now on stay until the next call begins. */
  beginCall(): void {
    this.#call++;
  }

  /** Errors: OUT_OF_MEMORY. */
  create(device: Device, dtype: DType, length: number): CompiledStorage {
    const storage = new CompiledStorage(device, dtype, length);
    this.#makeResident(storage);
    return storage;
  }

  release(storage: CompiledStorage): void {
    if (storage.released) return;
    this.#leave(storage);
    storage.spilled = null;
    storage.released = true;
  }

  /**
   * Byte address of a storage, brought back where it was spilled. It stays valid for this call, which may change what is there.
   * Errors: OUT_OF_MEMORY.
   */
  touch(storage: CompiledStorage): number {
    storage.changed = this.#call;
    this.rowPanels?.drop(storage);
    return this.touchToRead(storage);
  }

  /** The same for a call that only reads it. */
  touchToRead(storage: CompiledStorage): number {
    if (storage.block === null) this.#bringBack(storage);
    storage.call = this.#call;
    return storage.block === null ? 0 : storage.block.address;
  }

  /** A block for this call only, which the caller gives back with `freeBlock`. Errors: OUT_OF_MEMORY. */
  allocateBlock(bytes: number): Block {
    let block = this.#arena.allocate(bytes);
    while (block === null && this.#spill() > 0) block = this.#arena.allocate(bytes);
    if (block === null) {
      throw new UnrolledError(
        'OUT_OF_MEMORY',
        `expected ${mebibytes(bytes)} MiB for a tensor, found no room beside ${mebibytes(this.#arena.used)} MiB in use`,
        'use a smaller batch, fewer steps or a smaller model, or dispose of tensors that are not needed',
      );
    }
    return block;
  }

  /** Calls are recorded from now on: addresses are written down, so nothing leaves the arena. */
  pin(): void {
    this.pinned = true;
    this.pinnedAt = this.#call;
  }

  /** A block where there is room without moving anything; null else. The caller gives it back with `freeBlock`. */
  tryBlock(bytes: number): Block | null {
    return this.#arena.allocate(bytes);
  }

  freeBlock(block: Block): void {
    this.#arena.release(block);
  }

  /** Errors: STATE after `close`. */
  checkOpen(): void {
    if (this.#closed) {
      throw new UnrolledError('STATE', 'expected an open backend, found a closed one', 'close a backend last');
    }
  }

  /** Lets everything go; the engine is about to close. */
  close(): void {
    this.#closed = true;
    for (const storage of this.#resident) {
      storage.block = null;
      storage.released = true;
    }
    this.#resident.length = 0;
    this.floats = new Float32Array(0);
    this.ints = new Int32Array(0);
    this.doubles = new Float64Array(0);
  }

  #bringBack(storage: CompiledStorage): void {
    if (storage.released || storage.spilled === null) {
      throw new UnrolledError(
        'STATE',
        'expected memory that is in use, received memory that was released or belongs to a closed backend',
        'keep(tensor) what must outlive its scope, and close a backend last',
      );
    }
    // It is needed after all, so more may stay.
    this.#budget += storage.bytes;
    const kept = storage.spilled;
    const start = this.#makeResident(storage).address / 4;
    if (kept instanceof Int32Array) this.ints.set(kept, start);
    else this.floats.set(kept, start);
    storage.spilled = null;
  }

  #makeResident(storage: CompiledStorage): Block {
    this.checkOpen();
    if (this.#residentBytes + storage.bytes > this.#budget) this.#spill();
    const block = this.allocateBlock(storage.bytes);
    storage.block = block;
    storage.call = this.#call;
    storage.slot = this.#resident.push(storage) - 1;
    this.#residentBytes += storage.bytes;
    return block;
  }

  #leave(storage: CompiledStorage): void {
    if (storage.block === null) return;
    this.rowPanels?.drop(storage);
    this.#arena.release(storage.block);
    storage.block = null;
    const last = this.#resident.pop();
    if (last !== undefined && last !== storage) {
      this.#resident[storage.slot] = last;
      last.slot = storage.slot;
    }
    this.#residentBytes -= storage.bytes;
  }

  /** Moves the half of the resident bytes that was not touched for longest out of the arena; returns how many. */
  #spill(): number {
    if (this.pinned) return 0;
    const candidates = this.#resident.filter((storage) => storage.call !== this.#call && storage.holds === 0);
    candidates.sort((a, b) => a.call - b.call);
    const goal = this.#residentBytes / 2;
    let bytes = 0;
    for (const storage of candidates) {
      if (bytes >= goal) break;
      storage.spilled = this.copyOut(storage, 0, storage.length);
      bytes += Math.max(storage.bytes, 1);
      this.#leave(storage);
    }
    return bytes;
  }

  /** A copy of a resident storage's elements. */
  copyOut(storage: CompiledStorage, offset: number, length: number): Float32Array | Int32Array {
    if (storage.block === null) throw new UnrolledError('INTERNAL', 'expected resident memory', 'report this');
    const start = storage.block.address / 4 + offset;
    return storage.dtype === 'int32'
      ? this.ints.slice(start, start + length)
      : this.floats.slice(start, start + length);
  }

  #grow(limit: number): number {
    if (!this.#engine.grow(limit)) return this.#engine.limit;
    this.floats = new Float32Array(this.#engine.buffer);
    this.ints = new Int32Array(this.#engine.buffer);
    this.doubles = new Float64Array(this.#engine.buffer);
    return this.#engine.limit;
  }
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
