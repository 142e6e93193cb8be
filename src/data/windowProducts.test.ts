import { expect, it } from 'vitest';
import { Philox } from '../tensor/philox.js';
import { windowProducts } from './windowProducts.js';

it('sums the products of every two slots over all places', () => {
  const random = new Philox(4);
  const channels = [0, 1].map(() => Array.from({ length: 30 }, () => random.uniform() - 0.5));
  const ranges = [
    { channel: 0, first: -5, count: 5 },
    { channel: 1, first: -3, count: 2 },
    { channel: 0, first: 0, count: 3 },
  ];
  const [from, to] = [5, 27];
  const slots = ranges.flatMap(({ channel, first, count }) =>
    Array.from({ length: count }, (_, i) => ({ channel, offset: first + i })),
  );
  const products = windowProducts(channels, ranges, from, to);
  expect(products).toHaveLength(slots.length ** 2);
  slots.forEach((a, i) =>
    slots.forEach((b, j) => {
      let sum = 0;
      for (let at = from; at < to; at++) sum += channels[a.channel][at + a.offset] * channels[b.channel][at + b.offset];
      expect(products[i * slots.length + j]).toBeCloseTo(sum, 12);
    }),
  );
});
