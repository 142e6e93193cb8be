import { describe, expect, it } from 'vitest';
import { fitScaling, SCALINGS, scaleValues, TRANSFORMS, unscaleValues } from './scaling.js';
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
    expect(fitScaling([5, 5, 5])).toEqual({ transform: 'none', offset: 5, factor: 1 });
    expect(scaleValues([Math.E], fitScaling([1, 1], { kind: 'none', transform: 'log' }))[0]).toBeCloseTo(1, 12);
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
