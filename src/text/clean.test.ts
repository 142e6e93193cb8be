import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanText, letterLines } from './clean.js';
import { Corpus } from './corpus.js';
import { Vocabulary } from './vocabulary.js';

const TIME_MACHINE = join(process.env.UNROLLED_DATA ?? '../shared/data', 'timemachine/timemachine.txt');
const present = existsSync(TIME_MACHINE);

describe('cleanText', () => {
  it('makes newlines equal, and nothing else unless asked', () => {
    expect(cleanText('A b\r\nC\rD\n')).toBe('A b\nC\nD\n');
    expect(cleanText('A\r\n', { normalizeNewlines: false })).toBe('A\r\n');
    expect(cleanText('ÄB', { lowercase: true })).toBe('äb');
  });

  it('collapses blanks', () => {
    expect(cleanText(' a\n b\t\n\nc ', { collapseWhitespace: true })).toBe('a b c');
  });

  it('keeps letters and single spaces, line by line, as the book does', () => {
    const text = "It's 1895,\r\n--said  he.\n\nNo!";
    expect(letterLines(text)).toEqual(['it s', 'said he', '', 'no']);
    expect(cleanText(text, { lettersOnly: true })).toBe('it ssaid heno');
    expect(cleanText(text, { lettersOnly: true, lineSeparator: ' ' })).toBe('it s said he no');
  });

  it('keeps the letters of every script, with their marks', () => {
    expect(cleanText('Œuvre №5: हिन्दी, 静夜思。', { lettersOnly: true })).toBe('œuvre हिन्दी 静夜思');
  });
});

// Without the data folder (UNROLLED_DATA) this is reported as skipped.
describe.skipIf(!present)('The Time Machine', () => {
  const text = present ? readFileSync(TIME_MACHINE, 'utf8') : '';

  it('gives the figures of the book', () => {
    const lines = letterLines(text);
    expect(lines).toHaveLength(3221);
    expect(lines[0]).toBe('the time machine by h g wells');
    expect(lines[10]).toBe('twinkled and his usually pale face was flushed and animated the');
    const corpus = Corpus.fromText(text, { lettersOnly: true });
    expect(corpus.tokens).toHaveLength(170_580);
    expect(corpus.vocabulary.size).toBe(28);
    expect(corpus.vocabulary.decode([0, 1, 2])).toEqual(['<unk>', ' ', 'e']);
  });

  it('has the ten most frequent words of the book', () => {
    const corpus = Corpus.fromText(text, { lettersOnly: true, tokens: 'word' });
    const ten = ['<unk>', 'the', 'i', 'and', 'of', 'a', 'to', 'was', 'in', 'that'];
    expect(corpus.vocabulary.decode(Int32Array.from(ten, (_, i) => i))).toEqual(ten);
    const byLine = Vocabulary.fromTokens(letterLines(text).flatMap((line) => line.split(' ').filter(Boolean)));
    expect(corpus.vocabulary.toJSON()).toEqual(byLine.toJSON());
  });
});
