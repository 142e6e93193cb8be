import { expect, it } from 'vitest';
import { stratifiedSplit } from './split.js';

it('draws from each class its share, the same for the same seed', () => {
  const classes = Array.from({ length: 1000 }, (_, i) => (i < 900 ? 0 : i < 999 ? 1 : 2));
  const { rest, drawn } = stratifiedSplit(classes, 0.1, 3);
  const count = (rows: Int32Array, k: number): number => rows.filter((row) => classes[row] === k).length;
  expect([0, 1, 2].map((k) => count(drawn, k))).toEqual([90, 10, 0]); // a class of one row is trained
  expect([...rest, ...drawn].sort((a, b) => a - b)).toEqual(classes.map((_, i) => i));
  expect(stratifiedSplit(classes, 0.1, 3).drawn).toEqual(drawn);
  expect(stratifiedSplit(classes, 0.1, 4).drawn).not.toEqual(drawn);
  expect([...drawn]).toEqual([...drawn].sort((a, b) => a - b));
});

it('leaves at least one row of each class', () => {
  expect(stratifiedSplit([0, 0, 1, 1], 0.9).rest).toHaveLength(2);
  expect(stratifiedSplit([0, 0, 1, 1], 0).drawn).toHaveLength(0);
  expect(() => stratifiedSplit([0], 1)).toThrow(expect.objectContaining({ code: 'RANGE' }));
});
