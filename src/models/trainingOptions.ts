// What training takes, whatever is trained; and what training a language model takes, reports and leaves behind.
import type { Cell } from '../cell/cell.js';
import type { SafetensorsTensor } from '../formats/safetensors.js';
import type { RandomCalls } from '../nn/random.js';
import type { CorpusOptions } from '../text/corpus.js';
import type { LossMetrics } from '../text/perplexity.js';
import type { StepProgress, TrainerSettings, TrainingResult, Validation } from '../train/trainer.js';
import type { LanguageNetwork } from './language/languageNetwork.js';
import type { RecurrentConfig } from './recurrentStack.js';
import type { GenerateOptions } from './language/textGenerator.js';

/** The recurrent stack of a model. */
export interface StackOptions {
  /** A name of cell/cells/index.ts, or a cell of one's own; lstm. */
  cell?: string | Cell;
  hiddenSize?: number;
  numLayers?: number;
  dropout?: number;
  /** Zoneout, dropouts, projection and the like of the recurrent stack; none. */
  recurrent?: RecurrentConfig;
}

/** How any model is trained. */
export interface FitOptions extends Partial<TrainerSettings> {
  batchSize?: number;
  seed?: number;
  checkpoint?: { everySeconds: number; save: (bytes: Uint8Array) => void | Promise<void> };
  /** A checkpoint to go on from; sizes and settings come from it. */
  resume?: Uint8Array;
  signal?: AbortSignal;
}

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

/** Defaults: LANGUAGE_MODEL_DEFAULTS. */
export interface LanguageModelTrainOptions extends CorpusOptions, StackOptions, FitOptions {
  /** 64; 0 for one-hot */
  embeddingSize?: number;
  /** Length of backpropagation through time; 64. */
  numSteps?: number;
  /** sequential carries the state from batch to batch, random does not; sequential. */
  sampling?: 'sequential' | 'random';
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
