// Numbers in the order of time, from a table.
import { UnrolledError } from '../errors.js';
import { expectChoice, expectTexts, type Names, optionsOf } from '../expect.js';
import { describeStyle, isMissing, isNumber, numberStyle, PLAIN_NUMBERS, readNumber } from './numbers.js';
import { fillAbsent, interpolate } from './seriesGaps.js';
import { seriesTimes, type SeriesTimes } from './seriesTimes.js';
import type { SeriesStep } from './steps.js';
import { columnIndex, expectTable, listColumns, type Table } from './table.js';
import type { DateOrder } from './times.js';

/** Numbers of one column, oldest first. */
export interface SeriesColumn {
  /** Of the column, as the header has it. */
  name: string;
  /** [rows], all finite. */
  values: Float64Array;
  /** 1 for each value that the file does not have and that was interpolated: it is no truth to be measured with. */
  invented: Uint8Array;
  /** How many those are. */
  filled: number;
}

/** A series out of a table, oldest row first. */
export interface SeriesTable {
  /** What is to be predicted. */
  target: SeriesColumn;
  /** What else is known at each time, in the order in which it was named. */
  inputs: SeriesColumn[];
  /** As written in the file; null where the table has no column of times. */
  time: { name: string; values: string[] } | null;
  /** Of each row, for messages; 0 for a row that was filled in. */
  lines: number[];
  /** How far apart rows are; null without times, and where that differs from row to row. */
  step: SeriesStep | null;
  /** How 1/2/2016 was read; null where no date is written so. */
  dates: DateOrder | null;
  /** How numbers are written. */
  decimal: '.' | ',';
  /** Rows that are not there, by the step; with `missing: 'interpolate'` they are filled in. */
  absent: number;
  /** Rows at the end without a target, which were left out. */
  ahead: number;
  /** What was assumed, in the words of a person. */
  notes: string[];
}

/** Which columns of a table are a series, and how its times and gaps are taken. */
export interface SeriesOptions {
  /** Default: the last column of numbers. */
  target?: string;
  /** Default: none. */
  inputs?: readonly string[];
  /** Default: a column called date, time, month, ds, … that holds times or rising numbers, else the first column of times; null: none. */
  time?: string | null;
  /**
   * Of values that are not there (empty, NA, NaN, … see `isMissing`), and of rows that are not there by the step of the series: an
   * error for values and a note for rows, or a straight line between neighbours for both (at an end, the nearest value).
   */
  missing?: 'error' | 'interpolate';
  /** How 1/2/2016 is read; found where it is not said. */
  dates?: DateOrder;
  /** What stands before decimals; found where it is not said. */
  decimal?: '.' | ',';
  /** Rows at the end that have no target are the future: they are left out, and are no error. */
  future?: boolean;
  /** Columns are named as the header has them, never by their number. */
  byName?: boolean;
}

const NAMES: Names<SeriesOptions> = {
  ...{ target: true, inputs: true, time: true, missing: true, dates: true, decimal: true, future: true, byName: true },
};

/**
 * Errors: NOT_FOUND for a column; FORMAT with line and column for a value that is no number or no time, or missing, and for times that
 * fall or repeat (other than all falling, and an hour twice where clocks go back); EMPTY for a column without any number.
 */
export function readSeries(table: Table, given: SeriesOptions = {}): SeriesTable {
  expectTable(table);
  // null says that no column has times.
  const options = { ...optionsOf(given, NAMES, 'readSeries'), ...(given?.time === null ? { time: null } : {}) };
  if (options.inputs !== undefined) expectTexts(options.inputs, 'inputs', 'give names of columns');
  if (options.missing !== undefined) expectChoice(options.missing, 'missing', ['error', 'interpolate']);
  if (options.dates !== undefined) expectChoice(options.dates, 'dates', ['day-first', 'month-first']);
  if (options.decimal !== undefined) expectChoice(options.decimal, 'decimal', ['.', ',']);
  const find = (name: string): number => columnIndex(table, name, options.byName);
  const wanted = options.time === undefined || options.time === null ? options.time : find(options.time);
  const times = wanted === null ? null : seriesTimes(table, wanted, options.dates);
  const time = times?.column ?? -1;
  const inputs = (options.inputs ?? []).map(find);
  const isFree = (c: number): boolean => c !== time && c !== table.index && !inputs.includes(c);
  const target =
    options.target === undefined
      ? table.columns.findLastIndex((_, c) => isFree(c) && isNumeric(table, c, options.decimal))
      : find(options.target);
  if (target < 0) {
    throw new UnrolledError(
      'NOT_FOUND',
      `expected a column of numbers in ${table.name}, received none`,
      `it has ${listColumns(table.columns)}: name the target`,
    );
  }
  const chosen = [target, ...inputs];
  const twice = chosen.find((c, i) => c === time || chosen.indexOf(c) < i);
  if (twice !== undefined) {
    throw new UnrolledError(
      'OPTION',
      `expected each column of ${table.name} for one purpose, received ${table.columns[twice]} for two`,
      'a column is the target, an input or the time',
    );
  }
  return assemble(table, { target, inputs }, times, options);
}

