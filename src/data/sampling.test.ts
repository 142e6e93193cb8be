import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, type HostArray, setCurrentDevice, type Storage } from '../tensor/device.js';
import { randomBatches, sequentialBatches } from './batches.js';
import { BatchSampler, type SamplerOptions, type Sampling, type TokenBatch } from './sampling.js';

const range = (n: number) => Int32Array.from({ length: n }, (_, i) => i);

/** The rows of a batch, whatever its layout. */
function rowsOf(data: ArrayLike<number>, { batchSize, numSteps, batchFirst }: SamplerOptions): number[][] {
  return Array.from({ length: batchSize }, (_, n) =>
    Array.from({ length: numSteps }, (_, t) => data[batchFirst ? n * numSteps + t : t * batchSize + n]),
  );
}

function epochOf(sampler: BatchSampler, epoch: number): TokenBatch[] {
  return Array.from({ length: sampler.count(epoch) }, (_, index) => sampler.batch(epoch, index));
}

const settings = fc
  .record({
    batchSize: fc.integer({ min: 1, max: 5 }),
    numSteps: fc.integer({ min: 1, max: 7 }),
    seed: fc.nat(),
    epoch: fc.nat({ max: 50 }),
    extra: fc.nat({ max: 60 }),
    batchFirst: fc.boolean(),
  })
  .map(({ extra, ...s }) => ({ ...s, length: s.batchSize * s.numSteps + 1 + extra }));

