import { expect, it } from 'vitest';
import { classMetrics } from './classMetrics.js';

it('measures from the definitions', () => {
  // By hand: each class has 3, 2, 3 rows, is said 3, 2, 3 times, and right 2, 1, 2 times.
  const metrics = classMetrics([0, 1, 2, 2, 1, 0, 0, 2], [0, 2, 2, 2, 1, 0, 1, 0], 3);
  expect(metrics.accuracy).toBeCloseTo(0.625, 12);
  expect(metrics.macroF1).toBeCloseTo((2 / 3 + 1 / 2 + 2 / 3) / 3, 12);
  expect(metrics.confusion).toEqual([
    [2, 1, 0],
    [0, 1, 1],
    [1, 0, 2],
  ]);
});

it('does not count a class that is neither there nor predicted', () => {
  expect(classMetrics([0, 0, 1], [0, 0, 1], 3).macroF1).toBe(1);
});

it('refuses what cannot be measured', () => {
  expect(() => classMetrics([0], [], 1)).toThrow(/each of 1 rows, received 0/);
  expect(() => classMetrics([], [], 1)).toThrow(expect.objectContaining({ code: 'EMPTY' }));
  expect(() => classMetrics([0], [1], 1)).toThrow(/from 0 to 0/);
});
