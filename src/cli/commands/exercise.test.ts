// `unrolled exercise` from the first hint to the right answer, and what it keeps.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inFolder } from '../../sources/testing.js';
import { runTest } from '../testing.js';

it('counts hints, and loses no progress that it cannot read', async () => {
  await inFolder(async (cwd) => {
    const hint = () => runTest(['exercise', 'gru-keep', '--hint', '--json'], { cwd });
    for (const count of [1, 2])
      expect((JSON.parse((await hint()).out) as { hints: string[] }).hints).toHaveLength(count);
    const file = join(cwd, 'exercises', 'progress.json');
    writeFileSync(file, '{ "solved": ["gru-keep"');
    const { status, err } = await hint();
    expect(status).toBe(2);
    expect(err).toContain('error[FORMAT]');
    expect(readFileSync(file, 'utf8')).toBe('{ "solved": ["gru-keep"');
  });
});
