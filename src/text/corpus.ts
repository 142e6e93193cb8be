// Corpus: a text as token indices with its vocabulary and tokenizer, split into a training and a validation part.
import { UnrolledError } from '../errors.js';
import { type Bytes, bytesOf, expectNumbers, expectText, type Names, optionsOf, pick, shownValue } from '../expect.js';
import { CLEAN_OPTIONS, cleaned, type CleanOptions } from './clean.js';
import { createTokenizer, TOKENIZER_OPTIONS, type TokenizerOptions } from './createTokenizer.js';
import { decodeText } from './decode.js';
import { buildBytes, buildEncoding, type Encoded, encodeBytes, encodeText } from './encode.js';
import { isWordKind, type Tokenizer, type TokenizerKind } from './tokenizer.js';
import { type Vocabulary, VOCABULARY_OPTIONS, type VocabularyOptions } from './vocabulary.js';

/** How a text becomes a corpus: cleaning, tokens, vocabulary, the part for validation. */
export interface CorpusOptions extends CleanOptions, VocabularyOptions, TokenizerOptions {
  /** What a token is; `char` by default. */
  tokens?: TokenizerKind;
  /** The share of the tokens, taken from the end, that is kept for validation; 0 by default. */
  validation?: number;
  /** The one of a model that is trained further; built from the training part where nothing is said. Bytes have their own. */
  vocabulary?: Vocabulary;
  /** The text's name, for messages. */
  name?: string;
}

export const CORPUS_OPTIONS: Names<CorpusOptions> = {
  ...CLEAN_OPTIONS,
  ...VOCABULARY_OPTIONS,
  ...TOKENIZER_OPTIONS,
  ...{ tokens: true, validation: true, vocabulary: true, name: true },
};

/** What a model keeps of how its text was read, so that other text is read in the same way. Plain data. */
export type TextSettings = CleanOptions & Pick<CorpusOptions, 'tokens' | 'layout'>;

/** A text as token indices, with the vocabulary of its training part and the tokenizer that cut it. */
export class Corpus {
  /** All tokens in order: [tokens]. */
  readonly tokens: Int32Array;
  /** The first part, on which the vocabulary was built; a view of `tokens`. */
  readonly train: Int32Array;
  /** The last part, where symbols that the first part lacks are `<unk>`; a view of `tokens`, empty without a fraction. */
  readonly validation: Int32Array;
  /** Of the training part alone; what only the rest has is `<unk>`. */
  readonly vocabulary: Vocabulary;
  /** What cut the text, and writes tokens back. */
  readonly tokenizer: Tokenizer;

  private constructor(encoded: Encoded, tokenizer: Tokenizer, trainLength: number) {
    const { indices, vocabulary } = (encoded as Encoded | undefined) ?? {};
    if (indices === undefined || vocabulary === undefined) {
      throw new UnrolledError(
        'USAGE',
        `expected Corpus.fromText, received new Corpus(${shownValue(encoded)})`,
        "write Corpus.fromText('…'), or Corpus.fromBytes(…) of the bytes of a file",
      );
    }
    this.tokens = indices;
    this.train = indices.subarray(0, trainLength);
    this.validation = indices.subarray(trainLength);
    this.vocabulary = vocabulary;
    this.tokenizer = tokenizer;
  }

  /**
   * Cleans a text, cuts it into tokens and builds the vocabulary of the training part.
   * Errors: EMPTY where no token is left, TOO_SHORT for fewer than two in the training part, RANGE, OPTION.
   */
  static fromText(text: string, given: CorpusOptions = {}): Corpus {
    const options = optionsOf(given, CORPUS_OPTIONS, 'Corpus');
    expectText(text, 'a text', 'give a string; of the bytes of a file use Corpus.fromBytes');
    const tokenizer = tokenizerOf(options);
    const trainLength = trainLengthOf(options);
    const { vocabulary } = options;
    const prepared = prepareText(text, options);
    const encoded =
      vocabulary === undefined
        ? buildEncoding(prepared, tokenizer, trainLength, pick(options, VOCABULARY_OPTIONS))
        : { indices: encodeText(prepared, tokenizer, vocabulary), vocabulary };
    return Corpus.#checked(encoded, tokenizer, trainLength, options);
  }

