// Choosing a tokenizer by its name, as a model file or the command line gives it.
import { UnrolledError } from '../errors.js';
import { type Names, optionsOf, shownValue } from '../expect.js';
import { ByteTokenizer, CharTokenizer } from './characterTokenizers.js';
import { WhitespaceTokenizer, WordTokenizer } from './exactWords.js';
import { OldWordTokenizer, SplitTokenizer } from './lossyWords.js';
import { type Tokenizer, TOKENIZER_KINDS, type TokenizerKind } from './tokenizer.js';

/** What may be said of a tokenizer besides its kind. */
export interface TokenizerOptions {
  /** Tokens that only say where blanks stand are left out, for what writes no text; true: they are not. */
  layout?: boolean;
}

export const TOKENIZER_OPTIONS: Names<TokenizerOptions> = { layout: true };

const MAKE: { readonly [K in TokenizerKind]: (layout: boolean) => Tokenizer } = {
  char: () => new CharTokenizer(),
  byte: () => new ByteTokenizer(),
  word: (layout) => new WordTokenizer(layout),
  whitespace: (layout) => new WhitespaceTokenizer(layout),
  split: () => new SplitTokenizer(),
  'word-0.1': () => new OldWordTokenizer(),
};

/** Errors: OPTION for an unknown kind. */
export function createTokenizer(kind: TokenizerKind, options: TokenizerOptions = {}): Tokenizer {
  const { layout = true } = optionsOf(options, TOKENIZER_OPTIONS, 'createTokenizer');
  if (!TOKENIZER_KINDS.includes(kind)) {
    throw new UnrolledError(
      'OPTION',
      `expected tokens to be one of ${TOKENIZER_KINDS.join(', ')}, received ${shownValue(kind)}`,
      'use char for text, byte for any file, word for large texts, split for what is tokenized already',
    );
  }
  return MAKE[kind](layout);
}
