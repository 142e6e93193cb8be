// Which process this is among those that train one model, and what they say to each other.
import { UnrolledError } from '../errors.js';
import type { Numbers, RankLink } from '../platform/rankLink.js';
import { type RankRange, subtrees } from './tree.js';

/**
 * The processes that train one model together. Every rank makes the same calls in the same order; a call waits for all. Errors of
 * every call: RANK where another rank is gone, with which one and why.
 */
export interface Communicator {
  /** Which one this process is, from 0. Rank 0 writes files. */
  readonly rank: number;
  /** How many there are: 1 where this process is alone. */
  readonly size: number;
  /** What connects them: `shared memory`, `Open MPI`; null where this process is alone. */
  readonly by: string | null;
  /** The value that rank 0 gives, on all ranks: what JSON can hold. */
  broadcast<T>(value: T): Promise<T>;
  /** What each rank gives, by rank: what JSON can hold. */
  allGather<T>(value: T): Promise<T[]>;
  /** The bytes that each rank gives, by rank. */
  allGatherBytes(bytes: Uint8Array): Promise<Uint8Array[]>;
  /** The sum over the ranks, element by element, in a fixed tree; as many numbers on each. Errors: SHAPE for other lengths. */
  allReduce<T extends Numbers>(values: T): Promise<T>;
  /** Goes on when every rank is here. */
  barrier(): Promise<void>;
}

/** Between the library's parts: sums over shards, and the end of a rank that fails. */
export interface Ranks extends Communicator {
  /** Whether a sum goes on well while this rank computes. */
  readonly overlaps: boolean;
  /**
   * The sum over all shards, where the first block is.
   * @param blocks of the shards of this rank, as `subtrees` says them, each in pieces
   * @param message goes with it, as long on each rank: a step waits for the others once. Returns the messages, by rank.
   * @param isOverlapped whether this rank computes meanwhile; sums go in the order in which they began
   */
  sumShards(
    blocks: readonly (readonly Numbers[])[],
    shards: number,
    message: Float64Array,
    isOverlapped?: boolean,
  ): Promise<Float64Array[]>;
  /** Tells the others that this rank ends, and why. */
  fail(reason: string): void;
}

/** Of `shards` in a row, those of a rank: as many as the others have, or one more or less. */
export function shardsOfRank(rank: number, size: number, shards: number): RankRange {
  return { from: Math.floor((rank * shards) / size), to: Math.floor(((rank + 1) * shards) / size) };
}

/** The rows of a shard among `count` rows. */
export function rowsOfShard(shard: number, shards: number, count: number): RankRange {
  return { from: Math.floor((shard * count) / shards), to: Math.floor(((shard + 1) * count) / shards) };
}

/** The blocks of all ranks in the order of the shards: rank and number of shards of each. */
function planOf(size: number, shards: number): Int32Array {
  const blocks = Array.from({ length: size }, (_, rank) =>
    subtrees(shardsOfRank(rank, size, shards)).map((leaves) => [rank, leaves]),
  );
  return Int32Array.from(blocks.flat(2));
}

const alone: Ranks = {
  rank: 0,
  size: 1,
  by: null,
  overlaps: false,
  broadcast: (value) => Promise.resolve(value),
  allGather: (value) => Promise.resolve([value]),
  allGatherBytes: (bytes) => Promise.resolve([bytes]),
  allReduce: (values) => Promise.resolve(values.slice() as typeof values),
  barrier: () => Promise.resolve(),
  sumShards: (_, __, message) => Promise.resolve([message]),
  fail: () => undefined,
};

/** The ranks over what connects them. */
export function ranksOver(link: RankLink): Ranks {
  const plans = new Map<number, Int32Array>();
  const allGather = async <T>(value: T): Promise<T[]> => {
    const all = await link.gather(new TextEncoder().encode(JSON.stringify(value ?? null)));
    return all.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as T);
  };
  const sumShards: Ranks['sumShards'] = async (blocks, shards, message, isOverlapped = false) => {
    const plan = plans.get(shards) ?? planOf(link.size, shards);
    plans.set(shards, plan);
    const bytes = new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
    const all = await link.sum(blocks, plan, bytes, isOverlapped);
    return all.map((bytes) => new Float64Array(bytes.slice().buffer));
  };
  return {
    ...{ rank: link.rank, size: link.size, by: link.by, overlaps: link.overlaps },
    async broadcast(value) {
      const all = await link.gather(
        link.rank === 0 ? new TextEncoder().encode(JSON.stringify(value ?? null)) : new Uint8Array(0),
      );
      return JSON.parse(new TextDecoder().decode(all[0])) as typeof value;
    },
    allGather,
    allGatherBytes: (bytes) => link.gather(bytes),
    async allReduce(values) {
      const lengths = await allGather(values.length);
      const other = lengths.findIndex((length) => length !== values.length);
      if (other >= 0) {
        throw new UnrolledError(
          'SHAPE',
          `expected as many numbers on each rank, received ${values.length} on rank ${link.rank} and ${lengths[other]} on rank ${other}`,
          'give arrays of one length',
        );
      }
      const sum = values.slice() as typeof values;
      await link.sum([[sum]], Int32Array.from(lengths.flatMap((_, rank) => [rank, 1])), new Uint8Array(0));
      return sum;
    },
    async barrier() {
      await link.gather(new Uint8Array(0));
    },
    sumShards,
    fail: (reason) => link.fail(reason),
  };
}

/** Runs what all ranks run; where it fails on one, the others do not wait for it. */
export async function telling<T>(own: Ranks, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    own.fail(error instanceof UnrolledError ? `${error.code}: ${error.message}` : String(error));
    throw error;
  }
}

let current: Ranks = alone;

/** Those that this process is one of; itself alone where nobody said otherwise. */
export function ranks(): Ranks {
  return current;
}

/** The ranks that train together, of which this process is one: itself alone, before `parallel.init`. */
export function ranksOfProcess(): Communicator {
  return current;
}

/** Called once, by `init`. */
export function setRanks(joined: Ranks): void {
  current = joined;
}
