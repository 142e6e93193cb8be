import { describe, expect, it } from 'vitest';
import { readIdx } from './idx.js';

describe('readIdx', () => {
  const file = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255);

  it('reads sizes and bytes', () => {
    const { shape, data } = readIdx(file, 'digits');
    expect(shape).toEqual([2, 3]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 255]);
  });

  it('refuses what is none, is cut off, or has other numbers', () => {
    for (const bytes of [Uint8Array.of(31, 139, 8, 0, 0), file.subarray(0, 17), file.subarray(0, 9), Uint8Array.of()]) {
      expect(() => readIdx(bytes, 'digits')).toThrow(expect.objectContaining({ code: 'FORMAT' }));
    }
    expect(() =>
      readIdx(
        Uint8Array.from(file, (b, i) => (i === 2 ? 0x0d : b)),
        'digits',
      ),
    ).toThrow(/type 13/);
  });
});
