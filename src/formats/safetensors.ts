// The safetensors format: 8 bytes with the length of the header (little-endian), the header (JSON: name → dtype, shape,
// data_offsets; `__metadata__` for strings), then the data of all tensors, without gaps. A file is data, never code: whatever
// is wrong with one ends in a FORMAT error with its name, before memory is taken for it.
// Source: https://github.com/huggingface/safetensors#format
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import {
  type Bytes,
  bytesOf,
  expectChoice,
  expectObject,
  expectRows,
  expectText,
  refuse,
  shownValue,
} from '../expect.js';
import { notAModel } from './fileKinds.js';
import { type JsonFault, jsonFault } from './jsonKeys.js';

/** Half floats (F16, BF16) stay the 16-bit patterns that they are; BOOL is 0 or 1 in a byte. */
const ARRAYS = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  U16: Uint16Array,
  I16: Int16Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  U32: Uint32Array,
  I32: Int32Array,
  F32: Float32Array,
  U64: BigUint64Array,
  I64: BigInt64Array,
  F64: Float64Array,
} as const;

/** The types of the format, by its names. */
export type SafetensorsDType = keyof typeof ARRAYS;

/** The array that holds a type’s elements. */
export type SafetensorsArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

/** One tensor of a file. */
export interface SafetensorsTensor {
  /** The size of each axis; [] for a scalar. */
  shape: readonly number[];
  /** How its elements are stored. */
  dtype: SafetensorsDType;
  /** Row-major, as many elements as the shape has. */
  data: SafetensorsArray;
}

/** What a file holds. */
export interface SafetensorsFile {
  /** In the order of their data in the file. */
  tensors: Map<string, SafetensorsTensor>;
  /** Strings beside the tensors, such as a model’s description. */
  metadata: Record<string, string>;
}

/** What the Rust library accepts; a longer header is not one. */
const MAX_HEADER_BYTES = 100_000_000;
const METADATA = '__metadata__';
/** Header, tensor, shape. */
const HEADER_DEPTH = 3;

/**
 * One file of all tensors. The widest elements come first (then by name), so that every tensor is aligned to its elements,
 * and the same tensors give the same bytes whatever their order.
 * Errors: SHAPE where data do not fill the shape, DTYPE for an array of another type, OPTION for a name given twice, RANGE for
 * more metadata than readers take.
 */
