// The linear part is what ridge regression gives, prefers what forecasts better, and looks at nothing after the validation part.
import { describe, expect, it } from 'vitest';
import { fitLinearRule } from '../../data/seriesBaselines.js';
import { Philox } from '../../tensor/philox.js';
import { chooseShare, type Judged } from './chooseShare.js';
import { fitLinearPart, type LinearPart } from './linearPart.js';

const random = new Philox(7);
const SIZES = { window: 8, horizon: 2, inputWindow: 0, season: null as number | null, train: 300, validation: 400 };

/** What a part makes of the window before `at`. */
function forecast(
  { weight }: LinearPart,
  channels: readonly number[][],
  at: number,
  { window, horizon, inputWindow } = SIZES,
) {
  const [target, ...others] = channels;
  const past = [
    ...target.slice(at - window, at),
    ...others.flatMap((other) => (inputWindow === 0 ? [] : other.slice(at - inputWindow, at))),
  ];
  return Array.from({ length: horizon }, (_, k) => past.reduce((sum, v, j) => sum + v * weight[j * horizon + k], 0));
}

describe('fitLinearPart', () => {
  it('finds a recurrence, and each of its maps is ridge regression', () => {
    const x = [0.3, -0.2];
    for (let t = 2; t < 400; t++) x.push(1.6 * x[t - 1] - 0.9 * x[t - 2] + 0.1 * (random.uniform() - 0.5));
    const part = fitLinearPart([x], SIZES);
    expect(part.parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    const [next] = forecast(part, [x], 350);
    expect(next).toBeCloseTo(1.6 * x[349] - 0.9 * x[348], 1);
    expect(part.mse).toBeLessThan(0.01);
    // One part alone, on all of the training part.
    const { mse } = fitLinearPart([x], { ...SIZES, window: 4 });
    const rule = fitLinearRule(x.slice(0, 300), { window: 4, horizon: 2, ridge: 1 });
    let error = 0;
    for (let at = 300; at < 399; at++) error += rule(x, at).reduce((s, v, k) => s + (v - x[at + k]) ** 2, 0) / 198;
    expect(mse).toBeLessThan(1.2 * error);
  });

  it('keeps to the last value in a random walk, to the season where it comes again, and to the mean in noise', () => {
    let level = 0;
    const walk = Array.from({ length: 400 }, () => (level += random.uniform() - 0.5));
    const season = Array.from({ length: 12 }, () => random.uniform() - 0.5);
    const shape = { ...SIZES, window: 15, season: 12 };
    const [at, seasonal] = [390, Array.from({ length: 400 }, (_, i) => season[i % 12])];
    for (const v of forecast(fitLinearPart([walk], SIZES), [walk], at))
      expect(Math.abs(v - walk[at - 1])).toBeLessThan(0.4);
    forecast(fitLinearPart([seasonal], shape), [seasonal], at, shape).forEach((v, k) =>
      expect(v).toBeCloseTo(season[(at + k) % 12], 1),
    );
    const noise = Array.from({ length: 400 }, () => random.uniform() - 0.5);
    for (const v of forecast(fitLinearPart([noise], SIZES), [noise], at)) expect(Math.abs(v)).toBeLessThan(0.2);
  });

  it('is better than the rule where a level wanders beneath noise: the mean of the window counts', () => {
    const sizes = { ...SIZES, train: 36, validation: 48 };
    const own = new Philox(11);
    const errors = [0, 0];
    let share = 0;
    for (let n = 0; n < 30; n++) {
      let level = 0;
      const x = Array.from({ length: 60 }, () => (level += 0.5 * (own.uniform() - 0.5)) + 2 * (own.uniform() - 0.5));
      const part = fitLinearPart([x], sizes);
      share += part.parts.reduce((sum, one) => sum + (one.shrinksTo === 'level' ? one.share / 30 : 0), 0);
      const rule = fitLinearRule(x.slice(0, 36), sizes);
      for (let at = 48; at < 59; at++) {
        const ahead = [forecast(part, [x], at, sizes), rule(x, at)];
        ahead.forEach((values, i) => values.forEach((v, k) => (errors[i] += (v - x[at + k]) ** 2)));
      }
    }
    expect(errors[0] / errors[1]).toBeLessThan(0.92);
    expect(share).toBeGreaterThan(0.15);
  });

  it('reads other inputs where they help', () => {
    const hint = Array.from({ length: 400 }, () => random.uniform() - 0.5);
    const follows = hint.map((_, i) => (i < 2 ? 0 : hint[i - 2]));
    const sizes = { ...SIZES, inputWindow: 4 };
    const part = fitLinearPart([follows, hint], sizes);
    expect(part.parts[0].inputs).toBe(true);
    forecast(part, [follows, hint], 390, sizes).forEach((v, k) =>
      expect(Math.abs(v - follows[390 + k])).toBeLessThan(0.15),
    );
    expect(fitLinearPart([follows], SIZES).mse).toBeGreaterThan(2 * part.mse);
  });

  it('looks at nothing after the validation part, repeats what is constant, and is cautious where there is too little to judge', () => {
    const x = Array.from({ length: 400 }, (_, i) => Math.sin(i / 3) + random.uniform());
    const sizes = { ...SIZES, train: 200, validation: 300 };
    const hidden = x.map((v, i) => (i < 300 ? v : NaN));
    expect(fitLinearPart([hidden], sizes).weight).toEqual(fitLinearPart([x], sizes).weight);
    const flat = Array.from({ length: 400 }, (_, i) => 14.62 * (1 + (i % 3) * 2e-16));
    expect(forecast(fitLinearPart([flat], SIZES), [flat.map((_, i) => i)], 350)).toEqual([349, 349]);
    const short = fitLinearPart([x.slice(0, 20)], { ...SIZES, train: 14, validation: 14 });
    expect(short.parts).toMatchObject([{ shrinksTo: 'last', ridge: 100, share: 1 }]);
    expect(short.origins).toEqual([]);
  });
});

describe('chooseShare', () => {
  const truth = Array.from({ length: 100 }, () => random.uniform());
  const judge = (whole: (v: number, i: number) => number): Judged[] =>
    truth.map((v, place) => ({ place, linear: Float64Array.of(0), whole: Float64Array.of(whole(v, place)) }));
  const squared = (value: number, { place }: Judged): number => (value - truth[place]) ** 2;

  it('is half of what is best', () => {
    expect(
      chooseShare(
        judge((v) => v),
        1,
        squared,
      ),
    ).toBe(0.5);
    expect(
      chooseShare(
        judge((v) => 2 * v),
        1,
        squared,
      ),
    ).toBe(0.25);
    expect(
      chooseShare(
        judge((v) => -v),
        1,
        squared,
      ),
    ).toBe(0);
  });

  it('is nothing where one block alone speaks for it, and where there are not two blocks', () => {
    expect(
      chooseShare(
        judge((v, i) => (i < 20 ? v : -0.05 * v)),
        1,
        squared,
      ),
    ).toBe(0);
    expect(
      chooseShare(
        judge((v) => v),
        51,
        squared,
      ),
    ).toBe(0);
  });
});
