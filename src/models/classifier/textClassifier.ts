// TextClassifier: one label for a text. Trains on rows, evaluates, predicts, and is one file.
import { UnrolledError } from '../../errors.js';
import { crossEntropy, reshape, sigmoid, softmax } from '../../autograd/ops.js';
import { noGrad } from '../../autograd/tape.js';
import { ensureBackend } from '../../backend/choose.js';
import { padded, sortedBatches } from '../../data/lengthBatches.js';
import { stratifiedSplit } from '../../data/split.js';
import { bceWithLogits } from '../../nn/losses.js';
import { RandomCalls } from '../../nn/random.js';
import { getPlatform } from '../../platform/platform.js';
import { fromData } from '../../tensor/create.js';
import { Philox } from '../../tensor/philox.js';
import { scope } from '../../tensor/scope.js';
import { type CleanOptions, cleanText } from '../../text/clean.js';
import { encodeWith, type TextSettings } from '../../text/corpus.js';
import { createTokenizer } from '../../text/createTokenizer.js';
import type { TokenizerKind } from '../../text/tokenizer.js';
import type { WordVectors } from '../../text/vectors.js';
import { Vocabulary, type VocabularyOptions } from '../../text/vocabulary.js';
import { type ClassMetrics, classMetrics } from '../../metrics/classMetrics.js';
import type { TrainingResult } from '../../train/trainer.js';
import { ClassifierNetwork, type ClassifierNetworkConfig } from './classifierNetwork.js';
import { type Pooling, POOLINGS } from './poolings.js';
import { ConfigReader, defined } from '../config.js';
import { CLASSIFIER_DEFAULTS } from '../defaults.js';
import { encodeModelFile, type ModelFile, openModelFile, textAt, weightsOf, withWeights } from '../modelFile.js';
import { cellConfig } from '../recurrentStack.js';
import { startFromVectors } from '../startVectors.js';
import type { ModelText } from '../language/textGenerator.js';
import type { StackOptions } from '../trainingOptions.js';
import { checkpointOf, type FileExtra, type RowTrainingOptions, trainOnRows } from '../trainOnRows.js';

export interface LabelledText {
  text: string;
  label: string;
}

export interface ClassifierConfig extends ClassifierNetworkConfig {
  /** In the order of their code points. */
  labels: string[];
  seed: number;
}

export interface ClassifierMetrics extends ClassMetrics {
  /** Nats a row. */
  loss: number;
  rows: number;
}

export interface Classified {
  label: string;
  /** Of that label. */
  probability: number;
  probabilities: Record<string, number>;
}

/** Defaults: CLASSIFIER_DEFAULTS; 5 epochs where no minutes are given. */
export interface ClassifierOptions
  extends Omit<CleanOptions, 'lineSeparator'>, VocabularyOptions, StackOptions, RowTrainingOptions<ClassifierMetrics> {
  tokens?: TokenizerKind;
  bidirectional?: boolean;
  pooling?: Pooling;
  /** 100, or the size of the vectors */
  embeddingSize?: number;
  /** Where embeddings start; the words that are not among them start small. */
  vectors?: WordVectors;
  /** The share of the tokens that are `<unk>` while training, drawn anew each time (word dropout, Dai and Le 2015); 0. */
  wordDropout?: number;
  /** Rows of their own, or the share that is drawn from each class. */
  validation?: readonly LabelledText[] | number;
}

const EMBEDDING = 100;
const EVALUATION_BATCH = 128;
/** Keeps the draws of dropped words apart from other host draws of the same seed: a stream for each minibatch. */
const DROPPED_STREAM = 0x77000000;

/** Beside word vectors, words that have none start small: normal numbers times this. */
const DRAWN = 0.1;

export class TextClassifier {
  readonly task = 'classify';
  readonly config: ClassifierConfig;
  readonly text: ModelText;
  readonly network: ClassifierNetwork;
  readonly calls: RandomCalls;
  /** How it was trained; null for a loaded one. */
  training: TrainingResult<ClassifierMetrics> | null = null;

