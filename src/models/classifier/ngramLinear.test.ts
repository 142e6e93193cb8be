// The linear part is the baseline's logistic regression where features count alike, and its answers come from single tokens.
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../backend/choose.js';
import { Philox } from '../../tensor/philox.js';
import { LogisticRegression } from '../baselines/logisticRegression.js';
import { againstOthers, probabilitiesOf } from './mixture.js';
import { NgramLinear, slotsFor } from './ngramLinear.js';

beforeAll(() => useBackend('reference'));

const random = new Philox(3);
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'.split('');
/** Rows of different tokens, so that a count is 1, and their classes: which of some tokens stand there. */
const ROWS = Array.from({ length: 120 }, () => {
  const letters = LETTERS.slice();
  random.shuffle(letters);
  return letters.slice(0, 3 + random.integer(6));
});
const classesOf = (count: number): Int32Array =>
  Int32Array.from(ROWS, (row) => (row.includes('a') ? 1 : row.includes('b') && count > 2 ? 2 : 0));

const costs = new Float64Array(ROWS.length).fill(10);
const FIT = { costs, seed: 0, bayes: 0, until: Infinity };

describe('NgramLinear', () => {
  it.each([2, 3])('gives what the baseline gives, of %d classes', (count) => {
    const classes = classesOf(count);
    const baseline = new LogisticRegression(ROWS, classes, count, { order: 2, C: 10 });
    const outputs = count === 2 ? 1 : count;
    const linear = new NgramLinear({ order: 2, marked: false, affixes: false, size: 1 << 16 }, outputs);
    linear.fit(ROWS, classes, FIT);
    const probabilities = probabilitiesOf(againstOthers(linear.logits(ROWS), count), count);
    ROWS.forEach((row, n) => {
      baseline.probabilities(row).forEach((p, k) => expect(probabilities[n * count + k]).toBeCloseTo(p, 1));
    });
  });

  it('scales features by what each says of the class alone', () => {
    const classes = classesOf(2);
    const [plain, scaled] = [0, 1].map((bayes) => {
      const linear = new NgramLinear({ order: 1, marked: false, affixes: false, size: 1 << 12 }, 1);
      linear.fit(ROWS, classes, { ...FIT, costs: costs.map(() => 1), bayes });
      return linear.logits([['a'], ['q']]);
    });
    // One token decides: it is believed sooner.
    expect(scaled[0] - scaled[1]).toBeGreaterThan(1.5 * (plain[0] - plain[1]));
  });

  it.each([false, true])('is the sum of what tokens add, marked %s', (marked) => {
    const linear = new NgramLinear({ order: 3, marked, affixes: true, size: 1 << 16 }, 3);
    linear.fit(ROWS, classesOf(3), { ...FIT, bayes: 0.5 });
    const row = ['a', 'b', 'a', 'b', 'never', 'nevermore'];
    const bias = linear.logits([['never', 'seen']]);
    for (const k of [0, 1, 2]) {
      const sum = linear.contributions(row, k).reduce((a, b) => a + b, 0);
      const marks = marked ? linear.contributions(['never', 'seen'], k).reduce((a, b) => a + b, 0) : 0;
      expect(sum).toBeCloseTo(linear.logits([row])[k] - (bias[k] - marks), 5);
    }
  });

  it('knows a word that it never saw by its stem', () => {
    const linear = new NgramLinear({ order: 2, marked: false, affixes: true, size: 1 << 12 }, 1);
    linear.fit([['wonderful'], ['dreadful'], ['wonders'], ['dreads']], [1, 0, 1, 0], {
      ...FIT,
      costs: [10, 10, 10, 10],
    });
    const [good, bad] = linear.logits([['wonderfully'], ['dreading']]);
    expect(good).toBeGreaterThan(0.5);
    expect(bad).toBeLessThan(-0.5);
  });

  it('has slots for its features, within its limits', () => {
    const many = Array.from({ length: 3000 }, (_, i) => [`w${i}`, `v${i}`]);
    const ngrams = { order: 2, marked: false, affixes: false };
    expect(slotsFor([], ngrams, 1)).toBe(1024);
    // 9,000 features.
    expect(slotsFor(many, ngrams, 1)).toBe(32_768);
    expect(slotsFor(many, ngrams, 500)).toBe(8192);
  });
});
