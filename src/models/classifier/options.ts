// Options, defaults and results of a text classifier. Apart from the model, so that --help shows the
// defaults without loading the library.
import type { ClassMetrics } from '../../metrics/classMetrics.js';
import type { CleanOptions } from '../../text/clean.js';
import type { TokenizerKind } from '../../text/tokenizer.js';
import type { WordVectors } from '../../text/vectors.js';
import type { VocabularyOptions } from '../../text/vocabulary.js';
import type { FitOptions, StackOptions } from '../options.js';
import type { ClassifierNetworkConfig } from './classifierNetwork.js';
import type { Pooling } from './poolings.js';

/** A text and the class it belongs to: one row of the data. */
export interface LabelledText {
  /** As it was written; the model cleans it and cuts it into tokens. */
  text: string;
  /** The name of the class. */
  label: string;
  /** Where it stands, for messages. */
  file?: string;
  /** Counted from 1. */
  line?: number;
}

/** What a text classifier is built from, as its file holds it. */
export interface ClassifierConfig extends ClassifierNetworkConfig {
  /** Tokens of a text that the network reads at most, half of them from its beginning, half from its end; all, where it is not there. */
  maxLength?: number;
  /** In the order of their code points. */
  labels: string[];
  /** Of the initial weights and of dropout; a whole number. */
  seed: number;
}

/** How well one of the two parts of a classifier does by itself. */
export interface PartMetrics extends Pick<ClassMetrics, 'accuracy' | 'macroF1'> {
  /** Nats a row. */
  loss: number;
}

/** Accuracy, macro F1 and the confusion matrix, in the order of the labels, with the loss. */
export interface ClassifierMetrics extends ClassMetrics {
  /** Nats a row. */
  loss: number;
  /** How many texts were measured. */
  rows: number;
  /** What the recurrent network and the linear part give alone; where there is a linear part. */
  parts?: { network: PartMetrics; linear: PartMetrics };
}

/** The class of a text, and how sure the model is. */
export interface Classified {
  /** The most probable class. */
  label: string;
  /** Of that label. */
  probability: number;
  /** Of every class, by name; they sum to 1. */
  probabilities: Record<string, number>;
}

/** Defaults: CLASSIFIER_DEFAULTS, but for what is chosen from the data (`onStart` is told). */
export interface ClassifierOptions
  extends Omit<CleanOptions, 'lineSeparator'>, VocabularyOptions, StackOptions, FitOptions<ClassifierMetrics> {
  /** What a token is; word, and char where the texts are single short words. */
  tokens?: TokenizerKind;
  /** Reads both ways; true. */
  bidirectional?: boolean;
  /** How the outputs of all steps become one vector; for words max. */
  pooling?: Pooling;
  /** For words 100, or the size of the vectors. */
  embeddingSize?: number;
  /** The standard deviation that the vectors of tokens are drawn with; for words 0.1. */
  embeddingDeviation?: number;
  /** Where embeddings start; the words that are not among them start small. */
  vectors?: WordVectors;
  /** The share of tokens replaced by `<unk>` in training, drawn anew for each minibatch (word dropout, Dai and Le 2015). */
  wordDropout?: number;
  /**
   * Whether a linear part over n-grams of the text (words, their affixes, and pairs; of characters runs of up to four) stands beside the network, so
   * that the classifier contains the strongest of its baselines; true.
   */
  linear?: boolean;
  /**
   * Tokens of a text that the network reads at most: of a longer one the beginning and the end. The linear part reads all. No limit,
   * unless the time does not suffice.
   */
  maxLength?: number;
  /** `balanced`: the loss of a row weighs in inverse proportion to how frequent its label is; all weigh alike where nothing is said. */
  classWeights?: 'balanced';
  /** Rows of their own, or the share that is drawn from each class. */
  validation?: readonly LabelledText[] | number;
}

export const CLASSIFIER_DEFAULTS = {
  tokens: 'word',
  cell: 'lstm',
  hiddenSize: 128,
  numLayers: 1,
  bidirectional: true,
  pooling: 'max',
  dropout: 0.3,
  wordDropout: 0,
  batchSize: 64,
  optimizer: 'adam',
  learningRate: 2e-3,
  schedule: 'cosine',
  clipNorm: 1,
  seed: 0,
  linear: true,
  validation: 0.1,
  validations: 5,
} as const satisfies ClassifierOptions;

/** With the defaults. */
export type ResolvedClassifierOptions = ClassifierOptions &
  Required<Pick<ClassifierOptions, keyof typeof CLASSIFIER_DEFAULTS>>;
