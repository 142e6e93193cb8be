// What training takes where nothing is said, for every model. Apart, so that --help of the command line shows the same values
// without loading the library.
import type { CaptionerOptions } from './captioner/captioner.js';
import type { ForecasterOptions } from './forecaster/forecasterConfig.js';
import type { ClassifierOptions } from './classifier/textClassifier.js';
import type { TaggerOptions } from './tagger/tokenTagger.js';
import type { LanguageModelTrainOptions } from './trainingOptions.js';
import type { TranslatorOptions } from './translator/translatorOptions.js';

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
  validations: 10,
} as const satisfies LanguageModelTrainOptions;

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
  validation: 0.1,
  validations: 5,
} as const satisfies ClassifierOptions;

export const TAGGER_DEFAULTS = {
  cell: 'lstm',
  hiddenSize: 128,
  numLayers: 1,
  bidirectional: true,
  characterEmbeddingSize: 30,
  characterHiddenSize: 50,
  neighbourWeight: 0,
  dropout: 0.5,
  lowercase: true,
  zeroDigits: true,
  unknownRate: 0.5,
  batchSize: 32,
  optimizer: 'adam',
  learningRate: 0.01,
  schedule: 'cosine',
  clipNorm: 5,
  seed: 0,
  validation: 0.1,
  validations: 5,
} as const satisfies TaggerOptions;

export const FORECASTER_DEFAULTS = {
  mode: 'direct',
  loss: 'mse',
  reads: 'difference',
  relativeTo: 'last',
  shortcut: true,
  scaling: 'standard',
  transform: 'none',
  cell: 'lstm',
  hiddenSize: 32,
  numLayers: 1,
  dropout: 0,
  batchSize: 64,
  optimizer: 'adam',
  learningRate: 3e-3,
  schedule: 'cosine',
  clipNorm: 1,
  seed: 0,
  validation: 0.2,
  validations: 10,
} as const satisfies Partial<ForecasterOptions>;

export const TRANSLATOR_DEFAULTS = {
  tokens: 'word',
  collapseWhitespace: true,
  minCount: 1,
  cell: 'gru',
  hiddenSize: 256,
  numLayers: 1,
  bidirectional: true,
  embeddingSize: 256,
  attentionSize: 256,
  tied: false,
  dropout: 0.2,
  labelSmoothing: 0,
  maxLength: 100,
  batchSize: 128,
  optimizer: 'adam',
  learningRate: 2e-3,
  schedule: 'cosine',
  clipNorm: 1,
  seed: 0,
  validation: 0.02,
  validations: 5,
} as const satisfies TranslatorOptions;

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
