import { describe, expect, it } from 'vitest';
import { fileKind, notAModel } from './fileKinds.js';
import { encodeSafetensors } from './safetensors.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const MODEL = encodeSafetensors([{ name: 'w', dtype: 'F32', shape: [1], data: Float32Array.of(1) }]);

describe('what a file is', () => {
  it.each([
    ['a PNG picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10)],
    ['a PDF document', bytes('%PDF-1.7 …')],
    ['a zip archive', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0)],
    ['gzip data', Uint8Array.of(0x1f, 0x8b, 8, 0)],
    ['text', bytes('Nr;Größe\r\n1;2\r\n')],
    ['text', bytes('\uFEFFname,label\n')],
    ['text', bytes('{"a": 1}')],
    ['an HTML page', bytes('\n<!DOCTYPE html><html><body>Not here</body></html>')],
    ['an empty file', new Uint8Array(0)],
  ])('is said in place of a model: %s', (what, file) => {
    expect(notAModel(file)).toBe(what);
  });

  it('is nothing to say of a model, whole or cut short', () => {
    expect([notAModel(MODEL), notAModel(MODEL.subarray(0, 12)), notAModel(Uint8Array.of(0, 0, 0))]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('is a model in place of text, but no text is one', () => {
    expect(fileKind(MODEL)?.what).toBe('a model (safetensors)');
    for (const text of ['', 'a,b', '12345678{', `\n\n\n\n\n\n\n\n{${'x'.repeat(100)}`]) {
      expect(fileKind(bytes(text))).toBeNull();
    }
  });
});