describe.each<Sampling>(['random', 'sequential'])('%s sampling', (sampling) => {
  it('uses each token of the stretch once, with the next token as its target', () => {
    fc.assert(
      fc.property(settings, ({ length, epoch, ...options }) => {
        const { batchSize, numSteps } = options;
        const sampler = new BatchSampler(range(length), { ...options, sampling });
        const batches = epochOf(sampler, epoch);
        expect(batches.length).toBeGreaterThanOrEqual(1);
        const used = batches.flatMap(({ x }) => [...x]);
        expect(new Set(used).size).toBe(used.length);
        for (const { x, y } of batches) expect([...y]).toEqual([...x].map((token) => token + 1));
        for (const { x } of batches) {
          for (const row of rowsOf(x, { ...options, sampling })) {
            expect(row).toEqual(row.map((_, t) => row[0] + t));
          }
        }
        // Nothing is left out but the offset and what does not fill a batch.
        const left = length - 1 - used.length;
        const offset = Math.min(...used);
        const last = sampling === 'random' ? numSteps - 1 : numSteps;
        expect(sampling === 'sequential' ? offset : offset % numSteps).toBeLessThanOrEqual(last);
        expect(left).toBeLessThanOrEqual(last + batchSize * numSteps + batchSize - 1);
      }),
    );
  });

  it('gives the same batches for the same seed, others for another epoch', () => {
    const make = (seed: number) => new BatchSampler(range(500), { sampling, batchSize: 3, numSteps: 7, seed });
    expect(epochOf(make(4), 2)).toEqual(epochOf(make(4), 2));
    const epochs = range(6).reduce((set, epoch) => set.add(epochOf(make(4), epoch)[0].x.join()), new Set<string>());
    expect(epochs.size).toBeGreaterThan(2);
    const seeds = range(6).reduce((set, seed) => set.add(epochOf(make(seed), 0)[0].x.join()), new Set<string>());
    expect(seeds.size).toBeGreaterThan(2);
  });

  it('goes on exactly where its state says, over the ends of epochs', () => {
    fc.assert(
      fc.property(settings, fc.nat({ max: 30 }), ({ length, batchSize, numSteps, seed, batchFirst }, before) => {
        const options = { batchSize, numSteps, seed, batchFirst };
        const sampler = new BatchSampler(range(length), { ...options, sampling });
        for (let i = 0; i < before; i++) sampler.next();
        const state = JSON.parse(JSON.stringify(sampler.state()));
        const resumed = new BatchSampler(range(length), { ...options, sampling }, state);
        for (let i = 0; i < 7; i++) expect(resumed.next()).toEqual(sampler.next());
      }),
    );
  });

  it('counts through the batches of an epoch, then starts the next', () => {
    const sampler = new BatchSampler(range(100), { sampling, batchSize: 2, numSteps: 5, offset: 0 });
    const seen = Array.from({ length: 12 }, () => sampler.next());
    expect(seen.map(({ epoch, index }) => epoch * 100 + index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 100, 101, 102]);
    expect(seen.every(({ count }) => count === 9)).toBe(true);
  });

  it('starts at each offset, in about equal shares', () => {
    const numSteps = 4;
    const sampler = new BatchSampler(range(200), { sampling, batchSize: 1, numSteps });
    const offsets = new Map<number, number>();
    for (let epoch = 0; epoch < 1000; epoch++) {
      const first = Math.min(...epochOf(sampler, epoch).map(({ x }) => x[0]));
      offsets.set(first, (offsets.get(first) ?? 0) + 1);
    }
    // The book: 0 … T − 1 for random, 0 … T for sequential sampling.
    const choices = sampling === 'random' ? numSteps : numSteps + 1;
    expect([...offsets.keys()].sort()).toEqual([...range(choices)]);
    for (const times of offsets.values()) expect(times).toBeGreaterThan(0.7 * (1000 / choices));
  });

  it('writes into buffers that are given, and checks their size', () => {
    const sampler = new BatchSampler(range(50), { sampling, batchSize: 2, numSteps: 3 });
    const into = { x: new Int32Array(6), y: new Int32Array(6) };
    const batch = sampler.next(into);
    expect(batch.x).toBe(into.x);
    expect(batch.x).toEqual(new BatchSampler(range(50), { sampling, batchSize: 2, numSteps: 3 }).next().x);
    expect(() => sampler.next({ x: new Int32Array(5), y: into.y })).toThrow(expect.objectContaining({ code: 'SHAPE' }));
  });

  it('takes exactly N · T + 1 tokens, and tells what would fit', () => {
    const options = { sampling, batchSize: 4, numSteps: 10 };
    expect(epochOf(new BatchSampler(range(41), options), 0)).toHaveLength(1);
    const short = { code: 'TOO_SHORT', help: expect.stringMatching(/batch size of at most 3, or at most 9 steps/) };
    expect(() => new BatchSampler(range(40), options)).toThrow(expect.objectContaining(short));
    expect(() => new BatchSampler(range(43), { ...options, offset: 3 })).toThrow(expect.objectContaining(short));
    const none = { code: 'TOO_SHORT', help: expect.stringContaining('give more text') };
    expect(() => new BatchSampler(range(3), options)).toThrow(expect.objectContaining(none));
    expect(() => new BatchSampler(range(0), options)).toThrow(expect.objectContaining(none));
  });

  it.each([
    [{ batchSize: 0 }, 'RANGE'],
    [{ batchSize: 1.5 }, 'RANGE'],
    [{ numSteps: -1 }, 'RANGE'],
    [{ numSteps: NaN }, 'RANGE'],
    [{ seed: 0.5 }, 'RANGE'],
    [{ offset: -1 }, 'RANGE'],
    [{ sampling: 'shuffled' as Sampling }, 'OPTION'],
  ])('refuses %j', (change, code) => {
    const options = { sampling, batchSize: 2, numSteps: 2, ...change };
    expect(() => new BatchSampler(range(50), options)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses the state of another sampler', () => {
    const sampler = new BatchSampler(range(50), { sampling, batchSize: 2, numSteps: 2, seed: 1 });
    for (const change of [{ seed: 2 }, { epoch: -1 }, { epoch: 0.5 }, { index: 1000 }, { index: -1 }]) {
      expect(() => sampler.restore({ ...sampler.state(), ...change })).toThrow(
        expect.objectContaining({ code: 'STATE' }),
      );
    }
    expect(() => sampler.batch(0, sampler.count(0))).toThrow(expect.objectContaining({ code: 'RANGE' }));
  });
});

describe('sequential sampling', () => {
  it('goes on in each row where the last batch ended', () => {
    fc.assert(
      fc.property(settings, ({ length, epoch, ...options }) => {
        const sampler = new BatchSampler(range(length), { ...options, sampling: 'sequential' });
        const batches = epochOf(sampler, epoch).map(({ x }) => rowsOf(x, { ...options, sampling: 'sequential' }));
        for (let i = 1; i < batches.length; i++) {
          batches[i].forEach((row, n) => expect(row[0]).toBe((batches[i - 1][n].at(-1) ?? NaN) + 1));
        }
      }),
    );
  });

  it("gives the book's example: 0 … 34, two rows of five, from the first token", () => {
    const sampler = new BatchSampler(range(35), {
      sampling: 'sequential',
      batchSize: 2,
      numSteps: 5,
      offset: 0,
      batchFirst: true,
    });
    expect(epochOf(sampler, 0).map(({ x }) => [...x])).toEqual([
      [0, 1, 2, 3, 4, 17, 18, 19, 20, 21],
      [5, 6, 7, 8, 9, 22, 23, 24, 25, 26],
      [10, 11, 12, 13, 14, 27, 28, 29, 30, 31],
    ]);
  });
});

describe('random sampling', () => {
  it("has the book's pieces in an order that is random", () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const sampler = new BatchSampler(range(35), { sampling: 'random', batchSize: 2, numSteps: 5, offset: 0, seed });
      const starts = epochOf(sampler, 0).flatMap(({ x }) => [x[0], x[1]]);
      expect(starts.toSorted((a, b) => a - b)).toEqual([0, 5, 10, 15, 20, 25]);
      orders.add(starts.join());
    }
    expect(orders.size).toBeGreaterThan(40);
  });
});

