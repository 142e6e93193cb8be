// `unrolled exercise`: sets up an exercise of a lesson, checks the answer, gives hints.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UnrolledError } from '../../errors.js';
import { plainText } from '../../drawing/pages/plainText.js';
import { didYouMean } from '../../nearest.js';
import type { Exercise } from '../../reproduce/exercise.js';
import type { Chapter } from '../../reproduce/experiment.js';
import type { Language } from '../../reproduce/messages.js';
import { type CommandResult, defineCommand } from '../command.js';
import { writeWhole } from '../files.js';
import { choice, flag, path, withDefault } from '../options.js';
import { table } from '../output.js';
import { importOwn } from '../ownModule.js';

/** Where exercises and what was solved lie, from where the command is started. */
const FOLDER = 'exercises';

interface Progress {
  /** Names of exercises whose answer was right. */
  solved: string[];
  /** How many hints of each were given. */
  hints: Record<string, number>;
}

export const exerciseCommand = defineCommand({
  name: 'exercise',
  summary: 'set up an exercise of a lesson, check the answer, give a hint',
  arguments: [
    { name: '[name]', description: 'name of an exercise, or of a lesson for those that it has (default: all)' },
  ],
  options: {
    check: path('--check <file>', 'check the answer in a file: the default export of exercises/NAME.mjs'),
    hint: flag('--hint', 'give the next hint'),
    lang: withDefault(choice('--lang <language>', 'language of the exercise', ['en', 'zh']), 'en' as const),
  },
  examples: [
    'unrolled exercise',
    'unrolled exercise gru-keep',
    'unrolled exercise gru-keep --hint',
    'unrolled exercise gru-keep --check exercises/gru-keep.mjs',
  ],
  async run({ io }, [name], { check, hint, lang }): Promise<CommandResult> {
    const { readChapters } = await import('../reproduce/find.js');
    const rows = exercisesOf(await readChapters());
    const progress = await readProgress(io.cwd);
    const ofLesson = rows.filter(({ lesson }) => lesson === name);
    if (name === undefined || ofLesson.length > 0) {
      if (check !== undefined || hint) {
        throw new UnrolledError(
          'USAGE',
          'expected the name of an exercise, received none',
          'unrolled exercise lists them',
        );
      }
      return list(name === undefined ? rows : ofLesson, progress, lang);
    }
    const found = rows.find(({ exercise }) => exercise.name === name.toLowerCase());
    if (!found) {
      const names = rows.flatMap(({ exercise, lesson }) => [exercise.name, lesson]);
      throw new UnrolledError(
        'OPTION',
        `expected the name of an exercise, received "${name}"`,
        `${didYouMean(name, names)}unrolled exercise lists them`,
      );
    }
    const { exercise, lesson } = found;
    const t = TEXTS[lang];
    const file = join(FOLDER, `${exercise.name}.mjs`);
    const solved = progress.solved.includes(exercise.name);
    if (check !== undefined) {
      const { default: given } = await importOwn(io.cwd, check, { what: 'an answer', code: 'FORMAT' });
      const verdict = await exercise.check(given);
      if (verdict.ok && !solved) {
        progress.solved.push(exercise.name);
        await writeProgress(io.cwd, progress);
      }
      const says = plainText(verdict.says[lang]);
      return {
        json: { exercises: [{ name: exercise.name, lesson, solved: solved || verdict.ok }], ok: verdict.ok, says },
        text: verdict.ok
          ? `✓ ${says}\n\n${plainText(exercise.answer[lang])}`
          : `✗ ${says}\n\n${t.tryAgain(exercise.name)}`,
        status: verdict.ok ? 0 : 1,
      };
    }
    if (hint) {
      const given = Math.min((progress.hints[exercise.name] ?? 0) + 1, exercise.hints.length);
      await writeProgress(io.cwd, { ...progress, hints: { ...progress.hints, [exercise.name]: given } });
      const hints = exercise.hints.slice(0, given).map((one) => plainText(one[lang]));
      const more = given < exercise.hints.length ? t.moreHints : t.lastHint;
      return {
        json: { exercises: [{ name: exercise.name, lesson, solved }], hints },
        text: [...hints.map((text, i) => `${i + 1}. ${text}`), more].join('\n'),
      };
    }
    const isNew = !existsSync(resolve(io.cwd, file));
    const question = plainText(exercise.question[lang]);
    const task = exercise.kind === 'predict' ? `${question}\n\n${t.inPlace(placeholder(exercise.start))}` : question;
    if (isNew) await writeWhole(io.cwd, file, `${commented(task)}\n${exercise.start}`);
    return {
      json: { exercises: [{ name: exercise.name, lesson, solved }], file, question },
      text: `${task}\n\n${isNew ? t.written(file) : t.there(file)}\n  unrolled exercise ${exercise.name} --check ${file}${t.option}\n  unrolled exercise ${exercise.name} --hint${t.option}`,
    };
  },
});

