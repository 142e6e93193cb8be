// The native engine: the addon's kernels over address space that it hands out once; pages come when they are written.
import { UnrolledError, UnsupportedError } from '../../errors.js';
import { type Addon, getPlatform } from '../../platform/platform.js';
import { CompiledBackend } from './compiled.js';
import { CALLS_VERSION } from '../numbers.js';
import * as MAX from '../numbers/max.js';
import type { Engine } from './engine.js';

/** Node takes external memory of up to 4 GiB. */
const ARENA_BYTES = [2 ** 32, 2 ** 31, 2 ** 30];
/** More threads than this do not help products of this size. */
const MAX_THREADS = 64;

export interface NativeOptions {
  /** Default: the cores of this machine. */
  threads?: number;
  /** The instruction set; by default UNROLLED_ISA, or the best that the machine has. */
  isa?: string;
  /** Resident bytes at which storages are first moved out; for tests. */
  budget?: number;
}

/** Errors: UNSUPPORTED, with the reason, where the addon is missing or does not load; OPTION for a bad number of threads. */
export function createNativeBackend(options: NativeOptions = {}): CompiledBackend {
  const platform = getPlatform();
  const threads = options.threads ?? Math.min(platform.cpuCount, MAX_THREADS);
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX.PARTS) {
    throw new UnrolledError(
      'OPTION',
      `expected 1 to ${MAX.PARTS} threads, received ${threads}`,
      'leave threads out for one per core',
    );
  }
  const loaded = platform.loadAddon?.(CALLS_VERSION) ?? { reason: 'a browser runs no native code' };
  if ('reason' in loaded) {
    throw new UnsupportedError(
      `expected the native addon, found none: ${loaded.reason}`,
      'use the wasm backend, which always works',
    );
  }
  return new CompiledBackend(
    new NativeEngine(loaded.addon, threads, options.isa ?? platform.forcedIsa ?? ''),
    options.budget,
  );
}

/** Closes arenas whose engines were forgotten without `close`. */
const forgotten = new FinalizationRegistry<() => void>((close) => {
  close();
});

class NativeEngine implements Engine {
  readonly name = 'native';
  readonly isFixed = true;
  readonly threads: number;
  readonly features: readonly string[];
  readonly buffer: ArrayBuffer;
  readonly argumentsAddress: number;
  readonly heapBase: number;
  readonly #addon: Addon;
  readonly #handle: number;
  #limit: number;

  constructor(addon: Addon, threads: number, isa: string) {
    const opened = openArena(addon, threads, isa);
    this.#addon = addon;
    this.#handle = opened.handle;
    this.#limit = opened.usable;
    this.threads = threads;
    this.buffer = opened.buffer;
    this.argumentsAddress = opened.argumentsAddress;
    this.heapBase = opened.argumentsAddress + MAX.ARGUMENTS * 8;
    this.features = [opened.isa, threads === 1 ? '1 thread' : `${threads} threads`];
    const { handle } = opened;
    forgotten.register(
      this,
      () => {
        addon.close(handle);
      },
      this,
    );
  }

  get limit(): number {
    return this.#limit;
  }

  invoke(kernel: number): number {
    return this.#addon.invoke(this.#handle, kernel);
  }

  grow(limit: number): boolean {
    this.#limit = this.#addon.grow(this.#handle, limit);
    return this.#limit >= limit;
  }

  close(): void {
    forgotten.unregister(this);
    this.#addon.close(this.#handle);
  }
}

function openArena(addon: Addon, threads: number, isa: string): ReturnType<Addon['open']> {
  let failure = '';
  for (const bytes of ARENA_BYTES) {
    try {
      return addon.open(bytes, threads, isa);
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
  }
  throw new UnsupportedError(
    `expected address space and instructions for the native backend, received none: ${failure}`,
    'set UNROLLED_ISA to one that the machine has, or use the wasm backend',
  );
}
