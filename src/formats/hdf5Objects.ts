// The objects of an HDF5 file by their paths, with the messages of their headers. What is read is the library's first format, which Keras
// and h5py write. Each block lies in the file and is reached once, so that no file takes longer than its size allows.
// Source: HDF5 File Format Specification, version 3.0, sections II.A, III.A, III.B, III.D, IV.A
import { UnrolledError } from '../errors.js';

/** Types of messages in the header of an object. */
export const MESSAGE = {
  ...{ dataspace: 0x01, linkInfo: 0x02, datatype: 0x03, link: 0x06, external: 0x07, layout: 0x08, filters: 0x0b },
  ...{ attribute: 0x0c, continuation: 0x10, symbolTable: 0x11, attributeInfo: 0x15 },
} as const;

/** A message: its data are `size` bytes at `at`. */
export interface Message {
  type: number;
  flags: number;
  at: number;
  size: number;
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** Where the root's entry stands, by the version of the superblock. */
const ROOT_AT = [56, 60];
const SYMBOL_BYTES = 40;
const SOFT_LINK = 2;
const MAX_NAME = 255;
const MAX_DEPTH = 16;
const UNDEFINED = 2 ** 64;

/** Reads numbers and blocks of a file. Errors: FORMAT beyond its end. */
export class Hdf5Bytes {
  readonly #view: DataView;
  readonly #seen = new Set<number>();

  constructor(
    readonly bytes: Uint8Array,
    readonly name: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The number of so many bytes there, little-endian; all ones of 8 bytes, an address that is none, are 2⁶⁴. */
  number(at: number, width: 1 | 2 | 4 | 8): number {
    this.block(at, width);
    if (width === 1) return this.#view.getUint8(at);
    if (width === 2) return this.#view.getUint16(at, true);
    return width === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true));
  }

  /** Errors: FORMAT where it is not in the file. */
  block(at: number, size: number): Uint8Array {
    if (at + size <= this.bytes.length) return this.bytes.subarray(at, at + size);
    throw this.damaged(`blocks within ${this.bytes.length} bytes`, `one of ${size} at ${at}`);
  }