function assemble(
  table: Table,
  { target, inputs }: { target: number; inputs: readonly number[] },
  times: SeriesTimes | null,
  options: SeriesOptions,
): SeriesTable {
  const order = times?.falls ? table.rows.toReversed() : table.rows;
  const last = order.findLastIndex(({ values }) => !isMissing(values[target]));
  const ahead = options.future && last >= 0 ? order.length - 1 - last : 0;
  const rows = ahead > 0 ? order.slice(0, last + 1) : order;
  const notes = [...(times?.notes ?? [])];
  if (ahead > 0) notes.push(`the last ${ahead} rows have no ${table.columns[target]} yet and are skipped`);
  const missing = options.missing ?? 'error';
  const read = [target, ...inputs].map((c) => readColumn(table, rows, c, { ...options, missing }, notes));
  const absent = (times?.timeline.absent ?? []).filter(({ after }) => after < rows.length - 1);
  const count = absent.reduce((sum, gap) => sum + gap.count, 0);
  const step = times?.timeline.step ?? null;
  const written = times && rows.map(({ values }) => values[times.column].trim());
  const lines = rows.map(({ line }) => line);
  const filled = count > 0 && missing === 'interpolate' && times !== null && step !== null;
  const gaps = filled
    ? fillAbsent({ name: table.name, lines, step, absent, times: times.times, written: written ?? [] })
    : null;
  if (count > 0) {
    notes.push(
      `${absentRows(count)}${gaps ? ', interpolated' : ' (--missing interpolate fills them in); the rows around them are treated as consecutive'}`,
    );
  }
  const columns = read.map((values, i): SeriesColumn => {
    const name = table.columns[[target, ...inputs][i]];
    const all = gaps ? gaps.spread(values) : values;
    const invented = Uint8Array.from(all, (value) => (Number.isNaN(value) ? 1 : 0));
    interpolate(all);
    return { name, values: all, invented, filled: invented.reduce((sum, one) => sum + one, 0) };
  });
  const [own, ...others] = columns;
  return {
    target: own,
    inputs: others,
    time: times && { name: table.columns[times.column], values: gaps ? gaps.written : (written ?? []) },
    lines: gaps ? gaps.places.map((row) => (row < 0 ? 0 : lines[row])) : lines,
    step,
    dates: times?.dates ?? null,
    decimal: options.decimal ?? styleOf(table, rows, target, options.decimal)?.style.decimal ?? '.',
    absent: count,
    ahead,
    notes,
  };
}

const absentRows = (count: number): string => (count === 1 ? '1 row is missing' : `${count} rows are missing`);

type Rows = Table['rows'];

const there = (rows: Rows, c: number): string[] =>
  rows.map(({ values }) => values[c]).filter((value) => !isMissing(value));

/** Half of what is not missing are numbers: so one bad value is an error and not another kind of column. */
function isNumeric(table: Table, c: number, decimal: '.' | ',' | undefined): boolean {
  const values = there(table.rows, c);
  if (values.length === 0) return false;
  return values.filter(isNumber).length * 2 >= values.length || styleOf(table, table.rows, c, decimal) !== null;
}

function styleOf(table: Table, rows: Rows, c: number, decimal: '.' | ',' | undefined) {
  const values = there(rows, c);
  const commas = commasOf(decimal ?? (table.separator === ';' ? ',' : table.separator === ',' ? '.' : undefined));
  const found = numberStyle(values, commas);
  return found !== null && decimal !== undefined && found.style.decimal !== decimal && !values.every(isNumber)
    ? null
    : found;
}

/** What a comma in a number is, by what stands before decimals. */
function commasOf(decimal: '.' | ',' | undefined): 'decimal' | 'group' | undefined {
  return decimal === undefined ? undefined : decimal === ',' ? 'decimal' : 'group';
}

/** Yes and no as numbers, where a column has nothing else. */
const TRUTH = new Map<string, number>([
  ...['true', 'yes', 't', 'y'].map((word): [string, number] => [word, 1]),
  ...['false', 'no', 'f', 'n'].map((word): [string, number] => [word, 0]),
]);

function readColumn(
  table: Table,
  rows: Rows,
  c: number,
  { missing, decimal }: Pick<SeriesOptions, 'missing' | 'decimal'>,
  notes: string[],
): Float64Array {
  const name = table.columns[c];
  const present = there(rows, c);
  if (present.length === 0) {
    throw new UnrolledError(
      'EMPTY',
      `expected numbers in the column ${name} of ${table.name}, received only missing values`,
      'name another column',
    );
  }
  const found = styleOf(table, rows, c, decimal);
  const isTruth = found === null && present.every((value) => TRUTH.has(value.trim().toLowerCase()));
  const { style, doubtful } = found ?? { style: PLAIN_NUMBERS, doubtful: false };
  const described = describeStyle(style);
  const doubt = doubtful ? present.find((value) => !isNumber(value)) : undefined;
  const two = doubt === undefined ? '' : ` (${doubt.trim()} is ambiguous: --decimal)`;
  if (described !== '') notes.push(`${name}: ${described}${two}`);
  if (isTruth) notes.push(`${name}: true is read as 1, false as 0`);
  const values = Float64Array.from(rows, (row) => {
    const value = row.values[c].trim();
    const number = isTruth ? TRUTH.get(value.toLowerCase()) : readNumber(value, style);
    if (number !== undefined && Number.isFinite(number)) return number;
    const lacks = isMissing(value);
    if (lacks && missing === 'interpolate') return NaN;
    throw new UnrolledError(
      'FORMAT',
      `expected a number in line ${row.line} of ${table.name}, column ${name}, received ${value === '' ? 'none' : JSON.stringify(value)}`,
      lacks
        ? "fill it, leave the row out, or have missing values interpolated: --missing interpolate, in a program { missing: 'interpolate' }"
        : 'write all numbers of a column alike, without units, or name another column',
    );
  });
  const filled = values.filter(Number.isNaN).length;
  if (filled > 0) notes.push(`${name}: interpolated ${filled} missing value${filled === 1 ? '' : 's'}`);
  return values;
}
