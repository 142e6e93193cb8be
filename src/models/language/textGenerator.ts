// Text from anything that predicts the next token: the loop shared by neural and n-gram language models.
import { expectFunction, expectText, type Names, optionsOf } from '../../expect.js';
import { requireNumber } from '../../range.js';
import { type Corpus, encodeWith, type TextSettings } from '../../text/corpus.js';
import { createTokenizer } from '../../text/createTokenizer.js';
import { isWordKind } from '../../text/tokenizer.js';
import type { Vocabulary } from '../../text/vocabulary.js';
import { Philox } from '../../tensor/philox.js';
import type { SampleSpec } from '../../backend/contract.js';
import type { ModelText } from '../modelFile.js';
import { sampleSpec, type SamplingOptions } from './sampling.js';

/** What to write, and when to stop: `length` tokens, or as many as come before `stop`. */
export interface GenerateOptions extends SamplingOptions {
  /** The text that the model reads first. */
  prime?: string;
  /** Tokens to generate; 200 by default. */
  length?: number;
  /** Of the draws: the same seed and prime give the same text; 0. */
  seed?: number;
  /** Ends before this text appears. */
  stop?: string;
  /** Called for each token that is generated, those of the stop text among them: pieces of text need not be tokens. */
  onToken?: (token: number) => void;
}

const NAMES: Names<GenerateOptions> = {
  ...{ temperature: true, topK: true, topP: true, prime: true, length: true, seed: true, stop: true, onToken: true },
};

/** Options by known names and of the right kinds. Errors: OPTION. @param of whose: `generate` */
export function generateOptions(given: GenerateOptions | undefined, of: string): GenerateOptions {
  const options = optionsOf(given, NAMES, of);
  const { prime, stop, onToken, seed } = options;
  if (prime !== undefined) expectText(prime, 'a prime', 'give the text that is to be continued');
  if (stop !== undefined) expectText(stop, 'a stop', 'give the text before which to end');
  if (onToken !== undefined) expectFunction(onToken, 'onToken', 'it is called for each token');
  if (seed !== undefined) requireNumber('a seed', seed, { whole: true }, 'use 0, 1, 2 …');
  return options;
}

/** Predicts one token after another. */
export interface Predictor {
  /** Reads tokens; what is drawn next follows them. At least one token is read before the first draw. */
  read(tokens: Int32Array): void;
  /** The next tokens, one for each of these uniform numbers; each is read before the one after it is drawn. */
  draw(numbers: Float32Array, spec: SampleSpec): ArrayLike<number>;
  close?(): void;
}

/** The tokens that are read before the first draw: those of the prime, or a start token if it is empty. Never empty. */
export function primeTokens(prime: string, { settings, vocabulary }: ModelText): Int32Array {
  const primed = prime === '' ? new Int32Array(0) : encodeWith(prime, settings, vocabulary);
  return primed.length > 0 ? primed : startTokens(vocabulary);
}

/** Between words, the blank at the end of a text is the one before the next word, and no token of its own. */
export function withoutLastBlank(text: string, { settings }: ModelText): { read: string; hasBlank: boolean } {
  const hasBlank = isWordKind(settings.tokens) && /[^ ] $/.test(text);
  return { read: hasBlank ? text.slice(0, -1) : text, hasBlank };
}

/** What follows a text that ends with a blank. */
export function* withoutFirstBlank(pieces: Iterable<string>): Generator<string> {
  let isFirst = true;
  for (const piece of pieces) {
    yield isFirst && piece.startsWith(' ') ? piece.slice(1) : piece;
    isFirst = false;
  }
}

