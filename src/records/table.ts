// Tables as people have them: TSV, CSV, JSON lines, a JSON array of objects. Values stay strings; every row knows its line.
import { UnrolledError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { delimitedRows, findSeparator, type TableRow, tabRows } from './delimited.js';
import { findHeader } from './header.js';
import { arrayRecords, lineRecords, type RawTable } from './jsonRecords.js';

export type { TableRow };

export type TableFormat = 'tsv' | 'csv' | 'jsonl' | 'json';

export interface Table {
  /** The file's, for messages. */
  name: string;
  /** Without a header `1`, `2`, … */
  columns: string[];
  /** Each with as many values as there are columns. */
  rows: TableRow[];
  format: TableFormat;
  /** Whether the first row named the columns. */
  header: boolean;
  /** null for JSON. */
  separator: string | null;
  skipped: {
    /** Rows without any value. */
    empty: number;
  };
}

export interface TableOptions {
  format?: TableFormat;
  /** Whether the first row names the columns; found where it is not said (see `findHeader`). JSON has names anyway. */
  header?: boolean;
  /** One character: between the values of a CSV file; found where it is not said (see `findSeparator`). */
  separator?: string;
}

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
 * array, a tab in the first line makes it TSV, all else is CSV. In TSV every character but tab and line break is plain. In CSV
 * values may stand in double quotes, a quote within them doubled; quotes within a value that does not begin with one are plain.
 * Of JSON objects, the columns are all keys; a missing key and null are an empty value; numbers and what is nested are written out.
 *
 * Errors: FORMAT with the line (unequal columns, a quote left open, broken JSON, names of columns that repeat), EMPTY for no rows,
 * OPTION for a separator of more than one character.
 * @param text unpacked and decoded
 * @param name the file's, for its extension and for messages
 */
export function readTable(text: string, name: string, options: TableOptions = {}): Table {
  if (options.separator !== undefined && (options.separator.length !== 1 || /["\r\n]/.test(options.separator))) {
    throw new UnrolledError(
      'OPTION',
      `expected one character as separator, received ${JSON.stringify(options.separator)}`,
      'give what stands between two values, such as , or ;',
    );
  }
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const format = options.format ?? formatOf(body, name, options.separator);
  const table =
    format === 'tsv' || format === 'csv' ? delimited(body, name, format, options) : json(body, name, format);
  if (table.rows.length === 0) {
    throw new UnrolledError(
      'EMPTY',
      `expected rows in ${name}, received ${table.header && body.trim() !== '' ? 'only the names of columns' : 'none'}`,
      'give a file with at least one row of values',
    );
  }
  return table;
}

function formatOf(text: string, name: string, separator?: string): TableFormat {
  if (separator !== undefined) return separator === '\t' ? 'tsv' : 'csv';
  const extension = /\.([a-z0-9]+)$/i.exec(name.replace(/\.gz$/i, ''))?.[1].toLowerCase() ?? '';
  const known = Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined;
  const start = text.slice(0, 2 ** 16).trimStart();
  // Many a .json file holds a record a line.
  if (known === 'json' && start.startsWith('{')) return 'jsonl';
  if (known !== undefined) return known;
  if (start.startsWith('{')) return 'jsonl';
  if (/^\[\s*\{/.test(start)) return 'json';
  return /^[^\r\n]*\t/.test(start) ? 'tsv' : 'csv';
}

function json(text: string, name: string, format: TableFormat): Table {
  const { columns, rows, empty }: RawTable = format === 'json' ? arrayRecords(text, name) : lineRecords(text, name);
  return { name, columns, rows, format, header: true, separator: null, skipped: { empty } };
}

function delimited(text: string, name: string, format: TableFormat, options: TableOptions): Table {
  const separator = options.separator ?? (format === 'tsv' ? '\t' : findSeparator(text));
  const all = format === 'tsv' ? tabRows(text, separator) : delimitedRows(text, name, separator);
  const rows = all.filter(({ values }) => values.some((value) => value.trim() !== ''));
  const empty = all.length - rows.length;
  const [first] = rows;
  if (first === undefined) return { name, columns: [], rows, format, header: false, separator, skipped: { empty } };
  for (const { values, line } of rows) {
    if (values.length === first.values.length) continue;
    throw new UnrolledError(
      'FORMAT',
      `expected ${count(first.values.length)} in line ${line} of ${name}, as in line ${first.line}, received ${values.length}`,
      format === 'tsv'
        ? 'write each row with as many tabs, and no tab within a value'
        : `values are parted by ${JSON.stringify(separator)}: put a value that holds it in quotes, or name another separator`,
    );
  }
  const header = options.header ?? findHeader(rows.slice(0, 1001).map(({ values }) => values));
  const columns = first.values.map((value, i) => (header && value.trim() !== '' ? value.trim() : String(i + 1)));
  const twice = columns.find((column, i) => columns.indexOf(column) < i);
  if (twice !== undefined) {
    throw new UnrolledError(
      'FORMAT',
      `expected a different name for each column in line ${first.line} of ${name}, received "${twice}" twice`,
      'rename one of them, or say that the file has no header',
    );
  }
  return { name, columns, rows: header ? rows.slice(1) : rows, format, header, separator, skipped: { empty } };
}

/**
 * The index of a column: by its name, then by its name in other case, then by its number from 1.
 * Errors: NOT_FOUND with the nearest names.
 */
export function columnIndex(table: Pick<Table, 'name' | 'columns'>, wanted: string): number {
  const exact = table.columns.indexOf(wanted);
  if (exact >= 0) return exact;
  const lower = table.columns.map((column) => column.toLowerCase());
  const same = lower.flatMap((column, i) => (column === wanted.toLowerCase() ? [i] : []));
  if (same.length === 1) return same[0];
  const number = /^[1-9]\d*$/.test(wanted) ? Number(wanted) : 0;
  if (number > 0 && number <= table.columns.length) return number - 1;
  throw new UnrolledError(
    'NOT_FOUND',
    `expected a column of ${table.name}, received "${wanted}"`,
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

const count = (columns: number): string => `${columns} column${columns === 1 ? '' : 's'}`;
