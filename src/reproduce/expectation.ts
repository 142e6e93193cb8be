// What a check expects of what was computed.
import { formatNumber } from '../drawing/svg.js';

/** What a check can look at. */
export type Got = number | string | boolean | readonly (number | string)[];

/** What a check wants: in words, and as a test. */
export interface Expectation {
  /** For people, in any language: `≤ 1.1`. */
  readonly text: string;
  /** Whether a value is as expected; NaN never is, but for `diverged` and `exactly(NaN)`. */
  accepts(got: Got): boolean;
}

function numeric(text: string, accepts: (got: number) => boolean): Expectation {
  return { text, accepts: (got) => typeof got === 'number' && accepts(got) };
}

/** A number or more; infinity too. */
export const atLeast = (limit: number): Expectation => numeric(`≥ ${shown(limit)}`, (got) => got >= limit);
/** A number or less. */
export const atMost = (limit: number): Expectation => numeric(`≤ ${shown(limit)}`, (got) => got <= limit);
/** Less than a number. */
export const below = (limit: number): Expectation => numeric(`< ${shown(limit)}`, (got) => got < limit);
/** More than a number; infinity too. */
export const above = (limit: number): Expectation => numeric(`> ${shown(limit)}`, (got) => got > limit);
/** Both ends belong to it. */
export const between = (low: number, high: number): Expectation =>
  numeric(`${shown(low)} … ${shown(high)}`, (got) => got >= low && got <= high);
/** @param tolerance the largest difference */
export const near = (value: number, tolerance: number): Expectation =>
  numeric(`${shown(value)} ± ${shown(tolerance)}`, (got) => Math.abs(got - value) <= tolerance);
/** What is not finite, or beyond any use: a run that diverged. */
export const diverged = (limit = 1e6): Expectation =>
  numeric(`NaN, ∞, > ${shown(limit)}`, (got) => !(Math.abs(got) <= limit));

/** The very same: NaN is NaN, a list is equal in all its items. */
export function exactly(value: Got): Expectation {
  const same = (a: unknown, b: unknown): boolean =>
    Array.isArray(a) && Array.isArray(b) ? a.length === b.length && a.every((x, i) => same(x, b[i])) : Object.is(a, b);
  return { text: shown(value), accepts: (got) => same(got, value) };
}

/** A statement that is true. */
export const holds: Expectation = { text: '✓', accepts: (got) => got === true };

/** A value for people: six digits that matter. */
export function shown(value: Got): string {
  if (typeof value === 'boolean') return value ? '✓' : '✗';
  if (typeof value === 'string') return value;
  // In a list a comma parts items, not thousands.
  if (typeof value !== 'number')
    return value.map((item) => (Number.isInteger(item) ? String(item) : shown(item))).join(', ');
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value) || Number.isInteger(value)) {
    return Math.abs(value) >= 1e12 && Number.isFinite(value) ? value.toExponential(3) : formatNumber(value);
  }
  const size = Math.abs(value);
  return size >= 1e9 || size < 1e-4 ? value.toExponential(3) : String(Number(value.toPrecision(6)));
}