describe('batches as tensors', () => {
  class HostDevice implements Device {
    readonly name = 'test';
    readonly answersAtOnce = true;
    readonly #arrays = new WeakMap<Storage, HostArray>();

    allocate(dtype: 'float32' | 'int32', length: number): Storage {
      const storage: Storage = { device: this, dtype, length, references: 0 };
      this.#arrays.set(storage, dtype === 'int32' ? new Int32Array(length) : new Float32Array(length));
      return storage;
    }
    release(storage: Storage): void {
      this.#arrays.delete(storage);
    }
    write(storage: Storage, offset: number, data: ArrayLike<number>): void {
      this.#arrays.get(storage)?.set(data, offset);
    }
    fill({ storage, offset }: { storage: Storage; offset: number }, length: number, value: number): void {
      this.#arrays.get(storage)?.fill(value, offset, offset + length);
    }
    readSync(storage: Storage, offset: number, length: number): HostArray {
      return this.#arrays.get(storage)?.slice(offset, offset + length) ?? new Int32Array(0);
    }
    async read(storage: Storage, offset: number, length: number): Promise<HostArray> {
      return this.readSync(storage, offset, length);
    }
  }
  beforeAll(() => setCurrentDevice(new HostDevice()));
  afterAll(() => setCurrentDevice(null));

  it.each([
    [randomBatches, 'random'],
    [sequentialBatches, 'sequential'],
  ] as const)('%o are those of the sampler', (batches, sampling) => {
    for (const batchFirst of [false, true]) {
      const options = { batchSize: 3, numSteps: 4, seed: 5, batchFirst };
      const iterable = batches({ train: range(100) }, { ...options, epoch: 7 });
      const expected = epochOf(new BatchSampler(range(100), { ...options, sampling }), 7);
      for (let twice = 0; twice < 2; twice++) {
        const list = [...iterable];
        expect(list.map(({ index, count }) => [index, count])).toEqual(expected.map((_, i) => [i, expected.length]));
        list.forEach(({ x, y }, i) => {
          expect(x.shape).toEqual(batchFirst ? [3, 4] : [4, 3]);
          expect(y.shape).toEqual(x.shape);
          expect(x.dtype).toBe('int32');
          expect(x.data()).toEqual(expected[i].x);
          expect(y.data()).toEqual(expected[i].y);
        });
      }
    }
  });

  it('complains at once, not at the first batch', () => {
    expect(() => sequentialBatches(range(5), { batchSize: 4, numSteps: 4 })).toThrow(
      expect.objectContaining({ code: 'TOO_SHORT' }),
    );
    expect(() => randomBatches(range(50), { batchSize: 4, numSteps: 4, epoch: -1 })).toThrow();
  });
});
