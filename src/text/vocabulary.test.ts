import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEGIN, END, UNKNOWN, Vocabulary } from './vocabulary.js';

const anyText = fc.string({ unit: 'binary' });

describe('Vocabulary', () => {
  it('orders by falling frequency, then by code point', () => {
    const vocabulary = Vocabulary.fromTokens(['b', '𠮷', 'ｱ', 'c', 'c', 'a', 'ab']);
    expect(vocabulary.decode([0, 1, 2, 3, 4, 5, 6])).toEqual([UNKNOWN, 'c', 'a', 'ab', 'b', 'ｱ', '𠮷']);
    expect([...vocabulary.counts]).toEqual([0, 2, 1, 1, 1, 1, 1]);
  });

  it('puts reserved tokens behind <unk>, seen or not, and counts them', () => {
    const vocabulary = Vocabulary.fromTokens(['x', END, UNKNOWN, 'x'], { reserved: ['<pad>', BEGIN, END] });
    expect(vocabulary.decode([0, 1, 2, 3, 4])).toEqual([UNKNOWN, '<pad>', BEGIN, END, 'x']);
    expect([...vocabulary.counts]).toEqual([1, 0, 0, 1, 2]);
    expect(vocabulary.reserved).toBe(4);
  });

  it('leaves out rare tokens by count and by size, and counts them as unknown', () => {
    const tokens = [...'aaaabbbccd'];
    const byCount = Vocabulary.fromTokens(tokens, { minCount: 3 });
    expect(byCount.decode([1, 2])).toEqual(['a', 'b']);
    expect(byCount.size).toBe(3);
    expect(byCount.counts[0]).toBe(3);
    const bySize = Vocabulary.fromTokens(tokens, { maxSize: 2 });
    expect(bySize.size).toBe(2);
    expect([...bySize.counts]).toEqual([6, 4]);
    expect(Vocabulary.fromTokens(tokens, { maxSize: 1 }).size).toBe(1);
    expect(() => Vocabulary.fromTokens(tokens, { maxSize: 0 })).toThrow(expect.objectContaining({ code: 'RANGE' }));
    expect(() => Vocabulary.fromTokens(tokens, { minCount: -1 })).toThrow(expect.objectContaining({ code: 'RANGE' }));
    expect(() => Vocabulary.fromTokens(tokens, { reserved: ['x', 'x'] })).toThrow(
      expect.objectContaining({ code: 'OPTION' }),
    );
  });

  it('is the same whatever the order of the text', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'ｱ', '𠮷', 'ab', '')), (list) => {
        const tokens = list.filter((token) => token !== '');
        const there = Vocabulary.fromTokens(tokens).toJSON();
        expect(Vocabulary.fromTokens(tokens.toReversed()).toJSON()).toEqual(there);
      }),
    );
  });

  it('answers for unknown tokens and refuses unknown indices', () => {
    const vocabulary = Vocabulary.fromTokens(['a']);
    expect(vocabulary.index('zebra')).toBe(0);
    expect(vocabulary.index('__proto__')).toBe(0);
    expect(vocabulary.has('zebra')).toBe(false);
    for (const index of [-1, 2, 0.5, NaN]) {
      expect(() => vocabulary.token(index)).toThrow(expect.objectContaining({ code: 'RANGE' }));
    }
  });

  it('encodes characters as it encodes their list', () => {
    const vocabulary = Vocabulary.fromTokens([...'hello 𠮷', 'two letters', '𠮷a']);
    fc.assert(
      fc.property(anyText, (text) => {
        expect(vocabulary.encodeCharacters(text)).toEqual(vocabulary.encode(Array.from(text)));
      }),
    );
    expect([...vocabulary.encodeCharacters('𠮷l?🌕')].map((i) => vocabulary.token(i))).toEqual([
      '𠮷',
      'l',
      UNKNOWN,
      UNKNOWN,
    ]);
  });

  it('has the bytes at their own values, and none unknown', () => {
    const vocabulary = Vocabulary.ofBytes([10, 10, 255]);
    expect(vocabulary.size).toBe(256);
    expect(vocabulary.index('<0x0A>')).toBe(10);
    expect(vocabulary.index('a')).toBe(97);
    expect(vocabulary.counts[10]).toBe(2);
    expect(vocabulary.unknownIndex).toBe(-1);
    expect(() => vocabulary.index('é')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('survives a file', () => {
    const vocabularies = [
      Vocabulary.fromTokens([...'abracadabra\ud800'], { reserved: ['<pad>'] }),
      Vocabulary.ofBytes([1]),
    ];
    for (const vocabulary of vocabularies) {
      const back = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)));
      expect(back.toJSON()).toEqual(vocabulary.toJSON());
      expect(back.unknownIndex).toBe(vocabulary.unknownIndex);
    }
  });

  it('refuses a damaged file', () => {
    const good = Vocabulary.fromTokens(['a', 'b']).toJSON();
    const damaged: unknown[] = [
      null,
      7,
      [],
      {},
      { ...good, tokens: 'abc' },
      { ...good, tokens: ['<unk>', 'a', 'a'] },
      { ...good, tokens: ['<unk>', 'a', ''] },
      { ...good, tokens: ['<unk>', 'a', 3] },
      { ...good, tokens: ['x', 'a', 'b'] },
      { ...good, counts: [1, 2] },
      { ...good, counts: [1, 2, -1] },
      { ...good, counts: [1, 2, '3'] },
      { ...good, counts: { length: 3 } },
      { ...good, reserved: 9 },
      { ...good, reserved: '1' },
      { tokens: [], counts: [], reserved: 0 },
    ];
    for (const data of damaged) {
      expect(() => Vocabulary.fromJSON(data), JSON.stringify(data)).toThrow(
        expect.objectContaining({ code: 'FORMAT' }),
      );
    }
  });
});