  constructor(config: ClassifierConfig, text: ModelText) {
    this.config = config;
    this.text = text;
    this.calls = new RandomCalls(config.seed);
    const outputs = config.labels.length === 2 ? 1 : config.labels.length;
    this.network = new ClassifierNetwork(config, text.vocabulary.size, outputs, new Philox(config.seed), this.calls);
  }

  /**
   * Trains a classifier.
   *
   *     const model = await TextClassifier.fit(rows, { epochs: 5 });
   *
   * Errors: EMPTY without rows, OPTION for one label only, or a label of the validation rows that no training row has.
   */
  static async fit(rows: readonly LabelledText[], options: ClassifierOptions = {}): Promise<TextClassifier> {
    await ensureBackend();
    const from = checkpointOf<ClassifierMetrics, ClassifierOptions>(options);
    const o: Resolved = { ...CLASSIFIER_DEFAULTS, ...defined(from?.options ?? {}), ...defined(options) };
    if (!(o.wordDropout >= 0 && o.wordDropout < 1)) {
      throw new UnrolledError('OPTION', `expected a word dropout of 0 or more and below 1, received ${o.wordDropout}`, '0.1 drops a tenth'); // prettier-ignore
    }
    const labels = labelsOf(rows);
    const { training, validation } = partsOf(rows, labels, o);
    const model =
      options.resume === undefined
        ? TextClassifier.#create(training, labels, o)
        : TextClassifier.fromBytes(options.resume, 'the checkpoint');
    const data = model.encode(training);
    const held = validation.length > 0 ? model.encode(validation) : null;
    model.training = await trainOnRows<ClassifierMetrics, Resolved>(
      model,
      {
        lengths: data.lengths,
        step(picked) {
          const sequences = Array.from(picked, (row) => data.sequences[row]);
          const { logits, lengths } = model.#forward(model.#forgetful(sequences, o.wordDropout));
          const classes = Int32Array.from(picked, (row) => data.classes[row]);
          return { loss: model.#loss(logits, classes), tokens: lengths.reduce((sum, length) => sum + length, 0) };
        },
        evaluate: () => held && model.#measure(held),
      },
      o,
      from,
    );
    return model;
  }

  static #create(rows: readonly LabelledText[], labels: string[], o: Resolved): TextClassifier {
    const settings = settingsOf(o);
    const tokenizer = createTokenizer(o.tokens);
    const vocabulary = Vocabulary.fromTokens(tokensOf(rows, settings, tokenizer), o);
    const { cell, hiddenSize, numLayers, dropout, recurrent, bidirectional, pooling, seed } = o;
    const model = new TextClassifier(
      {
        ...cellConfig(cell, CLASSIFIER_DEFAULTS.cell),
        ...{ hiddenSize, numLayers, dropout, ...(recurrent === undefined ? {} : { recurrent }) },
        ...{ embeddingSize: o.embeddingSize ?? o.vectors?.size ?? EMBEDDING, bidirectional, pooling, labels, seed },
      },
      { settings, vocabulary },
    );
    if (o.vectors) startFromVectors(model.network.embedding, vocabulary, o.vectors, DRAWN);
    return model;
  }

  get vocabularySize(): number {
    return this.text.vocabulary.size;
  }

  parameterCount(): number {
    return this.network.parameterCount();
  }