  /**
   * The same from the bytes of a file. With `tokens: 'byte'` and no cleaning any file will do, else it must be UTF-8.
   * Errors: as `fromText`, and ENCODING.
   */
  static fromBytes(source: Bytes, given: CorpusOptions = {}): Corpus {
    const options = optionsOf(given, CORPUS_OPTIONS, 'Corpus');
    const bytes = bytesOf(source, 'the text', 'give a Uint8Array or an ArrayBuffer; of a string use Corpus.fromText');
    if (options.tokens !== 'byte' || cleans(options)) {
      return Corpus.fromText(decodeText(bytes, options.name ?? 'the text'), options);
    }
    const trainLength = trainLengthOf(options);
    return Corpus.#checked(buildBytes(bytes, trainLength), createTokenizer('byte'), trainLength, options);
  }

  /** The same with another validation part: [tokens] in this vocabulary. */
  withValidation(validation: Int32Array): Corpus {
    expectNumbers(validation, 'the validation part');
    const indices = new Int32Array(this.train.length + validation.length);
    indices.set(this.train);
    indices.set(validation, this.train.length);
    return new Corpus({ indices, vocabulary: this.vocabulary }, this.tokenizer, this.train.length);
  }

  static #checked(
    encoded: Encoded,
    tokenizer: Tokenizer,
    trainLength: (tokens: number) => number,
    options: CorpusOptions,
  ): Corpus {
    const length = encoded.indices.length;
    const name = options.name ?? 'the text';
    if (length === 0) {
      throw new UnrolledError('EMPTY', `expected text in ${name}, received none`, emptyHelp(options));
    }
    const train = trainLength(length);
    if (train < 2) {
      throw new UnrolledError(
        'TOO_SHORT',
        `expected two tokens or more to learn from in ${name}, received ${length}` +
          (train < length ? `, of which ${length - train} for validation` : ''),
        train < length ? 'give more text, or a smaller validation part' : 'give more text',
      );
    }
    return new Corpus(encoded, tokenizer, train);
  }
}

/** The tokenizer of some settings. Errors: OPTION. */
export function tokenizerOf({ tokens = 'char', layout }: Pick<TextSettings, 'tokens' | 'layout'>): Tokenizer {
  return createTokenizer(tokens, { layout });
}

/** How other text is encoded for a model: the same cleaning and tokenizer, the model's vocabulary. [tokens] */
export function encodeWith(text: string, settings: TextSettings, vocabulary: Vocabulary): Int32Array {
  return encodeText(prepareText(text, settings), tokenizerOf(settings), vocabulary);
}

/** The tokens of a text as they are written, cut as `encodeWith` cuts it. */
export function piecesOf(text: string, settings: TextSettings): string[] {
  expectText(text, 'a text');
  return tokenizerOf(settings).tokenize(prepareText(text, settings));
}

/** The same from the bytes of a file. Errors: ENCODING, unless tokens are bytes. */
export function encodeBytesWith(
  bytes: Uint8Array,
  name: string,
  settings: TextSettings,
  vocabulary: Vocabulary,
): Int32Array {
  if (settings.tokens === 'byte' && !cleans(settings)) return encodeBytes(bytes);
  return encodeWith(decodeText(bytes, name), settings, vocabulary);
}

/** Whether a cleaning is asked for that needs text; bytes are else taken as they are. */
function cleans(options: CleanOptions): boolean {
  return Boolean(options.lowercase || options.lettersOnly || options.collapseWhitespace);
}

/** Words at the ends of lines must not run together; characters are joined as in the book. */
function prepareText(text: string, options: CleanOptions & { tokens?: TokenizerKind }): string {
  const words = isWordKind(options.tokens);
  const exact = options.tokens === 'byte' && !cleans(options);
  if (exact) return text;
  return cleaned(text, { ...options, lineSeparator: options.lineSeparator ?? (words ? ' ' : '') });
}

/**
 * Where a sequence is cut, so that about the last `fraction` of it is the second part.
 * Errors: RANGE for a fraction outside 0 ≤ fraction < 1.
 */
export function splitPoint(length: number, fraction: number): number {
  if (!(fraction >= 0 && fraction < 1)) {
    throw new UnrolledError(
      'RANGE',
      `expected a validation fraction from 0 to less than 1, received ${shownValue(fraction)}`,
      'use 0.05 to keep the last 5 % for validation',
    );
  }
  return Math.floor(length * (1 - fraction));
}

function trainLengthOf(options: CorpusOptions): (tokens: number) => number {
  const fraction = options.validation ?? 0;
  splitPoint(0, fraction);
  return (tokens) => splitPoint(tokens, fraction);
}

function emptyHelp(options: CleanOptions): string {
  return options.lettersOnly
    ? 'lettersOnly left no letter: give another text, or leave it off'
    : 'give a file with text';
}
