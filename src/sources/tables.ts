// A part of the data as a table: read as it looks, or, with a reading that a model keeps, as its training data was.
import { UnrolledError } from '../errors.js';
import { findHeader, HEADER_ROWS } from '../records/header.js';
import {
  findColumn,
  listColumns,
  readTable,
  type Table,
  TABLE_FORMATS,
  type TableFormat,
  type TableOptions,
} from '../records/table.js';
import { decodeAny } from '../text/decode.js';
import { refuseBinary } from './archive.js';
import type { InputData, Part } from './data.js';
import type { Reading, Report } from './reading.js';

/** How a table is written, where that is said. */
export interface TableValues {
  format?: string;
  /** One character; `\\t` for a tab. */
  separator?: string;
  header?: 'yes' | 'no';
  /** What begins a line that is no row; `none`: nothing does. */
  comment?: string;
  /** As `TextDecoder` calls it. */
  encoding?: string;
}

export const isTableFormat = (format: string | undefined): format is TableFormat =>
  TABLE_FORMATS.some((one) => one === format);

/** What a reader of tables works with. */
export interface TableReader {
  data: Pick<InputData, 'encoding' | 'columns' | 'known'>;
  options: TableValues;
  /** How earlier data was read: that of the model, or of a part before this one. */
  stored: Reading | null;
  /** `stored` is a model's: what differs from it is said as such. */
  trained: boolean;
  report: Report;
  /** Columns that were asked for by name. */
  named?: readonly (string | undefined)[];
  keepEmpty?: boolean;
}

/** A part's text. Errors: ENCODING, OPTION. */
export function partText(
  part: Part,
  {
    data,
    options,
    stored,
    report,
  }: Pick<TableReader, 'options' | 'stored' | 'report'> & {
    data: Pick<InputData, 'encoding'>;
  },
): { text: string; encoding: string } {
  refuseBinary(part);
  const decoded = decodeAny(part.bytes, part.name, {
    encoding: options.encoding ?? data.encoding,
    fallback: stored?.encoding,
  });
  if (decoded.encoding !== 'utf-8') report.note(part.name, `encoding ${decoded.encoding}`);
  return decoded;
}

/**
 * @param wanted the columns that the table must have; undefined where they are to be found
 * Errors: those of `readTable`; NOT_FOUND with what the table has where it lacks a column of the training data.
 */
export function partTable(part: Part, text: string, wanted: readonly string[], reader: TableReader): Table {
  const { stored, report } = reader;
  const table =
    stored === null ? readTable(text, part.name, given(reader)) : asBefore(part, text, wanted, stored, reader);
  for (const note of table.notes) report.note(part.name, note);
  report.skip('emptyRows', table.skipped.empty);
  report.skip('comments', table.skipped.comments);
  if (stored === null) report.note(part.name, describeTable(table));
  return table;
}

/** What was said of a table. */
function given({ options, named = [], keepEmpty }: Pick<TableReader, 'options' | 'named' | 'keepEmpty'>): TableOptions {
  const { format, separator, header, comment } = options;
  return {
    format: isTableFormat(format) ? format : undefined,
    separator: separator === '\\t' ? '\t' : separator,
    header: header === undefined ? undefined : header === 'yes',
    comment: comment === 'none' ? null : comment,
    named: named.filter((name) => name !== undefined),
    keepEmpty,
  };
}

/** By the words of a person: `CSV, values separated by commas, the first row names the columns`. */
export function describeTable({ format, separator, header }: Pick<Table, 'format' | 'separator' | 'header'>): string {
  const names: Record<TableFormat, string> = { csv: 'CSV', tsv: 'TSV', jsonl: 'JSON lines', json: 'JSON' };
  if (separator === null) return `read as ${names[format]}`;
  const between: Record<string, string> = {
    ',': 'commas',
    ';': 'semicolons',
    '\t': 'tabs',
    '|': 'bars',
    ' ': 'blanks',
  };
  return `read as ${names[format]} with ${between[separator] ?? JSON.stringify(separator)} between values; ${
    header
      ? 'the first row is the header (--header no: it is data)'
      : 'no header, the first row is data (--header yes: it is the header)'
  }`;
}

/**
 * In the format of the training data, whatever the file's name; if it lacks the columns so, as it looks, which is said.
 */
