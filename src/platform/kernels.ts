// Where the WebAssembly kernels come from: the files beside the library, or what `configure` says. What comes is looked at before
// it is taken for a module, since hosts answer with pages where a file is missing.
import { UnrolledError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { bytesOfResponse, fetchBytes } from './fetch.js';
import type { KernelVariant } from './kernelVariant.js';
import { isPage } from './page.js';
import { getPlatform } from './platform.js';

/**
 * One file of kernels: its address as a string or a `URL` (in a browser relative to the page; on Node a path where it does not
 * begin with `file:`, `http:`, `https:` or `data:`), its bytes, or the `WebAssembly.Module` that was compiled from it.
 */
export type KernelFile = string | Uint8Array | ArrayBuffer | object;

/**
 * Where kernels come from. An address that does not end with `.wasm` is a folder with `simd.wasm`, `relaxed.wasm`,
 * `simd-threads.wasm` and `relaxed-threads.wasm`; any other address, bytes or a module are one of these files, whichever. A
 * function is asked for one after the other, the best first, until it answers: with a file, with a `Response`, or with a promise
 * of these; null or nothing is for a file that it does not have.
 */
export type KernelSource = KernelFile | ((variant: KernelVariant) => KernelFile | null | undefined);

/** What `configure` sets. */
export interface ConfigureOptions {
  /** Where the WebAssembly kernels come from; null for the files beside the library, which is the default. */
  kernels?: KernelSource | null;
}

/** The bytes of a file of kernels, or a `WebAssembly.Module`: that type is not there for every program, and is no more than this. */
export type FoundKernels = Uint8Array | object;

const OPTIONS = ['kernels'];
const MAGIC = [0x00, 0x61, 0x73, 0x6d];

let source: KernelSource | null = null;

/**
 * Says where the WebAssembly kernels are, where they are not beside the library: in a bundle, or on a host of their own. It holds
 * for the backends that are made from then on, so call it before the first tensor and before `useBackend`.
 *
 * ```ts
 * configure({ kernels: '/static/kernels/' }); // the files of node_modules/unrolled/dist/kernels
 * await useBackend();
 * ```
 *
 * Errors: OPTION for what is none of these, bytes that are no WebAssembly among them. Whether a file is there shows when a backend
 * is made.
 */
export function configure(options: ConfigureOptions): void {
  if (tagOf(options) !== 'Object') {
    const help = 'write configure({ kernels: address })';
    throw new UnrolledError('OPTION', `expected options, received ${tagOf(options)}`, help);
  }
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) {
    const help = `${didYouMean(unknown, OPTIONS)}configure({ kernels }) is all there is`;
    throw new UnrolledError('OPTION', `expected an option of ${OPTIONS.join(', ')}, received ${unknown}`, help);
  }
  const { kernels } = options;
  if (kernels === undefined) return;
  if (kernels !== null && typeof kernels !== 'function') checkSource(kernels);
  source = kernels;
}

function checkSource(kernels: KernelFile): void {
  const given = recognize(kernels);
  if (given === null || 'response' in given) {
    const help = 'a Response can be read once only: give a function that fetches, or the address';
    throw new UnrolledError(
      'OPTION',
      `expected kernels as an address, bytes, a WebAssembly.Module or a function, received ${shown(kernels)}`,
      given === null ? "write configure({ kernels: '/static/kernels/' }), for example" : help,
    );
  }
  if ('bytes' in given && !isWasm(given.bytes)) {
    const help = 'give the bytes of a file of node_modules/unrolled/dist/kernels';
    throw new UnrolledError('OPTION', `expected WebAssembly, received ${kindOf(given.bytes)}`, help);
  }
}

/** The first of these that there is. Errors: IO where one that should be there is missing, or is something else. */
export async function findKernels(variants: readonly KernelVariant[]): Promise<FoundKernels> {
  for (const variant of variants) {
    const answer = await Promise.resolve(ask(variant)).catch(fail);
    if (answer === null || answer === undefined) continue;
    const given = recognize(answer) ?? unknownAnswer(answer);
    if ('module' in given) return given.module;
    if ('bytes' in given) return checked(given.bytes, `from configure for ${variant}`);
    const address = 'response' in given ? given.response.url : given.address;
    const reading = 'response' in given ? bytesOfResponse(given.response, address) : read(given.address);
    return checked(await reading.catch(fail), address);
  }
  throw nothingGiven(variants);
}

