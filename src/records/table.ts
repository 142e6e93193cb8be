// Tables in common formats: TSV, CSV, JSON lines, a JSON array of objects. Values stay strings; every row knows its line.
import { UnrolledError } from '../errors.js';
import {
  expectChoice,
  expectFlag,
  expectObject,
  expectText,
  expectTexts,
  type Names,
  optionsOf,
  refuse,
  shownValue,
} from '../expect.js';
import { didYouMean } from '../nearest.js';
import { findHeader, HEADER_ROWS } from './header.js';
import { arrayRecords, lineRecords, objectRecords, type RawTable } from './jsonRecords.js';
import { findSeparator, hasQuotedTabs, separatedRows, type TableRow, withNewlines } from './separated.js';
import { indexColumn, refuseForeign, sameWidth, withoutComments } from './tableShape.js';

export type { TableRow };

export const TABLE_FORMATS = ['tsv', 'csv', 'jsonl', 'json'] as const;
/** Tab-separated values, values with another separator, JSON objects one a line, or JSON as a whole. */
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** Rows of text in named columns, as a file has them. */
export interface Table {
  /** The file's, for messages. */
  name: string;
  /** Without a header `1`, `2`, … */
  columns: string[];
  /** Each with as many values as there are columns. */
  rows: TableRow[];
  /** As what the file was read. */
  format: TableFormat;
  /** Whether the first row named the columns. */
  header: boolean;
  /** null for JSON. */
  separator: string | null;
  /** What begins a comment; null where none was found or said. */
  comment: string | null;
  /** The column of row numbers that a program such as pandas wrote, which is not data; −1 if there is none. */
  index: number;
  /** Lines that are no rows, counted. */
  skipped: {
    /** Rows without any value. */
    empty: number;
    comments: number;
  };
  /** What was assumed, in the words of a person. */
  notes: string[];
}

/** What is known of a table beforehand; the rest is found by looking. */
export interface TableOptions {
  /** Found by the extension and by looking where it is not said. */
  format?: TableFormat;
  /** Whether the first row names the columns; found where it is not said (see `findHeader`). JSON has names anyway. */
  header?: boolean;
  /** One character: between the values of a CSV file; found where it is not said (see `findSeparator`). A blank stands for a run of them. */
  separator?: string;
  /** What begins a line that is no row; null: nothing does. Found where it is not said: `#` at the top of the file. */
  comment?: string | null;
  /** Columns that will be asked for: a first row that has one of these names is a header. */
  named?: readonly string[];
  /** Keeps rows without any value: each is to get an answer. */
  keepEmpty?: boolean;
}

const NAMES: Names<TableOptions> = {
  ...{ format: true, header: true, separator: true, comment: true, named: true, keepEmpty: true },
};

const EXTENSIONS: Record<string, TableFormat> = {
  tsv: 'tsv',
  tab: 'tsv',
  csv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
};

/**
 * Reads a table. The format is that of the extension (`.gz` aside), else it is told by looking: `{` begins JSON lines, `[` a JSON
 * array, a tab in the first line makes it TSV, all else is CSV. In CSV values may stand in double quotes, a quote within them doubled; in
 * TSV too where they were written so by a spreadsheet (see `hasQuotedTabs`), else every character but tab and line break is plain.
 * Of JSON objects, the columns are all keys, those within objects as `a.b`; a missing key and null are an empty value; numbers and
 * lists are written out.
 *
 * Errors: FORMAT with the line (unequal columns, a quote left open, broken JSON, names of columns that repeat, another kind of file),
 * EMPTY for no rows, OPTION for a separator of more than one character.
 * @param text unpacked and decoded
 * @param name the file's, for its extension and for messages
 */
