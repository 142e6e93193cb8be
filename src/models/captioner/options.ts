// Options, defaults and results of a captioner.
import type { TokenizerKind } from '../../text/tokenizer.js';
import type { VocabularyOptions } from '../../text/vocabulary.js';
import type { FitOptions, StackOptions } from '../options.js';
import type { CaptionerNetworkConfig } from './captionerNetwork.js';

/** A picture and what it shows: one row of the data. */
export interface CaptionedPicture {
  /** Height × width grey values from 0 to 1, row by row. */
  pixels: ArrayLike<number>;
  /** Its caption. */
  text: string;
}

/** What a captioner is built from, as its file holds it. */
export interface CaptionerConfig extends CaptionerNetworkConfig {
  /** Tokens of the longest caption in training: no caption is longer. */
  longest: number;
  /** Of the initial weights and of dropout; a whole number. */
  seed: number;
}

/** The loss given the right tokens before, and how many captions are right. */
export interface CaptionerMetrics {
  /** Nats a token, the end included. */
  loss: number;
  /** The share of captions that are right in full. */
  exact: number;
  /** How many pictures were measured. */
  pictures: number;
}

/** The best caption that the search found. */
export interface Caption {
  /** As it would be written. */
  text: string;
  /** Of the text, without `<eos>`. */
  tokens: string[];
  /** Log-probability with the length penalty. */
  score: number;
  /** For each token, the weight of each place of the picture: [tokens][rows][columns]; empty without attention. */
  attention: number[][][];
}

/** Defaults: CAPTIONER_DEFAULTS; 5 epochs where no minutes are given. */
export interface CaptionerOptions
  extends Pick<VocabularyOptions, 'minCount' | 'maxSize'>, StackOptions, FitOptions<CaptionerMetrics> {
  /** Of every picture, in pixels. */
  height: number;
  /** Of every picture, in pixels. */
  width: number;
  /** Channels of the first convolution; the second has twice as many; 16. */
  filters?: number;
  /** Of the tokens of captions; 32. */
  embeddingSize?: number;
  /** Inside the attention; 0 for a decoder that sees the picture once. */
  attentionSize?: number;
  /** What a token of a caption is; word. */
  tokens?: Exclude<TokenizerKind, 'byte'>;
  /** Pictures of their own; none. */
  validation?: readonly CaptionedPicture[];
}

export const CAPTIONER_DEFAULTS = {
  tokens: 'word',
  minCount: 1,
  cell: 'lstm',
  hiddenSize: 128,
  numLayers: 1,
  filters: 16,
  embeddingSize: 32,
  attentionSize: 64,
  dropout: 0.1,
  batchSize: 64,
  optimizer: 'adam',
  learningRate: 2e-3,
  schedule: 'cosine',
  clipNorm: 1,
  seed: 0,
  validations: 5,
} as const satisfies Partial<CaptionerOptions>;

/** With the defaults. */
export type ResolvedCaptionerOptions = CaptionerOptions &
  Required<Pick<CaptionerOptions, keyof typeof CAPTIONER_DEFAULTS>>;
