import { describe, expect, it } from 'vitest';
import { Philox } from '../tensor/philox.js';
import { findSeason, fitLinearRule, lastValueRule, seasonalRule, solveCholesky } from './seriesBaselines.js';

describe('rules', () => {
  it('repeats the last value, and the last season round and round', () => {
    expect([...lastValueRule(3)([4, 5, 6, 99], 3)]).toEqual([6, 6, 6]);
    expect([...seasonalRule(5, 3)([9, 1, 2, 3, 99], 4)]).toEqual([1, 2, 3, 1, 2]);
  });

  it('finds a linear recurrence, on any level, and does not look ahead', () => {
    // x(t) = x(t−1) + 0.5 (x(t−2) − x(t−3)) + …: three lags less the last carry it.
    const random = new Philox(1);
    const x = [0, 1, 0.5];
    for (let t = 3; t < 300; t++) x.push(x[t - 1] + 0.6 * (x[t - 2] - x[t - 1]) - 0.9 * (x[t - 3] - x[t - 1]) * 0.3);
    x.forEach((v, i) => (x[i] = v + 1e-9 * random.uniform()));
    const rule = fitLinearRule(x.slice(0, 40), { window: 3, horizon: 2, ridge: 1e-9 });
    const moved = x.map((v) => v + 1000);
    const at = 20;
    const predicted = rule(moved, at);
    expect(predicted[0]).toBeCloseTo(moved[at], 3);
    expect(predicted[1]).toBeCloseTo(moved[at + 1], 3);
    expect(rule([...moved.slice(0, at), NaN, NaN], at)).toEqual(predicted);
  });

  it('has the ridge solution: one lag, by hand', () => {
    // Windows (0,1→3) and (1,3→2): differences −1, −2 and targets 2, −1: B = (−2 + 2) / (1 + 4 + λ).
    expect([...fitLinearRule([0, 1, 3, 2], { window: 2, horizon: 1 })([5, 7], 2)]).toEqual([7]);
    // (1,0→2), (0,2→3): differences 1, −2 and targets 2, 1: B = 0 / 6; with (2,3→7): −1 and 4: B = −4 / 7.
    expect(fitLinearRule([1, 0, 2, 3, 7], { window: 2, horizon: 1 })([5, 7], 2)[0]).toBeCloseTo(7 + (2 * 4) / 7, 12);
  });

  it('repeats the last value where the training part is constant up to rounding', () => {
    const values = Array.from({ length: 60 }, (_, i) => 14.62 * (1 + (i % 3) * 2e-16));
    const rule = fitLinearRule(values, { window: 8, horizon: 2, ridge: 1e-32 });
    expect([...rule([...values, 15, 16], 62)]).toEqual([16, 16]);
  });

  it.each([{ window: NaN }, { window: 2.5 }, { horizon: 0 }, { horizon: NaN }, { ridge: -1 }, { ridge: NaN }])(
    'refuses the option %o',
    (wrong) => {
      expect(() => fitLinearRule([1, 2, 4, 3, 5, 1], { window: 2, horizon: 1, ...wrong })).toThrow(
        expect.objectContaining({ code: 'RANGE' }),
      );
    },
  );

  it('refuses what does not fit', () => {
    expect(() => fitLinearRule([1, 2, 3], { window: 3, horizon: 1 })).toThrow(
      expect.objectContaining({ code: 'TOO_SHORT' }),
    );
    expect(() => fitLinearRule([1, 2, 3], { window: 1, horizon: 1 })).toThrow(
      expect.objectContaining({ code: 'RANGE' }),
    );
  });
});

it('solveCholesky solves, and refuses what is not positive definite', () => {
  const B = Float64Array.of(10, 1, 9, 2);
  solveCholesky(Float64Array.of(4, 0, 2, 3), B, 2, 2);
  // [[4, 2], [2, 3]]⁻¹ = [[3, −2], [−2, 4]] / 8
  [12 / 8, -1 / 8, 16 / 8, 6 / 8].forEach((value, i) => expect(B[i]).toBeCloseTo(value, 12));
  // The outer product of (0.1, 0.3, 0.7) with itself: of rank 1, and what rounding leaves of it is no pivot.
  const v = [0.1, 0.3, 0.7];
  const outer = Float64Array.from({ length: 9 }, (_, i) => v[Math.floor(i / 3)] * v[i % 3]);
  expect(() => solveCholesky(outer, new Float64Array(3), 3, 1)).toThrow(/positive definite/);
  expect(() => solveCholesky(Float64Array.of(1, 0, 2, 1), new Float64Array(2), 2, 1)).toThrow(/positive definite/);
});

describe('findSeason', () => {
  const random = new Philox(3);
  const noise = Array.from({ length: 600 }, () => random.uniform() - 0.5);
  it('finds a season under a trend, under a wander, and none in noise', () => {
    expect(findSeason(noise.map((v, i) => v + 3 * Math.sin((2 * Math.PI * i) / 12) + i))).toBe(12);
    let level = 0;
    const wander = noise.map((v, i) => (level += v) + 2 * Math.sin((2 * Math.PI * i) / 24));
    expect(findSeason(wander)).toBe(24);
    expect(findSeason(noise)).toBeNull();
    for (let seed = 0; seed < 20; seed++) {
      const steps = new Philox(100 + seed);
      let price = 100;
      expect(findSeason(Array.from({ length: 400 }, () => (price += steps.uniform() - 0.5)))).toBeNull();
    }
    expect(findSeason(new Array<number>(50).fill(2))).toBeNull();
    expect(findSeason([])).toBeNull();
    // Of a straight line only rounding is left, which comes round.
    for (const slope of [0.1, 0.3, 1 / 7]) {
      expect(findSeason(Array.from({ length: 600 }, (_, i) => 1000 + slope * (i % 1000)))).toBeNull();
      expect(findSeason(Array.from({ length: 600 }, (_, i) => 1000 * (1 + (i % 7) * 2e-16) + i))).toBeNull();
    }
  });
});
