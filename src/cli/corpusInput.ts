// From DATA arguments and the options about text to a corpus.
import { cleanText } from '../text/clean.js';
import { Corpus, type CorpusOptions } from '../text/corpus.js';
import { createTokenizer } from '../text/create-tokenizer.js';
import type { Context } from './command.js';
import { bytesOf, readData, textOf } from './input.js';
import { choice, flag, fraction, integer, type OptionValues, withDefault } from './options.js';

export const TEXT_OPTIONS = {
  tokens: withDefault(
    choice('--tokens <kind>', 'what a token is', ['char', 'byte', 'word', 'whitespace']),
    'char' as const,
  ),
  lowercase: flag('--lowercase', 'lower case only'),
  lettersOnly: flag('--letters-only', 'letters and single spaces only, in lower case'),
  collapseWhitespace: flag('--collapse-whitespace', 'each run of blanks and line breaks as one space'),
  minCount: withDefault(integer('--min-count <N>', 'leave out tokens that are seen less often'), 1),
  maxTokens: integer('--max-tokens <N>', 'only the first N tokens of the data', { min: 2 }),
  validation: withDefault(fraction('--validation <fraction>', 'the part at the end that is kept for validation'), 0.05),
} as const;

export type TextOptions = OptionValues<typeof TEXT_OPTIONS>;

/** Reads, cleans, cuts. Errors: those of reading and of `Corpus`. */
export async function readCorpus(
  { io, globals }: Context,
  args: readonly string[],
  options: TextOptions,
): Promise<{ name: string; corpus: Corpus }> {
  const data = await readData(io, args, globals.dataDir);
  const { tokens, lowercase, lettersOnly, collapseWhitespace, minCount, validation, maxTokens } = options;
  const settings: CorpusOptions = {
    tokens,
    lowercase,
    lettersOnly,
    collapseWhitespace,
    minCount,
    validation,
    name: data.name,
  };
  if (tokens === 'byte' && !lowercase && !lettersOnly && !collapseWhitespace) {
    return { name: data.name, corpus: Corpus.fromBytes(bytesOf(data).subarray(0, maxTokens), settings) };
  }
  const text = textOf(data);
  const used = maxTokens === undefined ? text : firstTokens(text, maxTokens, settings);
  return { name: data.name, corpus: Corpus.fromText(used, settings) };
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
