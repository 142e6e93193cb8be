// The program of a lesson: one file of TypeScript in its chapter's folder, the same as JavaScript, and what it prints.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withComments } from '../../reproduce/comments.js';
import type { Chapter } from '../../reproduce/experiment.js';
import type { Language } from '../../reproduce/messages.js';

/** Where the experiments lie as they are written. */
export const SOURCES = fileURLToPath(new URL('../../../experiments/', import.meta.url));

/** Where the build puts the lessons as JavaScript. */
const BUILT = fileURLToPath(new URL('../../../dist/lessons/', import.meta.url));

export interface Lesson {
  /** TypeScript. */
  text: string;
  /** The same without its types. */
  javascript: string;
  /** What it printed when it was written; empty where it was not kept. */
  prints: string;
}

/**
 * Its comments are in this language.
 * @returns null for an experiment without one, as one's own are. Errors: NOT_FOUND where it was not built.
 */
export async function readLesson(
  name: string,
  chapters: readonly Chapter[],
  language: Language,
): Promise<Lesson | null> {
  const chapter = chapters.find(({ experiments }) => experiments.some((experiment) => experiment.name === name));
  const path = join(SOURCES, chapter?.folder ?? '', 'lessons', `${name}.ts`);
  if (!chapter || !existsSync(path)) return null;
  const comments = language === 'en' ? {} : (chapter.comments ?? {});
  const printed = join(SOURCES, chapter.folder, 'lessons', 'prints', `${name}.txt`);
  return {
    text: withComments(await readFile(path, 'utf8'), comments),
    javascript: withComments(await readFile(join(BUILT, `${name}.js`), 'utf8'), comments),
    prints: existsSync(printed) ? await readFile(printed, 'utf8') : '',
  };
}
