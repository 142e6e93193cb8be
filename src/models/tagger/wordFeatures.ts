// What a word says of itself before it was ever seen: how it begins, how it ends, and its shape.
import { Vocabulary } from '../../text/vocabulary.js';

/** The longest prefix and suffix, in characters. */
const AFFIX = 4;

/** How many features a word has: a prefix and a suffix of each length, and the shape. */
export const FEATURES_OF_A_WORD = 2 * AFFIX + 1;

/** What fewer words of the training part have says little that holds for others, and is learned by heart. */
const MIN_WORDS = 10;

/**
 * The features of a word in their order; '' for an affix that is longer than the word.
 * @param token as it is written  @param word as it is looked up
 */
export function featuresOf(token: string, word: string): string[] {
  const characters = Array.from(word);
  const lengths = Array.from({ length: AFFIX }, (_, i) => i + 1);
  const affix = (kind: string, length: number, cut: string[]): string =>
    length > characters.length ? '' : `${kind} ${cut.join('')}`;
  return [
    ...lengths.map((length) => affix('prefix', length, characters.slice(0, length))),
    ...lengths.map((length) => affix('suffix', length, characters.slice(-length))),
    `shape ${shapeOf(token)}`,
  ];
}

/** `Xxx` for Anna, `XX` for NATO, `dd-dd` for 10-11: letters and digits as their kind, of a run the first two. */
export function shapeOf(token: string): string {
  return token.replace(/\p{Lu}+|[^\P{L}\p{Lu}]+|\p{Nd}+/gu, (run) => {
    const kind = /^\p{Lu}/u.test(run) ? 'X' : /^\p{Nd}/u.test(run) ? 'd' : 'x';
    return kind.repeat(Math.min(2, Array.from(run).length));
  });
}

/** Those of all words; what is left out of the vocabulary says nothing, as index 0. @param forms each word once, as written and as looked up */
export function featureVocabulary(forms: Iterable<readonly [token: string, word: string]>): Vocabulary {
  const counts = new Map<string, number>();
  for (const [token, word] of forms) {
    for (const feature of featuresOf(token, word)) {
      if (feature !== '') counts.set(feature, (counts.get(feature) ?? 0) + 1);
    }
  }
  return Vocabulary.fromCounts(counts, { minCount: MIN_WORDS });
}
