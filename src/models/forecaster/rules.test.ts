import { beforeAll, describe, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { useBackend } from '../../backend/choose.js';
import { chooseHorizon, chooseInputWindow, chooseRecurrentWindow, chooseSizes, chooseWindow } from './rules.js';
import { Forecaster } from './forecaster.js';
import type { ForecasterOptions } from './options.js';

beforeAll(async () => {
  await useBackend('reference');
});

describe('the rules of a forecaster', () => {
  it('choose as they say', () => {
    const parts = (validation: number, test: number) => ({ validation: [0, validation], test: [0, test] }) as const;
    expect([parts(28, 28), parts(7, 7), parts(0, 0), parts(1, 1), parts(100, 10)].map(chooseHorizon)).toEqual([
      12, 4, 12, 1, 6,
    ]);
    expect(chooseWindow({ train: 10_000, season: 24 }, 24)).toBe(336);
    expect(chooseWindow({ train: 88, season: 12 }, 12)).toBe(22);
    expect(chooseWindow({ train: 48, season: 12 }, 12)).toBe(15);
    expect(chooseWindow({ train: 2190, season: 351 }, 12)).toBe(363);
    expect(chooseWindow({ train: 300, season: 351 }, 12)).toBe(75);
    expect(chooseWindow({ train: 6, season: null }, 4)).toBe(2);
    expect([chooseRecurrentWindow(336), chooseRecurrentWindow(22)]).toEqual([96, 22]);
    expect([0, 1, 7, 100].map((inputs) => chooseInputWindow(inputs, 336))).toEqual([0, 48, 48, 3]);
    expect([100, 1000, 10_000, 1_000_000].map((windows) => chooseSizes(windows).hiddenSize)).toEqual([8, 16, 32, 32]);
    expect([100, 1000, 10_000, 1_000_000].map((windows) => chooseSizes(windows).epochs)).toEqual([40, 40, 16, 8]);
  });

  it('choose what the call leaves open, and no length where it says one', async () => {
    const target = Array.from({ length: 200 }, (_, i) => Math.sin((2 * Math.PI * i) / 12) + 0.01 * i);
    const chosenFor = (options: ForecasterOptions): Promise<{ chosen: object; facts: string }> =>
      new Promise((resolve, reject) => {
        Forecaster.fit({ target }, { test: 0.2, maxSteps: 1, ...options, onStart: resolve }).catch(reject);
      });
    expect(await chosenFor({})).toMatchObject({
      chosen: { window: 30, hiddenSize: 8, dropout: 0.3, batchSize: 16 },
      facts: '120 training values, a season of 12',
    });
    const { chosen } = await chosenFor({ window: 20, hiddenSize: 4, dropout: 0, batchSize: 8 });
    expect(chosen).toEqual({});
  });
});
