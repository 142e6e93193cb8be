import { describe, expect, it } from 'vitest';
import { predictAhead, slidingWindows } from './autoregressive.js';

describe('slidingWindows', () => {
  it('pairs each window with what follows', () => {
    const { features, targets, count } = slidingWindows([1, 2, 3, 4, 5], 2);
    expect(count).toBe(3);
    expect([...features]).toEqual([1, 2, 2, 3, 3, 4]);
    expect([...targets]).toEqual([3, 4, 5]);
    const further = slidingWindows([1, 2, 3, 4, 5], 2, 3);
    expect([...further.features]).toEqual([1, 2]);
    expect([...further.targets]).toEqual([5]);
  });

  it('refuses what does not fit', () => {
    expect(() => slidingWindows([1, 2], 2)).toThrow(expect.objectContaining({ code: 'TOO_SHORT' }));
    expect(() => slidingWindows([1, 2], 0)).toThrow(expect.objectContaining({ code: 'RANGE' }));
    expect(() => slidingWindows([1, 2, 3], 1, 0.5)).toThrow(expect.objectContaining({ code: 'RANGE' }));
  });
});

describe('predictAhead', () => {
  it('feeds predictions back', () => {
    // Fibonacci: the rule is exact, so k steps ahead are too.
    const windows = slidingWindows([1, 1, 2, 3, 5, 8], 2);
    const before = windows.features.slice();
    const rule = (features: Float32Array, count: number) =>
      Float32Array.from({ length: count }, (_, i) => features[2 * i] + features[2 * i + 1]);
    expect([...predictAhead(windows, 3, rule)]).toEqual([2, 3, 5, 3, 5, 8, 5, 8, 13, 8, 13, 21]);
    expect(windows.features).toEqual(before);
  });

  it('refuses predictions that are not one a row', () => {
    expect(() => predictAhead(slidingWindows([1, 2, 3], 1), 1, () => [0])).toThrow(
      expect.objectContaining({ code: 'SHAPE' }),
    );
  });
});
