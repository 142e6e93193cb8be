// Error rates of sequences: words, characters, phonemes.
import { UnrolledError } from '../errors.js';
import { expectList, expectTexts, refuse } from '../expect.js';
import { splitWords } from './sentences.js';

/** How many edits lead from what was predicted to the truth. */
export interface ErrorRate {
  /** Edits over the items of the references; may pass 1. Of words it is the word error rate. */
  rate: number;
  /** The share of sequences that are not right in full. */
  wrong: number;
  /** Insertions, deletions and replacements, as few as will do. */
  edits: number;
  /** Items of all references. */
  length: number;
}

/** Errors: OPTION for what has no items. */
function expectSequence(value: unknown): void {
  const isList = typeof value === 'string' || Array.isArray(value) || ArrayBuffer.isView(value);
  if (!isList) refuse('a sequence', value, 'give an array of items, or a string of characters');
}

/** The fewest insertions, deletions and replacements from one sequence to the other (Levenshtein 1966). */
export function levenshteinDistance(from: ArrayLike<unknown>, to: ArrayLike<unknown>): number {
  expectSequence(from);
  expectSequence(to);
  const row = Uint32Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 0; i < from.length; i++) {
    let diagonal = row[0];
    row[0] = i + 1;
    for (let j = 0; j < to.length; j++) {
      const change = diagonal + (from[i] === to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = Math.min(change, diagonal + 1, row[j] + 1);
    }
  }
  return row[to.length];
}

/**
 * Of sequences of any items that `===` tells apart, such as phonemes.
 * Errors: SHAPE for unequal lengths, EMPTY where the references have no item.
 */
export function errorRate(
  references: readonly ArrayLike<unknown>[],
  hypotheses: readonly ArrayLike<unknown>[],
): ErrorRate {
  expectList(references, 'references', 'give a list of sequences: [sequence] for one');
  expectList(hypotheses, 'hypotheses', 'give a list of sequences: [sequence] for one');
  if (references.length !== hypotheses.length) {
    throw new UnrolledError(
      'SHAPE',
      `expected a hypothesis for each of ${references.length} references, received ${hypotheses.length}`,
      'predict every sequence',
    );
  }
  let [edits, length, wrong] = [0, 0, 0];
  for (const [i, reference] of references.entries()) {
    const distance = levenshteinDistance(reference, hypotheses[i]);
    edits += distance;
    length += reference.length;
    if (distance > 0) wrong++;
  }
  if (length === 0) throw new UnrolledError('EMPTY', 'expected references to measure with, received none', 'give data');
  return { rate: edits / length, wrong: wrong / references.length, edits, length };
}

/** Words are separated by whitespace; case and punctuation count. Errors as `errorRate`. */
export function wordErrorRate(references: readonly string[], hypotheses: readonly string[]): ErrorRate {
  expectBoth(references, hypotheses);
  return errorRate(references.map(splitWords), hypotheses.map(splitWords));
}

/** Of code points, blanks among them. Errors as `errorRate`. */
export function characterErrorRate(references: readonly string[], hypotheses: readonly string[]): ErrorRate {
  expectBoth(references, hypotheses);
  const characters = (text: string): string[] => [...text];
  return errorRate(references.map(characters), hypotheses.map(characters));
}

function expectBoth(references: unknown, hypotheses: unknown): void {
  expectTexts(references, 'references', 'give a list of texts: [text] for one');
  expectTexts(hypotheses, 'hypotheses', 'give a list of texts: [text] for one');
}
