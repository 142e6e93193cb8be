// `train … --search MINUTES`: tries settings around those that would be, on the validation part, before the training itself.
import { UnrolledError } from '../errors.js';
import type { Candidate, SearchSpace, Trial } from '../models/search.js';
import type { StepProgress } from '../train/trainer.js';
import type { Context } from './command.js';
import { formatNumber, formatTime, table } from './output.js';
import type { Progress } from './progress.js';
import { shellCommand } from './resumeCommand.js';
import type { TrainOptions } from './trainOptions.js';
import type { Hooks, Trained } from './hooks.js';

/** What --search tried, and what it found. */
export interface SearchResult {
  minutes: number;
  best: Candidate;
  trials: Trial[];
}

/** Tries settings for the minutes of --search, which are beside those of the training. Errors: INTERRUPTED. */
export async function searched(
  context: Context,
  { options, progress }: { options: TrainOptions; progress: Pick<Progress, 'log' | 'update'> },
  fit: (hooks: Hooks) => Promise<Trained>,
): Promise<SearchResult> {
  const { signal, globals, argv } = context;
  const { searchSettings } = await import('./library.js');
  const minutes = options.search ?? 0;
  const begin = performance.now();
  let base: Readonly<Record<string, unknown>> = {};
  // A trial leaves no checkpoint.
  const hooks = {
    resume: undefined,
    checkpoint: undefined as unknown as Hooks['checkpoint'],
    onProgress: () => undefined,
  };
  // Training that is aborted at once says what it would do.
  const start = await fit({ ...hooks, signal: AbortSignal.abort(), onStart: ({ settings }) => void (base = settings) });
  start.network.dispose();
  const space = spaceAround(base, options);
  progress.log(`trying ${Object.keys(space).join(', ')} for ${formatTime(minutes * 60)}`);
  const train = async (settings: Candidate, each: number): Promise<number | null> => {
    const left = (event: StepProgress): void => {
      progress.update(
        (performance.now() - begin) / (minutes * 60_000),
        `${shownSettings(settings)}: loss ${event.loss.toFixed(3)}`,
      );
    };
    try {
      const length = { epochs: undefined, maxSteps: undefined, minutes: each };
      const model = await fit({
        ...hooks,
        ...settings,
        ...length,
        signal,
        onStart: () => undefined,
        onProgress: left,
      } as Hooks);
      const { reason, score } = model.training ?? { reason: 'aborted', score: null };
      model.network.dispose();
      if (reason !== 'aborted') return score;
    } catch (error) {
      if (error instanceof UnrolledError && error.code === 'NON_FINITE') return null;
      throw error;
    }
    throw new UnrolledError(
      'INTERRUPTED',
      'expected to finish the search, received an interrupt',
      `start again, or give what was best so far as options: ${shellCommand(argv)}`,
    );
  };
  const onTrial = ({ settings, score }: Trial): void =>
    progress.log(`${shownSettings(settings)}: ${score === null ? 'exploded' : formatNumber(score)}`);
  const seed = globals.seed ?? 0;
  const { best, trials } = await searchSettings(space, train, { minutes, seed, onTrial });
  context.began += performance.now() - begin;
  progress.log(`the best: ${shownSettings(best)}`);
  return { minutes, best, trials };
}

const shownSettings = (settings: Candidate): string =>
  Object.keys(settings).length === 0
    ? 'as it is'
    : Object.entries(settings)
        .map(([name, value]) => `${name} ${formatNumber(value)}`)
        .join(', ');

/** Around what would be: settings that a user gave stay. */
function spaceAround(
  base: Readonly<Record<string, unknown>>,
  { lr, hidden, batch, dropout }: TrainOptions,
): SearchSpace {
  const times = (name: string, factors: readonly number[], round: (value: number) => number): number[] => {
    const value = base[name];
    return typeof value === 'number' ? [...new Set(factors.map((factor) => round(value * factor)))] : [];
  };
  const digits = (value: number): number => Number(value.toPrecision(2));
  const space = {
    learningRate: lr === undefined ? times('learningRate', [0.3, 0.55, 1, 1.8, 3], digits) : [],
    hiddenSize:
      hidden === undefined
        ? times('hiddenSize', [0.5, 1, 1.5, 2], (value) => Math.max(8, Math.round(value / 8) * 8))
        : [],
    batchSize: batch === undefined ? times('batchSize', [0.5, 1, 2], (value) => Math.max(1, Math.round(value))) : [],
    dropout: dropout === undefined ? [0, 0.15, 0.3, 0.5] : [],
  };
  return Object.fromEntries(Object.entries(space).filter(([, values]) => values.length > 1));
}

/** What --search tried, as a table. */
export function searchText(search: SearchResult | null): string[] {
  if (search === null) return [];
  const columns = [
    { heading: 'round' },
    { heading: 'settings' },
    { heading: 'minutes', number: true },
    { heading: 'score', number: true },
  ];
  const rows = search.trials.map(({ round, settings, minutes, score }) => [
    String(round),
    shownSettings(settings),
    minutes.toFixed(2),
    score === null ? 'exploded' : score.toFixed(4),
  ]);
  return [`${table(columns, rows)}\n\ntrained with: ${shownSettings(search.best)}`];
}
