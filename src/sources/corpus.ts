// From DATA arguments and the options about text to a corpus.
import { cleanText } from '../text/clean.js';
import { Corpus, type CorpusOptions, encodeBytesWith, encodeWith } from '../text/corpus.js';
import { createTokenizer } from '../text/createTokenizer.js';
import type { TokenizerKind } from '../text/tokenizer.js';
import type { SourceContext } from './context.js';
import { bytesOf, type Part, readData, textOf } from './data.js';

/** The part for validation where nothing is said and the data have none of their own. */
export const VALIDATION = 0.05;

export interface TextOptions {
  tokens: TokenizerKind;
  lowercase: boolean;
  lettersOnly: boolean;
  collapseWhitespace: boolean;
  minCount: number;
  /** Only the first so many tokens. */
  maxTokens?: number;
  validation?: number;
}

/**
 * Reads, cleans, cuts. A known data set with parts of its own is validated and tested with those.
 * Errors: those of reading and of `Corpus`.
 */
export async function readCorpus(
  context: SourceContext,
  args: readonly string[],
  options: TextOptions,
): Promise<{ name: string; corpus: Corpus; test: Int32Array | null }> {
  const data = await readData(context, args);
  const { lowercase, lettersOnly, collapseWhitespace, minCount, maxTokens } = options;
  const own = options.validation === undefined && data.validation.length > 0;
  const settings: CorpusOptions = {
    // What was cut into words already is not to be cut again: `<unk>` and `N` stay what they are.
    tokens: options.tokens === 'word' && data.tokenized ? 'whitespace' : options.tokens,
    lowercase,
    lettersOnly,
    collapseWhitespace,
    minCount,
    validation: own ? 0 : (options.validation ?? VALIDATION),
    name: data.name,
  };
  const bytes = settings.tokens === 'byte' && !lowercase && !lettersOnly && !collapseWhitespace;
  const makeCorpus = (): Corpus => {
    if (bytes) return Corpus.fromBytes(bytesOf(data).subarray(0, maxTokens), settings);
    const text = textOf(data);
    return Corpus.fromText(maxTokens === undefined ? text : firstTokens(text, maxTokens, settings), settings);
  };
  const corpus = makeCorpus();
  const encode = (parts: Part[]): Int32Array =>
    bytes
      ? encodeBytesWith(bytesOf({ parts }), data.name, settings, corpus.vocabulary)
      : encodeWith(textOf({ parts }), settings, corpus.vocabulary);
  return {
    name: data.name,
    corpus: own ? corpus.withValidation(encode(data.validation)) : corpus,
    test: data.test.length > 0 ? encode(data.test) : null,
  };
}

/** The start of a text, cleaned, that has `count` tokens. */
function firstTokens(text: string, count: number, settings: CorpusOptions): string {
  const words = settings.tokens === 'word' || settings.tokens === 'whitespace';
  const tokenizer = createTokenizer(settings.tokens ?? 'char');
  const kept: string[] = [];
  tokenizer.each(cleanText(text, { ...settings, lineSeparator: words ? ' ' : '' }), (token) => {
    if (kept.length < count) kept.push(token);
  });
  return tokenizer.join(kept);
}