/** The pieces of the generated text, without the prime. Errors: RANGE. */
export function* generatePieces(predictor: Predictor, text: ModelText, given?: GenerateOptions): Generator<string> {
  const options = generateOptions(given, 'generate');
  const { prime = '' } = options;
  try {
    checkLength(options);
    const { read, hasBlank } = withoutLastBlank(prime, text);
    const primed = primeTokens(read, text);
    predictor.read(primed);
    const pieces = continuePieces(predictor, text, options, prime === '' ? [] : primed);
    yield* hasBlank ? withoutFirstBlank(pieces) : pieces;
  } finally {
    predictor.close?.();
  }
}

/**
 * The pieces of the text that follows what was read.
 * @param before the last tokens that were read: the joiner knows from them whether a space comes next
 * @param most the most tokens that are drawn ahead of what is yielded
 * Errors: RANGE.
 */
export function* continuePieces(
  predictor: Predictor,
  text: ModelText,
  options: GenerateOptions,
  before: ArrayLike<number>,
  most = LONGEST_PIECE,
): Generator<string> {
  const { vocabulary, settings } = text;
  const spec = sampleSpec(options, vocabulary.size, vocabulary.reserved);
  const { stop, seed = 0, onToken } = options;
  const length = checkLength(options);
  const joiner = createTokenizer(settings.tokens ?? 'char').joiner();
  const rng = new Philox(seed, GENERATION_STREAM);
  for (const token of vocabulary.decode(Int32Array.from(before))) joiner.push(token);
  let pending = '';
  for (const token of draws(predictor, spec, { length, most, rng })) {
    onToken?.(token);
    pending += joiner.push(vocabulary.token(token));
    if (stop !== undefined && stop !== '') {
      const at = pending.indexOf(stop);
      if (at >= 0) {
        yield pending.slice(0, at);
        return;
      }
      // What may be the beginning of the stop text waits.
      const sure = pending.length - stop.length + 1;
      if (sure > 0) {
        yield pending.slice(0, sure);
        pending = pending.slice(sure);
      }
    } else if (pending !== '') {
      yield pending;
      pending = '';
    }
  }
  pending += joiner.end();
  if (pending !== '') yield pending;
}

function checkLength({ length = 200 }: GenerateOptions): number {
  requireNumber('a number of tokens', length, { min: 0, whole: true }, 'give a whole number');
  return length;
}

/** Seconds that a batch of draws should take: short enough to stream to a reader, long enough to keep the loop in the kernel. */
const PIECE_SECONDS = 0.02;
const [FIRST_PIECE, LONGEST_PIECE, GROWTH] = [4, 512, 4];

function* draws(
  predictor: Predictor,
  spec: SampleSpec,
  { length, most, rng }: { length: number; most: number; rng: Philox },
): Generator<number> {
  let piece = Math.min(FIRST_PIECE, most);
  for (let done = 0; done < length;) {
    const count = Math.min(piece, length - done);
    const start = performance.now();
    yield* Array.from(
      predictor.draw(
        Float32Array.from({ length: count }, () => rng.uniform()),
        spec,
      ),
    );
    const seconds = Math.max((performance.now() - start) / 1000, 1e-6);
    const fitting = Math.floor((count * PIECE_SECONDS) / seconds);
    piece = Math.max(1, Math.min(fitting, count * GROWTH, most));
    done += count;
  }
}

/** Keeps generation apart from other draws of the same seed. */
const GENERATION_STREAM = 0x67656e;

/** The start token of an empty prime: a line break if the vocabulary has one, else the most frequent token. */
function startTokens(vocabulary: Vocabulary): Int32Array {
  const start = vocabulary.has('\n') ? vocabulary.index('\n') : Math.min(vocabulary.reserved, vocabulary.size - 1);
  return Int32Array.of(start);
}

/** How a corpus was read, for the model that is trained on it: only what reading needs. */
export function textOf(
  corpus: Corpus,
  { lowercase, lettersOnly, collapseWhitespace, lineSeparator }: TextSettings,
): ModelText {
  const settings = { tokens: corpus.tokenizer.kind, lowercase, lettersOnly, collapseWhitespace, lineSeparator };
  return { settings, vocabulary: corpus.vocabulary };
}
