// What the library needs of the machine around it: kernels, files, cores. The browser's is here and is the default;
// node/node.ts has the other. Nothing else in the core knows where it runs.
import { UnrolledError } from '../errors.js';

/** A build of the kernels as WebAssembly. */
export type KernelVariant = 'simd' | 'relaxed';

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
  /** Keeps the engine's young generation from growing while a training runs. Returns what ends that. */
  holdYoungGeneration?(): () => void;
  /** The whole file. Errors: NOT_FOUND, IO. */
  readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The file whole or not at all: the old one stays where writing fails. Errors: IO. */
  writeFileAtomic(path: string, bytes: Uint8Array): Promise<void>;
}

/** Kernels beside this module, files by `fetch`; nothing can be written. */
export const browserPlatform: Platform = {
  name: 'browser',
  get cpuCount() {
    return globalThis.navigator?.hardwareConcurrency ?? 1;
  },
  kernelBytes(variant) {
    return fetchBytes(new URL(`../kernels/${variant}.wasm`, import.meta.url).href);
  },
  readFile: fetchBytes,
  writeFileAtomic(path) {
    return Promise.reject(
      new UnrolledError(
        'IO',
        `expected a place for files, found a browser: ${path}`,
        'keep the bytes, or offer them as a download',
      ),
    );
  },
};

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
