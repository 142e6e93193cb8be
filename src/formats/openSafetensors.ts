// A safetensors file that is read by range. Apart from safetensors.ts, which reads bytes alone and so needs no platform.
import { refuse } from '../expect.js';
import { type ByteSource, readRange } from '../platform/byteSource.js';
import { tensorOf } from './safetensors.js';
import { damagedSafetensors, dataStartOf, readHeader } from './safetensorsHeader.js';
import type { TensorFile } from './tensorFile.js';

/**
 * Opens a file by its header; each tensor is read when it is asked for.
 * Errors: FORMAT with the name of the file, IO.
 */
export async function openSafetensors(source: ByteSource): Promise<TensorFile> {
  const { name, size } = source;
  const damaged = damagedSafetensors(name);
  const dataStart = dataStartOf(await readRange(source, 0, Math.min(9, size)), size, damaged);
  const { entries, metadata } = readHeader(await readRange(source, 8, dataStart - 8), size - dataStart, damaged);
  const byName = new Map(entries.map((entry) => [entry.key, entry]));
  return {
    kind: 'safetensors',
    name,
    keepsOrder: false,
    metadata,
    entries: byName,
    async read(key) {
      const entry = byName.get(key);
      if (entry === undefined)
        refuse('a tensor of the file', key, `it has ${[...byName.keys()].slice(0, 9).join(', ')}`);
      const bytes = await readRange(source, dataStart + entry.begin, entry.end - entry.begin);
      return tensorOf(entry, bytes.slice(), name);
    },
  };
}
