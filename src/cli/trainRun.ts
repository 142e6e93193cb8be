// What every `train` does around the training itself: progress, checkpoints, interruption, the model file, the report, the result.
import { basename } from 'node:path';
import { type ErrorCode, UnrolledError } from '../errors.js';
import type { StartEvent } from '../models/options.js';
import type { Candidate } from '../models/search.js';
import type { StepProgress, TrainingResult } from '../train/trainer.js';
import type { Backend } from '../backend/contract.js';
import type { TaskReport } from '../drawing/reports/taskReport.js';
import type { CommandResult, Context } from './command.js';
import { removeFile, writeWhole } from './files.js';
import { peakMemoryMiB } from './io.js';
import { formatNumber, formatTime, table } from './output.js';
import { refuseOverwriting } from './outputs.js';
import { isModulePath } from './ownModule.js';
import { ranks } from '../parallel/communicator.js';
import { describeRanks, RankDone, shortSteps } from './ranks.js';
import type { Progress } from './progress.js';
import { resumeCommand, shellCommand } from './resumeCommand.js';
import type { Resumed } from './resumed.js';
import type { DataReport } from '../sources/reading.js';
import type { Hooks, Trained } from './hooks.js';
import { searched, type SearchResult, searchText } from './search.js';
import { Budget, CHECKPOINT_EVERY, type TrainOptions } from './trainOptions.js';

export interface ModelFiles {
  model: string;
  report: string;
  checkpoint: string;
}

/** @param name of the data */
function filesOf(name: string, options: Pick<TrainOptions, 'out' | 'report' | 'cell'>, cell: string): ModelFiles {
  const model = options.out ?? `runs/${name}-${basename(options.cell ?? cell).replace(/\.\w+$/, '')}.safetensors`;
  const stem = model.replace(/\.safetensors$/i, '');
  return { model, report: options.report ?? `${stem}.html`, checkpoint: `${stem}.checkpoint` };
}

/** A training that is about to begin. */
export interface Run {
  backend: Backend;
  files: ModelFiles;
  options: TrainOptions;
  progress: Progress;
  /** What a training reads: tokens, where nothing is said. */
  counted?: string;
  /** What else to say of the loss. */
  also?: (loss: number) => string;
  resumed: Resumed | null;
  budget: Budget;
  /** What training chose from the data, once it has begun. */
  chosen: Record<string, unknown>;
  /** What --search tried. */
  search: SearchResult | null;
}

/**
 * Chooses backend and files, and says on the progress what will be learned from.
 * @param args DATA
 * Errors: OPTION where a file to write is one that is read.
 */
export async function startRun(
  context: Context,
  { name, report, resumed }: { name: string; report: DataReport; resumed: Resumed | null },
  args: readonly string[],
  line: string,
  options: TrainOptions & { test?: string | number; vectors?: string },
  cell: string,
): Promise<Run> {
  const { io, globals } = context;
  const files = filesOf(name, options, cell);
  await refuseTrainingOver({ io, globals }, files, args, options);
  const { describeBackend, startBackend } = await import('./library.js');
  const { createProgress } = await import('./progress.js');
  const backend = await startBackend(globals);
  const progress = createProgress(io, globals);
  for (const note of report.notes) progress.log(note);
  const joined = describeRanks();
  progress.log(`${describeBackend(backend)}${joined === null ? '' : ` · ${joined}`} · ${name}: ${line}`);
  return {
    backend,
    files,
    options,
    progress,
    resumed,
    budget: new Budget(options.minutes, context),
    chosen: {},
    search: null,
  };
}

/** The checkpoint that a training goes on from is the one that it writes; all else that is read stays. Errors: OPTION. */
async function refuseTrainingOver(
  context: Pick<Context, 'io' | 'globals'>,
  { model, report, checkpoint }: ModelFiles,
  args: readonly string[],
  { resume, test, vectors, cell }: Parameters<typeof startRun>[4],
): Promise<void> {
  const inputs = [
    ...args,
    vectors,
    isModulePath(cell ?? '') ? cell : undefined,
    typeof test === 'string' ? test : undefined,
  ];
  await refuseOverwriting(context, { '--out': model, '--report': report }, [...inputs, resume]);
  await refuseOverwriting(
    context,
    { '--out': model, '--report': report, '--out for the checkpoint': checkpoint },
    inputs,
  );
}

