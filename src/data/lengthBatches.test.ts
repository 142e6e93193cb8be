import { describe, expect, it } from 'vitest';
import { LengthBatches, padded, sortedBatches } from './lengthBatches.js';

const LENGTHS = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 97);
const take = (batches: LengthBatches, count = batches.count): number[][] =>
  Array.from({ length: count }, () => [...batches.next().rows]);

describe('LengthBatches', () => {
  it('has every sequence once in an epoch, in another order each time', () => {
    const batches = new LengthBatches(LENGTHS, { batchSize: 32, seed: 4 });
    const [first, second] = [take(batches), take(batches)];
    for (const epoch of [first, second]) {
      expect(epoch.flat().sort((a, b) => a - b)).toEqual(LENGTHS.map((_, i) => i));
      expect(Math.max(...epoch.map((rows) => rows.length))).toBe(32);
    }
    expect(first).not.toEqual(second);
    expect(batches.epochs()).toBe(2);
    expect(take(new LengthBatches(LENGTHS, { batchSize: 32, seed: 4 }))).toEqual(first);
    expect(take(new LengthBatches(LENGTHS, { batchSize: 32, seed: 5 }))).not.toEqual(first);
  });

  it('puts like lengths together: far less padding than chance', () => {
    const waste = (epoch: number[][]): number =>
      epoch.reduce((sum, rows) => {
        const longest = Math.max(...rows.map((row) => LENGTHS[row]));
        return sum + rows.reduce((padding, row) => padding + longest - LENGTHS[row], 0);
      }, 0);
    const sorted = waste(take(new LengthBatches(LENGTHS, { batchSize: 16 })));
    expect(sorted).toBeLessThan(waste(take(new LengthBatches(LENGTHS, { batchSize: 16, pool: 1 }))) / 10);
  });

  it('goes on where it stood', () => {
    const whole = new LengthBatches(LENGTHS, { batchSize: 64, seed: 1 });
    take(whole, 21);
    const again = new LengthBatches(LENGTHS, { batchSize: 64, seed: 1 });
    again.restore(whole.state());
    expect(take(again, 20)).toEqual(take(whole, 20));
    expect(() => again.restore({ seed: 2, epoch: 0, index: 0 })).toThrow(/expected a position with seed 1/);
    expect(() => again.restore({ seed: 1, epoch: 0, index: 17 })).toThrow(/minibatch 17/);
  });

  it('refuses no data and no size', () => {
    expect(() => new LengthBatches([], { batchSize: 1 })).toThrow(expect.objectContaining({ code: 'EMPTY' }));
    expect(() => new LengthBatches([1], { batchSize: 0 })).toThrow(/batchSize of 1 or more, received 0/);
  });
});

it('sortedBatches has the longest first, and keeps all', () => {
  expect(sortedBatches(Int32Array.of(0, 1, 2, 3), [1, 5, 5, 9], 3).map((rows) => [...rows])).toEqual([[3, 1, 2], [0]]);
});

it('padded stands sequences side by side, by time', () => {
  expect(padded([[1, 2, 3], [4], []], 9)).toEqual({
    data: Int32Array.of(1, 4, 9, 2, 9, 9, 3, 9, 9),
    lengths: Int32Array.of(3, 1, 0),
    numSteps: 3,
  });
  expect(padded([[]]).numSteps).toBe(1);
});
