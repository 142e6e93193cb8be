import { expect, it } from 'vitest';
import { NaiveBayes } from './naiveBayes.js';

const words = (text: string): string[] => text.split(' ');

it('follows Bayes’ rule with Laplace’s addition', () => {
  // By hand: two rows of class 0 with the features a, b, one of class 1 with a. V = 2; P(a|0) = 3/5, P(a|1) = 2/3.
  const bayes = new NaiveBayes([['a'], ['a', 'b'], ['a']], [0, 0, 1], 2, { order: 1 });
  // 2/3 · 3/5 = 0.4 against 1/3 · 2/3 = 0.22; b: 2/3 · 2/5 = 0.27 against 1/3 · 1/3.
  expect(bayes.predict(['a'])).toBe(0);
  const other = new NaiveBayes([['a'], ['b'], ['b', 'c']], [0, 1, 1], 2, { order: 1 });
  expect(other.predict(['a'])).toBe(0); // 1/3 · 2/4 = 0.167 against 2/3 · 1/6 = 0.111
  expect(other.predict(['z'])).toBe(1); // only the prior is left
});

it('sees pairs', () => {
  const rows = ['not good', 'good not', 'not good', 'good not'].map(words);
  const bayes = new NaiveBayes(rows, [0, 1, 0, 1], 2);
  expect([words('not good'), words('good not')].map((row) => bayes.predict(row))).toEqual([0, 1]);
});

it('counts a feature once a row, or each time', () => {
  const rows = ['a a a a b', 'b b c', 'b c c'].map(words);
  const once = new NaiveBayes(rows, [0, 1, 1], 2, { order: 1 });
  const often = new NaiveBayes(rows, [0, 1, 1], 2, { order: 1, binary: false });
  expect(once.predict(words('b b b b b a'))).toBe(0);
  expect(often.predict(words('b b b b b a'))).toBe(1);
});

it('refuses no rows and missing classes', () => {
  expect(() => new NaiveBayes([], [], 2)).toThrow(expect.objectContaining({ code: 'EMPTY' }));
  expect(() => new NaiveBayes([['a']], [], 2)).toThrow(/each of 1 rows, received 0/);
});
