// Texts that are attributes of objects in an HDF5 file: of fixed length, or in collections of texts elsewhere in the file.
// Source: HDF5 File Format Specification, version 3.0, sections III.E, IV.A.2.d, IV.A.2.m
import { type Hdf5Bytes, type Message, MESSAGE } from './hdf5Objects.js';
import { readShape } from './hdf5Types.js';

const TEXT = 3;
const VARIABLE_LENGTH = 9;
const SHARED = 2;
const REFERENCE_BYTES = 16;

/** Reads texts of attributes, each once. */
export class Hdf5Texts {
  readonly #collections = new Map<number, Map<number, [at: number, size: number]>>();
  readonly #read = new Map<number, string[]>();
  #collected = 0;
  #textBytes = 0;

  constructor(private readonly file: Hdf5Bytes) {}

  /** Texts of an attribute; null where there is none, or it is no text. Errors: FORMAT. */
  of(messages: readonly Message[], attribute: string): string[] | null {
    for (const message of messages) {
      if (message.type !== MESSAGE.attribute) continue;
      const found = this.#attribute(message);
      if (found.name !== attribute) continue;
      const { at, size, count, kind, isText, width } = found;
      if (!isText) return null;
      const known = this.#read.get(at);
      if (known !== undefined) return known;
      if (count * width > size) throw this.file.damaged(`${count} texts of ${width} bytes`, `${size} bytes`);
      const texts = Array.from({ length: count }, (_, i) =>
        kind === TEXT ? this.file.text(at + i * width, width).trimEnd() : this.#collectedText(at + i * width),
      );
      this.#read.set(at, texts);
      return texts;
    }
    return null;
  }

  #attribute({ at, size, flags }: Message) {
    const { file } = this;
    const [version, shared] = [file.number(at, 1), file.number(at + 1, 1)];
    if (version < 1 || version > 3) throw file.damaged('an attribute', `one of version ${version} at ${at}`);
    if ((flags & SHARED) !== 0 || (version > 1 && shared !== 0)) throw file.newer('an attribute that shares its type');
    const widths = [2, 4, 6].map((offset) => file.number(at + offset, 2));
    const [name, type, space] = version === 1 ? widths.map((width) => 8 * Math.ceil(width / 8)) : widths;
    const nameAt = at + (version === 3 ? 9 : 8);
    const [typeAt, spaceAt] = [nameAt + name, nameAt + name + type];
    const data = spaceAt + space;
    if (data > at + size) throw file.damaged('an attribute within its message', `another at ${at}`);
    const kind = file.number(typeAt, 1) & 15;
    const width = file.number(typeAt + 4, 4);
    const isText =
      kind === TEXT ||
      (kind === VARIABLE_LENGTH && (file.number(typeAt + 1, 1) & 15) === 1 && width === REFERENCE_BYTES);
    const count = readShape(file, spaceAt, space).reduce((product, n) => product * n, 1);
    return { name: file.text(nameAt, widths[0]), at: data, size: at + size - data, count, kind, isText, width };
  }

  #collectedText(at: number): string {
    const { file } = this;
    const [length, address, index] = [file.number(at, 4), file.number(at + 4, 8), file.number(at + 12, 4)];
    if (length === 0) return '';
    const place = (this.#collections.get(address) ?? this.#collection(address)).get(index);
    if (place === undefined || length > place[1]) throw file.damaged('texts of attributes', `none at ${address}`);
    // One text may be named often.
    this.#textBytes += length;
    if (this.#textBytes > file.bytes.length) throw file.damaged(`texts of ${file.bytes.length} bytes`, 'more');
    return file.text(place[0], length);
  }

  #collection(address: number): Map<number, [at: number, size: number]> {
    const { file } = this;
    file.signed('GCOL', address, 16);
    const end = address + file.number(address + 8, 8);
    file.block(address, end - address);
    this.#collected += end - address;
    if (this.#collected > file.bytes.length) throw file.damaged('collections of texts beside each other', 'others');
    const places = new Map<number, [number, number]>();
    for (let at = address + 16; at + 16 <= end;) {
      const [index, size] = [file.number(at, 2), file.number(at + 8, 8)];
      if (index === 0) break;
      if (at + 16 + size > end) throw file.damaged('texts within their collection', `one of ${size} at ${at}`);
      places.set(index, [at + 16, size]);
      at += 16 + 8 * Math.ceil(size / 8);
    }
    this.#collections.set(address, places);
    return places;
  }
}
