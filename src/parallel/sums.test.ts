// Sums of gradients over ranks: to the bit those of all numbers at once, also where some begin early, or some rows alone go.
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import '../autograd/methods.js';
import { gatherRows } from '../autograd/rows.js';
import { tapeOrder } from '../autograd/tape.js';
import { setNativeMaker, useBackend } from '../backend/choose.js';
import { createNativeBackend } from '../backend/compiled/native.js';
import { nodePlatform } from '../platform/node/node.js';
import { setPlatform } from '../platform/platform.js';
import { fromData, zeros } from '../tensor/create.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Ranks } from './communicator.js';
import { rowsRead } from './rowsRead.js';
import { GradientSums } from './sums.js';
import { memoryRanks, sumBlocks } from './testing.js';

beforeAll(async () => {
  setPlatform(nodePlatform);
  setNativeMaker(createNativeBackend);
  await useBackend('wasm');
});

/** A table of a megabyte, and a bias. */
const [V, D] = [4096, 64];
const parametersOf = (): Tensor[] =>
  [[V, D], [D]].map((shape) => {
    const t = zeros(shape);
    t.requiresGrad = true;
    return t;
  });

/** Numbers of both signs, zeros of both signs among them. */
const numberOf = (rng: Philox): number => [-0, 0, 1e-40, rng.uniform() - 0.5][rng.integer(4)];

interface Counted {
  ranks: Ranks;
  /** Numbers in each sum, and whether it was early. */
  sums: [numbers: number, isEarly: boolean][];
}

function counted(ranks: Ranks): Counted {
  const sums: Counted['sums'] = [];
  return {
    sums,
    ranks: {
      ...ranks,
      sumShards(blocks, shards, message, isOverlapped) {
        sums.push([blocks[0].reduce((total, { length }) => total + length, 0), isOverlapped === true]);
        return ranks.sumShards(blocks, shards, message, isOverlapped);
      },
    },
  };
}

const bits = (values: ArrayLike<number>): Buffer => Buffer.from(Float32Array.from(values).buffer);

