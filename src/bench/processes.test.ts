// The processes of the bench, which run from dist/: npm test builds it first.
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { firstStepSeconds, helpSeconds, memoryGrowth, peakMemory } from './processes.js';

const context = { backend: 'wasm', threads: 1, seconds: 0.01 };
const built = existsSync(new URL('../../dist/bench/child.js', import.meta.url));

it.skipIf(!built)('reads memory of a task, and refuses what is none', () => {
  expect(peakMemory(context, 'min-char-rnn')).toBeGreaterThan(10);
  expect(() => peakMemory(context, 'start/help')).toThrow(/expected a task with a rate, received start\/help/);
});

it.skipIf(!built)('follows a training for as many steps as were asked, and ends one after its first', () => {
  for (const mode of ['train', 'learner'] as const) {
    const { steps, residentMiB } = memoryGrowth(context, mode, 30);
    expect([steps.length, steps.at(-1), residentMiB.length]).toEqual([30, 30, 30]);
  }
  expect(firstStepSeconds(context)).toBeGreaterThan(0);
  expect(helpSeconds()).toBeGreaterThan(0);
});
