// A session of a language model: what it has read, kept. Tokens go in one by one or as text; probabilities and samples come out; the
// state can be taken out as a value, put back, copied and stored, so that a long prompt is read once.
import { UnrolledError } from '../../errors.js';
import { type Bytes, bytesOf, expectNumbers, expectObject, expectRows, expectText, isBytes } from '../../expect.js';
import { atOnce, inside, inTurn, type Reading, requireAnswers } from '../../tensor/readAll.js';
import { encodeWith } from '../../text/corpus.js';
import { isWordKind } from '../../text/tokenizer.js';
import { decodeState, encodeState, type StateValue } from '../carriedState.js';
import type { ModelText } from '../modelFile.js';
import type { PlacedPredictor } from './networkPredictor.js';
import {
  Continuation,
  continueAtOnce,
  continueInTurn,
  type DrawOptions,
  type GenerateOptions,
  generateOptions,
  primeTokens,
  withoutLastBlank,
} from './textGenerator.js';

/** Where a session stands: plain data, to be put back into a session of the same model. */
export interface SessionState {
  /** Of the recurrent layers, before the last token. */
  state: StateValue | null;
  /** The last tokens that were read or drawn; the network reads the last one next. */
  recent: readonly number[];
  /** Tokens that were read or drawn so far. */
  read: number;
  /** The text that was read ended with the blank before the next word. */
  afterBlank: boolean;
}

/** What the writing of a text may depend on: whether a space comes next, an open quotation, bytes of a character. */
const RECENT = 256;

/**
 * Made by `model.session()`. On a backend whose numbers must be waited for (webgpu), what answers at once is an error (UNSUPPORTED) that
 * names what waits.
 */
export class LanguageSession {
  readonly #makePredictor: () => PlacedPredictor;
  readonly #text: ModelText;
  readonly #evaluating: <R>(run: () => R) => R;
  readonly #predictor: PlacedPredictor;
  #recent: number[] = [];
  #read = 0;
  #afterBlank = false;

  /** @param evaluating runs with dropout off @internal */
  constructor(makePredictor: () => PlacedPredictor, text: ModelText, evaluating: <R>(run: () => R) => R) {
    this.#makePredictor = makePredictor;
    this.#text = text;
    this.#evaluating = evaluating;
    this.#predictor = makePredictor();
  }

  /** How many tokens were read or drawn. */
  get length(): number {
    return this.#read;
  }

