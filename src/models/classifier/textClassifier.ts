// TextClassifier: one label for a text.
import { UnrolledError } from '../../errors.js';
import { expectChoice, expectRows, expectText, expectTexts, type Names, optionsOf, pick } from '../../expect.js';
import { crossEntropy, reshape, sigmoid, softmax } from '../../autograd/ops.js';
import { noGrad } from '../../autograd/tape.js';
import { Fingerprint } from '../../data/fingerprint.js';
import { padded, sortedBatches } from '../../data/lengthBatches.js';
import { stratifiedSplit } from '../../data/split.js';
import { classMetrics } from '../../metrics/classMetrics.js';
import { bceWithLogits } from '../../nn/losses.js';
import type { Recurrent } from '../../nn/recurrent.js';
import { requireNumber } from '../../range.js';
import { fromData } from '../../tensor/create.js';
import { Philox } from '../../tensor/philox.js';
import { scope } from '../../tensor/scope.js';
import { cleaned } from '../../text/clean.js';
import { encodeWith, piecesOf, type TextSettings, tokenizerOf } from '../../text/corpus.js';
import { Vocabulary, VOCABULARY_OPTIONS } from '../../text/vocabulary.js';
import { defined } from '../defined.js';
import { Model, requireMade } from '../model.js';
import { type ModelText, textAt } from '../modelFile.js';
import { FIT_OPTIONS, STACK_OPTIONS } from '../options.js';
import { cellConfig, stackConfig } from '../recurrentStack.js';
import { learnRows } from '../rows.js';
import { placeOf, shownNames } from '../shown.js';
import { startFromVectors } from '../startVectors.js';
import { defineTask, type Lesson, type TaskTypes } from '../task.js';
import { ClassifierNetwork } from './classifierNetwork.js';
import {
  type Classified,
  CLASSIFIER_DEFAULTS,
  type ClassifierConfig,
  type ClassifierMetrics,
  type ClassifierOptions,
  type LabelledText,
  type ResolvedClassifierOptions as Resolved,
} from './options.js';
import { POOLINGS } from './poolings.js';

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
};

