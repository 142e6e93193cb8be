// The platform on Node: kernels out of dist/kernels, files of the system, the native addon.
import { existsSync, readFileSync } from 'node:fs';
import { open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { inflateRawSync } from 'node:zlib';
import { UnrolledError } from '../../errors.js';
import { brief } from '../../brief.js';
import { kernelUrl } from '../../kernelFiles.js';
import type { KernelVariant } from '../kernelVariant.js';
import type { OpenFile, Platform } from '../platform.js';
import type { WorkerThread } from '../workerThread.js';
import { findAddon, type FoundAddon } from './addon.js';
import { coresOfRank, joinRanks } from './ranks.js';

/** Where this file is, or the bundle that holds it; one of CommonJS has no `import.meta.url`. */
const HERE = typeof import.meta.url === 'string' ? dirname(fileURLToPath(import.meta.url)) : __dirname;

/** The package or the checkout, whether this runs from src/ or from dist/. */
const ROOT = join(HERE, '..', '..', '..');
const KERNELS = join(ROOT, 'dist', 'kernels');

const CHECKOUT = existsSync(join(ROOT, 'scripts', 'build.mjs'));
/** What to do where something that is built is missing: a package has no sources. */
const BUILD = CHECKOUT ? 'run `npm run build`' : 'install unrolled again';
const BUNDLE =
  "a bundle wants node_modules/unrolled/dist/kernels copied beside it, configure({ kernels: folder }), or import 'unrolled/inline'";

export const nodePlatform: Platform & Required<Pick<Platform, 'openFile'>> = {
  name: 'node',
  get cpuCount() {
    return coresOfRank();
  },
  kernelFile,
  kernelHelp: CHECKOUT ? BUILD : `${BUILD}; ${BUNDLE}`,
  inflateSync: (bytes) => new Uint8Array(inflateRawSync(bytes)),
  get forcedIsa() {
    return process.env.UNROLLED_ISA ?? '';
  },
  loadAddon,
  enableRelaxedSimd() {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  },
  openWebGpu,
  startWorker,
  joinRanks: (callsVersion) => joinRanks(KERNELS, loadAddon(callsVersion)),
  async launchRanks(size, callsVersion) {
    const { launchRanks } = await import('./launchRanks.js');
    return process.exit(await launchRanks(size, KERNELS, loadAddon(callsVersion)));
  },
  holdYoungGeneration,
  async readFile(given) {
    const path = typeof given === 'string' ? pathOf(given) : given;
    try {
      const bytes = await readFile(path);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (cause) {
      throw notRead(path, cause);
    }
  },
  openFile,
  standsBeside,
  readFileSync(path) {
    try {
      return new Uint8Array(readFileSync(path));
    } catch (cause) {
      throw notRead(path, cause);
    }
  },
  writeFileAtomic,
};

/**
 * Beside the library or the bundle that holds it; for the sources and for bundles that keep no files beside them, in the
 * package. Where it is nowhere, the first of these.
 */
function kernelFile(variant: KernelVariant): URL {
  const file = `${variant}.wasm`;
  const beside = kernelUrl(variant) ?? pathToFileURL(join(HERE, 'kernels', file));
  const built = pathToFileURL(join(KERNELS, file));
  const found = [beside, built].find((url) => url.protocol === 'file:' && existsSync(url));
  return found ?? installedFile(file) ?? beside;
}

/** In the package that is installed for the working folder: by hand, since bundlers rewrite what asks Node for it. */
function installedFile(file: string): URL | null {
  let folder = process.cwd();
  for (;;) {
    const path = join(folder, 'node_modules', 'unrolled', 'dist', 'kernels', file);
    if (existsSync(path)) return pathToFileURL(path);
    if (dirname(folder) === folder) return null;
    folder = dirname(folder);
  }
}

/** Both may be links into one folder, as in the caches of hubs. A file that is not there is told when it is opened. */
async function standsBeside(given: string, other: string): Promise<boolean> {
  const beside = pathOf(other);
  try {
    const folders = [await realpath(dirname(beside)), dirname(await realpath(beside))];
    return folders.includes(dirname(await realpath(pathOf(given))));
  } catch {
    return true;
  }
}

async function openFile(given: string | URL): Promise<OpenFile> {
  const path = typeof given === 'string' ? pathOf(given) : given;
  try {
    const file = await open(path, 'r');
    const about = await file.stat();
    if (about.isDirectory()) {
      await file.close();
      throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    }
    return {
      name: String(given),
      size: about.size,
      async read(offset, length) {
        const bytes = new Uint8Array(length);
        let at = 0;
        while (at < length) {
          const { bytesRead } = await file.read(bytes, at, length - at, offset + at);
          if (bytesRead === 0) break;
          at += bytesRead;
        }
        return bytes.subarray(0, at);
      },
      close: () => file.close(),
    };
  } catch (cause) {
    throw notRead(path, cause);
  }
}

function notRead(path: string | URL, cause: unknown): UnrolledError {
  const code = codeOf(cause);
  const name = brief(path instanceof URL && path.protocol === 'file:' ? fileURLToPath(path) : String(path), 200);
  if (code === 'ENOENT') {
    return new UnrolledError('NOT_FOUND', `expected a file, found none: ${name}`, 'check the path', { cause });
  }
  if (code === 'EISDIR') {
    return new UnrolledError('IO', `expected a file, received the folder ${name}`, 'give the path of a file', {
      cause,
    });
  }
  return new UnrolledError('IO', `expected to read ${name}, received ${code}`, 'check that it is a readable file', {
    cause,
  });
}

/** With none of the process's options, which may load modules into each worker, and none of its environment. */
function startWorker(script: string, failed?: () => void): WorkerThread {
  const prelude =
    'const unrolledMessage = (handler) => require("node:worker_threads").parentPort.once("message", handler);';
  const worker = new Worker(`${prelude}\n${script}`, { eval: true, execArgv: [], env: {} });
  worker.on('error', () => failed?.());
  worker.unref();
  return worker;
}

/** Trainings that run. */
let holders = 0;

/**
 * V8 doubles its young generation whenever as much as its size has survived in it, however long that took: a training of small
 * steps, of which nothing stays, grows by 30 MiB in some thousand steps for no gain. Speed is the same without that (measured on
 * the main job); other work would be slower, so it is for the time of a training only. Of V8's flags for the size this is the one
 * that takes effect in a running process.
 */
function holdYoungGeneration(): () => void {
  if (holders++ === 0) setFlagsFromString('--semi-space-growth-factor=1');
  let held = true;
  return () => {
    if (held && --holders === 0) setFlagsFromString('--semi-space-growth-factor=2');
    held = false;
  };
}

let found: FoundAddon | undefined;

function loadAddon(callsVersion: number): FoundAddon {
  if (process.env.UNROLLED_NO_NATIVE === '1') return { reason: 'switched off by UNROLLED_NO_NATIVE=1' };
  found ??= findAddon(KERNELS, join(HERE, 'node.js'), callsVersion);
  return found;
}

let webGpu: GPU | undefined;

/** From the package `webgpu`, which whoever wants it installs beside this one, or from the file that UNROLLED_WEBGPU names. */
async function openWebGpu(): Promise<{ gpu: GPU } | { reason: string; help: string }> {
  // In a variable, so that bundlers and the compiler do not look for what need not be there.
  const source: string = process.env.UNROLLED_WEBGPU ?? 'webgpu';
  try {
    const { create } = (await import(/* @vite-ignore */ source)) as { create: (flags: string[]) => GPU };
    webGpu ??= create([]);
    return { gpu: webGpu };
  } catch (error) {
    const missing = codeOf(error) === 'ERR_MODULE_NOT_FOUND';
    const named = process.env.UNROLLED_WEBGPU;
    if (missing && named !== undefined) {
      return {
        reason: `UNROLLED_WEBGPU names ${brief(named, 200)}, which is no module`,
        help: 'name its index.js, or npm install webgpu',
      };
    }
    return missing
      ? {
          reason: 'the package webgpu is not installed (npm install webgpu)',
          help: 'npm install webgpu, or use another backend',
        }
      : {
          reason: brief(error instanceof Error ? error.message : String(error), 200),
          help: 'see https://www.npmjs.com/package/webgpu',
        };
  }
}

/** Of a `file:` address, its path. Errors: OPTION for an address of something else. */
function pathOf(given: string): string {
  if (!given.startsWith('file:')) return given;
  try {
    return fileURLToPath(given);
  } catch (cause) {
    const help = "give a path, or new URL('./model.safetensors', import.meta.url)";
    throw new UnrolledError('OPTION', `expected the address of a file, received ${given}`, help, { cause });
  }
}

let temporaries = 0;

async function writeFileAtomic(given: string, bytes: Uint8Array): Promise<void> {
  const path = pathOf(given);
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${++temporaries}.tmp`);
  try {
    const file = await open(temporary, 'w');
    try {
      // writeFile goes on until all is written, where write may stop short.
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const code = codeOf(cause);
    const help =
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'make room on the disk; what was there before is whole'
        : 'check that the folder exists and can be written; what was there before is whole';
    throw new UnrolledError('IO', `expected to write ${brief(path, 200)}, received ${code}`, help, { cause });
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
