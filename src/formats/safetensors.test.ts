import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnrolledError } from '../errors.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';
import type { NumberType as SafetensorsDType } from './tensorData.js';

/** A file by hand: whatever header, whatever data. */
function file(header: unknown, dataBytes: number, headerLength?: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength ?? json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const sample = (): Uint8Array =>
  encodeSafetensors(
    [
      { name: 'flags', shape: [3], dtype: 'U8', data: Uint8Array.of(1, 2, 3) },
      { name: 'weight', shape: [2, 2], dtype: 'F32', data: Float32Array.of(1, -2, 0.5, Infinity) },
      { name: 'step', shape: [], dtype: 'I32', data: Int32Array.of(-7) },
      { name: 'exact', shape: [1], dtype: 'F64', data: Float64Array.of(Math.PI) },
      { name: 'empty', shape: [0, 4], dtype: 'F32', data: new Float32Array(0) },
      { name: 'wide', shape: [2], dtype: 'I64', data: BigInt64Array.of(-1n, 2n ** 62n) },
      { name: '__proto__', shape: [1], dtype: 'U16', data: Uint16Array.of(65535) },
    ],
    { vocabulary: '["a","é","诗"]', 'quote "': '\\' },
  );

describe('encodeSafetensors', () => {
  it('writes the bytes of the specification', () => {
    const bytes = encodeSafetensors([{ name: 'a', shape: [2], dtype: 'U8', data: Uint8Array.of(9, 8) }], { k: 'v' });
    const json = '{"__metadata__":{"k":"v"},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}';
    const length = Math.ceil(json.length / 8) * 8;
    expect([...bytes.subarray(0, 8)]).toEqual([length, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toBe(json.padEnd(length));
    expect([...bytes.subarray(8 + length)]).toEqual([9, 8]);
  });

  it('aligns every tensor to its elements, whatever the order, and gives the same bytes', () => {
    const tensors = [
      { name: 'b', shape: [3], dtype: 'U8' as const, data: Uint8Array.of(1, 2, 3) },
      { name: 'a', shape: [1], dtype: 'F64' as const, data: Float64Array.of(1) },
      { name: 'c', shape: [1], dtype: 'F32' as const, data: Float32Array.of(1) },
    ];
    const bytes = encodeSafetensors(tensors);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(header.a.data_offsets).toEqual([0, 8]);
    expect(header.c.data_offsets).toEqual([8, 12]);
    expect(header.b.data_offsets).toEqual([12, 15]);
    expect(encodeSafetensors([...tensors].reverse())).toEqual(bytes);
  });

  it.each([
    ['a name given twice', [1, 1], 'OPTION'],
    ['a shape that the data do not fill', [2], 'SHAPE'],
  ])('refuses %s', (_, sizes, code) => {
    const tensors = sizes.map((n) => ({ name: 'a', shape: [n], dtype: 'F32' as const, data: Float32Array.of(1) }));
    expect(() => encodeSafetensors(tensors)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses an array of another type, and the name that the format keeps', () => {
    const data = Float32Array.of(1);
    expect(() => encodeSafetensors([{ name: 'a', shape: [1], dtype: 'I32', data }])).toThrow(
      /Int32Array.*Float32Array/,
    );
    expect(() => encodeSafetensors([{ name: '__metadata__', shape: [1], dtype: 'F32', data }])).toThrow(/__metadata__/);
  });
});

describe('decodeSafetensors', () => {
  it('gives back what was written', () => {
    const { tensors, metadata } = decodeSafetensors(sample(), 'm');
    expect(metadata).toEqual({ vocabulary: '["a","é","诗"]', 'quote "': '\\' });
    expect([...tensors.keys()].sort()).toEqual(['__proto__', 'empty', 'exact', 'flags', 'step', 'weight', 'wide']);
    expect(tensors.get('weight')).toEqual({ shape: [2, 2], dtype: 'F32', data: Float32Array.of(1, -2, 0.5, Infinity) });
    expect(tensors.get('step')).toEqual({ shape: [], dtype: 'I32', data: Int32Array.of(-7) });
    expect(tensors.get('exact')?.data[0]).toBe(Math.PI);
    expect(tensors.get('empty')).toEqual({ shape: [0, 4], dtype: 'F32', data: new Float32Array(0) });
    expect(tensors.get('wide')?.data[1]).toBe(2n ** 62n);
    expect(tensors.get('__proto__')?.data[0]).toBe(65535);
  });

  it('reads from any place in a larger buffer, and copies', () => {
    const bytes = sample();
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const { tensors } = decodeSafetensors(shifted.subarray(3), 'm');
    shifted.fill(0);
    expect(tensors.get('exact')?.data[0]).toBe(Math.PI);
  });

  const tensor = (over: object = {}) => ({ dtype: 'F32', shape: [2], data_offsets: [0, 8], ...over });
  const bad: [string, Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['seven bytes', new Uint8Array(7)],
    ['a header length of 0', file('{}', 0, 0)],
    ['a header longer than the file', file('{}', 0, 3)],
    ['a header length of 2^63', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128, 123, 125)],
    ['text that is not JSON', file('{"a":', 0)],
    ['invalid UTF-8', Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 123, 0xff, 0xfe, 125)],
    ['an array as header', file('[1]', 0)],
    ['a pickle', new TextEncoder().encode('\x80\x04\x95 something else entirely')],
    ['a tensor that is a number', file({ a: 5 }, 0)],
    ['an unknown type', file({ a: tensor({ dtype: 'F7' }) }, 8)],
    ['a type from the prototype', file({ a: tensor({ dtype: 'toString' }) }, 8)],
    ['a negative size', file({ a: tensor({ shape: [-2] }) }, 8)],
    ['a size of a fraction', file({ a: tensor({ shape: [0.5, 4] }) }, 8)],
    ['a shape of strings', file({ a: tensor({ shape: ['2'] }) }, 8)],
    ['a huge shape', file({ a: tensor({ shape: [2 ** 40, 2 ** 40] }) }, 8)],
    ['a huge shape that fits its offsets', file({ a: tensor({ shape: [2 ** 40], data_offsets: [0, 2 ** 42] }) }, 8)],
    ['a size that differs from the offsets', file({ a: tensor({ shape: [3] }) }, 8)],
    ['offsets backwards', file({ a: tensor({ data_offsets: [8, 0] }) }, 8)],
    ['one offset', file({ a: tensor({ data_offsets: [8] }) }, 8)],
    ['offsets outside', file({ a: tensor() }, 7)],
    ['data that nothing names', file({ a: tensor() }, 9)],
    ['tensors that overlap', file({ a: tensor(), b: tensor({ data_offsets: [4, 12] }) }, 12)],
    ['the same place twice', file({ a: tensor(), b: tensor() }, 8)],
    ['a gap', file({ a: tensor(), b: tensor({ data_offsets: [12, 20] }) }, 20)],
    ['a name twice', file(`{"a":${JSON.stringify(tensor())},"\\u0061" : ${JSON.stringify(tensor())}}`, 8)],
    ['a field twice', file('{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}', 8)],
    ['metadata that are not text', file({ __metadata__: { a: 1 } }, 0)],
    ['metadata that are an array', file({ __metadata__: [] }, 0)],
    ['brackets without end', file(`{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`, 0)],
  ];
  it.each(bad)('refuses %s with the name of the file', (_, bytes) => {
    expect(() => decodeSafetensors(bytes, 'moby.safetensors')).toThrow(
      expect.objectContaining({ code: 'FORMAT', message: expect.stringContaining('moby.safetensors') }),
    );
  });

  it('reads a file without tensors or metadata, and strings that look like keys', () => {
    expect(decodeSafetensors(file('{}', 0), 'm').tensors.size).toBe(0);
    const tricky = { __metadata__: { a: 'a', b: '"a": {"a": 1, "a": 2}', c: 'a' } };
    expect(decodeSafetensors(file(tricky, 0), 'm').metadata).toEqual(tricky.__metadata__);
  });

  it('opens what can be saved: metadata of nine million characters, a quotation mark or a backslash each', () => {
    const metadata = { plain: 'x'.repeat(9e6), quotes: '"'.repeat(1e6), slashes: '\\'.repeat(1e6) };
    expect(decodeSafetensors(encodeSafetensors([], metadata), 'f').metadata).toEqual(metadata);
  });

  it('refuses to save what no reader opens: a header above 100 MB', () => {
    expect(() => encodeSafetensors([], { a: 'x'.repeat(1e8) })).toThrow(expect.objectContaining({ code: 'RANGE' }));
  });

  it('is short about names and values of a megabyte', () => {
    const long = 'n'.repeat(1e6);
    const files = [
      file(`{"${long}":1,"${long}":2}`, 0),
      file({ [long]: 5 }, 0),
      file({ [long]: { dtype: long, shape: [1], data_offsets: [0, 4] } }, 4),
      file({ [long]: { dtype: 'F32', shape: new Array<number>(1e5).fill(1), data_offsets: [0, 3] } }, 3),
      file({ __metadata__: { [long]: [] } }, 0),
    ];
    for (const bytes of files) {
      expect(() => decodeSafetensors(bytes, 'f')).toThrow(
        expect.objectContaining({ code: 'FORMAT', message: expect.not.stringMatching(/^[^]{400}/) }),
      );
    }
  });

  it('never throws anything else: truncated, flipped and made-up bytes', () => {
    const whole = sample();
    const attempt = (bytes: Uint8Array): void => {
      try {
        decodeSafetensors(bytes, 'm');
      } catch (error) {
        expect(error).toBeInstanceOf(UnrolledError);
      }
    };
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        expect(() => decodeSafetensors(whole.subarray(0, length), 'm')).toThrow(UnrolledError);
      }),
    );
    const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1 });
    fc.assert(
      fc.property(flips, (changes) => {
        const bytes = whole.slice();
        for (const [at, mask] of changes) bytes[at] ^= mask;
        attempt(bytes);
      }),
      { numRuns: 1000 },
    );
    fc.assert(fc.property(fc.uint8Array(), attempt));
    fc.assert(fc.property(fc.json(), fc.nat(32), (json, data) => attempt(file(json, data))));
  });

  it('round-trips any float tensors', () => {
    const tensors = fc.uniqueArray(
      fc.record({ name: fc.string(), data: fc.float32Array(), dtype: fc.constant<SafetensorsDType>('F32') }),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (list, metadata) => {
        const input = list
          .filter(({ name }) => name !== '__metadata__')
          .map((tensor) => ({ ...tensor, shape: [tensor.data.length] }));
        const output = decodeSafetensors(encodeSafetensors(input, metadata), 'm');
        expect(output.tensors.size).toBe(input.length);
        for (const { name, data } of input) expect(output.tensors.get(name)?.data).toEqual(data);
        expect(Object.entries(output.metadata).sort()).toEqual(Object.entries(metadata).sort());
      }),
    );
  });
});
