// Lessons as JavaScript: the same files without their types, with their empty lines and comments, as they are ejected.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Every lesson: experiments/CHAPTER/lessons/NAME.ts. */
export function lessonFiles(root) {
  return readdirSync(join(root, 'experiments'), { recursive: true })
    .filter((name) => /[\\/]lessons[\\/][^\\/]+\.ts$/.test(name))
    .sort()
    .map((name) => join(root, 'experiments', name));
}

const EMPTY = '//empty//';

/** Writes dist/lessons/NAME.js for each. */
export async function writeLessons(root) {
  const { default: ts } = await import('typescript');
  const prettier = await import('prettier');
  const options = await prettier.resolveConfig(join(root, 'package.json'));
  for (const file of lessonFiles(root)) {
    // The compiler drops empty lines: they wait as comments.
    const marked = readFileSync(file, 'utf8').replace(/^$/gm, EMPTY);
    const { outputText } = ts.transpileModule(marked, {
      compilerOptions: { target: 'ES2022', module: 'ESNext', verbatimModuleSyntax: true },
    });
    const plain = outputText.replaceAll(new RegExp(`^ *${EMPTY}$`, 'gm'), '');
    const text = await prettier.format(plain, { ...options, parser: 'babel' });
    const target = join(root, 'dist', 'lessons', `${basename(file, '.ts')}.js`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}
