import { expect, it } from 'vitest';
import { readVectors } from './vectors.js';

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });

it('reads words and their numbers, with or without the header of word2vec', () => {
  for (const text of ['the 0.5 -1\nof 2 1e-3\n', '2 2\nthe 0.5 -1 \r\nof 2 1e-3', 'the\t0.5 -1\nof\t2 1e-3\n']) {
    const { size, vectors } = readVectors(text, 'v.txt');
    expect(size).toBe(2);
    expect([...vectors.keys()]).toEqual(['the', 'of']);
    expect([...(vectors.get('the') ?? [])]).toEqual([0.5, -1]);
  }
  expect([...readVectors('a 1\nb 2\n', 'v', (word) => word === 'b').vectors.keys()]).toEqual(['b']);
});

it('takes the last numbers of a line as the vector, whatever the word holds', () => {
  const text = ['. . . 1 2', 'the 3 4', 'at name@domain.com 5 6', '7 8 9 10', '\u00a0 11 12', '- 13 14'].join('\n');
  const { size, vectors } = readVectors(text, 'v.txt');
  expect(size).toBe(2);
  expect([...vectors.keys()]).toEqual(['. . .', 'the', 'at name@domain.com', '7 8', '\u00a0', '-']);
  expect([...(vectors.get('at name@domain.com') ?? [])]).toEqual([5, 6]);
  expect(readVectors('2 3\na b 1 2 3\nc 4 5 6', 'v').vectors.get('a b')).toEqual(Float32Array.of(1, 2, 3));
});

it('names the line that is wrong', () => {
  expect(() => readVectors('a 1 2\nb 1 2 3 x\n', 'v.txt')).toThrow(/2 numbers in line 2/);
  expect(() => readVectors('1 2\na 1 2\nb 1\n', 'v.txt')).toThrow(/2 numbers in line 3 of v.txt, received 1/);
  expect(() => readVectors('a 1 x\n', 'v.txt')).toThrow(/numbers in line 1/);
  expect(() => readVectors('a  1\nb 2 3\n', 'v.txt')).toThrow(code('FORMAT'));
  expect(() => readVectors('\n', 'v.txt')).toThrow(code('EMPTY'));
});

it('refuses an empty word, and a header that promises something else', () => {
  expect(() => readVectors('a 1 2\n 3 4\n', 'v.txt')).toThrow(/line 2 of v.txt, received 2 numbers and no word/);
  expect(() => readVectors('1000000000 2\na 1 2\n', 'v.txt')).toThrow(/the 1000000000 vectors .* received 1/);
  expect(() => readVectors('2 1000000000\na 1 2\n', 'v.txt')).toThrow(/1000000000 numbers in line 2 .*received 2/);
  expect(() => readVectors('1 0\na\n', 'v.txt')).toThrow(code('FORMAT'));
});
