// TextClassifier: one label for a text.
import { UnrolledError } from '../../errors.js';
import { expectChoice, expectFlag, expectTexts, type Names, optionsOf, pick, shownValue } from '../../expect.js';
import { crossEntropy, mean, mul, reshape } from '../../autograd/ops.js';
import { noGrad } from '../../autograd/tape.js';
import { padded, sortedBatches } from '../../data/lengthBatches.js';
import { classMetrics } from '../../metrics/classMetrics.js';
import { bceWithLogits } from '../../nn/losses.js';
import type { Recurrent } from '../../nn/recurrent.js';
import { requireNumber } from '../../range.js';
import { fromData } from '../../tensor/create.js';
import { readAndDispose, type Reading } from '../../tensor/readAll.js';
import { keep, scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { encodeWith, piecesOf, type TextSettings, tokenizerOf } from '../../text/corpus.js';
import { isWordKind } from '../../text/tokenizer.js';
import { Vocabulary, VOCABULARY_OPTIONS } from '../../text/vocabulary.js';
import { ConfigReader } from '../config.js';
import { Model, requireMade } from '../model.js';
import { type ModelText, textAt } from '../modelFile.js';
import { FIT_OPTIONS, STACK_OPTIONS } from '../options.js';
import { cellConfig, stackConfig } from '../recurrentStack.js';
import { learnRows, partOfMean } from '../rows.js';
import { placeOf, shownNames } from '../shown.js';
import { startFromVectors } from '../startVectors.js';
import { defineTask, type Lesson, type TaskTypes } from '../task.js';
import { classified, headAndTail } from './answers.js';
import { ClassifierNetwork } from './classifierNetwork.js';
import {
  type Classified,
  CLASSIFIER_DEFAULTS,
  type ClassifierConfig,
  type ClassifierMetrics,
  type ClassifierOptions,
  type LabelledText,
  type PartMetrics,
  type ResolvedClassifierOptions as Resolved,
} from './options.js';
import { againstOthers, fitMixture, mixed, probabilitiesOf } from './mixture.js';
import type { NgramLinearConfig } from './ngramFeatures.js';
import { slotsFor } from './ngramLinear.js';
import {
  classWeightsOf,
  expectLabelled,
  fingerprint,
  labelsOf,
  partsOf,
  sampleOf,
  settingsOf,
  shownFacts,
  tokensOf,
} from './labelledRows.js';
import { POOLINGS } from './poolings.js';
import { chooseFor, tokensFor } from './rules.js';

const EMBEDDING = 100;
const EVALUATION_BATCH = 128;

/** Keeps the draws of dropped words apart from other host draws of the same seed: a stream for each minibatch. */
const DROPPED_STREAM = 0x77000000;

/** Beside word vectors, words that have none start small: normal numbers times this. */
const DRAWN = 0.1;

const OPTIONS: Names<ClassifierOptions> = {
  ...{ lowercase: true, lettersOnly: true, collapseWhitespace: true, normalizeNewlines: true, tokens: true },
  ...VOCABULARY_OPTIONS,
  ...STACK_OPTIONS,
  ...FIT_OPTIONS,
  ...{ bidirectional: true, pooling: true, embeddingSize: true, vectors: true, wordDropout: true, validation: true },
  ...{ linear: true, embeddingDeviation: true, maxLength: true, classWeights: true },
};

/** The types of `TextClassifier`: what it takes, answers and measures. */
export interface ClassifierTask extends TaskTypes {
  config: ClassifierConfig;
  /** @internal */
  network: ClassifierNetwork;
  data: readonly LabelledText[];
  metrics: ClassifierMetrics;
  evaluation: ClassifierMetrics;
  evaluateOptions: Record<string, never>;
  input: string;
  answer: Classified;
  predictOptions: Record<string, never>;
}

/**
 * One label for a text.
 *
 *     const model = await TextClassifier.fit(rows, { epochs: 5 });
 *     model.predict(['a good film'])[0].label;
 *
 * `fit` has the errors EMPTY without rows, OPTION for one label only, or a label of the validation rows that no training row has.
 */
export class TextClassifier extends Model<ClassifierTask> {
  readonly task = 'classify';

  /**
   * What the table of tasks holds: the name `classify`, the defaults of `fit`, and how a model is opened, made for data and
   * trained.
   * @internal
   */
  static readonly definition = defineTask<TextClassifier, readonly LabelledText[], ClassifierOptions>({
    task: 'classify',
    noun: 'a classifier',
    defaults: CLASSIFIER_DEFAULTS,
    options: OPTIONS,
    epochs: 5,
    build: (config, texts, name) =>
      new TextClassifier(
        {
          ...config.stack(),
          embeddingSize: config.size('embeddingSize', 1),
          bidirectional: config.flag('bidirectional'),
          pooling: config.choice('pooling', POOLINGS),
          ...linearConfig(config, name),
          ...(config.value('maxLength') === undefined ? {} : { maxLength: config.size('maxLength', 1) }),
          labels: config.texts('labels'),
          seed: config.seed(),
        },
        textAt(texts, 0, name),
      ),
    choose(rows, given) {
      expectLabelled(rows);
      const some = sampleOf(rows);
      const chosenTokens = given.tokens ?? (given.vectors === undefined ? tokensFor(some) : CLASSIFIER_DEFAULTS.tokens);
      const tokenizer = tokenizerOf({ tokens: chosenTokens, layout: false });
      const counted = some.reduce((sum, text) => sum + tokenizer.tokenize(text).length, 0);
      const facts = {
        rows: rows.length,
        tokensPerRow: counted / Math.max(1, some.length),
        labels: new Set(rows.map(({ label }) => label)).size,
        tokens: chosenTokens,
      };
      const settings = {
        tokens: chosenTokens,
        ...chooseFor(facts, given),
        ...(given.vectors === undefined ? {} : { embeddingSize: given.vectors.size, embeddingDeviation: 1 }),
        ...(given.lettersOnly === true ? { lowercase: undefined } : {}),
      };
      return { settings, facts: shownFacts(facts, given.maxLength === undefined ? settings.maxLength : undefined) };
    },
    prepare(rows, options) {
      const o = options as Resolved;
      expectLabelled(rows);
      if (typeof o.validation !== 'number') expectLabelled(o.validation);
      expectChoice(o.pooling, 'pooling', POOLINGS);
      expectFlag(o.linear, 'linear');
      if (o.classWeights !== undefined) expectChoice(o.classWeights, 'classWeights', ['balanced']);
      requireNumber('a word dropout', o.wordDropout, { min: 0, below: 1 }, '0.1 drops a tenth');
      if (o.maxLength !== undefined) requireNumber('maxLength', o.maxLength, { min: 1, whole: true }, '200 is usual');
      const labels = labelsOf(rows);
      const { training, validation } = partsOf(rows, labels, o);
      return {
        create: () => TextClassifier.#create(training, labels, o),
        lesson: (model) => model.#lesson(training, validation, o),
      };
    },
  });

  constructor(config: ClassifierConfig, text: ModelText) {
    requireMade(config, [text], ['labels']);
    const outputs = config.labels.length === 2 ? 1 : config.labels.length;
    super(config, [text], (rng, calls) => {
      return new ClassifierNetwork(config, text.vocabulary.size, outputs, rng, calls);
    });
  }

  static #create(rows: readonly LabelledText[], labels: string[], o: Resolved): TextClassifier {
    const settings = settingsOf(o);
    const vocabulary = Vocabulary.fromTokens(tokensOf(rows, settings), pick(o, VOCABULARY_OPTIONS));
    const { cell, bidirectional, pooling, seed } = o;
    const outputs = labels.length === 2 ? 1 : labels.length;
    const ngrams = ngramsOf(settings);
    const learnt = o.linear ? rowsInTime(rows, o.minutes) : [];
    const pieces = learnt.map(({ text }) => piecesOf(text, settings));
    const model = new TextClassifier(
      {
        ...cellConfig(cell, CLASSIFIER_DEFAULTS.cell),
        ...stackConfig(o),
        ...{ embeddingSize: o.embeddingSize ?? o.vectors?.size ?? EMBEDDING, bidirectional, pooling, labels, seed },
        ...(o.maxLength === undefined ? {} : { maxLength: o.maxLength }),
        ...(o.linear ? { linear: { ...ngrams, size: slotsFor(pieces, ngrams, outputs) } } : {}),
      },
      { settings, vocabulary },
    );
    model.#fitLinear(learnt, pieces, o);
    if (o.embeddingDeviation !== undefined) {
      const { weight } = model.network.embedding;
      weight.set(weight.data().map((value) => value * (o.embeddingDeviation ?? 1)));
    }
    if (o.vectors) startFromVectors(model.network.embedding, vocabulary, o.vectors, DRAWN);
    return model;
  }

  /** @param pieces the tokens of each row */
  #fitLinear(rows: readonly LabelledText[], pieces: readonly (readonly string[])[], o: Resolved): void {
    const { labels, seed } = this.config;
    const classOf = new Map(labels.map((label, k) => [label, k]));
    const classes = Int32Array.from(rows, ({ label }) => classOf.get(label) ?? 0);
    const weights = classWeightsOf(classes, labels.length, o);
    this.network.linear?.fit(pieces, classes, {
      costs: Float64Array.from(classes, (k) => LINEAR_COST * (weights?.[k] ?? 1)),
      seed,
      bayes: BAYES,
      until: fitUntil(o.minutes),
    });
  }

  #lesson(
    training: readonly LabelledText[],
    validation: readonly LabelledText[],
    o: Resolved,
  ): Lesson<ClassifierMetrics> {
    const data = this.encode(training);
    const held = validation.length > 0 ? this.#forBoth(validation) : null;
    const weights = classWeightsOf(data.classes, this.config.labels.length, o);
    return learnRows(
      {
        data: { training: fingerprint(training), validation: fingerprint(validation) },
        lengths: data.lengths,
        step: (picked, all) => {
          const sequences = Array.from(picked, (row) => data.sequences[row]);
          const { logits, lengths } = this.#forward(this.#forgetful(sequences, o.wordDropout));
          const classes = Int32Array.from(picked, (row) => data.classes[row]);
          return {
            loss: partOfMean(this.#loss(logits, classes, weights), picked.length, all.length),
            tokens: lengths.reduce((sum, length) => sum + length, 0),
          };
        },
        evaluate: () => held && this.#validate(held, weights),
        // How much it counts is known now: rows that were drawn to say so are rows to learn from.
        finish: () => {
          if (this.network.linear === null || typeof o.validation !== 'number') return;
          const all = rowsInTime([...training, ...validation], o.minutes);
          this.#fitLinear(
            all,
            all.map(({ text }) => piecesOf(text, this.text.settings)),
            o,
          );
        },
      },
      o,
    );
  }

  /** The vocabulary, and how a text is cleaned and cut into tokens. */
  get text(): ModelText {
    return this.texts[0];
  }

  /** V: symbols of the vocabulary, reserved ones such as `<unk>` among them. */
  get vocabularySize(): number {
    return this.text.vocabulary.size;
  }

  /** How much the recurrent network and the linear part count in the logits; of a network alone 1 and 0. */
  get weights(): { network: number; linear: number } {
    const [network, linear] = this.network.mixture;
    return { network, linear };
  }

  recurrents(): Record<string, Recurrent> {
    return { 'rnn.': this.network.recurrent };
  }

  steps(text: string): string[] {
    return headAndTail(piecesOf(text, this.text.settings), this.config.maxLength);
  }

  /** Rows as token indices and classes. Errors: OPTION for a label that was not trained. @internal */
  encode(rows: readonly LabelledText[]): Encoded {
    const classOf = new Map(this.config.labels.map((label, k) => [label, k]));
    const classes = Int32Array.from(rows, (row, i) => {
      const k = classOf.get(row.label);
      if (k !== undefined) return k;
      throw new UnrolledError(
        'OPTION',
        `expected a label of ${shownNames(this.config.labels)}, received ${shownValue(row.label)} in ${placeOf(row, i)}`,
        'rows with a label that the model was not trained on cannot be measured: leave them out, or train with them',
      );
    });
    const sequences = rows.map(({ text }) => this.#tokens(text));
    return { sequences, classes, lengths: Int32Array.from(sequences, ({ length }) => length) };
  }

  /** What each token (of `steps`) adds to a label's score in the linear part; null where there is none. @internal */
  linearAttribution(text: string, label: string): { values: Float64Array; score: number; bias: number } | null {
    const { linear } = this.network;
    if (linear === null) return null;
    const { labels, maxLength } = this.config;
    const isBinary = labels.length === 2;
    const [k, sign] = isBinary ? [0, label === labels[1] ? 1 : -1] : [labels.indexOf(label), 1];
    const tokens = piecesOf(text, this.text.settings);
    const all = linear.contributions(tokens, k).map((value) => sign * value);
    const score = sign * linear.logits([tokens])[k];
    return { values: headAndTail(all, maxLength), score, bias: score - all.reduce((sum, value) => sum + value, 0) };
  }

  protected *measure(rows: readonly LabelledText[], options: object): Reading<ClassifierMetrics> {
    optionsOf(options, {}, 'evaluate');
    expectLabelled(rows);
    if (rows.length === 0) throw new UnrolledError('EMPTY', 'expected rows to measure, received none', 'give data');
    const encoded = this.#forBoth(rows);
    return this.#scored(yield* this.#networkLogits(encoded.sequences), encoded);
  }

  protected override get readsTexts(): boolean {
    return true;
  }

  protected *answer(texts: readonly string[], options: object): Reading<Classified[]> {
    optionsOf(options, {}, 'predict');
    expectTexts(texts, 'texts', 'give a list of strings');
    const { labels } = this.config;
    const network = yield* this.#networkLogits(texts.map((text) => this.#tokens(text)));
    const probabilities = probabilitiesOf(this.#both(network, this.#linearLogits(texts)), labels.length);
    return texts.map((_, n) => classified(labels, probabilities.subarray(n * labels.length, (n + 1) * labels.length)));
  }

  #tokens(text: string): Int32Array {
    return headAndTail(encodeWith(text, this.text.settings, this.text.vocabulary), this.config.maxLength);
  }

  #forgetful(sequences: readonly Int32Array[], rate: number): readonly Int32Array[] {
    if (rate === 0) return sequences;
    const random = this.calls.nextGenerator(DROPPED_STREAM);
    const { unknownIndex } = this.text.vocabulary;
    return sequences.map((tokens) => tokens.map((token) => (random.uniform() < rate ? unknownIndex : token)));
  }

  #forward(sequences: readonly Int32Array[]) {
    const { data, lengths, numSteps } = padded(sequences);
    const logits = this.network.forward(fromData(data, [numSteps, sequences.length], { dtype: 'int32' }), lengths);
    return { logits, lengths };
  }

  /** Mean over the rows, weighted by class where weights are given. Two classes have one logit, that of the second. */
  #loss(logits: Tensor, classes: Int32Array, weights: Float64Array | null): Tensor {
    const isBinary = this.config.labels.length === 2;
    const reduction = weights === null ? 'mean' : 'none';
    const losses = isBinary
      ? bceWithLogits(reshape(logits, [-1]), fromData(Float32Array.from(classes), [classes.length]), { reduction })
      : crossEntropy(logits, fromData(classes, [classes.length], { dtype: 'int32' }), { reduction });
    if (weights === null) return losses;
    return mean(
      mul(
        losses,
        fromData(
          Float32Array.from(classes, (k) => weights[k]),
          [classes.length],
        ),
      ),
    );
  }

  #forBoth(rows: readonly LabelledText[]): EncodedForBoth {
    return { ...this.encode(rows), linear: this.#linearLogits(rows.map(({ text }) => text)) };
  }

  /** On the validation rows, which also say how much each of the two parts counts. */
  *#validate(held: EncodedForBoth, weights: Float64Array | null): Reading<ClassifierMetrics> {
    const network = yield* this.#networkLogits(held.sequences);
    if (held.linear !== null) {
      const ofRows = weights && Float64Array.from(held.classes, (k) => weights[k]);
      this.network.mixture = fitMixture(network, held.linear, held.classes, this.config.labels.length, ofRows);
    }
    return this.#scored(network, held);
  }

  #scored(network: Float64Array, { classes, linear }: EncodedForBoth): ClassifierMetrics {
    const count = this.config.labels.length;
    const both = scoreOf(this.#both(network, linear), classes, count);
    if (linear === null) return both;
    const alone = (logits: Float64Array): PartMetrics => {
      const { loss, accuracy, macroF1 } = scoreOf(logits, classes, count);
      return { loss, accuracy, macroF1 };
    };
    return { ...both, parts: { network: alone(network), linear: alone(againstOthers(linear, count)) } };
  }

  #both(network: Float64Array, linear: Float64Array | null): Float64Array {
    return linear === null ? network : mixed(this.network.mixture, network, linear);
  }

  /** Logits of the linear part; null where there is none. */
  #linearLogits(texts: readonly string[]): Float64Array | null {
    return this.network.linear?.logits(texts.map((text) => piecesOf(text, this.text.settings))) ?? null;
  }

  /** Logits of the recurrent part, from minibatches of like lengths. */
  *#networkLogits(sequences: readonly Int32Array[]): Reading<Float64Array> {
    const lengths = sequences.map(({ length }) => length);
    const all = Int32Array.from(sequences, (_, i) => i);
    const outputs = this.config.labels.length === 2 ? 1 : this.config.labels.length;
    const result = new Float64Array(sequences.length * outputs);
    for (const rows of sortedBatches(all, lengths, EVALUATION_BATCH)) {
      const own = Array.from(rows, (row) => sequences[row]);
      const logits = yield* readAndDispose(scope(() => noGrad(() => keep(this.#forward(own).logits))));
      rows.forEach((row, n) => {
        for (let k = 0; k < outputs; k++) result[row * outputs + k] = logits[n * outputs + k];
      });
    }
    return result;
  }
}

interface Encoded {
  sequences: Int32Array[];
  classes: Int32Array;
  lengths: Int32Array;
}

interface EncodedForBoth extends Encoded {
  /** Logits of the linear part; null where there is none. */
  linear: Float64Array | null;
}

/** @param logits [N, K], of two classes [N, 1] */
function scoreOf(logits: Float64Array, classes: Int32Array, count: number): ClassifierMetrics {
  const probabilities = probabilitiesOf(logits, count);
  const predicted = new Int32Array(classes.length);
  let loss = 0;
  classes.forEach((truth, n) => {
    const own = probabilities.subarray(n * count, (n + 1) * count);
    predicted[n] = own.indexOf(own.reduce((most, p) => Math.max(most, p)));
    loss -= Math.log(Math.max(own[truth], 1e-30));
  });
  return { loss: loss / classes.length, rows: classes.length, ...classMetrics(classes, predicted, count) };
}

/** What the loss of a row weighs in the linear part. */
const LINEAR_COST = 10;

/** How far words and pairs are scaled by naive Bayes; of runs of characters each says little alone. */
const BAYES = 0.5;

/** What is a feature of the linear part: words, their affixes, and pairs of them; of characters runs of up to four, the ends of the text among them. */
function ngramsOf({ tokens }: TextSettings): Omit<NgramLinearConfig, 'size'> {
  const words = isWordKind(tokens);
  return { order: words ? 2 : 4, marked: !words, affixes: words };
}

/** Of the minutes, what the linear part may take. */
const LINEAR_SHARE = 0.1;

/** Characters that the linear part can look at in a second, at least. */
const CHARACTERS_A_SECOND = 2e6;

/** The rows that the linear part learns from in its share of the minutes, evenly spaced where they are too many. */
function rowsInTime(rows: readonly LabelledText[], minutes = Infinity): readonly LabelledText[] {
  const characters = rows.reduce((sum, { text }) => sum + text.length, 0);
  const step = Math.ceil(characters / (minutes * 60 * LINEAR_SHARE * CHARACTERS_A_SECOND));
  return step <= 1 ? rows : rows.filter((_, i) => i % step === 0);
}

function fitUntil(minutes: number | undefined): number {
  return performance.now() + (minutes ?? Infinity) * 60_000 * LINEAR_SHARE;
}

function linearConfig(config: ConfigReader, name: string): { linear?: NgramLinearConfig } {
  const value = config.value('linear');
  if (value === undefined) return {};
  const own = new ConfigReader(value, name);
  const size = own.size('size', 1);
  if ((size & (size - 1)) !== 0) own.fail('a power of two as "size"');
  return { linear: { order: own.size('order', 1), marked: own.flag('marked'), affixes: own.flag('affixes'), size } };
}
