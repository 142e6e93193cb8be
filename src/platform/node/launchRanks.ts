// Starts a program once for each rank, as processes of this machine over shared memory; by mpirun where the native addon is missing, or
// where UNROLLED_RANKS_BY says mpi. Whoever starts them waits, and tells the others when one ends.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnrolledError } from '../../errors.js';
import type { FoundAddon } from './addon.js';
import { findMpi, mpiHelp } from './mpiAddon.js';
import { requireShared } from './ranks.js';

/** How long a rank that was told to end may take, in milliseconds. */
const GRACE = 6000;

/** The program of this process, as it was started. */
const PROGRAM = (): string[] => [...process.execArgv, ...process.argv.slice(1)];

/**
 * Runs this program once more for each rank, to the end of all.
 * @returns the exit status
 * Errors: UNSUPPORTED where nothing connects ranks; RANK where a signal ended one; IO.
 */
export async function launchRanks(size: number, kernels: string, native: FoundAddon): Promise<number> {
  const wanted = process.env.UNROLLED_RANKS_BY;
  // On one machine shared memory is the faster of the two.
  if (wanted === 'shared' || (wanted !== 'mpi' && hasShared(native))) return overSharedMemory(size, native);
  const found = findMpi(kernels);
  if ('addon' in found && spawnSync('mpirun', ['--version'], { stdio: 'ignore' }).status === 0) return byMpirun(size);
  if (wanted !== 'mpi') return overSharedMemory(size, native);
  const reason = 'reason' in found ? found.reason : 'no mpirun found';
  throw new UnrolledError('UNSUPPORTED', `expected MPI, received none: ${reason}`, mpiHelp());
}

function hasShared(native: FoundAddon): boolean {
  return 'addon' in native && native.addon.sharedBytes !== undefined;
}

function byMpirun(size: number): Promise<number> {
  const isRoot = process.getuid?.() === 0;
  const env = {
    ...process.env,
    ...(isRoot ? { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' } : {}),
    ...(size > availableParallelism() ? { OMPI_MCA_rmaps_base_oversubscribe: '1' } : {}),
  };
  const args = ['-n', String(size), '--bind-to', 'none', process.execPath, ...PROGRAM()];
  const child = spawn('mpirun', args, { env, stdio: 'inherit' });
  // mpirun hands signals on.
  const release = forward(['SIGTERM'], (signal) => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status, signal) => {
      release();
      resolve(signal === null ? (status ?? 1) : 1);
    });
  });
}

async function overSharedMemory(size: number, native: FoundAddon): Promise<number> {
  const bytes = requireShared(native).sharedBytes(size);
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'unrolled-ranks-'));
  const file = join(folder, 'shared');
  try {
    // Written, not only made long: a full disk is told here.
    writeFileSync(file, Buffer.alloc(bytes), { mode: 0o600 });
    return await runAll(size, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Ended {
  rank: number;
  status: number | null;
  signal: NodeJS.Signals | null;
}

async function runAll(size: number, file: string): Promise<number> {
  const children = Array.from({ length: size }, (_, rank) => {
    const env = {
      ...process.env,
      ...{ UNROLLED_RANK: String(rank), UNROLLED_RANKS: String(size), UNROLLED_RANKS_FILE: file },
    };
    const stdin = rank === 0 ? 'inherit' : 'ignore';
    return spawn(process.execPath, PROGRAM(), { env, stdio: [stdin, 'inherit', 'inherit', 'ipc'] });
  });
  const first: { failed: Ended | null } = { failed: null };
  const release = forward(['SIGTERM'], (signal) => children.forEach((child) => child.kill(signal)));
  const timers: NodeJS.Timeout[] = [];
  const ends = children.map(
    (child, rank) =>
      new Promise<Ended>((resolve, reject) => {
        child.on('error', reject);
        child.on('exit', (status, signal) => {
          const ended = { rank, status, signal };
          if (status !== 0 && first.failed === null) {
            first.failed = ended;
            timers.push(...endOthers(children, ended));
          }
          resolve(ended);
        });
      }),
  );
  try {
    await Promise.all(ends);
  } finally {
    release();
    for (const timer of timers) clearTimeout(timer);
  }
  const { failed } = first;
  if (failed === null) return 0;
  // The others say it, where rank 0 is among them.
  if (failed.signal === null || failed.rank > 0) return failed.status ?? 1;
  throw new UnrolledError(
    'RANK',
    `expected all ${size} ranks to work to the end, received ${failed.signal} for rank ${failed.rank}`,
    'the last checkpoint resumes on any number of ranks: --resume FILE',
  );
}

/** The others hear of it where they wait; who does not end is ended. */
function endOthers(children: readonly ChildProcess[], { rank, status, signal }: Ended): NodeJS.Timeout[] {
  const failure = signal === null ? `rank ${rank} ended with status ${status}` : `rank ${rank} was ended by ${signal}`;
  return children.flatMap((child) => {
    if (child.exitCode !== null || child.signalCode !== null) return [];
    if (child.connected) child.send({ failure }, () => undefined);
    return [setTimeout(() => child.kill('SIGKILL'), GRACE)];
  });
}

/** A terminal sends SIGINT to all of its processes: the ranks act on it, and whoever started them waits. */
function forward(signals: readonly NodeJS.Signals[], to: (signal: NodeJS.Signals) => void): () => void {
  const wait = (): void => undefined;
  process.on('SIGINT', wait);
  for (const signal of signals) process.on(signal, to);
  return () => {
    process.off('SIGINT', wait);
    for (const signal of signals) process.off(signal, to);
  };
}
