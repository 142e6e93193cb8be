// The folder of reports: a page for each experiment and language, and the index.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { Chapter, Experiment } from '../../reproduce/experiment.js';
import type { Language } from '../../reproduce/messages.js';
import { experimentReport, indexReport } from '../../reproduce/report.js';
import type { ExperimentResult } from '../../reproduce/run.js';
import { writeWhole } from '../files.js';
import { readLesson, SOURCES } from './lessons.js';

/** One language is at the folder's root; Chinese beside English in zh/. */
export class Pages {
  readonly #cwd: string;
  readonly #folder: string;
  readonly #languages: readonly Language[];
  readonly #backend: string;
  readonly #chapters: readonly Chapter[];

  constructor(
    cwd: string,
    folder: string,
    languages: readonly Language[],
    backend: string,
    chapters: readonly Chapter[],
  ) {
    this.#cwd = cwd;
    this.#folder = folder;
    this.#languages = languages;
    this.#backend = backend;
    this.#chapters = chapters;
  }

  pathOf(name: string, language: Language): string {
    return join(this.#folder, language === this.#languages[0] ? '' : language, `${name}.html`);
  }

  index(language: Language): string {
    return this.pathOf('index', language);
  }

  /** @param results all until now, for the index; null leaves the index alone */
  async write(
    result: ExperimentResult,
    commandLine: string,
    results: readonly ExperimentResult[] | null,
  ): Promise<void> {
    const { name } = result.experiment;
    const texts = await this.#code(result.experiment);
    const titles = Object.fromEntries(
      this.#chapters.flatMap(({ experiments }) => experiments.map(({ name: other, text }) => [other, text.title])),
    );
    const indexed = results !== null || existsSync(resolve(this.#cwd, this.index(this.#languages[0])));
    for (const language of this.#languages) {
      const backend = this.#backend;
      const lesson = await readLesson(name, this.#chapters, language);
      const others = (page: string) => this.#others(language, page);
      const page = experimentReport(result, {
        language,
        backend,
        code: texts,
        lesson,
        command: commandLine,
        others: others(name),
        titles,
        studioLesson: this.#lessonOf(name),
        studio: this.#studio(language),
        index: indexed ? 'index.html' : null,
      });
      await writeWhole(this.#cwd, this.pathOf(name, language), page);
      if (results === null) continue;
      const index = indexReport(this.#chapters, results, {
        language,
        backend,
        others: others('index'),
        href: (of) => `${of}.html`,
      });
      await writeWhole(this.#cwd, this.index(language), index);
    }
  }

  #lessonOf(name: string): string | undefined {
    const lessons = this.#chapters.flatMap(({ lessons = {} }) => Object.entries(lessons));
    return lessons.find(([, experiments]) => experiments.includes(name))?.[0];
  }

  /** Where the studio's files were put among the pages. */
  #studio(language: Language): string | null {
    if (!existsSync(resolve(this.#cwd, this.#folder, 'studio', 'index.html'))) return null;
    return language === this.#languages[0] ? 'studio/' : '../studio/';
  }

  /** Files of this package are named as they lie in experiments/, those of one's own as they lie here. */
  #code({ name, code }: Experiment): Promise<{ name: string; text: string }[]> {
    const isHere = (chapter: Chapter): boolean => chapter.experiments.some((experiment) => experiment.name === name);
    const folder = resolve(SOURCES, this.#chapters.find(isHere)?.folder ?? '');
    return Promise.all(
      code.map(async (file) => {
        const path = resolve(folder, file);
        const base = path.startsWith(SOURCES) ? SOURCES : this.#cwd;
        return { name: relative(base, path).replaceAll(sep, '/'), text: await readFile(path, 'utf8') };
      }),
    );
  }

  #others(language: Language, page: string): { language: Language; href: string }[] {
    const up = language === this.#languages[0] ? '' : '../';
    return this.#languages
      .filter((other) => other !== language)
      .map((other) => ({
        language: other,
        href: `${up}${other === this.#languages[0] ? '' : `${other}/`}${page}.html`,
      }));
  }
}
