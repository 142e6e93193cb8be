import { expect, it } from 'vitest';
import { readVectors } from './vectors.js';

it('reads words and their numbers, with or without the header of word2vec', () => {
  for (const text of ['the 0.5 -1\nof 2 1e-3\n', '2 2\nthe 0.5 -1\r\nof 2 1e-3']) {
    const { size, vectors } = readVectors(text, 'v.txt');
    expect(size).toBe(2);
    expect([...vectors.keys()]).toEqual(['the', 'of']);
    expect([...(vectors.get('the') ?? [])]).toEqual([0.5, -1]);
  }
  expect([...readVectors('a 1\nb 2\n', 'v', (word) => word === 'b').vectors.keys()]).toEqual(['b']);
});

it('names the line that is wrong', () => {
  expect(() => readVectors('a 1 2\nb 1\n', 'v.txt')).toThrow(/2 numbers in line 2 of v.txt, received 1/);
  expect(() => readVectors('a 1 x\n', 'v.txt')).toThrow(/numbers in line 1/);
  expect(() => readVectors('\n', 'v.txt')).toThrow(expect.objectContaining({ code: 'EMPTY' }));
});
