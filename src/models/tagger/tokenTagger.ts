// TokenTagger: one label for every token; whole sentences, or a token at a time.
import { UnrolledError } from '../../errors.js';
import { expectChoice, expectRows, expectText, expectTexts, type Names, optionsOf } from '../../expect.js';
import { noGrad } from '../../autograd/tape.js';
import { Fingerprint } from '../../data/fingerprint.js';
import { padded, sortedBatches } from '../../data/lengthBatches.js';
import { stratifiedSplit } from '../../data/split.js';
import { tagScores } from '../../metrics/tagScores.js';
import type { Recurrent } from '../../nn/recurrent.js';
import { requireNumber } from '../../range.js';
import { atOnce, inside, inTurn, type Reading, requireAnswers } from '../../tensor/readAll.js';
import { keep, scope, ScopeInPieces } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { CarriedState } from '../carriedState.js';
import { Model, requireMade } from '../model.js';
import { textAt } from '../modelFile.js';
import { FIT_OPTIONS, STACK_OPTIONS } from '../options.js';
import { cellConfig, stackConfig } from '../recurrentStack.js';
import { learnRows } from '../rows.js';
import { placeOf, shownNames } from '../shown.js';
import { startFromVectors } from '../startVectors.js';
import { defineTask, type Lesson, type TaskTypes } from '../task.js';
import {
  type PredictedTags,
  type ResolvedTaggerOptions as Resolved,
  type TaggedSentence,
  TAGGER_DEFAULTS,
  type TaggerConfig,
  type TaggerMetrics,
  type TaggerOptions,
} from './options.js';
import { shownFacts, taggerFacts, taggerRules } from './rules.js';
import { NO_TAG, TAGGER_HEADS, TaggerNetwork } from './taggerNetwork.js';
import { type EncodedWords, TaggerWords, type WordBatch } from './taggerWords.js';

/** Tags tokens as they come; the state is carried from one to the next. */
export interface TagStream {
  /** The tag of the next token given those before it, and its probability from 0 to 1. */
  next(token: string): { tag: string; probability: number };
  /** The same on every backend. */
  nextAsync(token: string): Promise<{ tag: string; probability: number }>;
  /** The next token begins a sentence. */
  reset(): void;
  /** Gives the state back; the stream may be used again from the start. */
  close(): void;
}

const EMBEDDING = 100;
const EVALUATION_BATCH = 64;
/** Keeps the draws of unknown words apart from other host draws of the same seed: a stream for each minibatch. */
const UNKNOWN_STREAM = 0x75000000;

const OPTIONS: Names<TaggerOptions> = {
  ...{ lowercase: true, zeroDigits: true, minCount: true, maxSize: true },
  ...STACK_OPTIONS,
  ...FIT_OPTIONS,
  ...{ bidirectional: true, head: true, embeddingSize: true, characterEmbeddingSize: true, characterHiddenSize: true },
  ...{
    featureSize: true,
    neighbourWeight: true,
    vectors: true,
    unknownRate: true,
    wordDropout: true,
    validation: true,
  },
};

/** Errors: OPTION for what are no sentences with tags. */
export function expectTagged(sentences: unknown): void {
  const as = "as in [{ tokens: ['the', 'cat'], tags: ['DET', 'NOUN'] }]";
  expectRows(sentences, as, ({ tokens, tags }) => {
    expectTexts(tokens, 'the tokens of a sentence', as);
    expectTexts(tags, 'the tags of a sentence', as);
  });
}

/** The types of `TokenTagger`: what it takes, answers and measures. */
export interface TaggerTask extends TaskTypes {
  config: TaggerConfig;
  /** @internal */
  network: TaggerNetwork;
  data: readonly TaggedSentence[];
  metrics: TaggerMetrics;
  evaluation: TaggerMetrics;
  evaluateOptions: Record<string, never>;
  input: readonly string[];
  answer: PredictedTags;
  predictOptions: Record<string, never>;
}

