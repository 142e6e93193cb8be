// What the library needs of the machine around it: kernels, files, cores. The browser's is here and is the default;
// node/node.ts has the other. Nothing else in the core knows where it runs.
import { kernelUrl } from '../kernelFiles.js';
import { download } from './download.js';
import { fetchBytes } from './fetch.js';
import type { KernelVariant } from './kernelVariant.js';
import type * as PageWorkers from './pageWorkers.js';
import type { RankLink } from './rankLink.js';
import type { WorkerThread } from './workerThread.js';

/** What the native addon exports; see kernels/addon.cpp. */
export interface Addon {
  /** CALLS_VERSION of the sources that it was built from. */
  readonly callsVersion: number;
  /**
   * Address space of `bytes`, of which the first `usable` may be touched; a pool of `threads` (the caller is one of them), and
   * an instruction set: '' for the best.
   */
  open(
    bytes: number,
    threads: number,
    isa: string,
  ): { buffer: ArrayBuffer; usable: number; handle: number; argumentsAddress: number; isa: string };
  /** Makes the first `bytes` usable; returns how many are now, which may be fewer. */
  grow(handle: number, bytes: number): number;
  /** Runs a kernel on the arguments in the arena; 0 is success. */
  invoke(handle: number, kernel: number): number;
  /** Ends the threads, detaches the buffer and gives the memory back. */
  close(handle: number): void;
  /** The length of the file that so many ranks share. */
  sharedBytes?(size: number): number;
  /** Connects ranks over a file of that many zeros, which all map. */
  joinRanks?(path: string, rank: number, size: number): Omit<RankLink, 'by'>;
}

/** A file that is open for reading by range. */
export interface OpenFile {
  readonly name: string;
  /** Bytes in all. */
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface Platform {
  readonly name: 'browser' | 'node';
  /** Cores that this process may use. */
  readonly cpuCount: number;
  /** Where the kernels are unless `configure` says otherwise; null where nobody knows. */
  kernelFile(variant: KernelVariant): URL | null;
  /** What to do where they are not there, one sentence. */
  readonly kernelHelp: string;
  /** Undoes raw deflate at once, where the machine can. */
  inflateSync?(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
  /** The instruction set that the native kernels are held to; '' for the best of the machine. */
  readonly forcedIsa?: string;
  /** The native addon of this version of the calls, or why there is none. */
  loadAddon?(callsVersion: number): { addon: Addon } | { reason: string };
  /** WebGPU of this machine, or why there is none and what to do about it. Missing where there is none by nature. */
  openWebGpu?(): Promise<{ gpu: GPU } | { reason: string; help: string }>;
  /** Switches relaxed SIMD on where the engine has it behind a flag. */
  enableRelaxedSimd?(): void;
  /**
   * Starts a worker on a script, which finds `unrolledMessage(handler)` to take its first message by. Missing where workers
   * cannot share memory. A worker neither keeps the process alive nor fails loudly: `failed` is called where it does not start,
   * or ends by an error. Errors: whatever the engine throws.
   */
  readonly startWorker?: (script: string, failed?: () => void) => WorkerThread;
  /** Why no worker helps here, for people; null where they start. A platform without this has them start. */
  workersMissing?(): Promise<string | null>;
  /** The ranks that this process is one of; null where it was started alone. Errors: UNSUPPORTED, RANK. */
  joinRanks?(callsVersion: number): RankLink | null;
  /** Starts this program once for each rank, and ends this process when they have ended. Errors: UNSUPPORTED, RANK. */
  launchRanks?(size: number, callsVersion: number): Promise<never>;
  /** Keeps the engine's young generation from growing while a training runs. Returns what ends that. */
  holdYoungGeneration?(): () => void;
  /** The whole file. @param path or a `file:` address. Errors: NOT_FOUND, IO. */
  readFile(path: string | URL): Promise<Uint8Array<ArrayBuffer>>;
  /** The file for reading by range, where the machine can. Errors: NOT_FOUND, IO. */
  openFile?(path: string | URL): Promise<OpenFile>;
  /** Whether a file stands in the folder of another when links are followed, where the machine has links. */
  standsBeside?(path: string, other: string): Promise<boolean>;
  /** The same at once, where the machine can. */
  readFileSync?(path: string | URL): Uint8Array<ArrayBuffer>;
  /** The file whole or not at all: the old one stays where writing fails. Errors: IO. */
  writeFileAtomic(path: string, bytes: Uint8Array): Promise<void>;
}

/** How a page starts workers: loaded where they may share memory. */
let pageWorkers: typeof PageWorkers | null = null;

/** Kernels beside the library, files by `fetch`; what is written is a download. */
export const browserPlatform: Platform = {
  name: 'browser',
  get cpuCount() {
    return globalThis.navigator?.hardwareConcurrency ?? 1;
  },
  get startWorker() {
    return pageWorkers?.startWorker;
  },
  async workersMissing() {
    if (typeof Worker !== 'function') return 'there are no workers here';
    if (!globalThis.crossOriginIsolated) return 'the page is not cross-origin isolated';
    pageWorkers = await import('./pageWorkers.js');
    return (await pageWorkers.workersStart())
      ? null
      : "workers from blob: do not start here: the page's policy wants `worker-src blob:`";
  },
  async openWebGpu() {
    const gpu: GPU | undefined = globalThis.navigator?.gpu;
    const help = 'use a browser with WebGPU and a page of https: or localhost, or the wasm backend, which always works';
    return gpu === undefined ? { reason: 'this page has no navigator.gpu', help } : { gpu };
  },
  kernelFile: kernelUrl,
  kernelHelp:
    "serve the folder node_modules/unrolled/dist/kernels and call configure({ kernels: address }), or import 'unrolled/inline'",
  readFile: fetchBytes,
  async writeFileAtomic(path, bytes) {
    download(path, bytes);
  },
};

let current: Platform = browserPlatform;

export function getPlatform(): Platform {
  return current;
}

/** Called once by the entry for Node. */
export function setPlatform(platform: Platform): void {
  current = platform;
}
