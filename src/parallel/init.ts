// How a program becomes one of several ranks.
import { CALLS_VERSION } from '../backend/numbers.js';
import { UnrolledError } from '../errors.js';
import { type Names, optionsOf } from '../expect.js';
import { getPlatform } from '../platform/platform.js';
import { requireNumber } from '../range.js';
import { type Communicator, ranks, ranksOver, setRanks } from './communicator.js';
import { shardingParts } from './sharding.js';
import { setSharding } from './shardingParts.js';

/** How many processes train together. */
export interface ParallelOptions {
  /**
   * Starts this program so many times, each one rank, and ends this process when all have ended; nothing is started by a process that
   * is a rank already. Left out: nothing is started.
   */
  ranks?: number;
}

const NAMES: Names<ParallelOptions> = { ranks: true };

/**
 * Makes this process one of the ranks that train together: those that `mpirun` started, or that `ranks` starts. Call it before
 * anything else; after it `fit` trains on all ranks. Alone, where nobody started others; in a page, too, where it is called for trainings
 * in shards. Returns the ranks.
 *
 *     await parallel.init({ ranks: 2 });
 *     const model = await LanguageModel.fit(text, { shards: 8 });
 *     if (parallel.ranks().rank === 0) await model.save('model.safetensors');
 *
 * Errors: UNSUPPORTED for several ranks in a page, and where nothing connects ranks; OPTION; RANK where another ended.
 */
export async function init(given: ParallelOptions = {}): Promise<Communicator> {
  const { ranks: wanted } = optionsOf(given, NAMES, 'parallel.init');
  if (wanted !== undefined) requireNumber('ranks', wanted, { min: 1, whole: true }, '2 is usual on two cores');
  setSharding(shardingParts);
  const current = ranks();
  if (current.size > 1) return current;
  const { joinRanks, launchRanks } = getPlatform();
  const link = joinRanks?.(CALLS_VERSION) ?? null;
  if (link !== null) {
    if (wanted !== undefined && wanted !== link.size) {
      throw new UnrolledError(
        'OPTION',
        `expected ${link.size} ranks, which were started, received ${wanted}`,
        'leave out the number of ranks under mpirun: -n says it',
      );
    }
    const joined = ranksOver(link);
    setRanks(joined);
    // Who is here is here for all: what follows may wait.
    await joined.barrier();
    return joined;
  }
  if (wanted === undefined || wanted === 1) return current;
  if (launchRanks === undefined) {
    throw new UnrolledError('UNSUPPORTED', `expected Node for ${wanted} ranks, received a page`, 'leave ranks out');
  }
  return launchRanks(wanted, CALLS_VERSION);
}