/**
 * One label for every token.
 *
 *     const model = await TokenTagger.fit([{ tokens: ['the', 'cat'], tags: ['DET', 'NOUN'] }, …], { epochs: 10 });
 *     model.predict([['the', 'dog']])[0].tags;
 *
 * `fit` has the errors EMPTY without tokens; SHAPE for a sentence that has not one tag for each token; OPTION for one tag only, or
 * where no tag of the validation sentences is trained; RANGE.
 */
export class TokenTagger extends Model<TaggerTask> {
  readonly task = 'tag';
  /** How words and characters become indices. @internal */
  readonly words: TaggerWords;

  /**
   * What the table of tasks holds: the name `tag`, the defaults of `fit`, and how a model is opened, made for data and
   * trained.
   * @internal
   */
  static readonly definition = defineTask<TokenTagger, readonly TaggedSentence[], TaggerOptions>({
    task: 'tag',
    noun: 'a tagger',
    defaults: TAGGER_DEFAULTS,
    options: OPTIONS,
    epochs: 5,
    choose(sentences, { validation, patience, numLayers = 1, bidirectional = true }) {
      expectTagged(sentences);
      const facts = taggerFacts(sentences, validation);
      const { restoreBest, neighbourWeight, ...settings } = taggerRules(facts);
      return {
        settings: {
          ...settings,
          // Whoever waits for an improvement wants the weights that brought it.
          ...(patience === undefined ? { restoreBest } : {}),
          // A second layer has seen the neighbours that it should guess.
          ...(numLayers === 1 || !bidirectional ? { neighbourWeight } : {}),
        },
        facts: shownFacts(facts),
      };
    },
    build(config, texts, name) {
      const settings = { lowercase: config.flag('lowercase'), zeroDigits: config.flag('zeroDigits') };
      // A file of before has none.
      const featureSize = config.value('featureSize') === undefined ? 0 : config.size('featureSize', 0);
      return new TokenTagger(
        {
          ...config.stack(),
          ...settings,
          embeddingSize: config.size('embeddingSize', 1),
          characterEmbeddingSize: config.size('characterEmbeddingSize', 1),
          characterHiddenSize: config.size('characterHiddenSize', 0),
          featureSize,
          bidirectional: config.flag('bidirectional'),
          head: config.choice('head', TAGGER_HEADS),
          neighbourWeight: config.number('neighbourWeight', (weight) => weight >= 0),
          tags: config.texts('tags'),
          seed: config.seed(),
        },
        new TaggerWords(
          settings,
          textAt(texts, 0, name).vocabulary,
          textAt(texts, 1, name).vocabulary,
          featureSize === 0 ? null : textAt(texts, 2, name).vocabulary,
        ),
      );
    },
    prepare(sentences, options) {
      const o = options as Resolved;
      requireNumber(
        'an unknownRate',
        o.unknownRate,
        { min: 0, max: 1 },
        '0.5 treats half of the rare words as unknown',
      );
      requireNumber('a wordDropout', o.wordDropout, { min: 0, max: 1 }, '0.5 is usual; 0 is none');
      expectTagged(sentences);
      if (typeof o.validation !== 'number') expectTagged(o.validation);
      if (o.head !== undefined) expectChoice(o.head, 'head', TAGGER_HEADS);
      const tags = tagsOf(sentences);
      const { training, validation } = partsOf(sentences, o);
      return {
        create: () => TokenTagger.#create(training, tags, o),
        lesson: (model) => model.#lesson(training, validation, o),
      };
    },
  });

  /** @internal */
  constructor(config: TaggerConfig, words: TaggerWords) {
    requireMade(config, words instanceof TaggerWords ? [] : [words], ['tags']);
    const texts = [
      { settings: { tokens: 'word' as const, lowercase: config.lowercase }, vocabulary: words.words },
      { settings: { tokens: 'char' as const }, vocabulary: words.characters },
      ...(words.features === null ? [] : [{ settings: { tokens: 'word' as const }, vocabulary: words.features }]),
    ];
    const sizes = {
      words: words.words.size,
      characters: words.characters.size,
      features: words.features?.size ?? 0,
      tags: config.tags.length,
    };
    super(config, texts, (rng, calls) => new TaggerNetwork(config, sizes, rng, calls));
    this.words = words;
  }

