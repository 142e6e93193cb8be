// Sentences as a tagger reads them: an index for each word, and the characters of each distinct form, so that a minibatch
// computes a form once, however often it stands there.
import { padded } from '../../data/lengthBatches.js';
import type { Philox } from '../../tensor/philox.js';
import { Vocabulary, type VocabularyOptions } from '../../text/vocabulary.js';
import { FEATURES_OF_A_WORD, featuresOf, featureVocabulary } from './wordFeatures.js';

/** How a tagger looks words up. */
export interface WordSettings {
  /** Words are looked up in lower case; their characters stay as they are. */
  lowercase: boolean;
  /** Words are looked up with every digit as 0. */
  zeroDigits: boolean;
}

/** Sentences as indices. */
export interface EncodedWords {
  /** For each sentence, the index of each word in the vocabulary. */
  words: Int32Array[];
  /** For each sentence, the place of each word's form in `characters`. */
  forms: Int32Array[];
  /** The characters of each distinct form, as indices. */
  characters: Int32Array[];
  /** The prefixes, suffixes and shape of each distinct form; empty where the tagger has no features. */
  features: Int32Array[];
}

/** A minibatch, padded: T steps, N sentences, M distinct forms of at most C characters. */
export interface WordBatch {
  numSteps: number;
  /** [N] */
  lengths: Int32Array;
  /** [T · N], by time */
  words: Int32Array;
  /** [T · N]: 0 to M − 1 */
  forms: Int32Array;
  /** data [C · M] by place in the word, lengths [M] */
  characters: ReturnType<typeof padded>;
  /** [M · features of a word]; 0 where a form has none */
  features: Int32Array;
}

/** Which words are taken for unknown ones. */
export interface Forgetting {
  random: Philox;
  /** The probability of a word that occurs once. */
  once: number;
  /** That of one that occurs n times, times n. */
  often: number;
}

export class TaggerWords {
  readonly settings: WordSettings;
  readonly words: Vocabulary;
  readonly characters: Vocabulary;
  /** Prefixes, suffixes and shapes; null for none. */
  readonly features: Vocabulary | null;

  constructor(settings: WordSettings, words: Vocabulary, characters: Vocabulary, features: Vocabulary | null) {
    this.settings = settings;
    this.words = words;
    this.characters = characters;
    this.features = features;
  }

  /** Counts words, characters and features. Characters seen once are `<unk>`, so that what stands for new ones is learned. */
  static fromSentences(
    sentences: Iterable<readonly string[]>,
    settings: WordSettings,
    { minCount, maxSize, features }: Pick<VocabularyOptions, 'minCount' | 'maxSize'> & { features: boolean },
  ): TaggerWords {
    const words = new Map<string, number>();
    const characters = new Map<string, number>();
    const forms = new Set<string>();
    const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const sentence of sentences) {
      for (const token of sentence) {
        for (const character of token) count(characters, character);
        if (token === '') continue;
        forms.add(token);
        count(words, lookedUp(token, settings));
      }
    }
    const pairs = Array.from(forms, (token) => [token, lookedUp(token, settings)] as const);
    return new TaggerWords(
      settings,
      Vocabulary.fromCounts(words, { minCount, maxSize }),
      Vocabulary.fromCounts(characters, { minCount: 2 }),
      features ? featureVocabulary(pairs) : null,
    );
  }

  encode(sentences: readonly (readonly string[])[]): EncodedWords {
    const forms = new Map<string, { form: number; word: number }>();
    const characters: Int32Array[] = [];
    const features: Int32Array[] = [];
    const known = sentences.map((sentence) =>
      sentence.map((token) => {
        let found = forms.get(token);
        if (found === undefined) {
          const word = lookedUp(token, this.settings);
          found = { form: characters.length, word: this.words.index(word) };
          forms.set(token, found);
          characters.push(this.characters.encodeCharacters(token));
          features.push(this.#features(token, word));
        }
        return found;
      }),
    );
    return {
      words: known.map((sentence) => Int32Array.from(sentence, ({ word }) => word)),
      forms: known.map((sentence) => Int32Array.from(sentence, ({ form }) => form)),
      characters,
      features,
    };
  }

  #features(token: string, word: string): Int32Array {
    const { features } = this;
    return features === null
      ? new Int32Array(0)
      : Int32Array.from(featuresOf(token, word), (one) => features.index(one));
  }

  /**
   * Puts rows side by side.
   * @param forgetting draws which words are `<unk>`; none where missing
   */
  batch(encoded: EncodedWords, rows: Int32Array, forgetting?: Forgetting): WordBatch {
    const picked = Array.from(rows, (row) => encoded.words[row]);
    const words = forgetting === undefined ? picked : picked.map((sentence) => this.#forgetful(sentence, forgetting));
    const { data, lengths, numSteps } = padded(words, this.words.unknownIndex);
    const places = new Map<number, number>();
    const forms = Array.from(rows, (row) =>
      encoded.forms[row].map((form) => {
        const place = places.get(form) ?? places.size;
        places.set(form, place);
        return place;
      }),
    );
    const characters = Array.from(places.keys(), (form) => encoded.characters[form]);
    // A minibatch without words has a form without characters, for the padding to point to.
    if (characters.length === 0) characters.push(new Int32Array(0));
    const size = this.features === null ? 0 : FEATURES_OF_A_WORD;
    const features = new Int32Array(size * characters.length);
    for (const [form, place] of places) features.set(encoded.features[form], size * place);
    return { numSteps, lengths, words: data, forms: padded(forms).data, characters: padded(characters), features };
  }

  #forgetful(sentence: Int32Array, { random, once, often }: Forgetting): Int32Array {
    const { counts, unknownIndex } = this.words;
    return sentence.map((word) => {
      const rate = counts[word] === 1 ? once : often / counts[word];
      return word !== unknownIndex && rate > 0 && random.uniform() < rate ? unknownIndex : word;
    });
  }
}

/** The word that stands in the vocabulary for this one. */
function lookedUp(token: string, { lowercase, zeroDigits }: WordSettings): string {
  const word = lowercase ? token.toLowerCase() : token;
  return zeroDigits ? word.replace(/\p{Nd}/gu, '0') : word;
}
