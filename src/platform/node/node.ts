// The platform on Node: kernels out of dist/kernels, files of the system, the native addon.
import { existsSync, readFileSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { UnrolledError } from '../../errors.js';
import { brief } from '../../brief.js';
import type { Addon, KernelVariant, Platform, WorkerThread } from '../platform.js';

/** The package's dist/kernels, whether this runs from src/ or from dist/. */
const KERNELS = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist', 'kernels');

const BUILD = 'run `npm run build`';

export const nodePlatform: Platform = {
  name: 'node',
  get cpuCount() {
    return availableParallelism();
  },
  async kernelBytes(variant) {
    return kernelBytes(variant);
  },
  kernelBytesSync: kernelBytes,
  get forcedIsa() {
    return process.env.UNROLLED_ISA ?? '';
  },
  loadAddon,
  enableRelaxedSimd() {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  },
  startWorker,
  holdYoungGeneration,
  async readFile(given) {
    const path = pathOf(given);
    try {
      const bytes = await readFile(path);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (cause) {
      const code = codeOf(cause);
      if (code === 'ENOENT') {
        throw new UnrolledError('NOT_FOUND', `expected a file, found none: ${brief(path, 200)}`, 'check the path', {
          cause,
        });
      }
      if (code === 'EISDIR') {
        throw new UnrolledError(
          'IO',
          `expected a file, received the folder ${brief(path, 200)}`,
          'give the path of a file',
          {
            cause,
          },
        );
      }
      throw new UnrolledError(
        'IO',
        `expected to read ${brief(path, 200)}, received ${code}`,
        'check that it is a readable file',
        {
          cause,
        },
      );
    }
  },
  writeFileAtomic,
};

function kernelBytes(variant: KernelVariant): Uint8Array<ArrayBuffer> {
  const path = join(KERNELS, `${variant}.wasm`);
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw new UnrolledError('IO', `expected the built kernels, found none: ${path}`, BUILD, { cause });
  }
}

/** With none of the process's options, which may load modules into each worker, and none of its environment. */
function startWorker(script: string): WorkerThread {
  const prelude =
    'const unrolledMessage = (handler) => require("node:worker_threads").parentPort.once("message", handler);';
  const worker = new Worker(`${prelude}\n${script}`, { eval: true, execArgv: [], env: {} });
  worker.on('error', () => undefined);
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

let loaded: { addon: Addon } | { reason: string } | undefined;

function loadAddon(): { addon: Addon } | { reason: string } {
  loaded ??= tryAddon();
  return loaded;
}

function tryAddon(): { addon: Addon } | { reason: string } {
  if (process.env.UNROLLED_NO_NATIVE === '1') return { reason: 'switched off by UNROLLED_NO_NATIVE=1' };
  const path = join(KERNELS, 'unrolled.node');
  if (!existsSync(path)) return { reason: reasonOfBuild() };
  try {
    const addon: unknown = createRequire(import.meta.url)(path);
    return isAddon(addon) ? { addon } : { reason: 'the addon is of another version' };
  } catch (error) {
    return {
      reason: `the addon does not load: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    };
  }
}

function isAddon(value: unknown): value is Addon {
  return typeof value === 'object' && value !== null && 'open' in value && 'invoke' in value && 'close' in value;
}

/** What the build wrote down where it made no addon. */
function reasonOfBuild(): string {
  try {
    const status: unknown = JSON.parse(readFileSync(join(KERNELS, 'native.json'), 'utf8'));
    if (typeof status === 'object' && status !== null && 'reason' in status && typeof status.reason === 'string') {
      return status.reason;
    }
  } catch {
    // No build yet: the plain reason below.
  }
  return `the addon is not built: ${BUILD}`;
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