export function encodeSafetensors(
  tensors: readonly (SafetensorsTensor & { name: string })[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  checkTensors(tensors);
  expectObject(metadata, 'the metadata', 'give strings by name');
  for (const [name, value] of Object.entries(metadata))
    expectText(value, `the metadata ${name}`, 'write it as a string');
  const names = new Set<string>([METADATA]);
  for (const { name, shape, dtype, data } of tensors) {
    if (names.has(name)) {
      throw new UnrolledError(
        'OPTION',
        `expected a name for each tensor, received "${brief(name)}" ${name === METADATA ? 'which the format keeps' : 'twice'}`,
        'rename one of them',
      );
    }
    names.add(name);
    const size = shape.reduce((product, n) => product * n, 1);
    if (!shape.every((n) => Number.isInteger(n) && n >= 0) || data?.length !== size) {
      throw new UnrolledError(
        'SHAPE',
        `expected ${size} elements for "${brief(name)}" of shape [${shape.join(', ')}], received ${shownValue(data)}`,
        'the data must fill the shape',
      );
    }
    if (!(data instanceof ARRAYS[dtype])) {
      throw new UnrolledError(
        'DTYPE',
        `expected a ${ARRAYS[dtype].name} for "${brief(name)}" of type ${dtype}, received ${shownValue(data)}`,
        'convert the data or name their type',
      );
    }
  }
  const sorted = [...tensors].sort(
    (a, b) =>
      ARRAYS[b.dtype].BYTES_PER_ELEMENT - ARRAYS[a.dtype].BYTES_PER_ELEMENT ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push([METADATA, metadata]);
  let end = 0;
  for (const { name, shape, dtype, data } of sorted) {
    const begin = end;
    end += data.byteLength;
    header.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  // Object.fromEntries, since assignment would lose a tensor that is called __proto__.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(json.length / 8) * 8; // data begin at a multiple of 8; the rest is spaces
  if (headerLength > MAX_HEADER_BYTES) {
    throw new UnrolledError(
      'RANGE',
      `expected at most ${MAX_HEADER_BYTES} bytes of names and metadata, received ${headerLength}`,
      'readers refuse a longer header: use a smaller vocabulary',
    );
  }
  const bytes = new Uint8Array(8 + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(json, 8);
  let at = 8 + headerLength;
  for (const { data } of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a file; every tensor is a copy of its own, so that `bytes` can go. All checks of the format are made first: they cost
 * no more memory than the header.
 * @param name the file's name, for messages
 * Errors: FORMAT with the name of the file.
 */
export function decodeSafetensors(source: Bytes, name = 'the file'): SafetensorsFile {
  const bytes = bytesOf(source, name, 'read the file first: its bytes are what is decoded');
  const damaged = (expected: string, received: string, cause?: unknown): UnrolledError =>
    new UnrolledError(
      'FORMAT',
      `expected ${expected} in ${name}, received ${received}`,
      'the file is damaged or not a safetensors file: copy it again, or save the model again',
      { cause },
    );
  const other = notAModel(bytes);
  if (other !== null) {
    const help = 'name a model file: one that train wrote, or another safetensors file';
    throw new UnrolledError('FORMAT', `expected a model file (safetensors), received ${other}: ${name}`, help);
  }
  if (bytes.length < 8) throw damaged('at least 8 bytes', `${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = view.getBigUint64(0, true);
  const room = Math.min(bytes.length - 8, MAX_HEADER_BYTES);
  if (declared < 2n || declared > BigInt(room)) {
    throw damaged(`a header of 2 to ${room} bytes`, `a header length of ${declared}`);
  }
  const dataStart = 8 + Number(declared);
  if (bytes[8] !== 0x7b) throw damaged('a header that begins with {', `the byte ${bytes[8]}`);
  const header = parseHeader(bytes.subarray(8, dataStart), damaged);

  const metadata: [string, string][] = [];
  const entries: TensorEntry[] = [];
  for (const [key, value] of Object.entries(header)) {
    if (key !== METADATA) {
      entries.push(checkTensor(key, value, damaged));
      continue;
    }
    if (!isRecord(value)) throw damaged(`${METADATA} to be an object`, shown(value));
    for (const [field, text] of Object.entries(value)) {
      if (typeof text !== 'string') throw damaged(`${METADATA}.${brief(field)} to be a string`, shown(text));
      metadata.push([field, text]);
    }
  }

  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expectedBegin = 0;
  for (const { key, begin, end } of entries) {
    if (begin !== expectedBegin) {
      const problem = begin < expectedBegin ? 'that overlap another tensor' : 'that leave a gap';
      throw damaged(`data of "${brief(key)}" at ${expectedBegin}`, `data_offsets [${begin}, ${end}] ${problem}`);
    }
    expectedBegin = end;
  }
  if (expectedBegin !== bytes.length - dataStart) {
    throw damaged(`${expectedBegin} bytes of data`, `${bytes.length - dataStart}`);
  }

  const tensors = new Map<string, SafetensorsTensor>();
  for (const { key, dtype, shape, begin, end } of entries) {
    const copy = new Uint8Array(end - begin);
    copy.set(bytes.subarray(dataStart + begin, dataStart + end));
    tensors.set(key, { shape, dtype, data: new ARRAYS[dtype](copy.buffer) });
  }
  return { tensors, metadata: Object.fromEntries(metadata) };
}

/** Errors: OPTION for what is no list of tensors. */
function checkTensors(tensors: unknown): void {
  const help = 'storedTensors(module) gives those of a module; of a state dict Object.values(…) with a dtype of F32';
  expectRows(tensors, help, ({ name, shape, dtype }) => {
    expectText(name, 'the name of a tensor', help);
    expectChoice(dtype, `the dtype of "${brief(name)}"`, Object.keys(ARRAYS));
    if (!Array.isArray(shape)) refuse(`the shape of "${brief(name)}" as an array`, shape, help);
  });
}

type Damaged = (expected: string, received: string, cause?: unknown) => UnrolledError;

interface TensorEntry {
  key: string;
  dtype: SafetensorsDType;
  shape: number[];
  begin: number;
  end: number;
}

function parseHeader(bytes: Uint8Array, damaged: Damaged): Record<string, unknown> {
  let text: string;
  let header: unknown;
  let fault: JsonFault | null;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    fault = jsonFault(text, HEADER_DEPTH);
    header = fault?.kind === 'deep' ? null : JSON.parse(text);
  } catch (error) {
    throw damaged('a header of JSON', error instanceof Error ? error.message : 'something else', error);
  }
  if (fault?.kind === 'deep') throw damaged(`a header of at most ${HEADER_DEPTH} levels`, 'a deeper one');
  if (!isRecord(header)) throw damaged('a JSON object as the header', shown(header));
  if (fault?.kind === 'twice') throw damaged('each name once in the header', `"${brief(fault.key)}" twice`);
  return header;
}

function checkTensor(key: string, value: unknown, damaged: Damaged): TensorEntry {
  if (!isRecord(value)) throw damaged(`"${brief(key)}" to be an object`, shown(value));
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !isDType(dtype)) {
    throw damaged(`"${brief(key)}" of type ${Object.keys(ARRAYS).join(', ')}`, shown(dtype));
  }
  if (!isSizes(shape)) throw damaged(`whole sizes in the shape of "${brief(key)}"`, shown(shape));
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[1] < offsets[0]) {
    throw damaged(`data_offsets [begin, end] for "${brief(key)}"`, shown(offsets));
  }
  let size = ARRAYS[dtype].BYTES_PER_ELEMENT as number;
  for (const n of shape) {
    size *= n;
    if (!Number.isSafeInteger(size)) throw damaged(`a shape that fits in memory for "${brief(key)}"`, shown(shape));
  }
  const [begin, end] = offsets;
  if (end - begin !== size) {
    throw damaged(`${size} bytes for "${brief(key)}" (${dtype}, ${shown(shape)})`, `data_offsets [${begin}, ${end}]`);
  }
  return { key, dtype, shape, begin, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDType(value: string): value is SafetensorsDType {
  return Object.hasOwn(ARRAYS, value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** A value for a message: its JSON, cut. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(brief(value)) : brief(JSON.stringify(value) ?? 'nothing');
}
