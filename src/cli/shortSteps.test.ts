// What the command says where steps are too short for several ranks.
import { expect, it } from 'vitest';
import { shortSteps } from './ranks.js';

/** What is said over 60 steps that take so many seconds each, the first ones 50 times as long. */
function said(ranks: number, seconds: number): string[] {
  const tell = shortSteps(ranks);
  let at = 0;
  const lines = Array.from({ length: 60 }, (_, step) => {
    at += step < 5 ? 50 * seconds : seconds;
    return tell({ step: 100 + step, seconds: at });
  });
  return lines.filter((line) => line !== null);
}

it('is said once, of several ranks, where steps are short', () => {
  expect(said(2, 0.0021)).toEqual([
    'steps of 2.1 ms are short for 2 ranks: one process (without --ranks) is probably faster',
  ]);
  expect(said(2, 0.02)).toEqual([]);
  expect(said(1, 0.0021)).toEqual([]);
});
