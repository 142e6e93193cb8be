import { expect, it } from 'vitest';
import { runTest } from '../testing.js';
import { BENCH_TASKS } from '../bench/tasks.js';

const QUICK = ['--seconds', '0.01', '--rounds', '1', '--backend', 'wasm'];

it('prints a row for each task with the keys of the contract, and where the time went', async () => {
  const argv = ['bench', '--only', 'small-gru', '--profile', ...QUICK, '--json'];
  const { status, out } = await runTest(argv, { env: {} });
  expect(status).toBe(0);
  const [row, ...more] = JSON.parse(out).rows;
  expect(more).toEqual([]);
  expect(row).toMatchObject({ name: 'train/small-gru-h32', unit: 'tokens/s', peers: {}, ratio: null });
  expect(row.value).toBeGreaterThan(0);
  const parts = Object.fromEntries(row.profile.map((part: { what: string; calls: number }) => [part.what, part.calls]));
  expect(parts).toMatchObject({ 'scan forward': 1, 'scan backward': 1, JavaScript: 1 });
  const share = row.profile.reduce((sum: number, part: { share: number }) => sum + part.share, 0);
  expect(share).toBeCloseTo(1, 6);
});

it('refuses a name that no task has, and says which there are', async () => {
  const { status, err } = await runTest(['bench', '--only', 'nothing', ...QUICK]);
  expect(status).toBe(2);
  expect(err).toContain('error[OPTION]');
  expect(err).toContain('min-char-rnn');
});

it('has each task once', () => {
  const names = BENCH_TASKS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
