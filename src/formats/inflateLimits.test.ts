import { describe, expect, it } from 'vitest';
import { inflated, requireInflatable } from './inflateLimits.js';

const code = expect.objectContaining({ code: 'FORMAT' });

describe('inflated', () => {
  const limits = { largest: 1000, ratio: 10, small: 100 };

  it('gives all chunks in one piece', async () => {
    async function* open(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(1, 2);
      yield new Uint8Array(0);
      yield Uint8Array.of(3);
    }
    expect([...(await inflated(open, 3, 'x', limits))]).toEqual([1, 2, 3]);
  });

  it('stops a stream without end, and keeps nothing of it', async () => {
    let [given, closed] = [0, 0];
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          given += 50;
          yield new Uint8Array(50);
        }
      } finally {
        closed++;
      }
    }
    await expect(inflated(endless, 20, 'bomb.gz', limits)).rejects.toThrow(/200 bytes or fewer.* 20 bytes in bomb\.gz/);
    expect([given, closed]).toEqual([250, 1]);
  });

  it.each([
    [100, 1, true],
    [101, 1, false],
    [500, 50, true],
    [501, 50, false],
    [1000, 500, true],
    [1001, 500, false],
  ])('%d bytes out of %d: %s', (bytes, stored, fits) => {
    const check = () => requireInflatable(bytes, stored, 'x', limits);
    if (fits) check();
    else expect(check).toThrow(code);
  });
});
