// The WebAssembly backend: picks the kernels that this engine can run, from those with threads and relaxed SIMD down to plain
// SIMD on one thread. Where kernels and workers need not be waited for, wasmSync.ts does the same.
import { UnrolledError, UnsupportedError } from '../../errors.js';
import type { KernelVariant } from '../../platform/kernelVariant.js';
import { findKernels, type FoundKernels, kernelHelp } from '../../platform/kernels.js';
import { getPlatform } from '../../platform/platform.js';
import * as MAX from '../numbers/max.js';
import { checkThreads } from '../threads.js';
import { CompiledBackend } from './compiled.js';
import { WasmEngine } from './wasmEngine.js';
import type { WasmWorkers } from './wasmWorkers.js';

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

/** A module with one instruction of SIMD, and one of relaxed SIMD: what an engine can is asked before anything is fetched. */
const SIMD_PROBE = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
];
const RELAXED_PROBE = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11],
];

/**
 * Errors: UNSUPPORTED where the engine has no WebAssembly or no SIMD; IO where the kernels are missing or are others; NO_BACKEND
 * where a policy forbids WebAssembly; OPTION for a bad number of threads.
 */
export async function createWasmBackend(options: WasmOptions = {}): Promise<CompiledBackend> {
  const wanted = threadsOf(options);
  demandSimd();
  const why = wanted === 1 ? null : ((await getPlatform().workersMissing?.()) ?? null);
  const threads = why === null ? wanted : 1;
  const found = await findKernels(variants(options, threads));
  const module = isBytes(found) ? await compile(found) : found;
  const workers = threads === 1 ? null : (await import('./wasmWorkers.js')).WasmWorkers;
  return backendOver(engineOf(module, threads, workers, why), options);
}

/** The threads that are asked for, or the cores. Errors: OPTION. */
export function threadsOf({ threads }: WasmOptions): number {
  checkThreads(threads);
  return threads === undefined ? Math.min(getPlatform().cpuCount, DEFAULT_THREADS) : Math.min(threads, MAX_THREADS);
}

/** The best first. */
export function variants({ relaxed }: WasmOptions, threads: number): KernelVariant[] {
  const all: KernelVariant[] = ['relaxed-threads', 'simd-threads', 'relaxed', 'simd'];
  const fused = relaxed !== false && hasRelaxedSimd();
  return all.filter(
    (variant) => (threads > 1 || !variant.endsWith('threads')) && (fused || variant.startsWith('simd')),
  );
}

const validates = (probe: readonly number[]): boolean => WebAssembly.validate(Uint8Array.from(probe));

/** Errors: UNSUPPORTED where the engine has no SIMD. */
export function demandSimd(): void {
  if (typeof WebAssembly === 'object' && validates(SIMD_PROBE)) return;
  throw new UnsupportedError(
    'expected WebAssembly with SIMD, found an engine without',
    'use a newer browser, or the reference backend',
  );
}

function hasRelaxedSimd(): boolean {
  if (validates(RELAXED_PROBE)) return true;
  getPlatform().enableRelaxedSimd?.();
  return validates(RELAXED_PROBE);
}

export const isBytes = (found: FoundKernels): found is Uint8Array<ArrayBuffer> => 'byteLength' in found;

function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  demandValid(bytes);
  return WebAssembly.compile(bytes).catch(refused);
}

/** Errors: IO for bytes that the engine does not take. */
export function demandValid(bytes: Uint8Array<ArrayBuffer>): void {
  if (WebAssembly.validate(bytes)) return;
  throw new UnrolledError(
    'IO',
    `expected kernels that this engine takes, received ${bytes.length} bytes of WebAssembly that it does not take`,
    `the file may be cut off, or be relaxed where the engine wants simd: ${kernelHelp()}`,
  );
}

/** Where bytes are valid and do not compile: engines name the policy, in words of their own. */
export function refused(cause: unknown): never {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/content security policy|csp|unsafe-eval/i.test(message)) {
    throw new UnrolledError(
      'NO_BACKEND',
      "expected leave to compile WebAssembly, found a Content-Security-Policy whose script-src has no 'wasm-unsafe-eval'",
      "add 'wasm-unsafe-eval' to script-src; useBackend('reference') needs no leave and is 25 to 30 times slower",
      { cause },
    );
  }
  throw new UnrolledError(
    'NO_BACKEND',
    `expected the engine to compile WebAssembly, received: ${message}`,
    "close other programs or tabs; useBackend('reference') needs no WebAssembly",
    { cause },
  );
}

/**
 * @param workers what helps where there are threads, which a page loads only then
 * @param why why there are no more threads, for people
 */
export function engineOf(
  module: WebAssembly.Module,
  threads: number,
  workers: typeof WasmWorkers | null,
  why: string | null,
): WasmEngine {
  const variant = variantOf(module);
  if (variant.endsWith('threads')) return new WasmEngine(module, variant, threads, workers, why);
  const alone = threads > 1 ? 'the configured kernels are for one thread' : null;
  return new WasmEngine(module, variant, 1, null, why ?? alone);
}

/** What was built into a module: who says where the kernels are need not say which. */
function variantOf(module: WebAssembly.Module): KernelVariant {
  const threads = WebAssembly.Module.exports(module).some(({ name }) => name === 'partsWanted');
  const features = WebAssembly.Module.customSections(module, 'target_features');
  const relaxed = features.some((section) => new TextDecoder().decode(section).includes('relaxed-simd'));
  return `${relaxed ? 'relaxed' : 'simd'}${threads ? '-threads' : ''}`;
}

/** Kernels of another version are a failure here, where nothing faster than the reference would be left. */
export function backendOver(engine: WasmEngine, { budget }: WasmOptions): CompiledBackend {
  try {
    return new CompiledBackend(engine, budget);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    throw new UnrolledError('IO', error.message, kernelHelp(), { cause: error });
  }
}
