// Vocabulary: tokens and their indices, both ways. Reserved tokens come first, the others by falling frequency.
import { UnrolledError } from '../errors.js';
import { expectNumbers, expectText, expectTexts, type Names, optionsOf, refuse, shownValue } from '../expect.js';
import { requireNumber } from '../range.js';
import { BYTE_TOKENS } from './characterTokenizers.js';

/** Stands for every token that is not in the vocabulary; always index 0 if the vocabulary has it. */
export const UNKNOWN = '<unk>';
export const BEGIN = '<bos>';
export const END = '<eos>';

/** Which tokens a vocabulary keeps. */
export interface VocabularyOptions {
  /** Tokens seen less often are left out; 1 by default. */
  minCount?: number;
  /** The most entries, reserved ones included; no limit by default. The rarest are left out. */
  maxSize?: number;
  /** What stands after `<unk>`, in this order, whether seen or not: `['<pad>', '<bos>', '<eos>']`, for example. */
  reserved?: readonly string[];
}

export const VOCABULARY_OPTIONS: Names<VocabularyOptions> = { minCount: true, maxSize: true, reserved: true };

/** Plain data, as it stands in a model file. */
export interface VocabularyData {
  /** By index. */
  tokens: string[];
  /** How often each token was seen. */
  counts: number[];
  /** How many of the first tokens are reserved, `<unk>` included. */
  reserved: number;
}

/** Tokens and their indices, both ways: V different tokens, reserved ones first, the others by falling frequency. */
export class Vocabulary {
  /** How often each token was seen when the vocabulary was built; for `<unk>`, all that were left out. */
  readonly counts: Float64Array;
  /** How many of the first tokens are reserved, `<unk>` included. */
  readonly reserved: number;
  readonly #tokens: readonly string[];
  readonly #indices: Map<string, number>;
  #byCodePoint: Int32Array | null = null;

  private constructor(tokens: readonly string[], counts: Float64Array, reserved: number) {
    this.#tokens = tokens;
    this.counts = counts;
    this.reserved = reserved;
    this.#indices = new Map(tokens.map((token, index) => [token, index]));
  }

  /** Counts the tokens. Errors: as `fromCounts`. */
  static fromTokens(tokens: Iterable<string>, options: VocabularyOptions = {}): Vocabulary {
    if (typeof tokens === 'string' || !isIterable(tokens)) {
      refuse('tokens as an array of strings', tokens, 'cut the text first, as createTokenizer(…).tokenize(text) does');
    }
    const counts = new Map<string, number>();
    for (const token of tokens) {
      if (typeof token !== 'string') expectText(token, 'each token', 'cut the text into strings');
      counts.set(token, (counts.get(token) ?? 0) + 1);
    }
    return Vocabulary.fromCounts(counts, options);
  }

  /**
   * Falling frequency; equal ones in the order of their code points, so that the same text gives the same indices everywhere.
   * Errors: RANGE for a `minCount` below 0 or a `maxSize` without room for the reserved tokens, OPTION for a reserved token
   * named twice.
   */
  static fromCounts(counts: Iterable<readonly [string, number]>, options: VocabularyOptions = {}): Vocabulary {
    const own = optionsOf(options, VOCABULARY_OPTIONS, 'Vocabulary');
    const { minCount = 1, maxSize = Infinity, reserved: named = [] } = own;
    expectTexts(named, 'reserved', "name tokens, as ['<pad>']");
    const reserved = [UNKNOWN, ...named];
    checkOptions(reserved, minCount, maxSize);
    if (!isIterable(counts)) refuse('counts of tokens', counts, 'give a Map, or pairs [token, count]');
    const reservedCounts = new Map(reserved.map((token) => [token, 0]));
    const kept: (readonly [string, number])[] = [];
    let unknown = 0;
    for (const entry of counts) {
      const [token, count] = Array.isArray(entry) ? entry : [];
      if (typeof token !== 'string' || typeof count !== 'number')
        refuse('a token and its count', entry, 'give a Map, or pairs [token, count]');
      if (reservedCounts.has(token)) reservedCounts.set(token, count);
      else if (count >= minCount) kept.push(entry);
      else unknown += count;
    }
    kept.sort((a, b) => b[1] - a[1] || compareCodePoints(a[0], b[0]));
    for (const [, count] of kept.splice(Math.min(kept.length, maxSize - reserved.length))) unknown += count;
    reservedCounts.set(UNKNOWN, (reservedCounts.get(UNKNOWN) ?? 0) + unknown);
    const entries = [...reservedCounts, ...kept];
    return new Vocabulary(
      entries.map(([token]) => token),
      Float64Array.from(entries, ([, count]) => count),
      reserved.length,
    );
  }

  /** The 256 bytes, each at its own value; no byte is unknown, so there is no `<unk>`. `bytes` is what is counted. */
  static ofBytes(bytes: ArrayLike<number> = []): Vocabulary {
    const counts = new Float64Array(256);
    expectNumbers(bytes, 'bytes');
    for (let i = 0; i < bytes.length; i++) counts[bytes[i]]++;
    return new Vocabulary(BYTE_TOKENS, counts, 0);
  }

  /** Errors: FORMAT for what `toJSON` cannot have written. */
  static fromJSON(data: unknown): Vocabulary {
    const { tokens, counts, reserved } = checkData(data);
    return new Vocabulary(tokens, Float64Array.from(counts), reserved);
  }