  /** Rows as token indices and classes. Errors: OPTION for a label that was not trained. */
  encode(rows: readonly LabelledText[]): Encoded {
    const classOf = new Map(this.config.labels.map((label, k) => [label, k]));
    const classes = Int32Array.from(rows, ({ label }, i) => {
      const k = classOf.get(label);
      if (k !== undefined) return k;
      throw new UnrolledError(
        'OPTION',
        `expected a label of ${shownLabels(this.config.labels)}, received "${label}" in row ${i + 1}`,
        'rows with a label that was not trained cannot be measured: leave them out, or train with them',
      );
    });
    const sequences = rows.map(({ text }) => this.#tokens(text));
    return { sequences, classes, lengths: Int32Array.from(sequences, ({ length }) => length) };
  }

  /** Accuracy, macro F1 and confusion. Errors: EMPTY, OPTION. */
  evaluate(rows: readonly LabelledText[]): ClassifierMetrics {
    if (rows.length === 0) throw new UnrolledError('EMPTY', 'expected rows to measure, received none', 'give data');
    this.network.eval();
    return this.#measure(this.encode(rows));
  }

  /** A label with its probability for each text; for an iterable that is asynchronous, one after the other. */
  predict(texts: readonly string[]): Classified[];
  predict(texts: AsyncIterable<string>): AsyncGenerator<Classified>;
  predict(texts: readonly string[] | AsyncIterable<string>): Classified[] | AsyncGenerator<Classified> {
    this.network.eval();
    if (Symbol.asyncIterator in texts) return this.#predictEach(texts);
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

  async *#predictEach(texts: AsyncIterable<string>): AsyncGenerator<Classified> {
    for await (const text of texts) yield this.predict([text])[0];
  }

  /** The file's bytes: weights, configuration, labels and vocabulary. */
  toBytes(extra: FileExtra = {}): Uint8Array {
    return encodeModelFile({
      kind: 'classify',
      config: this.config,
      texts: [this.text],
      checkpoint: extra.checkpoint,
      tensors: [...weightsOf(this.network), ...(extra.tensors ?? [])],
    });
  }

  /** Errors: FORMAT for a file that is damaged or not a classifier's. */
  static fromBytes(bytes: Uint8Array, name: string): TextClassifier {
    return TextClassifier.fromFile(openModelFile(bytes, name), name);
  }

  static fromFile(file: ModelFile, name: string): TextClassifier {
    if (file.kind !== 'classify') {
      throw new UnrolledError('FORMAT', `expected a classifier in ${name}, received a model of kind ${file.kind}`, 'name another file'); // prettier-ignore
    }
    const config = new ConfigReader(file.config, name);
    const create = () =>
      new TextClassifier(
        {
          ...config.stack(),
          embeddingSize: config.size('embeddingSize', 1),
          bidirectional: config.flag('bidirectional'),
          pooling: config.choice('pooling', POOLINGS),
          labels: config.texts('labels'),
          seed: config.seed(),
        },
        textAt(file, 0, name),
      );
    const model = withWeights(file, name, create);
    model.network.eval();
    return model;
  }

  /** Writes the file whole or not at all. Errors: IO. */
  async save(path: string): Promise<void> {
    await getPlatform().writeFileAtomic(path, this.toBytes());
  }

  /** Errors: NOT_FOUND, FORMAT. */
  static async load(path: string): Promise<TextClassifier> {
    await ensureBackend();
    return TextClassifier.fromBytes(await getPlatform().readFile(path), path);
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

  #measure({ sequences, classes }: Encoded): ClassifierMetrics {
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

type Resolved = ClassifierOptions & Required<Pick<ClassifierOptions, keyof typeof CLASSIFIER_DEFAULTS>>;

function settingsOf({ tokens, lowercase, lettersOnly, collapseWhitespace }: ClassifierOptions): TextSettings {
  return defined({ tokens, lowercase, lettersOnly, collapseWhitespace, lineSeparator: tokens === 'char' ? '' : ' ' });
}

function* tokensOf(
  rows: readonly LabelledText[],
  settings: TextSettings,
  tokenizer: ReturnType<typeof createTokenizer>,
): Generator<string> {
  for (const { text } of rows) yield* tokenizer.tokenize(cleanText(text, settings));
}

/** Errors: EMPTY, OPTION for one label only. */
function labelsOf(rows: readonly LabelledText[]): string[] {
  if (rows.length === 0) throw new UnrolledError('EMPTY', 'expected rows to learn from, received none', 'give data');
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  if (labels.length < 2) {
    throw new UnrolledError('OPTION', `expected two labels or more, received only "${labels[0]}"`, 'a classifier needs something to tell apart: check the column of labels'); // prettier-ignore
  }
  return labels;
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

function shownLabels(labels: readonly string[]): string {
  return labels.length > 8 ? `${labels.slice(0, 8).join(', ')}, … (${labels.length})` : labels.join(', ');
}
