// Training on two ranks of one thread, beside one rank, one process of two threads, and PyTorch's DistributedDataParallel over Gloo: each in
// processes of its own, taking turns.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UnrolledError } from '../errors.js';
import { computeCost, type LinkCost, stepOnMachine } from './rankCosts.js';
import { type HostsPrediction, PREDICTED, predictHosts } from './rankHosts.js';
import type { RanksReading, SumReading } from './ranksReading.js';
import { runScript } from './scripts.js';
import { CLASSIFY_SIZES, LANGUAGE_MODELS } from './work.js';

/** What is trained: rows of a minibatch, steps or tokens of a row. */
interface RanksTask {
  name: string;
  rows: number;
  tokens: number;
}

const TASKS: readonly RanksTask[] = [
  ...['d2l-lstm-h256', 'char-rnn-lstm-h512-l2', 'small-gru-h32'].map((name) => {
    const { N, T } = LANGUAGE_MODELS[name];
    return { name, rows: N, tokens: T };
  }),
  // Lengths vary by a tenth.
  { name: 'classify-lstm-h100', rows: CLASSIFY_SIZES.N, tokens: CLASSIFY_SIZES.T * 0.95 },
];

/** Of one task, in seconds a step; the best of the rounds. */
export interface RanksRow {
  name: string;
  /** Tokens of a step. */
  tokens: number;
  parameters: number;
  /** One process of one thread, its minibatches not cut. */
  alone: number;
  /** The same with the shards that several ranks have where nothing is said. */
  aloneInShards: number;
  /** Two ranks of one thread, and what of it is in the sum. */
  ranks: number;
  sum: number;
  /** The same with two shards. */
  ranksTwoShards: number;
  /** Two processes at once that each train on half of the rows, and know nothing of each other: no two ranks are faster. */
  atOnce: number;
  /** One process of two threads. */
  threads: number;
  /** Two processes of one thread by PyTorch; null where it is not here. */
  ddp: number | null;
  /** What the cost model says of two ranks. */
  predicted: number;
  /** alone / (2 · ranks) */
  efficiency: number;
}

export interface RanksResult {
  rows: RanksRow[];
  link: LinkCost;
  /** What hosts would do. */
  hosts: readonly HostsPrediction[];
}

export interface RanksOptions {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** A part of a task's name; all where it is empty. */
  only: string;
  /** Of each reading. */
  seconds: number;
  rounds: number;
  signal: AbortSignal;
  note(line: string): void;
}

const CHILD = fileURLToPath(new URL('../../dist/bench/ranksChild.js', import.meta.url));
const DDP = fileURLToPath(new URL('../../bench/torch_ddp.py', import.meta.url));

/** Whether `--only` is about ranks. */
export function isOfRanks(only: string): boolean {
  return only === 'ranks' || only.startsWith('ranks/');
}

/** Errors: IO where a process fails; OPTION where no task has `only` in its name. */
export function runRanks({ env, cwd, only, seconds, rounds, signal, note }: RanksOptions): RanksResult {
  const wanted = only.slice('ranks/'.length);
  const tasks = TASKS.filter(({ name }) => name.includes(wanted));
  if (tasks.length === 0) {
    const names = TASKS.map(({ name }) => `ranks/${name}`);
    throw new UnrolledError('OPTION', `expected a part of a task's name, received "${only}"`, names.join(', '));
  }
  const python = env.UNROLLED_TORCH_PYTHON;
  if (python === undefined) note('PyTorch left out: UNROLLED_TORCH_PYTHON names no Python that has it');
  note('ranks/sum');
  const { latency, large, largeBytes } = child<SumReading>(['sum', '2'], cwd);
  const link = { latency, bandwidth: largeBytes / (large - latency) };
  const rows: RanksRow[] = [];
  for (const task of tasks) {
    if (signal.aborted) break;
    note(`ranks/${task.name}`);
    rows.push(measureTask(task, { cwd, seconds, rounds, python, link }));
  }
  const hosts = PREDICTED.flatMap((name) => {
    if (signal.aborted || wanted !== '') return [];
    note(`ranks/${name}, alone, for the prediction`);
    return [predictHosts(name, (args) => child(args, cwd), { seconds, rounds })];
  });
  return { rows, link, hosts };
}

function child<R>(args: readonly (string | number)[], cwd: string): R {
  const { stdout, stderr, status } = spawnSync(process.execPath, [CHILD, ...args.map(String)], {
    cwd,
    encoding: 'utf8',
  });
  const line = stdout.split('\n').find((one) => one.startsWith('{') || one.startsWith('['));
  if (status === 0 && line !== undefined) return JSON.parse(line) as R;
  const why = stderr.trim().split('\n').at(-1) ?? '';
  throw new UnrolledError(
    'IO',
    `expected a process of the bench to end well, received status ${status}: ${why}`,
    'run `npm run build`; ranks want the native addon',
  );
}

function measureTask(
  { name, rows, tokens }: RanksTask,
  {
    cwd,
    seconds,
    rounds,
    python,
    link,
  }: Pick<RanksOptions, 'cwd' | 'seconds' | 'rounds'> & {
    python: string | undefined;
    link: LinkCost;
  },
): RanksRow {
  const read = (ranks: number, threads: number, shards: number, ofRows = 0): RanksReading =>
    child([name, ranks, threads, shards, seconds, ofRows], cwd);
  const ways = {
    alone: () => read(1, 1, 0),
    ranks: () => read(2, 1, 0),
    threads: () => read(1, 2, 0),
    aloneInShards: () => read(1, 1, 8),
    // What a rank of two has to do: half of the rows, half of the shards.
    half: () => read(1, 1, 4, rows / 2),
    atOnce: () => child<RanksReading>(['atOnce', 2, name, 1, 1, 4, seconds, rows / 2], cwd),
    ranksTwoShards: () => read(2, 1, 2),
  };
  const best: Partial<Record<keyof typeof ways, RanksReading>> = {};
  let ddp: number | null = null;
  for (let round = 0; round < rounds; round++) {
    for (const [way, run] of Object.entries(ways) as [keyof typeof ways, () => RanksReading][]) {
      const reading = run();
      if (reading.stepSeconds < (best[way]?.stepSeconds ?? Infinity)) best[way] = reading;
    }
    if (python === undefined) continue;
    const [row] = runScript({ command: python, args: [DDP, name, '--seconds', String(seconds)], cwd });
    if (row?.value !== undefined) ddp = Math.min(ddp ?? Infinity, row.value);
  }
  const of = (way: keyof typeof ways): number => best[way]?.stepSeconds ?? NaN;
  const parameters = best.alone?.parameters ?? 0;
  const compute = computeCost(rows, of('aloneInShards'), rows / 2, of('half'));
  const slower = of('atOnce') / of('half');
  return {
    ...{ name, tokens: Math.round(rows * tokens), parameters, ddp },
    ...{ alone: of('alone'), aloneInShards: of('aloneInShards'), threads: of('threads') },
    ...{
      ranks: of('ranks'),
      sum: best.ranks?.sumSeconds ?? NaN,
      atOnce: of('atOnce'),
      ranksTwoShards: of('ranksTwoShards'),
    },
    predicted: stepOnMachine(compute, link, { rows, ranks: 2, bytes: 4 * parameters, slower }),
    efficiency: of('alone') / (2 * of('ranks')),
  };
}
