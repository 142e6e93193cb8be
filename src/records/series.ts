// Numbers in the order of time, from a table.
import { UnrolledError } from '../errors.js';
import { TIME_NAMES } from './header.js';
import { isMissing, isNumber } from './numbers.js';
import { columnIndex, listColumns, type Table } from './table.js';
import { timesOf } from './times.js';

export interface SeriesColumn {
  name: string;
  values: Float64Array;
  /** Missing values that were interpolated. */
  filled: number;
}

export interface SeriesTable {
  target: SeriesColumn;
  inputs: SeriesColumn[];
  /** As written in the file; null where the table has no column of times. */
  time: { name: string; values: string[] } | null;
  /** Of each row, for messages. */
  lines: number[];
}

export interface SeriesOptions {
  /** Default: the last column of numbers. */
  target?: string;
  /** Default: none. */
  inputs?: readonly string[];
  /** Default: a column called date, time, month, ds, … that holds times or rising numbers, else the first column of times; null: none. */
  time?: string | null;
  /** Of empty values, NA, N/A, NaN, null and ?: an error, or a straight line between neighbours (at an end, the nearest value). */
  missing?: 'error' | 'interpolate';
}

/**
 * Errors: NOT_FOUND for a column; FORMAT with line and column for a value that is no number or no time, or missing, and for times that
 * fall or repeat; EMPTY for a column without any number. Numbers have a decimal point and no thousands separators.
 */
export function readSeries(table: Table, options: SeriesOptions = {}): SeriesTable {
  const time = timeColumn(table, options.time);
  const inputs = (options.inputs ?? []).map((name) => columnIndex(table, name));
  const target =
    options.target === undefined
      ? table.columns.findLastIndex((_, c) => c !== time && !inputs.includes(c) && isNumeric(table, c))
      : columnIndex(table, options.target);
  if (target < 0) {
    throw new UnrolledError(
      'NOT_FOUND',
      `expected a column of numbers in ${table.name}, received none`,
      `it has ${listColumns(table.columns)}: name the target; numbers are written with a decimal point and no other separators`,
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
  const read = (c: number): SeriesColumn => readColumn(table, c, options.missing ?? 'error');
  return {
    target: read(target),
    inputs: inputs.map(read),
    time: time < 0 ? null : { name: table.columns[time], values: columnValues(table, time) },
    lines: table.rows.map(({ line }) => line),
  };
}

const columnValues = (table: Table, c: number): string[] => table.rows.map(({ values }) => values[c].trim());

/** Half of what is not missing are numbers: so one bad value is an error and not another kind of column. */
function isNumeric(table: Table, c: number): boolean {
  const there = columnValues(table, c).filter((value) => !isMissing(value));
  return there.length > 0 && there.filter(isNumber).length * 2 >= there.length;
}

function readColumn(table: Table, c: number, missing: 'error' | 'interpolate'): SeriesColumn {
  const name = table.columns[c];
  const values = Float64Array.from(table.rows, (row) => {
    const value = row.values[c].trim();
    const lacks = isMissing(value);
    if (isNumber(value) && Number.isFinite(Number(value))) return Number(value);
    if (lacks && missing === 'interpolate') return NaN;
    throw new UnrolledError(
      'FORMAT',
      `expected a number in line ${row.line} of ${table.name}, column ${name}, received ${value === '' ? 'none' : JSON.stringify(value)}`,
      lacks
        ? "fill it, leave the row out, or have missing values interpolated: missing: 'interpolate'"
        : 'write numbers with a decimal point and without thousands separators or units, or name another column',
    );
  });
  const known = values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0);
  if (known === 0) {
    throw new UnrolledError(
      'EMPTY',
      `expected numbers in the column ${name} of ${table.name}, received only missing values`,
      'name another column',
    );
  }
  interpolate(values);
  return { name, values, filled: values.length - known };
}

/** In place. */
function interpolate(values: Float64Array): void {
  let last = -1;
  for (let i = 0; i <= values.length; i++) {
    if (i < values.length && Number.isNaN(values[i])) continue;
    // Without a known value on one side, that of the other serves.
    const before = last >= 0 ? values[last] : values[i];
    const after = i < values.length ? values[i] : before;
    for (let k = last + 1; k < i; k++) values[k] = before + ((after - before) * (k - last)) / (i - last);
    last = i;
  }
}

/** The index of the column of times, checked, or −1. */
function timeColumn(table: Table, wanted: string | null | undefined): number {
  if (wanted === null) return -1;
  if (wanted !== undefined) {
    const c = columnIndex(table, wanted);
    checkTimes(table, c, columnValues(table, c).every(isNumber));
    return c;
  }
  const holdsTimes = (c: number): boolean => {
    const start = columnValues(table, c)
      .filter((value) => value !== '')
      .slice(0, 20);
    return start.length > 0 && timesOf(start).every((time) => !Number.isNaN(time));
  };
  const named = (c: number): boolean => table.header && TIME_NAMES.includes(table.columns[c].toLowerCase());
  const indices = table.columns.map((_, c) => c);
  // A column of numbers called month may well be a month's number; it is the time only where it rises throughout.
  const isRising = (c: number): boolean => {
    const values = columnValues(table, c);
    return values.every(isNumber) && values.every((value, i) => i === 0 || Number(value) > Number(values[i - 1]));
  };
  const found =
    indices.find((c) => named(c) && holdsTimes(c)) ??
    indices.find((c) => named(c) && isRising(c)) ??
    indices.find(holdsTimes) ??
    -1;
  if (found >= 0 && holdsTimes(found)) checkTimes(table, found, false);
  return found;
}

function checkTimes(table: Table, c: number, numbers: boolean): void {
  const values = columnValues(table, c);
  const times = numbers ? Float64Array.from(values, Number) : timesOf(values);
  const where = `of ${table.name}, column ${table.columns[c]}`;
  for (const [i, time] of times.entries()) {
    const { line } = table.rows[i];
    if (Number.isNaN(time)) {
      throw new UnrolledError(
        'FORMAT',
        `expected a time in line ${line} ${where}, received ${JSON.stringify(values[i])}`,
        'write all times alike, such as 2016-07-01 13:00:00 or 1949-01, or name another column',
      );
    }
    if (i === 0 || time > times[i - 1]) continue;
    const before = `${values[i - 1]} in line ${table.rows[i - 1].line}`;
    const falls = times.every((at, k) => k === 0 || at < times[k - 1]);
    throw new UnrolledError(
      'FORMAT',
      time === times[i - 1]
        ? `expected each time once, received ${values[i]} in line ${line} ${where}, after ${before}`
        : `expected times that rise, received ${values[i]} in line ${line} ${where}, after ${before}`,
      falls
        ? 'the newest row comes first: turn the rows round'
        : time === times[i - 1]
          ? 'leave one of the rows out, or give each series a file of its own'
          : 'sort the rows by time, or give each series a file of its own',
    );
  }
}
