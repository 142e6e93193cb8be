import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnrolledError } from '../errors.js';
import { decodeText, firstInvalidByte } from './decode.js';

function errorOf(bytes: number[]): UnrolledError {
  try {
    decodeText(Uint8Array.from(bytes), 'book.txt');
  } catch (error) {
    if (error instanceof UnrolledError) return error;
    throw error;
  }
  throw new Error('expected an error');
}

describe('decodeText', () => {
  it('reads UTF-8 and drops a byte order mark', () => {
    expect(decodeText(new TextEncoder().encode('\ufeff床前明月光 🌕'), 'x')).toBe('床前明月光 🌕');
    expect(decodeText(new Uint8Array(0), 'x')).toBe('');
  });

  it('names the file, the offset of the first bad byte and the way out', () => {
    const error = errorOf([0x61, 0x62, 0xe9, 0x20, 0xff]);
    expect(error.code).toBe('ENCODING');
    expect(error.message).toContain('book.txt');
    expect(error.message).toContain('offset 3');
    expect(error.help).toContain('iconv');
    expect(error.help).toContain('--tokens byte');
    // Latin-1: the lead byte itself is at fault where no continuation could follow it.
    expect(errorOf([0x61, 0xff, 0x62]).message).toContain('0xFF at offset 1');
    // The mark counts.
    expect(errorOf([0xef, 0xbb, 0xbf, 0x80]).message).toContain('offset 3');
  });

  it('knows UTF-16 and UTF-32, with a mark or without', () => {
    expect(errorOf([0xff, 0xfe, 0x61, 0]).message).toContain('UTF-16LE');
    expect(errorOf([0xfe, 0xff, 0, 0x61]).message).toContain('UTF-16BE');
    expect(errorOf([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]).message).toContain('UTF-32LE');
    expect(errorOf([0, 0, 0xfe, 0xff]).message).toContain('UTF-32BE');
    const little = [...'hello there'].flatMap((c) => [c.charCodeAt(0), 0]);
    expect(errorOf(little).message).toContain('UTF-16LE');
    expect(errorOf(little).help).toContain('iconv -f UTF-16LE');
    expect(errorOf([0, ...little.slice(0, -1)]).message).toContain('UTF-16BE');
  });

  it('leaves a stray zero byte alone', () => {
    expect(decodeText(new TextEncoder().encode('twenty characters, and \0 one zero'), 'x')).toContain('\0');
  });

  it('finds no bad byte exactly where the strict decoder finds none', () => {
    const lead = fc.constantFrom(
      0x61,
      0x80,
      0xbf,
      0xc1,
      0xc3,
      0xe0,
      0xa0,
      0xed,
      0x9f,
      0xef,
      0xf0,
      0x90,
      0xf4,
      0x8f,
      0xf5,
    );
    fc.assert(
      fc.property(fc.array(lead, { maxLength: 8 }), (list) => {
        const bytes = Uint8Array.from(list);
        const decodes = (part: Uint8Array) => {
          try {
            new TextDecoder('utf-8', { fatal: true }).decode(part);
            return true;
          } catch {
            return false;
          }
        };
        const offset = firstInvalidByte(bytes);
        expect(offset < 0).toBe(decodes(bytes));
        // What stands before the bad byte is sound, but for a character that it cuts short.
        if (offset >= 0) {
          const before = bytes.subarray(0, offset);
          expect([0, 1, 2, 3].some((cut) => decodes(before.subarray(0, Math.max(0, offset - cut))))).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
