import { assert, property, array, constantFrom } from 'fast-check';
import { expect, it } from 'vitest';
import { characterErrorRate, errorRate, levenshteinDistance, wordErrorRate } from './errorRate.js';

it('counts edits and sequences', () => {
  expect(levenshteinDistance('kitten', 'sitting')).toBe(3);
  expect(levenshteinDistance('ab', 'ba')).toBe(2); // no swaps
  expect(wordErrorRate(['the cat sat', 'a b'], [' the  cat sat down', 'a b'])).toEqual({
    rate: 1 / 5,
    wrong: 0.5,
    edits: 1,
    length: 5,
  });
  expect(characterErrorRate(['😀a'], ['a'])).toEqual({ rate: 0.5, wrong: 1, edits: 1, length: 2 });
  expect(errorRate([['K', 'AE1', 'T']], [[]]).rate).toBe(1);
  expect(errorRate([[], ['a']], [['b', 'c', 'd'], ['a']])).toMatchObject({ rate: 3, wrong: 0.5 });
});

it('finds the fewest edits', () => {
  const naive = (a: string[], b: string[]): number => {
    if (a.length === 0 || b.length === 0) return a.length + b.length;
    const change = naive(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1);
    return Math.min(change, naive(a.slice(1), b) + 1, naive(a, b.slice(1)) + 1);
  };
  const items = array(constantFrom('a', 'b', 'c'), { maxLength: 6 });
  assert(
    property(items, items, (a, b) => levenshteinDistance(a, b) === naive(a, b)),
    { seed: 1 },
  );
});

it('refuses what cannot be measured', () => {
  expect(() => errorRate(['a'], [])).toThrow(/each of 1 references, received 0/);
  expect(() => wordErrorRate(['', ' '], ['a', ''])).toThrow(expect.objectContaining({ code: 'EMPTY' }));
});
