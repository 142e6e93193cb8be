// A sample of a long text: stretches that lie evenly in it. What is measured on them stands for all of it, with a known error.

/** Part of a text: the tokens `from` to `to` − 1. */
export interface Stretch {
  from: number;
  to: number;
}

/** How many a sample has: each is one measurement of the mean, so that their spread tells its error. */
export const STRETCHES = 64;

/** The whole text where it is not longer than `most`, else `STRETCHES` of it, as long as one another, `most` tokens in all. */
export function stretchesOf(length: number, most: number): Stretch[] {
  if (length <= most) return [{ from: 0, to: length }];
  const each = Math.max(1, Math.floor(most / STRETCHES));
  const count = Math.max(1, Math.min(STRETCHES, Math.floor(most)));
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * (length - each)) / Math.max(1, count - 1));
    return { from, to: from + each };
  });
}

/** The standard error of the mean, from the means of stretches of one length; 0 where there is one alone. */
export function standardErrorOf(means: readonly number[]): number {
  if (means.length < 2) return 0;
  const mean = means.reduce((a, b) => a + b, 0) / means.length;
  const squares = means.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (means.length - 1) / means.length);
}
