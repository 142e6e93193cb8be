// Where the WebAssembly kernels come from: the files beside the library, or what `configure` says. What comes is looked at before
// it is taken for a module, since hosts answer with pages where a file is missing.
import { UnrolledError } from '../errors.js';
import { fetchBytes } from './fetch.js';
import type { KernelVariant } from './kernelVariant.js';
import { isPage } from './page.js';
import { getPlatform } from './platform.js';

/** The bytes of a file of kernels, or a `WebAssembly.Module`: that type is not there for every program, and is no more than this. */
export type FoundKernels = Uint8Array | object;

/** Finds kernels for `findKernels` and `findKernelsSync` in place of the files beside the library. */
export interface KernelFinder {
  find(variants: readonly KernelVariant[]): Promise<FoundKernels>;
  findSync(variants: readonly KernelVariant[]): FoundKernels;
  /** What to do where they are missing or are others, one sentence. */
  help: string;
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d];

let configured: KernelFinder | null = null;

/** null for the files beside the library. */
export function setConfigured(finder: KernelFinder | null): void {
  configured = finder;
}

/** The first of these that there is. Errors: IO where one that should be there is missing, or is something else. */
export async function findKernels(variants: readonly KernelVariant[]): Promise<FoundKernels> {
  return configured === null ? readAddress(besideLibrary(variants[0])) : configured.find(variants);
}

/** The same at once. Errors: also STATE where they must be waited for. */
export function findKernelsSync(variants: readonly KernelVariant[]): FoundKernels {
  return configured === null ? readAddressSync(besideLibrary(variants[0])) : configured.findSync(variants);
}

/** What to do where the kernels are missing or are others, one sentence. */
export function kernelHelp(): string {
  return configured?.help ?? getPlatform().kernelHelp;
}

/** As text: what bundlers make of `new URL` may be relative, which no URL is. */
function besideLibrary(variant: KernelVariant): string {
  const file = getPlatform().kernelFile(variant);
  if (file !== null) return typeof file === 'string' ? file : file.href;
  const message =
    'expected the address of this module, to find the kernels beside it, found a bundle without import.meta.url';
  throw new UnrolledError('IO', message, kernelHelp());
}

const isRemote = (address: string): boolean => /^(https?|data|blob):/i.test(address);

/** The kernels at an address. Errors: IO. */
export async function readAddress(address: string): Promise<FoundKernels> {
  const reading = isRemote(address) ? fetchBytes(address) : getPlatform().readFile(placeOf(address));
  return checkedKernels(await reading.catch(noKernels), address);
}

/** The same at once; null for what must be waited for in any case. Errors: IO, STATE. */
export function readAddressSync(address: string | null): FoundKernels {
  const { readFileSync } = getPlatform();
  if (readFileSync === undefined || address === null || isRemote(address)) {
    throw new UnrolledError(
      'STATE',
      'expected kernels at hand, found some that must be waited for',
      'call `await useBackend()` before the first tensor',
    );
  }
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = readFileSync(placeOf(address));
  } catch (error) {
    noKernels(error);
  }
  return checkedKernels(bytes, address);
}

const placeOf = (address: string): string | URL => (/^file:/i.test(address) ? new URL(address) : address);

/** Errors: IO for what is no WebAssembly. */
export function checkedKernels(bytes: Uint8Array<ArrayBuffer>, from: string): Uint8Array<ArrayBuffer> {
  if (isWasm(bytes)) return bytes;
  const kind = kindOf(bytes);
  const answers = kind.endsWith('page') ? 'a host that answers so has no such file: ' : '';
  throw new UnrolledError('IO', `expected WebAssembly, received ${kind}: ${from}`, answers + kernelHelp());
}

export const isWasm = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/** What was taken for WebAssembly, for people. */
export function kindOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  if (isPage(bytes)) return 'an HTML page';
  const start = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart();
  return `bytes that begin with ${JSON.stringify(start.slice(0, 20))}`;
}

/** Errors: IO, always. */
export function noKernels(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new UnrolledError('IO', `expected the WebAssembly kernels, received none: ${reason}`, kernelHelp(), {
    cause: error,
  });
}
