// Ranks within one process, for tests: what they say to each other goes through memory, and sums are plain loops.
import { UnrolledError } from '../errors.js';
import type { Numbers, RankLink } from '../platform/rankLink.js';
import { TreeSum } from './tree.js';
import { type Ranks, ranksOver, setRanks } from './communicator.js';

/** `size` ranks that meet in memory: run what each does at the same time, by Promise.all. */
export function memoryRanks(size: number): Ranks[] {
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
    const link: RankLink = {
      ...{ rank, size, by: 'memory' },
      gather: async (bytes) => (await meet(rank, bytes.slice())) as Uint8Array[],
      async sum(own, plan, sum, message) {
        const all = (await meet(rank, { own, message: message.slice() })) as { own: Numbers; message: Uint8Array }[];
        const blocks = all.map((one) => one.own);
        sum.set(sumBlocks(blocks, plan, sum.length));
        await meet(rank, null);
        return all.map((one) => one.message);
      },
      fail(reason) {
        failed = new UnrolledError('RANK', `expected all ranks, received the end of rank ${rank}: ${reason}`, 'resume');
        for (const one of waiting.filter(Boolean)) one.reject(failed);
      },
    };
    return ranksOver(link);
  });
}

/** One result for each rank, of what all do together. */
export async function onRanks<M>(size: number, run: () => Promise<M>): Promise<M[]> {
  const alone = memoryRanks(1)[0];
  const running = (size === 1 ? [alone] : memoryRanks(size)).map((one) => {
    setRanks(one);
    return run();
  });
  setRanks(alone);
  return Promise.all(running);
}

/** What a link sums, number by number. */
export function sumBlocks(blocks: readonly Numbers[], plan: Int32Array, length: number): number[] {
  const round = blocks[0] instanceof Float32Array ? Math.fround : (value: number): number => value;
  return Array.from({ length }, (_, i) => {
    const used = new Map<number, number>();
    const tree = new TreeSum<number>((a, b) => round(a + b));
    let at = 0;
    for (let block = 0; block < plan.length; block += 2) {
      const [rank, leaves] = [plan[block], plan[block + 1]];
      const own = used.get(rank) ?? 0;
      used.set(rank, own + 1);
      tree.push(at, blocks[rank][own * length + i], leaves);
      at += leaves;
    }
    return tree.total;
  });
}
