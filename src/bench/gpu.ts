// Training and generation on a graphics processor, beside PyTorch and JAX on the same card.
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Backend } from '../backend/contract.js';
import { UnrolledError, UnsupportedError } from '../errors.js';
import type * as Library from '../node.js';
import { GPU_TASKS, lateRate } from './gpuTasks.js';
import { requireScript, runScript } from './scripts.js';

export interface GpuOptions {
  u: typeof Library;
  /** UNROLLED_TORCH_PYTHON names a Python with CUDA, UNROLLED_GPU_PEERS a script that it runs beside bench/gpu_peers.py. */
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** `gpu`, or `gpu/` and a part of a name. */
  only: string;
  seconds: number;
  rounds: number;
  /** Small sizes, to see on a software device that all of it runs. */
  tiny: boolean;
  signal: AbortSignal;
  note(line: string): void;
}

/** One task: ours, and what each peer has there, all in tokens a second. */
export interface GpuRow {
  name: string;
  value: number;
  /** By peer and how it ran: `torch graph tf32`. */
  peers: Record<string, number>;
  /** The best that computes with as many digits. */
  best: string | null;
  /** How many times the best of the peers; null without one. */
  ratio: number | null;
  /** What is aimed at, at least; null where nothing is. */
  aim: number | null;
}

export interface GpuResult {
  /** The adapter and its largest buffer; null where there is none. */
  features: readonly string[] | null;
  /** Why there is none. */
  reason: string | null;
  rows: GpuRow[];
}

/** Whether `--only` is about graphics processors. */
export function isOfGpu(only: string): boolean {
  return only === 'gpu' || only.startsWith('gpu/');
}

/** A machine without one says so and has no rows. Errors: OPTION where no task has `only` in its name; NOT_FOUND for a script that is not there. */
export async function runGpu(options: GpuOptions): Promise<GpuResult> {
  const { u, only, seconds, rounds, tiny, signal, note } = options;
  const wanted = only.slice('gpu/'.length);
  const tasks = GPU_TASKS.filter(({ name }) => name.includes(wanted));
  if (tasks.length === 0) {
    const names = GPU_TASKS.map(({ name }) => `gpu/${name}`).join(', ');
    throw new UnrolledError('OPTION', `expected a part of a task's name, received "${only}"`, names);
  }
  let backend: Backend;
  try {
    backend = await u.useBackend('webgpu');
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return { features: null, reason: `${error.message}; ${error.help}`, rows: [] };
  }
  const rows: GpuRow[] = [];
  const peers = peersOf(options);
  for (const task of tasks) {
    if (signal.aborted) break;
    note(task.name);
    u.manualSeed(0);
    const work = task.make(u, tiny);
    let value = 0;
    for (let round = 0; round < rounds; round++) value = Math.max(value, await lateRate(work, seconds));
    const own = peers.filter(({ name }) => name === task.name || name.startsWith(`${task.name} `));
    const readings = Object.fromEntries(own.map(({ label, value: reading }) => [label, reading]));
    const best = own
      .filter(({ label }) => !task.leftOut.test(label))
      .reduce<PeerReading | null>((a, b) => (a === null || b.value > a.value ? b : a), null);
    const ratio = best === null ? null : value / best.value;
    rows.push({ name: task.name, value, peers: readings, best: best?.label ?? null, ratio, aim: task.aim });
  }
  backend.close();
  return { features: backend.features, reason: null, rows };
}

interface PeerReading {
  name: string;
  label: string;
  value: number;
}

/** PyTorch and JAX on the rows that no script of others has. */
const OWN_PEERS = fileURLToPath(new URL('../../bench/gpu_peers.py', import.meta.url));

/** What the peers' scripts say, in one run for all tasks. */
function peersOf({ env, cwd, tiny, note }: GpuOptions): PeerReading[] {
  const { UNROLLED_TORCH_PYTHON: command, UNROLLED_GPU_PEERS: script, UNROLLED_PEERS: folder } = env;
  if (command === undefined) {
    note('PyTorch and JAX left out: UNROLLED_TORCH_PYTHON names no Python with CUDA');
    return [];
  }
  if (script === undefined) note('UNROLLED_GPU_PEERS names no script: peers of bench/gpu_peers.py alone');
  else requireScript(resolve(cwd, script));
  const runs = [
    ...(script === undefined
      ? []
      : [
          [script, 'lm', 'cells', 'gen', 'nocompile'],
          [script, 'jax'],
        ]),
    [OWN_PEERS, 'torch'],
    [OWN_PEERS, 'jax'],
  ];
  const own = { ...(folder === undefined ? {} : { PYTHONPATH: folder }), ...(tiny ? { SMALL: '1' } : {}) };
  return runs.flatMap(([file, ...parts]) => {
    note(`peers: ${basename(file)} ${parts.join(' ')}`);
    try {
      return runScript({ command, args: [file, ...parts], cwd, env: own }).flatMap(readingOf);
    } catch (error) {
      // One of the two may be missing.
      if (!(error instanceof UnrolledError)) throw error;
      note(error.message);
      return [];
    }
  });
}

/** Nothing for a line without a figure. */
function readingOf(row: object): PeerReading[] {
  const {
    peer = '',
    name,
    mode,
    precision,
    tokensPerS,
  } = row as Partial<Record<'peer' | 'name' | 'mode' | 'precision', string> & { tokensPerS: number }>;
  if (name === undefined || tokensPerS === undefined) return [];
  return [{ name, label: [peer, mode ?? precision ?? ''].join(' ').trim(), value: tokensPerS }];
}