  static #create(sentences: readonly TaggedSentence[], tags: string[], o: Resolved): TokenTagger {
    const { cell, bidirectional, lowercase, zeroDigits, seed } = o;
    const { characterEmbeddingSize, characterHiddenSize, featureSize, neighbourWeight } = o;
    const head = o.head ?? 'softmax';
    const words = TaggerWords.fromSentences(
      sentences.map(({ tokens }) => tokens),
      { lowercase, zeroDigits },
      { minCount: o.minCount, maxSize: o.maxSize, features: featureSize > 0 },
    );
    const model = new TokenTagger(
      {
        ...cellConfig(cell, TAGGER_DEFAULTS.cell),
        ...stackConfig(o),
        ...{ embeddingSize: o.embeddingSize ?? o.vectors?.size ?? EMBEDDING },
        ...{ characterEmbeddingSize, characterHiddenSize, featureSize, bidirectional, head, neighbourWeight },
        ...{ lowercase, zeroDigits, tags, seed },
      },
      words,
    );
    if (o.vectors) startFromVectors(model.network.embedding, words.words, o.vectors);
    return model;
  }

  #lesson(
    training: readonly TaggedSentence[],
    validation: readonly TaggedSentence[],
    o: Resolved,
  ): Lesson<TaggerMetrics> {
    this.#requireTrained(training);
    const data = this.#encode(training);
    const held = validation.length > 0 ? this.#encode(validation) : null;
    const { network, words, calls } = this;
    const step = function* (rows: Int32Array, all: Int32Array): Reading<{ loss: Tensor; tokens: number }> {
      const random = calls.nextGenerator(UNKNOWN_STREAM);
      const batch = words.batch(data, rows, { random, once: o.unknownRate, often: o.wordDropout });
      const whole = Array.from(all, (row) => data.words[row].length);
      const loss = yield* network.trainingLoss(network.forward(batch), goldOf(data, rows), batch, whole);
      return { loss, tokens: batch.lengths.reduce((sum, length) => sum + length, 0) };
    };
    return learnRows(
      {
        data: { training: fingerprint(training), validation: fingerprint(validation) },
        lengths: data.words.map(({ length }) => length),
        step: (rows, all) => atOnce(step(rows, all)),
        readStep: this.config.head === 'crf' ? (rows) => step(rows, rows) : undefined,
        evaluate: () => held && this.#measureEncoded(validation, held),
        criterion,
      },
      o,
    );
  }

  /** V: words of the vocabulary, reserved ones such as `<unk>` among them. */
  get vocabularySize(): number {
    return this.words.words.size;
  }

  recurrents(): Record<string, Recurrent> {
    const { recurrent, characterRecurrent } = this.network;
    return { 'rnn.': recurrent, ...(characterRecurrent === null ? {} : { 'characters.rnn.': characterRecurrent }) };
  }

  steps(tokens: readonly string[]): string[] {
    expectTexts(tokens, 'the tokens of a sentence', "as in ['the', 'cat']");
    return [...tokens];
  }

  /** A tag that was not trained counts as a mistake. */
  protected *measure(sentences: readonly TaggedSentence[], options: object): Reading<TaggerMetrics> {
    optionsOf(options, {}, 'evaluate');
    expectTagged(sentences);
    return yield* this.#measureEncoded(sentences, this.#encode(sentences));
  }

  protected *answer(sentences: readonly (readonly string[])[], options: object): Reading<PredictedTags[]> {
    optionsOf(options, {}, 'predict');
    for (const tokens of sentences) {
      expectTexts(tokens, 'the tokens of each sentence', "cut a text first: predict([text.split(' ')])");
    }
    const { tags } = this.config;
    const result = new Array<PredictedTags>(sentences.length);
    const every = Int32Array.from(sentences.keys());
    for (const { rows, scores, lengths } of this.#scored(this.words.encode(sentences), every)) {
      const paths = yield* this.network.decode(scores, lengths);
      const probabilities = yield* this.network.probabilities(scores, lengths);
      rows.forEach((row, n) => {
        result[row] = {
          tags: Array.from(paths[n], (k) => tags[k]),
          probabilities: Array.from(paths[n], (k, t) => probabilities[n][t * tags.length + k]),
        };
      });
    }
    return result;
  }

  /**
   * Tags one token at a time, before the next is known.
   *
   *     const stream = model.stream();
   *     for (const token of ['the', 'cat']) console.log(stream.next(token).tag);
   *
   * Errors: UNSUPPORTED for a network that reads both ways, or judges whole paths.
   */
  stream(): TagStream {
    const { bidirectional, head, tags } = this.config;
    if (bidirectional || head === 'crf') {
      throw new UnrolledError(
        'UNSUPPORTED',
        `expected a tagger that reads forward and judges each token alone, received one ${bidirectional ? 'in both directions' : 'with a conditional random field'}`,
        "train with { bidirectional: false, head: 'softmax' }, or predict whole sentences",
      );
    }
    const carried = new CarriedState();
    const reset = (): void => {
      carried.replace(null);
    };
    const { network, words } = this;
    const tagOf = function* (token: string): Reading<{ tag: string; probability: number }> {
      expectText(token, 'a token', 'give one after the other');
      const batch = words.batch(words.encode([[token]]), Int32Array.of(0));
      const scores = scope(() =>
        noGrad(() => {
          const result = network.forward(batch, carried.current);
          carried.replace(result.state);
          return keep(result.scores);
        }),
      );
      try {
        const [[best]] = yield* network.decode(scores, batch.lengths);
        const [probabilities] = yield* network.probabilities(scores, batch.lengths);
        return { tag: tags[best], probability: probabilities[best] };
      } finally {
        scores.dispose();
      }
    };
    return {
      next: (token) => {
        requireAnswers('next', 'await stream.nextAsync(token)');
        return this.evaluating(() => atOnce(tagOf(token)));
      },
      nextAsync: (token) => inTurn(this.evaluatingEach(tagOf(token))),
      reset,
      close: reset,
    };
  }

  /** Errors: OPTION for a tag of the training part that a resumed model does not know. */
  #requireTrained(sentences: readonly TaggedSentence[]): void {
    const known = new Set(this.config.tags);
    sentences.forEach((sentence, i) => {
      const t = sentence.tags.findIndex((tag) => !known.has(tag));
      if (t < 0) return;
      const line = sentence.line === undefined ? undefined : sentence.line + t;
      throw new UnrolledError(
        'OPTION',
        `expected a tag of ${shownNames(this.config.tags)}, received "${sentence.tags[t]}" in ${placeOf({ ...sentence, line }, i, 'sentence')}`,
        'the checkpoint was trained without it: resume with the same data, or train from scratch',
      );
    });
  }

  /** Sentences as indices, with their tags. Errors: SHAPE, OPTION where no tag was trained. */
  #encode(sentences: readonly TaggedSentence[]): EncodedTags {
    const classOf = new Map(this.config.tags.map((tag, k) => [tag, k]));
    checkSentences(sentences);
    const tags = sentences.map((sentence) => Int32Array.from(sentence.tags, (tag) => classOf.get(tag) ?? NO_TAG));
    const given = sentences.find((sentence) => sentence.tags.length > 0)?.tags[0];
    if (given !== undefined && tags.every((own) => own.every((k) => k === NO_TAG))) {
      throw new UnrolledError(
        'OPTION',
        `expected tags of ${shownNames(this.config.tags)}, received "${given}" and no other of them`,
        'name the column with the tags that the model was trained on',
      );
    }
    return { ...this.words.encode(sentences.map(({ tokens }) => tokens)), tags };
  }

  *#measureEncoded(sentences: readonly TaggedSentence[], data: EncodedTags): Reading<TaggerMetrics> {
    const predicted = new Array<string[]>(data.tags.length);
    const named = (path: Int32Array): string[] => Array.from(path, (k) => this.config.tags[k]);
    const isTrained = data.tags.map((tags) => !tags.includes(NO_TAG));
    let [loss, tokens] = [0, 0];
    for (const trained of [true, false]) {
      const some = Int32Array.from(data.tags.keys()).filter((row) => isTrained[row] === trained);
      for (const { rows, scores, lengths } of this.#scored(data, some)) {
        const paths = yield* this.network.decode(scores, lengths);
        paths.forEach((path, n) => (predicted[rows[n]] = named(path)));
        if (!trained) continue;
        const here = lengths.reduce((sum, length) => sum + length, 0);
        const piece = new ScopeInPieces();
        const around = <R>(run: () => R): R => piece.run(() => noGrad(run));
        const mean = yield* inside(around, this.network.loss(scores, goldOf(data, rows), lengths));
        loss += here * (yield mean)[0];
        piece.close();
        tokens += here;
      }
    }
    const untrained = data.tags.reduce((sum, tags) => sum + tags.filter((k) => k === NO_TAG).length, 0);
    const truth = sentences.map(({ tags }) => tags);
    return { loss: loss / tokens, untrained, ...tagScores(truth, predicted, this.config.tags) };
  }

  /** Scores [T, N, K] of minibatches of like lengths, each given back when the next is asked for. */
  *#scored(
    data: EncodedWords,
    some: Int32Array,
  ): Generator<{ rows: Int32Array; scores: Tensor; lengths: WordBatch['lengths'] }> {
    const all = data.words.map(({ length }) => length);
    for (const rows of sortedBatches(some, all, EVALUATION_BATCH)) {
      const batch = this.words.batch(data, rows);
      const scores = scope(() => noGrad(() => keep(this.network.forward(batch).scores)));
      try {
        yield { rows, scores, lengths: batch.lengths };
      } finally {
        scores.dispose();
      }
    }
  }
}

