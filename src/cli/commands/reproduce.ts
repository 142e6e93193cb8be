// `unrolled reproduce`: runs the experiments of the textbook, checks them, writes their reports.
import { formatSeconds } from '../../drawing/svg.js';
import { UnrolledError } from '../../errors.js';
import type { Chapter, Experiment } from '../../reproduce/experiment.js';
import { inLanguage, type Language } from '../../reproduce/messages.js';
import type { ExperimentResult } from '../../reproduce/run.js';
import type { SettingValues } from '../../reproduce/setting.js';
import { type CommandResult, defineCommand } from '../command.js';
import { processors } from '../io.js';
import { choice, flag, integer, path, string, withDefault } from '../options.js';
import { table } from '../output.js';
import { refuseOverwriting } from '../outputs.js';
import { isModulePath } from '../ownModule.js';
import { shellCommand } from '../resumeCommand.js';
import { watchSignals } from '../signals.js';

export const reproduceCommand = defineCommand({
  name: 'reproduce',
  summary: 'run published experiments on recurrent networks, check their results and write reports',
  arguments: [
    {
      name: '[names...]',
      description:
        'names of experiments, modules that export one, or tasks for that whole chapter (default: the whole textbook)',
    },
  ],
  options: {
    list: flag('--list', 'list the experiments'),
    report: path('--report <folder>', 'write an HTML page for each experiment, and an index'),
    results: path('--results <folder>', 'write what each experiment said, drew and checked as packed JSON'),
    quick: flag('--quick', 'run a short version of each, which takes seconds'),
    set: string('--set <settings>', 'change an experiment: hidden=64,cell=lstm (an unknown name lists what it has)'),
    jobs: {
      ...integer('--jobs <N>', 'number of experiments to run in parallel, each in its own process'),
      defaultText: 'the number of threads',
    },
    lang: withDefault(choice('--lang <language>', 'language of the reports', ['en', 'zh', 'all']), 'en' as const),
  },
  examples: [
    'unrolled reproduce --list',
    'unrolled reproduce lstm-memory gru --report runs/textbook',
    'unrolled reproduce gru --set hidden=64,epochs=50',
    'unrolled reproduce --lang zh --report runs/textbook',
  ],
  endsAtOnce: true,
  async run({ io, globals, signal }, names, options): Promise<CommandResult> {
    const { readChapters, findExperiment } = await import('../reproduce/find.js');
    const chapters = await readChapters();
    const languages: Language[] = options.lang === 'all' ? ['en', 'zh'] : [options.lang];
    if (options.list) return list(chapters, languages[0]);
    const all = chapters.flatMap(({ experiments }) => experiments);
    const grouped = (wanted: string | undefined): string[] =>
      chapters
        .filter(({ group }) => group === wanted)
        .flatMap((chapter) => chapter.experiments.map(({ name }) => name));
    const asked = names.flatMap((name) => (chapters.some(({ group }) => group === name) ? grouped(name) : [name]));
    const typed = names.length === 0 ? grouped(undefined) : asked;
    const chosen = await Promise.all(typed.map((name) => findExperiment(name, all, io.cwd)));

    const { startBackend, describeBackend } = await import('../library.js');
    const { runApart, runHere } = await import('../reproduce/plan.js');
    const { passed } = await import('../../reproduce/run.js');
    const { Pages } = await import('../reproduce/pages.js');
    const { resultPath, writeResult } = await import('../reproduce/results.js');
    const { createProgress } = await import('../progress.js');
    const threads = globals.threads ?? processors();
    const jobs = Math.min(options.jobs ?? threads, chosen.length);
    const each = jobs === 1 ? globals.threads : Math.max(1, Math.floor(threads / jobs));
    const backend = describeBackend(await startBackend({ ...globals, threads: each }));
    const { dataDir } = globals;
    const { quick } = options;
    const seed = globals.seed ?? 0;
    const said: Language[] = options.results === undefined ? languages : ['en', 'zh'];
    const set = await settingsOf(chosen, options.set);
    const plan = { quick, seed, set, languages: said, backend: globals.backend, threads: each, dataDir };
    const pages = options.report === undefined ? null : new Pages(io.cwd, options.report, languages, backend, chapters);
    const written = chosen.flatMap(({ name }) =>
      languages.map((language) => [`--report (${name})`, pages?.pathOf(name, language)] as const),
    );
    const { results: folder } = options;
    const stored = chosen.flatMap(({ name }) =>
      folder === undefined ? [] : [[`--results (${name})`, resultPath(folder, name)] as const],
    );
    await refuseOverwriting({ io, globals }, Object.fromEntries([...written, ...stored]), typed.filter(isModulePath));
    const bar = createProgress(io, { quiet: globals.quiet, mayDie: true });
    const finished = new Array<ExperimentResult | undefined>(chosen.length);
    let writing: Promise<void> = Promise.resolve();
    const share = new Float64Array(chosen.length);
    // This process only waits for the others: it can hear signals, and ends them.
    const apart = watchSignals(jobs > 1 ? io.signals : undefined, (status) => io.exit(status));
    const failure = new AbortController();
    const stopped = AbortSignal.any([apart.signal, failure.signal]);
    const runOne = async (i: number): Promise<void> => {
      const { name } = chosen[i];
      const progress = (done: number, text: string): void => {
        share[i] = done;
        bar.update(share.reduce((sum, part) => sum + part, 0) / chosen.length, `${name} ${text}`);
      };
      const result = await (jobs === 1
        ? runHere(chosen[i], plan, { io, signal, progress })
        : runApart(chosen[i], { typed: typed[i], plan }, { io, progress, signal: stopped }));
      share[i] = 1;
      finished[i] = result;
      if (globals.debug && result.error?.cause instanceof Error) io.stderr.write(`${result.error.cause.stack}\n`);
      const good = result.checks.filter(({ ok }) => ok).length;
      const mark = passed(result) ? '✓' : '✗';
      bar.log(`${mark} ${name}  ${good} of ${result.checks.length} checks  ${formatSeconds(result.seconds)}`);
      // One after the other: the last index has all.
      writing = writing.then(async () => {
        const until = finished.filter((one) => one !== undefined);
        if (folder !== undefined) await writeResult(io.cwd, folder, result, backend);
        await pages?.write(result, commandOf(typed[i], seed, options), chosen.length > 1 ? until : null);
      });
      await writing;
    };
    const start = io.now();
    try {
      // The longest start first, so that none is left alone at the end.
      const waiting = chosen.map((_, i) => i);
      if (jobs > 1) waiting.sort((a, b) => chosen[b].minutes - chosen[a].minutes || a - b);
      const worker = async (): Promise<void> => {
        for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) await runOne(i);
      };
      // What breaks one (a full disk) ends all, and none is left behind.
      const ends = await Promise.allSettled(
        Array.from({ length: jobs }, () =>
          worker().catch((error: unknown) => (failure.abort(), Promise.reject(error))),
        ),
      );
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    } finally {
      apart.dispose();
      bar.stop();
    }
    const results = finished.filter((one) => one !== undefined);

    const language = languages[0];
    const failed = results.filter((result) => !passed(result));
    const json = {
      experiments: results.map((result) => ({
        name: result.experiment.name,
        title: result.experiment.text.title[language],
        source: inLanguage(result.experiment.source, language),
        seconds: Math.round(result.seconds * 100) / 100,
        checks: result.checks.map(({ what, expected, got, ok }) => ({ what: what[language], expected, got, ok })),
        error: result.error && { code: result.error.code, message: result.error.message, help: result.error.help },
        report: pages?.pathOf(result.experiment.name, language) ?? null,
      })),
      quick: options.quick,
      seed,
      set,
      backend,
      jobs,
      seconds: Math.round((io.now() - start) / 10) / 100,
      failed: failed.map(({ experiment }) => experiment.name),
    };
    const lines = results.map((result) => summary(result, language));
    if (options.report !== undefined) {
      lines.push(`${chosen.length > 1 ? pages?.index(language) : pages?.pathOf(chosen[0].name, language)}`);
    }
    return { json, text: lines.join('\n\n'), status: failed.length > 0 ? 1 : 0 };
  },
});

