// What training a language model takes where nothing is said. Apart, so that --help of the command line shows the same values
// without loading the library.
import type { LanguageModelTrainOptions } from './trainingOptions.js';

/** The options that always have a value. */
export type LanguageModelDefaults = Required<
  Pick<
    LanguageModelTrainOptions,
    | 'hiddenSize'
    | 'numLayers'
    | 'embeddingSize'
    | 'dropout'
    | 'batchSize'
    | 'numSteps'
    | 'sampling'
    | 'optimizer'
    | 'learningRate'
    | 'schedule'
    | 'clipNorm'
    | 'seed'
    | 'validations'
  >
> & { cell: string };

export const LANGUAGE_MODEL_DEFAULTS: LanguageModelDefaults = {
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
  validations: 10,
};
