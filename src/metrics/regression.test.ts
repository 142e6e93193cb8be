import { expect, it } from 'vitest';
import { regressionMetrics } from './regression.js';

it('measures from the definitions', () => {
  // Errors 1, −1, 2, 0 from the true 1, 2, 4, 5, whose mean is 3 and whose squares from it sum to 10.
  const metrics = regressionMetrics([1, 2, 4, 5], [2, 1, 6, 5]);
  expect(metrics).toEqual({ mse: 1.5, mae: 1, rmse: Math.sqrt(1.5), mape: 0.5, r2: expect.closeTo(0.4, 12) });
});

it('says null where a figure is not defined', () => {
  expect(regressionMetrics([0, 1], [0, 1])).toMatchObject({ mape: null, r2: 1 });
  expect(regressionMetrics([0.1, 0.1, 0.1], [0, 0, 0])).toMatchObject({ mape: 1, r2: null });
  expect(regressionMetrics([0.3, 0.1 + 0.2], [0.3, 0.4])).toMatchObject({ r2: null });
});

it('refuses what cannot be measured', () => {
  expect(() => regressionMetrics([1], [1, 2])).toThrow(/each of 1 values, received 2/);
  expect(() => regressionMetrics([], [])).toThrow(expect.objectContaining({ code: 'EMPTY' }));
  expect(() => regressionMetrics([1, 2], [1, NaN])).toThrow(/NaN at index 1/);
});
