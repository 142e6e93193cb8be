// LanguageModel: predicts the next character, byte or word. Trains on a text, generates, evaluates.
import { UnrolledError } from '../../errors.js';
import { currentDevice } from '../../tensor/device.js';
import { atOnce, inTurn, type Reading, requireAnswers, runReading } from '../../tensor/readAll.js';
import { type Bytes, expectNumbers, expectTexts, type Names, optionsOf, pick, refuse } from '../../expect.js';
import type { Recurrent } from '../../nn/recurrent.js';
import { Corpus, CORPUS_OPTIONS, encodeWith, piecesOf } from '../../text/corpus.js';
import { requireNumber } from '../../range.js';
import { isWordKind } from '../../text/tokenizer.js';
import type { LossMetrics } from '../../text/perplexity.js';
import type { ConfigReader } from '../config.js';
import { defined } from '../defined.js';
import { Model, requireMade } from '../model.js';
import { type ModelFile, type ModelText, textAt } from '../modelFile.js';
import { FIT_OPTIONS, STACK_OPTIONS } from '../options.js';
import { cellConfig, stackConfig } from '../recurrentStack.js';
import { defineTask, type TaskTypes } from '../task.js';
import { measureLosses, tokenLosses } from './evaluation.js';
import { LanguageNetwork } from './languageNetwork.js';
import { languageLesson } from './lesson.js';
import type { MixtureOptions } from './fitMixture.js';
import { mixing } from './mixingParts.js';
import type { Mixture, MixtureMetrics } from './mixture.js';
import { readTexts, readTextsInTurn } from './manyTexts.js';
import { NetworkPredictor, type PlacedPredictor } from './networkPredictor.js';
import {
  LANGUAGE_MODEL_DEFAULTS,
  validationTokens,
  type LanguageModelConfig,
  type LanguageModelOptions,
  type ResolvedLanguageModelOptions as Resolved,
} from './options.js';
import { chooseLanguage, type LanguageFacts } from './rules.js';
import { LanguageSession, type SessionState } from './session.js';
import { afterPrime, continueInTurn, type GenerateOptions, generatePieces, textOf } from './textGenerator.js';

/** What a language model says of the token that follows a text. */
export interface NextToken {
  /** The likeliest one. */
  token: string;
  /** P(token | text), from 0 to 1. */
  probability: number;
  /** Of every token of the vocabulary [V]. */
  probabilities: Float64Array;
}

const OPTIONS: Names<LanguageModelOptions> = {
  ...CORPUS_OPTIONS,
  ...STACK_OPTIONS,
  ...FIT_OPTIONS,
  ...{ embeddingSize: true, tied: true, embeddingDropout: true, softmaxSamples: true, mixture: true },
  ...{ numSteps: true, sampling: true },
};

/** The corpus of what is trained on; in the vocabulary of the model to begin with, where there is one. Errors: OPTION for what is no text. */
function corpusOf(data: Corpus | string, options: LanguageModelOptions): Corpus {
  if (options.initial instanceof LanguageModel) {
    const { settings, vocabulary } = options.initial.text;
    return corpusOf(data, { ...options, ...settings, vocabulary, initial: undefined });
  }
  if (data instanceof Corpus) return data;
  const text: unknown = Array.isArray(data) && data.length === 1 ? data[0] : data;
  if (Array.isArray(text)) refuse('one text to learn from', text, "join them: texts.join('\n')");
  if (typeof text !== 'string') refuse('a text to learn from', text, 'give a string, or a Corpus');
  return Corpus.fromText(text, pick(options, CORPUS_OPTIONS));
}

function shownFacts({ words, tokens, vocabulary }: LanguageFacts, kind: string): string {
  const unit = words ? 'words' : kind === 'byte' ? 'bytes' : 'characters';
  return `${tokens.toLocaleString('en')} ${unit}, ${vocabulary.toLocaleString('en')} in the vocabulary`;
}

/** A name of a file in place of its text is too short to learn from: then the help says so. */
function sayingPath<R>(data: Corpus | string, run: () => R): R {
  try {
    return run();
  } catch (error) {
    const isPath = typeof data === 'string' && /^\S+\.[a-z]\w{1,4}$/i.test(data);
    if (!isPath || !(error instanceof UnrolledError) || error.code !== 'TOO_SHORT') throw error;
    const help = `for the text of a file: await readFile(${JSON.stringify(data)}, 'utf8'), of node:fs/promises; else ${error.help}`;
    throw new UnrolledError(error.code, error.message, help, { cause: error });
  }
}

