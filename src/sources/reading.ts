// How rows were read: plain data that a model file keeps, so that other data is read as its training data was; and what is said of it.
import { UnrolledError } from '../errors.js';
import { ConfigReader } from '../models/config.js';

export const READING_KINDS = ['text', 'labelled', 'tagged', 'pairs', 'series'] as const;
export type ReadingKind = (typeof READING_KINDS)[number];

/**
 * `lines`: a text in each line; `files`: a text in each file; `dictionary`: the pronouncing dictionary; `text`: prose, of which JSON
 * and JSON lines may be another form.
 */
export const READING_FORMATS = [
  'csv',
  'tsv',
  'jsonl',
  'json',
  'lines',
  'files',
  'conll',
  'conllu',
  'dictionary',
  'text',
] as const;
export type ReadingFormat = (typeof READING_FORMATS)[number];

/** What a column may be for. */
const ROLES = ['text', 'label', 'token', 'tag', 'source', 'target', 'inputs', 'time'] as const;
export type ColumnRole = (typeof ROLES)[number];

/** By role: a name of the header, or a number from 1 where there is none; null for what is in no column. */
export type Columns = Partial<Record<ColumnRole, string | string[] | null>>;

/** A type, not an interface: models keep it as plain data. */
export type Reading = {
  kind: ReadingKind;
  format: ReadingFormat;
  columns: Columns;
  /** Between values; null for formats without separators. */
  separator: string | null;
  /** Whether the first row names the columns; null where there are no rows of values. */
  header: boolean | null;
  /** How many columns there were; null for formats without columns. */
  width: number | null;
  /** What begins a line that is no row; null: nothing. */
  comment: string | null;
  /** As `TextDecoder` calls it; used where a file is no UTF-8. */
  encoding: string;
  /** Of a series: what stands before decimals. */
  decimal: '.' | ',' | null;
  /** Of a series: how 1/2/2016 is read. */
  dates: 'day-first' | 'month-first' | null;
  /** Of a series. */
  missing: 'error' | 'interpolate' | null;
};

/** What is the same for most readings. */
export const PLAIN_READING = {
  ...{ separator: null, header: null, width: null, comment: null, encoding: 'utf-8' },
  ...{ decimal: null, dates: null, missing: null },
} as const;

/** What was read, and what was assumed: the key `data` of a command's JSON. */
export interface DataReport {
  columns: Columns;
  format: ReadingFormat;
  rows: number;
  /** What was skipped, by kind. */
  skipped: Record<string, number>;
  /** For people; every guess is among them. */
  notes: string[];
}

/** The rows of some data, with the parts of their own that known data sets have. */
export interface Rows<R> {
  name: string;
  rows: R[];
  validation: R[] | null;
  test: R[] | null;
  reading: Reading;
  report: DataReport;
}

/**
 * The reading that a model file holds; null for null: a model that was not trained from files, or before files said so.
 * @param file the model file's name, for messages
 * Errors: FORMAT.
 */
export function readingFrom(value: unknown, file: string): Reading | null {
  if (value === null || value === undefined) return null;
  const reader = new ConfigReader(value, file);
  const { separator, header, width, comment, decimal, dates, missing, columns } = value as Record<string, unknown>;
  return {
    kind: reader.choice('kind', READING_KINDS),
    format: reader.choice('format', READING_FORMATS),
    columns: columnsFrom(columns, reader),
    separator: separator === null ? null : reader.text('separator').slice(0, 1) || reader.fail('a separator'),
    header: header === null ? null : reader.flag('header'),
    width: width === null ? null : reader.size('width', 1),
    comment: comment === null ? null : reader.text('comment').slice(0, 16) || reader.fail('what begins a comment'),
    encoding: reader.text('encoding'),
    decimal: decimal === null ? null : reader.choice('decimal', ['.', ',']),
    dates: dates === null ? null : reader.choice('dates', ['day-first', 'month-first']),
    missing: missing === null ? null : reader.choice('missing', ['error', 'interpolate']),
  };
}

/** Known roles alone: nothing else of a file becomes a key. */
function columnsFrom(value: unknown, reader: ConfigReader): Columns {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return reader.fail('an object "columns"');
  const columns: Columns = {};
  for (const role of ROLES) {
    if (!Object.hasOwn(value, role)) continue;
    const column = (value as Record<string, unknown>)[role];
    const isList = Array.isArray(column) && column.every((name) => typeof name === 'string');
    if (column !== null && typeof column !== 'string' && !isList) return reader.fail(`the column of the ${role}`);
    columns[role] = column as string | string[] | null;
  }
  return columns;
}

/** The one column of a role, where there is one. */
export function columnOf(reading: Reading | null | undefined, role: ColumnRole): string | undefined {
  const column = reading?.columns[role];
  return typeof column === 'string' ? column : undefined;
}

/** Gathers what is to be said of data while it is read. */
export class Report {
  readonly #notes = new Map<string, string[]>();
  readonly #skipped = new Map<string, number>();

  /** The same of several files is said once. @param file null where it is of all data */
  note(file: string | null, text: string): void {
    const files = this.#notes.get(text) ?? [];
    if (file !== null && !files.includes(file)) files.push(file);
    this.#notes.set(text, files);
  }

  /** @param what as a key: `withoutLabel` */
  skip(what: string, count: number): void {
    if (count > 0) this.#skipped.set(what, (this.#skipped.get(what) ?? 0) + count);
  }

  result({ columns, format, rows }: Pick<DataReport, 'columns' | 'format' | 'rows'>): DataReport {
    const notes = [...this.#notes].map(([text, [first, ...more]]) => {
      if (first === undefined) return text;
      return `${first}${more.length > 0 ? ` and ${more.length} more` : ''}: ${text}`;
    });
    return { columns, format, rows, skipped: Object.fromEntries(this.#skipped), notes };
  }
}

/** Errors: OPTION for a format in which such data is not read. */
export function requireFormat(format: string | undefined, formats: readonly string[], what: string): void {
  if (format === undefined || formats.includes(format)) return;
  throw new UnrolledError(
    'OPTION',
    `expected ${formats.join(', ')} as the format of ${what}, received ${format}`,
    'leave --format out to have it detected',
  );
}
