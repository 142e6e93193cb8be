// A model of several safetensors files, by its index: `{ "weight_map": { tensor: file } }`, as Hugging Face's libraries write it.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { refuse } from '../expect.js';
import { type ByteSource, readRange } from '../platform/byteSource.js';
import { jsonFault } from './jsonKeys.js';
import { openSafetensors } from './openSafetensors.js';
import type { TensorEntry, TensorFile } from './tensorFile.js';

/** Bytes of an index, and files that it may name. */
const MAX_INDEX = 100_000_000;
const MAX_FILES = 10_000;
const MAX_DEPTH = 4;

/**
 * Opens the files that an index names; their headers are read at once.
 * @param open a file beside the index, by its name, which has no folder in it
 * Errors: FORMAT for what is no index, for names with folders, and where files lack tensors; those of `open`.
 */
export async function openShards(index: ByteSource, open: (name: string) => Promise<ByteSource>): Promise<TensorFile> {
  const { name, size } = index;
  if (size > MAX_INDEX) throw damaged(`an index of at most ${MAX_INDEX} bytes`, `${size} bytes of JSON`, name);
  const map = weightMap(await readRange(index, 0, size), name);
  const files = new Map<string, TensorFile>();
  const entries = new Map<string, TensorEntry>();
  for (const [key, file] of map) {
    if (!/^[^/\\:]+$/.test(file) || file.startsWith('.'))
      throw damaged('names of files without folders', `"${brief(file)}"`, name);
    let shard = files.get(file);
    if (shard === undefined) {
      if (files.size === MAX_FILES) throw damaged(`at most ${MAX_FILES} files`, 'more', name);
      shard = await openSafetensors(await open(file));
      files.set(file, shard);
    }
    const entry = shard.entries.get(key);
    if (entry === undefined) throw damaged(`"${brief(key)}" in ${brief(file)}`, 'a file without it', name);
    entries.set(key, entry);
  }
  return {
    kind: 'safetensors',
    name,
    keepsOrder: false,
    metadata: {},
    entries,
    async read(key) {
      const shard = files.get(map.get(key) ?? '');
      if (shard === undefined) refuse('a tensor of the model', key, `it has ${[...map.keys()].slice(0, 9).join(', ')}`);
      return shard.read(key);
    },
  };
}

function weightMap(bytes: Uint8Array, name: string): Map<string, string> {
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = jsonFault(text, MAX_DEPTH)?.kind === 'deep' ? null : JSON.parse(text);
  } catch (cause) {
    throw damaged('an index (JSON)', cause instanceof Error ? cause.message : 'something else', name);
  }
  const map = typeof value === 'object' && value !== null && 'weight_map' in value ? value.weight_map : null;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw damaged('an index of safetensors files (weight_map)', 'other JSON', name);
  }
  const entries = Object.entries(map as Record<string, unknown>);
  const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string';
  if (!entries.every(isText)) throw damaged('the name of a file for each tensor', 'something else', name);
  return new Map(entries.filter(isText));
}

function damaged(expected: string, received: string, name: string): UnrolledError {
  const help = 'name model.safetensors.index.json with the files beside it, or the safetensors file itself';
  return new UnrolledError('FORMAT', `expected ${expected} in ${name}, received ${received}`, help);
}
