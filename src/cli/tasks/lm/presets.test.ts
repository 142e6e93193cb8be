// Presets: what is said wins, what is not comes from the preset.
import { expect, it } from 'vitest';
import { inFolder, runTest } from '../../testing.js';
import { withPreset } from './presets.js';

it('fill in what is not said', () => {
  expect(withPreset({ cell: undefined, hidden: 64, lettersOnly: false }, 'd2l')).toMatchObject({
    ...{ cell: 'rnn', hidden: 64, lettersOnly: true, maxTokens: 10_000, lr: 1, epochs: 500 },
  });
  expect(withPreset({ minutes: 1, epochs: undefined }, 'd2l').epochs).toBeUndefined();
  expect(withPreset({ hidden: 64 }, undefined)).toEqual({ hidden: 64 });
});

it('are trained with, and an unknown one is told the others', async () => {
  await inFolder(async (folder) => {
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${folder}/a.txt`, 'The cat sat on the mat, and the rat ran. '.repeat(60));
    const argv = ['train', 'lm', 'a.txt', '--preset', 'd2l', '--hidden', '8', '--epochs', '1', '--json', '--quiet'];
    const { status, out, err } = await runTest([...argv, '--out', 'm.safetensors'], { cwd: folder });
    expect(status, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ cell: 'rnn', epochs: 1 });
    const wrong = await runTest(['train', 'lm', 'a.txt', '--preset', 'd2'], { cwd: folder });
    expect([wrong.status, wrong.err]).toEqual([2, expect.stringContaining('did you mean d2l?')]);
  });
});
