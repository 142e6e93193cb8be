// The WebAssembly backend: picks the kernels that this engine can run, from those with threads and relaxed SIMD down to plain
// SIMD on one thread.
import { UnrolledError, UnsupportedError } from '../../errors.js';
import { getPlatform, type KernelVariant } from '../../platform/platform.js';
import { MAX } from '../numbers.js';
import { CompiledBackend } from './compiled.js';
import { WasmEngine } from './wasmEngine.js';

/** Threads where nobody says how many: more rarely help products of this size. */
const DEFAULT_THREADS = 16;
/** The caller and as many workers as there is room for. */
const MAX_THREADS = 1 + MAX.WORKERS;

export interface WasmOptions {
  /** At most so many; one where memory cannot be shared with workers. Default: the cores of this machine, at most 16. */
  threads?: number;
  /** false: no fused multiply-add, even where the engine has it. Default true. */
  relaxed?: boolean;
  /** Resident bytes at which storages are first moved out; for tests. */
  budget?: number;
}

/** Errors: UNSUPPORTED where the engine has no SIMD, IO where the kernels are missing, OPTION for a bad number of threads. */
export async function createWasmBackend(options: WasmOptions = {}): Promise<CompiledBackend> {
  const platform = getPlatform();
  const threads = threadsOf(options);
  for (const variant of variants(options, threads)) {
    const bytes = await platform.kernelBytes(variant);
    if (!runs(bytes, variant)) continue;
    return new CompiledBackend(engineOf(await WebAssembly.compile(bytes), variant, threads), options.budget);
  }
  throw noSimd();
}

/** The same at once. Errors: also UNSUPPORTED on a platform that must wait for files. */
export function createWasmBackendSync(options: WasmOptions = {}): CompiledBackend {
  return new CompiledBackend(createWasmEngineSync(options), options.budget);
}

/** The engine alone. Errors: the same. */
export function createWasmEngineSync(options: WasmOptions = {}): WasmEngine {
  const platform = getPlatform();
  const read = platform.kernelBytesSync?.bind(platform);
  if (read === undefined) {
    throw new UnsupportedError(
      'expected kernels at hand, found a platform that must wait for them',
      "call `await useBackend('wasm')` first",
    );
  }
  const threads = threadsOf(options);
  for (const variant of variants(options, threads)) {
    const bytes = read(variant);
    if (runs(bytes, variant)) return engineOf(new WebAssembly.Module(bytes), variant, threads);
  }
  throw noSimd();
}

function threadsOf({ threads }: WasmOptions): number {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1)) {
    throw new UnrolledError(
      'OPTION',
      `expected 1 thread or more, received ${threads}`,
      'leave threads out for one for each core',
    );
  }
  const platform = getPlatform();
  if (platform.startWorker === undefined || typeof SharedArrayBuffer !== 'function') return 1;
  return threads === undefined ? Math.min(platform.cpuCount, DEFAULT_THREADS) : Math.min(threads, MAX_THREADS);
}

/** The best first. */
function variants({ relaxed }: WasmOptions, threads: number): KernelVariant[] {
  const all: KernelVariant[] = ['relaxed-threads', 'simd-threads', 'relaxed', 'simd'];
  return all.filter(
    (variant) => (threads > 1 || !variant.endsWith('threads')) && (relaxed !== false || variant.startsWith('simd')),
  );
}

function runs(bytes: Uint8Array<ArrayBuffer>, variant: KernelVariant): boolean {
  if (WebAssembly.validate(bytes)) return true;
  if (!variant.startsWith('relaxed')) return false;
  getPlatform().enableRelaxedSimd?.();
  return WebAssembly.validate(bytes);
}

function engineOf(module: WebAssembly.Module, variant: KernelVariant, threads: number): WasmEngine {
  return new WasmEngine(module, variant, variant.endsWith('threads') ? threads : 1);
}

function noSimd(): UnsupportedError {
  return new UnsupportedError(
    'expected WebAssembly with SIMD, found an engine without',
    'use a newer browser, or the reference backend',
  );
}