/** Errors: OPTION for a name or value that is none, USAGE for several experiments, which have names of their own. */
async function settingsOf(chosen: readonly Experiment[], text: string | undefined): Promise<SettingValues> {
  if (text === undefined) return {};
  if (chosen.length !== 1) {
    throw new UnrolledError('USAGE', `expected one experiment with --set, received ${chosen.length}`, 'name one');
  }
  const { readSettings } = await import('../../reproduce/setting.js');
  return readSettings(chosen[0], text);
}

function list(chapters: readonly Chapter[], language: Language): CommandResult {
  const experiments = chapters.flatMap((chapter) =>
    chapter.experiments.map(({ name, source, text, datasets, minutes }) => ({
      name,
      chapter: chapter.title[language],
      title: text.title[language],
      source: inLanguage(source, language),
      datasets,
      minutes,
    })),
  );
  const rows = experiments.map(({ name, chapter, title, source, minutes }) => {
    return [name, chapter, title, source, minutes < 1 ? '' : String(minutes)];
  });
  const columns = ['name', 'chapter', 'what', 'source', 'minutes'].map((heading) => ({ heading }));
  return { json: { experiments }, text: table(columns, rows) };
}

/** The command that runs one again. @param typed its name, or its module */
function commandOf(typed: string, seed: number, { quick, report = '', lang, set }: CommandOptions): string {
  const options = [
    ...(quick ? ['--quick'] : []),
    ...(set === undefined ? [] : ['--set', set]),
    ...(seed === 0 ? [] : ['--seed', String(seed)]),
  ];
  return shellCommand(['reproduce', typed, ...options, '--report', report, ...(lang === 'en' ? [] : ['--lang', lang])]);
}

interface CommandOptions {
  set?: string;
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
