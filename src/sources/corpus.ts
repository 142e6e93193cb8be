// From DATA arguments and the options about text to a corpus, and to the text or bytes that a language model is measured on.
import { cleaned } from '../text/clean.js';
import { Corpus, type CorpusOptions, encodeBytesWith, encodeWith, type TextSettings } from '../text/corpus.js';
import { createTokenizer } from '../text/createTokenizer.js';
import { isWordKind, type TokenizerKind } from '../text/tokenizer.js';
import type { SourceContext } from './context.js';
import { unpackedParts } from './archive.js';
import { bytesOf, type InputData, type Part, readData } from './data.js';
import { VALIDATION } from './defaults.js';
import { type ProseOptions, ProseReader } from './prose.js';
import { type DataReport, PLAIN_READING, type Reading } from './reading.js';

export interface TextOptions extends ProseOptions {
  tokens: TokenizerKind;
  lowercase: boolean;
  lettersOnly: boolean;
  collapseWhitespace: boolean;
  minCount: number;
  /** The number of tokens to read, from the start; all by default. */
  maxTokens?: number;
  validation?: number;
}

export interface ReadCorpus {
  name: string;
  corpus: Corpus;
  /** The tokens of the part that a known data set has for the test. */
  test: Int32Array | null;
  reading: Reading;
  report: DataReport;
}

/**
 * Reads, cleans, cuts. A known data set with parts of its own is validated and tested with those.
 * @param stored how the training data of a model was read
 * Errors: those of reading and of `Corpus`.
 */
export async function readCorpus(
  context: SourceContext,
  args: readonly string[],
  options: TextOptions,
  stored: Reading | null = null,
): Promise<ReadCorpus> {
  const data = await readData(context, args);
  const { lowercase, lettersOnly, collapseWhitespace, minCount, maxTokens } = options;
  const own = options.validation === undefined && data.validation.length > 0;
  const settings: CorpusOptions = {
    // What was cut into words already is not to be cut again: `<unk>` and `N` stay what they are.
    tokens: options.tokens === 'word' && data.tokenized ? 'split' : options.tokens,
    lowercase,
    lettersOnly,
    collapseWhitespace,
    minCount,
    validation: own ? 0 : (options.validation ?? VALIDATION),
    name: data.name,
  };
  const isBytes = readsBytes(settings);
  const prose = new ProseReader(data, options, stored);
  const parts = isBytes ? data.parts : await unpackedParts(data.parts, 'texts');
  const makeCorpus = (): Corpus => {
    if (isBytes) return Corpus.fromBytes(bytesOf(data).subarray(0, maxTokens), settings);
    const text = prose.text(parts);
    return Corpus.fromText(maxTokens === undefined ? text : firstTokens(text, maxTokens, settings), settings);
  };
  const corpus = makeCorpus();
  const encode = (parts: Part[]): Int32Array =>
    isBytes
      ? encodeBytesWith(bytesOf({ parts }), data.name, settings, corpus.vocabulary)
      : encodeWith(prose.text(parts), settings, corpus.vocabulary);
  const whole = own ? corpus.withValidation(encode(data.validation)) : corpus;
  const test = data.test.length > 0 ? encode(data.test) : null;
  return { name: data.name, corpus: whole, test, ...reported({ parts }, prose, isBytes, stored) };
}

/**
 * What a language model is measured on, as its training data was read: a known data set's part for the test.
 * @param settings of the model's text
 * Errors: those of reading.
 * @returns text, or bytes as their own indices, so that such a model reads any file
 */
export async function readProse(
  context: SourceContext,
  args: readonly string[],
  { settings, ...options }: ProseOptions & { settings: TextSettings },
  stored: Reading | null = null,
): Promise<{ name: string; text: string | Int32Array; report: DataReport }> {
  const data = await readData(context, args);
  const isBytes = readsBytes(settings);
  const own = data.test.length > 0 ? data.test : data.parts;
  const parts = isBytes ? own : await unpackedParts(own, 'texts');
  const prose = new ProseReader(data, options, stored);
  const text = isBytes ? Int32Array.from(bytesOf({ parts })) : prose.text(parts);
  return { name: data.name, text, report: reported({ parts }, prose, isBytes, stored).report };
}

/** Bytes as they are: nothing is decoded or cleaned. */
function readsBytes({ tokens, lowercase, lettersOnly, collapseWhitespace }: TextSettings): boolean {
  return tokens === 'byte' && !lowercase && !lettersOnly && !collapseWhitespace;
}

function reported(
  { parts }: Pick<InputData, 'parts'>,
  prose: ProseReader,
  isBytes: boolean,
  stored: Reading | null,
): { reading: Reading; report: DataReport } {
  const bytes: Reading = { ...PLAIN_READING, kind: 'text', format: 'text', columns: {} };
  const reading = stored ?? (isBytes ? bytes : prose.reading());
  return { reading, report: prose.report.result({ columns: {}, format: reading.format, rows: parts.length }) };
}

/** The start of a text, cleaned, that has `count` tokens. */
function firstTokens(text: string, count: number, settings: CorpusOptions): string {
  const words = isWordKind(settings.tokens);
  const tokenizer = createTokenizer(settings.tokens ?? 'char');
  const kept: string[] = [];
  tokenizer.each(cleaned(text, { ...settings, lineSeparator: words ? ' ' : '' }), (token) => {
    if (kept.length < count) kept.push(token);
  });
  return tokenizer.join(kept);
}
