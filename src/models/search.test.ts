// Successive halving finds the best settings, gives the better ones more time, and keeps to its minutes.
import { describe, expect, it } from 'vitest';
import { searchSettings, type Trial } from './search.js';

const SPACE = { learningRate: [0.001, 0.003, 0.01], hiddenSize: [64, 128, 256], dropout: [0, 0.3] };
/** The best is learningRate 0.003, hiddenSize 128; longer is better for all. */
const score = ({ learningRate = 0.01, hiddenSize = 64, dropout = 0 }, minutes: number): number =>
  Math.abs(Math.log(learningRate / 0.003)) + Math.abs(Math.log(hiddenSize / 128)) + dropout / 10 + 1 / (1 + minutes);

describe('searchSettings', () => {
  it('goes on with the better third, in equal shares of the time', async () => {
    const heard: Trial[] = [];
    const { best, trials } = await searchSettings(SPACE, async (settings, minutes) => score(settings, minutes), {
      ...{ minutes: 18, candidates: 9, seed: 3 },
      onTrial: (trial) => heard.push(trial),
    });
    expect(heard).toEqual(trials);
    expect([1, 2].map((round) => trials.filter((trial) => trial.round === round).length)).toEqual([9, 3]);
    expect(trials.reduce((sum, { minutes }) => sum + minutes, 0)).toBeCloseTo(18, 9);
    expect(trials[9].minutes).toBeCloseTo(3, 9);
    expect(trials[0].settings).toEqual({});
    const first = trials.slice(0, 9).map((trial) => trial.score ?? Infinity);
    const times = 1 / (1 + trials[0].minutes) - 1 / 4;
    expect(score(best as { learningRate: number }, 3)).toBeCloseTo(Math.min(...first) - times, 9);
    expect(new Set(trials.slice(0, 9).map(({ settings }) => JSON.stringify(settings))).size).toBe(9);
  });

  it('keeps what is there where nothing is better, and where numbers explode', async () => {
    const same = await searchSettings(SPACE, async () => 1, { minutes: 1, candidates: 5 });
    expect(same.best).toEqual({});
    const exploded = async (settings: object) => (Object.keys(settings).length > 0 ? null : 7);
    expect((await searchSettings(SPACE, exploded, { minutes: 1 })).best).toEqual({});
  });

  it('tries a small space once each', async () => {
    const { trials } = await searchSettings({ dropout: [0.1] }, async () => 1, { minutes: 1 });
    expect(trials.map(({ settings }) => settings)).toEqual([{}, { dropout: 0.1 }]);
    await expect(searchSettings(SPACE, async () => 1, { minutes: 0 })).rejects.toThrow(
      expect.objectContaining({ code: 'RANGE' }),
    );
  });
});
