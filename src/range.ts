// One check for every number that an option gives: no number that means nothing is taken in silence.
import { UnrolledError } from './errors.js';
import { shownValue } from './expect.js';

/** Where a number may lie; always finite. */
export interface Range {
  /** At least this. */
  min?: number;
  /** More than this. */
  above?: number;
  /** At most this. */
  max?: number;
  /** Less than this. */
  below?: number;
  /** A whole number. */
  whole?: boolean;
}

/**
 * Errors: RANGE where a value lies elsewhere, is NaN or infinite.
 * @param name what the user calls it: `a momentum`, `labelSmoothing`  @param help what to do next
 */
export function requireNumber(name: string, value: number, range: Range, help: string): void {
  const { min = -Infinity, above = -Infinity, max = Infinity, below = Infinity, whole = false } = range;
  const lies = Number.isFinite(value) && value >= min && value > above && value <= max && value < below;
  if (lies && (!whole || Number.isSafeInteger(value))) return;
  // That it should be a whole number is only said to one that is not.
  const wanted = describeRange({ ...range, whole: whole && (lies || !Number.isFinite(value)) });
  throw new UnrolledError('RANGE', `expected ${name} ${wanted}, received ${shownValue(value)}`, help);
}

/** `of 0 or more and below 1`, `above 0`, `as a whole number of 1 or more`. */
export function describeRange({ min, above, max, below, whole = false }: Range): string {
  const bounds =
    min !== undefined && max !== undefined
      ? [`from ${min} to ${max}`]
      : [
          ...(min === undefined ? [] : [`of ${min} or more`]),
          ...(above === undefined ? [] : [`above ${above}`]),
          ...(max === undefined ? [] : [`of at most ${max}`]),
          ...(below === undefined ? [] : [`below ${below}`]),
        ];
  if (bounds.length === 0) return whole ? 'as a whole number' : 'as a finite number';
  return `${whole ? 'as a whole number ' : ''}${bounds.join(' and ')}`;
}
