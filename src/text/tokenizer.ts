// The contract of a tokenizer: a text to its tokens and back, at once or piece by piece.

/** `whitespace` is for texts that are tokenized already, such as the Penn Treebank: words are what stands between spaces. */
export type TokenizerKind = 'char' | 'byte' | 'word' | 'whitespace';

/** All kinds of tokenizers, for menus and checks. */
export const TOKENIZER_KINDS: readonly TokenizerKind[] = ['char', 'byte', 'word', 'whitespace'];

/** A text to its tokens and back. Made by `createTokenizer`. */
export interface Tokenizer {
  /** What a token is. */
  readonly kind: TokenizerKind;
  /** Calls `visit` with each token, without an array of them all. */
  each(text: string, visit: (token: string) => void): void;
  /** The tokens of a text, in order; none for an empty text. */
  tokenize(text: string): string[];
  /** The text of the tokens. For `char` and `byte` exactly the text they came from, for words one that reads like it. */
  join(tokens: readonly string[]): string;
  /** The same piece by piece, for text that is being generated. */
  joiner(): Joiner;
}

/** Joins tokens one at a time. The pieces, put together, are what `join` gives. */
export interface Joiner {
  /** The text that is certain now; empty while a character lacks bytes. */
  push(token: string): string;
  /** What is left at the end. */
  end(): string;
}

/** `join` by means of a joiner. */
export function joinAll(tokens: readonly string[], joiner: Joiner): string {
  let text = '';
  for (const token of tokens) text += joiner.push(token);
  return text + joiner.end();
}

/** `tokenize` by means of `each`. */
export function collectTokens(tokenizer: Pick<Tokenizer, 'each'>, text: string): string[] {
  const tokens: string[] = [];
  tokenizer.each(text, (token) => tokens.push(token));
  return tokens;
}