/** Errors: OPTION for what are no rows of texts and labels. */
function expectLabelled(rows: unknown): void {
  const as = "as in [{ text: 'a good film', label: 'good' }]";
  expectRows(rows, as, (row) => {
    expectText(row.text, 'the text of a row', as);
    expectText(row.label, 'the label of a row', `${as}; of a number String(label)`);
  });
}

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
          labels: config.texts('labels'),
          seed: config.seed(),
        },
        textAt(texts, 0, name),
      ),
    prepare(rows, options) {
      const o = options as Resolved;
      expectLabelled(rows);
      if (typeof o.validation !== 'number') expectLabelled(o.validation);
      expectChoice(o.pooling, 'pooling', POOLINGS);
      requireNumber('a word dropout', o.wordDropout, { min: 0, below: 1 }, '0.1 drops a tenth');
      const labels = labelsOf(rows);
      const { training, validation } = partsOf(rows, labels, o);
      return {
        create: () => TextClassifier.#create(training, labels, o),
        lesson: (model) => model.#lesson(training, validation, o),
      };
    },
  });

  constructor(config: ClassifierConfig, text: ModelText) {
    requireMade(config, [text]);
    const outputs = config.labels.length === 2 ? 1 : config.labels.length;
    super(config, [text], (rng, calls) => {
      return new ClassifierNetwork(config, text.vocabulary.size, outputs, rng, calls);
    });
  }

  static #create(rows: readonly LabelledText[], labels: string[], o: Resolved): TextClassifier {
    const settings = settingsOf(o);
    const vocabulary = Vocabulary.fromTokens(tokensOf(rows, settings), pick(o, VOCABULARY_OPTIONS));
    const { cell, bidirectional, pooling, seed } = o;
    const model = new TextClassifier(
      {
        ...cellConfig(cell, CLASSIFIER_DEFAULTS.cell),
        ...stackConfig(o),
        ...{ embeddingSize: o.embeddingSize ?? o.vectors?.size ?? EMBEDDING, bidirectional, pooling, labels, seed },
      },
      { settings, vocabulary },
    );
    if (o.vectors) startFromVectors(model.network.embedding, vocabulary, o.vectors, DRAWN);
    return model;
  }

  #lesson(
    training: readonly LabelledText[],
    validation: readonly LabelledText[],
    o: Resolved,
  ): Lesson<ClassifierMetrics> {
    const data = this.encode(training);
    const held = validation.length > 0 ? this.encode(validation) : null;
    return learnRows(
      {
        data: { training: fingerprint(training), validation: fingerprint(validation) },
        lengths: data.lengths,
        step: (picked) => {
          const sequences = Array.from(picked, (row) => data.sequences[row]);
          const { logits, lengths } = this.#forward(this.#forgetful(sequences, o.wordDropout));
          const classes = Int32Array.from(picked, (row) => data.classes[row]);
          return { loss: this.#loss(logits, classes), tokens: lengths.reduce((sum, length) => sum + length, 0) };
        },
        evaluate: () => held && this.#measureEncoded(held),
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

  recurrents(): Record<string, Recurrent> {
    return { 'rnn.': this.network.recurrent };
  }

  steps(text: string): string[] {
    return piecesOf(text, this.text.settings);
  }

  /** Rows as token indices and classes. Errors: OPTION for a label that was not trained. @internal */
  encode(rows: readonly LabelledText[]): Encoded {
    const classOf = new Map(this.config.labels.map((label, k) => [label, k]));
    const classes = Int32Array.from(rows, (row, i) => {
      const k = classOf.get(row.label);
      if (k !== undefined) return k;
      throw new UnrolledError(
        'OPTION',
        `expected a label of ${shownNames(this.config.labels)}, received "${row.label}" in ${placeOf(row, i)}`,
        'rows with a label that the model was not trained on cannot be measured: leave them out, or train with them',
      );
    });
    const sequences = rows.map(({ text }) => this.#tokens(text));
    return { sequences, classes, lengths: Int32Array.from(sequences, ({ length }) => length) };
  }

  protected measure(rows: readonly LabelledText[], options: object): ClassifierMetrics {
    optionsOf(options, {}, 'evaluate');
    expectLabelled(rows);
    if (rows.length === 0) throw new UnrolledError('EMPTY', 'expected rows to measure, received none', 'give data');
    return this.#measureEncoded(this.encode(rows));
  }

  protected override get readsTexts(): boolean {
    return true;
  }

  protected answer(texts: readonly string[], options: object): Classified[] {
    optionsOf(options, {}, 'predict');
    expectTexts(texts, 'texts', 'give a list of strings');
    const { labels } = this.config;
    const result = new Array<Classified>(texts.length);
    this.#each(
      texts.map((text) => this.#tokens(text)),
      (rows, probabilities) => {
        rows.forEach((row, n) => {
          const own = Array.from(probabilities.subarray(n * labels.length, (n + 1) * labels.length));
          const best = own.indexOf(Math.max(...own));
          const named = Object.fromEntries(labels.map((label, k) => [label, own[k]]));
          result[row] = { label: labels[best], probability: own[best], probabilities: named };
        });
      },
    );
    return result;
  }

  #tokens(text: string): Int32Array {
    return encodeWith(text, this.text.settings, this.text.vocabulary);
  }

  #forgetful(sequences: readonly Int32Array[], rate: number): readonly Int32Array[] {
    if (rate === 0) return sequences;
    const random = new Philox(this.config.seed, DROPPED_STREAM + this.calls.next().call);
    const { unknownIndex } = this.text.vocabulary;
    return sequences.map((tokens) => tokens.map((token) => (random.uniform() < rate ? unknownIndex : token)));
  }

  #forward(sequences: readonly Int32Array[]) {
    const { data, lengths, numSteps } = padded(sequences);
    const logits = this.network.forward(fromData(data, [numSteps, sequences.length], { dtype: 'int32' }), lengths);
    return { logits, lengths };
  }

  /** Mean over the rows. Two classes have one logit, that of the second. */
  #loss(logits: ReturnType<ClassifierNetwork['forward']>, classes: Int32Array) {
    if (this.config.labels.length === 2) {
      return bceWithLogits(reshape(logits, [-1]), fromData(Float32Array.from(classes), [classes.length]));
    }
    return crossEntropy(logits, fromData(classes, [classes.length], { dtype: 'int32' }));
  }

  #measureEncoded({ sequences, classes }: Encoded): ClassifierMetrics {
    const count = this.config.labels.length;
    const predicted = new Int32Array(sequences.length);
    let loss = 0;
    this.#each(sequences, (rows, probabilities) => {
      rows.forEach((row, n) => {
        const own = probabilities.subarray(n * count, (n + 1) * count);
        predicted[row] = own.indexOf(own.reduce((most, p) => Math.max(most, p)));
        loss -= Math.log(Math.max(own[classes[row]], 1e-30));
      });
    });
    return { loss: loss / sequences.length, rows: sequences.length, ...classMetrics(classes, predicted, count) };
  }

  /** Probabilities [rows, K] of minibatches of like lengths. */
  #each(sequences: readonly Int32Array[], visit: (rows: Int32Array, probabilities: Float32Array) => void): void {
    const lengths = sequences.map(({ length }) => length);
    const all = Int32Array.from(sequences, (_, i) => i);
    for (const rows of sortedBatches(all, lengths, EVALUATION_BATCH)) {
      scope(() =>
        noGrad(() => {
          const { logits } = this.#forward(Array.from(rows, (row) => sequences[row]));
          if (this.config.labels.length !== 2) return visit(rows, softmax(logits).data() as Float32Array);
          const second = sigmoid(logits).data();
          visit(
            rows,
            Float32Array.from({ length: rows.length * 2 }, (_, i) =>
              i % 2 === 1 ? second[i >> 1] : 1 - second[i >> 1],
            ),
          );
        }),
      );
    }
  }
}

