// Numbers of a dataset in an HDF5 file: in the header, in one piece, or in chunks, each of which may be packed by deflate.
// Source: HDF5 File Format Specification, version 3.0, sections III.A.1, IV.A.2.i, IV.A.2.l
import { Unzlib } from 'fflate';
import { brief } from '../brief.js';
import { type Hdf5Bytes, type Message, MESSAGE } from './hdf5Objects.js';
import { type Hdf5Type, readShape, readType } from './hdf5Types.js';
import { swapBytes } from './tensorData.js';

const [COMPACT, CONTIGUOUS, CHUNKED, VIRTUAL] = [0, 1, 2, 3];
const [DEFLATE, SHUFFLE, CHECKSUM] = [1, 2, 3];
/** Packed bytes that are unpacked between two looks at how many came. */
const PIECE = 4096;
const MAX_LEVELS = 8;

/** What the header of a dataset says. */
export interface Hdf5Dataset extends Hdf5Type {
  path: string;
  shape: readonly number[];
  /** Of all its numbers. */
  bytes: number;
  /** Filters in the order in which they were applied. */
  filters: readonly number[];
  layout: Message;
}

/** Null where the messages are of no dataset. Errors: FORMAT. */
export function readDatasetHeader(file: Hdf5Bytes, path: string, messages: readonly Message[]): Hdf5Dataset | null {
  const find = (type: number): Message | undefined => messages.find((message) => message.type === type);
  const [space, type, layout] = [find(MESSAGE.dataspace), find(MESSAGE.datatype), find(MESSAGE.layout)];
  if (space === undefined || type === undefined || layout === undefined) return null;
  const shape = readShape(file, space.at, space.size);
  const own = readType(file, type);
  const bytes = shape.reduce((product, n) => product * n, own.width);
  if (!Number.isSafeInteger(bytes)) throw file.damaged('sizes of datasets', String(bytes));
  const [version, kind] = [file.number(layout.at, 1), file.number(layout.at + 1, 1)];
  if (version === 4 && kind === VIRTUAL) throw file.damaged('datasets of its own', `a virtual one, ${brief(path, 60)}`);
  if (version !== 3) throw file.newer(`a dataset of version ${version}, ${brief(path, 60)}`);
  if (find(MESSAGE.external) !== undefined) {
    throw file.damaged('numbers in the file itself', `another file's, for ${brief(path, 60)}`);
  }
  const filters = find(MESSAGE.filters);
  return { ...own, path, shape, bytes, layout, filters: filters === undefined ? [] : readFilters(file, filters) };
}

function readFilters(file: Hdf5Bytes, { at }: Message): number[] {
  const [version, count] = [file.number(at, 1), file.number(at + 1, 1)];
  let next = at + (version === 1 ? 8 : 2);
  return Array.from({ length: count }, () => {
    const id = file.number(next, 2);
    const hasName = version === 1 || id >= 256;
    const name = hasName ? file.number(next + 2, 2) : 0;
    const values = file.number(next + (hasName ? 6 : 4), 2);
    next += (hasName ? 8 : 6) + (version === 1 ? 8 * Math.ceil(name / 8) : name) + 4 * values;
    if (version === 1 && values % 2 === 1) next += 4;
    return id;
  });
}

/** The bytes of its numbers, row by row, little-endian. Errors: FORMAT. */
export function readNumbers(file: Hdf5Bytes, dataset: Hdf5Dataset): Uint8Array {
  const { layout, bytes, filters, width } = dataset;
  const kind = file.number(layout.at + 1, 1);
  let data: Uint8Array;
  if (kind === CHUNKED) data = readChunks(file, dataset);
  else if (filters.length > 0 || (kind !== COMPACT && kind !== CONTIGUOUS)) throw none(file, dataset);
  else if (bytes === 0) data = new Uint8Array(0);
  else {
    const inHeader = kind === COMPACT;
    const at = inHeader ? layout.at + 4 : file.number(layout.at + 2, 8);
    if (bytes > (inHeader ? file.number(layout.at + 2, 2) : file.number(layout.at + 10, 8))) throw none(file, dataset);
    data = file.block(at, bytes).slice();
  }
  if (dataset.isBigEndian) swapBytes(data, width);
  return data;
}

interface Chunk {
  /** Where it begins along each axis. */
  offsets: readonly number[];
  packed: Uint8Array;
}

