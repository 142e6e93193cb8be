// Zip archives (APPNOTE 6.3, zip64 too), read by range and written. Packing and unpacking is fflate's; the directory is read here, since
// it has to be held against the file: names and sizes that differ, two directories, files that claim more than there is.
import { Inflate, type Zippable, zipSync } from 'fflate';
import { UnrolledError, UnsupportedError } from '../errors.js';
import { type Bytes, bytesOf, expectText, shownValue } from '../expect.js';
import { type ByteSource, readRange, sourceOfBytes } from '../platform/byteSource.js';
import { crc32 } from './crc32.js';
import { requireInflatable } from './inflateLimits.js';

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
}

/** The end record: where the directory stands. */
interface End {
  count: number;
  start: number;
  size: number;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const END_LENGTH = 22;
const END64_LENGTH = 56;
const LOCATOR64_LENGTH = 20;
const WIDE = 0xffffffff;
const LONGEST_COMMENT = 0xffff;
/** Bytes from the end on in which the end record of a directory begins. */
const TAIL = END_LENGTH + LONGEST_COMMENT + END64_LENGTH + LOCATOR64_LENGTH;
/** Of a header in front of a file: it has two sizes and a name. */
const LOCAL_LENGTH = 30;
/** Signature, checksum, two sizes of 8 bytes. */
const LONGEST_DESCRIPTOR = 24;
/** Bytes that deflate makes of one, at most. */
const MOST_DEFLATED = 1032;
/** Packed bytes that are unpacked at a time: each may become a thousand. For small files fewer, so that one that lies of its size is known soon. */
const PIECE = 2 ** 12;
const SMALLEST_PIECE = 2 ** 9;

/** The files of an archive, without its folders. Errors: FORMAT where it is none or damaged. */
export function zipEntries(archive: Bytes, name = 'the archive'): ZipEntry[] {
  const bytes = bytesOf(archive, name);
  const end = findEnd(bytes.subarray(Math.max(0, bytes.length - TAIL)), bytes.length, name);
  const entries = directoryOf(bytes.subarray(end.start, end.start + end.size), end, name);
  return entries.map(({ path, bytes: size }) => ({ path, bytes: size }));
}

/**
 * One file of an archive, its checksum checked.
 * @param path as `zipEntries` says it, or its end after a slash: `fra.txt`
 * Errors: NOT_FOUND for a path, FORMAT for a damaged archive, UNSUPPORTED for encryption and for methods other than deflate.
 */
export async function unzip(source: Bytes, path: string, name = 'the archive'): Promise<Uint8Array> {
  const archive = bytesOf(source, name);
  expectText(path, 'a path within the archive', 'zipEntries lists them');
  const zip = await ZipArchive.open(sourceOfBytes(archive, name));
  return zip.read(path);
}

/** An archive that is read by range: its directory first, then each file when it is asked for. */
export class ZipArchive {
  readonly #source: ByteSource;
  readonly #entries: readonly Located[];
  /** Where the directory begins: behind all files. */
  readonly #end: number;

  private constructor(source: ByteSource, entries: readonly Located[], end: number) {
    this.#source = source;
    this.#entries = entries;
    this.#end = end;
  }

  /** Reads the directory. Errors: FORMAT, IO. */
  static async open(source: ByteSource): Promise<ZipArchive> {
    const { name, size } = source;
    const from = Math.max(0, size - TAIL);
    const end = findEnd(await readRange(source, from, size - from), size, name);
    const entries = directoryOf(await readRange(source, end.start, end.size), end, name);
    return new ZipArchive(source, entries, end.start);
  }

  /** The files, in the order of the directory. */
  get entries(): readonly ZipEntry[] {
    return this.#entries;
  }

  /** The whole path of a file; undefined where there is none. @param path whole, or its end after a slash */
  find(path: string): string | undefined {
    return this.#find(path)?.path;
  }

