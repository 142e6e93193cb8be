import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Fingerprint } from './fingerprint.js';

const ofTexts = (texts: string[]): string => new Fingerprint().texts(texts).part(texts.length).hash;

it('is the same for the same content, and 16 digits', () => {
  expect(ofTexts(['a', 'bc'])).toBe(ofTexts(['a', 'bc']));
  expect(ofTexts([])).toMatch(/^[0-9a-f]{16}$/);
});

it('tells apart what differs in one place, in the order, or in where texts end', () => {
  expect(ofTexts(['ab', 'c'])).not.toBe(ofTexts(['a', 'bc']));
  expect(ofTexts(['a', 'b'])).not.toBe(ofTexts(['b', 'a']));
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), fc.nat(), fc.string(), (texts, at, other) => {
      const i = at % texts.length;
      fc.pre(texts[i] !== other);
      expect(ofTexts(texts)).not.toBe(ofTexts(texts.with(i, other)));
    }),
  );
});

it('reads numbers by value, whatever array they stand in', () => {
  const of = (values: ArrayLike<number>): string => new Fingerprint().numbers(values).part(values.length).hash;
  expect(of([1.5, NaN])).toBe(of(Float64Array.of(1.5, NaN)));
  expect(of([1.5])).not.toBe(of([1.5 + 2 ** -52]));
  expect(of(Int32Array.of(1, 2))).not.toBe(of(Int32Array.of(2, 1)));
});
