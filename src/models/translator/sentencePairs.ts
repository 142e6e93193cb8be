// Pairs of texts, one the translation of the other: splitting them, references of one source, the writing of a text.
import { UnrolledError } from '../../errors.js';
import { expectRows, expectText, expectTexts, shownValue } from '../../expect.js';
import { Philox } from '../../tensor/philox.js';
import { cleaned } from '../../text/clean.js';
import { tokenizerOf } from '../../text/corpus.js';
import type { Tokenizer } from '../../text/tokenizer.js';
import type { ModelText } from '../modelFile.js';

/** A text and its translation: one row of the data. */
export interface TextPair {
  /** The text that is read. */
  source: string;
  /** The text that is to be written. */
  target: string;
}

/** Errors: OPTION for what are no pairs of texts. */
export function expectPairs(pairs: unknown): void {
  const as = "as in [{ source: 'Good morning', target: 'Guten Morgen' }]";
  expectRows(pairs, as, ({ source, target }) => {
    expectText(source, 'the source of a pair', as);
    expectText(target, 'the target of a pair', as);
  });
}

/** Draws for this purpose are a stream of their own. */
const PAIR_STREAM = 0x7d000000;

/**
 * Draws sources for another part, each with all of its targets, so that no source is in both parts; those that differ only in
 * case or blanks are the same.
 * @param share of the different sources, below 1; or how many
 * Errors: RANGE for an invalid share, or one that leaves no source.
 */
export function splitPairs<P extends TextPair>(
  pairs: readonly P[],
  share: number,
  seed = 0,
): { rest: P[]; drawn: P[] } {
  expectPairs(pairs);
  const keys = pairs.map(({ source }) => sourceKey(source));
  const sources = [...new Set(keys)];
  const count = share < 1 ? Math.round(share * sources.length) : share;
  if (!(share >= 0 && Number.isInteger(count) && (count < sources.length || count === 0))) {
    throw new UnrolledError(
      'RANGE',
      `expected a share from 0 to less than 1, or fewer than ${sources.length} sources, received ${shownValue(share)}`,
      'use 0.05 to draw 5 % of the sources',
    );
  }
  new Philox(seed, PAIR_STREAM).shuffle(sources);
  const chosen = new Set(sources.slice(0, count));
  return { rest: pairs.filter((_, i) => !chosen.has(keys[i])), drawn: pairs.filter((_, i) => chosen.has(keys[i])) };
}

/** Which pairs are of the same source: for each source, in the order of the first ones, the numbers of its pairs. */
export function bySource(pairs: readonly TextPair[]): number[][] {
  expectPairs(pairs);
  const groups = new Map<string, number[]>();
  pairs.forEach(({ source }, i) => {
    const group = groups.get(source);
    if (group) group.push(i);
    else groups.set(source, [i]);
  });
  return [...groups.values()];
}

function sourceKey(source: string): string {
  return source.replace(/\s+/gu, ' ').trim().toLowerCase();
}

/** One language: its texts to tokens and indices, and back. */
export class Side {
  /** The vocabulary, and how a text is cleaned and cut into tokens. */
  readonly text: ModelText;
  readonly #tokenizer: Tokenizer;
  /** Marks that stand behind a blank, as in French, and the blank. */
  readonly #blanks: ReadonlyMap<string, string>;

  /** @param spaced as `spacedMarks` gives them */
  constructor(text: ModelText, spaced: readonly string[] = []) {
    this.text = text;
    this.#tokenizer = tokenizerOf(text.settings);
    this.#blanks = new Map(spaced.map((written) => [written.slice(1), written.slice(0, 1)]));
  }

  /** The tokens of a text, after cleaning. */
  tokens(text: string): string[] {
    expectText(text, 'a text');
    return this.#tokenizer.tokenize(cleaned(text, this.text.settings));
  }

  /** Indices of the tokens, then those of `more`. A token that is spelled like a reserved one is unknown. */
  encode(tokens: readonly string[], more: readonly string[] = []): Int32Array {
    expectTexts(tokens, 'tokens', 'tokens(text) cuts a text');
    const { vocabulary } = this.text;
    const own = tokens.map((token) => vocabulary.index(token));
    return Int32Array.from([
      ...own.map((index) => (index < vocabulary.reserved ? vocabulary.unknownIndex : index)),
      ...vocabulary.encode(more),
    ]);
  }

  /** A text as it would be written. */
  write(tokens: readonly string[]): string {
    expectTexts(tokens, 'tokens', 'give those of a text');
    const joiner = this.#tokenizer.joiner();
    let text = '';
    for (const token of tokens) {
      const piece = joiner.push(token);
      const blank = this.#blanks.get(token);
      text += blank !== undefined && text !== '' && !/^\s/u.test(piece) ? blank + piece : piece;
    }
    return text + joiner.end();
  }
}

/** A mark is written behind a blank where it is in so many of its places. */
const MOSTLY = 0.8;

/** Marks that these texts write behind a blank (`Ça va ?`), each after the blank that is usual: `" ?"`. */
export function spacedMarks(texts: Iterable<string>): string[] {
  const seen = new Map<string, Map<string, number>>();
  for (const text of texts) {
    for (const [, before, mark] of text.matchAll(/(^|\s|(?<=\S))([^\p{L}\p{M}\p{N}\s])/gu)) {
      const blanks = seen.get(mark) ?? new Map<string, number>();
      blanks.set(before, (blanks.get(before) ?? 0) + 1);
      seen.set(mark, blanks);
    }
  }
  const found: string[] = [];
  for (const [mark, blanks] of seen) {
    const all = [...blanks.values()].reduce((sum, count) => sum + count, 0);
    const behind = [...blanks].filter(([blank]) => blank !== '').sort((a, b) => b[1] - a[1]);
    const count = behind.reduce((sum, [, n]) => sum + n, 0);
    if (behind.length > 0 && count > MOSTLY * all) found.push(behind[0][0] + mark);
  }
  return found.sort();
}
