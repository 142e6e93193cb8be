import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shardsOfRank } from './communicator.js';
import { subtrees, TreeSum } from './tree.js';

/** The tree by its definition: halves, and halves of halves. */
function byHalves(leaves: readonly string[]): string {
  if (leaves.length === 1) return leaves[0];
  const half = leaves.length / 2;
  return `(${byHalves(leaves.slice(0, half))}+${byHalves(leaves.slice(half))})`;
}

const add = (left: string, right: string): string => `(${left}+${right})`;

it('is the same tree whoever adds what', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 64 }), (log, size) => {
      const shards = 2 ** log;
      fc.pre(size <= shards);
      const leaves = Array.from({ length: shards }, (_, i) => String(i));
      const whole = new TreeSum<string>(add);
      let at = 0;
      for (let rank = 0; rank < size; rank++) {
        const { from, to } = shardsOfRank(rank, size, shards);
        expect(from).toBe(at);
        const own = new TreeSum<string>(add);
        for (let shard = from; shard < to; shard++) own.push(shard, leaves[shard]);
        const counts = subtrees({ from, to });
        own.sums.forEach((sum, i) => {
          whole.push(at, sum, counts[i]);
          at += counts[i];
        });
      }
      expect(at).toBe(shards);
      expect(whole.sums).toEqual([byHalves(leaves)]);
    }),
  );
});

it('has as few subtrees as there are', () => {
  expect(subtrees({ from: 0, to: 8 })).toEqual([8]);
  expect(subtrees({ from: 2, to: 5 })).toEqual([2, 1]);
  expect(subtrees({ from: 5, to: 8 })).toEqual([1, 2]);
  expect(subtrees({ from: 3, to: 3 })).toEqual([]);
});

it('adds what is no whole tree from its end', () => {
  const sum = new TreeSum<string>(add);
  for (let i = 0; i < 7; i++) sum.push(i, String(i));
  expect(sum.total).toBe('(((0+1)+(2+3))+((4+5)+6))');
});
