import { beforeAll, expect, it } from 'vitest';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { DataLoader } from '../data/dataLoader.js';
import { fromData } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { shardOf, weightOf } from './shardOf.js';

beforeAll(() => setCurrentDevice(new ReferenceBackend()));

const EXAMPLES = [3, 1, 2, 4].map((length, row) => ({
  x: Array.from({ length }, (_, t) => 10 * row + t),
  y: Array.from({ length }, (_, t) => 100 * row + t),
}));

it('cuts rows, wherever they stand', () => {
  // As many steps as rows: the sizes do not say which axis is which.
  for (const batchFirst of [false, true]) {
    const [batch] = new DataLoader(EXAMPLES, { batchFirst });
    const part = shardOf(batch, { shard: 1, shards: 2 });
    const ofRow = (values: unknown, row: number): unknown[] =>
      batchFirst ? (values as unknown[][])[row] : (values as unknown[][]).map((step) => step[row]);
    expect(part?.x.shape).toEqual(batchFirst ? [2, 4] : [4, 2]);
    expect(ofRow(part?.x.toArray(), 0)).toEqual([20, 21, 0, 0]);
    expect(ofRow(part?.y.toArray(), 1)).toEqual([300, 301, 302, 303]);
    expect([...(part?.lengths ?? [])]).toEqual([2, 4]);
    expect([...(part?.rows ?? [])]).toEqual([2, 3]);
    expect(part?.count).toBe(1);
    expect(weightOf(part)).toBe(6);
  }
});

it('has every row once, and null where there is none', () => {
  const [batch] = new DataLoader(EXAMPLES.slice(0, 3));
  const parts = Array.from({ length: 8 }, (_, shard) => shardOf(batch, { shard, shards: 8 }));
  expect(parts.flatMap((part) => (part === null ? [] : [...part.rows]))).toEqual([0, 1, 2]);
  expect(parts.filter((part) => part === null)).toHaveLength(5);
  expect(shardOf(batch)).toBe(batch);
});

it('takes minibatches of one’s own, and says where it cannot', () => {
  const rows = { x: fromData(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]), y: fromData(Float32Array.of(7, 8, 9), [3]) };
  const part = shardOf(rows, { shard: 1, shards: 2 });
  expect(part?.x.toArray()).toEqual([
    [3, 4],
    [5, 6],
  ]);
  expect(part?.y.toArray()).toEqual([8, 9]);
  expect(() => shardOf({ input: 1 }, { shard: 0, shards: 2 })).toThrow(/rows can be told/);
});