  /** One file, unpacked, its checksum checked. Errors: those of `unzip`, IO. */
  async read(path: string): Promise<Uint8Array> {
    const { name } = this.#source;
    const entry = this.#located(path);
    const packed = await readRange(this.#source, await this.#start(entry), entry.packed);
    let bytes = packed;
    if (entry.method === 8) {
      requireInflatable(entry.bytes, packed.length, name);
      bytes = inflated(packed, entry, name);
    }
    if (bytes.length !== entry.bytes || crc32(bytes) !== entry.crc) {
      throw damaged(name, `${shownValue(entry.path)} differs from its checksum`);
    }
    return bytes;
  }

  /** As many bytes of a file as are asked for, or all; no more is unpacked than that takes. Errors: those of `unzip`, IO. */
  async head(path: string, length: number): Promise<Uint8Array> {
    const entry = this.#located(path);
    const most = Math.min(length, entry.bytes);
    const packed = await readRange(this.#source, await this.#start(entry), Math.min(entry.packed, most + 1024));
    if (entry.method === 0) return packed.subarray(0, most);
    return inflated(packed, entry, this.#source.name, most);
  }

  #find(path: string): Located | undefined {
    return this.#entries.find((one) => one.path === path) ?? this.#entries.find((one) => one.path.endsWith(`/${path}`));
  }

  #located(path: string): Located {
    const { name } = this.#source;
    const entry = this.#find(path);
    if (entry === undefined) {
      const paths = this.#entries.slice(0, 10).map((one) => one.path);
      throw new UnrolledError(
        'NOT_FOUND',
        `expected a file of ${name}, received ${shownValue(path)}`,
        `it has ${paths.length === 0 ? 'no files' : paths.join(', ')}${this.#entries.length > 10 ? ', …' : ''}`,
      );
    }
    const what = shownValue(entry.path);
    if (entry.method !== 0 && entry.method !== 8) {
      throw new UnsupportedError(
        `expected ${what} of ${name} stored or deflated, received method ${entry.method}`,
        UNPACK,
      );
    }
    return entry;
  }

  /** Where the packed bytes of a file begin. Errors: FORMAT where its own header says something else than the directory. */
  async #start(entry: Located): Promise<number> {
    const { name, size } = this.#source;
    const { offset, path } = entry;
    if (offset + LOCAL_LENGTH > size) throw damaged(name, 'a local header is missing');
    const view = viewOf(await readRange(this.#source, offset, LOCAL_LENGTH));
    if (view.getUint32(0, true) !== LOCAL) throw damaged(name, 'a local header is missing');
    const nameLength = view.getUint16(26, true);
    const extraLength = view.getUint16(28, true);
    const start = offset + LOCAL_LENGTH + nameLength + extraLength;
    if (start + entry.packed > this.#end) throw damaged(name, 'it is cut short');
    const rest = await readRange(this.#source, offset + LOCAL_LENGTH, nameLength + extraLength);
    const own = new TextDecoder().decode(rest.subarray(0, nameLength));
    if (own !== path || view.getUint16(8, true) !== entry.method) {
      throw damaged(name, `the local header of ${shownValue(path)} names another file`);
    }
    const flags = view.getUint16(6, true);
    if (((flags & 1) === 1) !== entry.encrypted) {
      throw damaged(name, `the local header of ${shownValue(path)} says something else of encryption`);
    }
    if (entry.encrypted) {
      throw new UnsupportedError(
        `expected ${shownValue(path)} of ${name} without encryption, received an encrypted entry`,
        UNPACK,
      );
    }
    const [packed, bytes] = wideSizes(
      [view.getUint32(18, true), view.getUint32(22, true)],
      [1, 0],
      rest.subarray(nameLength),
    );
    const hasDescriptor = (flags & 8) !== 0;
    // Sizes may stand behind the data instead; then they are 0 here.
    const isLater = hasDescriptor && packed === 0 && bytes === 0;
    if (!isLater && (packed !== entry.packed || bytes !== entry.bytes)) {
      throw damaged(name, `the local header of ${shownValue(path)} gives another length`);
    }
    if (hasDescriptor) await this.#checkDescriptor(entry, start + entry.packed);
    else if (view.getUint32(14, true) !== entry.crc) {
      throw damaged(name, `the local header of ${shownValue(path)} gives another checksum`);
    }
    return start;
  }

  /** Errors: FORMAT where checksum and sizes behind the data are not those of the directory: readers from the front go by them. */
  async #checkDescriptor({ path, crc, packed, bytes }: Located, at: number): Promise<void> {
    const { name } = this.#source;
    const view = viewOf(await readRange(this.#source, at, Math.min(LONGEST_DESCRIPTOR, this.#end - at)));
    const isThere = [4, 8].some((width) =>
      [0, 4].some((from) => {
        if (from + 4 + 2 * width > view.byteLength) return false;
        if (from > 0 && view.getUint32(0, true) !== DESCRIPTOR) return false;
        const size = (i: number): number =>
          width === 4 ? view.getUint32(from + 4 + 4 * i, true) : Number(view.getBigUint64(from + 4 + 8 * i, true));
        return view.getUint32(from, true) === crc && size(0) === packed && size(1) === bytes;
      }),
    );
    if (!isThere)
      throw damaged(name, `the data descriptor of ${shownValue(path)} says something else than the directory`);
  }
}

/**
 * An archive of these files, in their order, stored as they are (level 0) or deflated. The same files give the same bytes.
 * @param level 0 to 9
 */
export function encodeZip(files: ReadonlyMap<string, Uint8Array>, level: 0 | 6 = 0): Uint8Array {
  const mtime = new Date(1980, 0, 1);
  const given: Zippable = Object.fromEntries([...files].map(([path, bytes]) => [path, [bytes, { level, mtime }]]));
  return zipSync(given);
}

const UNPACK = 'unpack it yourself, and name the file that was in it';

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Stops where more comes than the directory says, so that a hostile archive cannot fill the memory.
 * @param most bytes that are wanted; all of the file by default
 */
function inflated(packed: Uint8Array, { bytes: size }: Located, name: string, most = size): Uint8Array {
  const bytes = new Uint8Array(most);
  let at = 0;
  const stream = new Inflate((piece) => {
    if (at + piece.length > size) throw new Error('it unpacks to more than the stated size');
    bytes.set(piece.subarray(0, most - at), at);
    at = Math.min(most, at + piece.length);
  });
  const isPart = most < size;
  const step = Math.min(PIECE, Math.max(SMALLEST_PIECE, Math.floor(most / 256)));
  try {
    for (let from = 0; from < packed.length && !(isPart && at === most); from += step) {
      stream.push(packed.subarray(from, from + step), !isPart && from + step >= packed.length);
    }
  } catch (cause) {
    throw damaged(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
  return bytes.subarray(0, at);
}

function directoryOf(bytes: Uint8Array, { count, size }: End, name: string): Located[] {
  const view = viewOf(bytes);
  let at = 0;
  const entries: Located[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || view.getUint32(at, true) !== ENTRY) throw damaged(name, 'its directory is broken');
    const pathEnd = at + 46 + view.getUint16(at + 28, true);
    const next = pathEnd + view.getUint16(at + 30, true);
    const end = next + view.getUint16(at + 32, true);
    if (end > size) throw damaged(name, 'its directory is broken');
    const path = new TextDecoder().decode(bytes.subarray(at + 46, pathEnd));
    const narrow = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
    const [unpacked, packed, offset] = wideSizes(narrow, [0, 1, 2], bytes.subarray(pathEnd, next));
    if (![unpacked, packed, offset].every(Number.isSafeInteger)) throw damaged(name, 'its directory is broken');
    const encrypted = (view.getUint16(at + 8, true) & 1) === 1;
    const [method, crc] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)];
    if (method === 0 && packed !== unpacked) throw damaged(name, `${shownValue(path)} has two lengths`);
    if (unpacked > MOST_DEFLATED * (packed + 1))
      throw damaged(name, `${shownValue(path)} claims more than deflate can pack`);
    if (!path.endsWith('/')) entries.push({ path, bytes: unpacked, method, encrypted, crc, packed, offset });
    at = end;
  }
  if (at !== size) throw damaged(name, 'its directory does not have the stated length');
  const paths = new Set<string>();
  for (const { path } of entries) {
    if (paths.has(path)) throw damaged(name, `two files named ${shownValue(path)}`);
    paths.add(path);
  }
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  for (const [i, { offset, packed }] of sorted.entries()) {
    const next = sorted.at(i + 1)?.offset ?? Infinity;
    if (offset + LOCAL_LENGTH + packed > next) throw damaged(name, 'files that overlap');
  }
  return entries;
}

/**
 * Sizes of which those that do not fit into 32 bits stand in an extra field (zip64).
 * @param order in which they would stand there, as indices of `narrow`; those that fit are left out
 */
function wideSizes(narrow: readonly number[], order: readonly number[], extra: Uint8Array): number[] {
  const sizes = [...narrow];
  if (!sizes.includes(WIDE)) return sizes;
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const [id, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    at += 4;
    if (id === 1) {
      let from = at;
      for (const i of order) {
        if (sizes[i] !== WIDE) continue;
        sizes[i] = from + 8 <= Math.min(at + length, extra.length) ? Number(view.getBigUint64(from, true)) : NaN;
        from += 8;
      }
      return sizes;
    }
    at += length;
  }
  return sizes;
}

/**
 * Where the end record stands: last, but for a comment of up to 65,535 bytes, which it gives the length of; right behind the directory,
 * or behind its wide twin. A comment that holds another such record could be read in two ways, and is refused.
 * @param tail the end of the file  @param size of the whole file
 */
function findEnd(tail: Uint8Array, size: number, name: string): End {
  const view = viewOf(tail);
  const base = size - tail.length;
  const last = tail.length - END_LENGTH;
  const found: End[] = [];
  let shifted = 0;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
    if (view.getUint32(at, true) !== END || at + END_LENGTH + view.getUint16(at + 20, true) !== tail.length) continue;
    const narrow: End = {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      start: view.getUint32(at + 16, true),
    };
    const wide = wideEnd(view, at, base);
    if (wide !== null) found.push(wide);
    else if (narrow.start + narrow.size === base + at) found.push(narrow);
    // Readers that allow for bytes in front of an archive look right before the record, whatever it says.
    else if (narrow.size >= 4 && narrow.size <= at && view.getUint32(at - narrow.size, true) === ENTRY) shifted++;
  }
  if (found.length === 0) throw damaged(name, 'no directory: not a zip archive, or cut short');
  if (found.length + shifted > 1) throw damaged(name, 'two directories');
  return found[0];
}

/** The zip64 record in front of an end record; null where there is none right behind a directory. */
function wideEnd(view: DataView, end: number, base: number): End | null {
  const locator = end - LOCATOR64_LENGTH;
  const at = locator - END64_LENGTH;
  if (at < 0 || view.getUint32(locator, true) !== LOCATOR64 || view.getUint32(at, true) !== END64) return null;
  const number = (offset: number): number => Number(view.getBigUint64(offset, true));
  const wide: End = { count: number(at + 32), size: number(at + 40), start: number(at + 48) };
  return number(locator + 8) === base + at && wide.start + wide.size === base + at ? wide : null;
}

function damaged(name: string, why: string, cause?: unknown): UnrolledError {
  return new UnrolledError(
    'FORMAT',
    `expected a zip archive in ${name}, received: ${why}`,
    'copy or download it again',
    { cause },
  );
}
