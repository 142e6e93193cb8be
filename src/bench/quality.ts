// How good models are without options: the plain command on known data, for some seeds, beside the best baseline that it prints.
// Each run is a process of the command line.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnrolledError } from '../errors.js';

const BIN = join(fileURLToPath(new URL('../../', import.meta.url)), 'bin', 'unrolled.js');

type Json = Readonly<Record<string, unknown>>;

/** A data set with a figure to reach. */
interface QualitySet {
  name: string;
  /** After `unrolled train`. */
  args: readonly string[];
  measure: string;
  higherIsBetter: boolean;
  /** Where it stands in the JSON. */
  figure: string;
  /** Where the baselines' figures stand there: `baselines` has one by name, or one with this measure for each. */
  baselines: string;
  /** null where it is to be as good as the baseline. */
  reach: number | null;
  /** What is worse than the baseline by this share of it at most is as good; 0. */
  within?: number;
  /** Longer than the others: run only when it is named. */
  long?: true;
}

/** What one set came to over its seeds. */
export interface QualityRow {
  name: string;
  measure: string;
  /** One for each seed. */
  values: number[];
  mean: number;
  /** Standard deviation over the seeds; 0 for one. */
  deviation: number;
  /** Of the best baseline, mean over the seeds. */
  baseline: number;
  reach: number | null;
  /** Whether the mean reaches what it is to, or is as good as the baseline. */
  met: boolean;
  /** Of one run, from start to end, on average. */
  seconds: number;
  /** What the first run chose from the data. */
  chosen: Json;
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** What stands at a place: `test.accuracy`; a step `*` is every one. */
function numbersAt(json: unknown, place: string): number[] {
  let found: unknown[] = [json];
  for (const step of place.split('.')) {
    found = found.filter(isObject).flatMap((one) => (step === '*' ? Object.values(one) : [one[step]]));
  }
  return found.filter((value): value is number => typeof value === 'number');
}

const classify = (name: string, reach: number, args: readonly string[] = []): QualitySet => ({
  ...{ name, reach, measure: 'accuracy', higherIsBetter: true, args: ['classify', name, ...args] },
  ...{ figure: 'test.accuracy', baselines: 'baselines.*' },
});

const forecast = (name: string, args: readonly string[]): QualitySet => ({
  ...{ name, reach: null, measure: 'MSE', higherIsBetter: false, args: ['forecast', ...args] },
  ...{ figure: 'test.mse', baselines: 'baselines.*.mse' },
});

const language = (name: string, args: readonly string[] = []): QualitySet => ({
  ...{ name, reach: null, measure: 'perplexity', higherIsBetter: false, args: ['lm', name, ...args] },
  ...{ figure: 'validation.perplexity', baselines: 'baselines.ngrams.*' },
});

const COLUMNS = ['HUFL', 'HULL', 'MUFL', 'MULL', 'LUFL', 'LULL', 'OT'];
const SERIES = ['airline-passengers', 'monthly-sunspots', 'daily-min-temperatures', 'daily-max-temperatures'];
const SHORT_SERIES = ['daily-total-female-births', 'monthly-car-sales', 'monthly-shampoo-sales'];
/** Of everyday series, whose test parts are short. */
const NEAR = 0.01;

export const QUALITY_SETS: readonly QualitySet[] = [
  classify('sentence-polarity', 0.8),
  classify('names-18-languages', 0.86),
  classify('imdb', 0.91),
  {
    ...{ name: 'ud-ewt', reach: 0.953, measure: 'accuracy', higherIsBetter: true, args: ['tag', 'ud-ewt'] },
    ...{ figure: 'test.accuracy', baselines: 'baselines.*.accuracy' },
  },
  {
    ...{ name: 'conll2000', reach: 0.938, measure: 'F1', higherIsBetter: true, args: ['tag', 'conll2000'] },
    ...{ figure: 'test.f1', baselines: 'baselines.*.f1' },
  },
  ...COLUMNS.flatMap((column) =>
    [24, 48, 96].map((horizon) =>
      forecast(`ett ${column} ${horizon}`, ['ett', '--target', column, '--horizon', String(horizon)]),
    ),
  ),
  ...[...SERIES, ...SHORT_SERIES].map((name) => ({ ...forecast(name, [name]), within: NEAR })),
  { ...forecast('finance-charts-apple', ['finance-charts-apple', '--target', 'AAPL.Close']), within: NEAR },
  language('timemachine'),
  language('tinyshakespeare'),
  language('moby-dick'),
  {
    ...language('ptb', ['--tokens', 'word', '--minutes', '45']),
    reach: 100,
    long: true,
    figure: 'test.perplexity',
  },
  {
    ...{ name: 'fra-eng', reach: 46.9, measure: 'BLEU', higherIsBetter: true, long: true },
    args: ['translate', 'fra-eng', '--minutes', '25'],
    ...{ figure: 'test.bleu', baselines: 'baselines.*.bleu' },
  },
];

export interface QualityOptions {
  /** Text in the names of the sets that are run; all that are not long where empty. */
  only: string;
  seeds: number;
  /** Processes at once. */
  jobs: number;
  threads: number;
  cwd: string;
  signal: AbortSignal;
  note(line: string): void;
}

/** Errors: OPTION for a name of no set; IO where a run fails. */
export async function runQuality(options: QualityOptions): Promise<QualityRow[]> {
  const { only, seeds, jobs, note } = options;
  const sets = QUALITY_SETS.filter(({ name, long }) => (only === '' ? long !== true : name.includes(only)));
  if (sets.length === 0) {
    const names = QUALITY_SETS.map(({ name }) => name).join(', ');
    throw new UnrolledError('OPTION', `expected a part of ${names}, received "${only}"`, 'leave --only out for all');
  }
  const folder = mkdtempSync(join(tmpdir(), 'unrolled-quality-'));
  try {
    const runs = sets.flatMap((set) => Array.from({ length: seeds }, (_, seed) => ({ set, seed })));
    const results = new Map<QualitySet, { value: number; baseline: number; seconds: number; json: Json }[]>();
    const work = runs.values();
    const worker = async (): Promise<void> => {
      for (const { set, seed } of work) {
        const begin = performance.now();
        const json = await trained(set, seed, folder, options);
        const seconds = (performance.now() - begin) / 1000;
        const baselines = numbersAt(json, set.baselines);
        const baseline = set.higherIsBetter ? Math.max(...baselines) : Math.min(...baselines);
        const result = { value: numbersAt(json, set.figure)[0] ?? NaN, baseline, seconds, json };
        results.set(set, [...(results.get(set) ?? []), result]);
        note(
          `${set.name}, seed ${seed}: ${set.measure} ${shown(result.value)}, best baseline ${shown(result.baseline)}, ${seconds.toFixed(0)} s`,
        );
      }
    };
    await Promise.all(Array.from({ length: jobs }, worker));
    return sets.map((set) => rowOf(set, results.get(set) ?? []));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const shown = (value: number): string => value.toPrecision(4);

function rowOf(
  set: QualitySet,
  results: { value: number; baseline: number; seconds: number; json: Json }[],
): QualityRow {
  const values = results.map(({ value }) => value);
  const average = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  const mean = average(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const baseline = average(results.map((one) => one.baseline));
  const slack = (set.within ?? 0) * baseline;
  const target = set.reach ?? (set.higherIsBetter ? baseline - slack : baseline + slack);
  return {
    ...{ name: set.name, measure: set.measure, values, mean, baseline, reach: set.reach },
    deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0,
    met: set.higherIsBetter ? mean >= target : mean <= target,
    seconds: average(results.map(({ seconds }) => seconds)),
    chosen: (results[0]?.json.chosen as Json | undefined) ?? {},
  };
}

/** The JSON of a run of the plain command. */
function trained(
  set: QualitySet,
  seed: number,
  folder: string,
  { threads, cwd, signal }: QualityOptions,
): Promise<Json> {
  const out = join(folder, `${set.name.replaceAll(' ', '-')}-${seed}.safetensors`);
  const own = ['--seed', String(seed), '--threads', String(threads), '--out', out, '--json', '--quiet'];
  const child = spawn(process.execPath, [BIN, 'train', ...set.args, ...own], { cwd, signal });
  const [said, wrong]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => wrong.push(text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) return resolve(JSON.parse(said.join('')) as Json);
      const line = wrong.join('').trim().split('\n').at(0) ?? '';
      reject(
        new UnrolledError(
          'IO',
          `expected train ${set.args.join(' ')} to end well, received status ${String(status)}: ${line}`,
          'run the command by itself',
        ),
      );
    });
  });
}
