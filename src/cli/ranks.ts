// A command on several ranks: rank 0 says and writes what one process would; the others say nothing, unless they fail first.
import { hostname } from 'node:os';
import { ranks } from '../parallel/communicator.js';
import { nodePlatform } from '../platform/node/node.js';
import { setPlatform } from '../platform/platform.js';
import { rankPlace } from '../platform/node/ranks.js';
import { UnrolledError } from '../errors.js';
import type { Io, TextSink } from './io.js';

/** Thrown by a rank whose work is done: rank 0 goes on alone. */
export class RankDone extends Error {}

/** Whether a command that knows ranks is to run on several. */
export function wantsRanks({ ranks: count = 1 }: { ranks?: number }): boolean {
  return rankPlace() !== null || count !== 1;
}

/** Errors: OPTION where several ranks were started for a command that knows none: each would do, and write, the same. */
export function refuseRanks(command: string, env: Io['env']): void {
  const { size } = rankPlace(env) ?? { size: 1 };
  if (size === 1) return;
  throw new UnrolledError(
    'OPTION',
    `expected one process for ${command}, received ${size} ranks`,
    'start it without mpirun; train has ranks for lm, classify, tag, forecast and translate',
  );
}

/**
 * Joins the other ranks; starts them, and ends with them, where nobody did.
 * @returns the world as this rank may touch it
 * Errors: OPTION, UNSUPPORTED, RANK.
 */
export async function joinRanks(
  io: Io,
  args: readonly string[],
  { ranks: count, search }: { ranks?: number; search?: number },
): Promise<Io> {
  if (search !== undefined) {
    throw new UnrolledError(
      'OPTION',
      'expected one process for --search, received several ranks',
      'search alone, then give what it found as options',
    );
  }
  if (args.includes('-')) {
    throw new UnrolledError(
      'OPTION',
      'expected files for several ranks, received standard input',
      'write it to a file that every rank can read',
    );
  }
  setPlatform(nodePlatform);
  const { init } = await import('../parallel/init.js');
  const { rank } = await init({ ranks: count });
  if (rank > 0) return { ...io, stdout: SILENT, stderr: SILENT };
  // mpirun gives ranks a terminal of its own, which nobody looks at.
  return rankPlace()?.file === null ? { ...io, stdout: plain(io.stdout), stderr: plain(io.stderr) } : io;
}

const SILENT: TextSink = { write: () => true, isTTY: false };

function plain(sink: TextSink): TextSink {
  return { write: (text) => sink.write(text), isTTY: false };
}

/**
 * Tells the others that this rank ends.
 * @returns what is to be printed: of others than the first with where it happened; null for the consequence of another's end there
 */
export function rankFails(error: UnrolledError): UnrolledError | null {
  const { rank, size } = ranks();
  if (size > 1) ranks().fail(`${error.code}: ${error.message}`);
  if (rank === 0) return error;
  if (error.code === 'RANK') return null;
  const message = `${error.message} (on rank ${rank}, host ${hostname()})`;
  return new UnrolledError(error.code, message, error.help, { cause: error });
}

/** Steps that are not measured, and those that are. */
const [WARM_UP, MEASURED] = [10, 20];

/** Seconds of a step below which what every rank does for itself (small kernels, shards, the update) is about as long as its rows. */
const SHORT_STEP = 0.004;

/** Tells after some steps whether they are too short for several ranks; else, and for one process, nothing. */
export function shortSteps(size = ranks().size): (progress: { step: number; seconds: number }) => string | null {
  let calls = 0;
  let first = { step: 0, seconds: 0 };
  return ({ step, seconds }) => {
    calls++;
    if (calls === WARM_UP) first = { step, seconds };
    if (size === 1 || calls !== WARM_UP + MEASURED) return null;
    const each = (seconds - first.seconds) / (step - first.step);
    if (each >= SHORT_STEP) return null;
    const shown = (each * 1000).toFixed(1);
    return `steps of ${shown} ms are short for ${size} ranks: one process (without --ranks) is probably faster`;
  };
}

/** What connects the ranks, for people; null for one process. */
export function describeRanks(): string | null {
  const { size, by } = ranks();
  return by === null ? null : `${size} ranks over ${by}`;
}