  /** The same, and where something else has it already. */
  once(at: number, size: number): Uint8Array {
    const block = this.block(at, size);
    if (this.#seen.has(at)) throw this.damaged('each block once, in a tree of groups', `that at ${at} again`);
    this.#seen.add(at);
    return block;
  }

  /** A block that is known by four letters. */
  signed(signature: string, at: number, size: number): void {
    const own = String.fromCharCode(...this.once(at, size).subarray(0, 4));
    if (own !== signature) throw this.damaged(`a block ${signature}`, `another at ${at}`);
  }

  /** Text up to a null, or to the end. */
  text(at: number, size: number): string {
    const block = this.block(at, size);
    const end = block.indexOf(0);
    return new TextDecoder().decode(end < 0 ? block : block.subarray(0, end));
  }

  damaged(expected: string, received: string, cause?: unknown): UnrolledError {
    const message = `expected ${expected} in the HDF5 file ${this.name}, received ${received}`;
    return new UnrolledError('FORMAT', message, 'save the model again', { cause });
  }

  newer(received: string): UnrolledError {
    return new UnrolledError(
      'FORMAT',
      `expected HDF5 as Keras writes it in ${this.name}, received ${received}`,
      "save the model again by Keras, or by h5py without libver='latest' and track_order",
    );
  }
}

/** Messages of each object by its path, '' is the root; groups in the order of their names. Errors: FORMAT. */
export function readObjects(file: Hdf5Bytes): Map<string, Message[]> {
  if (SIGNATURE.some((byte, i) => file.bytes[i] !== byte)) throw file.damaged('the signature of HDF5', 'another');
  const version = file.number(8, 1);
  if (version >= ROOT_AT.length) throw file.newer(`a superblock of version ${version}`);
  const widths = [file.number(13, 1), file.number(14, 1)];
  if (widths.some((width) => width !== 8)) throw file.damaged('addresses and lengths of 8 bytes', widths.join(', '));
  const root = ROOT_AT[version];
  const [base, end] = [file.number(root - 32, 8), file.number(root - 16, 8)];
  if (base !== 0 || end > file.bytes.length) {
    throw file.damaged(`a file of ${end} bytes from ${base}`, `${file.bytes.length}`);
  }
  const objects = new Map<string, Message[]>();
  let pathBytes = 0;
  const visit = (path: string, at: number, depth: number): void => {
    if (depth > MAX_DEPTH) throw file.damaged(`groups at most ${MAX_DEPTH} deep`, 'more');
    pathBytes += path.length;
    if (pathBytes > file.bytes.length) throw file.damaged(`paths of at most ${file.bytes.length} bytes`, 'more');
    if (objects.has(path)) throw file.damaged('names once in a group', 'one twice');
    const messages = readHeader(file, at);
    objects.set(path, messages);
    const members = messages.flatMap((message) => membersOf(file, message));
    for (const [name, address] of members.sort(([a], [b]) => (a < b ? -1 : 1))) {
      visit(path === '' ? name : `${path}/${name}`, address, depth + 1);
    }
  };
  visit('', file.number(root + 8, 8), 0);
  return objects;
}

/** Whether these are the messages of a group. */
export function isGroup(messages: readonly Message[]): boolean {
  return messages.some(({ type }) => type === MESSAGE.symbolTable || type === MESSAGE.linkInfo);
}

function readHeader(file: Hdf5Bytes, at: number): Message[] {
  const version = file.once(at, 16)[0];
  if (version !== 1) {
    if (String.fromCharCode(...file.block(at, 4)) === 'OHDR') throw file.newer('an object header of version 2');
    throw file.damaged('an object header', `one of version ${version} at ${at}`);
  }
  const messages: Message[] = [];
  const chunks: [start: number, size: number][] = [[at + 16, file.number(at + 8, 4)]];
  // Grows while it is read.
  for (const [start, size] of chunks) {
    file.block(start, size);
    let next = start;
    while (next + 8 <= start + size) {
      const message = { type: file.number(next, 2), size: file.number(next + 2, 2), flags: file.number(next + 4, 1) };
      const data = next + 8;
      next = data + message.size;
      if (next > start + size) throw file.damaged('messages within their header', `another at ${data}`);
      messages.push({ ...message, at: data });
      if (message.type !== MESSAGE.continuation) continue;
      const [address, length] = [file.number(data, 8), file.number(data + 8, 8)];
      file.once(address, length);
      chunks.push([address, length]);
    }
  }
  return messages;
}

type Member = [name: string, address: number];

function membersOf(file: Hdf5Bytes, { type, at, size }: Message): Member[] {
  if (type === MESSAGE.link) return [readLink(file, at, size)];
  if (type === MESSAGE.linkInfo || type === MESSAGE.attributeInfo) {
    const [flags, width] = [file.number(at + 1, 1), type === MESSAGE.linkInfo ? 8 : 2];
    const heap = file.number(at + 2 + ((flags & 1) === 0 ? 0 : width), 8);
    if (heap !== UNDEFINED) throw file.newer('links or attributes in a heap');
  }
  if (type !== MESSAGE.symbolTable) return [];
  const members: Member[] = [];
  const heap = file.number(at + 8, 8);
  file.signed('HEAP', heap, 32);
  const [names, room] = [file.number(heap + 24, 8), file.number(heap + 8, 8)];
  file.once(names, room);
  const node = (address: number, level: number | null): void => {
    file.signed('TREE', address, 24);
    const [kind, own, count] = [file.number(address + 4, 1), file.number(address + 5, 1), file.number(address + 6, 2)];
    if (kind !== 0 || (level !== null && own !== level))
      throw file.damaged('a tree of a group', `another at ${address}`);
    for (let i = 0; i < count; i++) {
      const child = file.number(address + 32 + 16 * i, 8);
      if (own > 0) node(child, own - 1);
      else symbols(child);
    }
  };
  const symbols = (address: number): void => {
    file.signed('SNOD', address, 8);
    const count = file.number(address + 6, 2);
    file.once(address + 8, SYMBOL_BYTES * count);
    for (let i = 0; i < count; i++) {
      const entry = address + 8 + SYMBOL_BYTES * i;
      const offset = file.number(entry, 8);
      if (!(offset < room)) throw file.damaged('names within their heap', `one at ${offset}`);
      const name = checkedName(file, file.text(names + offset, Math.min(room - offset, MAX_NAME + 1)));
      if (file.number(entry + 16, 4) === SOFT_LINK) throw elsewhere(file, name);
      members.push([name, file.number(entry + 8, 8)]);
    }
  };
  node(file.number(at, 8), null);
  return members;
}

function readLink(file: Hdf5Bytes, at: number, size: number): Member {
  const [version, flags] = [file.number(at, 1), file.number(at + 1, 1)];
  if (version !== 1) throw file.damaged('a link of version 1', `${version} at ${at}`);
  let next = at + 2;
  const kind = (flags & 8) === 0 ? 0 : file.number(next++, 1);
  if ((flags & 4) !== 0) next += 8;
  if ((flags & 16) !== 0) next += 1;
  const width = ([1, 2, 4, 8] as const)[flags & 3];
  const length = file.number(next, width);
  next += width;
  if (next + length + 8 > at + size) throw file.damaged('links within their messages', `another at ${at}`);
  const name = checkedName(file, file.text(next, Math.min(length, MAX_NAME + 1)));
  if (kind !== 0) throw elsewhere(file, name);
  return [name, file.number(next + length, 8)];
}

function checkedName(file: Hdf5Bytes, name: string): string {
  if (name === '' || name.length > MAX_NAME || name.includes('/')) {
    throw file.damaged(`names of at most ${MAX_NAME} letters`, JSON.stringify(name.slice(0, 60)));
  }
  return name;
}

function elsewhere(file: Hdf5Bytes, name: string): UnrolledError {
  return file.damaged('groups and datasets alone', `a link to elsewhere, ${JSON.stringify(name.slice(0, 60))}`);
}
