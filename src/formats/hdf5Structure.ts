// What a file of HDF5 is checked for before the library opens it, which follows every address and count that a file claims: each block
// lies in the file, and is reached once. Groups and headers are those of the library's first format, which Keras and h5py write.
// Source: HDF5 File Format Specification, version 3.0, sections II.A, III.A, III.B, III.D, III.E, IV.A.1.a
import { UnrolledError } from '../errors.js';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const MESSAGE = { attribute: 0x0c, continuation: 0x10, symbolTable: 0x11 } as const;
const VARIABLE_LENGTH = 9;
const SYMBOL_BYTES = 40;
const MAX_NAME = 255;
const MAX_DEPTH = 16;
/** Numbers of a superblock: where its version, the widths of addresses and lengths, and the root's entry stand. */
const VERSION_AT = 8;
const WIDTHS_AT = 13;
const ROOT_AT = [56, 60];

/** Errors: FORMAT where the library might take long, or much memory, over it. */
export function requireHdf5Structure(bytes: Uint8Array, name: string): void {
  new Structure(bytes, name).check();
}

class Structure {
  private readonly view: DataView;
  private readonly seen = new Set<number>();
  private textBytes = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly name: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  check(): void {
    if (SIGNATURE.some((byte, i) => this.bytes[i] !== byte)) throw this.damaged('the signature of HDF5', 'another');
    this.block(0, 100);
    const root = ROOT_AT[this.bytes[VERSION_AT]];
    if (root === undefined) throw this.newer(`a superblock of version ${this.bytes[VERSION_AT]}`);
    const [address, length] = this.bytes.subarray(WIDTHS_AT);
    if (address !== 8 || length !== 8) throw this.damaged('addresses and lengths of 8 bytes', `${address}, ${length}`);
    this.object(this.address(root + 8), 0);
    this.collections();
  }

  /** An object: its header, and what is in it if it is a group. */
  private object(at: number, depth: number): void {
    if (depth > MAX_DEPTH) throw this.damaged(`groups at most ${MAX_DEPTH} deep`, 'more');
    this.once(at, 16);
    if (this.text(at) === 'OHDR') throw this.newer('an object header of version 2');
    if (this.bytes[at] !== 1) throw this.damaged('an object header', `version ${this.bytes[at]} at ${at}`);
    const chunks: [start: number, size: number][] = [[at + 16, this.view.getUint32(at + 8, true)]];
    // Grows while it is read.
    for (const [start, size] of chunks) {
      this.block(start, size);
      for (let message = start; message + 8 <= start + size;) {
        const type = this.view.getUint16(message, true);
        const data = message + 8;
        const width = this.view.getUint16(message + 2, true);
        if (data + width > start + size) throw this.damaged('messages within their header', `another at ${message}`);
        if ((type === MESSAGE.continuation || type === MESSAGE.symbolTable) && width < 16) {
          throw this.damaged('a message of 16 bytes', `${width} at ${message}`);
        }
        if (type === MESSAGE.continuation) {
          const next = this.address(data);
          const length = this.address(data + 8);
          this.once(next, length);
          chunks.push([next, length]);
        } else if (type === MESSAGE.symbolTable) {
          this.heap(this.address(data + 8));
          this.tree(this.address(data), null, depth);
        }
        if (type === MESSAGE.attribute) this.attribute(data, width, this.bytes[message + 4]);
        message = data + width;
      }
    }
  }

  /** A node of a tree of a group, those below it, and the objects that are named there. */
  private tree(at: number, level: number | null, depth: number): void {
    this.once(at, 24);
    if (this.text(at) !== 'TREE' || this.bytes[at + 4] !== 0)
      throw this.damaged('a tree of a group', `another at ${at}`);
    const own = this.bytes[at + 5];
    if (level !== null && own !== level) throw this.damaged(`a node of level ${level}`, `${own} at ${at}`);
    const count = this.view.getUint16(at + 6, true);
    this.block(at, 24 + 16 * count);
    for (let i = 0; i < count; i++) {
      const child = this.address(at + 32 + 16 * i);
      if (own > 0) this.tree(child, own - 1, depth);
      else this.symbols(child, depth);
    }
  }