type EmbeddingConfig = Pick<LanguageModelConfig, 'embeddingSize' | 'tied' | 'embeddingDropout'>;

/** The embedding as it stands in a configuration: what is off is not there, as in files that know no such thing. */
function embeddingConfig({ embeddingSize, tied = false, embeddingDropout = 0 }: EmbeddingConfig): EmbeddingConfig {
  return { embeddingSize, ...(tied ? { tied } : {}), ...(embeddingDropout > 0 ? { embeddingDropout } : {}) };
}

function storedEmbedding(config: ConfigReader): EmbeddingConfig {
  return {
    embeddingSize: config.size('embeddingSize', 0),
    ...(config.value('tied') === undefined ? {} : { tied: config.flag('tied') }),
    ...(config.value('embeddingDropout') === undefined
      ? {}
      : { embeddingDropout: config.number('embeddingDropout', (p) => p >= 0 && p < 1) }),
  };
}

function hasMixture({ config }: ModelFile): boolean {
  return typeof config === 'object' && config !== null && 'mixture' in config;
}

/** How `evaluate` measures. */
export interface EvaluateOptions {
  /**
   * Measures a sample of so many tokens, spread over the text; the answer has its `standardError`. Of a mixture the first ones. All where
   * nothing is said.
   */
  maxTokens?: number;
}

/** How well a text is predicted; of a mixture also by each part alone. */
export type LanguageEvaluation = LossMetrics & Partial<MixtureMetrics>;

/** The types of `LanguageModel`: what it takes, answers and measures. */
export interface LanguageTask extends TaskTypes {
  config: LanguageModelConfig;
  /** @internal */
  network: LanguageNetwork;
  data: string | Int32Array;
  metrics: LossMetrics;
  evaluation: LanguageEvaluation;
  evaluateOptions: EvaluateOptions;
  input: string;
  answer: NextToken;
  predictOptions: Record<string, never>;
}

/**
 * Predicts the next character, byte or word of a text.
 *
 *     const model = await LanguageModel.fit(text, { cell: 'lstm', hiddenSize: 256, minutes: 2 });
 *     model.generate({ prime: 'Call me ', length: 200 });
 *
 * `fit` takes a text or a `Corpus`; its errors are EMPTY, TOO_SHORT, OPTION, RANGE, NON_FINITE. `evaluate` says how well a text (or
 * tokens) is predicted, all of it but the first token: TOO_SHORT for fewer than two. `predict` gives the token that follows.
 */
export class LanguageModel extends Model<LanguageTask> {
  readonly task = 'lm';

