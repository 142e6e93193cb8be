import { expect, it } from 'vitest';
import { exponent, slope, slopeThroughOrigin } from './fit.js';

it('finds the power of a law, whatever its factor', () => {
  const x = [16, 32, 64, 128, 256];
  expect(
    exponent(
      x,
      x.map((v) => 0.003 * v),
    ),
  ).toBeCloseTo(1, 12);
  expect(
    exponent(
      x,
      x.map((v) => 7 * v ** 2),
    ),
  ).toBeCloseTo(2, 12);
  // A fixed cost makes small sizes dearer than their share.
  expect(
    exponent(
      x,
      x.map((v) => 10 + v),
    ),
  ).toBeLessThan(0.95);
});

it('fits lines by least squares', () => {
  expect(slopeThroughOrigin([1, 2, 3], [2, 4, 6])).toBe(2);
  expect(slopeThroughOrigin([1, 2], [1, 3])).toBeCloseTo(7 / 5, 12);
  expect(slope([0, 1, 2], [5, 7, 9])).toBe(2);
  expect(slope([1, 2, 3, 4], [80, 80, 80, 80])).toBe(0);
  expect(slope([0, 1, 2], [0, 0, 3])).toBe(1.5);
});
