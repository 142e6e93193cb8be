// Writes kernels/numbers.h from src/backend/numbers.ts. `--check` writes nothing and fails where the header is behind.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
export const NUMBERS = join(root, 'src', 'backend', 'numbers.ts');
export const HEADER = join(root, 'kernels', 'numbers.h');
const WIDTH = 120;

/** What a file without imports exports, in its order: that of a module's exports is the alphabet's. */
async function exportsOf(source) {
  const { default: ts } = await import('typescript');
  const { target, module } = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target, module } });
  const values = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
  return Object.fromEntries([...source.matchAll(/^export const (\w+)/gm)].map(([, name]) => [name, values[name]]));
}

/** The exports of numbers.ts, a group as an object, in their order. */
async function readNumbers() {
  const source = readFileSync(NUMBERS, 'utf8');
  const group = /^export \* as (\w+) from '(.*)\.js';$/gm;
  const own = await exportsOf(source.replace(group, ''));
  const groups = new Map([...source.matchAll(group)].map(([, name, path]) => [name, `${path}.ts`]));
  const names = [...source.matchAll(/^export (?:const|\* as) (\w+)/gm)].map(([, name]) => name);
  return Promise.all(
    names.map(async (name) => {
      const path = groups.get(name);
      return [
        name,
        path === undefined ? own[name] : await exportsOf(readFileSync(join(dirname(NUMBERS), path), 'utf8')),
      ];
    }),
  );
}

/** The files that the header is written from. */
export function numberFiles() {
  const folder = join(dirname(NUMBERS), 'numbers');
  return [NUMBERS, ...readdirSync(folder).map((name) => join(folder, name))];
}

/** `enum { A = 0, B = 1 };`, broken into lines. */
function enumOf(parts) {
  const lines = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 2 < WIDTH) lines[lines.length - 1] = `${last} ${part},`;
    else lines.push(`  ${part},`);
  }
  const text = lines.join('\n').replace(/,$/, '');
  return lines.length === 1 ? `enum { ${text.trim()} };` : `enum {\n${text}\n};`;
}

export async function headerText() {
  const enums = (await readNumbers()).map(([name, value]) =>
    enumOf(
      typeof value === 'number'
        ? [`${name} = ${value}`]
        : Object.entries(value).map(([key, number]) => `${name}_${key} = ${number}`),
    ),
  );
  return `// The numbers that the kernels share with TypeScript. Written by scripts/numbers.mjs from src/backend/numbers.ts, which says
// what they mean: change them there.
#pragma once

${enums.join('\n\n')}
`;
}

/** True where the header was behind. */
export async function writeHeader() {
  const text = await headerText();
  if (readFileSync(HEADER, { encoding: 'utf8', flag: 'a+' }) === text) return false;
  writeFileSync(HEADER, text);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--check')) await writeHeader();
  else if ((await headerText()) !== readFileSync(HEADER, 'utf8')) {
    process.stderr.write('kernels/numbers.h is behind src/backend/numbers.ts: run `node scripts/numbers.mjs`\n');
    process.exitCode = 1;
  }
}