  /**
   * What the table of tasks holds: the name `lm`, the defaults of `fit`, and how a model is opened, made for data and
   * trained.
   * @internal
   */
  static readonly definition = defineTask<LanguageModel, Corpus | string, LanguageModelOptions>({
    task: 'lm',
    noun: 'a language model',
    defaults: LANGUAGE_MODEL_DEFAULTS,
    options: OPTIONS,
    epochs: 10,
    build: (config, texts, name) =>
      new LanguageModel(
        { ...config.stack(), ...embeddingConfig(storedEmbedding(config)), seed: config.seed() },
        textAt(texts, 0, name),
      ),
    choose(data, given) {
      const corpus = sayingPath(data, () => corpusOf(data, { ...LANGUAGE_MODEL_DEFAULTS, ...defined(given) }));
      const { train, vocabulary, tokenizer } = corpus;
      const words = isWordKind(tokenizer.kind);
      const facts = { words, tokens: train.length, vocabulary: vocabulary.size };
      return { settings: chooseLanguage(facts, given), facts: shownFacts(facts, tokenizer.kind) };
    },
    prepare(data, options) {
      const o = options as Resolved;
      const corpus = sayingPath(data, () => corpusOf(data, o));
      return {
        create() {
          const { cell, seed } = o;
          const sizes = { ...stackConfig(o), ...embeddingConfig(o), seed };
          const config = { ...cellConfig(cell, LANGUAGE_MODEL_DEFAULTS.cell), ...sizes };
          return new LanguageModel(config, textOf(corpus, o));
        },
        lesson(model) {
          model.#requireVocabulary(corpus);
          if (o.mixture === true) mixing('n-grams beside the network').requireHeldOut(corpus);
          const finish = o.mixture === true ? () => runReading(currentDevice(), model.#mix(corpus, {})) : undefined;
          const maxTokens = validationTokens(o.minutes);
          const evaluate = (tokens: Int32Array): LossMetrics | Promise<LossMetrics> =>
            runReading(currentDevice(), model.measure(tokens, { maxTokens }));
          return sayingPath(data, () => ({ ...languageLesson(model.network, corpus, o, evaluate), finish }));
        },
      };
    },
    complete(model, file, name) {
      if (hasMixture(file))
        model.mixture = mixing(`the n-grams of ${name}`).mixtureOf(file, name, model.vocabularySize);
    },
  });

  /** n-grams that the model's predictions are mixed with; null: the network predicts alone. */
  mixture: Mixture | null = null;

  constructor(config: LanguageModelConfig, text: ModelText) {
    requireMade(config, [text]);
    super(config, [text], (rng, calls) => new LanguageNetwork(config, text.vocabulary.size, rng, calls));
  }

  /** The name of `fit` in 0.1. @deprecated */
  static train(data: Corpus | string, options?: LanguageModelOptions): Promise<LanguageModel> {
    return LanguageModel.fit(data, options);
  }

  /** The vocabulary, and how a text is cleaned and cut into tokens. */
  get text(): ModelText {
    return this.texts[0];
  }

  /** V: symbols of the vocabulary, reserved ones such as `<unk>` among them. */
  get vocabularySize(): number {
    return this.text.vocabulary.size;
  }

  recurrents(): Record<string, Recurrent> {
    return { 'rnn.': this.network.recurrent };
  }

  steps(text: string): string[] {
    return piecesOf(text, this.text.settings);
  }

  /**
   * Text that follows the prime, which is not part of it. Errors: RANGE; UNSUPPORTED on a backend whose numbers must be waited for (webgpu).
   */
  generate(options: GenerateOptions = {}): string {
    requireAnswers('generate', 'await model.generateAsync(…)');
    return this.evaluating(() => [...generatePieces(this.#predictor(), this.text, options)].join(''));
  }

  /** The same on every backend: all tokens are drawn before anything is read, 512 at most, where no `stop` is given. */
  async generateAsync(options: GenerateOptions = {}): Promise<string> {
    let text = '';
    for await (const piece of this.#stream(options, (options.stop ?? '') === '')) text += piece;
    return text;
  }

  /** The same, piece by piece. */
  stream(options: GenerateOptions = {}): AsyncGenerator<string> {
    return this.#stream(options, false);
  }

  /**
   * So many texts that follow one prime, drawn side by side, which takes far less time than one after the other: text i is that of `seed` + i.
   * Errors: RANGE; UNSUPPORTED on a backend whose numbers must be waited for (webgpu).
   */
  generateMany(count: number, options: GenerateOptions = {}): string[] {
    requireAnswers('generateMany', 'await model.generateManyAsync(…)');
    return this.evaluating(() => atOnce(this.#texts(count, options)));
  }

  /** The same on every backend. */
  generateManyAsync(count: number, options: GenerateOptions = {}): Promise<string[]> {
    return inTurn(this.evaluatingEach(this.#texts(count, options)));
  }

  #texts(count: number, options: GenerateOptions): Reading<string[]> {
    if (this.mixture !== null) return readTextsInTurn(() => this.#predictor(), this.text, count, options);
    return readTexts(new NetworkPredictor(this.network), this.text, count, options);
  }

  async *#stream(options: GenerateOptions, ahead: boolean): AsyncGenerator<string> {
    const predictor = this.#predictor();
    const around = <T>(run: () => T): T => this.evaluating(run);
    try {
      yield* continueInTurn(
        around(() => afterPrime(predictor, this.text, options, { ahead })),
        around,
      );
    } finally {
      predictor.close();
    }
  }

  /**
   * A session, which keeps what it has read: token by token in, probabilities and samples out.
   *
   *     const session = model.session().read('Call me ');
   *     session.probability('I');
   *     const before = session.state();
   *
   * @param from where another session of this model stood: its state, or its bytes. Errors: FORMAT, RANGE.
   */
  session(from?: SessionState | Bytes): LanguageSession {
    const session = new LanguageSession(
      () => this.#predictor(),
      this.text,
      (run) => this.evaluating(run),
    );
    if (from === undefined || from === null) return session;
    return session.restore(from);
  }

  protected *measure(data: string | Int32Array, options: object): Reading<LanguageEvaluation> {
    const { maxTokens = Infinity } = optionsOf<EvaluateOptions>(options, { maxTokens: true }, 'evaluate');
    if (maxTokens !== Infinity) requireNumber('maxTokens', maxTokens, { min: 1 }, 'give how many tokens to measure');
    if (typeof data !== 'string')
      expectNumbers(data, 'a text or tokens', 'give a string, or the indices of its tokens');
    const tokens = typeof data === 'string' ? encodeWith(data, this.text.settings, this.text.vocabulary) : data;
    if (tokens.length < 2) {
      throw new UnrolledError(
        'TOO_SHORT',
        `expected two tokens or more, received ${tokens.length}`,
        'give a longer text',
      );
    }
    if (this.mixture === null) return yield* measureLosses(this.network, tokens, maxTokens);
    const measured = tokens.subarray(0, Math.ceil(maxTokens) + 1);
    const { tokenPredictions } = mixing('the n-grams of this model');
    const losses = yield* tokenLosses(this.network, measured);
    return this.mixture.measure(tokenPredictions(this.mixture.ngrams, measured, losses));
  }

  /**
   * Mixes the network's predictions with n-grams, interpolated Kneser-Ney: counted on the training part, their shares fitted to the
   * validation part (100,000 tokens of it at most). From then on the model evaluates, predicts, generates and is saved so;
   * `model.mixture = null` leaves the network alone again.
   * @returns on the validation part the network alone, the n-grams alone and both; with the shares of each half fitted to the other
   * half, so that the figure is one of tokens that were not fitted to
   * Errors: TOO_SHORT without a validation part of some length, OPTION for another vocabulary, STATE in a page that did not call
   * `useMixtures`, UNSUPPORTED on a backend whose numbers must be waited for (webgpu).
   */
  mixWithNgrams(corpus: Corpus, given: MixtureOptions = {}): MixtureMetrics {
    requireAnswers('mixWithNgrams', 'await model.mixWithNgramsAsync(…)');
    return atOnce(this.#mix(corpus, given));
  }

  /** The same on every backend. */
  mixWithNgramsAsync(corpus: Corpus, given: MixtureOptions = {}): Promise<MixtureMetrics> {
    return inTurn(this.#mix(corpus, given));
  }

  *#mix(corpus: Corpus, given: MixtureOptions): Reading<MixtureMetrics> {
    this.#requireVocabulary(corpus);
    const { fitMixture } = mixing('n-grams beside the network');
    const lossesOf = (tokens: Int32Array): Reading<Float64Array> => tokenLosses(this.network, tokens);
    const { mixture, validation } = yield* this.evaluatingEach(fitMixture(lossesOf, corpus, given));
    this.mixture = mixture;
    return validation;
  }

  protected override content(): ReturnType<Model['content']> {
    const content = super.content();
    return this.mixture === null ? content : mixing('the n-grams of this model').withMixture(content, this.mixture);
  }

  #predictor(): PlacedPredictor {
    const network = new NetworkPredictor(this.network);
    if (this.mixture === null) return network;
    return new (mixing('the n-grams of this model').MixturePredictor)(network, this.mixture);
  }

  override get besideNetwork(): string | null {
    return this.mixture === null ? null : 'n-grams that its predictions are mixed with';
  }

  protected override get readsTexts(): boolean {
    return true;
  }

  protected *answer(texts: readonly string[], options: object): Reading<NextToken[]> {
    optionsOf(options, {}, 'predict');
    expectTexts(texts, 'texts', 'give a list of strings');
    const answers: NextToken[] = [];
    for (const text of texts) {
      const session = this.session().read(text);
      const probabilities = yield* session.readProbabilities();
      session.close();
      const best = probabilities.indexOf(probabilities.reduce((a, b) => Math.max(a, b)));
      answers.push({ token: this.text.vocabulary.token(best), probability: probabilities[best], probabilities });
    }
    return answers;
  }

  /** Errors: OPTION for a text with another number of symbols, which cannot be the checkpoint's. */
  #requireVocabulary({ vocabulary }: Corpus): void {
    if (vocabulary.size === this.vocabularySize) return;
    throw new UnrolledError(
      'OPTION',
      `expected the text that the checkpoint was trained on (${this.vocabularySize} symbols), received one with ${vocabulary.size}`,
      'resume with the same data and text options',
    );
  }
}
