// The column of times of a series: which one it is, in which order dates are written, whether it rises, and what it says of gaps.
import { UnrolledError } from '../errors.js';
import { TIME_NAMES } from './header.js';
import { isNumber } from './numbers.js';
import { describeStep, type Timeline, timelineOf } from './steps.js';
import type { Table } from './table.js';
import { compactTimesOf, type DateOrder, isDoubtful, timesOf } from './times.js';

export interface SeriesTimes {
  column: number;
  /** Milliseconds or plain numbers, oldest first. */
  times: Float64Array;
  /** The newest row comes first in the file. */
  falls: boolean;
  timeline: Timeline;
  dates: DateOrder | null;
  notes: string[];
}

/** Values at the start that tell whether a column holds times. */
const PROBE = 20;
/** Rows in a note. */
const SHOWN = 3;

const columnValues = (table: Table, c: number): string[] => table.rows.map(({ values }) => values[c].trim());

/**
 * @param wanted the index of a column; undefined where it is to be found
 * Errors: FORMAT with the line for a value that is not a time, and for times that neither rise nor fall throughout.
 */
export function seriesTimes(table: Table, wanted: number | undefined, order?: DateOrder): SeriesTimes | null {
  const column = wanted ?? findTimes(table);
  if (column < 0) return null;
  const values = columnValues(table, column);
  const isCompact =
    TIME_NAMES.includes(table.columns[column].toLowerCase()) && compactTimesOf(values).every((t) => !Number.isNaN(t));
  const isPlain = !isCompact && values.every(isNumber);
  const notes: string[] = [];
  const dates = order ?? dateOrder(values, notes);
  const times = isCompact
    ? compactTimesOf(values)
    : isPlain
      ? Float64Array.from(values, Number)
      : timesOf(values, dates ?? undefined);
  checkReadable(table, column, values, times);
  const falls = times.length > 1 && times.every((time, i) => i === 0 || time < times[i - 1]);
  if (falls) {
    times.reverse();
    notes.push('newest row first: rows are read in reverse order');
  }
  const timeline = timelineOf(times, !isPlain);
  if (!falls) checkOrder(table, column, values, times, timeline);
  notes.push(...timelineNotes(timeline, falls ? values.toReversed() : values));
  return { column, times, falls, timeline, dates, notes };
}

function findTimes(table: Table): number {
  const shareOfTimes = (c: number): number => {
    const start = columnValues(table, c)
      .filter((value) => value !== '')
      .slice(0, PROBE);
    return start.length === 0 ? 0 : timesOf(start).filter((time) => !Number.isNaN(time)).length / start.length;
  };
  const holdsTimes = (c: number): boolean => shareOfTimes(c) === 1;
  const named = (c: number): boolean => table.header && TIME_NAMES.includes(table.columns[c].toLowerCase());
  const indices = table.columns.map((_, c) => c);
  // A column of numbers called month may well be a month's number; it is the time only where it rises throughout.
  const isRising = (c: number): boolean => {
    const values = columnValues(table, c);
    return values.every(isNumber) && values.every((value, i) => i === 0 || Number(value) > Number(values[i - 1]));
  };
  return (
    indices.find((c) => named(c) && holdsTimes(c)) ??
    indices.find((c) => named(c) && isRising(c)) ??
    indices.find(holdsTimes) ??
    // A column that is called so and holds another value is an error.
    indices.find((c) => named(c) && shareOfTimes(c) >= 0.5) ??
    -1
  );
}

/** How dates such as 1/2/2016 are to be read; null where there are none. Where both would do, the one by which rows follow evenly. */
function dateOrder(values: readonly string[], notes: string[]): DateOrder | null {
  if (!isDoubtful(values)) {
    const monthFirst = timesOf(values, 'month-first');
    const dayFirst = timesOf(values, 'day-first');
    if (monthFirst.every((time, i) => Object.is(time, dayFirst[i]))) return null;
    const order = monthFirst.some(Number.isNaN) ? 'day-first' : 'month-first';
    const example = values.find((_, i) => !Object.is(monthFirst[i], dayFirst[i]));
    notes.push(`dates such as ${example} have the ${order === 'day-first' ? 'day' : 'month'} first`);
    return order;
  }
  const rate = (order: DateOrder): number => {
    const times = timesOf(values, order);
    if (times.some((time, i) => i > 0 && !(time > times[i - 1]))) return 0;
    const { step, absent } = timelineOf(times, true);
    return step === null ? 1 : 2 + 1 / (1 + absent.length);
  };
  const [month, day] = [rate('month-first'), rate('day-first')];
  const order: DateOrder = day > month ? 'day-first' : 'month-first';
  const why = day === month ? '; the data do not tell (--dates)' : ', which makes the rows evenly spaced';
  notes.push(`dates such as ${values[0]} are read with the ${order === 'day-first' ? 'day' : 'month'} first${why}`);
  return order;
}

const where = (table: Table, c: number): string => `of ${table.name}, column ${table.columns[c]}`;

function checkReadable(table: Table, c: number, values: readonly string[], times: Float64Array): void {
  const bad = times.findIndex(Number.isNaN);
  if (bad < 0) return;
  throw new UnrolledError(
    'FORMAT',
    `expected a time in line ${table.rows[bad].line} ${where(table, c)}, received ${JSON.stringify(values[bad])}`,
    'write all times in one format, such as 2016-07-01 13:00:00 or 1949-01, or name another time column, or none',
  );
}

function checkOrder(
  table: Table,
  c: number,
  values: readonly string[],
  times: Float64Array,
  { changes }: Timeline,
): void {
  const back = new Set(changes.filter(({ hours }) => hours < 0).map(({ row }) => row));
  for (const [i, time] of times.entries()) {
    if (i === 0 || time > times[i - 1] || back.has(i)) continue;
    const before = `${values[i - 1]} in line ${table.rows[i - 1].line}`;
    const same = time === times[i - 1];
    throw new UnrolledError(
      'FORMAT',
      same
        ? `expected each time once, received ${values[i]} in line ${table.rows[i].line} ${where(table, c)}, after ${before}`
        : `expected times that rise, received ${values[i]} in line ${table.rows[i].line} ${where(table, c)}, after ${before}`,
      `${same ? 'delete one of the rows' : 'sort the rows by time'}, give each series a file of its own, or read it without a time column: --time none`,
    );
  }
}

function timelineNotes({ step, uneven, changes, absent }: Timeline, values: readonly string[]): string[] {
  const at = (rows: readonly number[]): string =>
    [...rows.slice(0, SHOWN).map((row) => values[row]), ...(rows.length > SHOWN ? [`… (${rows.length})`] : [])].join(
      ', ',
    );
  const notes: string[] = [];
  const back = changes.filter(({ hours }) => hours < 0).map(({ row }) => row);
  const on = changes.filter(({ hours }) => hours > 0).map(({ row }) => row);
  if (back.length > 0)
    notes.push(
      `an hour occurs twice before ${at(back)}, as when clocks are set back: its rows are treated as consecutive`,
    );
  if (on.length > 0) {
    notes.push(
      `an hour is missing before ${at(on)}, as when clocks are set forward: the rows around it are treated as consecutive`,
    );
  }
  if (step === null) {
    if (values.length > 2) notes.push('rows are unevenly spaced and treated as consecutive');
    return notes;
  }
  if (absent.length > 0)
    notes.push(`rows are ${describeStep(step)} apart, except for a gap after ${at(absent.map(({ after }) => after))}`);
  if (uneven > 0) notes.push(`rows are ${describeStep(step)} apart, except for ${uneven} in between`);
  return notes;
}
