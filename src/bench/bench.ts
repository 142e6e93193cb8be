// A whole bench in one call: tasks beside their peers, the machine's rates before and after, floors, scaling; the result is plain data.
import type { Backend } from '../backend/contract.js';
import type { MachineRates } from '../cell/plan/explain.js';
import type { ScalingAxis } from '../drawing/reports/benchReport.js';
import { UnrolledError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import type * as Library from '../node.js';
import { fastest, measureMachine } from './floors.js';
import { describeMachine, type Machine } from './machine.js';
import { BESIDE, findPeers, type PeerName } from './peers.js';
import { addFloors, Backends, type BenchRow, runTask } from './run.js';
import { measureGrowth, measureScaling, type MemoryGrowth } from './scaling.js';
import { BENCH_TASKS, type BenchTask } from './tasks.js';

export interface BenchOptions {
  u: typeof Library;
  /** The backend that is measured. */
  main: Backend;
  /** Where the variables stand that name the peers, and where their scripts run. */
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** A part of the names of the tasks to run; all where it is empty. */
  only: string;
  /** How long each reading takes. */
  seconds: number;
  /** Readings of each. */
  rounds: number;
  /** Whether to say where the time of a run goes. */
  profiled: boolean;
  /** Whether to measure the cost over length, batch and layers, and memory over many steps. */
  scaled: boolean;
  /** Ends the bench after the task that runs. */
  signal: AbortSignal;
  /** Told what runs now, and which peer is left out. */
  note(line: string): void;
}

export interface BenchResult {
  /** ISO 8601. */
  date: string;
  machine: Machine;
  /** What each peer calls itself: `torch 2.15.0`. */
  peers: Record<string, string>;
  backend: string;
  features: string[];
  threads: number;
  /** Null where no task has a floor. */
  rates: MachineRates | null;
  rows: BenchRow[];
  scaling: { axes: ScalingAxis[]; memory: MemoryGrowth[] } | null;
}

/** Small ones, of which one takes less than a millisecond. */
const MEMORY_STEPS = 20_000;

/** Errors: OPTION where no task has `only` in its name; those of peers that were named and cannot run. */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const { u, main, env, cwd, seconds, rounds, profiled, scaled, signal, note } = options;
  const tasks = tasksNamed(options.only);
  const peers = findPeers({ env, cwd, seconds, wanted: peersOf(tasks, main), note });
  const versions: Record<string, string> = {};
  const rows: BenchRow[] = [];
  let rates = null;
  let scaling = null;
  const measure = (): MachineRates => measureMachine(u, main, Math.min(1, seconds));
  try {
    // Before and after all else, and the better of both: a neighbour on the machine must not flatter us.
    if (tasks.some((task) => task.kind === 'rate' && task.floor !== undefined)) rates = measure();
    const backends = new Backends(u, main);
    const run = { u, main, peers: peers.list, seconds, rounds, profiled, versions };
    // Processes first: on Linux a process's peak counts what its parent held when it began, and we are small now.
    for (const task of [...tasks].sort((a, b) => Number(b.kind === 'process') - Number(a.kind === 'process'))) {
      if (signal.aborted) break;
      note(task.name);
      rows.push(await runTask(task, backends, run));
    }
    const place = (row: BenchRow): number => tasks.findIndex(({ name }) => name === row.name);
    rows.sort((a, b) => place(a) - place(b));
    if (rates !== null) {
      rates = fastest(rates, measure());
      addFloors(u, tasks, rows, rates);
    }
    if (scaled && !signal.aborted) {
      note('cost over length, batch and layers; memory');
      const context = { backend: main.name, threads: main.threads, seconds };
      scaling = {
        axes: measureScaling(u, seconds, rounds),
        memory: (['train', 'learner'] as const).map((mode) => measureGrowth(context, mode, MEMORY_STEPS)),
      };
    }
  } finally {
    peers.close();
  }
  return {
    date: new Date().toISOString(),
    machine: describeMachine(main),
    peers: versions,
    backend: main.name,
    features: [...main.features],
    threads: main.threads,
    rates,
    rows,
    scaling,
  };
}

function tasksNamed(part: string): BenchTask[] {
  const tasks = BENCH_TASKS.filter(({ name }) => name.includes(part));
  if (tasks.length > 0) return tasks;
  const names = BENCH_TASKS.map(({ name }) => name);
  throw new UnrolledError(
    'OPTION',
    `expected a part of a task's name for --only, received "${part}"`,
    `${didYouMean(part, names)}tasks: ${names.join(', ')}`,
  );
}

/** The peers that stand beside these tasks where they run. */
function peersOf(tasks: readonly BenchTask[], main: Backend): Set<PeerName> {
  const wanted = new Set<PeerName>();
  for (const task of tasks) {
    const beside = task.kind === 'rate' ? (task.on?.backend ?? main.name) : main.name;
    for (const { peer } of task.peers) if (BESIDE[peer] === beside) wanted.add(peer);
  }
  return wanted;
}
