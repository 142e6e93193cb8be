// A text to indices: with a vocabulary that exists, or building one on the way. Without a string for each token of a long
// text: characters go by their code points, words by a table of the different ones.
import type { Tokenizer } from './tokenizer.js';
import { Vocabulary, type VocabularyOptions } from './vocabulary.js';

/** The indices of a text in a vocabulary, `<unk>` for what it does not hold: [tokens]. */
export function encodeText(text: string, tokenizer: Tokenizer, vocabulary: Vocabulary): Int32Array {
  switch (tokenizer.kind) {
    case 'char':
      return vocabulary.encodeCharacters(text);
    case 'byte':
      return encodeBytes(new TextEncoder().encode(text));
    case 'word':
    case 'whitespace':
    case 'split':
    case 'word-0.1': {
      const { indices } = internTokens(text, tokenizer, (token) => vocabulary.index(token));
      return indices;
    }
    default:
      return tokenizer.kind satisfies never;
  }
}

/** A byte is its own index. */
export function encodeBytes(bytes: Uint8Array): Int32Array {
  return Int32Array.from(bytes);
}

export interface Encoded {
  /** All tokens: [tokens]. */
  indices: Int32Array;
  vocabulary: Vocabulary;
}

/**
 * Cuts a text into tokens and builds the vocabulary of the first ones.
 *
 * @param trainLength how many tokens of so many the vocabulary is built on; the rest may hold unknown ones
 */
export function buildEncoding(
  text: string,
  tokenizer: Tokenizer,
  trainLength: (tokens: number) => number,
  options: VocabularyOptions,
): Encoded {
  switch (tokenizer.kind) {
    case 'char':
      return buildCharacters(text, trainLength, options);
    case 'byte':
      return buildBytes(new TextEncoder().encode(text), trainLength);
    case 'word':
    case 'whitespace':
    case 'split':
    case 'word-0.1':
      return buildWords(text, tokenizer, trainLength, options);
    default:
      return tokenizer.kind satisfies never;
  }
}

/** The same for bytes, whose vocabulary is fixed. */
export function buildBytes(bytes: Uint8Array, trainLength: (tokens: number) => number): Encoded {
  const vocabulary = Vocabulary.ofBytes(bytes.subarray(0, trainLength(bytes.length)));
  return { indices: encodeBytes(bytes), vocabulary };
}

function buildCharacters(text: string, trainLength: (tokens: number) => number, options: VocabularyOptions): Encoded {
  let indices = new Int32Array(text.length);
  let length = 0;
  let last = 0;
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i) as number;
    if (codePoint > 0xffff) i++;
    if (codePoint > last) last = codePoint;
    indices[length++] = codePoint;
  }
  if (length < text.length) indices = indices.slice(0, length);
  const counts = new Float64Array(last + 1);
  const train = trainLength(length);
  for (let i = 0; i < train; i++) counts[indices[i]]++;
  const seen: [string, number][] = [];
  counts.forEach((count, codePoint) => {
    if (count > 0) seen.push([String.fromCodePoint(codePoint), count]);
  });
  const vocabulary = Vocabulary.fromCounts(seen, options);
  const table = new Int32Array(counts.length).fill(vocabulary.unknownIndex);
  for (const [character] of seen) table[character.codePointAt(0) as number] = vocabulary.index(character);
  for (let i = 0; i < length; i++) indices[i] = table[indices[i]];
  return { indices, vocabulary };
}

function buildWords(
  text: string,
  tokenizer: Tokenizer,
  trainLength: (tokens: number) => number,
  options: VocabularyOptions,
): Encoded {
  const { indices, words } = internTokens(text, tokenizer, (_, number) => number);
  const counts = new Float64Array(words.length);
  const train = trainLength(indices.length);
  for (let i = 0; i < train; i++) counts[indices[i]]++;
  const seen = words.map((word, number): [string, number] => [word, counts[number]]);
  const vocabulary = Vocabulary.fromCounts(
    seen.filter(([, count]) => count > 0),
    options,
  );
  const table = Int32Array.from(words, (word) => vocabulary.index(word));
  for (let i = 0; i < indices.length; i++) indices[i] = table[indices[i]];
  return { indices, vocabulary };
}

/** Gives each different token a number by `numberOf(token, how many there were before)`, asked once for each. */
function internTokens(
  text: string,
  tokenizer: Tokenizer,
  numberOf: (token: string, before: number) => number,
): { indices: Int32Array; words: string[] } {
  const numbers = new Map<string, number>();
  let indices = new Int32Array(1024);
  let length = 0;
  tokenizer.each(text, (token) => {
    let number = numbers.get(token);
    if (number === undefined) {
      number = numberOf(token, numbers.size);
      numbers.set(token, number);
    }
    if (length === indices.length) {
      const larger = new Int32Array(2 * length);
      larger.set(indices);
      indices = larger;
    }
    indices[length++] = number;
  });
  return { indices: indices.slice(0, length), words: [...numbers.keys()] };
}
