import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inFolder, runTest } from '../testing.js';
import { BENCH_TASKS } from '../../bench/tasks.js';

const QUICK = ['--seconds', '0.01', '--rounds', '1', '--backend', 'wasm'];

it('prints a row for each task with the keys of the contract, and where the time went', async () => {
  const argv = ['bench', '--only', 'min-char', '--profile', ...QUICK, '--json'];
  const { status, out } = await runTest(argv, { env: {} });
  expect(status).toBe(0);
  const [row, ...more] = JSON.parse(out).rows;
  expect(more).toEqual([]);
  expect(row).toMatchObject({ name: 'min-char-rnn', unit: 'tokens/s', peers: {}, ratio: null });
  expect(row.value).toBeGreaterThan(0);
  const parts = Object.fromEntries(row.profile.map((part: { what: string; calls: number }) => [part.what, part.calls]));
  // Five parameters, each one program of the optimizer.
  expect(parts).toMatchObject({ 'scan forward': 1, 'scan backward': 1, optimizer: 5, JavaScript: 1 });
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

it('writes the page and, beside it, the JSON', async () => {
  await inFolder(async (cwd) => {
    const argv = ['bench', '--only', '32x256x1024/one', '--report', 'out/speed.html', ...QUICK, '--json'];
    const { status, out, err } = await runTest(argv, { env: {}, cwd });
    expect(status).toBe(0);
    expect(err).toBe('gemm/32x256x1024/one-thread\n'); // no peer stands beside WebAssembly here: none is left out
    const said = JSON.parse(out);
    const { report, ...written } = said;
    expect(report).toBe('out/speed.html');
    expect(JSON.parse(readFileSync(join(cwd, 'out/speed.json'), 'utf8'))).toEqual(written);
    expect(written).toMatchObject({ machine: { node: process.version }, backend: 'wasm', rates: null, scaling: null });
    expect(readFileSync(join(cwd, 'out/speed.html'), 'utf8')).toContain('gemm/32x256x1024/one-thread');
  });
});

it('says which peers are left out', async () => {
  const { err } = await runTest(['bench', '--only', 'train/small-gru', ...QUICK], { env: {} });
  expect(err.match(/left out/g)).toHaveLength(1);
  expect(err).toContain('TensorFlow.js wasm left out: UNROLLED_JS_PEERS');
});
