// Captioner: words for a picture. A small convolutional encoder, a decoder that looks at its places; fits, evaluates, writes, and is
// one file.
import { UnrolledError } from '../../errors.js';
import { crossEntropy } from '../../autograd/ops.js';
import { noGrad } from '../../autograd/tape.js';
import { ensureBackend } from '../../backend/choose.js';
import { RandomCalls } from '../../nn/random.js';
import { getPlatform } from '../../platform/platform.js';
import { fromData } from '../../tensor/create.js';
import { Philox } from '../../tensor/philox.js';
import { scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TokenizerKind } from '../../text/tokenizer.js';
import { BEGIN, END, Vocabulary, type VocabularyOptions } from '../../text/vocabulary.js';
import type { TrainingResult } from '../../train/trainer.js';
import { type BeamOptions, beamSearch } from '../decoder/beamSearch.js';
import { CaptionerNetwork, type CaptionerNetworkConfig } from './captionerNetwork.js';
import { ConfigReader, defined } from '../config.js';
import { beamModel, teacherForcing } from '../decoder/decoding.js';
import { CAPTIONER_DEFAULTS } from '../defaults.js';
import { encodeModelFile, type ModelFile, openModelFile, textAt, weightsOf, withWeights } from '../modelFile.js';
import { cellConfig } from '../recurrentStack.js';
import { Side } from '../translator/sentencePairs.js';
import type { ModelText } from '../language/textGenerator.js';
import type { StackOptions } from '../trainingOptions.js';
import { checkpointOf, type FileExtra, type RowTrainingOptions, trainOnRows } from '../trainOnRows.js';

export interface CaptionedPicture {
  /** Height × width grey values from 0 to 1, row by row. */
  pixels: ArrayLike<number>;
  text: string;
}

export interface CaptionerConfig extends CaptionerNetworkConfig {
  /** Tokens of the longest caption in training: no caption is longer. */
  longest: number;
  seed: number;
}

export interface CaptionerMetrics {
  /** Nats a token, the end included. */
  loss: number;
  /** The share of captions that are right in full. */
  exact: number;
  pictures: number;
}

export interface Caption {
  text: string;
  tokens: string[];
  /** Log-probability with the length penalty. */
  score: number;
  /** For each token, the weight of each place of the picture: [tokens][rows][columns]; empty without attention. */
  attention: number[][][];
}

/** Defaults: CAPTIONER_DEFAULTS; 5 epochs where no minutes are given. */
export interface CaptionerOptions
  extends Pick<VocabularyOptions, 'minCount' | 'maxSize'>, StackOptions, RowTrainingOptions<CaptionerMetrics> {
  height: number;
  width: number;
  filters?: number;
  embeddingSize?: number;
  /** Inside the attention; 0 for a decoder that sees the picture once. */
  attentionSize?: number;
  tokens?: Exclude<TokenizerKind, 'byte'>;
  validation?: readonly CaptionedPicture[];
}

const BATCH = 64;

export class Captioner {
  readonly task = 'caption';
  readonly config: CaptionerConfig;
  readonly text: ModelText;
  readonly network: CaptionerNetwork;
  readonly calls: RandomCalls;
  readonly #side: Side;
  /** How it was trained; null for a loaded one. */
  training: TrainingResult<CaptionerMetrics> | null = null;

  constructor(config: CaptionerConfig, text: ModelText) {
    this.config = config;
    this.text = text;
    this.#side = new Side(text);
    this.calls = new RandomCalls(config.seed);
    this.network = new CaptionerNetwork(config, text.vocabulary.size, new Philox(config.seed), this.calls);
  }

