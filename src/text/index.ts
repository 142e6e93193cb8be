// unrolled/text: reading and cleaning text, tokens, vocabularies, n-grams.
export { type CleanOptions, cleanText } from './clean.js';
export { decodeAny, type Decoded, decodeText } from './decode.js';
export { type Joiner, type Tokenizer, TOKENIZER_KINDS, type TokenizerKind } from './tokenizer.js';
export { createTokenizer, type TokenizerOptions } from './createTokenizer.js';
export { Vocabulary, type VocabularyData, type VocabularyOptions } from './vocabulary.js';
export { Corpus, type CorpusOptions, type TextSettings } from './corpus.js';
export { type CorpusStatistics, type Frequency, type NgramFrequencies, statistics } from './statistics.js';
export { type Baselines, baselines } from './baselines.js';
export { NgramModel, type NgramModelData, type NgramOptions, type Smoothing } from './ngram.js';
export { readVectors, type WordVectors } from './vectors.js';
