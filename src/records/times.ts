// Dates and times as files write them, read as if in UTC, so that a series has no hour twice or left out by a clock's change.

const CLOCK = String.raw`(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s*([AP]M)?\s*(Z|[+-]\d{2}:?\d{2})?)?`;
const YEAR_FIRST = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${CLOCK}$`, 'i');
const YEAR_LAST = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${CLOCK}$`, 'i');
const YEAR_MONTH = /^(?:(\d{1,4})-|(\d{4})\/)(\d{1,2})$/;
const QUARTER = /^(\d{4})[- ]?Q([1-4])$/i;
/** The name of a month and a year, as `Date.parse` reads them alike everywhere: 5 Jan 2016, January 5, 2016, Tue Jan 5 2016 10:00. */
const NAMED =
  /^(?:[a-z]{3,9},? )?(?:\d{1,2}[ -])?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[ -](?:\d{1,2},? )?\d{4}(?: \d{1,2}:\d{2}(?::\d{2})?)?$/i;

/**
 * Milliseconds since 1970 of each value, NaN where it is no time. Read are 2016-07-01 00:00:00 and its ISO forms, 1949-01, 2016-Q3,
 * names of months, and 1/2/2016: month first, but day first where a value of the column can only be read so, and with points.
 */
export function timesOf(values: readonly string[]): Float64Array {
  const trimmed = values.map((value) => value.trim());
  const dayFirst = trimmed.some((value) => Number(YEAR_LAST.exec(value)?.[1] ?? 0) > 12);
  return Float64Array.from(trimmed, (value) => timeOf(value, dayFirst));
}

function timeOf(value: string, dayFirst: boolean): number {
  let match = YEAR_FIRST.exec(value);
  if (match) return instant(Number(match[1]), Number(match[3]), Number(match[4]), match.slice(5));
  match = YEAR_LAST.exec(value);
  if (match) {
    const [a, separator, b] = [Number(match[1]), match[2], Number(match[3])];
    const [month, day] = dayFirst || separator === '.' ? [b, a] : [a, b];
    const year = Number(match[4]);
    return instant(match[4].length === 4 ? year : year + (year < 70 ? 2000 : 1900), month, day, match.slice(5));
  }
  match = YEAR_MONTH.exec(value);
  if (match) return instant(Number(match[1] ?? match[2]), Number(match[3]), 1, []);
  match = QUARTER.exec(value);
  if (match) return instant(Number(match[1]), 3 * Number(match[2]) - 2, 1, []);
  return NAMED.test(value) ? Date.parse(`${value} UTC`) : NaN;
}

/** NaN for a day or an hour that does not exist. @param clock hour, minute, second, AM or PM, zone; as far as there are some */
function instant(year: number, month: number, day: number, clock: (string | undefined)[]): number {
  const [hour = '0', minute = '0', second = '0', half, zone] = clock;
  let hours = Number(hour);
  if (half !== undefined) {
    if (hours < 1 || hours > 12) return NaN;
    hours = (hours % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
  }
  if (hours * 60 + Number(minute) > 24 * 60 || Number(minute) > 59 || Number(second) >= 60) return NaN;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return NaN;
  let minutes = hours * 60 + Number(minute);
  if (zone !== undefined && zone.toUpperCase() !== 'Z') {
    const sign = zone.startsWith('-') ? -1 : 1;
    minutes -= sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  }
  return date.getTime() + minutes * 60_000 + Math.round(Number(second) * 1000);
}