  /**
   * Trains a captioner.
   *
   *     const model = await Captioner.fit(pictures, { height: 28, width: 84, epochs: 8 });
   *     model.caption(pixels).text;
   *
   * Errors: EMPTY without pictures, SHAPE for one of another size.
   */
  static async fit(pictures: readonly CaptionedPicture[], options: CaptionerOptions): Promise<Captioner> {
    await ensureBackend();
    if (pictures.length === 0)
      throw new UnrolledError('EMPTY', 'expected pictures to learn from, received none', 'give data');
    const from = checkpointOf<CaptionerMetrics, CaptionerOptions>(options);
    const o = { ...options, ...CAPTIONER_DEFAULTS, ...defined(from?.options ?? {}), ...defined(options) };
    const model =
      options.resume === undefined
        ? Captioner.#create(pictures, o)
        : Captioner.fromBytes(options.resume, 'the checkpoint');
    const sequences = pictures.map(({ text }) => model.#encoded(text));
    const { validation = [] } = o;
    model.training = await trainOnRows<CaptionerMetrics, typeof o>(
      model,
      {
        lengths: sequences.map(({ length }) => length),
        step(rows) {
          const { logits, targets } = model.#forward(Array.from(rows, (row) => pictures[row].pixels), Array.from(rows, (row) => sequences[row])); // prettier-ignore
          return { loss: crossEntropy(logits, targets), tokens: targets.size };
        },
        evaluate: () => (validation.length === 0 ? null : model.#measure(validation, { beamSize: 1 })),
      },
      o,
      from,
    );
    return model;
  }

  static #create(
    pictures: readonly CaptionedPicture[],
    o: CaptionerOptions & Required<Pick<CaptionerOptions, keyof typeof CAPTIONER_DEFAULTS>>,
  ): Captioner {
    const { cell, hiddenSize, numLayers, dropout, recurrent, embeddingSize, attentionSize, height, width, filters, seed } = o; // prettier-ignore
    const settings = { tokens: o.tokens, lineSeparator: o.tokens === 'char' ? '' : ' ' };
    const side = new Side({ settings, vocabulary: Vocabulary.fromCounts([]) });
    const texts = pictures.map(({ text }) => side.tokens(text));
    const vocabulary = Vocabulary.fromTokens(texts.flat(), {
      minCount: o.minCount,
      maxSize: o.maxSize,
      reserved: [BEGIN, END],
    });
    return new Captioner(
      {
        ...cellConfig(cell, CAPTIONER_DEFAULTS.cell),
        ...{ hiddenSize, numLayers, dropout, ...(recurrent === undefined ? {} : { recurrent }) },
        ...{ embeddingSize, attentionSize, tied: false, height, width, filters, seed },
        longest: texts.reduce((most, { length }) => Math.max(most, length), 0),
      },
      { settings, vocabulary },
    );
  }

  parameterCount(): number {
    return this.network.parameterCount();
  }

  /** Errors: EMPTY, SHAPE. */
  evaluate(pictures: readonly CaptionedPicture[], options: BeamOptions = {}): CaptionerMetrics {
    if (pictures.length === 0)
      throw new UnrolledError('EMPTY', 'expected pictures to measure, received none', 'give data');
    this.network.eval();
    return this.#measure(pictures, options);
  }

  /** Words for a picture. Errors: SHAPE. */
  caption(pixels: ArrayLike<number>, options?: BeamOptions): Caption {
    return this.predict([pixels], options)[0];
  }

  /** For each picture; for an iterable that is asynchronous, one after the other. */
  predict(pictures: readonly ArrayLike<number>[], options?: BeamOptions): Caption[];
  predict(pictures: AsyncIterable<ArrayLike<number>>, options?: BeamOptions): AsyncGenerator<Caption>;
  predict(
    pictures: readonly ArrayLike<number>[] | AsyncIterable<ArrayLike<number>>,
    options: BeamOptions = {},
  ): Caption[] | AsyncGenerator<Caption> {
    this.network.eval();
    if (Symbol.asyncIterator in pictures) return this.#predictEach(pictures, options);
    const result: Caption[] = [];
    for (let at = 0; at < pictures.length; at += BATCH) {
      result.push(...scope(() => noGrad(() => this.#search(pictures.slice(at, at + BATCH), options))));
    }
    return result;
  }

  async *#predictEach(pictures: AsyncIterable<ArrayLike<number>>, options: BeamOptions): AsyncGenerator<Caption> {
    for await (const picture of pictures) yield this.predict([picture], options)[0];
  }

  /** The file's bytes: weights, configuration, vocabulary. */
  toBytes(extra: FileExtra = {}): Uint8Array {
    return encodeModelFile({
      kind: 'caption',
      config: this.config,
      texts: [this.text],
      checkpoint: extra.checkpoint,
      tensors: [...weightsOf(this.network), ...(extra.tensors ?? [])],
    });
  }

  /** Errors: FORMAT for a file that is damaged or not a captioner's. */
  static fromBytes(bytes: Uint8Array, name: string): Captioner {
    return Captioner.fromFile(openModelFile(bytes, name), name);
  }

  static fromFile(file: ModelFile, name: string): Captioner {
    if (file.kind !== 'caption') {
      throw new UnrolledError('FORMAT', `expected a captioner in ${name}, received a model of kind ${file.kind}`, 'name another file'); // prettier-ignore
    }
    const config = new ConfigReader(file.config, name);
    const text = textAt(file, 0, name);
    if (!text.vocabulary.has(BEGIN) || !text.vocabulary.has(END)) config.fail(`${BEGIN} and ${END} in the vocabulary`);
    const create = () =>
      new Captioner(
        {
          ...config.stack(),
          embeddingSize: config.size('embeddingSize', 1),
          attentionSize: config.size('attentionSize', 0),
          tied: config.flag('tied'),
          height: config.size('height', 1),
          width: config.size('width', 1),
          filters: config.size('filters', 1),
          longest: config.size('longest', 0),
          seed: config.seed(),
        },
        text,
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
  static async load(path: string): Promise<Captioner> {
    await ensureBackend();
    return Captioner.fromBytes(await getPlatform().readFile(path), path);
  }

  #encoded(text: string): Int32Array {
    return this.#side.encode(this.#side.tokens(text), [END]);
  }

  /** [N, H, W, 1] */
  #pictures(pixels: readonly ArrayLike<number>[]): Tensor {
    const { height, width } = this.config;
    const size = height * width;
    const all = new Float32Array(pixels.length * size);
    pixels.forEach((own, n) => {
      if (own.length !== size) {
        throw new UnrolledError('SHAPE', `expected ${height} × ${width} pixels, received ${own.length}`, 'give one grey value for each pixel, row by row'); // prettier-ignore
      }
      all.set(own, n * size);
    });
    return fromData(all, [pixels.length, height, width, 1]);
  }

  #forward(
    pixels: readonly ArrayLike<number>[],
    sequences: readonly Int32Array[],
  ): { logits: Tensor; targets: Tensor } {
    const { tokens, lengths, targets } = teacherForcing(sequences, this.text.vocabulary.index(BEGIN));
    const start = this.network.encode(this.#pictures(pixels));
    return { logits: this.network.decoder.forward(tokens, lengths, start).logits, targets };
  }

  #measure(pictures: readonly CaptionedPicture[], options: BeamOptions): CaptionerMetrics {
    let [loss, count, right] = [0, 0, 0];
    for (let at = 0; at < pictures.length; at += BATCH) {
      const part = pictures.slice(at, at + BATCH);
      const pixels = part.map((picture) => picture.pixels);
      const sequences = part.map(({ text }) => this.#encoded(text));
      scope(() =>
        noGrad(() => {
          const { logits, targets } = this.#forward(pixels, sequences);
          loss += crossEntropy(logits, targets, { reduction: 'sum' }).item();
          count += targets.size;
          this.#search(pixels, options).forEach(({ tokens }, n) => {
            const said = this.#side.encode(tokens, [END]);
            if (said.length === sequences[n].length && said.every((token, t) => token === sequences[n][t])) right++;
          });
        }),
      );
    }
    return { loss: loss / count, exact: right / pictures.length, pictures: pictures.length };
  }

  #search(pixels: readonly ArrayLike<number>[], options: BeamOptions): Caption[] {
    const { vocabulary } = this.text;
    const [rows, columns] = this.network.places;
    const found = beamSearch(beamModel(this.network.decoder), this.network.encode(this.#pictures(pixels)), {
      ...options,
      results: 1,
      begin: vocabulary.index(BEGIN),
      end: vocabulary.index(END),
      maxLengths: new Int32Array(pixels.length).fill(this.config.longest),
    });
    return found.map(([{ tokens: indices, score, attention }]) => {
      const tokens = indices.map((index) => vocabulary.token(index));
      const places = (attention ?? []).map((weights) =>
        Array.from({ length: rows }, (_, y) => Array.from(weights.subarray(y * columns, (y + 1) * columns))),
      );
      return { text: this.#side.write(tokens), tokens, score, attention: places };
    });
  }
}
