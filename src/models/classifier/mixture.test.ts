// How much the two parts count: the least loss, none below zero, near the average where there are few rows.
import { describe, expect, it } from 'vitest';
import { Philox } from '../../tensor/philox.js';
import { AVERAGE, fitMixture, mixed, probabilitiesOf } from './mixture.js';

/** Classes of rows, and logits that say as much of them as their strength. */
function drawn(rows: number, classes: number, strengths: readonly [number, number]) {
  const random = new Philox(5);
  const outputs = classes === 2 ? 1 : classes;
  const truth = Int32Array.from({ length: rows }, () => random.integer(classes));
  const logits = strengths.map((strength) =>
    Float64Array.from({ length: rows * outputs }, (_, i) => {
      const k = classes === 2 ? 1 : i % classes;
      const isTrue = truth[Math.floor(i / outputs)] === k;
      return strength * (isTrue ? 1 : -1) + 2 * random.normal();
    }),
  );
  return { truth, network: logits[0], linear: logits[1] };
}

const lossOf = (p: Float64Array, truth: Int32Array, classes: number): number =>
  truth.reduce((sum, k, n) => sum - Math.log(p[n * classes + k]), 0);

describe('the mixture', () => {
  it.each([2, 3])('has the least loss on many rows of %d classes', (classes) => {
    const { truth, network, linear } = drawn(2000, classes, [1, 2]);
    const [a, b] = fitMixture(network, linear, truth, classes);
    const at = (x: number, y: number): number => {
      const pull = 5 * ((x - AVERAGE[0]) ** 2 + (y - AVERAGE[1]) ** 2);
      return pull + lossOf(probabilitiesOf(mixed([x, y], network, linear), classes), truth, classes);
    };
    const least = at(a, b);
    for (const [dx, dy] of [
      [0.01, 0],
      [-0.01, 0],
      [0, 0.01],
      [0, -0.01],
    ])
      expect(at(a + dx, b + dy)).toBeGreaterThan(least);
    expect(b).toBeGreaterThan(a);
  });

  it('stays near the average on a few rows, and is it on none', () => {
    const { truth, network, linear } = drawn(4, 2, [0, 3]);
    const [a, b] = fitMixture(network, linear, truth, 2);
    expect(Math.abs(a - 0.5)).toBeLessThan(0.3);
    expect(Math.abs(b - 0.5)).toBeLessThan(0.4);
    const [none] = [fitMixture([], [], [], 2)];
    expect(none[0]).toBeCloseTo(0.5, 9);
    expect(none[1]).toBeCloseTo(0.5, 9);
  });

  it('leaves out a part that is always wrong', () => {
    const { truth, network, linear } = drawn(1000, 2, [-2, 2]);
    const [a, b] = fitMixture(network, linear, truth, 2);
    expect(a).toBe(0);
    expect(b).toBeGreaterThan(0.5);
  });

  it('weighs rows', () => {
    const truth = [1, 0];
    const weighed = fitMixture([1, 1], [0, 0], truth, 2, [50, 1]);
    expect(weighed[0]).toBeGreaterThan(fitMixture([1, 1], [0, 0], truth, 2, [1, 50])[0] + 0.5);
  });
});
