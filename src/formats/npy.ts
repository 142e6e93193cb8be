// NumPy's arrays: `.npy` (magic, version, a header that is a Python literal, the numbers) and `.npz` (a zip of them).
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { type Bytes, bytesOf, refuse } from '../expect.js';
import { type ByteSource, readRange } from '../platform/byteSource.js';
import type { FileTensor } from '../weights/files.js';
import type { TensorEntry, TensorFile } from './tensorFile.js';
import { arrayOf, checkedTensor, checkedTensors, isReadable, rowMajor, swapBytes, WIDTHS } from './tensorData.js';
import type { ZipArchive } from './zip.js';
import { encodeZip } from './zip.js';

/** NumPy's kinds and widths, by the names that safetensors has for them. */
const DTYPES: Readonly<Record<string, string>> = {
  ...{ b1: 'BOOL', i1: 'I8', i2: 'I16', i4: 'I32', i8: 'I64', u1: 'U8', u2: 'U16', u4: 'U32', u8: 'U64' },
  ...{ f2: 'F16', f4: 'F32', f8: 'F64' },
};
const CODES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(DTYPES).map(([code, d]) => [d, code]),
);

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy itself takes no header beyond 10,000 characters from strangers. */
const MAX_HEADER = 10_000;
const MAX_RANK = 64;

/** What the header of an array says. */
interface NpyHeader extends TensorEntry {
  shape: number[];
  isBigEndian: boolean;
  fortranOrder: boolean;
  /** Where the numbers begin. */
  start: number;
}

/**
 * The array of a `.npy` file, row by row whatever its order in the file, in the byte order of this machine.
 * @param name of the file, for messages
 * Errors: FORMAT for damaged files, arrays of Python objects, texts, structures, and complex numbers.
 */
export function decodeNpy(source: Bytes, name = 'the file'): FileTensor {
  const bytes = bytesOf(source, name, 'read the file first: its bytes are what is decoded');
  return numbersOf(headerOf(bytes, bytes.length, name), bytes, name);
}

/** A `.npy` file, rows first, little-endian. Errors: DTYPE for a type that NumPy has not; SHAPE, OPTION. */
export function encodeNpy(tensor: FileTensor): Uint8Array {
  const { shape, dtype, data } = checkedTensor(tensor, 'the array');
  if (!Object.hasOwn(CODES, dtype)) {
    throw new UnrolledError('DTYPE', `expected a type of NumPy, received ${brief(dtype)}`, 'write the numbers as F32');
  }
  const code = CODES[dtype];
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const descr = `${WIDTHS[dtype] === 1 ? '|' : '<'}${code}`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Numbers begin at a multiple of 64, behind spaces and a line break.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const own = arrayOf(dtype, data);
  const bytes = new Uint8Array(10 + length + own.byteLength);
  bytes.set(MAGIC);
  bytes.set([1, 0, length & 255, length >> 8], 6);
  bytes.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), 10);
  bytes.set(new Uint8Array(own.buffer, own.byteOffset, own.byteLength), 10 + length);
  return bytes;
}

/** A `.npz` file of arrays by name, stored as `numpy.savez` stores them. Errors: those of `encodeNpy`. */
export function encodeNpz(tensors: ReadonlyMap<string, FileTensor>): Uint8Array {
  return encodeZip(new Map([...checkedTensors(tensors)].map(([name, tensor]) => [`${name}.npy`, encodeNpy(tensor)])));
}

/** Opens a `.npy` file, a single array with the name `array`. Errors: FORMAT, IO. */
export async function openNpy(source: ByteSource): Promise<TensorFile> {
  const { name, size } = source;
  const header = headerOf(await readRange(source, 0, Math.min(size, MAX_HEADER + 12)), size, name);
  requireNumbers(header, name);
  return {
    kind: 'npy',
    name,
    keepsOrder: true,
    metadata: {},
    entries: new Map([['array', header]]),
    read: async () => numbersOf(header, await readRange(source, 0, size), name),
  };
}

