// DATA arguments: files, folders of text, `-` for standard input, `.gz` of any of these, or the name of a known data set.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { extractText, isDataFile } from '../data/extract.js';
import { UnrolledError } from '../errors.js';
import { decodeText } from '../text/decode.js';
import type { Io } from './io.js';
import { KnownData } from './knownData.js';
import { nearestNames } from './nearest.js';

/** One file of the data, unpacked. */
export interface Part {
  /** As a person knows it, for messages. */
  name: string;
  bytes: Uint8Array;
}

export interface InputData {
  /** What to call all of it: `moby-dick`, `poems`. */
  name: string;
  parts: Part[];
}

/** More than this is no text that a model here could be trained on; it may be an archive that grows without end. */
const MAX_UNPACKED = 4 * 2 ** 30;

/** Beside texts in a folder: not part of them. */
const NOT_TEXT = /^(licen[cs]e|copying|readme|source)(\.[a-z]+)*$/i;

/**
 * Reads all arguments.
 * @param dataDir the folder of --data-dir
 * Errors: NOT_FOUND with the nearest names, EMPTY for a folder without text, FORMAT for a damaged .gz.
 */
export async function readData(io: Io, args: readonly string[], dataDir?: string): Promise<InputData> {
  const known = new KnownData(io, dataDir);
  const parts: Part[] = [];
  for (const argument of args) parts.push(...(await readArgument(io, known, argument)));
  return { name: nameOf(args), parts };
}

/** All parts as one text; a line break where a part ends without one. Errors: ENCODING, FORMAT. */
export function textOf({ parts }: InputData): string {
  const texts = parts.map(({ name, bytes }) => {
    const plain = name.replace(/\.gz$/i, '');
    return isDataFile(plain) ? extractText(bytes, plain) : decodeText(bytes, name);
  });
  return texts
    .map((text, i) => (i + 1 < texts.length && text !== '' && !text.endsWith('\n') ? `${text}\n` : text))
    .join('');
}

/** All parts as bytes, one after the other, as they are. */
export function bytesOf({ parts }: InputData): Uint8Array {
  if (parts.length === 1) return parts[0].bytes;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part.bytes, at);
    at += part.bytes.length;
  }
  return bytes;
}

/** The names beside a path that does not exist which it may have meant. */
export async function nearbyNames(full: string): Promise<string[]> {
  const names = await readdir(dirname(full)).catch((): string[] => []);
  return nearestNames(basename(full), names);
}

async function readArgument(io: Io, known: KnownData, argument: string): Promise<Part[]> {
  if (argument === '-') return [{ name: 'standard input', bytes: await unpack(await readStdin(io), 'standard input') }];
  const full = resolve(io.cwd, argument);
  const found = argument === '' ? undefined : await stat(full).catch(() => undefined);
  if (found?.isDirectory()) return readFolder(full, argument);
  if (found) return [{ name: argument, bytes: await unpack(await readFile(full), argument) }];
  const set = await known.read(argument);
  if (set) return Promise.all(set.map(async (part) => ({ ...part, bytes: await unpack(part.bytes, part.name) })));
  const near = [...(await nearbyNames(full)), ...nearestNames(argument, known.names())].slice(0, 3);
  throw new UnrolledError(
    'NOT_FOUND',
    `expected a file, a folder or a known data set, received "${argument}"`,
    `${near.length > 0 ? `did you mean ${near.join(' or ')}? ` : ''}unrolled data lists the known data sets`,
  );
}

/** The text files of a folder and its folders, in the order of their paths. */
async function readFolder(folder: string, shown: string): Promise<Part[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((path) => !path.split(/[\\/]/).some((name) => name.startsWith('.')) && !NOT_TEXT.test(basename(path)))
    .sort((a, b) => (a < b ? -1 : 1)); // by code units: the same on every machine
  const parts: Part[] = [];
  for (const path of paths) {
    const name = join(shown, path);
    const bytes = await unpack(await readFile(join(folder, path)), name);
    if (looksLikeText(bytes)) parts.push({ name, bytes });
  }
  if (parts.length === 0) {
    throw new UnrolledError(
      'EMPTY',
      `expected text files in the folder ${shown}, received ${paths.length === 0 ? 'none' : `${paths.length} other files`}`,
      'name a folder with text files, or a file',
    );
  }
  return parts;
}

/** No zero byte near the start, or the mark of UTF-16, which decoding then reports. */
function looksLikeText(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return false;
  const [a, b] = bytes;
  return (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || !bytes.subarray(0, 4096).includes(0);
}

async function readStdin(io: Io): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.stdin) chunks.push(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
  return Buffer.concat(chunks);
}

/** Gzip by its first bytes, not by its name: standard input has none. Errors: FORMAT. */
async function unpack(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (bytes.length < 2 || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_UNPACKED });
  } catch (cause) {
    throw new UnrolledError(
      'FORMAT',
      `expected gzip data in ${name}, received: ${cause instanceof Error ? cause.message : String(cause)}`,
      'the file is damaged or cut short: copy it again',
      { cause },
    );
  }
}

function nameOf(args: readonly string[]): string {
  const [first = 'data'] = args;
  if (first === '-') return 'stdin';
  const bare = basename(first.replace(/[\\/]+$/, '')).replace(/(\.(txt|json|jsonl|csv|tsv|md))?(\.gz)?$/i, '');
  return args.length > 1 ? `${bare}-and-${args.length - 1}-more` : bare || 'data';
}