/** The same at once. Errors: also STATE where they must be waited for. */
export function findKernelsSync(variants: readonly KernelVariant[]): FoundKernels {
  for (const variant of variants) {
    const answer = ask(variant);
    if (answer === null || answer === undefined) continue;
    const given = tagOf(answer) === 'Promise' ? null : (recognize(answer) ?? unknownAnswer(answer));
    if (given !== null && 'module' in given) return given.module;
    if (given !== null && 'bytes' in given) return checked(given.bytes, `from configure for ${variant}`);
    const { readFileSync } = getPlatform();
    if (readFileSync === undefined || given === null || 'response' in given || isRemote(given.address)) {
      throw new UnrolledError(
        'STATE',
        'expected kernels at hand, found some that must be waited for',
        'call `await useBackend()` before the first tensor',
      );
    }
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = readFileSync(placeOf(given.address));
    } catch (error) {
      fail(error);
    }
    return checked(bytes, given.address);
  }
  throw nothingGiven(variants);
}

/** What to do where the kernels are missing or are others, one sentence. */
export function kernelHelp(): string {
  if (source === null) return getPlatform().kernelHelp;
  return 'configure({ kernels }) has to lead to the files of node_modules/unrolled/dist/kernels, copied from this version';
}

function ask(variant: KernelVariant): unknown {
  if (source === null) {
    const file = getPlatform().kernelFile(variant);
    if (file !== null) return file;
    const message =
      'expected the address of this module, to find the kernels beside it, found a bundle without import.meta.url';
    throw new UnrolledError('IO', message, kernelHelp());
  }
  if (typeof source !== 'function') return fileOf(source, variant);
  try {
    return source(variant);
  } catch (error) {
    fail(error);
  }
}

/** The file of a folder; a file as it is. */
function fileOf(kernels: KernelFile, variant: KernelVariant): KernelFile {
  const given = recognize(kernels);
  if (given === null || !('address' in given)) return kernels;
  const [, path, rest] = /^([^?#]*)(.*)$/s.exec(given.address) ?? [];
  if (/^(data|blob):/i.test(path) || path.endsWith('.wasm')) return kernels;
  return `${path.replace(/\/?$/, '/')}${variant}.wasm${rest}`;
}

type Given =
  { address: string } | { bytes: Uint8Array<ArrayBuffer> } | { module: WebAssembly.Module } | { response: Response };

/** By what they call themselves: a test runner or a frame has classes of its own. */
function recognize(value: unknown): Given | null {
  if (typeof value === 'string' && value !== '') return { address: value };
  // As text: what bundlers make of `new URL` may be relative, which no URL is.
  if (isA<URL>(value, 'URL')) return { address: value.href };
  if (isA<Uint8Array>(value, 'Uint8Array')) return { bytes: new Uint8Array(value) };
  if (isA<ArrayBuffer>(value, 'ArrayBuffer')) return { bytes: new Uint8Array(value) };
  if (isA<WebAssembly.Module>(value, 'WebAssembly.Module')) return { module: value };
  return isA<Response>(value, 'Response') ? { response: value } : null;
}

function isA<T>(value: unknown, tag: string): value is T {
  return tagOf(value) === tag;
}

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

const shown = (value: unknown): string =>
  (typeof value === 'object' ? tagOf(value) : JSON.stringify(value)) ?? 'nothing';

const isRemote = (address: string): boolean => /^(https?|data|blob):/i.test(address);

function read(address: string): Promise<Uint8Array<ArrayBuffer>> {
  return isRemote(address) ? fetchBytes(address) : getPlatform().readFile(placeOf(address));
}

const placeOf = (address: string): string | URL => (/^file:/i.test(address) ? new URL(address) : address);

function checked(bytes: Uint8Array<ArrayBuffer>, from: string): Uint8Array<ArrayBuffer> {
  if (isWasm(bytes)) return bytes;
  const kind = kindOf(bytes);
  const answers = kind.endsWith('page') ? 'a host that answers so has no such file: ' : '';
  throw new UnrolledError('IO', `expected WebAssembly, received ${kind}: ${from}`, answers + kernelHelp());
}

const isWasm = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/** What was taken for WebAssembly, for people. */
function kindOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  if (isPage(bytes)) return 'an HTML page';
  const start = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart();
  return `bytes that begin with ${JSON.stringify(start.slice(0, 20))}`;
}

function fail(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new UnrolledError('IO', `expected the WebAssembly kernels, received none: ${reason}`, kernelHelp(), {
    cause: error,
  });
}

function unknownAnswer(answer: unknown): never {
  const message = `expected kernels as an address, bytes, a WebAssembly.Module or a Response, received ${shown(answer)}`;
  throw new UnrolledError('IO', message, 'see what the function returns that configure({ kernels }) was given');
}

function nothingGiven(variants: readonly KernelVariant[]): UnrolledError {
  const message = `expected one of the kernels ${variants.join(', ')}, received none`;
  return new UnrolledError('IO', message, 'the function that configure({ kernels }) was given has to know simd');
}
