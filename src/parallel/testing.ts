// Ranks within one process, for tests: what they say to each other goes through memory, and sums are plain loops.
import { UnrolledError } from '../errors.js';
import type { Numbers, RankLink } from '../platform/rankLink.js';
import { TreeSum } from './tree.js';
import { type Ranks, ranksOver, setRanks } from './communicator.js';

/**
 * `size` ranks that meet in memory: run what each does at the same time, by Promise.all.
 * @param overlaps as where ranks are on several hosts
 */
export function memoryRanks(size: number, overlaps = false): Ranks[] {
  let waiting: { value: unknown; resolve(all: unknown[]): void; reject(error: Error): void }[] = [];
  let failed: UnrolledError | null = null;
  const meet = (rank: number, value: unknown): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      if (failed !== null) return reject(failed);
      waiting[rank] = { value, resolve, reject };
      if (Object.keys(waiting).length < size) return;
      const all = waiting;
      waiting = [];
      for (const one of all) one.resolve(all.map((each) => each.value));
    });
  return Array.from({ length: size }, (_, rank) => {
    let last: Promise<unknown> = Promise.resolve();
    /** In the order of the calls. */
    const inTurn = <R>(run: () => Promise<R>): Promise<R> => {
      const own = last.then(run);
      last = own.catch(() => undefined);
      return own;
    };
    const link: RankLink = {
      ...{ rank, size, overlaps, by: 'memory' },
      gather: (bytes) => inTurn(async () => (await meet(rank, bytes.slice())) as Uint8Array[]),
      sum: (blocks, plan, message) =>
        inTurn(async () => {
          const own = blocks.map(joined);
          const all = (await meet(rank, { own, message: message.slice() })) as {
            own: Numbers[];
            message: Uint8Array;
          }[];
          const sum = sumBlocks(
            all.map((one) => one.own),
            plan,
          );
          let at = 0;
          for (const piece of blocks[0]) piece.set(sum.subarray(at, (at += piece.length)));
          return all.map((one) => one.message);
        }),
      fail(reason) {
        failed = new UnrolledError('RANK', `expected all ranks, received the end of rank ${rank}: ${reason}`, 'resume');
        for (const one of waiting.filter(Boolean)) one.reject(failed);
      },
    };
    return ranksOver(link);
  });
}

/** One result for each rank, of what all do together. */
export async function onRanks<M>(
  size: number,
  run: () => Promise<M>,
  all: readonly Ranks[] = memoryRanks(size),
): Promise<M[]> {
  const alone = memoryRanks(1)[0];
  const running = (size === 1 ? [alone] : all).map((one) => {
    setRanks(one);
    return run();
  });
  setRanks(alone);
  return Promise.all(running);
}

/** A copy of the pieces of a block, in one. */
function joined(pieces: readonly Numbers[]): Numbers {
  const length = pieces.reduce((total, piece) => total + piece.length, 0);
  const whole = pieces[0] instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** What a link sums, number by number. @param blocks of each rank */
export function sumBlocks(blocks: readonly (readonly Numbers[])[], plan: Int32Array): Numbers {
  const [[first]] = blocks;
  const round = first instanceof Float32Array ? Math.fround : (value: number): number => value;
  return first.map((_, i) => {
    const used = new Map<number, number>();
    const tree = new TreeSum<number>((a, b) => round(a + b));
    let at = 0;
    for (let block = 0; block < plan.length; block += 2) {
      const [rank, leaves] = [plan[block], plan[block + 1]];
      const own = used.get(rank) ?? 0;
      used.set(rank, own + 1);
      tree.push(at, blocks[rank][own][i], leaves);
      at += leaves;
    }
    return tree.total;
  });
}
