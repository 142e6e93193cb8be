// The numbers that TypeScript and the kernels share: the header is written from the TypeScript, and no number stands twice.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import * as numbers from '../src/backend/numbers.js';

it('kernels/numbers.h is what src/backend/numbers.ts says', () => {
  const script = fileURLToPath(new URL('../scripts/numbers.mjs', import.meta.url));
  const { stderr, status } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it('opcodes, kernels, fields and kinds count from 0 without a gap', () => {
  const { OP, PAIR, KERNEL, INFO, STATUS, STAGE, REDUCE, TIME, FIELD } = numbers;
  for (const group of [{ ...OP, ...PAIR }, KERNEL, INFO, STATUS, STAGE, REDUCE, TIME, FIELD]) {
    const values = Object.values<number>(group).sort((a, b) => a - b);
    expect(values).toEqual(values.map((_, i) => i));
  }
});
