// What BLEU and chrF share: sentences against their references, and blanks as Python sees them, whose tools they must equal.
import { UnrolledError } from '../errors.js';
import { expectList, expectTexts } from '../expect.js';

/** One reference for each hypothesis, or several. */
export type References = readonly (string | readonly string[])[];

/** Errors: SHAPE for unequal lengths or a sentence without reference, EMPTY for no sentences. */
export function checkPairs(hypotheses: readonly string[], references: References): [string, readonly string[]][] {
  expectTexts(hypotheses, 'hypotheses', 'give a list of texts: [text] for one');
  expectList(references, 'references', 'give one text, or a list of texts, for each hypothesis');
  if (hypotheses.length !== references.length) {
    throw new UnrolledError(
      'SHAPE',
      `expected references for each of ${hypotheses.length} hypotheses, received ${references.length}`,
      'give one text, or a list of texts, for each hypothesis',
    );
  }
  if (hypotheses.length === 0) {
    throw new UnrolledError('EMPTY', 'expected sentences to measure, received none', 'give data');
  }
  return hypotheses.map((hypothesis, i) => {
    const reference = references[i];
    const several = typeof reference === 'string' ? [reference] : reference;
    expectTexts(several, `the references of hypothesis ${i}`, 'give one text, or a list of texts');
    if (several.length > 0) return [hypothesis, several];
    throw new UnrolledError(
      'SHAPE',
      `expected a reference for hypothesis ${i}, received none`,
      'give at least one for each',
    );
  });
}

const BLANKS = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+`;
const BLANK_RUNS = new RegExp(BLANKS);
const BLANKS_AT_END = new RegExp(`${BLANKS}$`);

/** Python's `text.split()`: JavaScript's `\s` has U+FEFF more and four separators less. */
export function splitWords(text: string): string[] {
  return text.split(BLANK_RUNS).filter((word) => word !== '');
}

/** Python's `text.rstrip()`. */
export function trimEnd(text: string): string {
  return text.replace(BLANKS_AT_END, '');
}
