// `unrolled reproduce`: runs the experiments of the textbook, checks them, writes their reports.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnrolledError } from '../../errors.js';
import { didYouMean } from '../../nearest.js';
import { formatSeconds } from '../../plot/svg.js';
import type { Chapter, Experiment } from '../../reproduce/experiment.js';
import type { Language } from '../../reproduce/messages.js';
import type { ExperimentResult } from '../../reproduce/run.js';
import { type CommandResult, defineCommand } from '../command.js';
import { writeWhole } from '../files.js';
import { choice, flag, path, withDefault } from '../options.js';
import { table } from '../output.js';
import { importOwn, isModulePath } from '../ownModule.js';
import { shellCommand } from '../resumeCommand.js';

/** A module of this package that is built beside src/. */
const EXPERIMENTS = 'unrolled/experiments';
const SOURCES = fileURLToPath(new URL('../../../experiments/', import.meta.url));

export const reproduceCommand = defineCommand({
  name: 'reproduce',
  summary: 'runs published experiments on recurrent networks, checks them, draws what happened',
  arguments: [
    { name: '[names...]', description: 'experiments, or a module that exports one; all of them where none is named' },
  ],
  options: {
    list: flag('--list', 'what there is'),
    report: path('--report <folder>', 'one HTML page for each experiment, and an index'),
    quick: flag('--quick', 'a short version of each, of seconds'),
    lang: withDefault(choice('--lang <language>', 'of the reports', ['en', 'zh', 'all']), 'en' as const),
  },
  examples: [
    'unrolled reproduce --list',
    'unrolled reproduce lstm-memory gru --report runs/textbook',
    'unrolled reproduce --lang zh --report runs/textbook',
  ],
  endsAtOnce: true,
  async run({ io, globals, signal }, names, options): Promise<CommandResult> {
    const { CHAPTERS } = (await import(EXPERIMENTS)) as { CHAPTERS: readonly Chapter[] };
    const languages: Language[] = options.lang === 'all' ? ['en', 'zh'] : [options.lang];
    if (options.list) return list(CHAPTERS, languages[0]);
    const all = CHAPTERS.flatMap(({ experiments }) => experiments);
    const chosen = names.length === 0 ? all : await Promise.all(names.map((name) => find(name, all, io.cwd)));

    const { manualSeed } = await import('../../node.js');
    const { startBackend, describeBackend } = await import('../library.js');
    const { runExperiment, passed } = await import('../../reproduce/run.js');
    const { readData, textOf } = await import('../input.js');
    const { createProgress } = await import('../progress.js');
    const backend = describeBackend(await startBackend(globals));
    const seed = globals.seed ?? 0;
    const pages = options.report === undefined ? null : new Pages(io.cwd, options.report, languages, backend, CHAPTERS);
    const progress = createProgress(io, { quiet: globals.quiet, mayDie: true });
    const results: ExperimentResult[] = [];
    try {
      for (const [i, experiment] of chosen.entries()) {
        manualSeed(seed);
        const { name } = experiment;
        const result = await runExperiment(experiment, {
          quick: options.quick,
          seed,
          languages,
          signal,
          progress: (done, text) => progress.update((i + done) / chosen.length, `${name} ${text}`),
          data: async (known) => textOf(await readData(io, [known], globals.dataDir)),
          files: async (known) => (await readData(io, [known], globals.dataDir)).parts,
        });
        if (globals.debug && result.error?.cause instanceof Error) io.stderr.write(`${result.error.cause.stack}\n`);
        results.push(result);
        const good = result.checks.filter(({ ok }) => ok).length;
        const mark = passed(result) ? '✓' : '✗';
        progress.log(`${mark} ${name}  ${good} of ${result.checks.length} checks  ${formatSeconds(result.seconds)}`);
        await pages?.write(result, commandOf(names[i] ?? name, seed, options), chosen.length > 1 ? results : null);
      }
    } finally {
      progress.stop();
    }

    const language = languages[0];
    const failed = results.filter((result) => !passed(result));
    const json = {
      experiments: results.map((result) => ({
        name: result.experiment.name,
        title: result.experiment.text.title[language],
        source: result.experiment.source,
        seconds: Math.round(result.seconds * 100) / 100,
        checks: result.checks.map(({ what, expected, got, ok }) => ({ what: what[language], expected, got, ok })),
        error: result.error && { code: result.error.code, message: result.error.message, help: result.error.help },
        report: pages?.pathOf(result.experiment.name, language) ?? null,
      })),
      quick: options.quick,
      seed,
      backend,
      failed: failed.map(({ experiment }) => experiment.name),
    };
    const lines = results.map((result) => summary(result, language));
    if (options.report !== undefined) {
      lines.push(`${chosen.length > 1 ? pages?.index(language) : pages?.pathOf(chosen[0].name, language)}`);
    }
    return { json, text: lines.join('\n\n'), status: failed.length > 0 ? 1 : 0 };
  },
});

