// One task from its first reading to its row: ours and each peer take turns, and the best reading of each counts.
import type { BackendName } from '../backend/choose.js';
import type { Backend } from '../backend/contract.js';
import type { MachineRates } from '../cell/plan/explain.js';
import type * as Library from '../node.js';
import { type AimResult, bestOf, judge, ratioOf } from './aims.js';
import { type Floor, trainingFloor } from './floors.js';
import { bestRate, profile, type ProfilePart } from './measure.js';
import { BESIDE, type Peer } from './peers.js';
import type { BenchTask, PeerReading, ProcessTask, RateTask } from './tasks.js';

export interface BenchRow {
  name: string;
  unit: string;
  /** Whether more of the unit is better, or less. */
  better: 'more' | 'less';
  backend: string;
  threads: number;
  value: number;
  /** Each peer's reading by its name. */
  peers: Record<string, number>;
  best: string | null;
  /** How many times better than the best of the peers; null without one. */
  ratio: number | null;
  aims: AimResult[];
  /** Seconds of one pass, where there is one. */
  passSeconds?: number;
  /** The least seconds of a pass, and which share of the measured time they are. */
  floor?: Floor;
  nearness?: number;
  profile?: ProfilePart[];
}

export interface RunOptions {
  u: typeof Library;
  /** The backend that was asked for. */
  main: Backend;
  peers: readonly Peer[];
  seconds: number;
  rounds: number;
  profiled: boolean;
  /** Filled with what each peer calls itself: `torch 2.15.0`. */
  versions: Record<string, string>;
}

/** Makes backends for tasks that run elsewhere than the others, once each. */
export class Backends {
  readonly #u: typeof Library;
  readonly #main: Backend;
  readonly #made = new Map<string, Backend>();

  constructor(u: typeof Library, main: Backend) {
    this.#u = u;
    this.#main = main;
  }

  /** Makes it the place of new tensors. */
  async use({ backend, threads }: { backend?: 'wasm'; threads?: number } = {}): Promise<Backend> {
    const name = backend ?? this.#main.name;
    if (name === this.#main.name && (threads ?? this.#main.threads) === this.#main.threads) {
      return this.#u.useBackend(this.#main);
    }
    const key = `${name} ${threads}`;
    const made = this.#made.get(key);
    const found = await this.#u.useBackend(made ?? (name as BackendName), made ? {} : { threads });
    this.#made.set(key, found);
    return found;
  }
}

/** The row of a task. Errors: those of its peers and of the backend. */
export async function runTask(task: BenchTask, backends: Backends, options: RunOptions): Promise<BenchRow> {
  return task.kind === 'rate' ? runRate(task, backends, options) : runProcess(task, options);
}

async function runRate(task: RateTask, backends: Backends, options: RunOptions): Promise<BenchRow> {
  const { u, seconds, rounds } = options;
  const backend = await backends.use(task.on);
  u.manualSeed(0);
  const work = task.make(u);
  const readings = new Readings('more');
  let rival = null;
  // With one thread in all, that is the same thing twice.
  if (task.rival !== undefined && backend.threads > 1) {
    await backends.use(task.rival.on);
    u.manualSeed(0);
    rival = task.make(u);
  }
  let value = 0;
  for (let round = 0; round < rounds; round++) {
    await backends.use(task.on);
    value = Math.max(value, bestRate(work, seconds));
    if (task.rival !== undefined && rival !== null) {
      await backends.use(task.rival.on);
      readings.add(task.rival.name, bestRate(rival, seconds));
    }
    readPeers(task.peers, backend, options, round, readings);
  }
  if (task.rival !== undefined && rival === null) readings.add(task.rival.name, value);
  await backends.use(task.on);
  const row = { ...rowOf(task, backend, 'more', value, readings.best), passSeconds: work.units / value };
  if (options.profiled) row.profile = profile(backend, work.run, 20);
  await backends.use();
  return row;
}

/** Gives the rows of training that ran on the main backend their floors. */
export function addFloors(
  u: typeof Library,
  tasks: readonly BenchTask[],
  rows: readonly BenchRow[],
  machine: MachineRates,
): void {
  for (const row of rows) {
    const task = tasks.find(({ name }) => name === row.name);
    if (task?.kind !== 'rate' || task.floor === undefined || row.passSeconds === undefined) continue;
    row.floor = trainingFloor(u[task.floor.cell], task.floor, machine);
    row.nearness = row.floor.seconds / row.passSeconds;
  }
}

function runProcess(task: ProcessTask, options: RunOptions): BenchRow {
  const { main, rounds, seconds } = options;
  const readings = new Readings('less');
  let value = Infinity;
  for (let round = 0; round < rounds; round++) {
    value = Math.min(value, task.read({ backend: main.name, threads: main.threads, seconds }));
    readPeers(task.peers, main, options, round, readings);
  }
  return rowOf(task, main, 'less', value, readings.best);
}

/** The best reading of each name so far. */
class Readings {
  readonly best: Record<string, number> = {};
  readonly #better: 'more' | 'less';

  constructor(better: 'more' | 'less') {
    this.#better = better;
  }

  add(name: string, value: number): void {
    const pick = this.#better === 'more' ? Math.max : Math.min;
    this.best[name] = name in this.best ? pick(this.best[name], value) : value;
  }
}

/** One reading of each peer that stands beside this backend. */
function readPeers(
  wanted: readonly PeerReading[],
  backend: Backend,
  { peers, versions }: Pick<RunOptions, 'peers' | 'versions'>,
  round: number,
  readings: Readings,
): void {
  for (const peer of peers) {
    const mine = wanted.filter((reading) => reading.peer === peer.name && BESIDE[peer.name] === backend.name);
    if (mine.length === 0) continue;
    const names = mine.map(({ row }) => row);
    const rows = peer.read(names, { threads: backend.threads, round });
    // NumPy's row comes from the script of another.
    if (rows[0]?.peer !== undefined && peer.name !== 'NumPy') versions[peer.name] = rows[0].peer;
    for (const { row: name, as = peer.name, field = 'value' } of mine) {
      for (const row of rows) {
        const value = row[field];
        if (row.name === name && value !== undefined) readings.add(as, value);
      }
    }
  }
}

function rowOf(
  { name, unit, aims }: BenchTask,
  backend: Backend,
  better: 'more' | 'less',
  value: number,
  peers: Record<string, number>,
): BenchRow {
  const best = bestOf(peers, better);
  return {
    name,
    unit,
    better,
    backend: backend.name,
    threads: backend.threads,
    value,
    peers,
    best: best?.[0] ?? null,
    ratio: best === null ? null : ratioOf(value, best[1], better),
    aims: aims.map((aim) => judge(aim, { value, unit, better, peers })),
  };
}
