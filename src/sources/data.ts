// DATA arguments: files, folders of text, `-` for standard input, `.gz` of any of these, or the name of a known data set.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Dataset, DatasetKind } from '../data/dataset.js';
import { extractText, isDataFile, isTableFile } from '../data/extract.js';
import { UnrolledError } from '../errors.js';
import { nearestNames } from '../nearest.js';
import type { SourceContext } from './context.js';
import type { Part } from './archive.js';
import { KnownData } from './knownData.js';
import { unpack } from './unpack.js';

export type { Part };

export interface InputData extends Pick<Dataset, 'columns' | 'encoding'> {
  /** What to call all of it: `moby-dick`, `poems`. */
  name: string;
  parts: Part[];
  /** Parts of their own for measuring, which some known data sets have; empty for all other data. */
  validation: Part[];
  test: Part[];
  /** Its words are separated by blanks already. */
  tokenized: boolean;
  /** One known data set alone: it says itself how it is written. */
  known: boolean;
}

/**
 * Reads all arguments.
 * @param kind what known data sets are wanted for
 * Errors: USAGE for a known data set of another kind, NOT_FOUND with the nearest names, EMPTY for a folder without text, FORMAT for a damaged
 * .gz.
 */
export async function readData(
  context: SourceContext,
  args: readonly string[],
  kind: DatasetKind | 'any' = 'text',
): Promise<InputData> {
  const known = new KnownData(context);
  const read: ReadArgument[] = [];
  for (const argument of args) read.push(await readArgument(context, known, argument, kind));
  // Beside other data a set gives its training part only, so that what others measure with stays unseen.
  const [only] = read.length === 1 ? read : [];
  return {
    name: nameOf(args),
    parts: read.flatMap(({ parts }) => parts),
    validation: only?.validation ?? [],
    test: only?.test ?? [],
    columns: only?.columns,
    encoding: only?.encoding,
    known: only?.known ?? false,
    tokenized: read.length > 0 && read.every(({ tokenized }) => tokenized === true),
  };
}

type ReadArgument = Pick<InputData, 'parts'> & Partial<InputData>;

/** All parts as one text; a line break where a part ends without one. Errors: ENCODING, FORMAT. */
export function textOf({ parts }: Pick<InputData, 'parts'>): string {
  const texts = parts.map(({ name, bytes }) => extractText(bytes, name));
  return texts
    .map((text, i) => (i + 1 < texts.length && text !== '' && !text.endsWith('\n') ? `${text}\n` : text))
    .join('');
}

/** All parts as bytes, one after the other, as they are. */
export function bytesOf({ parts }: Pick<InputData, 'parts'>): Uint8Array {
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

async function readArgument(
  { cwd, stdin }: SourceContext,
  known: KnownData,
  argument: string,
  kind: DatasetKind | 'any',
): Promise<ReadArgument> {
  if (argument === '-') {
    return { parts: [{ name: 'standard input', bytes: await unpack(await readStdin(stdin), 'standard input') }] };
  }
  const full = resolve(cwd, argument);
  const found = argument === '' ? undefined : await stat(full).catch(() => undefined);
  if (found?.isDirectory()) return { parts: await readFolder(full, argument, kind) };
  if (found) return { parts: [{ name: argument, bytes: await unpack(await readFile(full), argument) }] };
  const set = await known.read(argument, kind);
  if (set) return { ...set, parts: set.train, known: true };
  const near = [...(await nearbyNames(full)), ...nearestNames(argument, known.names())].slice(0, 3);
  const isText = near.length === 0 && /\s/.test(argument.trim());
  throw new UnrolledError(
    'NOT_FOUND',
    `expected a file, a folder or a known data set, received "${argument}"`,
    `${isText ? 'a text itself is read from standard input, which is named -. ' : ''}${near.length > 0 ? `did you mean ${near.join(' or ')}? ` : ''}unrolled data lists the known data sets`,
  );
}

/** The text files of a folder and its folders, in the order of their paths; for rows, the tables too. */
async function readFolder(folder: string, shown: string, kind: DatasetKind | 'any'): Promise<Part[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .filter(
      (path) =>
        (isDataFile(path) || (kind !== 'text' && isTableFile(path))) &&
        !path.split(/[\\/]/).some((name) => name.startsWith('.')),
    )
    .sort((a, b) => (a < b ? -1 : 1)); // by code units: the same on every machine
  const parts: Part[] = [];
  for (const path of paths) {
    const name = join(shown, path);
    const bytes = await unpack(await readFile(join(folder, path)), name);
    if (bytes.length > 0) parts.push({ name, bytes });
  }
  if (parts.length === 0) {
    throw new UnrolledError(
      'EMPTY',
      `expected text files in the folder ${shown}, received ${paths.length === 0 ? 'none' : 'only empty ones'}`,
      'name a folder with text files, or a file',
    );
  }
  return parts;
}

async function readStdin(stdin: SourceContext['stdin']): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
  return Buffer.concat(chunks);
}

function nameOf(args: readonly string[]): string {
  const [first = 'data'] = args;
  if (first === '-') return 'stdin';
  const bare = basename(first.replace(/[\\/]+$/, '')).replace(
    /(\.(txt|json|jsonl|csv|tsv|md|conll|conllu))?(\.gz)?$/i,
    '',
  );
  return args.length > 1 ? `${bare}-and-${args.length - 1}-more` : bare || 'data';
}