/** Opens a `.npz` file; of each array the header at first. Errors: FORMAT, IO. */
export async function openNpz(source: ByteSource, zip: ZipArchive): Promise<TensorFile> {
  const { name } = source;
  const entries = new Map<string, NpyHeader>();
  const paths = new Map<string, string>();
  for (const { path, bytes: size } of zip.entries) {
    const key = path.replace(/\.npy$/, '');
    if (key === path) throw damaged(`arrays (.npy) in ${name}`, brief(path), 'name an archive that numpy.savez wrote');
    if (entries.has(key)) throw damaged(`each array once in ${name}`, `"${brief(key)}" twice`);
    const bytes = await zip.head(path, MAX_HEADER + 12);
    entries.set(key, headerOf(bytes, size, `${name}/${brief(path)}`));
    paths.set(key, path);
  }
  return {
    kind: 'npz',
    name,
    keepsOrder: true,
    metadata: {},
    entries,
    async read(key) {
      const path = paths.get(key);
      if (path === undefined) refuse('an array of the file', key, `it has ${[...paths.keys()].slice(0, 9).join(', ')}`);
      return decodeNpy(await zip.read(path), `${name}/${brief(path)}`);
    },
  };
}

/** Errors: FORMAT for what is no array of numbers. */
function requireNumbers({ dtype }: NpyHeader, name: string): void {
  if (isReadable(dtype)) return;
  const isObjects = dtype === 'O';
  throw damaged(
    `an array of numbers in ${name}`,
    isObjects ? 'one of Python objects' : `one of ${brief(dtype, 60)}`,
    isObjects ? 'such files may run code, and are not read: save arrays of numbers' : "save it with .astype('float32')",
  );
}

function numbersOf(header: NpyHeader, bytes: Uint8Array, name: string): FileTensor {
  requireNumbers(header, name);
  const { shape, dtype, isBigEndian, fortranOrder, start } = header;
  const own = bytes.slice(start);
  if (isBigEndian) swapBytes(own, WIDTHS[dtype]);
  const data = arrayOf(dtype, own);
  return { shape, dtype, data: fortranOrder && shape.length > 1 ? rowMajor(data, shape, columnMajor(shape)) : data };
}

/** How far elements are from each other along each axis where the first varies fastest. */
function columnMajor(shape: readonly number[]): number[] {
  let step = 1;
  return shape.map((n) => {
    const own = step;
    step *= n;
    return own;
  });
}

/** @param bytes the beginning, with the whole header  @param size of the file. Errors: FORMAT. */
function headerOf(bytes: Uint8Array, size: number, name: string): NpyHeader {
  if (!MAGIC.every((byte, i) => bytes[i] === byte) || bytes.length < 10) {
    throw damaged(`a NumPy array in ${name}`, 'something else');
  }
  const version = bytes[6];
  if (version < 1 || version > 3) throw damaged(`version 1 to 3 of the format in ${name}`, String(version));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : bytes.length < 12 ? Infinity : view.getUint32(8, true);
  const start = from + length;
  if (start > size || length > MAX_HEADER) {
    throw damaged(`a header of at most ${Math.min(size - from, MAX_HEADER)} bytes in ${name}`, String(length));
  }
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(from, start));
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape'\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1];
  const simple = /'descr'\s*:\s*(?:'([^']*)'|(\[))/.exec(text);
  if (order === undefined || sizes === undefined || simple === null) {
    throw damaged(`descr, fortran_order and shape in the header of ${name}`, brief(text.trim(), 100));
  }
  const shape = sizes.split(',').flatMap((one) => (one.trim() === '' ? [] : [Number(one.trim().replace(/L$/, ''))]));
  const descr = simple[2] === undefined ? simple[1] : 'structures';
  const [, endian = '', code = descr] = /^([<>=|])?(.*)$/.exec(descr) ?? [];
  const dtype = Object.hasOwn(DTYPES, code) ? DTYPES[code] : code;
  const count = shape.reduce((product, n) => product * n, 1);
  if (shape.length > MAX_RANK || !shape.every(Number.isSafeInteger) || !Number.isSafeInteger(count)) {
    throw damaged(`whole sizes as the shape in ${name}`, brief(sizes, 100));
  }
  if (isReadable(dtype) && count * WIDTHS[dtype] !== size - start) {
    throw damaged(`${count} numbers of ${WIDTHS[dtype]} bytes in ${name}`, `${size - start} bytes`);
  }
  return { shape, dtype, isBigEndian: endian === '>', fortranOrder: order === 'True', start };
}

function damaged(
  expected: string,
  received: string,
  help = 'the file is damaged: save it again with numpy',
): UnrolledError {
  return new UnrolledError('FORMAT', `expected ${expected}, received ${received}`, help);
}
