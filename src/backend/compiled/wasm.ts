// The WebAssembly engine: kernels and arena share one memory, which grows when it must. One thread.
import { UnrolledError, UnsupportedError } from '../../errors.js';
import { getPlatform, type KernelVariant } from '../../platform/platform.js';
import { CompiledBackend } from './compiled.js';
import type { Engine } from './engine.js';

const PAGE = 65536;
const FIRST_PAGES = 64;
/** WebAssembly's own limit (4 GiB), and what smaller machines may still grant. */
const PAGE_LIMITS = [65536, 32768, 16384];
/** Grows by at least this part of what is there. */
const GROWTH = 0.25;

export interface WasmOptions {
  /** false: no fused multiply-add, even where the engine has it. Default true. */
  relaxed?: boolean;
  /** Resident bytes at which storages are first moved out; for tests. */
  budget?: number;
}

/** Errors: UNSUPPORTED where the engine has no SIMD, IO where the kernels are missing. */
export async function createWasmBackend(options: WasmOptions = {}): Promise<CompiledBackend> {
  const platform = getPlatform();
  if (options.relaxed !== false) {
    const bytes = await platform.kernelBytes('relaxed');
    if (runsRelaxed(bytes)) return backendOf(await WebAssembly.compile(bytes), 'relaxed', options);
  }
  const bytes = await platform.kernelBytes('simd');
  checkSimd(bytes);
  return backendOf(await WebAssembly.compile(bytes), 'simd', options);
}

/** The same at once. Errors: also UNSUPPORTED on a platform that must wait for files. */
export function createWasmBackendSync(options: WasmOptions = {}): CompiledBackend {
  const platform = getPlatform();
  const read = platform.kernelBytesSync?.bind(platform);
  if (read === undefined) {
    throw new UnsupportedError(
      'expected kernels at hand, found a platform that must wait for them',
      "call `await useBackend('wasm')` first",
    );
  }
  if (options.relaxed !== false) {
    const bytes = read('relaxed');
    if (runsRelaxed(bytes)) return backendOf(new WebAssembly.Module(bytes), 'relaxed', options);
  }
  const bytes = read('simd');
  checkSimd(bytes);
  return backendOf(new WebAssembly.Module(bytes), 'simd', options);
}

function runsRelaxed(bytes: Uint8Array<ArrayBuffer>): boolean {
  if (WebAssembly.validate(bytes)) return true;
  getPlatform().enableRelaxedSimd?.();
  return WebAssembly.validate(bytes);
}

function checkSimd(bytes: Uint8Array<ArrayBuffer>): void {
  if (!WebAssembly.validate(bytes)) {
    throw new UnsupportedError(
      'expected WebAssembly with SIMD, found an engine without',
      'use a newer browser, or the reference backend',
    );
  }
}

function backendOf(module: WebAssembly.Module, variant: KernelVariant, options: WasmOptions): CompiledBackend {
  return new CompiledBackend(new WasmEngine(module, variant), options.budget);
}

class WasmEngine implements Engine {
  readonly name = 'wasm';
  readonly threads = 1;
  readonly features: readonly string[];
  readonly argumentsAddress: number;
  readonly heapBase: number;
  #memory: WebAssembly.Memory | null;
  #invoke: (kernel: number) => number;

  constructor(module: WebAssembly.Module, variant: KernelVariant) {
    this.features = [variant === 'relaxed' ? 'relaxed-simd' : 'simd', '1 thread'];
    const memory = makeMemory();
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    this.#memory = memory;
    this.#invoke = numberFunction(exports.invoke);
    // Addresses above 2 GiB come back as negative numbers.
    this.argumentsAddress = numberFunction(exports.argumentsAddress)(0) >>> 0;
    this.heapBase = exports.__heap_base instanceof WebAssembly.Global ? Number(exports.__heap_base.value) : PAGE * 32;
  }

  get buffer(): ArrayBuffer {
    const buffer = this.#memory?.buffer;
    return buffer instanceof ArrayBuffer ? buffer : new ArrayBuffer(0);
  }

  invoke(kernel: number): number {
    return this.#invoke(kernel);
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
    // Nothing refers to the memory any more: collection takes it.
    this.#memory = null;
    this.#invoke = () => {
      throw new UnrolledError('STATE', 'expected an open backend, found a closed one', 'make a new backend');
    };
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

function makeMemory(): WebAssembly.Memory {
  let failure: unknown;
  for (const maximum of PAGE_LIMITS) {
    try {
      return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum });
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
  if (typeof value !== 'function') {
    throw new UnrolledError(
      'INTERNAL',
      'expected kernels of this version, received others',
      'build again: `npm run build`',
    );
  }
  return (argument) => Number(value(argument));
}
