// What training a language model takes, reports and leaves behind; and what it asks of a model.
import type { Cell } from '../cell/cell.js';
import type { SafetensorsTensor } from '../formats/safetensors.js';
import type { RandomCalls } from '../nn/random.js';
import type { OptimizerName } from '../optim/optimizers.js';
import type { CorpusOptions } from '../text/corpus.js';
import type { LossMetrics } from '../text/perplexity.js';
import type { StepProgress, TrainingResult, Validation } from '../train/trainer.js';
import type { LanguageNetwork } from './languageNetwork.js';
import type { RecurrentConfig } from './recurrentStack.js';
import type { GenerateOptions } from './textGenerator.js';

/** A model in training: `LanguageModel` is one. */
export interface TrainableModel {
  readonly network: LanguageNetwork;
  readonly vocabularySize: number;
  readonly calls: RandomCalls;
  training: TrainingSummary | null;
  evaluate(tokens: Int32Array): LossMetrics;
  generate(options?: GenerateOptions): string;
  toBytes(extra?: { tensors?: (SafetensorsTensor & { name: string })[]; checkpoint?: unknown }): Uint8Array;
}

export interface LanguageModelTrainOptions extends CorpusOptions {
  /** A name of cell/cells/index.ts, or a cell of one's own; lstm. */
  cell?: string | Cell;
  /** 256 */
  hiddenSize?: number;
  /** 1 */
  numLayers?: number;
  /** 64; 0 for one-hot */
  embeddingSize?: number;
  /** 0 */
  dropout?: number;
  /** Zoneout, dropouts, projection and the like of the recurrent stack; none. */
  recurrent?: RecurrentConfig;
  /** 32 */
  batchSize?: number;
  /** Length of backpropagation through time; 64. */
  numSteps?: number;
  /** sequential carries the state from batch to batch, random does not; sequential. */
  sampling?: 'sequential' | 'random';
  /** adam */
  optimizer?: OptimizerName;
  /** 4e-3 */
  learningRate?: number;
  /** cosine */
  schedule?: string;
  /** Radius that the gradient norm is clipped to; 1, 0 for none. */
  clipNorm?: number;
  /** Cuts each gradient element; none. */
  clipValue?: number;
  /** Passes over the training part; 10 where no minutes are given. */
  epochs?: number;
  minutes?: number;
  seed?: number;
  /** How many times the validation part is measured on the way; 10. */
  validations?: number;
  /** Stops after so many validations without improvement, and keeps the best weights. */
  patience?: number;
  checkpoint?: { everySeconds: number; save: (bytes: Uint8Array) => void | Promise<void> };
  /** A checkpoint to go on from; sizes and text settings come from it. */
  resume?: Uint8Array;
  signal?: AbortSignal;
  onProgress?: (event: TrainingProgress) => void;
  onValidation?: (event: ValidationEvent, model: TrainableModel) => void | Promise<void>;
}

/** `loss` is in nats a token. */
export interface TrainingProgress extends StepProgress {
  perplexity: number;
}

export type ValidationEvent = Validation<LossMetrics>;

export interface TrainingSummary extends TrainingResult<LossMetrics> {
  perplexity: number;
}