/** Tries settings, without what the trials have to say of their validations. */
async function searchFirst(context: Context, run: Run, fit: (hooks: Hooks) => Promise<Trained>): Promise<Candidate> {
  const { progress, options } = run;
  run.progress = { ...progress, log: () => undefined };
  try {
    run.search = await searched(context, { options, progress }, fit);
    return run.search.best;
  } finally {
    run.progress = progress;
  }
}

/** What ends a training for no fault of it, so that it goes on from its checkpoint. */
const LEFT_BEHIND = new Set<ErrorCode>(['RANK', 'DEVICE_LOST', 'OUT_OF_MEMORY']);

/**
 * Trains and saves. What was left on the way goes when the model is whole.
 * Errors: INTERRUPTED, RANK, DEVICE_LOST and OUT_OF_MEMORY, with the command that goes on.
 */
export async function trainAndSave<M extends Trained>(
  context: Context,
  run: Run,
  fit: (hooks: Hooks) => Promise<M>,
): Promise<M & { training: NonNullable<M['training']> }> {
  const { io, signal, argv } = context;
  const { files, options, progress } = run;
  const found = run.resumed === null && options.search !== undefined ? await searchFirst(context, run, fit) : {};
  const ofRanks = shortSteps();
  let saved = false;
  let model: M;
  try {
    model = await fit({
      ...found,
      signal,
      resume: run.resumed?.bytes,
      checkpoint: {
        everySeconds: options.checkpointEvery ?? CHECKPOINT_EVERY,
        save: async (bytes) => {
          await writeWhole(io.cwd, files.checkpoint, bytes);
          saved = true;
        },
      },
      onStart(event) {
        Object.assign(run.chosen, event.chosen);
        for (const line of startLines(event)) progress.log(line);
      },
      onProgress(event) {
        const note = ofRanks(event);
        if (note !== null) progress.log(note);
        progress.update(event.progress, progressLine(event, run));
      },
    });
  } catch (error) {
    if (!(saved && error instanceof UnrolledError && LEFT_BEHIND.has(error.code))) throw error;
    const elsewhere = error.code === 'RANK' ? '' : ', or with --backend native on the processor';
    const help = `resume with: ${resumeCommand(argv, files.checkpoint)}${elsewhere}`;
    throw new UnrolledError(error.code, error.message, help, { cause: error });
  } finally {
    progress.stop();
  }
  // What follows, rank 0 does alone.
  if (ranks().rank > 0) throw new RankDone();
  const { training } = model;
  if (training === null) throw new Error('a trained model says how it was trained');
  if (training.reason === 'aborted') {
    throw new UnrolledError(
      'INTERRUPTED',
      `expected to finish training, received an interrupt at step ${training.step}` +
        (saved ? `; the checkpoint is ${files.checkpoint}` : ''),
      `resume with: ${resumeCommand(argv, files.checkpoint)}`,
    );
  }
  await writeWhole(io.cwd, files.model, model.toBytes());
  // The model is whole and saved, so nobody needs what this run, or the one that it went on from, left on the way.
  if (saved || options.resume === files.checkpoint) await removeFile(io.cwd, files.checkpoint);
  return model as M & { training: NonNullable<M['training']> };
}

/** How long the training goes on at most, and what was chosen from the data. */
function startLines({ settings, chosen, facts }: StartEvent): string[] {
  const { epochs, minutes, maxSteps, patience } = settings as Partial<Record<string, number>>;
  const limits = [
    epochs === undefined ? [] : counted(epochs, 'epoch'),
    maxSteps === undefined ? [] : counted(maxSteps, 'step'),
    minutes === undefined ? [] : formatTime(minutes * 60),
  ].flat();
  const early = patience === undefined ? '' : `, less where ${patience} validations bring nothing`;
  const own = Object.entries(chosen).filter(([name]) => !LENGTHS.includes(name));
  return [
    ...(limits.length === 0 ? [] : [`training goes on for at most ${limits.join(' or ')}${early}`]),
    ...(own.length === 0
      ? []
      : [
          `settings chosen from the data (${facts}): ${own.map(([name, value]) => `${name} ${shown(value)}`).join(', ')}`,
        ]),
  ];
}

