// `unrolled eject`: the program of a lesson as a folder that runs by itself.
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnrolledError } from '../../errors.js';
import { defineCommand } from '../command.js';
import { writeWhole } from '../files.js';
import { choice, path, withDefault } from '../options.js';

/** The package that this file belongs to: a checkout, or the published command line. */
const PACKAGE = fileURLToPath(new URL('../../../', import.meta.url));

export const ejectCommand = defineCommand({
  name: 'eject',
  summary: 'write the program of a lesson into a folder that runs by itself: node lesson.js',
  arguments: [{ name: '<name>', description: 'name of a lesson, as unrolled reproduce --list has it' }],
  options: {
    out: { ...path('--out <folder>', 'where to write it'), defaultText: 'a folder with the name of the lesson' },
    lang: withDefault(choice('--lang <language>', 'language of its comments and README', ['en', 'zh']), 'en' as const),
  },
  examples: ['unrolled eject gru', 'unrolled eject gru --lang zh', 'unrolled eject rnn-from-scratch --out lessons/rnn'],
  async run({ io, globals }, [name], { out, lang }) {
    const { readChapters, findExperiment } = await import('../reproduce/find.js');
    const { readLesson } = await import('../reproduce/lessons.js');
    const { readData } = await import('../../sources/data.js');
    const chapters = await readChapters();
    const all = chapters.flatMap(({ experiments }) => experiments);
    const experiment = await findExperiment(name, all, io.cwd);
    const lesson = await readLesson(experiment.name, chapters, lang);
    if (!lesson) {
      throw new UnrolledError(
        'OPTION',
        `expected the name of a lesson, received "${name}", which has no program of its own`,
        'unrolled reproduce --list lists them',
      );
    }
    const folder = out ?? experiment.name;
    if (existsSync(resolve(io.cwd, folder, 'lesson.js'))) {
      throw new UnrolledError(
        'OPTION',
        `expected a folder without a lesson, received ${folder}, which has lesson.js`,
        'name another folder with --out, or remove it',
      );
    }
    // Of the data, the files that the program reads.
    const files: { name: string; bytes: Uint8Array | string }[] = [];
    for (const dataset of experiment.datasets) {
      if (!/readFileSync/.test(lesson.text)) break;
      const { parts, validation, test } = await readData({ ...io, dataDir: globals.dataDir }, [dataset], 'any');
      const named = [...parts, ...validation, ...test].filter((file) => lesson.text.includes(`'${file.name}'`));
      files.push(...named);
    }
    const version = await ownVersion();
    const manifest = {
      name: `lesson-${experiment.name}`,
      private: true,
      type: 'module',
      scripts: { start: 'node lesson.js' },
      dependencies: { unrolled: version },
    };
    const title = experiment.text.title[lang];
    files.push(
      { name: 'lesson.ts', bytes: lesson.text },
      { name: 'lesson.js', bytes: lesson.javascript },
      { name: 'package.json', bytes: `${JSON.stringify(manifest, null, 2)}\n` },
      { name: 'README.md', bytes: readme(title, lang) },
    );
    for (const file of files) await writeWhole(io.cwd, join(folder, file.name), file.bytes);
    const runs = await linkLibrary(resolve(io.cwd, folder));
    const names = files.map((file) => file.name).sort();
    const first = runs ? '' : ' && npm install';
    return {
      json: { folder, files: names },
      text: `${folder}: ${names.join(', ')}\n\n  cd ${folder}${first} && node lesson.js`,
    };
  },
});

const TEXTS = {
  en: {
    run: '`node lesson.js` runs it (`npm install` before, where `unrolled` is not found); a number after it makes the training shorter or longer. `lesson.ts` is the same with types.',
    again: 'Change what you like: the file is yours.',
  },
  zh: {
    run: '用 `node lesson.js` 运行（如果找不到 `unrolled`，先运行 `npm install`）；后面加一个数，训练就更短或更长。`lesson.ts` 是带类型的同一个程序。',
    again: '随意修改：这个文件是你的了。',
  },
} as const;

function readme(title: string, lang: 'en' | 'zh'): string {
  const { run, again } = TEXTS[lang];
  return `# ${title}\n\n${run}\n\n${again}\n`;
}

/** What package.json asks for: this version, or the checkout itself, which no registry has. */
async function ownVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as { version: string };
  return isCheckout() ? `file:${PACKAGE.replace(/[\\/]$/, '')}` : `^${version}`;
}

/** A checkout has its sources; the published packages do not. */
function isCheckout(): boolean {
  return existsSync(join(PACKAGE, 'src', 'cli', 'main.ts'));
}

/** Makes a checkout's library found from the folder. @returns whether `import 'unrolled'` works there */
async function linkLibrary(folder: string): Promise<boolean> {
  const found = join(folder, 'node_modules', 'unrolled');
  if (isCheckout() && !existsSync(found)) {
    await mkdir(dirname(found), { recursive: true });
    await symlink(relative(dirname(found), PACKAGE), found, 'junction');
  }
  try {
    createRequire(join(folder, 'lesson.js')).resolve('unrolled');
    return true;
  } catch {
    return false;
  }
}
