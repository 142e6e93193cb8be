// Choosing a backend: each is tried in order and may decline with UNSUPPORTED; `listBackends` says why. This file stands above
// the backends; only it and chooseSync.ts know them all. What a page seldom or never runs is loaded when it is chosen.
import { refuseOtherCopy } from '../copy.js';
import { didYouMean } from '../nearest.js';
import { UnrolledError, UnsupportedError } from '../errors.js';
import { type Names, optionsOf, refuse, shownValue } from '../expect.js';
import { currentDevice, setCurrentDevice } from '../tensor/device.js';
import { createWasmBackend } from './compiled/wasm.js';
import type { Backend } from './contract.js';
import type { Precision } from './reference/memory.js';
import { backendOf, isBackend } from './registry.js';
import { checkThreads } from './threads.js';

/** Fastest first: the order in which `auto` tries. */
const AUTO_NAMES = ['native', 'wasm', 'reference'] as const;
/** `webgpu` runs where it is asked for. */
const BACKEND_NAMES = [...AUTO_NAMES, 'webgpu'] as const;

/** A backend by name; `auto` takes the first that runs here of native, wasm and reference. */
export type BackendName = (typeof BACKEND_NAMES)[number];

/** What a backend is made with. */
export interface BackendOptions {
  /** At most so many threads; a backend with one thread runs with one. Default: one for each core (wasm: at most 16). */
  threads?: number;
  /** `float64` runs on the reference backend only; the others decline it. Default: float32. */
  precision?: Precision;
}

/** The names of `BackendOptions`. */
export const BACKEND_OPTIONS: Names<BackendOptions> = { threads: true, precision: true };

/** What `listBackends` says of one backend on this machine. */
export interface BackendInfo {
  /** As `useBackend` takes it. */
  name: BackendName;
  /** Whether it can be chosen here. */
  available: boolean;
  /** Why not; null where it is available. */
  reason: string | null;
  /** What to do about that; null where it is available. */
  help: string | null;
  /** How many threads compute in it, the calling one included. */
  threads: number;
  /** What it makes use of: instruction sets, relaxed SIMD, threads; and why there are no more threads, where something forbids them. */
  features: readonly string[];
}

/** A backend that declined, while `auto` looked for one. */
export interface Refusal {
  name: BackendName;
  error: UnsupportedError;
}

/** Makes the native backend. Errors: UNSUPPORTED where there is none. */
type NativeMaker = (options: Pick<BackendOptions, 'threads'>) => Backend;

let makeNative: NativeMaker = () => {
  throw new UnsupportedError(
    'expected the native addon, found none: a browser runs no native code',
    'use the wasm backend, which always works',
  );
};

/** Says how the native backend is made: the entry for Node does, so that pages need not carry the code. */
export function setNativeMaker(make: NativeMaker): void {
  makeNative = make;
}

const MAKERS: Record<BackendName, (options: BackendOptions) => Promise<Backend>> = {
  async native({ threads, precision }) {
    declineFloat64('native', precision);
    return makeNative({ threads });
  },
  async wasm({ threads, precision }) {
    declineFloat64('wasm', precision);
    return createWasmBackend({ threads });
  },
  async reference(options) {
    const { ReferenceBackend } = await import('./reference/reference.js');
    return new ReferenceBackend(options);
  },
  async webgpu({ precision }) {
    declineFloat64('webgpu', precision);
    const { createWebGpuBackend } = await import('./webgpu/webgpu.js');
    return createWebGpuBackend();
  },
};

/** Errors: UNSUPPORTED where float64 is asked of a backend that computes in float32. */
export function declineFloat64(name: string, precision: Precision | undefined): void {
  if (precision === 'float64') throw new UnsupportedError(`expected float64, found float32 alone on ${name}`);
}

/**
 * Makes a backend the place of all new tensors. `auto` takes the fastest that runs here, and warns (`console.warn`, once) where
 * that is `reference`; a backend made elsewhere is taken as it is. Tensors that live on another backend stay there.
 * Errors: OPTION for an unknown name or a bad option; UNSUPPORTED where the named backend does not run here, with the
 * reason; with `auto` too, rather than a slow run: IO where the WebAssembly kernels are missing or are others (`configure` says
 * where they are), NO_BACKEND where a policy forbids WebAssembly.
 */
