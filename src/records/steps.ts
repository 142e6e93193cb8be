// The step of a series: how far apart its rows are, by the clock, by months or by working days; and where rows are absent, or a clock
// was changed.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How far apart the rows of a series are. */
export interface SeriesStep {
  /** `number` where times are plain numbers. */
  unit: 'ms' | 'months' | 'weekdays' | 'number';
  /** In milliseconds, months, working days, or the unit of the times. */
  size: number;
}

export interface Timeline {
  /** Null where no distance is that of four rows in five. */
  step: SeriesStep | null;
  /** Rows that are not there: after which row, and how many. */
  absent: { after: number; count: number }[];
  /** Rows whose distance is no whole number of steps. */
  uneven: number;
  /** Where local clocks seem to have been put forward or back: an hour that is not there, or there twice. */
  changes: { row: number; hours: 1 | -1 }[];
}

/** The share of distances that must equal the step. */
const REGULAR = 0.8;
/** How far a distance may be from a whole number of steps, in steps. */
const TOLERANCE = 0.02;

/**
 * Looks at times that rise, but for hours that are there twice (see `changeOfClocks`).
 * @param times milliseconds, or plain numbers
 */
export function timelineOf(times: ArrayLike<number>, isClock: boolean): Timeline {
  const distances = Array.from({ length: Math.max(0, times.length - 1) }, (_, i) => times[i + 1] - times[i]);
  const typical = median(distances);
  const changes: Timeline['changes'] = [];
  if (isClock) {
    for (const i of distances.keys()) {
      const hours = changeOfClocks(times, i + 1, typical);
      if (hours !== 0) changes.push({ row: i + 1, hours });
    }
  }
  const changed = new Set(changes.map(({ row }) => row));
  const byCalendar =
    isClock && changes.length === 0 ? (monthSteps(times, typical) ?? weekdaySteps(times, typical)) : null;
  const unit = byCalendar?.unit ?? (isClock ? 'ms' : 'number');
  const measured = byCalendar?.distances ?? distances;
  const size = byCalendar ? median(measured) : typical;
  const steps = measured.map((distance, i) => (changed.has(i + 1) ? 1 : distance / size));
  const whole = steps.map((count) => (Math.abs(count - Math.round(count)) <= TOLERANCE ? Math.round(count) : NaN));
  const regular = steps.length > 0 && size > 0 && whole.filter((count) => count === 1).length >= steps.length * REGULAR;
  if (!regular) return { step: null, absent: [], uneven: 0, changes };
  return {
    step: { unit, size },
    absent: whole.flatMap((count, i) => (count > 1 ? [{ after: i, count: count - 1 }] : [])),
    uneven: whole.filter((count) => Number.isNaN(count) || count < 1).length,
    changes,
  };
}

/**
 * Whether local clocks seem to have been changed before a row: by an hour, at night, in a month in which clocks are changed. −1 where an
 * hour is there twice, 1 where one is left out, 0 where neither is so.
 */
export function changeOfClocks(times: ArrayLike<number>, row: number, step: number): 1 | -1 | 0 {
  if (!(step > 0 && step <= HOUR && HOUR % step === 0)) return 0;
  const distance = times[row] - times[row - 1];
  if (distance !== step - HOUR && distance !== step + HOUR) return 0;
  const date = new Date(times[row]);
  const [month, hour] = [date.getUTCMonth(), date.getUTCHours()];
  if (hour > 4 || !(month === 2 || month === 3 || (month >= 8 && month <= 10))) return 0;
  return distance < step ? -1 : 1;
}

/** In whole months, where all rows are on the same day of a month, or all on the last. */
function monthSteps(times: ArrayLike<number>, typical: number): { unit: 'months'; distances: number[] } | null {
  if (typical < 27 * DAY) return null;
  const dates = Array.from(times, (time) => new Date(time));
  const isLast = (date: Date): boolean => new Date(date.getTime() + DAY).getUTCDate() === 1;
  const [first] = dates;
  if (!dates.every((date) => date.getUTCDate() === first.getUTCDate()) && !dates.every(isLast)) return null;
  const months = dates.map((date) => date.getUTCFullYear() * 12 + date.getUTCMonth());
  return { unit: 'months', distances: months.slice(1).map((month, i) => month - months[i]) };
}

/** In working days, where rows are days and none of at least ten is a Saturday or a Sunday. */
function weekdaySteps(times: ArrayLike<number>, typical: number): { unit: 'weekdays'; distances: number[] } | null {
  if (typical !== DAY || times.length < 10) return null;
  const days = Array.from(times, (time) => Math.floor(time / DAY));
  // 1970-01-01 was a Thursday; Monday is 0.
  const weekday = (day: number): number => (((day + 3) % 7) + 7) % 7;
  if (days.some((day) => weekday(day) > 4)) return null;
  const working = days.map((day) => Math.floor((day + 3) / 7) * 5 + weekday(day));
  return { unit: 'weekdays', distances: working.slice(1).map((day, i) => day - working[i]) };
}

/** The time of the row that is `count` steps after another. */
export function timeAfter(time: number, { unit, size }: SeriesStep, count: number): number {
  if (unit === 'ms' || unit === 'number') return time + count * size;
  const date = new Date(time);
  if (unit === 'months') {
    const isLast = new Date(time + DAY).getUTCDate() === 1;
    const month = date.getUTCMonth() + count * size;
    const clock = time - Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
    return Date.UTC(date.getUTCFullYear(), isLast ? month + 1 : month, isLast ? 0 : date.getUTCDate()) + clock;
  }
  let [day, left] = [time, count * size];
  while (left > 0) {
    day += DAY;
    const weekday = new Date(day).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left--;
  }
  return day;
}

/** A step for people: `1 hour`, `3 months`. */
export function describeStep({ unit, size }: SeriesStep): string {
  const counted = (count: number, what: string): string => `${+count.toFixed(3)} ${what}${count === 1 ? '' : 's'}`;
  if (unit === 'number') return String(+size.toPrecision(6));
  if (unit === 'weekdays') return size === 1 ? '1 working day' : `${size} working days`;
  if (unit === 'months') return size % 12 === 0 ? counted(size / 12, 'year') : counted(size, 'month');
  if (size % DAY === 0) return counted(size / DAY, 'day');
  if (size % HOUR === 0) return counted(size / HOUR, 'hour');
  return size % 60_000 === 0 ? counted(size / 60_000, 'minute') : counted(size / 1000, 'second');
}

function median(values: readonly number[]): number {
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