  /** Reads a text, or tokens by their indices; what is predicted then follows them. Errors: RANGE for an index outside the vocabulary. */
  read(input: string | ArrayLike<number>): this {
    if (typeof input !== 'string')
      expectNumbers(input, 'a text or tokens', 'give a string, or the indices of its tokens');
    const { read, hasBlank } = typeof input === 'string' ? this.#following(input) : { read: input, hasBlank: false };
    const { settings, vocabulary } = this.#text;
    const tokens =
      typeof read === 'string' ? encodeWith(read, settings, vocabulary) : this.#checked(Int32Array.from(read));
    this.#afterBlank = hasBlank;
    this.#evaluating(() => {
      this.#predictor.read(tokens);
    });
    for (const token of tokens) this.#note(token);
    return this;
  }

  /**
   * The probability of each token of the vocabulary to come next [V]; they sum to 1. At the beginning those after a line break, or
   * after the most frequent token, as `generate` begins.
   */
  probabilities(): Float64Array {
    requireAnswers('probabilities', 'await session.probabilitiesAsync()');
    return atOnce(this.readProbabilities());
  }

  /** The same on every backend. */
  probabilitiesAsync(): Promise<Float64Array> {
    return inTurn(this.readProbabilities());
  }

  /** @internal */
  *readProbabilities(): Reading<Float64Array> {
    const atStart = this.#start();
    const logits = yield* inside(this.#evaluating, this.#predictor.logits());
    if (atStart) this.#predictor.close();
    const most = Array.from(logits).reduce((a, b) => Math.max(a, b), -Infinity);
    const weights = Float64Array.from(logits, (logit) => Math.exp(logit - most));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  }

  /** The probability of one token to come next; of an unknown one, that of `<unk>`. */
  probability(token: string): number {
    expectText(token, 'a token', 'give it as it is written');
    requireAnswers('probability', 'await session.probabilityAsync(token)');
    return this.probabilities()[this.#text.vocabulary.index(token)];
  }

  /** The same on every backend. */
  async probabilityAsync(token: string): Promise<number> {
    expectText(token, 'a token', 'give it as it is written');
    return (await this.probabilitiesAsync())[this.#text.vocabulary.index(token)];
  }

  /** Draws the next token and reads it; its text. Draws differ by the place in the text, so that one seed serves for all of them. */
  sample(given: Omit<GenerateOptions, 'prime' | 'length' | 'stop'> = {}): string {
    requireAnswers('sample', 'await session.sampleAsync(…)');
    const drawn = this.#sampled(given);
    this.#evaluating(() => [...continueAtOnce(drawn.continuation)]);
    return drawn.token();
  }

  /** The same on every backend. */
  async sampleAsync(given: Omit<GenerateOptions, 'prime' | 'length' | 'stop'> = {}): Promise<string> {
    const drawn = this.#sampled(given);
    await textOfPieces(continueInTurn(drawn.continuation, this.#evaluating));
    return drawn.token();
  }

  /** Text that follows what was read, which is then read too, the text of `stop` as well. Errors: RANGE. */
  generate(options: Omit<GenerateOptions, 'prime'> = {}): string {
    requireAnswers('generate', 'await session.generateAsync(…)');
    return this.#evaluating(() => [...continueAtOnce(this.#continuation(options, ONE_BY_ONE))].join(''));
  }

  /** The same on every backend: all tokens are drawn before anything is read, 512 at most, where no `stop` is given. */
  async generateAsync(options: Omit<GenerateOptions, 'prime'> = {}): Promise<string> {
    const draws = (options.stop ?? '') === '' ? { ahead: true } : ONE_BY_ONE;
    return textOfPieces(continueInTurn(this.#continuation(options, draws), this.#evaluating));
  }

  /** The same, piece by piece. */
  async *stream(options: Omit<GenerateOptions, 'prime'> = {}): AsyncGenerator<string> {
    yield* continueInTurn(this.#continuation(options, ONE_BY_ONE), this.#evaluating);
  }

  /** Where the session stands: a copy. */
  state(): SessionState {
    requireAnswers('state', 'await session.stateAsync()');
    return atOnce(this.#value());
  }

  /** The same on every backend. */
  stateAsync(): Promise<SessionState> {
    return inTurn(this.#value());
  }

  *#value(): Reading<SessionState> {
    const { state } = yield* this.#predictor.value();
    return { state, recent: [...this.#recent], read: this.#read, afterBlank: this.#afterBlank };
  }

  /** Goes to where a session of the same model stood: its state, or its bytes. Errors: FORMAT; RANGE for tokens outside the vocabulary. */
  restore(from: SessionState | Bytes): this {
    if (!isBytes(from)) expectState(from);
    const { state, recent, read, afterBlank } = isBytes(from) ? sessionState(bytesOf(from, 'a session')) : from;
    this.#checked(Int32Array.from(recent));
    this.#predictor.restore(state, recent);
    this.#recent = [...recent];
    this.#read = read;
    this.#afterBlank = afterBlank;
    return this;
  }

  /** Another session that stands where this one stands. */
  copy(): LanguageSession {
    requireAnswers('copy', 'await session.copyAsync()');
    return this.#another(this.state());
  }

  /** The same on every backend. */
  async copyAsync(): Promise<LanguageSession> {
    return this.#another(await this.stateAsync());
  }

  #another(state: SessionState): LanguageSession {
    return new LanguageSession(this.#makePredictor, this.#text, this.#evaluating).restore(state);
  }

  /** The state as bytes, for a file or a message; `model.session(bytes)` continues from them. */
  toBytes(): Uint8Array {
    requireAnswers('toBytes', 'await session.toBytesAsync()');
    return bytesOfState(this.state());
  }

  /** The same on every backend. */
  async toBytesAsync(): Promise<Uint8Array> {
    return bytesOfState(await this.stateAsync());
  }

  /** Gives the memory back; the session may be used again from the start. */
  close(): void {
    this.#predictor.close();
    this.#recent = [];
    this.#read = 0;
    this.#afterBlank = false;
  }

  /** What draws the next token, and what was drawn. */
  #sampled(given: SampleOptions): { continuation: Continuation; token: () => string } {
    let drawn = -1;
    const options = generateOptions(given, 'sample');
    const seed = ((options.seed ?? 0) ^ Math.imul(this.#read, SEED_STEP)) >>> 0;
    const onToken = (token: number): void => void (drawn = token);
    const continuation = this.#continuation({ ...options, seed, length: 1, onToken }, ONE_BY_ONE);
    return { continuation, token: () => this.#text.vocabulary.token(drawn) };
  }

  #continuation(given: GenerateOptions, draws: DrawOptions): Continuation {
    const options = generateOptions(given, 'a session');
    this.#start();
    const noting = (token: number): void => {
      this.#note(token);
      options.onToken?.(token);
    };
    const afterBlank = this.#afterBlank;
    this.#afterBlank = false;
    const place = { before: this.#recent, afterBlank };
    return new Continuation(this.#predictor, this.#text, { ...options, onToken: noting }, { ...place, ...draws });
  }

  /** A text that goes on from what was read, without the blanks that only stand between words: in pieces as in one. */
  #following(input: string): { read: string; hasBlank: boolean } {
    const text = this.#afterBlank ? ` ${input}` : input;
    const isNextWord = this.#read > 0 && isWordKind(this.#text.settings.tokens) && /^ (?! )/.test(text);
    const { read, hasBlank } = withoutLastBlank(isNextWord ? text.slice(1) : text, this.#text);
    return { read, hasBlank: hasBlank || (isNextWord && read === '') };
  }

  /** Something is read before anything is drawn. Whether nothing was read before. */
  #start(): boolean {
    if (this.#recent.length > 0) return false;
    this.#evaluating(() => {
      this.#predictor.read(primeTokens('', this.#text));
    });
    return true;
  }

  #note(token: number): void {
    this.#recent.push(token);
    this.#read++;
    if (this.#recent.length > 2 * RECENT) this.#recent = this.#recent.slice(-RECENT);
  }

  #checked(tokens: Int32Array): Int32Array {
    const { size } = this.#text.vocabulary;
    const wrong = tokens.find((token) => token < 0 || token >= size);
    if (wrong === undefined) return tokens;
    throw new UnrolledError(
      'RANGE',
      `expected tokens from 0 to ${size - 1}, received ${wrong}`,
      'give indices of the model’s vocabulary, or a text',
    );
  }
}

type SampleOptions = Omit<GenerateOptions, 'prime' | 'length' | 'stop'>;

/** Whoever stops in between stops where the network is. */
const ONE_BY_ONE: DrawOptions = { most: 1 };

async function textOfPieces(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

function bytesOfState({ state, ...more }: SessionState): Uint8Array {
  return encodeState(state, more);
}

/** Errors: OPTION for what `state` cannot have given. */
function expectState(state: SessionState): void {
  const help = 'give what state() or toBytes() of a session gave';
  expectObject(state, 'the state of a session', help);
  expectNumbers(state.recent, 'the last tokens of a session', help);
  if (state.state === null || state.state === undefined) return;
  expectRows(state.state, help, (layer) => {
    for (const part of Object.values(layer)) expectNumbers((part as { data?: unknown } | null)?.data, 'a state', help);
  });
}

/** Keeps the seeds of neighbouring places apart. */
const SEED_STEP = 0x9e3779b1;

/** What `toBytes` of a session wrote. Errors: FORMAT. */
export function sessionState(bytes: Uint8Array, name = 'the session'): SessionState {
  const { value, more } = decodeState(bytes, name);
  const { recent, read, afterBlank } = (more ?? {}) as Record<string, unknown>;
  const isIndex = (token: unknown): token is number => Number.isInteger(token);
  if (!Array.isArray(recent) || !recent.every(isIndex) || !Number.isInteger(read)) {
    throw new UnrolledError('FORMAT', `expected the last tokens in ${name}`, 'the bytes are damaged');
  }
  return { state: value, recent, read: Number(read), afterBlank: afterBlank === true };
}
