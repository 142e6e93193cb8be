// An n-gram model of text as a file of its own: counts, vocabulary and text settings.
import { UnrolledError } from '../../errors.js';
import { expectNumbers, type Names, optionsOf, pick, refuse } from '../../expect.js';
import { Corpus, CORPUS_OPTIONS, type CorpusOptions, encodeWith } from '../../text/corpus.js';
import { NgramModel, type Smoothing } from '../../text/ngram.js';
import { type LossMetrics } from '../../text/perplexity.js';
import { drawIndex } from '../../backend/drawIndex.js';
import { alreadyRead } from '../../tensor/readAll.js';
import { openingFile } from '../../weights/budget.js';
import { generatePieces, type GenerateOptions, type Predictor, textOf } from '../language/textGenerator.js';
import { StoredModel } from '../model.js';
import { type FileExtra, type ModelFile, type ModelText, textAt } from '../modelFile.js';
import { ngramArrays, ngramTensors } from './ngramFile.js';

/** How n-grams are counted and smoothed, and how the text was cleaned. */
export interface NgramTrainOptions extends CorpusOptions {
  /** 5 */
  order?: number;
  /** kneser-ney */
  smoothing?: Smoothing;
  /** What Laplace adds; 1. */
  alpha?: number;
}

const NAMES: Names<NgramTrainOptions> = { ...CORPUS_OPTIONS, order: true, smoothing: true, alpha: true };

/** Errors: OPTION for what is no text. */
function corpusOf(data: unknown, options: NgramTrainOptions): Corpus {
  if (data instanceof Corpus) return data;
  if (typeof data !== 'string') refuse('a text to count', data, 'give a string, or a Corpus');
  return Corpus.fromText(data, pick(options, CORPUS_OPTIONS));
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
    if (!(ngrams instanceof NgramModel))
      refuse('counts of n-grams', ngrams, 'NgramLanguageModel.fit(text) makes a model');
    if (typeof text !== 'object' || text === null)
      refuse('a vocabulary', text, 'NgramLanguageModel.fit(text) makes a model');
    this.ngrams = ngrams;
    this.text = text;
  }

  /** Counts a text, or the training part of a corpus. Errors: RANGE, EMPTY, OPTION. */
  static fit(data: Corpus | string, given?: NgramTrainOptions): NgramLanguageModel {
    const options = optionsOf(given, NAMES, 'fit');
    const corpus = corpusOf(data, options);
    const { order = 5, smoothing, alpha } = options;
    const vocabularySize = corpus.vocabulary.size;
    return new NgramLanguageModel(
      NgramModel.fit(corpus.train, { order, smoothing, alpha, vocabularySize }),
      textOf(corpus, options),
    );
  }

  /** The name of `fit` in 0.1. @deprecated */
  static train(data: Corpus | string, options?: NgramTrainOptions): NgramLanguageModel {
    return NgramLanguageModel.fit(data, options);
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
        alreadyRead(
          numbers.map((number) => {
            const token = drawIndex(this.ngrams.distribution(context).map(Math.log), spec, number);
            read([token]);
            return token;
          }),
        ),
    };
  }

  /** How well it predicts a text; `context` stands before it. Errors: EMPTY. */
  evaluate(data: string | Int32Array, context: ArrayLike<number> = []): LossMetrics {
    if (typeof data !== 'string')
      expectNumbers(data, 'a text or tokens', 'give a string, or the indices of its tokens');
    const tokens = typeof data === 'string' ? encodeWith(data, this.text.settings, this.text.vocabulary) : data;
    return this.ngrams.evaluate(tokens, context);
  }

  protected content(): Pick<ModelFile, 'config' | 'texts'> & FileExtra {
    return { config: this.config, texts: [this.text], tensors: ngramTensors(this.ngrams) };
  }

  /** Errors: FORMAT. */
  static #open(file: ModelFile, name: string): NgramLanguageModel {
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
      ...ngramArrays(file, name),
    } as const;
    return openingFile(name, () => new NgramLanguageModel(NgramModel.fromData(data), text));
  }
}
