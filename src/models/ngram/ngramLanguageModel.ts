// An n-gram model of text as a file of its own: counts, vocabulary and text settings.
import { UnrolledError } from '../../errors.js';
import type { SafetensorsTensor } from '../../formats/safetensors.js';
import { type Corpus, encodeWith, type TextSettings } from '../../text/corpus.js';
import { NgramModel, type Smoothing } from '../../text/ngram.js';
import { type LossMetrics } from '../../text/perplexity.js';
import { drawIndex } from '../../backend/reference/sample.js';
import { openingFile } from '../../weights/budget.js';
import { generatePieces, type GenerateOptions, type Predictor, textOf } from '../language/textGenerator.js';
import { StoredModel } from '../model.js';
import { type FileExtra, type ModelFile, type ModelText, textAt } from '../modelFile.js';

/** How n-grams are counted and smoothed, and how the text was cleaned. */
export interface NgramTrainOptions extends TextSettings {
  /** 5 */
  order?: number;
  /** kneser-ney */
  smoothing?: Smoothing;
  /** What Laplace adds; 1. */
  alpha?: number;
}

/**
 * Counts as a language model: what a network is measured against.
 *
 *     const model = NgramLanguageModel.fit(corpus, { order: 5 });
 */
export class NgramLanguageModel extends StoredModel {
  readonly task = 'ngram';

  /** What the table of tasks holds: the name `ngram`, and how a file opens. @internal */
  static readonly definition = {
    task: 'ngram',
    noun: 'an n-gram model',
    open: (file: ModelFile, name: string) => NgramLanguageModel.#open(file, name),
  } as const;

  /** The counts, over token indices. */
  readonly ngrams: NgramModel;
  /** The vocabulary, and how a text is cleaned and cut into tokens. */
  readonly text: ModelText;

  constructor(ngrams: NgramModel, text: ModelText) {
    super();
    this.ngrams = ngrams;
    this.text = text;
  }

  /** Counts the training part of a corpus. Errors: RANGE, EMPTY. */
  static fit(corpus: Corpus, options: NgramTrainOptions = {}): NgramLanguageModel {
    const { order = 5, smoothing, alpha } = options;
    const vocabularySize = corpus.vocabulary.size;
    return new NgramLanguageModel(
      NgramModel.fit(corpus.train, { order, smoothing, alpha, vocabularySize }),
      textOf(corpus, options),
    );
  }

  /** The same as `fit`. */
  static train(corpus: Corpus, options: NgramTrainOptions = {}): NgramLanguageModel {
    return NgramLanguageModel.fit(corpus, options);
  }

  /** Order n, smoothing, what Laplace adds, and V: plain data, as the file holds them. */
  get config(): { order: number; smoothing: Smoothing; alpha: number; vocabularySize: number } {
    const { order, smoothing, alpha, vocabularySize } = this.ngrams;
    return { order, smoothing, alpha, vocabularySize };
  }

  /** Text that follows the prime, without it: each token is drawn given the n − 1 before it. Errors: RANGE. */
  generate(options: GenerateOptions = {}): string {
    return [...generatePieces(this.#predictor(), this.text, options)].join('');
  }

  #predictor(): Predictor {
    let context: number[] = [];
    const read = (tokens: Iterable<number>): void => {
      context = [...context, ...tokens].slice(-Math.max(1, this.ngrams.order - 1));
    };
    return {
      read,
      draw: (numbers, spec) =>
        numbers.map((number) => {
          const token = drawIndex(this.ngrams.distribution(context).map(Math.log), spec, number);
          read([token]);
          return token;
        }),
    };
  }

  /** How well it predicts a text; `context` stands before it. Errors: EMPTY. */
  evaluate(data: string | Int32Array, context: ArrayLike<number> = []): LossMetrics {
    const tokens = typeof data === 'string' ? encodeWith(data, this.text.settings, this.text.vocabulary) : data;
    return this.ngrams.evaluate(tokens, context);
  }

  protected content(): Pick<ModelFile, 'config' | 'texts'> & FileExtra {
    const { token, count, children } = this.ngrams.toData();
    const tensors = Object.entries({ token, count, children }).map(([name, data]) => ({
      name,
      shape: [data.length],
      dtype: 'I32' as const,
      data: Int32Array.from(data),
    }));
    return { config: this.config, texts: [this.text], tensors };
  }

  /** Errors: FORMAT. */
  static #open(file: ModelFile, name: string): NgramLanguageModel {
    const array = (key: string): Int32Array => {
      const data: SafetensorsTensor['data'] | undefined = file.tensors.get(key)?.data;
      if (data instanceof Int32Array) return data;
      throw new UnrolledError('FORMAT', `expected int32 counts "${key}" in ${name}, found none`, 'the file is damaged');
    };
    const { order, smoothing, alpha } = (file.config ?? {}) as Record<string, unknown>;
    if (
      typeof order !== 'number' ||
      typeof alpha !== 'number' ||
      (smoothing !== 'laplace' && smoothing !== 'kneser-ney')
    ) {
      throw new UnrolledError('FORMAT', `expected order, smoothing and alpha in ${name}`, 'the file is damaged');
    }
    const text = textAt(file.texts, 0, name);
    const data = {
      order,
      smoothing,
      alpha,
      vocabularySize: text.vocabulary.size,
      token: array('token'),
      count: array('count'),
      children: array('children'),
    } as const;
    return openingFile(name, () => new NgramLanguageModel(NgramModel.fromData(data), text));
  }
}
