// A file out of a zip archive (APPNOTE 6.3), stored or deflated; enough for the data sets that are published as zip.
import { UnrolledError, UnsupportedError } from '../errors.js';
import { type Bytes, bytesOf, expectFunction, expectText, shownValue } from '../expect.js';
import { requireInflatable } from './inflate.js';

/** A file in a zip archive. */
export interface ZipEntry {
  /** As in the archive: `fra-eng/fra.txt`. */
  path: string;
  /** Unpacked. */
  bytes: number;
}

interface Located extends ZipEntry {
  method: number;
  encrypted: boolean;
  crc: number;
  packed: number;
  /** Of its local header. */
  offset: number;
  /** Of the files: where the directory begins. */
  end: number;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const WIDE = 0xffffffff;

/** The files of an archive, without its folders. Errors: FORMAT where it is none or damaged, UNSUPPORTED for zip64. */
export function zipEntries(archive: Bytes, name = 'the archive'): ZipEntry[] {
  return locate(bytesOf(archive, name), name).map(({ path, bytes }) => ({ path, bytes }));
}

/**
 * Unpacks deflated bytes, no more than `most`.
 * @returns how many of the packed bytes were used; null where that is not known, since what follows is an error anyway
 */
export type Inflate = (packed: Uint8Array, most: number) => Promise<{ bytes: Uint8Array; used: number | null }>;

/**
 * One file of an archive, its checksum checked.
 * @param path as `zipEntries` says it, or its end after a slash: `fra.txt`
 * @param inflate the platform's own; default: `DecompressionStream`
 * Errors: NOT_FOUND for a path, FORMAT for a damaged archive, UNSUPPORTED for encryption and for methods other than deflate.
 */
export async function unzip(
  source: Bytes,
  path: string,
  name = 'the archive',
  inflate: Inflate = inflateStream,
): Promise<Uint8Array> {
  const archive = bytesOf(source, name);
  expectText(path, 'a path within the archive', 'zipEntries lists them');
  expectFunction(inflate, 'inflate', 'leave it out for DecompressionStream');
  const entries = locate(archive, name);
  const entry = entries.find((one) => one.path === path) ?? entries.find((one) => one.path.endsWith(`/${path}`));
  if (entry === undefined) {
    const paths = entries.slice(0, 10).map((one) => one.path);
    throw new UnrolledError(
      'NOT_FOUND',
      `expected a file of ${name}, received ${shownValue(path)}`,
      `it has ${paths.length === 0 ? 'no files' : paths.join(', ')}${entries.length > 10 ? ', …' : ''}`,
    );
  }
  if (entry.encrypted)
    throw new UnsupportedError(`expected ${path} of ${name} without encryption, received an encrypted entry`, UNPACK);
  const packed = packedBytes(archive, entry, name);
  let bytes: Uint8Array;
  if (entry.method === 0) bytes = packed.slice();
  else if (entry.method === 8) {
    requireInflatable(entry.bytes, packed.length, name);
    bytes = await inflated(packed, entry, name, inflate);
  } else
    throw new UnsupportedError(
      `expected ${path} of ${name} stored or deflated, received method ${entry.method}`,
      UNPACK,
    );
  if (bytes.length !== entry.bytes || crc32(bytes) !== entry.crc)
    throw damaged(name, `${path} differs from its checksum`);
  return bytes;
}

/** The packed bytes of an entry. Errors: FORMAT where its own header says something else than the directory. */
function packedBytes(archive: Uint8Array, entry: Located, name: string): Uint8Array {
  const view = viewOf(archive);
  const { offset, path } = entry;
  if (offset + 30 > archive.length || view.getUint32(offset, true) !== LOCAL) {
    throw damaged(name, 'a local header is missing');
  }
  const nameLength = view.getUint16(offset + 26, true);
  const start = offset + 30 + nameLength + view.getUint16(offset + 28, true);
  const own = new TextDecoder().decode(archive.subarray(offset + 30, offset + 30 + nameLength));
  // Sizes may stand behind the data instead; then they are 0 here.
  const sizes = [view.getUint32(offset + 18, true), view.getUint32(offset + 22, true)];
  const isLater = (view.getUint16(offset + 6, true) & 8) !== 0 && sizes.every((size) => size === 0);
  if (own !== path || view.getUint16(offset + 8, true) !== entry.method) {
    throw damaged(name, `the local header of ${path} names another file`);
  }
  if (!isLater && (sizes[0] !== entry.packed || sizes[1] !== entry.bytes)) {
    throw damaged(name, `the local header of ${path} gives another length`);
  }
  if (start + entry.packed > entry.end) throw damaged(name, 'it is cut short');
  return archive.subarray(start, start + entry.packed);
}

async function inflated(packed: Uint8Array, { bytes: size, path }: Located, name: string, inflate: Inflate) {
  requireInflatable(size, packed.length, name);
  let result: Awaited<ReturnType<Inflate>>;
  try {
    result = await inflate(packed, size);
  } catch (cause) {
    throw damaged(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (result.used !== null && result.used < packed.length)
    throw damaged(name, `there is more data after the end of ${path}`);
  return result.bytes;
}

const UNPACK = 'unpack it yourself, and name the file that was in it';

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function locate(archive: Uint8Array, name: string): Located[] {
  const view = viewOf(archive);
  const end = findEnd(archive, view, name);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const start = at;
  const entries: Located[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== ENTRY) throw damaged(name, 'its directory is broken');
    const length = view.getUint16(at + 28, true);
    const path = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + length));
    const packed = view.getUint32(at + 20, true);
    const bytes = view.getUint32(at + 24, true);
    const offset = view.getUint32(at + 42, true);
    if ([packed, bytes, offset].includes(WIDE))
      throw new UnsupportedError(`expected ${name} as plain zip, received zip64`, UNPACK);
    const encrypted = (view.getUint16(at + 8, true) & 1) === 1;
    const [method, crc] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)];
    if (!path.endsWith('/')) entries.push({ path, bytes, method, encrypted, crc, packed, offset, end: start });
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  if (at !== end) throw damaged(name, 'its directory does not have the stated length');
  return entries;
}

