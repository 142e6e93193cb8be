// Numbers and missing numbers as files write them.

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const MISSING = new Set(['', 'na', 'n/a', 'nan', 'null', '?']);

/** Digits with a point and an exponent; no thousands separators, no decimal comma, no units. */
export function isNumber(value: string): boolean {
  return NUMBER.test(value.trim());
}

/** Empty, NA, N/A, NaN, null and ?, in any case. */
export function isMissing(value: string): boolean {
  return MISSING.has(value.trim().toLowerCase());
}
