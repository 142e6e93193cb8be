import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { peakMemoryMiB } from './memory.js';

it('counts the memory of the program itself, not what the process held that started it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'unrolled-'));
  try {
    const source = readFileSync(new URL('./memory.ts', import.meta.url), 'utf8');
    const options = { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } };
    const file = join(folder, 'memory.mjs');
    writeFileSync(file, ts.transpileModule(source, options).outputText);
    const held = Buffer.alloc(300 * 2 ** 20, 1);
    expect(peakMemoryMiB()).toBeGreaterThan(300);
    const script = `import(${JSON.stringify(pathToFileURL(file).href)}).then((own) => console.log(own.peakMemoryMiB()))`;
    const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    expect(Number(stdout)).toBeGreaterThan(10);
    expect(Number(stdout)).toBeLessThan(250);
    expect(held.length).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