/**
 * Where the end record stands: last, but for a comment of up to 65,535 bytes, which it gives the length of; right behind the directory.
 * A comment that holds another such record could be read in two ways, and is refused.
 */
function findEnd(archive: Uint8Array, view: DataView, name: string): number {
  const last = archive.length - END_LENGTH;
  const found: number[] = [];
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (view.getUint32(at, true) !== END || at + END_LENGTH + view.getUint16(at + 20, true) !== archive.length)
      continue;
    const [size, start] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
    if (start === WIDE || view.getUint16(at + 10, true) === 0xffff) {
      throw new UnsupportedError(`expected ${name} as plain zip, received zip64`, UNPACK);
    }
    if (start + size === at) found.push(at);
  }
  if (found.length === 1) return found[0];
  throw damaged(name, found.length === 0 ? 'no directory: not a zip archive, or cut short' : 'two directories');
}

/** Stops where more comes than the directory says, so that a hostile archive cannot fill the memory. */
async function inflateStream(packed: Uint8Array, most: number): Promise<{ bytes: Uint8Array; used: null }> {
  const bytes = new Uint8Array(Math.min(most, packed.length * 1032 + 64));
  let at = 0;
  const stream = new Blob([packed.slice()]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (at + part.value.length > bytes.length) {
      await reader.cancel();
      throw new Error('it unpacks to more than the stated size');
    }
    bytes.set(part.value, at);
    at += part.value.length;
  }
  return { bytes: bytes.subarray(0, at), used: null };
}

function damaged(name: string, why: string, cause?: unknown): UnrolledError {
  return new UnrolledError(
    'FORMAT',
    `expected a zip archive in ${name}, received: ${why}`,
    'copy or download it again',
    { cause },
  );
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

function crc32(bytes: Uint8Array): number {
  let crc = WIDE;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ WIDE) >>> 0;
}
