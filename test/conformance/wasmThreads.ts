// A WebAssembly backend whose workers are all there: usually nobody waits for them.
import { CompiledBackend } from '../../src/backend/compiled/compiled.js';
import { type WasmOptions } from '../../src/backend/compiled/wasm.js';
import { createWasmEngineSync } from '../../src/backend/compiled/wasmSync.js';
import type { WasmEngine } from '../../src/backend/compiled/wasmEngine.js';

export interface ThreadedWasm {
  engine: WasmEngine;
  backend: CompiledBackend;
}

/** Large enough for 16 threads. */
export function largeProduct(backend: CompiledBackend): void {
  const x = { storage: backend.allocate('float32', 256 * 256), offset: 0, stride: 256 };
  const y = { ...x, storage: backend.allocate('float32', 256 * 256) };
  backend.fill(x, 256 * 256, 1);
  backend.gemm({ m: 256, n: 256, k: 256 }, x, x, y);
  backend.release(x.storage);
  backend.release(y.storage);
}

export async function wasmWithWorkers(options: WasmOptions & { threads: number }): Promise<ThreadedWasm> {
  const engine = createWasmEngineSync(options);
  const backend = new CompiledBackend(engine, options.budget);
  largeProduct(backend);
  for (let i = 0; engine.help.workers < options.threads - 1; i++) {
    if (i === 1000) throw new Error(`expected ${options.threads - 1} workers, found ${engine.help.workers}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { engine, backend };
}
