// What a translator is made of, takes and reports.
import { UnrolledError } from '../../errors.js';
import type { CleanOptions } from '../../text/clean.js';
import type { TextSettings } from '../../text/corpus.js';
import type { TokenizerKind } from '../../text/tokenizer.js';
import type { VocabularyOptions } from '../../text/vocabulary.js';
import type { BeamOptions } from '../decoder/beamSearch.js';
import { defined } from '../defined.js';
import type { TextPair } from './sentencePairs.js';
import type { FitOptions, StackOptions } from '../options.js';
import type { TranslatorNetworkConfig } from './translatorNetwork.js';

/** What a translator is built from, as its file holds it. */
export interface TranslatorConfig extends TranslatorNetworkConfig {
  /** Of the initial weights and of dropout; a whole number. */
  seed: number;
  /** Tokens of the longest target in training. A translation has at most so many, or twice the source and ten if that is more. */
  longest: number;
  /** Marks that the target's texts write behind a blank, with it. */
  spaced: string[];
}

/** The loss given the right tokens before, and how near the translations are to their references. */
export interface TranslatorMetrics {
  /** Nats a token of the targets, the end included, each after the right ones. */
  loss: number;
  /** The share of sources whose translation equals one of their targets, token by token. */
  exact: number;
  /** Edits to the nearest target of each source, over the tokens of those. */
  tokenError: number;
  /** How many pairs were measured. */
  pairs: number;
  /** Different ones. */
  sources: number;
}

/** The metrics, and the translations that they were measured on. */
export interface TranslatorEvaluation extends TranslatorMetrics {
  /** For each different source, in order: for BLEU and the like. */
  hypotheses: { source: string; text: string; references: string[]; score: number }[];
}

/** How translations are searched for (see `BeamOptions`). */
export interface TranslateOptions extends Omit<BeamOptions, 'results'> {
  /** An unknown word becomes the source word that was looked at most; true. */
  replaceUnknown?: boolean;
}

/** The best translation that the search found. */
export interface Translation {
  /** As it would be written: tokens joined by the rules of the target language. */
  text: string;
  /** Log-probability with the length penalty: nearer to 0 is surer. */
  score: number;
  /** Of the text, without `<eos>`. */
  tokens: string[];
  /** What the encoder read: the tokens of the source and `<eos>`. */
  sourceTokens: string[];
  /** For each token, the weight of each source token: [tokens][sourceTokens]; empty without attention. */
  attention: number[][];
}

/** Defaults: TRANSLATOR_DEFAULTS, and what is chosen by the number of pairs (rules.ts). */
export interface TranslatorOptions
  extends
    Omit<CleanOptions, 'lineSeparator'>,
    Pick<VocabularyOptions, 'minCount' | 'maxSize'>,
    StackOptions,
    FitOptions<TranslatorMetrics> {
  /** What a token is: word, char or whitespace. */
  tokens?: Exclude<TokenizerKind, 'byte'>;
  /** The same for targets; as for sources. */
  targetTokens?: Exclude<TokenizerKind, 'byte'>;
  /** Of the encoder. */
  bidirectional?: boolean;
  /** Of the words of both sides; 256. */
  embeddingSize?: number;
  /** Inside the attention; 0 for none. */
  attentionSize?: number;
  /** The decoder's output has the weights of its embedding. */
  tied?: boolean;
  /** ε of Szegedy et al. 2016. */
  labelSmoothing?: number;
  /** Pairs with more tokens than this on either side are left out of the training, and counted; 100. */
  maxLength?: number;
  /** Pairs of their own (to be given again to resume), or the share of the sources that is drawn for it, or their number. */
  validation?: readonly TextPair[] | number;
}

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

/** With the defaults. */
export type ResolvedTranslatorOptions = TranslatorOptions &
  Required<Pick<TranslatorOptions, keyof typeof TRANSLATOR_DEFAULTS>>;

/** Of the source and the target. Errors: OPTION for bytes, which have no room for an end. */
export function translatorSettings(o: ResolvedTranslatorOptions): TextSettings[] {
  const { lowercase, lettersOnly, collapseWhitespace } = o;
  return [o.tokens, o.targetTokens ?? o.tokens].map((tokens) => {
    if ((tokens as TokenizerKind) === 'byte') {
      throw new UnrolledError('OPTION', 'expected words or characters, received bytes', 'use char instead');
    }
    const lineSeparator = tokens === 'char' ? '' : ' ';
    return defined({ tokens, lowercase, lettersOnly, collapseWhitespace, lineSeparator });
  });
}