const counted = (count: number, what: string): string => `${formatNumber(count)} ${what}${count === 1 ? '' : 's'}`;

const LENGTHS = ['epochs', 'minutes', 'maxSteps', 'patience'];

const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .map(([name, inner]) => `${name} ${shown(inner)}`)
        .join(' ')
    : typeof value === 'number'
      ? formatNumber(value)
      : String(value);

function progressLine({ loss, tokensPerSecond, secondsLeft }: StepProgress, { also, counted = 'tokens' }: Run): string {
  const rate = formatNumber(Math.round(tokensPerSecond));
  return `loss ${loss.toFixed(3)}  ${also ? `${also(loss)}  ` : ''}${rate} ${counted}/s  ${formatTime(secondsLeft)} left`;
}

interface TrainedModel {
  readonly task: string;
  readonly config: { cell: string; seed: number };
  parameterCount(): number;
  readonly training: Omit<TrainingResult<{ loss: number }>, 'reason'>;
}

/** What a task has to say of its training, beside what all have. */
export interface TaskOutcome {
  /** Of the report. */
  title: string;
  /** What was trained, and from what. */
  line: string;
  /** Beside the time. */
  figures: TaskReport['figures'];
  scores: TaskReport['scores'];
  unit: string;
  sections: TaskReport['sections'];
  /** Beside parameters, epochs and seed. */
  details?: TaskReport['details'];
  json: Record<string, unknown>;
  /** What was read. */
  data: DataReport;
  /** Paragraphs after the table. */
  text?: readonly string[];
}

/** Writes the report of a task; the same figures as JSON and as text. */
export async function taskResult(
  { io, argv }: Context,
  { backend, files, chosen, search, counted = 'tokens' }: Run,
  model: TrainedModel,
  { title, line, figures, scores, unit, sections, details = [], json, data, text = [] }: TaskOutcome,
): Promise<CommandResult> {
  const { describeBackend, taskReport } = await import('./library.js');
  const { config, training } = model;
  const { history, validation, seconds, epochs, tokens, tokensPerSecond } = training;
  await writeWhole(
    io.cwd,
    files.report,
    taskReport({
      ...{ title, scores, history, unit, counted, sections },
      line: `${line} · ${describeBackend(backend)}`,
      figures: [...figures, ['time', formatTime(seconds)]],
      validation: validation.map(({ trainedTokens, loss }) => ({ tokens: trainedTokens, loss })),
      details: [
        ['parameters', formatNumber(model.parameterCount())],
        ...details,
        ['epochs', formatNumber(epochs)],
        ['seed', String(config.seed)],
        [`${counted} per second`, formatNumber(Math.round(tokensPerSecond))],
      ],
      command: shellCommand(argv),
    }),
  );
  return {
    json: {
      ...trainedJson(model, { backend, files, chosen, search }),
      data,
      notes: data.notes,
      ...json,
      peakMemoryMiB: peakMemoryMiB(),
    },
    text: [
      ...searchText(search),
      `${formatNumber(tokens)} ${counted} in ${formatTime(seconds)}`,
      table(scores.columns, scores.rows),
      ...text,
      savedText(files),
    ].join('\n\n'),
  };
}

/** What the JSON of every training has. */
export function trainedJson(
  model: TrainedModel,
  { backend, files, chosen, search }: Pick<Run, 'backend' | 'files' | 'chosen' | 'search'>,
): Record<string, unknown> {
  const { task, config, training } = model;
  return {
    ...{ task, model: files.model, report: files.report, backend: backend.name, threads: backend.threads },
    ...{ seed: config.seed, cell: config.cell, parameters: model.parameterCount() },
    ...(search === null ? {} : { search }),
    ...{ chosen, epochs: training.epochs, seconds: training.seconds, tokensPerSecond: training.tokensPerSecond },
  };
}

/** Where model and report are. */
export function savedText({ model, report }: ModelFiles): string {
  return table([{ heading: 'model' }, { heading: model }], [['report', report]]);
}
