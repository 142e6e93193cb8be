// The public API, name by name, beside a committed list: whatever is added or goes is seen there.
// `npx vitest run test/publicApi -u` writes the list anew.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as library from '../src/index.js';

const ROOT = join(import.meta.dirname, '..');

describe('the public API', () => {
  it('is what the list says', async () => {
    const list = execFileSync(process.execPath, [join(ROOT, 'scripts', 'publicApi.mjs')], { encoding: 'utf8' });
    await expect(list).toMatchFileSnapshot('publicApi.txt');
  });

  it('shows nothing internal', () => {
    for (const name of ['setPlatform', 'getPlatform', 'byColumnBlocks', 'record', 'runLoop']) {
      expect(library).not.toHaveProperty(name);
    }
  });

  it('is exported name by name', () => {
    for (const entry of ['', 'text/', 'data/', 'metrics/', 'formats/', 'inspect/', 'records/', 'reproduce/']) {
      const source = readFileSync(join(ROOT, 'src', entry, 'index.ts'), 'utf8');
      expect(source, `src/${entry}index.ts`).not.toMatch(/^export \* from/m);
    }
  });
});