  private symbols(at: number, depth: number): void {
    this.once(at, 8);
    if (this.text(at) !== 'SNOD') throw this.damaged('names of a group', `another at ${at}`);
    const count = this.view.getUint16(at + 6, true);
    this.once(at + 8, SYMBOL_BYTES * count);
    for (let i = 0; i < count; i++) {
      const entry = at + 8 + SYMBOL_BYTES * i;
      // What the entry of a link says of a header counts nothing; the library tells that it is one.
      const isLink = this.view.getUint32(entry + 16, true) === 2;
      if (!isLink) this.object(this.address(entry + 8), depth + 1);
    }
  }

  /** What its texts of any length say of their lengths: many may be one and the same, which is read as often. */
  private attribute(at: number, size: number, flags: number): void {
    const [version, shared] = this.bytes.subarray(at, at + 2);
    if (size < 9 || version < 1 || version > 3) throw this.damaged('an attribute', `version ${version} at ${at}`);
    if ((flags & 2) !== 0 || (version > 1 && shared !== 0)) throw this.newer('an attribute that shares its type');
    const widths = [2, 4, 6].map((offset) => this.view.getUint16(at + offset, true));
    const [name, type, space] = version === 1 ? widths.map((width) => 8 * Math.ceil(width / 8)) : widths;
    const typeAt = at + (version === 3 ? 9 : 8) + name;
    if (typeAt + type + space > at + size) throw this.damaged('an attribute within its message', `another at ${at}`);
    if ((this.bytes[typeAt] & 15) !== VARIABLE_LENGTH) return;
    for (let text = typeAt + type + space; text + 16 <= at + size; text += 16) {
      this.textBytes += this.view.getUint32(text, true);
    }
    const { length } = this.bytes;
    if (this.textBytes > length) throw this.damaged(`texts of at most ${length} bytes`, `${this.textBytes}`);
  }

  /** The names of a group, each of which ends soon. */
  private heap(at: number): void {
    this.once(at, 32);
    if (this.text(at) !== 'HEAP') throw this.damaged('a heap of names', `another at ${at}`);
    const size = this.address(at + 8);
    const data = this.address(at + 24);
    this.once(data, size);
    let begin = data;
    for (let i = data; i < data + size; i++) {
      if (i - begin > MAX_NAME) throw this.damaged(`names of at most ${MAX_NAME} bytes`, 'a longer one');
      if (this.bytes[i] === 0) begin = i + 1;
    }
  }

  /** Collections of texts, wherever they are: one with a piece of no size would be read for ever. */
  private collections(): void {
    const [first, second, third, fourth] = [...'GCOL'].map((letter) => letter.charCodeAt(0));
    const { bytes, view } = this;
    for (let at = bytes.indexOf(first); at >= 0 && at + 16 <= bytes.length; at = bytes.indexOf(first, at + 1)) {
      const found =
        bytes[at + 1] === second && bytes[at + 2] === third && bytes[at + 3] === fourth && bytes[at + 4] === 1;
      if (!found) continue;
      const end = at + Math.min(Number(view.getBigUint64(at + 8, true)), bytes.length - at);
      for (let piece = at + 16; piece + 16 <= end;) {
        const size = Number(view.getBigUint64(piece + 8, true));
        const isFree = view.getUint16(piece, true) === 0;
        if (isFree && size === 0) throw this.damaged('pieces of text', `one of no size at ${piece}`);
        piece += isFree ? size : 16 + 8 * Math.ceil(size / 8);
      }
    }
  }

  /** Errors: FORMAT where it is not in the file. */
  private block(at: number, size: number): void {
    if (at + size <= this.bytes.length) return;
    throw this.damaged(`blocks within ${this.bytes.length} bytes`, `one of ${size} at ${at}`);
  }

  /** The same, and where something else has it already. */
  private once(at: number, size: number): void {
    this.block(at, size);
    if (this.seen.has(at)) throw this.damaged('each block once, in a tree of groups', `that at ${at} again`);
    this.seen.add(at);
  }

  private address(at: number): number {
    this.block(at, 8);
    return Number(this.view.getBigUint64(at, true));
  }

  private text(at: number): string {
    return String.fromCharCode(...this.bytes.subarray(at, at + 4));
  }

  private damaged(expected: string, received: string): UnrolledError {
    return new UnrolledError(
      'FORMAT',
      `expected ${expected} in ${this.name}, received ${received}`,
      'save the model again',
    );
  }

  private newer(received: string): UnrolledError {
    return new UnrolledError(
      'FORMAT',
      `expected HDF5 as Keras writes it in ${this.name}, received ${received}`,
      "save the model again by Keras, or by h5py without libver='latest' and track_order",
    );
  }
}
