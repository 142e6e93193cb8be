// The WebAssembly backend at once, where kernels are at hand, as on Node.
import { findKernelsSync } from '../../platform/kernels.js';
import { getPlatform } from '../../platform/platform.js';
import type { CompiledBackend } from './compiled.js';
import {
  backendOver,
  demandSimd,
  demandValid,
  engineOf,
  isBytes,
  refused,
  threadsOf,
  variants,
  type WasmOptions,
} from './wasm.js';
import type { WasmEngine } from './wasmEngine.js';
import { WasmWorkers } from './wasmWorkers.js';

/** `createWasmBackend` at once. Errors: also STATE where kernels must be waited for. */
export function createWasmBackendSync(options: WasmOptions = {}): CompiledBackend {
  return backendOver(createWasmEngineSync(options), options);
}

/** The engine alone. Errors: the same. */
export function createWasmEngineSync(options: WasmOptions = {}): WasmEngine {
  const wanted = threadsOf(options);
  demandSimd();
  const threads = getPlatform().startWorker === undefined ? 1 : wanted;
  const found = findKernelsSync(variants(options, threads));
  return engineOf(isBytes(found) ? compileSync(found) : found, threads, WasmWorkers, null);
}

function compileSync(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  demandValid(bytes);
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    refused(error);
  }
}
