// A file out of a zip archive (APPNOTE 6.3), stored or deflated; enough for the data sets that come so.
import { UnrolledError, UnsupportedError } from '../errors.js';
import { requireInflatable } from './inflate.js';

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
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const WIDE = 0xffffffff;

/** The files of an archive, without its folders. Errors: FORMAT where it is none or damaged, UNSUPPORTED for zip64. */
export function zipEntries(archive: Uint8Array, name: string): ZipEntry[] {
  return locate(archive, name).map(({ path, bytes }) => ({ path, bytes }));
}

/**
 * One file of an archive, its checksum checked.
 * @param path as `zipEntries` says it, or its end after a slash: `fra.txt`
 * Errors: NOT_FOUND for a path, FORMAT for a damaged archive, UNSUPPORTED for encryption and for methods other than deflate.
 */
export async function unzip(archive: Uint8Array, path: string, name: string): Promise<Uint8Array> {
  const entries = locate(archive, name);
  const entry = entries.find((one) => one.path === path) ?? entries.find((one) => one.path.endsWith(`/${path}`));
  if (entry === undefined) {
    const paths = entries.slice(0, 10).map((one) => one.path);
    throw new UnrolledError(
      'NOT_FOUND',
      `expected a file of ${name}, received ${path}`,
      `it has ${paths.length === 0 ? 'no files' : paths.join(', ')}${entries.length > 10 ? ', …' : ''}`,
    );
  }
  if (entry.encrypted)
    throw new UnsupportedError(`expected ${path} of ${name} as it is, received it encrypted`, UNPACK);
  const view = viewOf(archive);
  if (entry.offset + 30 > archive.length || view.getUint32(entry.offset, true) !== LOCAL)
    throw damaged(name, 'no header where it should be');
  const start = entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
  const packed = archive.subarray(start, start + entry.packed);
  if (packed.length !== entry.packed) throw damaged(name, 'it is cut short');
  let bytes: Uint8Array;
  if (entry.method === 0) bytes = packed.slice();
  else if (entry.method === 8) bytes = await inflate(packed, entry.bytes, name);
  else
    throw new UnsupportedError(
      `expected ${path} of ${name} stored or deflated, received method ${entry.method}`,
      UNPACK,
    );
  if (bytes.length !== entry.bytes || crc32(bytes) !== entry.crc)
    throw damaged(name, `${path} differs from its checksum`);
  return bytes;
}

const UNPACK = 'unpack it yourself, and name the file that was in it';

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function locate(archive: Uint8Array, name: string): Located[] {
  const view = viewOf(archive);
  // The end stands last, but for a comment of up to 65,535 bytes.
  let end = archive.length - END_LENGTH;
  const lowest = Math.max(0, end - 0xffff);
  while (end >= lowest && view.getUint32(end, true) !== END) end--;
  if (end < lowest) throw damaged(name, 'no directory: it is no zip archive, or cut short');
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const entries: Located[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== ENTRY) {
      if (at === WIDE || count === 0xffff)
        throw new UnsupportedError(`expected ${name} as plain zip, received zip64`, UNPACK);
      throw damaged(name, 'its directory is broken');
    }
    const length = view.getUint16(at + 28, true);
    const path = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + length));
    const packed = view.getUint32(at + 20, true);
    const bytes = view.getUint32(at + 24, true);
    const offset = view.getUint32(at + 42, true);
    if ([packed, bytes, offset].includes(WIDE))
      throw new UnsupportedError(`expected ${name} as plain zip, received zip64`, UNPACK);
    const encrypted = (view.getUint16(at + 8, true) & 1) === 1;
    const [method, crc] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)];
    if (!path.endsWith('/')) entries.push({ path, bytes, method, encrypted, crc, packed, offset });
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** Stops where more comes than the directory says, so that a hostile archive cannot fill the memory. */
async function inflate(packed: Uint8Array, size: number, name: string): Promise<Uint8Array> {
  requireInflatable(size, packed.length, name);
  const bytes = new Uint8Array(Math.min(size, packed.length * 1032 + 64));
  let at = 0;
  try {
    const stream = new Blob([packed.slice()]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const reader = stream.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (at + part.value.length > bytes.length) {
        await reader.cancel();
        throw damaged(name, 'it unpacks to more than it says');
      }
      bytes.set(part.value, at);
      at += part.value.length;
    }
  } catch (cause) {
    if (cause instanceof UnrolledError) throw cause;
    throw damaged(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
  return bytes.subarray(0, at);
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
