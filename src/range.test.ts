import { expect, it } from 'vitest';
import { describeRange, type Range, requireNumber } from './range.js';

it.each<[Range, number[], number[]]>([
  [{}, [0, -5, 1e300], [NaN, Infinity, -Infinity]],
  [{ min: 0 }, [0, 3], [-1e-9, NaN, Infinity]],
  [{ above: 0, max: 1 }, [1e-9, 1], [0, 1.1]],
  [{ min: 0, below: 1 }, [0, 0.999], [1, -0.1]],
  [{ min: 1, whole: true }, [1, 7], [0, 1.5, 2 ** 53]],
])('%o', (range, good, wrong) => {
  for (const value of good) expect(() => requireNumber('x', value, range, 'help')).not.toThrow();
  for (const value of wrong) {
    expect(() => requireNumber('x', value, range, 'help')).toThrow(
      expect.objectContaining({
        code: 'RANGE',
        help: 'help',
        message: expect.stringMatching(/^expected x .*, received /),
      }),
    );
  }
});

it('speaks of whole numbers where that is what is wrong', () => {
  const whole = (value: number) => () => requireNumber('a size', value, { min: 1, whole: true }, 'help');
  expect(whole(0)).toThrow('expected a size of 1 or more, received 0');
  expect(whole(1.5)).toThrow('expected a size as a whole number of 1 or more, received 1.5');
  expect(whole(NaN)).toThrow('expected a size as a whole number of 1 or more, received NaN');
});

it('refuses what is no number, as untyped callers give it', () => {
  for (const value of ['0.5', undefined, null]) {
    expect(() => requireNumber('a rate', value as unknown as number, { min: 0 }, 'give one')).toThrow(
      `expected a rate of 0 or more, received ${value === '0.5' ? '"0.5"' : String(value)}`,
    );
  }
});

it.each<[Range, string]>([
  [{}, 'as a finite number'],
  [{ whole: true }, 'as a whole number'],
  [{ min: 0, max: 1 }, 'from 0 to 1'],
  [{ above: 0 }, 'above 0'],
  [{ min: 0, below: 1 }, 'of 0 or more and below 1'],
  [{ min: 1, whole: true }, 'as a whole number of 1 or more'],
])('%o reads "%s"', (range, text) => expect(describeRange(range)).toBe(text));
