// Splitting rows by classes.
import { expectNumbers } from '../expect.js';
import { Philox } from '../tensor/philox.js';
import { splitPoint } from '../text/corpus.js';

/** Draws for this purpose are a stream of their own. */
const SPLIT_STREAM = 0x7c000000;

/**
 * Rows drawn for another part, from each class its share, so that rare classes are in both. A class of one row stays in the
 * first part. Errors: RANGE.
 * @param classes of each row
 * @returns indices in their order
 */
export function stratifiedSplit(
  classes: ArrayLike<number>,
  fraction: number,
  seed = 0,
): { rest: Int32Array; drawn: Int32Array } {
  expectNumbers(classes, 'classes', 'give the index of the class of each row');
  splitPoint(classes.length, fraction);
  const members = new Map<number, number[]>();
  for (let i = 0; i < classes.length; i++) {
    const rows = members.get(classes[i]);
    if (rows) rows.push(i);
    else members.set(classes[i], [i]);
  }
  const random = new Philox(seed, SPLIT_STREAM);
  const drawn = new Set<number>();
  for (const [, rows] of [...members].sort(([a], [b]) => a - b)) {
    random.shuffle(rows);
    const count = rows.length < 2 ? 0 : Math.min(rows.length - 1, Math.round(rows.length * fraction));
    for (const row of rows.slice(0, count)) drawn.add(row);
  }
  const all = Int32Array.from({ length: classes.length }, (_, i) => i);
  return { rest: all.filter((i) => !drawn.has(i)), drawn: all.filter((i) => drawn.has(i)) };
}
