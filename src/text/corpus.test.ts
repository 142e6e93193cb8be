import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Corpus, encodeBytesWith, encodeWith, splitPoint } from './corpus.js';
import { TOKENIZER_KINDS } from './tokenizer.js';
import { UNKNOWN, Vocabulary } from './vocabulary.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('Corpus', () => {
  it('says what makes one, where new is written', () => {
    const Made = Corpus as unknown as new (text?: string) => Corpus;
    for (const text of ['abc', undefined])
      expect(() => new Made(text)).toThrowError(/expected Corpus\.fromText, received new/);
  });

  it('builds the vocabulary on the training part alone', () => {
    const corpus = Corpus.fromText('aaab aaab aaab zz', { validation: 0.12 });
    expect(corpus.train).toHaveLength(14);
    expect(corpus.vocabulary.decode(corpus.validation)).toEqual([' ', UNKNOWN, UNKNOWN]);
    expect(corpus.vocabulary.has('z')).toBe(false);
    expect(corpus.tokens.buffer).toBe(corpus.validation.buffer);
  });

  it('equals cutting, counting and encoding step by step', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', ' ', '\n', '𠮷', '字', "don't", '.'), { minLength: 40, maxLength: 60 }),
        fc.constantFrom(...TOKENIZER_KINDS),
        fc.constantFrom(0, 0.1, 0.5),
        fc.constantFrom(1, 2),
        (parts, tokens, validation, minCount) => {
          const text = `ab ${parts.join('')} ab. ab a b a b`;
          const corpus = Corpus.fromText(text, { tokens, validation, minCount });
          const list = corpus.tokenizer.tokenize(text);
          const train = list.slice(0, splitPoint(list.length, validation));
          const vocabulary =
            tokens === 'byte'
              ? Vocabulary.ofBytes(bytesOf(text).subarray(0, train.length))
              : Vocabulary.fromTokens(train, { minCount });
          expect(corpus.vocabulary.toJSON()).toEqual(vocabulary.toJSON());
          expect(corpus.tokens).toEqual(vocabulary.encode(list));
          expect(corpus.train).toHaveLength(train.length);
          // Another text, by the same rules.
          expect(encodeWith(text, { tokens }, vocabulary)).toEqual(corpus.tokens);
        },
      ),
    );
  });

  it('takes any bytes as bytes', () => {
    const bytes = Uint8Array.of(0xff, 0, 10, 0xff, 0xd8);
    const corpus = Corpus.fromBytes(bytes, { tokens: 'byte', validation: 0.4 });
    expect([...corpus.tokens]).toEqual([...bytes]);
    expect(corpus.vocabulary.size).toBe(256);
    expect(corpus.train).toHaveLength(3);
    expect([...encodeBytesWith(bytes, 'x', { tokens: 'byte' }, corpus.vocabulary)]).toEqual([...bytes]);
    // Nothing of a text is changed either, not even its newlines.
    expect([...Corpus.fromText('a\r\nb', { tokens: 'byte' }).tokens]).toEqual([97, 13, 10, 98]);
  });

  it('cleans before it cuts, and does not run words together', () => {
    expect(Corpus.fromText('Ab\r\ncD', { lowercase: true }).tokens).toHaveLength(5);
    const words = Corpus.fromText('One, two\nthree', { lettersOnly: true, tokens: 'word' });
    expect(words.vocabulary.decode(words.tokens)).toEqual(['one', 'two', 'three']);
    const bytes = Corpus.fromBytes(bytesOf('A1B'), { lettersOnly: true, tokens: 'byte' });
    expect([...bytes.tokens]).toEqual([97, 32, 98]);
    const flat = Corpus.fromText('a\n\nb', { collapseWhitespace: true });
    expect(flat.tokens).toHaveLength(3);
    expect(encodeWith('b\na', { collapseWhitespace: true }, flat.vocabulary)).toHaveLength(3);
  });

  it.each([
    ['', {}, 'EMPTY'],
    ['\n \n', { tokens: 'whitespace', collapseWhitespace: true }, 'EMPTY'],
    ['123', { lettersOnly: true }, 'EMPTY'],
    ['a', {}, 'TOO_SHORT'],
    ['🌕', {}, 'TOO_SHORT'],
    ['abc', { validation: 0.5 }, 'TOO_SHORT'],
    ['abc', { validation: 1 }, 'RANGE'],
    ['abc', { validation: NaN }, 'RANGE'],
    ['abc', { tokens: 'syllable' as 'char' }, 'OPTION'],
  ] as const)('refuses %j with %j', (text, options, code) => {
    expect(() => Corpus.fromText(text, options)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses bytes that are no UTF-8, with the name', () => {
    expect(() => Corpus.fromBytes(Uint8Array.of(0x61, 0xff), { name: 'notes.txt' })).toThrow(/notes\.txt/);
    expect(() => Corpus.fromBytes(Uint8Array.of(), { tokens: 'byte', name: 'none.bin' })).toThrow(/none\.bin/);
  });

  it('takes a million characters', () => {
    const text = 'The quick brown fox jumps over the lazy dog, 静夜思 🌕\n'.repeat(20_000);
    const corpus = Corpus.fromText(text, { validation: 0.05 });
    expect(corpus.tokens).toHaveLength(51 * 20_000);
    expect(corpus.vocabulary.decode(corpus.tokens.subarray(0, 51)).join('')).toBe(text.slice(0, 52));
  });
});

describe('splitPoint', () => {
  it('cuts whole tokens, the rest for validation', () => {
    expect(splitPoint(1_190_317, 0.05)).toBe(1_130_801);
    expect(splitPoint(10, 0)).toBe(10);
    expect(() => splitPoint(10, -0.1)).toThrow(expect.objectContaining({ code: 'RANGE' }));
  });
});
