// What the library needs of the machine around it: kernels, files, cores. The browser's is here and is the default;
// node/node.ts has the other. Nothing else in the core knows where it runs.
import { UnrolledError } from '../errors.js';
import { download } from './download.js';

/** A build of the kernels as WebAssembly; those with threads want shared memory. */
export type KernelVariant = 'simd' | 'relaxed' | 'simd-threads' | 'relaxed-threads';

/** What the native addon exports; see kernels/addon.cpp. */
export interface Addon {
  /** Address space of `bytes`, a pool of `threads` (the caller is one of them), and an instruction set: '' for the best. */
  open(
    bytes: number,
    threads: number,
    isa: string,
  ): { buffer: ArrayBuffer; handle: number; argumentsAddress: number; isa: string };
  /** Runs a kernel on the arguments in the arena; 0 is success. */
  invoke(handle: number, kernel: number): number;
  /** Ends the threads, detaches the buffer and gives the memory back. */
  close(handle: number): void;
}

/** A worker on a thread of its own. */
export interface WorkerThread {
  /** May be called before the worker runs. */
  postMessage(message: unknown): void;
  terminate(): void;
}

export interface Platform {
  readonly name: 'browser' | 'node';
  /** Cores that this process may use. */
  readonly cpuCount: number;
  /** The bytes of a WebAssembly module. Errors: IO. */
  kernelBytes(variant: KernelVariant): Promise<Uint8Array<ArrayBuffer>>;
  /** The same at once, where the machine can. */
  kernelBytesSync?(variant: KernelVariant): Uint8Array<ArrayBuffer>;
  /** The instruction set that the native kernels are held to; '' for the best of the machine. */
  readonly forcedIsa?: string;
  /** The native addon, or why there is none. */
  loadAddon?(): { addon: Addon } | { reason: string };
  /** Switches relaxed SIMD on where the engine has it behind a flag. */
  enableRelaxedSimd?(): void;
  /**
   * Starts a worker on a script, which finds `unrolledMessage(handler)` to take its first message by. Missing where workers
   * cannot share memory. A worker neither keeps the process alive nor fails loudly. Errors: whatever the engine throws.
   */
  readonly startWorker?: (script: string) => WorkerThread;
  /** Keeps the engine's young generation from growing while a training runs. Returns what ends that. */
  holdYoungGeneration?(): () => void;
  /** The whole file. @param path or a `file:` address. Errors: NOT_FOUND, IO. */
  readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The file whole or not at all: the old one stays where writing fails. Errors: IO. */
  writeFileAtomic(path: string, bytes: Uint8Array): Promise<void>;
}

/** Kernels beside this module, files by `fetch`; what is written is a download. */
export const browserPlatform: Platform = {
  name: 'browser',
  get cpuCount() {
    return globalThis.navigator?.hardwareConcurrency ?? 1;
  },
  get startWorker() {
    return globalThis.crossOriginIsolated && typeof Worker === 'function' ? startWorker : undefined;
  },
  kernelBytes(variant) {
    return fetchBytes(new URL(`../kernels/${variant}.wasm`, import.meta.url).href);
  },
  readFile: fetchBytes,
  async writeFileAtomic(path, bytes) {
    download(path, bytes);
  },
};

/** From a Blob: no file that bundlers must know, and a library from another origin may start it too. */
function startWorker(script: string): WorkerThread {
  const prelude = 'const unrolledMessage = (handler) => addEventListener("message", ({ data }) => handler(data));';
  const address = URL.createObjectURL(new Blob([`${prelude}\n${script}`], { type: 'text/javascript' }));
  const worker = new Worker(address);
  worker.addEventListener('error', (event) => {
    event.preventDefault();
  });
  return {
    postMessage: (message) => {
      worker.postMessage(message);
    },
    terminate() {
      worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
}

async function fetchBytes(address: string): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (cause) {
    throw new UnrolledError(
      'IO',
      `expected an answer from ${address}, received none`,
      'check the address and the network',
      {
        cause,
      },
    );
  }
  if (!response.ok) {
    throw new UnrolledError(
      response.status === 404 ? 'NOT_FOUND' : 'IO',
      `expected ${address}, received status ${response.status}`,
      'check that the file is served',
    );
  }
  return new Uint8Array(await response.arrayBuffer());
}

let current: Platform = browserPlatform;

export function getPlatform(): Platform {
  return current;
}

/** Called once by the entry for Node. */
export function setPlatform(platform: Platform): void {
  current = platform;
}
