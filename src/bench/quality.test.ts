// The quality of models without options is what the plain command prints.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { QUALITY_SETS, runQuality, type QualityOptions } from './quality.js';

const options = (over: Partial<QualityOptions>): QualityOptions => ({
  ...{ only: '', seeds: 1, jobs: 1, threads: 1, cwd: process.cwd(), note: () => undefined },
  signal: new AbortController().signal,
  ...over,
});

describe('bench --quality', () => {
  it('names the sets where a name is of none', async () => {
    await expect(runQuality(options({ only: 'zzz' }))).rejects.toThrow(/expected a part of sentence-polarity.*"zzz"/);
    expect(new Set(QUALITY_SETS.map(({ name }) => name)).size).toBe(QUALITY_SETS.length);
  });

  it.skipIf(!existsSync(join(process.env.UNROLLED_DATA ?? '../shared/data', 'timeseries')))(
    'has the mean and the spread of the seeds, beside the best baseline',
    async () => {
      const said: string[] = [];
      const [row] = await runQuality(options({ only: 'airline', seeds: 2, note: (line) => said.push(line) }));
      expect(said).toHaveLength(2);
      expect(row).toMatchObject({ name: 'airline-passengers', measure: 'MSE', reach: null });
      expect(row.mean).toBeCloseTo((row.values[0] + row.values[1]) / 2, 12);
      expect(row.deviation).toBeCloseTo(Math.abs(row.values[0] - row.values[1]) / Math.SQRT2, 12);
      expect(row.met).toBe(row.mean <= 1.01 * row.baseline);
    },
    60_000,
  );
});
