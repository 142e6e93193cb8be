// Options, defaults and results of a token tagger. Apart from the model, so that --help shows the
// defaults without loading the library.
import type { TagScores } from '../../metrics/tagScores.js';
import type { WordVectors } from '../../text/vectors.js';
import type { VocabularyOptions } from '../../text/vocabulary.js';
import type { FitOptions, StackOptions } from '../options.js';
import type { TaggerHead, TaggerNetworkConfig } from './taggerNetwork.js';
import type { WordSettings } from './taggerWords.js';

/** A sentence as tokens with a tag each: one row of the data. */
export interface TaggedSentence {
  /** Words and punctuation, in order. */
  tokens: readonly string[];
  /** One for each token. */
  tags: readonly string[];
  /** Where it stands, for messages: the line of its first token. */
  file?: string;
  /** Counted from 1. */
  line?: number;
}

/** What a tagger is built from, as its file holds it. */
export interface TaggerConfig extends TaggerNetworkConfig, WordSettings {
  /** In the order of their code points. */
  tags: string[];
  /** Of the initial weights and of dropout; a whole number. */
  seed: number;
}

/** Accuracy over tokens, F1 over chunks where the tags name chunks (BIO and the like), and the loss. */
export interface TaggerMetrics extends TagScores {
  /** Nats a token, over the sentences all of whose tags are trained. */
  loss: number;
  /** Tokens whose tag was not trained: they count as mistakes. */
  untrained: number;
}

/** The tags of a sentence, and how sure the model is of each. */
export interface PredictedTags {
  /** One for each token; with the head `crf` those of the most probable path. */
  tags: string[];
  /** Of each of these tags; with the head `crf` over all paths. */
  probabilities: number[];
}

/** Defaults: TAGGER_DEFAULTS; 5 epochs where no minutes are given. */
export interface TaggerOptions
  extends
    Partial<WordSettings>,
    Pick<VocabularyOptions, 'minCount' | 'maxSize'>,
    StackOptions,
    FitOptions<TaggerMetrics> {
  /** Reads both ways; true. */
  bidirectional?: boolean;
  /** `crf` where tags name chunks (tagSchemeOf), else `softmax`. */
  head?: TaggerHead;
  /** 100, or the size of the vectors */
  embeddingSize?: number;
  /** 30 */
  characterEmbeddingSize?: number;
  /** Of each direction over the characters of a word; 0 for none. */
  characterHiddenSize?: number;
  /** Of the embedding of each prefix and suffix (1 to 4 characters) and of the shape of a word; 0 for none. */
  featureSize?: number;
  /**
   * The weight in the training loss of a second task that needs no tags: each direction guesses the word that it will read next (Rei
   * 2017); 0 for none. Helps where tagged sentences are few; 0.1 is usual, and takes half as much time again. For one layer, or one direction.
   */
  neighbourWeight?: number;
  /** Where word embeddings start; looked up as words are. The words that are not among them start small. */
  vectors?: WordVectors;
  /** How often a word that occurs once is `<unk>` in training, so that what stands for new words is learned. */
  unknownRate?: number;
  /** A word that occurs more often, n times, is `<unk>` with probability `wordDropout` / n. */
  wordDropout?: number;
  /** Sentences of their own, or the share that is drawn. */
  validation?: readonly TaggedSentence[] | number;
}

export const TAGGER_DEFAULTS = {
  cell: 'lstm',
  hiddenSize: 128,
  numLayers: 1,
  bidirectional: true,
  characterEmbeddingSize: 30,
  characterHiddenSize: 50,
  featureSize: 16,
  neighbourWeight: 0,
  dropout: 0.5,
  lowercase: true,
  zeroDigits: true,
  unknownRate: 0.5,
  wordDropout: 0,
  batchSize: 32,
  optimizer: 'adam',
  learningRate: 0.01,
  schedule: 'cosine',
  clipNorm: 5,
  seed: 0,
  validation: 0.1,
  validations: 5,
} as const satisfies TaggerOptions;

/** With the defaults. */
export type ResolvedTaggerOptions = TaggerOptions & Required<Pick<TaggerOptions, keyof typeof TAGGER_DEFAULTS>>;
