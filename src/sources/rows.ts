// DATA arguments as rows of their own: labelled texts, tagged sentences, pairs, a series. What is left out on the way is counted
// and said.
import { basename, dirname, extname, relative } from 'node:path';
import { isDataFile } from '../data/extract.js';
import { UnrolledError } from '../errors.js';
import { TEXT_NAMES } from '../records/header.js';
import { type LabelledLine, labelledTexts } from '../records/labelledTexts.js';
import { type Pair, readPairs } from '../records/pairs.js';
import { holdsPronunciations, readPronunciations } from '../records/pronunciations.js';
import { readSeries, type SeriesTable } from '../records/series.js';
import { columnIndex, columnNamed, readTable, type Table, type TableFormat } from '../records/table.js';
import { readTagged, type TaggedSentence } from '../records/tagged.js';
import { unzip, zipEntries } from '../records/unzip.js';
import { decodeText } from '../text/decode.js';
import { readVectors, type WordVectors } from '../text/vectors.js';
import type { SourceContext } from './context.js';
import { type InputData, type Part, readData } from './data.js';

/** How a table is written, where that is said. */
export interface TableValues {
  format?: TableFormat;
  /** One character; `\\t` for a tab. */
  separator?: string;
  header?: 'yes' | 'no';
}

/** The rows of some data, with the parts of their own that known data sets have. */
export interface Rows<R> {
  name: string;
  rows: R[];
  validation: R[] | null;
  test: R[] | null;
  /** What was left out or found, for people. */
  notes: string[];
}

export interface LabelledRow extends LabelledLine {
  file: string;
}

interface Columns {
  text?: string;
  label?: string;
}

/**
 * Texts with labels: tables; a folder with a file of lines for each label, or with a folder of texts for each.
 * Errors: those of reading.
 */
export async function readLabelled(
  context: SourceContext,
  args: readonly string[],
  options: TableValues & Columns,
): Promise<Rows<LabelledRow>> {
  const data = await readData(context, args, 'labelled');
  const notes: string[] = [];
  const named = { text: options.text ?? data.columns?.text, label: options.label ?? data.columns?.label };
  const root = args.length === 1 ? args[0] : '';
  const read = (parts: Part[]): LabelledRow[] => {
    const byFile = parts.every(({ label }) => label !== undefined) || (parts.length > 1 && parts.every(isPlain));
    if (byFile) return parts.flatMap((part) => linesOf(part, data, root));
    return parts.flatMap((part) => {
      const { rows, text, label, leftOut } = labelledTexts(tableOf(part, data, options), named);
      notes.push(`${part.name}: the text is the column ${text}, the label ${label}`);
      if (leftOut.text + leftOut.label > 0) {
        notes.push(`${part.name}: left out ${leftOut.text} rows without a text, ${leftOut.label} without a label`);
      }
      return rows.map((row) => ({ ...row, file: part.name }));
    });
  };
  return rowsOf(data, read, notes);
}

/**
 * Texts alone: the lines of plain text, or a column of a table. Errors: those of reading, NOT_FOUND where the column cannot be told.
 */
export async function readTexts(
  context: SourceContext,
  args: readonly string[],
  { column, ...options }: TableValues & { column?: string },
): Promise<{ name: string; texts: string[] }> {
  const data = await readData(context, args, 'any');
  const parts = await Promise.all([...(data.test.length > 0 ? data.test : data.parts)].map(unzipped));
  const named = column ?? data.columns?.text;
  const texts = parts.flatMap((part) => {
    const plain = part.label !== undefined || isPlain(part) || (part.name === 'standard input' && named === undefined);
    if (plain) return textOfPart(part, data).split(/\r\n|\n|\r/).filter((line) => line.trim() !== ''); // prettier-ignore
    const table = tableOf(part, data, options);
    const found =
      named !== undefined ? columnIndex(table, named) : table.columns.length === 1 ? 0 : columnNamed(table, TEXT_NAMES);
    if (found >= 0) return table.rows.map(({ values }) => values[found]);
    throw new UnrolledError(
      'NOT_FOUND',
      `expected a column of text in ${part.name}, received ${table.columns.join(', ')}`,
      'name it with --text',
    );
  });
  return { name: data.name, texts };
}

/** Sentences of CoNLL columns or CoNLL-U. Errors: those of reading. */
export async function readSentences(
  context: SourceContext,
  args: readonly string[],
  { tagColumn, tokenColumn }: { tagColumn?: string; tokenColumn?: string },
): Promise<Rows<TaggedSentence>> {
  const data = await readData(context, args, 'tagged');
  const notes: string[] = [];
  const read = (parts: Part[]): TaggedSentence[] =>
    parts.flatMap(({ name, bytes }) => {
      const columns = { tagColumn: numbered(tagColumn), tokenColumn: numbered(tokenColumn) };
      const { sentences, skipped } = readTagged(decodeText(bytes, name), name, columns);
      const left = Object.entries({ ranges: 'ranges of words', emptyNodes: 'empty nodes', documents: 'document marks' })
        .map(([key, what]) => ({ what, count: skipped[key as keyof typeof skipped] }))
        .filter(({ count }) => count > 0);
      if (left.length > 0)
        notes.push(`${name}: passed over ${left.map(({ what, count }) => `${count} ${what}`).join(', ')}`);
      return sentences;
    });
  return rowsOf(data, read, notes);
}