  /** Plain data, which `fromJSON` reads. */
  toJSON(): VocabularyData {
    return { tokens: [...this.#tokens], counts: [...this.counts], reserved: this.reserved };
  }

  /** V: how many tokens there are, reserved ones included. */
  get size(): number {
    return this.#tokens.length;
  }

  /** The index of `<unk>`, or −1 where no token can be unknown. */
  get unknownIndex(): number {
    return this.#tokens[0] === UNKNOWN ? 0 : -1;
  }

  /** Whether a token has an index of its own, and is not `<unk>`. */
  has(token: string): boolean {
    return this.#indices.has(token);
  }

  /** The token's index; that of `<unk>` for one not known. Errors: NOT_FOUND where there is no `<unk>`. */
  index(token: string): number {
    const index = this.#indices.get(token) ?? this.unknownIndex;
    if (index < 0) {
      throw new UnrolledError(
        'NOT_FOUND',
        `expected a token of the vocabulary, received ${shownValue(token)}`,
        'this vocabulary has no <unk>: encode with the tokenizer it was made for',
      );
    }
    return index;
  }

  /** Errors: RANGE. */
  token(index: number): string {
    const token = this.#tokens[index];
    if (token === undefined) {
      throw new UnrolledError(
        'RANGE',
        `expected an index from 0 to ${this.size - 1}, received ${shownValue(index)}`,
        'the tokens were encoded with another vocabulary',
      );
    }
    return token;
  }

  /** The index of each token: [tokens]. Errors: NOT_FOUND where one is not known and there is no `<unk>`. */
  encode(tokens: readonly string[]): Int32Array {
    expectTexts(tokens, 'tokens', 'cut the text first, as createTokenizer(…).tokenize(text) does');
    return Int32Array.from(tokens, (token) => this.index(token));
  }

  /** The token of each index. Errors: RANGE for an index of no token. */
  decode(indices: ArrayLike<number>): string[] {
    expectNumbers(indices, 'indices');
    return Array.from(indices, (index) => this.token(index));
  }

  /** Encodes the characters of a text without making a string of each: `encode(Array.from(text))`, only faster. */
  encodeCharacters(text: string): Int32Array {
    expectText(text, 'the text');
    const table = (this.#byCodePoint ??= this.#codePointTable());
    const result = new Int32Array(text.length);
    let length = 0;
    for (let i = 0; i < text.length; i++) {
      const codePoint = text.codePointAt(i) as number;
      if (codePoint > 0xffff) i++;
      const index = codePoint < table.length ? table[codePoint] : this.unknownIndex;
      result[length++] = index < 0 ? this.index(String.fromCodePoint(codePoint)) : index;
    }
    return length === text.length ? result : result.slice(0, length);
  }

  #codePointTable(): Int32Array {
    const characters: [number, number][] = [];
    this.#tokens.forEach((token, index) => {
      const codePoint = token.codePointAt(0) as number;
      if (token.length === (codePoint > 0xffff ? 2 : 1)) characters.push([codePoint, index]);
    });
    const last = characters.reduce((most, [codePoint]) => Math.max(most, codePoint), -1);
    const table = new Int32Array(last + 1).fill(this.unknownIndex);
    for (const [codePoint, index] of characters) table[codePoint] = index;
    return table;
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function checkOptions(reserved: readonly string[], minCount: number, maxSize: number): void {
  requireNumber('minCount', minCount, { min: 0 }, 'use 1 to keep all tokens');
  if (!(maxSize >= reserved.length)) {
    throw new UnrolledError(
      'RANGE',
      `expected maxSize of at least ${reserved.length} (the reserved tokens), received ${shownValue(maxSize)}`,
      'give a larger vocabulary',
    );
  }
  if (new Set(reserved).size !== reserved.length || reserved.includes('')) {
    throw new UnrolledError(
      'OPTION',
      `expected different reserved tokens besides ${UNKNOWN}, received ${reserved.slice(1).join(', ')}`,
      `name each once, and leave out ${UNKNOWN}`,
    );
  }
}

/** By code points, not by UTF-16 units, which put 𠮷 before ｱ. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return (a.codePointAt(i) as number) - (b.codePointAt(i) as number);
  }
  return a.length - b.length;
}

function checkData(data: unknown): VocabularyData {
  const fail = (expected: string): never => {
    throw new UnrolledError(
      'FORMAT',
      `expected a vocabulary with ${expected}`,
      'the file is damaged or was written by another program',
    );
  };
  if (typeof data !== 'object' || data === null) return fail('tokens, counts and reserved');
  const { tokens, counts, reserved } = data as Partial<Record<keyof VocabularyData, unknown>>;
  if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === 'string' && token !== '')) {
    return fail('a list of non-empty tokens');
  }
  if (tokens.length === 0 || new Set(tokens).size !== tokens.length) return fail('one or more tokens, each once');
  if (!Array.isArray(counts) || counts.length !== tokens.length) return fail('a count for each token');
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) return fail('whole counts of 0 or more');
  if (typeof reserved !== 'number' || !Number.isInteger(reserved) || reserved < 0 || reserved > tokens.length) {
    return fail('a number of reserved tokens');
  }
  if (reserved > 0 && tokens[0] !== UNKNOWN) return fail(`${UNKNOWN} as the first of the reserved tokens`);
  return { tokens, counts, reserved };
}
