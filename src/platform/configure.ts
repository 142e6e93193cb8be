// Kernels that do not stand beside the library: what `configure` says. A page that says nothing does not load this.
import { UnrolledError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { bytesOfResponse } from './fetch.js';
import {
  checkedKernels,
  type FoundKernels,
  isWasm,
  type KernelFinder,
  kindOf,
  noKernels,
  readAddress,
  readAddressSync,
  setConfigured,
} from './kernels.js';
import type { KernelVariant } from './kernelVariant.js';

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

const OPTIONS = ['kernels'];
const HELP =
  'configure({ kernels }) has to lead to the files of node_modules/unrolled/dist/kernels, copied from this version';

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
  setConfigured(kernels === null ? null : finderOf(kernels));
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

function finderOf(source: KernelSource): KernelFinder {
  function ask(variant: KernelVariant): unknown {
    if (typeof source !== 'function') return fileOf(source, variant);
    try {
      return source(variant);
    } catch (error) {
      noKernels(error);
    }
  }
  return {
    help: HELP,
    async find(variants) {
      for (const variant of variants) {
        const answer = await Promise.resolve(ask(variant)).catch(noKernels);
        if (answer === null || answer === undefined) continue;
        const given = recognize(answer) ?? unknownAnswer(answer);
        if (!('response' in given)) return 'address' in given ? readAddress(given.address) : atHand(given, variant);
        const { response } = given;
        return checkedKernels(await bytesOfResponse(response, response.url).catch(noKernels), response.url);
      }
      throw nothingGiven(variants);
    },
    findSync(variants) {
      for (const variant of variants) {
        const answer = ask(variant);
        if (answer === null || answer === undefined) continue;
        const given = tagOf(answer) === 'Promise' ? null : (recognize(answer) ?? unknownAnswer(answer));
        if (given === null || 'response' in given) return readAddressSync(null);
        return 'address' in given ? readAddressSync(given.address) : atHand(given, variant);
      }
      throw nothingGiven(variants);
    },
  };
}

function atHand(given: AtHand, variant: KernelVariant): FoundKernels {
  return 'module' in given ? given.module : checkedKernels(given.bytes, `from configure for ${variant}`);
}

/** The file of a folder; a file as it is. */
function fileOf(kernels: KernelFile, variant: KernelVariant): KernelFile {
  const given = recognize(kernels);
  if (given === null || !('address' in given)) return kernels;
  const [, path, rest] = /^([^?#]*)(.*)$/s.exec(given.address) ?? [];
  if (/^(data|blob):/i.test(path) || path.endsWith('.wasm')) return kernels;
  return `${path.replace(/\/?$/, '/')}${variant}.wasm${rest}`;
}

type AtHand = { bytes: Uint8Array<ArrayBuffer> } | { module: WebAssembly.Module };
type Given = AtHand | { address: string } | { response: Response };

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

function unknownAnswer(answer: unknown): never {
  const message = `expected kernels as an address, bytes, a WebAssembly.Module or a Response, received ${shown(answer)}`;
  throw new UnrolledError('IO', message, 'see what the function returns that configure({ kernels }) was given');
}

function nothingGiven(variants: readonly KernelVariant[]): UnrolledError {
  const message = `expected one of the kernels ${variants.join(', ')}, received none`;
  return new UnrolledError('IO', message, 'the function that configure({ kernels }) was given has to know simd');
}
