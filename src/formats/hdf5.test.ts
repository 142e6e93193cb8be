// The judge is the HDF5 library: what it writes is read here.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { File, FS, ready } from 'h5wasm';
import { UnrolledError } from '../errors.js';
import { openHdf5Bytes } from './hdf5.js';

beforeAll(async () => {
  await ready;
});

/** A file by the library. */
function written(write: (file: File) => void): Uint8Array {
  const path = `/${randomUUID()}`;
  const file = new File(path, 'w', { libver: ['earliest', 'latest'] });
  write(file);
  file.close();
  if (FS === null) throw new Error('no file system');
  const bytes = FS.readFile(path);
  FS.unlink(path);
  return bytes;
}

const values = Float32Array.from({ length: 7 * 10 }, (_, i) => Math.sin(i));

describe('datasets', () => {
  it.each([
    ['in one piece', {}],
    ['in chunks', { chunks: [3, 4] }],
    ['in chunks packed by deflate', { chunks: [3, 4], compression: 6 }],
    ['in more chunks than a node of the tree has', { chunks: [1, 1], compression: 1 }],
  ])('%s', (_, how) => {
    const bytes = written((file) => {
      file.create_group('a').create_dataset({ name: 'w', data: values, shape: [7, 10], ...how });
    });
    const file = openHdf5Bytes(bytes, 'x.h5');
    expect([...file.entries]).toEqual([['a/w', { shape: [7, 10], dtype: 'F32' }]]);
    expect(file.read('a/w').data).toEqual(values);
    expect(file.groups).toEqual(['a']);
  });

  it.each([
    ['<d', 'F64', Float64Array.of(1.5, -2)],
    ['<h', 'I16', Int16Array.of(-3, 4)],
    ['<B', 'U8', Uint8Array.of(200, 4)],
    ['<q', 'I64', BigInt64Array.of(-3n, 4n)],
  ])('of type %s', (type, dtype, data) => {
    const bytes = written((file) => {
      file.create_dataset({ name: 'w', data, shape: [2], dtype: type });
    });
    const own = openHdf5Bytes(bytes, 'x.h5').read('w');
    expect(own.dtype).toBe(dtype);
    expect(own.data).toEqual(data);
  });

  it('of texts are named, and not read', () => {
    const bytes = written((file) => file.create_dataset({ name: 'w', data: ['a', 'b'] }));
    const file = openHdf5Bytes(bytes, 'x.h5');
    expect(() => file.read('w')).toThrow(UnrolledError);
    expect(() => file.read('v')).toThrow(/a dataset of the file/);
  });

  it('of which a chunk is damaged are refused', () => {
    const bytes = written((file) => {
      file.create_dataset({ name: 'w', data: values, shape: [7, 10], chunks: [7, 10], compression: 9 });
    });
    const at = bytes.findIndex((byte, i) => byte === 0x78 && bytes[i + 1] === 0xda);
    expect(at).toBeGreaterThan(0);
    bytes.fill(255, at + 2, at + 40);
    expect(() => openHdf5Bytes(bytes, 'x.h5').read('w')).toThrow(/x\.h5/);
  });
});

it('texts of groups, of any length and of fixed', () => {
  const names = Array.from({ length: 40 }, (_, i) => `层 ${i}`);
  const bytes = written((file) => {
    file.create_attribute('names', names);
    file.create_attribute('fixed', ['ab', 'c'], null, 'S5');
    file.create_group('g').create_attribute('number', 5);
  });
  const file = openHdf5Bytes(bytes, 'x.h5');
  expect(file.texts('', 'names')).toEqual(names);
  expect(file.texts('', 'fixed')).toEqual(['ab', 'c']);
  expect(file.texts('g', 'number')).toBeNull();
  expect(file.texts('g', 'names')).toBeNull();
});

/** Where this text begins in the bytes. */
function placeOf(bytes: Uint8Array, text: string): number {
  return bytes.findIndex((_, i) => [...text].every((letter, k) => bytes[i + k] === letter.charCodeAt(0)));
}

it('a piece of text of no size is refused', () => {
  const bytes = written((file) => file.create_attribute('names', ['first', 'second']));
  const at = placeOf(bytes, 'GCOL') + 16;
  bytes.fill(0, at, at + 16);
  expect(() => openHdf5Bytes(bytes, 'x.h5').texts('', 'names')).toThrow(/texts of attributes in the HDF5 file x\.h5/);
});

it('one text that is named a thousand times is refused', () => {
  const long = 'a'.repeat(1000);
  const bytes = written((file) => {
    file.create_attribute('names', [long, ...Array.from({ length: 999 }, () => 'b')]);
  });
  expect(openHdf5Bytes(bytes, 'x.h5').texts('', 'names')?.length).toBe(1000);
  // A reference: the length, the address of the collection, which text of it.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const collection = BigInt(placeOf(bytes, 'GCOL'));
  const first = bytes.findIndex(
    (_, at) =>
      at + 16 <= bytes.length && view.getUint32(at, true) === 1000 && view.getBigUint64(at + 4, true) === collection,
  );
  expect(first).toBeGreaterThan(0);
  for (let i = 1; i < 1000; i++) bytes.copyWithin(first + 16 * i, first, first + 16);
  expect(() => openHdf5Bytes(bytes, 'x.h5').texts('', 'names')).toThrow(
    /texts of \d+ bytes in the HDF5 file x\.h5, received more/,
  );
});
