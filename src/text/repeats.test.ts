import { describe, expect, it } from 'vitest';
import { Philox } from '../tensor/philox.js';
import { repeatedShare } from './repeats.js';

const random = (length: number, seed: number): Int32Array => {
  const rng = new Philox(seed);
  return Int32Array.from({ length }, () => rng.integer(50));
};

describe('repeatedShare', () => {
  it('counts tokens in runs that stood before, and each once', () => {
    const earlier = random(2000, 1);
    const copied = earlier.subarray(700, 740);
    const tokens = Int32Array.of(...random(60, 2), ...copied, ...random(100, 3));
    expect(repeatedShare(tokens, earlier, 10)).toBeCloseTo(40 / 200, 2);
    expect(repeatedShare(tokens, earlier, 41)).toBe(0);
  });

  it('is 0 of new text, 1 of the same, 0 of what is shorter than a run', () => {
    expect(repeatedShare(random(500, 4), random(5000, 5), 8)).toBe(0);
    expect(repeatedShare(random(500, 6), random(500, 6), 8)).toBe(1);
    expect(repeatedShare(random(7, 6), random(500, 6), 8)).toBe(0);
    expect(repeatedShare(new Int32Array(0), random(500, 6), 8)).toBe(0);
  });

  it('takes no equal hash for a copy', () => {
    // 1 · 16777619 + 0 and 0 · 16777619 + 16777619.
    expect(repeatedShare(Int32Array.of(0, 16777619), Int32Array.of(1, 0), 2)).toBe(0);
    expect(repeatedShare(Int32Array.of(1, 0), Int32Array.of(1, 0), 2)).toBe(1);
  });
});
