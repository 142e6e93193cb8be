// The baseline of tagging: each word gets the tag that it had most often, a new word the most frequent tag of all.
import { UnrolledError } from '../../errors.js';
import { expectList, expectTexts } from '../../expect.js';
import { type TagScores, tagScores } from '../../metrics/tagScores.js';
import type { TaggedSentence } from '../tagger/options.js';
import { expectTagged } from '../tagger/tokenTagger.js';

/** The baseline of tagging: each word gets the tag that it had most often, an unknown word the most frequent tag of all. */
export class MostFrequentTag {
  readonly #tagOf: ReadonlyMap<string, string>;
  readonly #tags: readonly string[];
  readonly #fallback: string;

  private constructor(tagOf: ReadonlyMap<string, string>, tags: readonly string[], fallback: string) {
    this.#tagOf = tagOf;
    this.#tags = tags;
    this.#fallback = fallback;
  }

  /** Counts. Of tags that are equally frequent the one seen first wins. Errors: EMPTY without tokens. */
  static fit(sentences: readonly TaggedSentence[]): MostFrequentTag {
    expectTagged(sentences);
    const byWord = new Map<string, Map<string, number>>();
    const all = new Map<string, number>();
    for (const { tokens, tags } of sentences) {
      tokens.forEach((token, t) => {
        let counts = byWord.get(token);
        if (counts === undefined) byWord.set(token, (counts = new Map()));
        for (const list of [counts, all]) list.set(tags[t], (list.get(tags[t]) ?? 0) + 1);
      });
    }
    if (all.size === 0) throw new UnrolledError('EMPTY', 'expected tokens to count, received none', 'give data');
    const tagOf = new Map(Array.from(byWord, ([word, counts]) => [word, mostOf(counts)]));
    return new MostFrequentTag(tagOf, [...all.keys()], mostOf(all));
  }

  /** A tag for each token of each sentence. */
  predict(sentences: readonly (readonly string[])[]): string[][] {
    expectList(sentences, 'sentences', "give the tokens of each: [['the', 'cat']]");
    for (const tokens of sentences) expectTexts(tokens, 'the tokens of each sentence', "as in [['the', 'cat']]");
    return sentences.map((tokens) => tokens.map((token) => this.#tagOf.get(token) ?? this.#fallback));
  }

  /** Errors: EMPTY. */
  evaluate(sentences: readonly TaggedSentence[]): TagScores {
    expectTagged(sentences);
    const predicted = this.predict(sentences.map(({ tokens }) => tokens));
    return tagScores(
      sentences.map(({ tags }) => tags),
      predicted,
      this.#tags,
    );
  }
}

function mostOf(counts: ReadonlyMap<string, number>): string {
  return [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most))[0];
}
