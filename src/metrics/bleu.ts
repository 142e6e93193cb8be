// BLEU of a corpus (Papineni et al. 2002) as sacreBLEU 2 computes it (Post 2018), so that figures can be compared with papers.
import { expectChoice, type Names, optionsOf } from '../expect.js';
import { checkPairs, type References, splitWords, trimEnd } from './sentences.js';

/** How `bleu` cuts texts and treats orders without a match; the defaults are what papers report. */
export interface BleuOptions {
  /** How texts are cut: as mteval-v13a does (default), at blanks only, or into characters. */
  tokenize?: '13a' | 'none' | 'char';
  /** Of an order without a match: half, a quarter, … of one match (mteval's, default), or none, which makes the score 0. */
  smoothing?: 'exp' | 'none';
}

/** The score of a corpus, and what it is made of. */
export interface BleuScore {
  /** 0 to 100. */
  score: number;
  /** Of 1- to 4-grams, 0 to 100. */
  precisions: number[];
  /** 1 where the hypotheses are as long as the references or longer, else exp(1 − references / hypotheses). */
  brevityPenalty: number;
  /** Tokens of all hypotheses. */
  hypothesisLength: number;
  /** Tokens of the references; of several for a sentence the one nearest in length. */
  referenceLength: number;
}

const NAMES: Names<BleuOptions> = { tokenize: true, smoothing: true };

const ORDER = 4;

/**
 * @param references one text for each hypothesis, or several
 * Errors: SHAPE for unequal lengths or a sentence without reference, EMPTY for no sentences, OPTION for an unknown option.
 */
export function bleu(hypotheses: readonly string[], references: References, options: BleuOptions = {}): BleuScore {
  const { tokenize = '13a', smoothing = 'exp' } = optionsOf(options, NAMES, 'bleu');
  expectChoice(tokenize, 'tokenize', Object.keys(TOKENIZERS));
  expectChoice(smoothing, 'smoothing', ['exp', 'none']);
  const cut = TOKENIZERS[tokenize];
  const matches = new Array<number>(ORDER).fill(0);
  const totals = new Array<number>(ORDER).fill(0);
  let [hypothesisLength, referenceLength] = [0, 0];
  for (const [hypothesis, several] of checkPairs(hypotheses, references)) {
    const tokens = cut(trimEnd(hypothesis));
    const sides = several.map((reference) => cut(trimEnd(reference)));
    hypothesisLength += tokens.length;
    referenceLength += nearestLength(
      tokens.length,
      sides.map((side) => side.length),
    );
    for (let n = 1; n <= ORDER; n++) {
      const allowed = new Map<string, number>();
      for (const side of sides) {
        for (const [gram, count] of ngramCounts(side, n)) allowed.set(gram, Math.max(count, allowed.get(gram) ?? 0));
      }
      for (const [gram, count] of ngramCounts(tokens, n)) {
        totals[n - 1] += count;
        matches[n - 1] += Math.min(count, allowed.get(gram) ?? 0);
      }
    }
  }
  const brevityPenalty =
    hypothesisLength >= referenceLength
      ? 1
      : hypothesisLength === 0
        ? 0
        : Math.exp(1 - referenceLength / hypothesisLength);
  const precisions = smoothed(matches, totals, smoothing);
  const logs = precisions.reduce((sum, precision) => sum + Math.log(precision), 0);
  const score = brevityPenalty * Math.exp(logs / ORDER);
  return { score, precisions, brevityPenalty, hypothesisLength, referenceLength };
}

function smoothed(matches: number[], totals: number[], smoothing: 'exp' | 'none'): number[] {
  const precisions = new Array<number>(ORDER).fill(0);
  // Nothing right is 0, whatever the smoothing.
  if (matches.every((count) => count === 0)) return precisions;
  let share = 1;
  for (let n = 0; n < ORDER && totals[n] > 0; n++) {
    if (matches[n] === 0 && smoothing === 'exp') share /= 2;
    precisions[n] = (100 * (matches[n] === 0 ? (smoothing === 'exp' ? share : 0) : matches[n])) / totals[n];
  }
  return precisions;
}

/** Of two equally near the shorter. */
function nearestLength(length: number, lengths: number[]): number {
  return lengths.reduce((best, one) => {
    const difference = Math.abs(one - length) - Math.abs(best - length);
    return difference < 0 || (difference === 0 && one < best) ? one : best;
  });
}

/** Tokens have no blanks, so a blank may part them. */
function ngramCounts(tokens: string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    const gram = tokens.slice(i, i + n).join(' ');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

const TOKENIZERS = {
  '13a': tokenize13a,
  none: splitWords,
  char: (text: string): string[] => [...text].filter((character) => splitWords(character).length > 0),
};

/** The rules of mteval-v13a.pl: entities, then punctuation and symbols of ASCII apart, but for points and commas within numbers. */
function tokenize13a(text: string): string[] {
  const plain = text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  const parted = ` ${plain} `
    .replace(/([{-~[-` -&(-+:-@/])/g, ' $1 ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ');
  return splitWords(parted);
}
