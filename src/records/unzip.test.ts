import { expect, it } from 'vitest';
import { unzip, zipEntries } from './unzip.js';

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
  await expect(text('a/stored.txt', changed(second + 8, 1))).rejects.toThrow(code('UNSUPPORTED'));
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
  // More and less than the directory says, and a stream that is none.
  await expect(text('deflated.txt', changed(third + 24, 8))).rejects.toThrow(/more than it says/);
  await expect(text('deflated.txt', changed(third + 24, 90))).rejects.toThrow(/differs/);
  const header = find([0x50, 0x4b, 3, 4], plain);
  await expect(text('deflated.txt', changed(header + 30 + 'a/deflated.txt'.length))).rejects.toThrow(code('FORMAT'));
});

it('survives any changed byte', async () => {
  for (let at = 0; at < SMALL.length; at++) {
    await text('deflated.txt', changed(at)).catch((error: unknown) => {
      expect(error, `byte ${at}`).toMatchObject({ name: expect.stringMatching(/Unrolled|Unsupported/) as string });
    });
  }
});
