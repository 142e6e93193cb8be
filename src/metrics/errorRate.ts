// Error rates of sequences: words, characters, phonemes.
import { UnrolledError } from '../errors.js';
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

/** The fewest insertions, deletions and replacements from one sequence to the other (Levenshtein 1966). */
export function levenshteinDistance(from: ArrayLike<unknown>, to: ArrayLike<unknown>): number {
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
  return errorRate(references.map(splitWords), hypotheses.map(splitWords));
}

/** Of code points, blanks among them. Errors as `errorRate`. */
export function characterErrorRate(references: readonly string[], hypotheses: readonly string[]): ErrorRate {
  const characters = (text: string): string[] => [...text];
  return errorRate(references.map(characters), hypotheses.map(characters));
}
