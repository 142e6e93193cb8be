// Each entry of the package works where it is the only one that a program imports.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const BUILT = existsSync(join(ROOT, 'dist', 'node.js'));

describe.skipIf(!BUILT)('one entry alone on Node', () => {
  it.each([
    ['unrolled/convert', "(await m.importModel('test/golden/formats/rnn-tanh.pt')).layers.length"],
    ['unrolled/convert', "(await m.importModel('test/golden/formats/rnn-tanh.pt')).network().layers.size"],
    ['unrolled/formats', "(await m.openTensors('test/golden/formats/rnn-tanh.pt')).kind === 'pytorch' ? 1 : 0"],
  ])('%s reads a file', (entry, code) => {
    const program = `const m = await import('${entry}'); console.log(${code}); process.exit()`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: ROOT, encoding: 'utf8' });
    expect(out).toBe('1\n');
  });
});
