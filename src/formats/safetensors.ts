// The safetensors format: a header (safetensorsHeader.ts), then the data of all tensors, without gaps. A file is data, never code:
// whatever is wrong with one ends in a FORMAT error with its name, before memory is taken for it.
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
import {
  damagedSafetensors,
  dataStartOf,
  MAX_HEADER_BYTES,
  METADATA,
  readHeader,
  type SafetensorsEntry,
} from './safetensorsHeader.js';
import { arrayOf, isReadable, NUMBER_ARRAYS, type NumberArray, type NumberType } from './tensorData.js';

/** One tensor of a file. */
export interface SafetensorsTensor {
  /** The size of each axis; [] for a scalar. */
  shape: readonly number[];
  /** How its elements are stored. */
  dtype: NumberType;
  /** Row-major, as many elements as the shape has. */
  data: NumberArray;
}

/** What a file holds. */
export interface SafetensorsFile {
  /** In the order of their data in the file. */
  tensors: Map<string, SafetensorsTensor>;
  /** Strings beside the tensors, such as a model’s description. */
  metadata: Record<string, string>;
}

/** Widest first, in the order in which the Python package writes them, so that both write the same bytes. */
const ORDER: readonly string[] = [
  ...['U64', 'I64', 'F64', 'F32', 'U32', 'I32', 'BF16', 'F16', 'U16', 'I16', 'I8', 'U8', 'BOOL'],
];

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
    if (!(data instanceof NUMBER_ARRAYS[dtype])) {
      throw new UnrolledError(
        'DTYPE',
        `expected a ${NUMBER_ARRAYS[dtype].name} for "${brief(name)}" of type ${dtype}, received ${shownValue(data)}`,
        'convert the data or name their type',
      );
    }
  }
  const sorted = [...tensors].sort(
    (a, b) => ORDER.indexOf(a.dtype) - ORDER.indexOf(b.dtype) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push([METADATA, metadata]);
  let end = 0;
  for (const { name, shape, dtype, data } of sorted) {
    const begin = end;
    end += data.byteLength;
    header.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  // By hand, since an object would lose a tensor that is called __proto__, and put one that is called 0 first.
  const fields = header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
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
  const damaged = damagedSafetensors(name);
  const other = notAModel(bytes);
  if (other !== null) {
    const help = 'name a model file: one that train wrote, or another safetensors file';
    throw new UnrolledError('FORMAT', `expected a model file (safetensors), received ${other}: ${name}`, help);
  }
  const dataStart = dataStartOf(bytes, bytes.length, damaged);
  const { entries, metadata } = readHeader(bytes.subarray(8, dataStart), bytes.length - dataStart, damaged);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const entry of entries) {
    tensors.set(entry.key, tensorOf(entry, bytes.slice(dataStart + entry.begin, dataStart + entry.end), name));
  }
  return { tensors, metadata };
}

/** The tensor of an entry of the header. @param bytes its own. Errors: FORMAT for types that JavaScript has no array for. */
export function tensorOf({ key, dtype, shape }: SafetensorsEntry, bytes: Uint8Array, name: string): SafetensorsTensor {
  if (!isReadable(dtype)) {
    throw new UnrolledError(
      'FORMAT',
      `expected "${brief(key)}" of type ${Object.keys(NUMBER_ARRAYS).join(', ')} in ${name}, received ${dtype}, which is not read here`,
      'the file is whole: write it with wider numbers, as tensor.to(torch.bfloat16) makes them',
    );
  }
  return { shape, dtype, data: arrayOf(dtype, bytes) };
}

/** Errors: OPTION for what is no list of tensors. */
function checkTensors(tensors: unknown): void {
  const help = 'storedTensors(module) gives those of a module; of a state dict Object.values(…) with a dtype of F32';
  expectRows(tensors, help, ({ name, shape, dtype }) => {
    expectText(name, 'the name of a tensor', help);
    expectChoice(dtype, `the dtype of "${brief(name)}"`, Object.keys(NUMBER_ARRAYS));
    if (!Array.isArray(shape)) refuse(`the shape of "${brief(name)}" as an array`, shape, help);
  });
}
