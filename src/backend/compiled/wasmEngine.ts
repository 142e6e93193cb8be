// The WebAssembly engine: kernels and arena share one memory, which grows when it must. With more than one thread the memory
// is shared with workers.
import { UnrolledError } from '../../errors.js';
import type { KernelVariant } from '../../platform/kernelVariant.js';
import { kernelHelp } from '../../platform/kernels.js';
import { getPlatform } from '../../platform/platform.js';
import type { Engine } from './engine.js';
import type { WasmWorkers } from './wasmWorkers.js';

const PAGE = 65536;
const FIRST_PAGES = 64;
/** WebAssembly's own limit (4 GiB), and what smaller machines may still grant. */
const PAGE_LIMITS = [65536, 32768, 16384];
/** Grows by at least this part of what is there. */
const GROWTH = 0.25;

/** Ends the workers of engines that were forgotten without `close`; they would keep the memory. */
const forgotten = new FinalizationRegistry<WasmWorkers>((workers) => {
  workers.terminate();
});

export class WasmEngine implements Engine {
  readonly name = 'wasm';
  readonly isFixed = false;
  readonly argumentsAddress: number;
  readonly heapBase: number;
  #memory: WebAssembly.Memory | null;
  #exports: WebAssembly.Exports;
  #invoke: (kernel: number) => number;
  #partsWanted: (() => number) | null = null;
  #workers: WasmWorkers | null = null;
  readonly #simd: string;
  readonly #why: string | null;

  /**
   * @param threads more than one needs kernels of a variant with threads, and workers
   * @param why why there are no more, for people; null where there is nothing to say
   * Errors: OUT_OF_MEMORY; IO for other kernels.
   */
  constructor(
    module: WebAssembly.Module,
    variant: KernelVariant,
    threads: number,
    workers: typeof WasmWorkers | null,
    why: string | null = null,
  ) {
    this.#simd = variant.startsWith('relaxed') ? 'relaxed-simd' : 'simd';
    this.#why = why;
    const shared = variant.endsWith('threads');
    const memory = makeMemory(shared);
    const exports = instantiate(module, memory);
    this.#memory = memory;
    this.#exports = exports;
    this.#invoke = numberFunction(exports.invoke);
    // Addresses above 2 GiB come back as negative numbers.
    this.argumentsAddress = numberFunction(exports.argumentsAddress)(0) >>> 0;
    const heapBase = numberOf(exports.__heap_base);
    if (!shared) {
      this.heapBase = heapBase;
      return;
    }
    // The caller's stack is whole and begins at address 0; those of the workers are as large and stand before the heap.
    const stackBytes = numberOf(exports.__stack_pointer);
    const stacks = Math.ceil(heapBase / 64) * 64;
    this.heapBase = stacks + (threads - 1) * stackBytes;
    this.grow(this.heapBase);
    numberFunction(exports.allowSleep)(mayWait() ? 1 : 0);
    const partsWanted = numberFunction(exports.partsWanted);
    if (workers === null) return;
    this.#partsWanted = () => partsWanted(0);
    this.#workers = new workers(module, memory, threads - 1, stacks, stackBytes, getPlatform().startWorker);
    forgotten.register(this, this.#workers, this);
  }

  /** Workers that have failed are none of them; those that are not wanted yet are. */
  get threads(): number {
    return 1 + (this.#workers?.count ?? 0);
  }

  get features(): readonly string[] {
    const threads = this.threads === 1 ? '1 thread' : `${this.threads} threads`;
    const failed = this.#workers?.failed === true ? 'workers did not start' : null;
    const why = this.#why ?? failed;
    return [this.#simd, threads, ...(why === null ? [] : [`no more threads: ${why}`])];
  }

  get buffer(): ArrayBufferLike {
    return this.#memory?.buffer ?? new ArrayBuffer(0);
  }

  get limit(): number {
    return this.buffer.byteLength;
  }

  /** Workers that help by now, and kernels that the first of them was called for: for tests. */
  get help(): { workers: number; kernels: number } {
    if (this.#workers === null) return { workers: 0, kernels: 0 };
    const { workersReady, kernelsShared } = this.#exports;
    return { workers: numberFunction(workersReady)(0), kernels: numberFunction(kernelsShared)(0) };
  }

  invoke(kernel: number): number {
    const status = this.#invoke(kernel);
    if (this.#partsWanted !== null) this.#startWorkers(this.#partsWanted() - 1);
    return status;
  }

  grow(limit: number): boolean {
    if (this.#memory === null) return false;
    const have = this.#memory.buffer.byteLength / PAGE;
    const need = Math.ceil(limit / PAGE) - have;
    if (need <= 0) return true;
    const generous = Math.max(need, Math.ceil(have * GROWTH));
    return this.#tryGrow(generous) || (generous > need && this.#tryGrow(need));
  }

  close(): void {
    if (this.#workers !== null) {
      // Asked first: browsers take their time to end a worker that is busy.
      numberFunction(this.#exports.stop)(0);
      this.#workers.terminate();
      forgotten.unregister(this);
    }
    // Nothing refers to the memory any more: collection takes it.
    this.#memory = null;
    this.#workers = null;
    this.#partsWanted = null;
    this.#exports = {};
    this.#invoke = () => {
      throw new UnrolledError('STATE', 'expected an open backend, found a closed one', 'make a new backend');
    };
  }

  /** The first kernel that is large enough for more threads runs on those that are there, and then the others are started. */
  #startWorkers(count: number): void {
    this.#workers?.startUpTo(count);
    if (this.#workers?.missing !== true) this.#partsWanted = null;
  }

  #tryGrow(pages: number): boolean {
    try {
      this.#memory?.grow(pages);
      return true;
    } catch {
      return false;
    }
  }
}

/** Whether this thread may sleep until memory changes: a page may not. */
function mayWait(): boolean {
  try {
    // The memory has changed already, so this does not wait.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

function makeMemory(shared: boolean): WebAssembly.Memory {
  let failure: unknown;
  for (const maximum of PAGE_LIMITS) {
    try {
      return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum, shared });
    } catch (error) {
      failure = error;
    }
  }
  throw new UnrolledError(
    'OUT_OF_MEMORY',
    'expected memory for WebAssembly, received none',
    'close other programs or tabs',
    {
      cause: failure,
    },
  );
}

function numberFunction(value: WebAssembly.ExportValue | undefined): (argument: number) => number {
  if (typeof value !== 'function') throw otherKernels();
  return (argument) => Number(value(argument));
}

function numberOf(value: WebAssembly.ExportValue | undefined): number {
  if (!(value instanceof WebAssembly.Global)) throw otherKernels();
  return Number(value.value);
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): WebAssembly.Exports {
  try {
    return new WebAssembly.Instance(module, { env: { memory, now: () => performance.now() } }).exports;
  } catch (error) {
    throw error instanceof WebAssembly.LinkError ? otherKernels() : error;
  }
}

function otherKernels(): UnrolledError {
  return new UnrolledError('IO', 'expected the kernels of this version, received another module', kernelHelp());
}
