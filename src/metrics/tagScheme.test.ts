import { describe, expect, it } from 'vitest';
import { chunkMetrics, chunksOf } from './chunks.js';
import { tagSchemeOf } from './tagScheme.js';
import { tagScores } from './tagScores.js';

describe('tagSchemeOf', () => {
  it.each([
    [['O', 'B-PER', 'I-PER'], 'BIO'],
    [['I-PER', 'O'], 'BIO'],
    [['O', 'B-PER', 'I-PER', 'E-PER', 'S-PER'], 'BIOES'],
    [['S-PER', 'O'], 'BIOES'],
    [['I-NP', 'E-NP', 'O'], 'BIOES'],
    [['O', 'B-PER', 'I-PER', 'L-PER', 'U-LOC'], 'BILOU'],
    [['O', 'U-LOC'], 'BILOU'],
    [['B-NAME', 'M-NAME', 'E-NAME', 'O', 'S-NAME'], 'BMES'],
    [['B-NAME', 'M-NAME', 'E-NAME', 'O', 'W-NAME'], 'BMES'],
    [['B', 'M', 'E', 'S'], 'BMES'],
    [['B', 'I'], 'BIO'],
    [['B-aspect-term', 'I-aspect-term', 'O'], 'BIO'],
  ])('%o: %s', (tags, scheme) => expect(tagSchemeOf(tags)).toBe(scheme));

  it.each([
    [[]],
    [['O']],
    [['NOUN', 'VERB', 'O']],
    [['B-PER', 'I-PER', 'O', 'NOUN']],
    [['N', 'V', 'B']],
    [['E', 'S', 'O']],
    [['B-PER', 'L-PER', 'E-PER', 'O']],
    [['B-', 'O']],
    [['X-PER', 'O']],
    [['B-PER', 'B']],
    [['b-per', 'i-per']],
  ])('%o: none', (tags) => expect(tagSchemeOf(tags)).toBeNull());
});

describe('chunks', () => {
  // The same chunks: PER of two, LOC of one, PER of three that touches PER of one.
  const SAME = {
    IOB1: 'I-PER I-PER O I-LOC I-PER I-PER I-PER B-PER',
    IOB2: 'B-PER I-PER O B-LOC B-PER I-PER I-PER B-PER',
    BIOES: 'B-PER E-PER O S-LOC B-PER I-PER E-PER S-PER',
    BILOU: 'B-PER L-PER O U-LOC B-PER I-PER L-PER U-PER',
    BMES: 'B-PER E-PER O S-LOC B-PER M-PER E-PER S-PER',
    BMEWO: 'B-PER E-PER O W-LOC B-PER M-PER E-PER W-PER',
  };
  it.each(Object.entries(SAME))('are the same in %s', (_, text) => {
    expect(chunksOf(text.split(' '))).toEqual([
      { type: 'PER', start: 0, end: 2 },
      { type: 'LOC', start: 3, end: 4 },
      { type: 'PER', start: 4, end: 7 },
      { type: 'PER', start: 7, end: 8 },
    ]);
  });

  it.each(Object.entries(SAME))('have an F1 in %s', (_, text) => {
    const truth = text.split(' ');
    const predicted = truth.with(3, 'O');
    const { f1 } = tagScores([truth], [predicted]);
    expect(f1).toBeCloseTo((2 * 3) / (4 + 3), 12);
    expect(f1).toBe(chunkMetrics([truth], [predicted]).f1);
  });

  it('know the scheme from all tags, not from the few of one sentence', () => {
    expect(tagScores([['O', 'O']], [['O', 'U-X']], ['O', 'U-X', 'L-X']).f1).toBe(0);
    expect(tagScores([['O', 'O']], [['O', 'O']]).f1).toBeUndefined();
  });
});