function asBefore(part: Part, text: string, wanted: readonly string[], stored: Reading, reader: TableReader): Table {
  const own = given(reader);
  const isSaid = own.format !== undefined || own.separator !== undefined;
  const header = own.header ?? (isTableFormat(stored.format) ? (stored.header ?? undefined) : undefined);
  const comment = own.comment === undefined && stored.comment !== null ? stored.comment : own.comment;
  const format = own.format ?? (isSaid || !isTableFormat(stored.format) ? undefined : stored.format);
  const separator = own.separator ?? (isSaid || own.format !== undefined ? undefined : (stored.separator ?? undefined));
  let first: Table | null = null;
  let failure: unknown = null;
  try {
    first = readTable(text, part.name, {
      ...own,
      format,
      header,
      comment,
      separator: format === 'tsv' ? undefined : separator,
    });
    if (lacking(first, wanted) === undefined) {
      checkNoHeader(first, stored, own.header, reader.trained);
      return first;
    }
  } catch (error) {
    if (!(error instanceof UnrolledError) || isSaid) throw error;
    failure = error;
  }
  const looks = isSaid ? first : lookAgain(part, text, { ...own, comment });
  const isLike = looks !== null && (looks.header === (stored.header ?? looks.header) || own.header !== undefined);
  if (looks !== null && isLike && lacking(looks, wanted) === undefined) {
    checkNoHeader(looks, stored, own.header, reader.trained);
    const before = reader.trained ? 'the training data' : 'the data before it';
    reader.report.note(part.name, `${describeTable(looks)}, unlike ${before}`);
    return looks;
  }
  if (failure !== null && (looks === null || !isLike)) throw failure;
  throw lacks(looks ?? first, wanted, stored, reader);
}

function lookAgain(part: Part, text: string, options: TableOptions): Table | null {
  try {
    return readTable(text, part.name, options);
  } catch (error) {
    if (error instanceof UnrolledError) return null;
    throw error;
  }
}

/** The first of the wanted columns that a table does not have. */
function lacking(table: Table, wanted: readonly string[]): string | undefined {
  return wanted.find((name) => {
    if (findColumn(table, name) >= 0) return false;
    return table.header || !/^[1-9]\d*$/.test(name) || Number(name) > table.columns.length;
  });
}

function lacks(table: Table | null, wanted: readonly string[], stored: Reading, reader: TableReader): UnrolledError {
  const { trained, keepEmpty } = reader;
  const name = table === null ? wanted[0] : lacking(table, wanted);
  const before = trained ? 'which the model was trained on' : 'as the data before it has';
  const file = table?.name ?? 'the data';
  const has = table === null ? '' : `it has ${listColumns(table.columns)}; `;
  const plain = keepEmpty ? '; if each line is one text, add --format lines' : '';
  return new UnrolledError(
    'NOT_FOUND',
    `expected the column ${name} in ${file}, ${before}, received a table without it`,
    stored.header
      ? `${has}its first line must be the header, or name the columns to read (and add --header no if there is no header)${plain}`
      : `${has}name the columns to read, or give a table like the training data${plain}`,
  );
}

/** Errors: FORMAT where the first row of a table, unlike that of the training data, has names: it would be read as data. */
function checkNoHeader(table: Table, stored: Reading, said: boolean | undefined, trained: boolean): void {
  if (stored.header !== false || said !== undefined || table.header) return;
  if (!findHeader(table.rows.slice(0, HEADER_ROWS).map(({ values }) => values))) return;
  const names = table.rows[0].values.slice(0, 8).join(', ');
  throw new UnrolledError(
    'FORMAT',
    `expected a table without a header in ${table.name}, as ${trained ? 'in the training data' : 'in the data before it'}, received the header ${names}`,
    'add --header yes and name the columns to read, or --header no if that row is data, or delete it',
  );
}

/**
 * Reads as before; a known data set that cannot be read so is read in its own way, since it says itself how it is written.
 * @param before what is to be read as, or null for the data's own way
 */
export function orOwnWay<T>(
  before: Reading | null,
  { known }: Pick<InputData, 'known'>,
  read: (before: Reading | null) => T,
): T {
  if (before === null || !known) return read(before);
  try {
    return read(before);
  } catch (error) {
    if (error instanceof UnrolledError && (error.code === 'NOT_FOUND' || error.code === 'FORMAT')) return read(null);
    throw error;
  }
}

/** The part of a reading that a table decides. */
export function tableReading(table: Table, encoding: string) {
  const { format, separator, header, comment, columns } = table;
  return { format, separator, header, width: columns.length, comment, encoding };
}
