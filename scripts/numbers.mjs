// Writes kernels/numbers.h from src/backend/numbers.ts. `--check` writes nothing and fails where the header is behind.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
export const NUMBERS = join(root, 'src', 'backend', 'numbers.ts');
export const HEADER = join(root, 'kernels', 'numbers.h');
const WIDTH = 120;

/** The exports of numbers.ts, which imports nothing. */
async function readNumbers() {
  const { default: ts } = await import('typescript');
  const { target, module } = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const source = readFileSync(NUMBERS, 'utf8');
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target, module } });
  // In the order of the file: that of a module's exports is the alphabet's.
  const names = [...source.matchAll(/^export const (\w+)/gm)].map(([, name]) => name);
  const values = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
  return names.map((name) => [name, values[name]]);
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
