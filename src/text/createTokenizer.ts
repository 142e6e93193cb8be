// Choosing a tokenizer by its name, as a model file or the command line gives it.
import { UnrolledError } from '../errors.js';
import { ByteTokenizer, CharTokenizer } from './characterTokenizers.js';
import { type Tokenizer, TOKENIZER_KINDS, type TokenizerKind } from './tokenizer.js';
import { WhitespaceTokenizer, WordTokenizer } from './wordTokenizers.js';

const MAKE: { readonly [K in TokenizerKind]: () => Tokenizer } = {
  char: () => new CharTokenizer(),
  byte: () => new ByteTokenizer(),
  word: () => new WordTokenizer(),
  whitespace: () => new WhitespaceTokenizer(),
};

/** Errors: OPTION for an unknown kind. */
export function createTokenizer(kind: TokenizerKind): Tokenizer {
  if (!TOKENIZER_KINDS.includes(kind)) {
    throw new UnrolledError(
      'OPTION',
      `expected tokens to be one of ${TOKENIZER_KINDS.join(', ')}, received ${String(kind)}`,
      'use char for text, byte for any file, word for large texts',
    );
  }
  return MAKE[kind]();
}
