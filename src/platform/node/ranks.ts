// Ranks on Node: processes of one machine over a file that all have mapped, or processes that mpirun started. This side is every
// rank's; launchRanks.ts starts them.
import { availableParallelism, cpus } from 'node:os';
import { UnrolledError } from '../../errors.js';
import type { Addon } from '../platform.js';
import type { RankLink } from '../rankLink.js';
import type { FoundAddon } from './addon.js';
import { findMpi, mpiHelp } from './mpiAddon.js';

/** What a rank finds in its environment, by who started it. */
export interface RankPlace {
  rank: number;
  size: number;
  /** Ranks on this machine. */
  onMachine: number;
  /** The file that all have mapped; null where MPI connects them. */
  file: string | null;
}

/** Which rank this process was started as; null for a process of its own. */
export function rankPlace(env: Readonly<Record<string, string | undefined>> = process.env): RankPlace | null {
  const number = (...names: string[]): number => Number(names.map((name) => env[name]).find(Boolean));
  if (env.UNROLLED_RANKS_FILE !== undefined) {
    const size = number('UNROLLED_RANKS');
    return { rank: number('UNROLLED_RANK'), size, onMachine: size, file: env.UNROLLED_RANKS_FILE };
  }
  const size = number('OMPI_COMM_WORLD_SIZE', 'PMI_SIZE');
  if (!Number.isInteger(size)) return null;
  const local = number('OMPI_COMM_WORLD_LOCAL_SIZE', 'MPI_LOCALNRANKS');
  const rank = number('OMPI_COMM_WORLD_RANK', 'PMI_RANK');
  return { rank, size, onMachine: Number.isInteger(local) ? local : 1, file: null };
}

/** Cores that this process may use: a share of the machine's, where ranks that are not held to cores share it. */
export function coresOfRank(): number {
  const cores = availableParallelism();
  const { onMachine = 1 } = rankPlace() ?? {};
  return cores < cpus().length ? cores : Math.max(1, Math.floor(cores / onMachine));
}

let link: RankLink | null = null;

/** Joins the other ranks where this process was started as one. Errors: UNSUPPORTED without the addon, RANK. */
export function joinRanks(kernels: string, native: FoundAddon): RankLink | null {
  const place = rankPlace();
  if (place === null || link !== null) return link;
  link = place.file === null ? joinMpi(kernels) : joinShared({ ...place, file: place.file }, native);
  return link;
}

function joinShared({ rank, size, file }: RankPlace & { file: string }, native: FoundAddon): RankLink {
  const join = requireShared(native).joinRanks;
  const own = join(file, rank, size);
  process.on('message', (message) => {
    // The launcher saw a rank end.
    if (isFailure(message)) own.fail(message.failure);
  });
  // The launcher is gone: nobody would end this process.
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
  return named(own, 'shared memory');
}

function isFailure(message: unknown): message is { failure: string } {
  return typeof message === 'object' && message !== null && 'failure' in message && typeof message.failure === 'string';
}

/** @param platform on which ranks are wanted. Errors: UNSUPPORTED. */
export function requireShared(
  native: FoundAddon,
  platform: string = process.platform,
): Required<Pick<Addon, 'joinRanks' | 'sharedBytes'>> {
  const { joinRanks, sharedBytes } = 'addon' in native ? native.addon : {};
  if (joinRanks !== undefined && sharedBytes !== undefined) return { joinRanks, sharedBytes };
  if (platform === 'win32') {
    throw new UnrolledError(
      'UNSUPPORTED',
      'expected Linux or macOS for several ranks, received Windows',
      mpiHelp(platform),
    );
  }
  const reason = 'reason' in native ? native.reason : 'it has no ranks';
  throw new UnrolledError(
    'UNSUPPORTED',
    `expected the native addon for ranks over shared memory, received none: ${reason}`,
    `install what it says, or ${mpiHelp(platform)}`,
  );
}

function joinMpi(kernels: string): RankLink {
  const found = findMpi(kernels);
  if ('reason' in found) {
    throw new UnrolledError(
      'UNSUPPORTED',
      `expected the addon for MPI in a process that mpirun started, received none: ${found.reason}`,
      mpiHelp(),
    );
  }
  const { addon } = found;
  const own = addon.init();
  // A rank that fails does not wait for the others, but ends them.
  process.on('exit', (status) => (status === 0 ? addon.finalize() : addon.abort(status)));
  return named({ ...own, fail: () => undefined }, 'MPI');
}

/** With errors of the library. */
function named(own: Omit<RankLink, 'by'>, by: string): RankLink {
  const told = (error: unknown): never => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnrolledError(
      'RANK',
      `expected all ${own.size} ranks to go on, received on rank ${own.rank}: ${reason}`,
      'the last checkpoint resumes on any number of ranks',
      { cause: error },
    );
  };
  return {
    ...{ rank: own.rank, size: own.size, overlaps: own.overlaps, by },
    gather: (bytes) => own.gather(bytes).catch(told),
    sum: (...given) => own.sum(...given).catch(told),
    fail: (reason) => own.fail(`rank ${own.rank} ended: ${reason}`),
  };
}
