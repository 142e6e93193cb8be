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
      /** In pieces: one, some, some without a number among them. */
      for (const share of [1, 0.3, 0.01]) {
        const ends = [...new Set([0, 0, Math.floor(share * length), Math.ceil(0.6 * length), length])];
        const piecesOf = (block: Numbers): Numbers[] =>
          share === 1 ? [block] : [...ends, length].map((end, i) => block.subarray(ends[i - 1] ?? 0, end));
        const own = Array.from({ length: size }, (_, rank) =>
          plan.filter(([of]) => of === rank).map((): Numbers => new Floats(length).map(() => rng.uniform() - 0.5)),
        );
        const expected = sumBlocks(own, flat);
        const others = own.map((blocks) => blocks.slice(1).map((block) => block.slice()));
        const links = linked(size);
        const messageOf = (rank: number): Uint8Array => new Uint8Array(told).fill(rank);
        const said = await Promise.all(
          links.map((link, rank) => link.sum(own[rank].map(piecesOf), flat, messageOf(rank))),
        );
        for (const all of said) {
          expect(all.map((bytes) => [bytes.length, bytes.at(-1)])).toEqual(
            own.map((_, rank) => [told, told === 0 ? undefined : rank]),
          );
        }
        for (const [sum] of own) expect(Buffer.from(sum.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
        expect(own.map((blocks) => blocks.slice(1))).toEqual(others);
      }
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
      (blocks: Numbers[][], plan: number[], message = 0) =>
      () =>
        void link.sum(blocks, Int32Array.from(plan), new Uint8Array(message));
    const two = new Float32Array(2);
    expect(call([[two]], [0, 1, 0, 1])).toThrow(/as many blocks/);
    expect(call([[two]], [0, 1, 5, 1])).toThrow(/as many blocks/);
    expect(call([], [])).toThrow(/as many blocks/);
    expect(call([[two], [new Float32Array(3)]], [0, 1, 0, 1])).toThrow(/as long in each/);
    expect(call([[two], []], [0, 1, 0, 1])).toThrow(/as long in each/);
    expect(call([[two, new Float64Array(2)]], [0, 1])).toThrow(/one type/);
    expect(call([[two]], [0, 1, 1, 1], 7)).toThrow(/whole eights/);
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
