// What a .zip holds as data, and files that are no text at all, known by their first bytes.
import { isDataFile, isTableFile } from '../data/extract.js';
import { UnrolledError } from '../errors.js';
import { fileKind } from '../formats/fileKinds.js';
import { unzip, type ZipEntry, zipEntries } from '../formats/zip.js';

/** One file of the data, unpacked. */
export interface Part {
  /** As a person knows it, for messages. */
  name: string;
  bytes: Uint8Array;
  /** What every line of it is, where its data set says so. */
  label?: string;
}

/** Errors: FORMAT for a file of a known other kind, with what to do with it. */
export function refuseBinary({ name, bytes }: Part): void {
  const found = fileKind(bytes);
  if (found === null) return;
  throw new UnrolledError('FORMAT', `expected text in ${name}, received ${found.what}`, found.help);
}

function isZip({ bytes }: Pick<Part, 'bytes'>): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/**
 * Parts with archives unpacked. `texts`: all files with text; `table`: the largest file of all; `labelled`: the largest table, or all
 * texts where there is no table. Errors: FORMAT for a damaged archive, for one without data, and for a workbook.
 */
export async function unpackedParts(parts: readonly Part[], wanted: 'texts' | 'table' | 'labelled'): Promise<Part[]> {
  const unpacked: Part[] = [];
  for (const part of parts) unpacked.push(...(isZip(part) ? await unzipped(part, wanted) : [part]));
  return unpacked;
}

async function unzipped(part: Part, wanted: 'texts' | 'table' | 'labelled'): Promise<Part[]> {
  const entries = zipEntries(part.bytes, part.name);
  const office = entries.find(({ path }) => /^(?:xl\/workbook\.xml|word\/document\.xml|content\.xml)$/.test(path));
  if (office !== undefined) {
    const what = office.path.startsWith('xl/') ? 'an Excel workbook' : 'an office document';
    throw new UnrolledError(
      'FORMAT',
      `expected text in ${part.name}, received ${what}`,
      'save the sheet as CSV, or the text as .txt',
    );
  }
  const data = entries.filter(({ path }) => isData(path));
  if (data.length === 0) {
    throw new UnrolledError(
      'FORMAT',
      `expected a file with data in ${part.name}, received an archive without one`,
      'unpack it, and name the file',
    );
  }
  const tables = data.filter(({ path }) => isTableFile(path) || /\.(?:json|jsonl|ndjson)$/i.test(path));
  const some = wanted === 'labelled' && tables.length > 0 ? tables : data;
  const isAll = wanted === 'texts' || (wanted === 'labelled' && tables.length === 0);
  const chosen = isAll
    ? some.sort((a, b) => (a.path < b.path ? -1 : 1))
    : [some.reduce((a, b) => (b.bytes > a.bytes ? b : a))];
  const parts: Part[] = [];
  for (const { path } of chosen) {
    parts.push({ name: `${part.name}/${path}`, bytes: await unzip(part.bytes, path, part.name) });
  }
  return parts;
}

function isData(path: ZipEntry['path']): boolean {
  const hidden = path.split('/').some((name) => name.startsWith('.') || name === '__MACOSX');
  return !hidden && (isDataFile(path) || isTableFile(path));
}