function list(chapters: readonly Chapter[], language: Language): CommandResult {
  const experiments = chapters.flatMap((chapter) =>
    chapter.experiments.map(({ name, source, text, datasets }) => ({
      name,
      chapter: chapter.title[language],
      title: text.title[language],
      source,
      datasets,
    })),
  );
  const rows = experiments.map(({ name, chapter, title, source }) => [name, chapter, title, source]);
  const columns = ['name', 'chapter', 'what', 'source'].map((heading) => ({ heading }));
  return { json: { experiments }, text: table(columns, rows) };
}

/** Errors: OPTION for an unknown name, NOT_FOUND and FORMAT for a module. */
async function find(name: string, all: readonly Experiment[], cwd: string): Promise<Experiment> {
  const found = all.find((experiment) => experiment.name === name.toLowerCase());
  if (found) return found;
  const names = all.map((experiment) => experiment.name);
  if (!isModulePath(name)) {
    throw new UnrolledError(
      'OPTION',
      `expected the name of an experiment, received "${name}"`,
      `${didYouMean(name, names)}unrolled reproduce --list shows them`,
    );
  }
  const { default: exported } = await importOwn(cwd, name, { what: 'an experiment', code: 'FORMAT' });
  const own = exported as Partial<Experiment> | undefined;
  if (!own?.name || !own.run || !own.text?.title || !own.text.idea) {
    throw new UnrolledError(
      'FORMAT',
      `expected an experiment as the default export of ${name}`,
      "write it as: export default experiment({ name, source, text, run }), with experiment from 'unrolled/reproduce'",
    );
  }
  return { ...(own as Experiment), code: [resolve(cwd, name)] };
}

/** The command that runs one again. @param typed its name, or its module */
function commandOf(typed: string, seed: number, { quick, report = '', lang }: CommandOptions): string {
  const options = [...(quick ? ['--quick'] : []), ...(seed === 0 ? [] : ['--seed', String(seed)])];
  return shellCommand(['reproduce', typed, ...options, '--report', report, ...(lang === 'en' ? [] : ['--lang', lang])]);
}

interface CommandOptions {
  quick: boolean;
  report?: string;
  lang: string;
}

function summary({ experiment, checks, error, seconds }: ExperimentResult, language: Language): string {
  const lines = [`${experiment.name}: ${experiment.text.title[language]} (${formatSeconds(seconds)})`];
  for (const { what, expected, got, ok } of checks) {
    lines.push(`  ${ok ? '✓' : '✗'} ${what[language].replaceAll('`', '')}: ${got} (${expected})`);
  }
  if (error) lines.push(`  ✗ error[${error.code}]: ${error.message}`, `    help: ${error.help}`);
  return lines.join('\n');
}

/** The folder of reports: one language at its root; Chinese beside English in zh/. */
class Pages {
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
    const { experimentReport, indexReport } = await import('../../reproduce/report.js');
    const { name, code } = result.experiment;
    const texts = await Promise.all(
      code.map(async (file) => ({ name: file, text: await readFile(resolve(SOURCES, file), 'utf8') })),
    );
    const indexed = results !== null || existsSync(resolve(this.#cwd, this.index(this.#languages[0])));
    for (const language of this.#languages) {
      const backend = this.#backend;
      const others = (page: string) => this.#others(language, page);
      const page = experimentReport(result, {
        language,
        backend,
        code: texts,
        command: commandLine,
        others: others(name),
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
