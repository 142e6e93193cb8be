import { expect, it } from 'vitest';
import { TrainingHistory } from './history.js';

const run = (
  history: TrainingHistory<{ step: number }>,
  from: number,
  to: number,
): TrainingHistory<{ step: number }> => {
  for (let step = from; step <= to; step++) history.add({ step });
  return history;
};

it('keeps the first step, and entries at equal distances to the end', () => {
  for (const steps of [1, 5, 100, 101, 5000]) {
    const { entries } = run(new TrainingHistory([], 100), 1, steps);
    expect(entries[0].step).toBe(1);
    expect(entries.length).toBeLessThanOrEqual(100);
    if (steps > 100) expect(entries.length).toBeGreaterThanOrEqual(49);
    const gaps = new Set(entries.slice(1).map(({ step }, i) => step - entries[i].step));
    expect(gaps.size).toBeLessThanOrEqual(1);
    expect(steps - (entries.at(-1)?.step ?? 0)).toBeLessThan([...gaps][0] ?? 1);
  }
});

it('goes on after a restart as if there had been none', () => {
  const whole = run(new TrainingHistory([], 50), 1, 777);
  const first = run(new TrainingHistory([], 50), 1, 300);
  const second = run(new TrainingHistory(first.entries, 50), 301, 777);
  expect(second.entries).toEqual(whole.entries);
});
