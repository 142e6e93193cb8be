// Ranks over a file that all have mapped: here in one process, each with a mapping of its own, which the addon cannot know.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CALLS_VERSION } from '../backend/numbers.js';
import { nodePlatform } from '../platform/node/node.js';
import type { Addon } from '../platform/platform.js';
import type { Numbers, RankLink } from '../platform/rankLink.js';
import { Philox } from '../tensor/philox.js';
import { ranksOver } from './communicator.js';
import { memoryRanks, sumBlocks } from './testing.js';

const found = nodePlatform.loadAddon?.(CALLS_VERSION) ?? { reason: 'none' };
const addon: Partial<Addon> = 'addon' in found ? found.addon : {};
const { sharedBytes, joinRanks } = addon;

let folder = '';
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** At most as many as Node has threads for them: each waits in one. */
function linked(size: number): Omit<RankLink, 'by'>[] {
  folder = mkdtempSync(join(tmpdir(), 'unrolled-ranks-'));
  const file = join(folder, 'shared');
  writeFileSync(file, new Uint8Array(sharedBytes?.(size) ?? 0));
  return Array.from({ length: size }, (_, rank) => joinRanks?.(file, rank, size)).filter((link) => link !== undefined);
}

describe.skipIf(joinRanks === undefined)('ranks over shared memory', () => {
  it.each([
    [
      'two, a block each',
      [
        [0, 4],
        [1, 4],
      ],
      300_001,
    ],
    [
      'three, two blocks on some',
      [
        [0, 2],
        [1, 2],
        [1, 1],
        [2, 1],
        [2, 2],
      ],
      100_000,
    ],
    [
      'four, a number each',
      [
        [0, 1],
        [1, 1],
        [2, 1],
        [3, 1],
      ],
      1,
    ],
    [
      'none',
      [
        [0, 1],
        [1, 1],
      ],
      0,
    ],
  ])('sum in the tree: %s', async (_, plan, length) => {
    const size = Math.max(...plan.map(([rank]) => rank)) + 1;
    const flat = Int32Array.from(plan.flat());
    const rng = new Philox(3);
    for (const [Floats, told] of [
      [Float32Array, 24],
      [Float64Array, 40_000],
      [Float32Array, 0],
    ] as const) {
      const own: Numbers[] = Array.from({ length: size }, (_, rank) => {
        const blocks = plan.filter(([of]) => of === rank).length;
        return new Floats(blocks * length).map(() => rng.uniform() - 0.5);
      });
      const links = linked(size);
      const sums = own.map(() => new Floats(length));
      const messageOf = (rank: number): Uint8Array => new Uint8Array(told).fill(rank);
      const said = await Promise.all(links.map((link, rank) => link.sum(own[rank], flat, sums[rank], messageOf(rank))));
      const expected = Floats.from(sumBlocks(own, flat, length));
      for (const all of said) {
        expect(all.map((bytes) => [bytes.length, bytes.at(-1)])).toEqual(
          own.map((_, rank) => [told, told === 0 ? undefined : rank]),
        );
      }
      for (const sum of sums) expect(Buffer.from(sum.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
    }
  });

  it('gather bytes of unlike lengths, longer than a slot among them', async () => {
    const links = linked(3);
    const own = [new Uint8Array(0), new Uint8Array(2_500_000).fill(7), Uint8Array.of(1, 2, 3)];
    for (let again = 0; again < 3; again++) {
      for (const all of await Promise.all(links.map((link, rank) => link.gather(own[rank])))) {
        expect(all.map(({ length }) => length)).toEqual([0, 2_500_000, 3]);
        expect(all.every((bytes, rank) => Buffer.from(bytes).equals(Buffer.from(own[rank])))).toBe(true);
      }
    }
  });

  it('who waits hears why another ended', async () => {
    const [first, second] = linked(2);
    const waiting = first.gather(new Uint8Array(1));
    second.fail('rank 1 ended: the disk is full');
    await expect(waiting).rejects.toThrow('rank 1 ended: the disk is full');
    await expect(first.gather(new Uint8Array(0))).rejects.toThrow('the disk is full');
  });

  it('refuse sums that do not fit', () => {
    const [link] = linked(2);
    const call =
      (own: number, plan: number[], sum = 2, message = 0) =>
      () =>
        void link.sum(new Float32Array(own), Int32Array.from(plan), new Float32Array(sum), new Uint8Array(message));
    expect(call(2, [0, 1, 0, 1])).toThrow(/as many blocks/);
    expect(call(2, [0, 1, 5, 1])).toThrow(/as many blocks/);
    expect(call(2, [])).toThrow(/as many blocks/);
    expect(
      () => void link.sum(new Float32Array(2), Int32Array.of(0, 1), new Float64Array(2), new Uint8Array(0)),
    ).toThrow(/one type/);
    expect(call(2, [0, 1, 1, 1], 2, 7)).toThrow(/whole eights/);
  });

  it('refuses a file that is too short, and a rank that is not there', () => {
    linked(1);
    const short = join(folder, 'short');
    writeFileSync(short, 'short');
    expect(() => joinRanks?.(short, 0, 2)).toThrow(/cannot be opened/);
    expect(() => joinRanks?.(short, 2, 2)).toThrow(/joinRanks/);
    expect(() => sharedBytes?.(100_000)).toThrow(/1 to 256 ranks/);
  });

  it('say the same as ranks in memory', async () => {
    const said = (all: ReturnType<typeof memoryRanks>) =>
      Promise.all(
        all.map(async (own) => {
          await own.barrier();
          const sum = await own.allReduce(Float32Array.of(own.rank, 0.1, 1e8));
          return [await own.broadcast({ from: own.rank }), await own.allGather([own.rank, 'é']), [...sum]];
        }),
      );
    const links = linked(3).map((link) => ranksOver({ ...link, by: 'shared memory' }));
    expect(await said(links)).toEqual(await said(memoryRanks(3)));
    await expect(Promise.all(links.map((own) => own.allReduce(new Float32Array(own.rank))))).rejects.toMatchObject({
      code: 'SHAPE',
    });
  });
});
