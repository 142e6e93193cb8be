// What counting sees of a row: its tokens, and the runs of neighbours up to a length.
import { expectList, expectNumbers, expectTexts } from '../../expect.js';
import { requireNumber } from '../../range.js';

/** What a row is, for messages. */
export const TOKENS = "as in ['a', 'fine', 'film']";

/** Errors: OPTION for what are no rows of tokens, RANGE for what are no classes of them. @param count K */
export function expectTokenRows(rows: unknown, classes: unknown, count: number): void {
  requireNumber('a number of classes', count, { min: 1, whole: true }, 'give K, one more than the largest class');
  expectList(rows, 'rows', `give the tokens of each, ${TOKENS}`);
  rows.forEach((row, i) => expectTexts(row, `row ${i + 1}`, TOKENS));
  expectNumbers(classes, 'classes', 'give the index of the class of each row');
  for (const one of Array.from(classes as ArrayLike<number>)) {
    requireNumber('a class', one, { min: 0, max: count - 1, whole: true }, 'classes are counted from 0');
  }
}

/** Every run of 1 to `order` tokens, as often as it stands there. */
export function ngramFeatures(row: readonly string[], order: number): string[] {
  const features: string[] = [];
  for (let n = 1; n <= order; n++) {
    for (let i = 0; i + n <= row.length; i++) features.push(n === 1 ? row[i] : row.slice(i, i + n).join('\u0000'));
  }
  return features;
}
