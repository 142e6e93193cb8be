// Files as programs have them: a path or an address, bytes, a File of a page, a Response; and where bytes go: a path, a download,
// a file that a page may write.
import { UnrolledError } from '../errors.js';
import { type Bytes, bytesOf, isBytes, refuse } from '../expect.js';
import { badStatus, fetchBytes } from './fetch.js';
import { getPlatform } from './platform.js';

/** What gives its bytes: a `File` or `Blob` of a page, or a `Response`. */
export interface ReadableFile {
  /** Of a `File`: its name, for messages. */
  readonly name?: string;
  /** Of a `Response`: its address, for messages. */
  readonly url?: string;
  /** Of a `Response`: whether it has what was asked for. */
  readonly ok?: boolean;
  /** Of a `Response`. */
  readonly status?: number;
  /** All of it. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * Where a file is read from: a path (on Node) or an address (`https:`, `file:`; relative in a page) as a string or `URL`; a `File`,
 * `Blob` or `Response`; or its bytes.
 */
export type FileSource = string | FileAddress | ReadableFile | Bytes;

/** A `URL`. */
export interface FileAddress {
  /** The address as a string. */
  readonly href: string;
}

/** What is written to in a page: a `FileSystemFileHandle`, or a `WritableStream` of bytes. */
export type WritableFile =
  | {
      /** Opens it. */
      createWritable(): Promise<ByteStream>;
    }
  | ByteStream;

/** A `WritableStream` of bytes. */
export interface ByteStream {
  /** Its only writer. */
  getWriter(): {
    /** Goes on after what was written. */
    write(bytes: Uint8Array): Promise<unknown>;
    /** Ends the file. */
    close(): Promise<unknown>;
    /** Gives up: what was there before stays. */
    abort(reason?: unknown): Promise<unknown>;
  };
}

/** Where a file is written to: a path or a `file:` address on Node, in a page the name of a download; or what can be written to. */
export type FileTarget = string | FileAddress | WritableFile;

const SOURCE_HELP = "give a path or an address, as 'model.safetensors', a File, a Response, or bytes";
const TARGET_HELP = "give a path, as 'model.safetensors': in a page it is the name of a download";

/** The bytes of a file, and what messages call it. Errors: NOT_FOUND, IO, OPTION for what is no file. */
export async function readSource(source: FileSource): Promise<{ bytes: Uint8Array; name: string }> {
  if (isBytes(source)) return { bytes: bytesOf(source, 'a file'), name: 'the bytes' };
  if (hasMethod(source, 'arrayBuffer')) return readWhole(source as ReadableFile);
  const address = addressOf(source);
  if (address === null) return refuse('a file', source, SOURCE_HELP);
  const isElsewhere = /^(https?|data|blob):/i.test(address);
  return { bytes: await (isElsewhere ? fetchBytes(address) : getPlatform().readFile(address)), name: address };
}

/** Writes a file whole or not at all. Errors: IO, OPTION for what nothing can be written to. */
export async function writeTarget(target: FileTarget, bytes: Uint8Array): Promise<void> {
  if (hasMethod(target, 'createWritable') || hasMethod(target, 'getWriter')) {
    return writeStream(target as WritableFile, bytes);
  }
  const address = addressOf(target);
  if (address === null) return refuse('a place for a file', target, TARGET_HELP);
  await getPlatform().writeFileAtomic(address, bytes);
}

async function readWhole(file: ReadableFile): Promise<{ bytes: Uint8Array; name: string }> {
  const name = [file.name, file.url].find((one) => typeof one === 'string' && one !== '') ?? 'the file';
  if (file.ok === false) throw badStatus(name, file.status ?? 0);
  try {
    return { bytes: new Uint8Array(await file.arrayBuffer()), name };
  } catch (cause) {
    throw new UnrolledError('IO', `expected to read ${name}, received ${reason(cause)}`, 'a Response is read once', {
      cause,
    });
  }
}

async function writeStream(target: WritableFile, bytes: Uint8Array): Promise<void> {
  let writer: ReturnType<ByteStream['getWriter']> | undefined;
  try {
    writer = ('createWritable' in target ? await target.createWritable() : target).getWriter();
    await writer.write(bytes);
    await writer.close();
  } catch (cause) {
    await writer?.abort(cause).catch(() => undefined);
    throw new UnrolledError('IO', `expected to write the file, received ${reason(cause)}`, 'ask for the file again', {
      cause,
    });
  }
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[name] === 'function';
}

/** A path or an address; null for what is neither. */
export function addressOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  const href = typeof value === 'object' && value !== null && 'href' in value ? value.href : null;
  return typeof href === 'string' ? href : null;
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
