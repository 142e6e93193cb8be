// Files are written whole or not at all; what is missing is said in the library's words.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodePlatform } from './node.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unrolled-'));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

describe('node platform', () => {
  it('writes a file whole, over an older one, and leaves no other', async () => {
    const path = join(folder, 'model');
    writeFileSync(path, 'old and longer');
    await nodePlatform.writeFileAtomic(path, new TextEncoder().encode('new'));
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['model']);
    expect(new TextDecoder().decode(await nodePlatform.readFile(path))).toBe('new');
  });

  it('says IO where the folder is missing or the target is a folder, and leaves nothing', async () => {
    const bytes = Uint8Array.of(1);
    const io = expect.objectContaining({ code: 'IO' });
    await expect(nodePlatform.writeFileAtomic(join(folder, 'none', 'model'), bytes)).rejects.toEqual(io);
    await expect(nodePlatform.writeFileAtomic(folder, bytes)).rejects.toEqual(io);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('says IO where the folder cannot be written; the old file is whole', async () => {
    const path = join(folder, 'model');
    writeFileSync(path, 'old');
    chmodSync(folder, 0o500);
    await expect(nodePlatform.writeFileAtomic(path, Uint8Array.of(1))).rejects.toMatchObject({ code: 'IO' });
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('takes the address of a file', async () => {
    const address = pathToFileURL(join(folder, 'a model')).href;
    await nodePlatform.writeFileAtomic(address, new TextEncoder().encode('new'));
    expect(readFileSync(join(folder, 'a model'), 'utf8')).toBe('new');
    expect(new TextDecoder().decode(await nodePlatform.readFile(address))).toBe('new');
    await expect(nodePlatform.readFile('file://host/x')).rejects.toMatchObject({ code: 'OPTION' });
  });

  it('says NOT_FOUND for a file that is not there', async () => {
    await expect(nodePlatform.readFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
