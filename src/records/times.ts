// Dates and times as files write them, read as UTC, so that daylight saving neither repeats nor skips an hour.
import { expectChoice, expectTexts } from '../expect.js';

const CLOCK = String.raw`(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}(?:[.,]\d+)?))? ?([AP]\.?M\.?)? ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?`;
const YEAR_FIRST = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${CLOCK}$`, 'i');
const YEAR_LAST = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${CLOCK}$`, 'i');
const YEAR_MONTH = /^(?:(\d{1,4})-|(\d{4})\/)(\d{1,2})$/;
const MONTH_YEAR = /^(\d{1,2})[/-](\d{4})$/;
const QUARTER = /^(?:(\d{4})[- ]?Q([1-4])|Q([1-4])[- /](\d{4}))$/i;
const MONTH_CODE = /^(\d{4})M(\d{2})$/i;
const WEEK = /^(\d{4})-?W(\d{2})(?:-?([1-7]))?$/i;
const MONTHS = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
/** The name of a month and a year, as `Date.parse` reads them alike everywhere: 5 Jan 2016, January 5, 2016, Tue Jan 5 2016 10:00. */
const NAMED = new RegExp(
  `^(?:[a-z]{3,9},? )?(?:\\d{1,2}[ -])?(?:${MONTHS})[a-z]{0,6}\\.?[ -](?:\\d{1,2},? )?\\d{4}(?: \\d{1,2}:\\d{2}(?::\\d{2})?)?$`,
  'i',
);
/** Jan-16, as spreadsheets show a month; day-month would be 16-Jan. */
const SHORT_MONTH = new RegExp(`^(${MONTHS})[a-z]{0,6}[- ]?['’]?(\\d{2})$`, 'i');
const COMPACT = /^((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:[T ]?([01]\d|2[0-3])([0-5]\d)([0-5]\d)?)?$/;

/** A longer cell is not a time. */
const LONGEST = 48;

/** Whether 1/2/2016 is a day of January or of February. */
export type DateOrder = 'day-first' | 'month-first';

/**
 * Milliseconds since 1970 of each value, NaN if it is not a time. Formats: 2016-07-01 00:00:00 and its ISO forms, 1949-01, 2016-Q3,
 * 2016M07, 2016-W27, names of months, and 1/2/2016: month first, but day first where a value of the column can only be read so, and
 * with points.
 * @param order of 1/2/2016, where it is known
 */
export function timesOf(values: readonly string[], order?: DateOrder): Float64Array {
  expectTexts(values, 'times', "give them as they are written, as ['2016-07-01']");
  if (order !== undefined) expectChoice(order, 'an order', ['day-first', 'month-first']);
  const trimmed = values.map((value) => value.trim());
  const dayFirst = order === undefined ? needsDayFirst(trimmed) : order === 'day-first';
  return Float64Array.from(trimmed, (value) => (value.length > LONGEST ? NaN : timeOf(value, dayFirst)));
}

/** 20160701 and 20160701T1300 as times; NaN for others. A column of such numbers may as well be something else: its name decides. */
export function compactTimesOf(values: readonly string[]): Float64Array {
  return Float64Array.from(values, (value) => {
    const match = COMPACT.exec(value.trim());
    if (match === null) return NaN;
    const [, year, month, day, ...clock] = match;
    return instant(Number(year), Number(month), Number(day), clock);
  });
}

/** Whether a column has dates such as 1/2/2016, which can be read in two ways, and no value that can only be read in one. */
export function isDoubtful(values: readonly string[]): boolean {
  const slashed = values.flatMap((value) => {
    const match = value.length > LONGEST ? null : YEAR_LAST.exec(value.trim());
    return match === null || match[2] === '.' ? [] : [[Number(match[1]), Number(match[3])]];
  });
  return slashed.length > 0 && slashed.every(([a, b]) => a <= 12 && b <= 12);
}

function needsDayFirst(values: readonly string[]): boolean {
  return values.some((value) => value.length <= LONGEST && Number(YEAR_LAST.exec(value)?.[1] ?? 0) > 12);
}

function timeOf(value: string, dayFirst: boolean): number {
  let match = YEAR_FIRST.exec(value);
  if (match) return instant(Number(match[1]), Number(match[3]), Number(match[4]), match.slice(5));
  match = YEAR_LAST.exec(value);
  if (match) {
    const [a, separator, b] = [Number(match[1]), match[2], Number(match[3])];
    const [month, day] = dayFirst || separator === '.' ? [b, a] : [a, b];
    return instant(fullYear(match[4]), month, day, match.slice(5));
  }
  match = YEAR_MONTH.exec(value);
  if (match) return instant(Number(match[1] ?? match[2]), Number(match[3]), 1, []);
  match = MONTH_YEAR.exec(value);
  if (match) return instant(Number(match[2]), Number(match[1]), 1, []);
  match = QUARTER.exec(value);
  if (match) return instant(Number(match[1] ?? match[4]), 3 * Number(match[2] ?? match[3]) - 2, 1, []);
  match = MONTH_CODE.exec(value);
  if (match) return instant(Number(match[1]), Number(match[2]), 1, []);
  match = WEEK.exec(value);
  if (match) return weekStart(Number(match[1]), Number(match[2])) + (Number(match[3] ?? 1) - 1) * 86_400_000;
  match = SHORT_MONTH.exec(value);
  if (match) return instant(fullYear(match[2]), MONTHS.split('|').indexOf(match[1].toLowerCase()) + 1, 1, []);
  return NAMED.test(value) ? Date.parse(`${value} UTC`) : NaN;
}

/** 16 is 2016, 70 is 1970. */
function fullYear(digits: string): number {
  const year = Number(digits);
  return digits.length === 4 ? year : year + (year < 70 ? 2000 : 1900);
}

/** The Monday of a week of ISO 8601; NaN for one that does not exist. */
function weekStart(year: number, week: number): number {
  if (week < 1 || week > 53) return NaN;
  const fourth = Date.UTC(year, 0, 4);
  const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * 86_400_000;
  return monday + (week - 1) * 7 * 86_400_000;
}

/** NaN for a day or an hour that does not exist. @param clock hour, minute, second, AM or PM, zone; as far as there are some */
function instant(year: number, month: number, day: number, clock: (string | undefined)[]): number {
  const [hour = '0', minute = '0', second = '0', half, zone] = clock;
  let hours = Number(hour);
  const seconds = Number(second.replace(',', '.'));
  if (half !== undefined) {
    if (hours < 1 || hours > 12) return NaN;
    hours = (hours % 12) + (half.toUpperCase().startsWith('P') ? 12 : 0);
  }
  if (hours * 60 + Number(minute) > 24 * 60 || Number(minute) > 59 || seconds >= 60) return NaN;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return NaN;
  let minutes = hours * 60 + Number(minute);
  if (zone !== undefined && /^[+-]/.test(zone)) {
    const sign = zone.startsWith('-') ? -1 : 1;
    minutes -= sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  }
  return date.getTime() + minutes * 60_000 + Math.round(seconds * 1000);
}