export async function useBackend(
  name: BackendName | 'auto' | Backend = 'auto',
  given: BackendOptions = {},
): Promise<Backend> {
  const options = optionsOf(given, BACKEND_OPTIONS, 'useBackend');
  if (typeof name === 'object' && name !== null) return take(name);
  const refusals: Refusal[] = [];
  for (const candidate of candidates(name, options)) {
    try {
      return take(await MAKERS[candidate](options), refusals);
    } catch (error) {
      note(error, candidate, name, refusals);
    }
  }
  throw nothingRuns(refusals);
}

/** The backend of new tensors, however it was set; `auto` where there is none yet. Errors: those of `useBackend`. */
export async function ensureBackend(): Promise<Backend> {
  try {
    return backendOf(currentDevice());
  } catch (error) {
    if (error instanceof UnrolledError && error.code === 'NO_BACKEND') return useBackend('auto');
    throw error;
  }
}

/** What this machine can run, and why not the rest: in the order in which `auto` tries, then what it never takes by itself. */
export async function listBackends(given: BackendOptions = {}): Promise<BackendInfo[]> {
  const options = optionsOf(given, BACKEND_OPTIONS, 'listBackends');
  candidates('auto', options);
  const list: BackendInfo[] = [];
  for (const name of BACKEND_NAMES) {
    try {
      const backend = await MAKERS[name](options);
      list.push({
        name,
        available: true,
        reason: null,
        help: null,
        threads: backend.threads,
        features: backend.features,
      });
      backend.close();
    } catch (error) {
      if (!(error instanceof UnrolledError)) throw error;
      list.push({ name, available: false, reason: error.message, help: error.help, threads: 0, features: [] });
    }
  }
  return list;
}

/** Makes a backend the place of new tensors. @param refusals of the backends that were tried before it */
export function take(backend: Backend, refusals: readonly Refusal[] = []): Backend {
  refuseOtherCopy(backend, 'backend');
  if (!isBackend(backend)) refuse('a backend', backend, "give its name, as in useBackend('wasm')");
  if (backend.name === 'reference' && refusals.length > 0) warnOfReference(refusals);
  setCurrentDevice(backend);
  return backend;
}

let warned = false;

function warnOfReference(refusals: readonly Refusal[]): void {
  if (warned) return;
  warned = true;
  const reasons = refusals.map(({ name, error }) => `\n  ${name}: ${error.message}; ${error.help}`);
  console.warn(
    `unrolled: nothing faster than the reference backend runs here, which takes 25 to 30 times as long:${reasons.join('')}\n` +
      "  useBackend('reference') says that this is meant, and ends this warning",
  );
}

/** Keeps why one declined. Only `auto` goes on to the next, and only after a decline: missing kernels are a failure. */
export function note(error: unknown, name: BackendName, asked: BackendName | 'auto', refusals: Refusal[]): void {
  if (asked !== 'auto' || !(error instanceof UnsupportedError)) throw error;
  refusals.push({ name, error });
}

/** The error where none of them ran. */
export function nothingRuns(refusals: readonly Refusal[]): UnrolledError {
  const list = refusals.map(({ name, error }) => `${name}: ${error.message}`).join('; ');
  return new UnrolledError(
    'NO_BACKEND',
    `expected a backend that runs here, found none: ${list}`,
    'use a newer engine',
  );
}

/** What is tried, in order. Errors: OPTION for an unknown name or a bad option. */
export function candidates(name: string, { threads, precision }: BackendOptions): readonly BackendName[] {
  checkThreads(threads);
  if (precision !== undefined && precision !== 'float32' && precision !== 'float64') {
    throw new UnrolledError(
      'OPTION',
      `expected the precision float32 or float64, received ${shownValue(precision)}`,
      'leave it out for float32',
    );
  }
  if (name === 'auto') return precision === 'float64' ? ['reference'] : AUTO_NAMES;
  const known = BACKEND_NAMES.find((candidate) => candidate === name);
  if (known !== undefined) return [known];
  const names = ['auto', ...BACKEND_NAMES];
  throw new UnrolledError(
    'OPTION',
    `expected a backend of ${names.join(', ')}, received ${shownValue(name)}`,
    `${typeof name === 'string' ? didYouMean(name, names) : ''}listBackends() says which run here`,
  );
}
