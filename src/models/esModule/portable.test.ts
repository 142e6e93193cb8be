import { describe, expect, it } from 'vitest';
import { exp, log, sigmoid, tanh } from './portable.js';

/** The largest relative difference over many places. */
function worst(mine: (x: number) => number, theirs: (x: number) => number, places: readonly number[]): number {
  return places.reduce((most, x) => {
    const [a, b] = [mine(x), theirs(x)];
    return a === b ? most : Math.max(most, Math.abs(a - b) / Math.abs(b));
  }, 0);
}

const around = (size: number): number[] => Array.from({ length: 4001 }, (_, i) => ((i - 2000) / 2000) * size);
const powers = Array.from({ length: 4001 }, (_, i) => 10 ** ((i - 2000) / 6.6));

describe('functions that are the same everywhere', () => {
  it('exp', () => {
    expect(worst(exp, Math.exp, [...around(1), ...around(30), ...around(700), 709.5, -0])).toBeLessThan(1e-15);
    expect([exp(0), exp(710), exp(-746), exp(Infinity), exp(-Infinity), exp(NaN)]).toEqual([
      1,
      Infinity,
      0,
      Infinity,
      0,
      NaN,
    ]);
  });

  it('log', () => {
    expect(worst(log, Math.log, [...powers, 1 + 1e-9, 1 - 1e-9, Math.SQRT2])).toBeLessThan(1e-15);
    expect([log(0), log(1), log(-1), log(Infinity), log(NaN)]).toEqual([-Infinity, 0, NaN, Infinity, NaN]);
    expect(log(5e-324)).toBeCloseTo(Math.log(5e-324), 9);
  });

  it('tanh and sigmoid', () => {
    expect(worst(tanh, Math.tanh, [...around(1e-3), ...around(3), ...around(400), -0, 1e-300])).toBeLessThan(3e-13);
    const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
    expect(worst(sigmoid, logistic, [...around(1), ...around(30)])).toBeLessThan(1e-15);
    expect([sigmoid(-1000), sigmoid(1000), tanh(NaN), sigmoid(NaN)]).toEqual([0, 1, NaN, NaN]);
  });
});
