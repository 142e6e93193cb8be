// Captioner: words for a picture. A small convolutional encoder, a decoder that looks at its places.
import { UnrolledError } from '../../errors.js';
import { expectNumbers, expectRows, expectText, type Names, optionsOf } from '../../expect.js';
import { crossEntropy } from '../../autograd/ops.js';
import { noGrad } from '../../autograd/tape.js';
import { Fingerprint } from '../../data/fingerprint.js';
import { checkSizes } from '../../nn/layers.js';
import type { Recurrent } from '../../nn/recurrent.js';
import { fromData } from '../../tensor/create.js';
import { readAndDispose, type Reading } from '../../tensor/readAll.js';
import { keep, scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { BEGIN, END, Vocabulary } from '../../text/vocabulary.js';
import { type BeamOptions, searchBeams } from '../decoder/beamSearch.js';
import { beamModel, teacherForcing } from '../decoder/decoding.js';
import { Model, requireMade } from '../model.js';
import { type ModelText, textAt } from '../modelFile.js';
import { FIT_OPTIONS, STACK_OPTIONS } from '../options.js';
import { cellConfig, stackConfig } from '../recurrentStack.js';
import { learnRows, partOfMean } from '../rows.js';
import { defineTask, type Lesson, type TaskTypes } from '../task.js';
import { Side } from '../translator/sentencePairs.js';
import { CaptionerNetwork } from './captionerNetwork.js';
import {
  type Caption,
  type CaptionedPicture,
  CAPTIONER_DEFAULTS,
  type CaptionerConfig,
  type CaptionerMetrics,
  type CaptionerOptions,
  type ResolvedCaptionerOptions as Resolved,
} from './options.js';

const BATCH = 64;
/** One hypothesis alone: its steps are those of one caption. */
const GREEDY: BeamOptions = { beamSize: 1 };

const OPTIONS: Names<CaptionerOptions> = {
  ...{ minCount: true, maxSize: true },
  ...STACK_OPTIONS,
  ...FIT_OPTIONS,
  ...{
    height: true,
    width: true,
    filters: true,
    embeddingSize: true,
    attentionSize: true,
    tokens: true,
    validation: true,
  },
};
const CAPTION_OPTIONS: Names<BeamOptions> = { beamSize: true, lengthPenalty: true, results: true };

/** Errors: OPTION for what are no pictures with captions. */
function expectPictures(pictures: unknown): void {
  const as = "as in [{ pixels: new Float32Array(height * width), text: 'seven' }]";
  expectRows(pictures, as, ({ pixels, text }) => {
    expectNumbers(pixels, 'the pixels of a picture', as);
    expectText(text, 'the caption of a picture', as);
  });
}

/** The types of `Captioner`: what it takes, answers and measures. */
export interface CaptionTask extends TaskTypes {
  config: CaptionerConfig;
  /** @internal */
  network: CaptionerNetwork;
  data: readonly CaptionedPicture[];
  metrics: CaptionerMetrics;
  evaluation: CaptionerMetrics;
  evaluateOptions: BeamOptions;
  input: ArrayLike<number>;
  answer: Caption;
  predictOptions: BeamOptions;
}

/**
 * Words for a picture.
 *
 *     const model = await Captioner.fit(pictures, { height: 28, width: 84, epochs: 8 });
 *     model.caption(pixels).text;
 *
 * `fit` has the errors EMPTY without pictures, SHAPE for one of another size.
 */
export class Captioner extends Model<CaptionTask> {
  readonly task = 'caption';
  readonly #side: Side;

  /**
   * What the table of tasks holds: the name `caption`, the defaults of `fit`, and how a model is opened, made for data and
   * trained.
   * @internal
   */
  static readonly definition = defineTask<Captioner, readonly CaptionedPicture[], CaptionerOptions>({
    task: 'caption',
    noun: 'a captioner',
    defaults: CAPTIONER_DEFAULTS,
    options: OPTIONS,
    epochs: 5,
    build(config, texts, name) {
      const text = textAt(texts, 0, name);
      if (!text.vocabulary.has(BEGIN) || !text.vocabulary.has(END)) {
        config.fail(`${BEGIN} and ${END} in the vocabulary`);
      }
      return new Captioner(
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
    },
    prepare(pictures, options) {
      const o = options as Resolved;
      checkSizes({ height: o.height, width: o.width });
      expectPictures(pictures);
      if (o.validation !== undefined) expectPictures(o.validation);
      if (pictures.length === 0) {
        throw new UnrolledError('EMPTY', 'expected pictures to learn from, received none', 'give data');
      }
      return {
        create: () => Captioner.#create(pictures, o),
        lesson: (model) => model.#lesson(pictures, o.validation ?? [], o),
      };
    },
  });

  constructor(config: CaptionerConfig, text: ModelText) {
    requireMade(config, [text]);
    super(config, [text], (rng, calls) => new CaptionerNetwork(config, text.vocabulary.size, rng, calls));
    this.#side = new Side(text);
  }

  static #create(pictures: readonly CaptionedPicture[], o: Resolved): Captioner {
    const { cell, embeddingSize, attentionSize, height, width, filters, seed } = o;
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
        ...stackConfig(o),
        ...{ embeddingSize, attentionSize, tied: false, height, width, filters, seed },
        longest: texts.reduce((most, { length }) => Math.max(most, length), 0),
      },
      { settings, vocabulary },
    );
  }

  #lesson(
    pictures: readonly CaptionedPicture[],
    validation: readonly CaptionedPicture[],
    o: Resolved,
  ): Lesson<CaptionerMetrics> {
    const sequences = pictures.map(({ text }) => this.#encoded(text));
    return learnRows(
      {
        data: { training: fingerprint(pictures), validation: fingerprint(validation) },
        lengths: sequences.map(({ length }) => length),
        step: (rows, all) => {
          const pixels = Array.from(rows, (row) => pictures[row].pixels);
          const { logits, targets } = this.#forward(
            pixels,
            Array.from(rows, (row) => sequences[row]),
          );
          const count = all.reduce((sum, row) => sum + sequences[row].length, 0);
          return { loss: partOfMean(crossEntropy(logits, targets), targets.size, count), tokens: targets.size };
        },
        evaluate: () => (validation.length === 0 ? null : this.#measurePictures(validation, { beamSize: 1 })),
      },
      o,
    );
  }

  /** The vocabulary, and how a caption is cut into tokens. */
  get text(): ModelText {
    return this.texts[0];
  }

  recurrents(): Record<string, Recurrent> {
    return { 'decoder.rnn.': this.network.decoder.recurrent };
  }

  /** What the decoder reads: the beginning, then the words of the caption that it writes. */
  steps(pixels: ArrayLike<number>): string[] {
    return [BEGIN, ...this.caption(pixels, GREEDY).tokens];
  }

  /** @internal */
  override *readOnce(pixels: ArrayLike<number>): Reading<void> {
    yield* this.readAnswers([pixels], GREEDY);
  }

  protected *measure(pictures: readonly CaptionedPicture[], given: BeamOptions): Reading<CaptionerMetrics> {
    const options = optionsOf(given, CAPTION_OPTIONS, 'evaluate');
    expectPictures(pictures);
    if (pictures.length === 0) {
      throw new UnrolledError('EMPTY', 'expected pictures to measure, received none', 'give data');
    }
    return yield* this.#measurePictures(pictures, options);
  }

  /** Words for a picture. Errors: SHAPE. */
  caption(pixels: ArrayLike<number>, options?: BeamOptions): Caption {
    return this.predict([pixels], options)[0];
  }

  protected *answer(pictures: readonly ArrayLike<number>[], given: BeamOptions): Reading<Caption[]> {
    const options = optionsOf(given, CAPTION_OPTIONS, 'caption');
    for (const pixels of pictures)
      expectNumbers(pixels, 'the pixels of a picture', 'give one grey value for each pixel');
    const result: Caption[] = [];
    for (let at = 0; at < pictures.length; at += BATCH) {
      result.push(...(yield* this.#search(pictures.slice(at, at + BATCH), options)));
    }
    return result;
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
        throw new UnrolledError(
          'SHAPE',
          `expected ${height} × ${width} pixels, received ${own.length}`,
          'give one grey value for each pixel, row by row',
        );
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

  *#measurePictures(pictures: readonly CaptionedPicture[], options: BeamOptions): Reading<CaptionerMetrics> {
    let [loss, count, right] = [0, 0, 0];
    for (let at = 0; at < pictures.length; at += BATCH) {
      const part = pictures.slice(at, at + BATCH);
      const pixels = part.map((picture) => picture.pixels);
      const sequences = part.map(({ text }) => this.#encoded(text));
      const sum = scope(() =>
        noGrad(() => {
          const { logits, targets } = this.#forward(pixels, sequences);
          count += targets.size;
          return keep(crossEntropy(logits, targets, { reduction: 'sum' }));
        }),
      );
      loss += (yield* readAndDispose(sum))[0];
      (yield* this.#search(pixels, options)).forEach(({ tokens }, n) => {
        const said = this.#side.encode(tokens, [END]);
        if (said.length === sequences[n].length && said.every((token, t) => token === sequences[n][t])) right++;
      });
    }
    return { loss: loss / count, exact: right / pictures.length, pictures: pictures.length };
  }

  *#search(pixels: readonly ArrayLike<number>[], options: BeamOptions): Reading<Caption[]> {
    const { vocabulary } = this.text;
    const [rows, columns] = this.network.places;
    const state = scope(() => noGrad(() => this.network.encode(this.#pictures(pixels))));
    const found = yield* searchBeams(beamModel(this.network.decoder), state, {
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

function fingerprint(pictures: readonly CaptionedPicture[]) {
  const print = new Fingerprint();
  for (const { pixels, text } of pictures) print.numbers(pixels).text(text);
  return print.part(pictures.length);
}
