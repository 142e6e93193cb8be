// What a captioner takes and reports, and what it does where nothing is said.
import type { TokenizerKind } from '../../text/tokenizer.js';
import type { VocabularyOptions } from '../../text/vocabulary.js';
import type { FitOptions, StackOptions } from '../options.js';
import type { CaptionerNetworkConfig } from './captionerNetwork.js';

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
  extends Pick<VocabularyOptions, 'minCount' | 'maxSize'>, StackOptions, FitOptions<CaptionerMetrics> {
  height: number;
  width: number;
  filters?: number;
  embeddingSize?: number;
  /** Inside the attention; 0 for a decoder that sees the picture once. */
  attentionSize?: number;
  tokens?: Exclude<TokenizerKind, 'byte'>;
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
