import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpack } from './unpack.js';

describe('unpack', () => {
  it('reads gzip, of several members too, and what is not packed', async () => {
    const text = new TextEncoder().encode('a line\n'.repeat(1000));
    const packed = gzipSync(text);
    expect(await unpack(packed, 'x')).toEqual(text);
    expect((await unpack(Buffer.concat([packed, packed]), 'x')).length).toBe(2 * text.length);
    expect(await unpack(text, 'x')).toBe(text);
    expect(await unpack(gzipSync(new Uint8Array(0)), 'x')).toHaveLength(0);
    await expect(unpack(packed.subarray(0, 30), 'cut.gz')).rejects.toThrow(/gzip data in cut\.gz/);
  });

  it('refuses a bomb in small memory', async () => {
    const member = gzipSync(new Uint8Array(2 ** 24));
    const bomb = Buffer.concat(Array.from({ length: 40 }, () => member)); // 640 MiB out of 650 kB
    const before = process.memoryUsage().arrayBuffers;
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 1);
    await expect(unpack(bomb, 'bomb.gz')).rejects.toThrow(expect.objectContaining({ code: 'FORMAT' }));
    clearInterval(watch);
    expect(most - before).toBeLessThan(2 ** 28);
  });
});
