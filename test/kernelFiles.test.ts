// The package as a program finds it: its subpaths for the kernels, and what it says where the files are gone.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const KERNELS = join(ROOT, 'dist', 'kernels');

let folder = '';
let installed = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unrolled-'));
  installed = join(folder, 'node_modules', 'unrolled');
  mkdirSync(installed, { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
  cpSync(join(ROOT, 'dist'), join(installed, 'dist'), { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What a program prints that is a module in the folder beside node_modules. */
async function run(program: string): Promise<string> {
  writeFileSync(join(folder, 'program.mjs'), program);
  const env = { ...process.env, UNROLLED_NO_NATIVE: '1' };
  const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder, env });
  return stdout;
}

const SHOW = `
  try { console.log(randn([2, 3]).shape.join(), (await useBackend('wasm')).features[0]); }
  catch (error) { console.log(error.code, error.message, error.help); }`;

it('has each file of the kernels as a subpath', async () => {
  const names = ['simd', 'relaxed', 'simd-threads', 'relaxed-threads'];
  const found = await run(
    `for (const name of ${JSON.stringify(names)}) console.log(import.meta.resolve('unrolled/kernels/' + name + '.wasm'));`,
  );
  expect(
    found
      .trim()
      .split('\n')
      .map((address) => fileURLToPath(address)),
  ).toEqual(names.map((name) => join(installed, 'dist', 'kernels', `${name}.wasm`)));
});

it('without its files says what to do, and takes those that are named, or those within a module', async () => {
  rmSync(join(installed, 'dist', 'kernels'), { recursive: true });
  const start = `import { configure, randn, useBackend } from 'unrolled';`;
  const missing = await run(start + SHOW);
  expect(missing).toMatch(/^IO expected the WebAssembly kernels, received none: .*\.wasm install unrolled again/);
  expect(missing).toContain('configure({ kernels');
  expect(missing).not.toContain('npm run build');
  expect(await run(`${start} configure({ kernels: ${JSON.stringify(KERNELS)} }); ${SHOW}`)).toBe('2,3 relaxed-simd\n');
  expect(await run(`import 'unrolled/inline'; ${start} ${SHOW}`)).toBe('2,3 simd\n');
});
