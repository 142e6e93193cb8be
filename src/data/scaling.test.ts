import { describe, expect, it } from 'vitest';
import {
  differenceScale,
  fitScaling,
  isConstant,
  SCALINGS,
  scaleValues,
  TRANSFORMS,
  unscaleValues,
} from './scaling.js';
import { timeParts } from './timeParts.js';

describe('scaling', () => {
  it.each(SCALINGS.flatMap((kind) => TRANSFORMS.map((transform) => ({ kind, transform }))))(
    'goes there and back: $kind $transform',
    (options) => {
      const scaling = fitScaling([2, 8, 4, 1], options);
      const other = [3, 100, 0.5];
      unscaleValues(scaleValues(other, scaling), scaling).forEach((v, i) => expect(v).toBeCloseTo(other[i], 10));
    },
  );

  it('is what its name says, of the part that it was fitted on', () => {
    expect(fitScaling([1, 3])).toEqual({ transform: 'none', offset: 2, factor: 1 });
    expect([...scaleValues([2, 6, 10, 14], fitScaling([2, 6, 10], { kind: 'minmax' }))]).toEqual([0, 0.5, 1, 1.5]);
    // Quartiles 2 and 4 of any five numbers in this order: an outlier changes nothing.
    expect(fitScaling([1, 2, 3, 4, 1e6], { kind: 'robust' })).toMatchObject({ offset: 3, factor: 2 / 1.349 });
    expect(fitScaling([7, 7, 7, 7, 9], { kind: 'robust' })).toEqual(fitScaling([7, 7, 7, 7, 9]));
    expect(fitScaling([5, 5, 5])).toEqual({ transform: 'none', offset: 5, factor: 1 });
    expect(scaleValues([Math.E], fitScaling([1, 1], { kind: 'none', transform: 'log' }))[0]).toBeCloseTo(1, 12);
  });

  // Values that are the same but for their last bits, as sums in different orders leave them.
  const jitter = (value: number, n = 280): number[] =>
    Array.from({ length: n }, (_, i) => value * (1 + (i % 3) * 2e-16));

  it.each(SCALINGS.flatMap((kind) => TRANSFORMS.map((transform) => ({ kind, transform }))))(
    'has scale 1 where values are constant up to rounding: $kind $transform',
    (options) => {
      for (const value of [14.62, 1, 1e-9, 3e12]) {
        for (const values of [new Array<number>(280).fill(value), jitter(value)]) {
          const scaling = fitScaling(values, options);
          expect(scaling.factor).toBe(1);
          // What changes later is not blown up.
          const [later] = scaleValues([value * 1.1], scaling);
          expect(Math.abs(later)).toBeLessThan(Math.max(30, value * 1.2));
          expect(differenceScale(scaleValues(values, scaling), scaling)).toBe(1);
        }
      }
    },
  );

  it('knows small real changes from rounding', () => {
    const milliseconds = [1.6e12, 1.6e12 + 1, 1.6e12 + 2];
    expect(isConstant(milliseconds)).toBe(false);
    expect(fitScaling(milliseconds).factor).toBeCloseTo(Math.sqrt(2 / 3), 3);
    expect(fitScaling([1e-300, 3e-300], { kind: 'minmax' }).factor).toBeCloseTo(2e-300, 310);
    expect(isConstant([])).toBe(true);
    expect(isConstant([0, 0])).toBe(true);
  });

  it('has difference scale 1 where the slope is constant up to rounding', () => {
    const ramp = Array.from({ length: 200 }, (_, i) => 0.1 * i + 1000);
    const scaling = fitScaling(ramp);
    expect(differenceScale(scaleValues(ramp, scaling), scaling)).toBe(1);
    expect(differenceScale([0, 1, 0, 1, 0], { transform: 'none', offset: 0, factor: 1 })).toBe(1);
    expect(differenceScale([0, 3, 0, 3, 0], { transform: 'none', offset: 0, factor: 1 })).toBe(3);
    expect(differenceScale([5], { transform: 'none', offset: 0, factor: 1 })).toBe(1);
  });

  it('refuses what overflows', () => {
    expect(() => fitScaling([1e308, -1e308])).toThrow(expect.objectContaining({ code: 'RANGE' }));
  });

  it('names the value that is none', () => {
    expect(() => fitScaling([])).toThrow(expect.objectContaining({ code: 'EMPTY' }));
    expect(() => fitScaling([1, NaN])).toThrow(/received NaN as value 2/);
    expect(() => fitScaling([1, 0], { transform: 'log' })).toThrow(expect.objectContaining({ code: 'RANGE' }));
  });
});

describe('timeParts', () => {
  it('takes counts and shares, in the order of time', () => {
    expect(timeParts(100, { validation: 0.2, test: 10 })).toEqual({
      train: [0, 70],
      validation: [70, 90],
      test: [90, 100],
    });
    expect(timeParts(100, { train: 50, validation: 5, test: 5 }).test).toEqual([55, 60]);
    expect(() => timeParts(10, { train: 8, test: 3 })).toThrow(expect.objectContaining({ code: 'TOO_SHORT' }));
    expect(() => timeParts(10, { test: 1.5 })).toThrow(expect.objectContaining({ code: 'RANGE' }));
  });
});
