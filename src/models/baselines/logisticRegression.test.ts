import { expect, it } from 'vitest';
import { Philox } from '../../tensor/philox.js';
import { LogisticRegression } from './logisticRegression.js';

const words = (text: string): string[] => text.split(' ');

it('minimizes what it says it does', () => {
  // One feature, so that a row is x = (1, 1) with its bias, or without a known feature (0, 1): w and b by a search over the loss.
  const rows = [...Array.from({ length: 6 }, () => ['a']), ...Array.from({ length: 4 }, () => [] as string[])];
  const classes = [1, 1, 1, 1, 0, 1, 0, 0, 1, 0];
  const C = 2;
  const loss = (w: number, b: number): number =>
    0.5 * (w * w + b * b) +
    C *
      rows.reduce(
        (sum, row, i) => sum + Math.log1p(Math.exp((classes[i] === 1 ? -1 : 1) * ((row.length > 0 ? w : 0) + b))),
        0,
      );
  const steps = Array.from({ length: 401 }, (_, i) => (i - 200) / 100);
  const [w, b] = steps
    .flatMap((one) => steps.map((other) => [one, other] as const))
    .reduce((best, point) => (loss(...point) < loss(...best) ? point : best));
  const model = new LogisticRegression(rows, classes, 2, { order: 1, C });
  expect(model.probabilities(['a'])[1]).toBeCloseTo(1 / (1 + Math.exp(-(w + b))), 2);
  expect(model.probabilities([])[1]).toBeCloseTo(1 / (1 + Math.exp(-b)), 2);
});

it('sees pairs, and weighs rare words more', () => {
  const rows = ['not good film', 'good not film', 'film not good', 'film good not'].map(words);
  const model = new LogisticRegression(rows, [0, 1, 0, 1], 2);
  expect([words('not good'), words('good not')].map((row) => model.predict(row))).toEqual([0, 1]);
  const [p, q] = model.probabilities(words('film not good'));
  expect(p + q).toBeCloseTo(1, 12);
});

it('tells more than two classes apart, by words that mostly belong to one', () => {
  const random = new Philox(3);
  const draw = (k: number): string[] =>
    Array.from({ length: 8 }, () =>
      random.uniform() < 0.4 ? `own${k}-${random.integer(5)}` : `any${random.integer(20)}`,
    );
  const classes = Array.from({ length: 300 }, (_, i) => i % 3);
  const model = new LogisticRegression(classes.map(draw), classes, 3);
  const right = classes.filter((k) => model.predict(draw(k)) === k).length;
  expect(right).toBeGreaterThan(280);
  const probabilities = model.probabilities(draw(2));
  expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
});

it('refuses no rows, missing classes and a C of nothing', () => {
  expect(() => new LogisticRegression([], [], 2)).toThrow(expect.objectContaining({ code: 'EMPTY' }));
  expect(() => new LogisticRegression([['a']], [], 2)).toThrow(/each of 1 rows, received 0/);
  expect(() => new LogisticRegression([['a']], [0], 2, { C: 0 })).toThrow(expect.objectContaining({ code: 'RANGE' }));
});