const TEXTS = {
  en: {
    option: '',
    tryAgain: (name: string) => `unrolled exercise ${name} --hint helps`,
    moreHints: 'There are more hints: ask again.',
    lastHint: 'That was the last hint; the answer stands on the lesson’s page.',
    inPlace: (placeholder: string) => `The answer goes in place of ${placeholder}.`,
    written: (file: string) => `Your file: ${file}. When it has your answer:`,
    there: (file: string) => `Your file is there already: ${file}. When it has your answer:`,
    columns: ['exercise', 'lesson', 'kind', 'solved'],
    kinds: { predict: 'predict', code: 'write' },
  },
  zh: {
    option: ' --lang zh',
    tryAgain: (name: string) => `用 unrolled exercise ${name} --hint --lang zh 获得提示`,
    moreHints: '还有更多提示：再问一次。',
    lastHint: '这是最后一个提示；答案在本课的页面上。',
    inPlace: (placeholder: string) => `把 ${placeholder} 换成你的答案。`,
    written: (file: string) => `你的文件：${file}。写好答案之后：`,
    there: (file: string) => `你的文件已经在这里：${file}。写好答案之后：`,
    columns: ['练习', '课', '类型', '已完成'],
    kinds: { predict: '预测', code: '编写' },
  },
} as const;

interface Row {
  exercise: Exercise;
  /** The experiment that has it. */
  lesson: string;
}

function exercisesOf(chapters: readonly Chapter[]): Row[] {
  return chapters.flatMap(({ experiments }) =>
    experiments.flatMap(({ name, exercises = [] }) => exercises.map((exercise) => ({ exercise, lesson: name }))),
  );
}

function list(rows: readonly Row[], { solved }: Progress, lang: Language): CommandResult {
  const t = TEXTS[lang];
  const done = (name: string): boolean => solved.includes(name);
  const cells = rows.map(({ exercise: { name, kind }, lesson }) => [
    name,
    lesson,
    t.kinds[kind],
    done(name) ? '✓' : '',
  ]);
  return {
    json: { exercises: rows.map(({ exercise: { name }, lesson }) => ({ name, lesson, solved: done(name) })) },
    text: table(
      t.columns.map((heading) => ({ heading })),
      cells,
    ),
  };
}

/** What was solved and hinted, from where the command is started. Errors: FORMAT for a file that is there and says something else. */
async function readProgress(cwd: string): Promise<Progress> {
  const file = join(FOLDER, 'progress.json');
  if (!existsSync(resolve(cwd, file))) return { solved: [], hints: {} };
  try {
    const { solved, hints } = JSON.parse(await readFile(resolve(cwd, file), 'utf8')) as Progress;
    return { solved: [...solved], hints: { ...hints } };
  } catch (error) {
    throw new UnrolledError(
      'FORMAT',
      `expected ${file} as this command wrote it, received another text`,
      'mend it, or remove it to begin anew',
      { cause: error },
    );
  }
}

function writeProgress(cwd: string, progress: Progress): Promise<void> {
  return writeWhole(cwd, join(FOLDER, 'progress.json'), `${JSON.stringify(progress, null, 2)}\n`);
}

/** What stands in the file of a prediction where the answer is to go. */
function placeholder(start: string): string {
  return start.includes('NaN') ? 'NaN' : '?';
}

function commented(text: string): string {
  return text
    .split('\n')
    .map((line) => `// ${line}`.trimEnd())
    .join('\n');
}
