// Bytes that are read piece by piece, so that a file of many gigabytes need not be in memory: of a file on Node, of a `File` or `Blob`
// of a page, of a server that answers to ranges, or of bytes that are there anyway.
import { UnrolledError } from '../errors.js';
import { bytesOf, isBytes } from '../expect.js';
import { addressOf, type FileSource, readSource } from './files.js';
import { getPlatform } from './platform.js';

/** A file that is read by range. */
export interface ByteSource {
  /** What messages call it. */
  readonly name: string;
  /** Bytes in all. */
  readonly size: number;
  /** As many bytes from that place on; whoever reads asks for none beyond the end. Errors: IO. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Gives the file back, where it was opened for this. */
  close?(): Promise<void>;
}

/** Bytes as a source. @param name for messages */
export function sourceOfBytes(bytes: Uint8Array, name: string): ByteSource {
  return { name, size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}

/**
 * Opens a file for reading by range, as far as that can be: an address of a server is read whole. A `ByteSource` is passed on.
 * Errors: NOT_FOUND, IO, OPTION for what is no file.
 */
export async function openSource(source: FileSource | ByteSource): Promise<ByteSource> {
  if (isByteSource(source)) return source;
  if (isBytes(source)) return sourceOfBytes(bytesOf(source, 'a file'), 'the bytes');
  if (isBlob(source)) {
    const { name = 'the file', size } = source;
    return {
      name,
      size,
      read: async (offset, length) => new Uint8Array(await source.slice(offset, offset + length).arrayBuffer()),
    };
  }
  const address = addressOf(source);
  const { openFile } = getPlatform();
  if (address !== null && openFile !== undefined && !/^(https?|data|blob):/i.test(address)) {
    return openFile(address);
  }
  const { bytes, name } = await readSource(source);
  return sourceOfBytes(bytes, name);
}

/** Reads a range. Errors: IO where less comes than was there when the file was opened. */
export async function readRange(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = length === 0 ? new Uint8Array(0) : await source.read(offset, length);
  if (bytes.length === length) return bytes;
  throw new UnrolledError(
    'IO',
    `expected ${length} bytes at ${offset} of ${source.name}, received ${bytes.length}`,
    'the file was changed while it was read: read it again',
  );
}

function isByteSource(source: unknown): source is ByteSource {
  const { read, size } = (source ?? {}) as Partial<ByteSource>;
  return typeof read === 'function' && typeof size === 'number';
}

interface Sliced {
  readonly name?: string;
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

function isBlob(source: unknown): source is Sliced {
  return Object.prototype.toString.call(source).match(/^\[object (Blob|File)\]$/) !== null;
}
