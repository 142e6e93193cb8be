// Text from anything that predicts the next token: the loop shared by neural and n-gram language models.
import { expectFunction, expectText, type Names, optionsOf } from '../../expect.js';
import { requireNumber } from '../../range.js';
import { type Corpus, encodeWith, type TextSettings } from '../../text/corpus.js';
import { createTokenizer } from '../../text/createTokenizer.js';
import { isWordKind, type Joiner } from '../../text/tokenizer.js';
import type { Vocabulary } from '../../text/vocabulary.js';
import { Philox } from '../../tensor/philox.js';
import { atOnce, inside, inTurn, type Reading } from '../../tensor/readAll.js';
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
  draw(numbers: Float32Array, spec: SampleSpec): Reading<ArrayLike<number>>;
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

/** The pieces of the generated text, without the prime. Errors: RANGE. */
export function* generatePieces(predictor: Predictor, text: ModelText, given?: GenerateOptions): Generator<string> {
  try {
    yield* continueAtOnce(afterPrime(predictor, text, given));
  } finally {
    predictor.close?.();
  }
}

/** Reads the prime; what follows it. Errors: RANGE. */
export function afterPrime(
  predictor: Predictor,
  text: ModelText,
  given: GenerateOptions | undefined,
  draws: DrawOptions = {},
): Continuation {
  const options = generateOptions(given, 'generate');
  return new Continuation(predictor, text, options, { ...readPrime(predictor, text, options), ...draws });
}

/** What stands before the first draw. */
export interface BeforeDraws {
  /** The last tokens that were read: the joiner knows from them whether a space comes next. */
  before: ArrayLike<number>;
  /** The text that was read ended with the blank before the next word. */
  afterBlank: boolean;
}

/** Reads the prime. Errors: RANGE. */
export function readPrime(predictor: Predictor, text: ModelText, options: GenerateOptions): BeforeDraws {
  const { prime = '' } = options;
  checkLength(options);
  const { read, hasBlank } = withoutLastBlank(prime, text);
  const primed = primeTokens(read, text);
  predictor.read(primed);
  return { before: prime === '' ? [] : primed, afterBlank: hasBlank };
}

/** The pieces of a continuation. */
export function* continueAtOnce(continuation: Continuation): Generator<string> {
  while (!continuation.isDone) yield* continuation.write(atOnce(continuation.draw()));
}

/** Milliseconds after which a stream lets others have their turn. */
const TURN = 10;

/** The same, on every backend and without holding up others. @param around runs what computes: in evaluation mode */
export async function* continueInTurn(
  continuation: Continuation,
  around: <T>(run: () => T) => T,
): AsyncGenerator<string> {
  let turn = performance.now();
  while (!continuation.isDone) {
    for (const piece of continuation.write(await inTurn(inside(around, continuation.draw())))) {
      yield piece;
      if (performance.now() - turn < TURN) continue;
      await new Promise((resolve) => setTimeout(resolve, 0));
      turn = performance.now();
    }
  }
}

/** How many tokens are drawn at once. */
export interface DrawOptions {
  /** The most tokens that are drawn ahead of what is written; 512. */
  most?: number;
  /** Draws as many as that from the start, for whoever waits for the whole text; else as many as take a fiftieth of a second. */
  ahead?: boolean;
}

/** Text that follows what was read: `draw` asks the predictor for tokens, `write` makes text of them; in turn, until it is done. */
export class Continuation {
  readonly #predictor: Predictor;
  readonly #vocabulary: Vocabulary;
  /** What its draws are limited to. */
  readonly spec: SampleSpec;
  readonly #length: number;
  readonly #most: number;
  readonly #ahead: boolean;
  readonly #stop: string;
  readonly #onToken: GenerateOptions['onToken'];
  readonly #joiner: Joiner;
  readonly #rng: Philox;
  /** How many tokens are drawn next, and were drawn so far. */
  #piece: number;
  #drawn = 0;
  /** Text that is not written yet. */
  #pending = '';
  /** The text that was read ended with the blank before the next word. */
  #afterBlank: boolean;
  #isDone = false;

  /** Errors: RANGE. */
  constructor(
    predictor: Predictor,
    { vocabulary, settings }: ModelText,
    options: GenerateOptions,
    { before, afterBlank, most = LONGEST_PIECE, ahead = false }: BeforeDraws & DrawOptions,
  ) {
    const { stop = '', seed = 0, onToken } = options;
    this.#predictor = predictor;
    this.#vocabulary = vocabulary;
    this.spec = sampleSpec(options, vocabulary.size, vocabulary.reserved);
    this.#length = checkLength(options);
    this.#most = most;
    this.#ahead = ahead;
    this.#stop = stop;
    this.#onToken = onToken;
    this.#joiner = createTokenizer(settings.tokens ?? 'char').joiner();
    this.#rng = new Philox(seed, GENERATION_STREAM);
    this.#piece = ahead ? most : Math.min(FIRST_PIECE, most);
    this.#afterBlank = afterBlank;
    for (const token of vocabulary.decode(Int32Array.from(before))) this.#joiner.push(token);
  }

  /** The length was reached, or the text before which to end. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The uniform numbers of the next draws; none where the length was reached. */
  numbers(): Float32Array {
    const count = Math.min(this.#piece, this.#length - this.#drawn);
    this.#drawn += count;
    return Float32Array.from({ length: count }, () => this.#rng.uniform());
  }

  /** The next tokens. */
  *draw(): Reading<ArrayLike<number>> {
    const numbers = this.numbers();
    const count = numbers.length;
    if (count === 0) return [];
    const start = performance.now();
    const tokens = yield* this.#predictor.draw(numbers, this.spec);
    if (!this.#ahead) {
      const seconds = Math.max((performance.now() - start) / 1000, 1e-6);
      const fitting = Math.floor((count * PIECE_SECONDS) / seconds);
      this.#piece = Math.max(1, Math.min(fitting, count * GROWTH, this.#most));
    }
    return tokens;
  }

  /** The pieces of text that these tokens make. What may be the beginning of the stop text waits. */
  *write(tokens: ArrayLike<number>): Generator<string> {
    for (const token of Array.from(tokens)) {
      this.#onToken?.(token);
      this.#pending += this.#joiner.push(this.#vocabulary.token(token));
      const at = this.#stop === '' ? -1 : this.#pending.indexOf(this.#stop);
      if (at >= 0) {
        this.#isDone = true;
        yield this.#take(at);
        return;
      }
      const sure = this.#pending.length - Math.max(0, this.#stop.length - 1);
      if (sure > 0) yield this.#take(sure);
    }
    if (this.#drawn < this.#length) return;
    this.#isDone = true;
    this.#pending += this.#joiner.end();
    if (this.#pending !== '') yield this.#take(this.#pending.length);
  }

  /** The first characters of what is pending. */
  #take(count: number): string {
    const piece = this.#pending.slice(0, count);
    this.#pending = this.#pending.slice(count);
    const isBlank = this.#afterBlank && piece.startsWith(' ');
    this.#afterBlank = false;
    return isBlank ? piece.slice(1) : piece;
  }
}

function checkLength({ length = 200 }: GenerateOptions): number {
  requireNumber('a number of tokens', length, { min: 0, whole: true }, 'give a whole number');
  return length;
}

/** Seconds that a batch of draws should take: short enough to stream to a reader, long enough to keep the loop in the kernel. */
const PIECE_SECONDS = 0.02;
const [FIRST_PIECE, LONGEST_PIECE, GROWTH] = [4, 512, 4];

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