function readChunks(file: Hdf5Bytes, dataset: Hdf5Dataset): Uint8Array {
  const { shape, width, bytes, layout } = dataset;
  const rank = file.number(layout.at + 2, 1) - 1;
  const sizes = Array.from({ length: rank }, (_, axis) => file.number(layout.at + 11 + 4 * axis, 4));
  const size = sizes.reduce((product, n) => product * n, width);
  if (rank !== shape.length || rank < 1 || size === 0) throw none(file, dataset);
  const most = shape.reduce((product, n, axis) => product * Math.ceil(n / sizes[axis]), 1);
  const chunks: Chunk[] = [];
  const root = file.number(layout.at + 3, 8);
  if (bytes > 0) collectChunks(file, root, rank, null, chunks, new Set());
  const packed = chunks.reduce((sum, chunk) => sum + chunk.packed.length, 0);
  // Where one is missing the library has a number that stands for all; Keras leaves none out.
  if (chunks.length !== most || packed > file.bytes.length) throw none(file, dataset);
  const data = new Uint8Array(bytes);
  let room = 2 * bytes + 2 ** 20;
  for (const chunk of chunks) {
    // Chunks at the end of an axis may be larger than what is left of it, but not by many times.
    room -= size;
    if (room < 0 || chunk.offsets.some((n, axis) => n % sizes[axis] !== 0 || n >= shape[axis]))
      throw none(file, dataset);
    place(unpacked(file, dataset, chunk.packed, size), chunk.offsets, sizes, data, shape, width);
  }
  return data;
}

function collectChunks(
  file: Hdf5Bytes,
  at: number,
  rank: number,
  level: number | null,
  chunks: Chunk[],
  seen: Set<number>,
): void {
  // A tree is read each time that its dataset is, so what was seen is of this time alone.
  if (seen.has(at)) throw file.damaged('each block once, in a tree of chunks', `that at ${at} again`);
  seen.add(at);
  const node = file.block(at, 24);
  const own = node[5];
  if (
    String.fromCharCode(...node.subarray(0, 4)) !== 'TREE' ||
    node[4] !== 1 ||
    own !== (level ?? own) ||
    own > MAX_LEVELS
  ) {
    throw file.damaged('a tree of chunks', `another at ${at}`);
  }
  const key = 16 + 8 * rank;
  for (let i = file.number(at + 6, 2), entry = at + 24; i > 0; i--, entry += key + 8) {
    const child = file.number(entry + key, 8);
    if (own > 0) {
      collectChunks(file, child, rank, own - 1, chunks, seen);
      continue;
    }
    if (file.number(entry + 4, 4) !== 0) throw file.damaged('chunks with all their filters', `another at ${entry}`);
    const offsets = Array.from({ length: rank }, (_, axis) => file.number(entry + 8 + 8 * axis, 8));
    chunks.push({ offsets, packed: file.block(child, file.number(entry, 4)) });
    if (chunks.length * (key + 8) > file.bytes.length) throw file.damaged('each chunk once', 'more');
  }
}

function unpacked(file: Hdf5Bytes, dataset: Hdf5Dataset, packed: Uint8Array, size: number): Uint8Array {
  let data = packed;
  for (const filter of dataset.filters.toReversed()) {
    if (filter === DEFLATE) data = inflate(file, data, size);
    else if (filter === SHUFFLE) data = unshuffled(data, dataset.width);
    else if (filter === CHECKSUM) data = data.subarray(0, -4);
    else throw file.damaged(`deflate, shuffle or a checksum for ${brief(dataset.path, 60)}`, `filter ${filter}`);
  }
  if (data.length !== size) throw none(file, dataset);
  return data;
}

/** Stops where more come than are wanted. */
function inflate(file: Hdf5Bytes, packed: Uint8Array, size: number): Uint8Array {
  // A checksum may follow.
  const most = size + 4;
  const data = new Uint8Array(most);
  let count = 0;
  const stream = new Unzlib((chunk) => {
    if (count + chunk.length > most) throw file.damaged(`chunks of ${size} bytes`, 'larger ones');
    data.set(chunk, count);
    count += chunk.length;
  });
  try {
    for (let at = 0; at < packed.length; at += PIECE) {
      stream.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
    }
  } catch (cause) {
    throw file.damaged('packed chunks', 'a damaged one', cause);
  }
  return data.subarray(0, count);
}

/** First bytes of all elements, second ones, and so on, put together again. */
function unshuffled(data: Uint8Array, width: number): Uint8Array {
  const count = Math.floor(data.length / width);
  const result = data.slice();
  for (let i = 0; i < count; i++) {
    for (let byte = 0; byte < width; byte++) result[i * width + byte] = data[byte * count + i];
  }
  return result;
}

/** Copies a chunk, row by row, as far as it lies within the array. */
function place(
  chunk: Uint8Array,
  offsets: readonly number[],
  sizes: readonly number[],
  data: Uint8Array,
  shape: readonly number[],
  width: number,
): void {
  const copy = (axis: number, from: number, to: number): void => {
    const count = Math.min(sizes[axis], shape[axis] - offsets[axis]);
    if (axis === sizes.length - 1) {
      const begin = from * sizes[axis] * width;
      data.set(chunk.subarray(begin, begin + count * width), (to * shape[axis] + offsets[axis]) * width);
      return;
    }
    for (let i = 0; i < count; i++) copy(axis + 1, from * sizes[axis] + i, to * shape[axis] + offsets[axis] + i);
  };
  copy(0, 0, 0);
}

function none(file: Hdf5Bytes, { path }: Hdf5Dataset): Error {
  return file.damaged(`the numbers of ${brief(path, 100)}`, 'others');
}
