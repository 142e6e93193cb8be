// Options and defaults of a language model. Apart from the model, so that --help shows the defaults
// without loading the library.
import type { CorpusOptions } from '../../text/corpus.js';
import type { LossMetrics } from '../../text/perplexity.js';
import type { StepProgress, Validation } from '../../train/trainer.js';
import type { FitOptions, RunningTraining, StackOptions } from '../options.js';
import type { LanguageNetworkConfig } from './languageNetwork.js';
import type { GenerateOptions } from './textGenerator.js';

/**
 * What a language model is built from, as its file holds it: the recurrent stack, the size of the embedding (0 for one-hot
 * inputs), and the seed.
 */
export interface LanguageModelConfig extends LanguageNetworkConfig {
  /** Of the initial weights and of dropout; a whole number. */
  seed: number;
}

/** A model in training: `LanguageModel` is one. */
export interface WritingModel {
  /** Text that follows the prime, without it. Errors: RANGE. */
  generate(options?: GenerateOptions): string;
  /** Loss in nats a token and perplexity of a text or of its tokens. Errors: TOO_SHORT for fewer than two tokens. */
  evaluate(data: string | Int32Array): LossMetrics;
  /** The same on every backend. */
  generateAsync(options?: GenerateOptions): Promise<string>;
  /** The same on every backend. */
  evaluateAsync(data: string | Int32Array): Promise<LossMetrics>;
}

/** Defaults: LANGUAGE_MODEL_DEFAULTS; 10 epochs where no minutes are given. */
export interface LanguageModelOptions
  extends CorpusOptions, StackOptions, Omit<FitOptions<LossMetrics>, 'onStep' | 'onValidation'> {
  /** 64; 0 for one-hot */
  embeddingSize?: number;
  /** The decoder's weight is the table of the embedding; by the data, see docs/defaults.md. */
  tied?: boolean;
  /** Tokens of the vocabulary whose vector is zero in a minibatch, as a share; 0. */
  embeddingDropout?: number;
  /**
   * Words drawn for a minibatch, which beside its targets stand for the whole vocabulary in training (sampled softmax): a large vocabulary
   * costs less, and predictions are over all words as ever. 0 for the whole vocabulary; by the data, for tied vectors alone.
   */
  softmaxSamples?: number;
  /**
   * Mixes what the network predicts with n-grams of the training part, whose shares are fitted to the validation part. Predicts better,
   * most of all where the text is small; draws more slowly, and the file holds the counts too. false
   */
  mixture?: boolean;
  /** Length of backpropagation through time; 64. */
  numSteps?: number;
  /** sequential carries the state from batch to batch, random does not; sequential. */
  sampling?: 'sequential' | 'random';
  /** As for any model; the one that is trained is a `LanguageModel`. */
  onStep?: (event: StepProgress, training: RunningTraining<WritingModel>) => void | Promise<void>;
  /** After every measurement of the validation part, with the model as it is then. */
  onValidation?: (event: Validation<LossMetrics>, model: WritingModel) => void | Promise<void>;
}

export const LANGUAGE_MODEL_DEFAULTS = {
  cell: 'lstm',
  hiddenSize: 256,
  numLayers: 1,
  embeddingSize: 64,
  dropout: 0,
  batchSize: 32,
  numSteps: 64,
  sampling: 'sequential',
  optimizer: 'adam',
  learningRate: 4e-3,
  schedule: 'cosine',
  clipNorm: 1,
  seed: 0,
  validation: 0.05,
  validations: 10,
} as const satisfies LanguageModelOptions;

/**
 * Validation on the way measures a sample of so many tokens: with 100,000 its standard error is a hundredth of a nat or less; fewer where
 * the time for all is short.
 */
export function validationTokens(minutes = Infinity): number {
  return Math.round(Math.min(1e5, Math.max(1e4, 1.2e5 * minutes)));
}

/** With the defaults. */
export type ResolvedLanguageModelOptions = LanguageModelOptions &
  Required<Pick<LanguageModelOptions, keyof typeof LANGUAGE_MODEL_DEFAULTS>>;