/** What the best weights have least of: mistakes, as the task counts them; the loss decides between equals. */
function criterion({ f1, accuracy, loss }: TaggerMetrics): number {
  return 1 - (f1 ?? accuracy) + TIE * loss;
}

/** Less than one mistake of any validation part weighs. */
const TIE = 1e-7;

interface EncodedTags extends EncodedWords {
  /** For each sentence, the class of each token. */
  tags: Int32Array[];
}

/** [T · N] by time. */
function goldOf({ tags }: EncodedTags, rows: Int32Array): Int32Array {
  return padded(
    Array.from(rows, (row) => tags[row]),
    NO_TAG,
  ).data;
}

function checkSentences(sentences: readonly TaggedSentence[]): void {
  sentences.forEach(({ tokens, tags, file, line }, i) => {
    if (tokens.length === tags.length) return;
    throw new UnrolledError(
      'SHAPE',
      `expected a tag for each of ${tokens.length} tokens, received ${tags.length} in ${placeOf({ file, line }, i, 'sentence')}`,
      'give one tag each',
    );
  });
}

/** Errors: EMPTY, SHAPE, OPTION for one tag only. */
function tagsOf(sentences: readonly TaggedSentence[]): string[] {
  checkSentences(sentences);
  const tags = [...new Set(sentences.flatMap(({ tags }) => tags))].sort();
  if (tags.length === 0) throw new UnrolledError('EMPTY', 'expected tokens to learn from, received none', 'give data');
  if (tags.length < 2) {
    throw new UnrolledError(
      'OPTION',
      `expected two tags or more, received only "${tags[0]}"`,
      'a tagger needs two tags or more: check the tag column',
    );
  }
  return tags;
}

/** The sentences with words, and those that are measured on the way. */
function partsOf(sentences: readonly TaggedSentence[], { validation, seed }: Resolved) {
  const own = sentences.filter(({ tokens }) => tokens.length > 0);
  if (typeof validation !== 'number') return { training: own, validation };
  const { rest, drawn } = stratifiedSplit(new Int32Array(own.length), validation, seed);
  return { training: Array.from(rest, (i) => own[i]), validation: Array.from(drawn, (i) => own[i]) };
}

function fingerprint(sentences: readonly TaggedSentence[]) {
  const print = new Fingerprint();
  for (const { tokens, tags } of sentences) print.texts(tokens).texts(tags);
  return print.part(sentences.length);
}
