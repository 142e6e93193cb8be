// What is not there in a series, filled in: values between their neighbours, and whole rows by the step of the times.
import { UnrolledError } from '../errors.js';
import { type SeriesStep, timeAfter, type Timeline } from './steps.js';

/** More rows than this many times those that are there are no gap to be filled. */
const MOST = 3;

export interface FilledRows {
  /** Of each row its place in the file's, or −1. */
  places: number[];
  /** Times as written, and in the same way for those that are not there. */
  written: string[];
  /** Values with NaN for those that are not there. */
  spread(values: Float64Array): Float64Array;
}

/** Errors: FORMAT with the line where more is absent than is there. */
export function fillAbsent({
  name,
  lines,
  step,
  absent,
  times,
  written,
}: {
  name: string;
  /** Of each row. */
  lines: readonly number[];
  step: SeriesStep;
  absent: Timeline['absent'];
  times: ArrayLike<number>;
  written: readonly string[];
}): FilledRows {
  const total = absent.reduce((sum, { count }) => sum + count, 0);
  if (total > MOST * written.length) {
    const widest = absent.reduce((a, b) => (b.count > a.count ? b : a));
    throw new UnrolledError(
      'FORMAT',
      `expected a gap that can be filled in line ${lines[widest.after + 1]} of ${name}, received one of ${widest.count} rows`,
      'take the part of the series after the gap, or leave out missing: interpolate',
    );
  }
  const counts = new Map(absent.map(({ after, count }) => [after, count]));
  const places: number[] = [];
  const texts: string[] = [];
  written.forEach((text, row) => {
    places.push(row);
    texts.push(text);
    for (let k = 1; k <= (counts.get(row) ?? 0); k++) {
      places.push(-1);
      const time = timeAfter(times[row], step, k);
      texts.push(
        step.unit === 'number' ? String(time) : new Date(time).toISOString().replace(/(?:T00:00:00)?\.000Z$/, ''),
      );
    }
  });
  return {
    places,
    written: texts,
    spread: (values) => Float64Array.from(places, (row) => (row < 0 ? NaN : values[row])),
  };
}

/** NaN becomes a point on the straight line between its neighbours, in place; at an end, the nearest value. */
export function interpolate(values: Float64Array): void {
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