interface Encoded {
  sequences: Int32Array[];
  classes: Int32Array;
  lengths: Int32Array;
}

function settingsOf({ tokens, lowercase, lettersOnly, collapseWhitespace }: ClassifierOptions): TextSettings {
  const lineSeparator = tokens === 'char' ? '' : ' ';
  // A label says nothing of blanks.
  return defined({ tokens, lowercase, lettersOnly, collapseWhitespace, lineSeparator, layout: false });
}

function* tokensOf(rows: readonly LabelledText[], settings: TextSettings): Generator<string> {
  const tokenizer = tokenizerOf(settings);
  for (const { text } of rows) yield* tokenizer.tokenize(cleaned(text, settings));
}

/** Errors: EMPTY, OPTION for one label only. */
function labelsOf(rows: readonly LabelledText[]): string[] {
  if (rows.length === 0) throw new UnrolledError('EMPTY', 'expected rows to learn from, received none', 'give data');
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  if (labels.length >= 2) return labels;
  throw new UnrolledError(
    'OPTION',
    `expected two labels or more, received only "${labels[0]}"`,
    'a classifier needs two classes or more: check the label column',
  );
}

function partsOf(rows: readonly LabelledText[], labels: string[], { validation, seed }: Resolved) {
  if (typeof validation !== 'number') return { training: rows, validation };
  const classOf = new Map(labels.map((label, k) => [label, k]));
  const { rest, drawn } = stratifiedSplit(
    rows.map(({ label }) => classOf.get(label) ?? 0),
    validation,
    seed,
  );
  return { training: Array.from(rest, (i) => rows[i]), validation: Array.from(drawn, (i) => rows[i]) };
}

function fingerprint(rows: readonly LabelledText[]) {
  const print = new Fingerprint();
  for (const { text, label } of rows) print.text(text).text(label);
  return print.part(rows.length);
}
