// The contract of a tokenizer: a text to its tokens and back, at once or piece by piece.

/**
 * `char`: Unicode code points; `byte`: of UTF-8; `word`: by Unicode's rules; `whitespace`: what stands between blanks. From these the very
 * text comes back. Two forget blanks: `split`, for texts that are tokenized already, such as the Penn Treebank, and `word-0.1`, the rule of
 * that version, for its models and for figures that depend on it.
 */
export const TOKENIZER_KINDS = ['char', 'byte', 'word', 'whitespace', 'split', 'word-0.1'] as const;
/** A name of `TOKENIZER_KINDS`. */
export type TokenizerKind = (typeof TOKENIZER_KINDS)[number];

/** What version 0.1 called some kinds in its files: the names are those of other rules now. */
const OLD_NAMES = new Map<unknown, TokenizerKind>([
  ['char', 'char'],
  ['byte', 'byte'],
  ['word', 'word-0.1'],
  ['whitespace', 'split'],
]);

/**
 * The kind that a model file names; undefined for an unknown name.
 * @param isOld of a file of version 0.1
 */
export function kindInFile(name: unknown, isOld: boolean): TokenizerKind | undefined {
  return isOld ? OLD_NAMES.get(name) : TOKENIZER_KINDS.find((kind) => kind === name);
}

/** Whether tokens are words of some kind: a vocabulary of many, and lines that must not run together. */
export function isWordKind(kind: TokenizerKind | undefined): boolean {
  return kind === 'word' || kind === 'whitespace' || kind === 'split' || kind === 'word-0.1';
}

/** Cuts text into tokens and puts tokens together again.. */
export interface Tokenizer {
  /** Its name in options and in files. */
  readonly kind: TokenizerKind;
  /** Calls `visit` with each token, without an array of them all. */
  each(text: string, visit: (token: string) => void): void;
  /** All tokens of a text, in order. */
  tokenize(text: string): string[];
  /** The text of the tokens: exactly the one that they came from, but for kinds that forget blanks. */
  join(tokens: readonly string[]): string;
  /** The same piece by piece, for text that is being generated. */
  joiner(): Joiner;
  /** Whether a token only says where blanks stand, or do not: nothing of what a text says is lost without it. */
  isLayout(token: string): boolean;
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