/** Pairs of a table's columns; of a .zip the largest text in it; of the pronouncing dictionary. Errors: those of reading. */
export async function readSentencePairs(
  context: SourceContext,
  args: readonly string[],
  options: TableValues & { source?: string; target?: string },
): Promise<Rows<Pair>> {
  const data = await readData(context, args, 'pairs');
  const notes: string[] = [];
  const parts = await Promise.all(data.parts.map(unzipped));
  const read = (list: Part[]): Pair[] =>
    list.flatMap((part) => {
      const { source, target } = options;
      const text = textOfPart(part, data);
      const table = holdsPronunciations(text) ? readPronunciations(text, part.name) : tableOf(part, data, options);
      const { pairs, leftOut } = readPairs(table, { source, target });
      if (leftOut > 0) notes.push(`${part.name}: left out ${leftOut} rows with only one side`);
      return pairs;
    });
  return rowsOf({ ...data, parts }, read, notes);
}

/** One series. Errors: those of reading; USAGE for several files. */
export async function readOneSeries(
  context: SourceContext,
  args: readonly string[],
  options: TableValues & { target?: string; inputs?: string; time?: string; missing?: 'error' | 'interpolate' },
): Promise<{ name: string; series: SeriesTable; notes: string[] }> {
  const data = await readData(context, args, 'series');
  if (data.parts.length !== 1) {
    throw new UnrolledError('USAGE', `expected one file with a series, received ${data.parts.length}`, 'name one file');
  }
  const inputs = options.inputs?.split(',').map((name) => name.trim());
  const { target, time, missing } = options;
  const series = readSeries(tableOf(data.parts[0], data, options), { target, inputs, time, missing });
  const filled = [series.target, ...series.inputs].reduce((sum, column) => sum + column.filled, 0);
  const notes = [
    `the target is the column ${series.target.name}${series.time ? `, the time ${series.time.name}` : ''}`,
  ];
  if (filled > 0) notes.push(`interpolated ${filled} missing values`);
  return { name: data.name, series, notes };
}

/** Vectors of words: a file, or a known data set. Errors: those of reading. */
export async function readWordVectors(context: SourceContext, file: string): Promise<WordVectors> {
  const { parts } = await readData(context, [file], 'vectors');
  return readVectors(decodeText(parts[0].bytes, parts[0].name), parts[0].name);
}

function rowsOf<R>(data: InputData, read: (parts: Part[]) => R[], notes: string[]): Rows<R> {
  const part = (parts: Part[]): R[] | null => (parts.length > 0 ? read(parts) : null);
  return { name: data.name, rows: read(data.parts), validation: part(data.validation), test: part(data.test), notes };
}

function textOfPart({ bytes, name }: Part, { encoding }: Pick<InputData, 'encoding'>): string {
  return encoding === undefined ? decodeText(bytes, name) : new TextDecoder(encoding).decode(bytes);
}

function tableOf(part: Part, data: Pick<InputData, 'encoding'>, options: TableValues): Table {
  const { format, separator } = options;
  const header = options.header === undefined ? undefined : options.header === 'yes';
  return readTable(textOfPart(part, data), part.name, {
    format,
    header,
    separator: separator === '\\t' ? '\t' : separator,
  });
}

const isPlain = ({ name }: Part): boolean => /\.(txt|text|md)(\.gz)?$/i.test(name);

/** `folder/label/text.txt`: a text; `label.txt`: a text in each line. */
function linesOf(part: Part, data: InputData, root: string): LabelledRow[] {
  const text = textOfPart(part, data);
  const place = dirname(relative(root, part.name)).split(/[\\/]/)[0];
  if (part.label === undefined && place !== '.' && place !== '..')
    return [{ text, label: place, line: 1, file: part.name }];
  const label = part.label ?? basename(part.name.replace(/\.gz$/i, ''), extname(part.name.replace(/\.gz$/i, '')));
  return text
    .split(/\r\n|\n|\r/)
    .flatMap((line, i) => (line.trim() === '' ? [] : [{ text: line, label, line: i + 1, file: part.name }]));
}

/** A column's number stays one. */
function numbered(column: string | undefined): string | number | undefined {
  return column !== undefined && /^-?\d+$/.test(column) ? Number(column) : column;
}

/** What a .zip holds: its largest text. */
async function unzipped(part: Part): Promise<Part> {
  if (part.bytes[0] !== 0x50 || part.bytes[1] !== 0x4b) return part;
  const texts = zipEntries(part.bytes, part.name).filter(({ path }) => isDataFile(path) || /\.(tsv|csv)$/i.test(path));
  const [largest] = texts.sort((a, b) => b.bytes - a.bytes);
  if (largest === undefined) {
    throw new UnrolledError(
      'FORMAT',
      `expected a table in ${part.name}, received an archive without one`,
      'unpack it, and name the file',
    );
  }
  return { name: `${part.name}/${largest.path}`, bytes: await unzip(part.bytes, largest.path, part.name) };
}
