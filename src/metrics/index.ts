// unrolled/metrics: figures of models, by their definitions.
export { type LossMetrics, lossMetrics } from '../text/perplexity.js';
export { type ClassMetrics, classMetrics } from './classMetrics.js';
export { type Chunk, type ChunkMetrics, chunkMetrics, type ChunkScore, chunksOf } from './chunks.js';
export { type TagScores, tagScores } from './tagScores.js';
export { type TagScheme, tagSchemeOf } from './tagScheme.js';
export { type RegressionMetrics, regressionMetrics } from './regression.js';
export type { ForecastErrors } from './forecastMetrics.js';
export { bleu, type BleuOptions, type BleuScore } from './bleu.js';
export { chrf, type ChrfOptions } from './chrf.js';
export type { References } from './sentences.js';
export { characterErrorRate, type ErrorRate, errorRate, levenshteinDistance, wordErrorRate } from './errorRate.js';