export function readTable(text: string, name: string, given: TableOptions = {}): Table {
  // null says that no line is a comment.
  const options = { ...optionsOf(given, NAMES, 'readTable'), ...(given?.comment === null ? { comment: null } : {}) };
  expectText(text, 'a table', 'give the text of a file; decodeText makes one of its bytes');
  expectText(name, 'the name of the file', "give it for messages and its extension, as 'reviews.csv'");
  if (options.format !== undefined) expectChoice(options.format, 'a format', [...new Set(Object.values(EXTENSIONS))]);
  if (options.named !== undefined) expectTexts(options.named, 'named', 'give names of columns');
  if (options.comment !== undefined && options.comment !== null)
    expectText(options.comment, 'a comment', 'give what begins a line that is no row');
  if (options.header !== undefined) expectFlag(options.header, 'header');
  if (options.separator !== undefined) expectText(options.separator, 'a separator', 'give one character, such as ,');
  if (options.separator !== undefined && (options.separator.length !== 1 || /["\r\n]/.test(options.separator))) {
    throw new UnrolledError(
      'OPTION',
      `expected one character as separator, received ${shownValue(options.separator)}`,
      'give the character between two values, such as , or ;',
    );
  }
  const body = withNewlines(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  const format = options.format ?? formatOf(body, name, options.separator);
  const table =
    format === 'tsv' || format === 'csv'
      ? delimited(body, name, format, options)
      : json(body, name, format, options.keepEmpty);
  if (table.rows.length === 0) {
    throw new UnrolledError(
      'EMPTY',
      `expected rows in ${name}, received ${table.header && body.trim() !== '' ? 'only a header' : 'none'}`,
      'give a file with at least one row of values',
    );
  }
  return table;
}

/** By the extension, else by looking. */
export function formatOf(text: string, name: string, separator?: string): TableFormat {
  if (separator !== undefined) return separator === '\t' ? 'tsv' : 'csv';
  const extension = /\.([a-z0-9]+)$/i.exec(name.replace(/\.gz$/i, ''))?.[1].toLowerCase() ?? '';
  const known = Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined;
  const start = text.slice(0, 2 ** 16).trimStart();
  // Many a .json file holds a record a line, and many a .csv file none but tabs: a spreadsheet's "Unicode text".
  if (known === 'json' && start.startsWith('{')) return isOneObject(text) ? 'json' : 'jsonl';
  if (known === 'jsonl' && start.startsWith('[')) return 'json';
  if (known !== undefined) return known;
  if (start.startsWith('{')) return isOneObject(text) ? 'json' : 'jsonl';
  if (/^\[\s*\{/.test(start)) return 'json';
  return /^[^\n]*\t/.test(start) ? 'tsv' : 'csv';
}

/** An object that does not end in its first line, or whose values hold the rows. */
function isOneObject(text: string): boolean {
  const [line] = text.trimStart().split('\n', 1);
  try {
    const values = Object.values(JSON.parse(line) as object);
    const held = (value: unknown): boolean => typeof value === 'object' && value !== null;
    const holdsRows = values.some((value) => Array.isArray(value) && value.some(held)) || values.every(held);
    return holdsRows && text.trim() === line.trim();
  } catch {
    return !line.trimEnd().endsWith('}');
  }
}

function json(text: string, name: string, format: 'jsonl' | 'json', keepEmpty = false): Table {
  const read = format === 'jsonl' ? lineRecords : text.trimStart().startsWith('{') ? objectRecords : arrayRecords;
  const { columns, rows, notes = [] }: RawTable = read(text, name);
  const filled = keepEmpty ? rows : rows.filter(hasValue);
  const skipped = { empty: rows.length - filled.length, comments: 0 };
  return {
    name,
    columns,
    rows: filled,
    format,
    header: true,
    separator: null,
    comment: null,
    index: -1,
    skipped,
    notes,
  };
}

const hasValue = ({ values }: TableRow): boolean => values.some((value) => value.trim() !== '');

function delimited(source: string, name: string, format: 'csv' | 'tsv', options: TableOptions): Table {
  refuseForeign(source, name);
  const notes: string[] = [];
  let text = source;
  let said = options.separator;
  // Excel's own word for the separator, in a line of its own; the line stays, so that lines keep their numbers.
  const own = /^"?sep=([^\n])"?(?:\n|$)/i.exec(source);
  if (own !== null && (said === undefined || said === own[1])) {
    said = own[1];
    text = source.slice(source.indexOf('\n'));
    notes.push(`separator ${JSON.stringify(said)}, from the first line`);
  }
  const separator = said ?? (format === 'tsv' ? '\t' : findSeparator(text));
  const quotes = format === 'csv' || (separator === '\t' && hasQuotedTabs(text));
  if (format === 'tsv' && quotes) notes.push('quoted values are unquoted, as spreadsheets write them');
  const all = separatedRows(text, name, separator, quotes);
  const oneColumn = all.every(({ values }) => values.length === 1);
  const isWritten = ({ values }: TableRow): boolean => values.length > 1 || values[0].trim() !== '';
  const written = oneColumn && options.keepEmpty ? all : all.filter(isWritten);
  const { rows: plain, mark, count } = withoutComments(written, options.comment ?? undefined);
  const data = options.comment === null ? written : plain;
  const comment = options.comment === null ? null : mark;
  const skipped = { empty: all.length - written.length, comments: written.length - data.length };
  if (count > 0 && options.comment === undefined)
    notes.push(`skipped ${count} comment line${count === 1 ? '' : 's'} that begin${count === 1 ? 's' : ''} with #`);
  const empty: Table = {
    name,
    columns: [],
    rows: [],
    format,
    header: false,
    separator,
    comment,
    index: -1,
    skipped,
    notes,
  };
  if (data.length === 0 || (!options.keepEmpty && !data.some(hasValue))) return empty;
  const shaped = sameWidth(
    data,
    name,
    format === 'tsv'
      ? 'write each row with as many tabs, and no tab within a value'
      : `values are separated by ${JSON.stringify(separator)}: put a value that holds it in quotes, or name another separator`,
  );
  notes.push(...shaped.notes);
  const [first] = shaped.rows;
  const start = shaped.rows.slice(0, HEADER_ROWS).map(({ values }) => values);
  const names = new Set(first.values.map((value) => value.trim().toLowerCase()));
  const isNamed = (options.named ?? []).some((name) => !/^-?\d+$/.test(name) && names.has(name.toLowerCase()));
  const header = options.header ?? (shaped.headed || isNamed || findHeader(start));
  const columns = first.values.map((value, i) => (header && value.trim() !== '' ? value.trim() : String(i + 1)));
  checkNames(columns, first.line, name);
  const below = header ? shaped.rows.slice(1) : shaped.rows;
  const rows = options.keepEmpty ? below : below.filter(hasValue);
  skipped.empty += below.length - rows.length;
  const index = indexColumn(columns, header, rows);
  if (index >= 0) notes.push('the first column has row numbers and is ignored');
  return { ...empty, columns, rows, header, index };
}

/** Errors: FORMAT for a name that stands there twice. */
function checkNames(columns: readonly string[], line: number, name: string): void {
  const seen = new Set<string>();
  for (const column of columns) {
    if (!seen.has(column)) {
      seen.add(column);
      continue;
    }
    throw new UnrolledError(
      'FORMAT',
      `expected a different name for each column in line ${line} of ${name}, received "${column}" twice`,
      'rename one of them, or say that the file has no header',
    );
  }
}

/** Errors: OPTION for what `readTable` cannot have given. */
export function expectTable(table: unknown): void {
  const help = "give what readTable gave: readTable(text, 'reviews.csv')";
  expectObject(table, 'a table', help);
  if (!Array.isArray((table as Table).columns)) refuse('a table', table, help);
}

/**
 * The index of a column: by its name, then by its name in other case, then by its number from 1.
 * @param byName of a table with a header, never by its number
 * Errors: NOT_FOUND with the nearest names.
 */
export function columnIndex(table: Pick<Table, 'name' | 'columns' | 'header'>, wanted: string, byName = false): number {
  expectTable(table);
  if (typeof wanted === 'number') wanted = String(wanted);
  expectText(wanted, 'a column', 'give its name, or its number from 1');
  const found = findColumn(table, wanted);
  if (found >= 0) return found;
  const number = /^[1-9]\d*$/.test(wanted) && !(byName && table.header) ? Number(wanted) : 0;
  if (number > 0 && number <= table.columns.length) return number - 1;
  throw noColumn(table, `a column of ${table.name}`, wanted);
}

/** The index of a column by its name, then by its name in other case; −1 where there is none. */
export function findColumn({ columns }: Pick<Table, 'columns'>, wanted: string): number {
  const exact = columns.indexOf(wanted);
  if (exact >= 0) return exact;
  const lower = columns.map((column) => column.toLowerCase());
  const same = lower.flatMap((column, i) => (column === wanted.toLowerCase() ? [i] : []));
  return same.length === 1 ? same[0] : -1;
}

/** That a table lacks a column, with what it has. */
export function noColumn(table: Pick<Table, 'name' | 'columns'>, expected: string, wanted: string): UnrolledError {
  return new UnrolledError(
    'NOT_FOUND',
    `expected ${expected}, received ${shownValue(wanted)}`,
    `${didYouMean(wanted, table.columns)}it has ${listColumns(table.columns)}`,
  );
}

/** The index of the first of these names that the table has, in any case; else −1. */
export function columnNamed(table: Table, names: readonly string[]): number {
  if (!table.header) return -1;
  const lower = table.columns.map((column) => column.toLowerCase());
  return names.map((name) => lower.indexOf(name)).find((index) => index >= 0) ?? -1;
}

/** `the columns a, b, c`, not more than a line of them. */
export function listColumns(columns: readonly string[]): string {
  const shown = columns.slice(0, 20).join(', ');
  return `the column${columns.length === 1 ? '' : 's'} ${shown}${columns.length > 20 ? `, and ${columns.length - 20} more` : ''}`;
}
