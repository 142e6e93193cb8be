import { describe, expect, it } from 'vitest';
import { formatBytes, formatNumber, formatTime, table } from './output.js';
import { createProgress } from './progress.js';
import { runTest, testIo } from './testing.js';

it('lists the known data sets', async () => {
  const { out, status } = await runTest(['data', '--json', '--data-dir', 'nowhere-at-all']);
  const { datasets } = JSON.parse(out);
  expect(status).toBe(0);
  const moby = datasets.find(({ name }: { name: string }) => name === 'moby-dick');
  expect(Object.keys(moby)).toEqual(expect.arrayContaining(['name', 'licence', 'bytes', 'present', 'source']));
  const people = await runTest(['data']);
  expect(people.out).toContain('moby-dick');
});

describe('output', () => {
  it('aligns columns, wide signs too', () => {
    const columns = [{ heading: 'name' }, { heading: 'n', number: true }, { heading: 'x' }];
    expect(
      table(columns, [
        ['诗', '1', 'a'],
        ['longer', '100', ''],
      ]),
    ).toBe('name      n  x\n诗        1  a\nlonger  100');
  });

  it('writes numbers for people', () => {
    expect([-4.9555e24, 1234567, 4.0949, 0.00123, 123.45, 4321.5].map(formatNumber)).toEqual([
      '-4.96e+24',
      '1,234,567',
      '4.095',
      '0.00123',
      '123.5',
      '4,322',
    ]);
    expect([0, 65, 3725, Infinity].map(formatTime)).toEqual(['0:00', '1:05', '1:02:05', '–']);
    expect([12, 3400, 1_234_567, 999_900].map(formatBytes)).toEqual(['12 B', '3.4 kB', '1.23 MB', '1 MB']);
  });

  it('prints a line of progress every ten seconds without a terminal, none with --quiet', () => {
    const io = testIo();
    const progress = createProgress(io, { quiet: false });
    for (let second = 0; second <= 25; second++) {
      io.clock = second * 1000;
      progress.update(second / 100, `at ${second}`);
    }
    progress.stop();
    expect(io.err()).toBe(' 10%  at 10\n 20%  at 20\n');
    expect(io.out()).toBe('');
    const silent = testIo();
    createProgress(silent, { quiet: true }).log('x');
    expect(silent.err()).toBe('');
  });
});