it('of a table go by the rows that were read, where they are few, with the bits of all rows', async () => {
  const given = fc.record({
    size: fc.integer({ min: 2, max: 4 }),
    read: fc.integer({ min: 0, max: 60 }),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(given, async ({ size, read, seed }) => {
      const rng = new Philox(seed);
      const all = memoryRanks(size).map((ranks) => {
        const { ranks: own, sums } = counted(ranks);
        const parameters = parametersOf();
        return { sums, parameters, gradients: new GradientSums(parameters, size, own) };
      });
      for (let step = 0; step < 2; step++) {
        const rows = all.map(() => Int32Array.from({ length: read }, () => rng.integer(V)));
        const own = rows.map((indices) => {
          const table = new Float32Array(V * D);
          for (const row of indices) for (let j = 0; j < D; j++) table[row * D + j] = numberOf(rng);
          return [table, Float32Array.from({ length: D }, () => numberOf(rng))];
        });
        const plan = Int32Array.from(all.flatMap((_, rank) => [rank, 1]));
        const expected = [0, 1].map((i) =>
          sumBlocks(
            own.map((values) => [values[i]]),
            plan,
          ),
        );
        await Promise.all(
          all.map(({ parameters, gradients }, rank) => {
            const [table] = parameters;
            gradients.reads(rowsRead([table], tapeOrder(gatherRows(table, fromData(rows[rank], [rows[rank].length])))));
            return gradients.end([own[rank].map((values, i) => fromData(values, parameters[i].shape))], []);
          }),
        );
        for (const { parameters, sums } of all) {
          parameters.forEach((t, i) => expect(bits(t.grad?.data() ?? []).equals(bits(expected[i]))).toBe(true));
          const union = new Set(rows.flatMap((indices) => [...indices])).size;
          expect(sums[step]).toEqual([(step === 0 ? V : union) * D + D, false]);
        }
      }
    }),
    { numRuns: 6, seed: 5 },
  );
});

it('of a table go whole where all of it is read, or much of it by some rank', async () => {
  const readings: ((table: Tensor, rank: number, step: number) => Tensor)[] = [
    (table) => table.mul(2),
    (table, rank) =>
      gatherRows(
        table,
        Int32Array.from({ length: rank === 1 ? V / 2 : 3 }, (_, i) => i),
      ),
    // Few at first.
    (table, _, step) =>
      gatherRows(
        table,
        Int32Array.from({ length: step === 0 ? 2 : V - 5 }, (_, i) => i),
      ),
  ];
  for (const read of readings) {
    await Promise.all(
      memoryRanks(2).map(async (ranks) => {
        const { ranks: own, sums } = counted(ranks);
        const [table] = parametersOf();
        const gradients = new GradientSums([table], 2, own);
        for (let step = 0; step < 2; step++) {
          gradients.reads(rowsRead([table], tapeOrder(read(table, ranks.rank, step))));
          await gradients.end([[zeros([V, D])]], []);
        }
        expect(sums).toEqual([
          [V * D, false],
          [V * D, false],
        ]);
      }),
    );
  }
});

it.each(['native', 'wasm'] as const)(
  'on %s begin early where they may, with the bits of one sum at the end',
  async (backend) => {
    await useBackend(backend);
    const rng = new Philox(9);
    const shapes = [[100], [512, 520], [512, 512]];
    const own = [0, 1, 2].map((rank) =>
      // Of 8 shards rank 0 has the first two, one block; the others have a tree of two and one alone each.
      Array.from({ length: [1, 2, 2][rank] }, () =>
        shapes.map(([rows, cols = 1]) => Float32Array.from({ length: rows * cols }, () => numberOf(rng))),
      ),
    );
    const train = (all: Ranks[]): Promise<{ bytes: Buffer; sums: Counted['sums']; said: number[][] }[]> =>
      Promise.all(
        all.map(async (ranks) => {
          const { ranks: counting, sums } = counted(ranks);
          const parameters = shapes.map((shape) => zeros(shape));
          const gradients = new GradientSums(parameters, 8, counting);
          const blocks = own[ranks.rank].map((values) => values.map((one, i) => fromData(one, shapes[i])));
          // The last layer first.
          for (const i of [2, 1, 0]) {
            gradients.whole([[parameters[i], blocks.map((block) => block[i])]]);
            // Computing goes on, in memory that must not be theirs.
            for (let j = 0; j < 5; j++) zeros([300_000]).dispose();
          }
          const said = await gradients.end(blocks, [ranks.rank]);
          return {
            sums,
            said: said.map((one) => [...one]),
            bytes: bits(parameters.flatMap((t) => [...(t.grad?.data() ?? [])])),
          };
        }),
      );
    const expected = await train(memoryRanks(3));
    for (const { bytes, sums, said } of await train(memoryRanks(3, true))) {
      expect(bytes.equals(expected[0].bytes)).toBe(true);
      expect(said).toEqual([[0], [1], [2]]);
      expect(sums).toEqual([
        [512 * 512, true],
        [512 * 520, true],
        [100, false],
      ]);
    }
    for (const { sums } of expected) expect(sums).toHaveLength(1);
  },
);

it('a sum that fails early is told at the end', async () => {
  await useBackend('wasm');
  const [first, second] = memoryRanks(2, true);
  const parameters = [0, 1, 2].map(() => zeros([600, 600]));
  const gradients = new GradientSums(parameters, 2, first);
  const blocks = [parameters.map(() => zeros([600, 600]))];
  parameters.forEach((t, i) => {
    gradients.whole([[t, [blocks[0][i]]]]);
  });
  second.fail('it was killed');
  await expect(gradients.end(blocks, [])).rejects.toThrow(/rank 1: it was killed/);
});
