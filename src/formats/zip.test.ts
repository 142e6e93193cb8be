import { deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { encodeZip, unzip, zipEntries } from './zip.js';

/** Made with Python's zipfile: a folder, a stored, a deflated and a bzip2 file, and a comment at the end. */
const SMALL = new Uint8Array(
  Buffer.from(
    'UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAACAAAAYS9QSwMEFAAAAAAAAAAhAPnbHRkJAAAACQAAAAwAAABhL3N0b3JlZC50eHRwbGFpbiDDqQpQSwMEFAAAAAgAAAAhAGAMAVAHAAAAUAAAAA4AAABhL2RlZmxhdGVkLnR4dEtMSqQqBABQSwMELgAAAAwAAAAhAIMW3IwlAAAAAQAAAAYAAABiei50eHRCWmg5MUFZJlNZd0uwFAAAAACAAEAgACEYRoLuSKcKEg7pdgKAUEsBAhQDFAAAAAAAAAAhAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAIABAAAAAGEvUEsBAhQDFAAAAAAAAAAhAPnbHRkJAAAACQAAAAwAAAAAAAAAAAAAAIABIAAAAGEvc3RvcmVkLnR4dFBLAQIUAxQAAAAIAAAAIQBgDAFQBwAAAFAAAAAOAAAAAAAAAAAAAACAAVMAAABhL2RlZmxhdGVkLnR4dFBLAQIuAy4AAAAMAAAAIQCDFtyMJQAAAAEAAAAGAAAAAAAAAAAAAACAAYYAAABiei50eHRQSwUGAAAAAAQABADaAAAAzwAAAAkAYSBjb21tZW50',
    'base64',
  ),
);
const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
const text = async (path: string, archive: Uint8Array = SMALL): Promise<string> =>
  new TextDecoder().decode(await unzip(archive, path, 'x.zip'));
/** With one byte other than it was. */
const changed = (at: number, value = 255): Uint8Array => SMALL.map((byte, i) => (i === at ? value : byte));
const find = (bytes: number[], from = 0): number =>
  SMALL.findIndex((_, i) => i >= from && bytes.every((byte, k) => SMALL[i + k] === byte));
const ENTRY = [0x50, 0x4b, 1, 2];

it('lists and unpacks files, by their whole path or its end', async () => {
  expect(zipEntries(SMALL, 'x.zip')).toEqual([
    { path: 'a/stored.txt', bytes: 9 },
    { path: 'a/deflated.txt', bytes: 80 },
    { path: 'bz.txt', bytes: 1 },
  ]);
  expect(await text('a/stored.txt')).toBe('plain é\n');
  expect(await text('deflated.txt')).toBe('ab'.repeat(40));
  // As a part of a larger buffer, too.
  const larger = new Uint8Array(SMALL.length + 7);
  larger.set(SMALL, 7);
  expect(await text('deflated.txt', larger.subarray(7))).toBe('ab'.repeat(40));
});

it('says what it cannot read', async () => {
  await expect(text('none.txt')).rejects.toThrow(
    expect.objectContaining({ code: 'NOT_FOUND', help: expect.stringContaining('a/stored.txt') as string }),
  );
  await expect(text('bz.txt')).rejects.toThrow(/received method 12/);
  const second = find(ENTRY, find(ENTRY) + 1);
  // In the directory and in front of the data; a flag in one place alone is damage.
  const local = find([0x50, 0x4b, 3, 4], 1);
  const encrypted = SMALL.map((byte, i) => (i === second + 8 || i === local + 6 ? 1 : byte));
  await expect(text('a/stored.txt', encrypted)).rejects.toThrow(code('UNSUPPORTED'));
  await expect(text('a/stored.txt', changed(second + 8, 1))).rejects.toThrow(/something else of encryption/);
  await expect(text('a/stored.txt', changed(local + 6, 1))).rejects.toThrow(/something else of encryption/);
});

it('says what is damaged', async () => {
  for (const archive of [
    new Uint8Array(0),
    SMALL.subarray(0, 60),
    SMALL.subarray(0, SMALL.length - 20),
    changed(find(ENTRY)),
  ]) {
    expect(() => zipEntries(archive, 'x.zip')).toThrow(code('FORMAT'));
  }
  const plain = find([0x70, 0x6c, 0x61, 0x69, 0x6e]);
  await expect(text('stored.txt', changed(plain))).rejects.toThrow(/differs from its checksum/);
  const third = find(ENTRY, find(ENTRY, find(ENTRY) + 1) + 1);
  const header = find([0x50, 0x4b, 3, 4], plain);
  // More and less than both places say, and a stream that is none.
  const sized = (size: number): Uint8Array =>
    SMALL.map((byte, i) => (i === third + 24 || i === header + 22 ? size : byte));
  await expect(text('deflated.txt', sized(8))).rejects.toThrow(/more than the stated size/);
  await expect(text('deflated.txt', sized(90))).rejects.toThrow(/differs/);
  await expect(text('deflated.txt', changed(third + 24, 8))).rejects.toThrow(/gives another length/);
  await expect(text('deflated.txt', changed(header + 30, 0x62))).rejects.toThrow(/names another file/);
  await expect(text('deflated.txt', changed(header + 30 + 'a/deflated.txt'.length))).rejects.toThrow(code('FORMAT'));
});

/** A zip of one file, with what may be wrong about it. */
function zipOf({
  packed,
  size,
  comment = new Uint8Array(0),
}: {
  packed: Uint8Array;
  size: number;
  comment?: Uint8Array;
}) {
  const name = new TextEncoder().encode('a.txt');
  const crc = [...SMALL.subarray(find(ENTRY, find(ENTRY, find(ENTRY) + 1) + 1) + 16)].slice(0, 4);
  const u16 = (n: number): number[] => [n & 255, n >>> 8];
  const u32 = (n: number): number[] => [...u16(n & 0xffff), ...u16(n >>> 16)];
  const about = [
    20,
    0,
    0,
    0,
    8,
    0,
    0,
    0,
    33,
    0,
    ...crc,
    ...u32(packed.length),
    ...u32(size),
    ...u16(name.length),
    0,
    0,
  ];
  const local = [0x50, 0x4b, 3, 4, ...about, ...name, ...packed];
  const entry = [0x50, 0x4b, 1, 2, 20, 0, ...about, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...u32(0), ...name];
  const end = [
    0x50,
    0x4b,
    5,
    6,
    0,
    0,
    0,
    0,
    1,
    0,
    1,
    0,
    ...u32(entry.length),
    ...u32(local.length),
    ...u16(comment.length),
  ];
  return Uint8Array.from([...local, ...entry, ...end, ...comment]);
}

it('refuses what stands where nobody looks: in a comment', async () => {
  const stream = deflateRawSync(Buffer.from('ab'.repeat(40)));
  expect((await unzip(zipOf({ packed: stream, size: 80 }), 'a.txt', 'x.zip')).length).toBe(80);
  // A comment that is the end of another archive.
  const inner = zipOf({ packed: stream, size: 80 });
  const good = zipOf({ packed: stream, size: 80, comment: new TextEncoder().encode('PK, a comment') });
  expect(zipEntries(good, 'x.zip')).toHaveLength(1);
  const alone = zipOf({ packed: stream, size: 80, comment: inner.subarray(inner.length - 22) });
  expect(zipEntries(alone, 'x.zip')).toEqual([{ path: 'a.txt', bytes: 80 }]);
  const before = zipOf({ packed: stream, size: 80 }).length;
  const moved = inner.slice();
  const view = new DataView(moved.buffer);
  view.setUint32(moved.length - 6, view.getUint32(moved.length - 6, true) + before, true);
  const two = zipOf({ packed: stream, size: 80, comment: moved });
  expect(() => zipEntries(two, 'x.zip')).toThrow(/two directories/);
});

it('survives any changed byte', async () => {
  for (let at = 0; at < SMALL.length; at++) {
    await text('deflated.txt', changed(at)).catch((error: unknown) => {
      expect(error, `byte ${at}`).toMatchObject({ name: expect.stringMatching(/Unrolled|Unsupported/) as string });
    });
  }
});

it.each([0, 6] as const)('reads what it writes at level %i, the same bytes each time', async (level) => {
  const files = new Map([
    ['a/b.txt', new TextEncoder().encode('ab'.repeat(1000))],
    ['__proto__.npy', Uint8Array.of(1, 2, 3)],
    ['empty', new Uint8Array(0)],
  ]);
  const archive = encodeZip(files, level);
  expect(archive).toEqual(encodeZip(files, level));
  expect(zipEntries(archive, 'x.zip').map(({ path }) => path)).toEqual([...files.keys()]);
  for (const [path, bytes] of files) expect(await unzip(archive, path, 'x.zip')).toEqual(bytes);
});
