// Everything that runs in a browser and on Node alike. On Node the package's entry is node.ts, which adds files and the
// native backend.
import './autograd/methods.js';
import './drawing/cells/methods.js';

export { UnrolledError, UnsupportedError, type ErrorCode } from './errors.js';
export * from './platform/platform.js';
export { Tensor, type NestedArray } from './tensor/tensor.js';
export type { DType, HostArray } from './tensor/device.js';
export { empty, fromData, full, ones, rand, randn, tensor, zeros } from './tensor/create.js';
export { keep, scope } from './tensor/scope.js';
export { Philox, type RandomKey } from './tensor/philox.js';
export type { Backend } from './backend/contract.js';
export { listBackends, useBackend } from './backend/choose.js';
export { backendOf } from './backend/registry.js';
export { ReferenceBackend } from './backend/reference/reference.js';
export * from './autograd/ops.js';
export { elu, geluTanh, hardtanh, leakyRelu, silu, softplus, softsign } from './autograd/activations.js';
export { layerNorm, type LayerNormParts } from './autograd/normalize.js';
export { backward, noGrad, record, type BackwardOptions, type TapeEntry } from './autograd/tape.js';
export { checkGradients } from './autograd/gradcheck.js';
export { Cell } from './cell/cell.js';
export type { CellData } from './cell/data.js';
export type { ExplainOptions, Explanation, MachineRates } from './cell/explain.js';
export { type CellDefinition, defineCell } from './cell/define.js';
export { CellValue, type LinearOptions, type StepArguments } from './cell/trace.js';
export * from './cell/cells/index.js';
export { toDiagram } from './drawing/cells/diagram.js';
export { toLatex } from './drawing/cells/latex.js';
export type { ShownOptions } from './drawing/cells/shown.js';
export { Module, type NamedState, parameter } from './nn/module.js';
export type {
  Axis,
  Block,
  GivenParameter,
  GivenState,
  ParameterLabel,
  Place,
  Scale,
  StateDict,
  StoredDType,
  StoredParameter,
} from './weights/labels.js';
export type { LoadOptions } from './weights/arrange.js';
export {
  decodeLabels,
  encodeLabels,
  type FileTensor,
  type LabelledTensor,
  type Labels,
  loadStored,
  storedTensors,
} from './weights/files.js';
export * from './nn/initializers.js';
export { Dropout, Embedding, type EmbeddingOptions, LayerNorm, type LayerNormOptions, Linear } from './nn/layers.js';
export { Sequential, type SequentialPart } from './nn/sequential.js';
export * from './nn/attention.js';
export { Conv2d, type Conv2dOptions } from './nn/conv2d.js';
export { lengthMask, type Lengths } from './nn/lengths.js';
export { bceWithLogits, gaussianNLL, huber, mae, mse, type Reduction } from './nn/losses.js';
export { LinearChainCRF } from './nn/crf.js';
export { ctcLoss, type CtcOptions } from './nn/ctc.js';
export { activationPenalty, l2Penalty } from './nn/penalties.js';
export {
  detach, type ForwardOptions, type GatePlace, type Merge, Recurrent, type RecurrentOptions, type RecurrentResult, type RecurrentState,
} from './nn/recurrent.js'; // prettier-ignore
export type { Gate, GateBlock } from './nn/gate.js';
export { manualSeed, RandomCalls } from './nn/random.js';
export * from './optim/optimizers.js';
export * from './optim/clip.js';
export { loadMoments, type StoredMoments, storedMoments } from './optim/moments.js';
export * from './optim/schedules.js';
export { cleanText } from './text/clean.js';
export { Corpus, type CorpusOptions, encodeWith } from './text/corpus.js';
export { createTokenizer } from './text/createTokenizer.js';
export { decodeText } from './text/decode.js';
export { NgramModel } from './text/ngram.js';
export { lossMetrics, type LossMetrics } from './text/perplexity.js';
export { statistics } from './text/statistics.js';
export { baselines } from './text/baselines.js';
export * from './text/tokenizer.js';
export { Vocabulary } from './text/vocabulary.js';
export { predictAhead, slidingWindows, type Windows } from './data/autoregressive.js';
export { BatchSampler } from './data/sampling.js';
export { randomBatches, sequentialBatches } from './data/batches.js';
export { decodeSafetensors, encodeSafetensors } from './formats/safetensors.js';
export { EarlyStopping, runLoop } from './train/loop.js';
export { randomizedTruncation, TruncatedBackpropagation, type TruncatedOptions } from './train/bptt.js';
export { LanguageModel, type NextToken } from './models/language/languageModel.js';
export type { LanguageModelConfig, LanguageModelOptions, WritingModel } from './models/language/options.js';
export { LanguageSession, type SessionState } from './models/language/session.js';
export { Model, StoredModel } from './models/model.js';
export type { FitOptions, Reading, StackOptions } from './models/options.js';
export { NgramLanguageModel } from './models/ngram/ngramLanguageModel.js';
export {
  type BaumWelchOptions, type BaumWelchResult, type BaumWelchRun, HiddenMarkovModel, type HiddenMarkovParameters,
} from './models/hiddenMarkov/hiddenMarkovModel.js'; // prettier-ignore
export { type AnyModel, loadLanguageModel, loadModel, type ModelOf, type Task, TASKS } from './models/tasks.js';
export { LogisticRegression, type LogisticRegressionOptions } from './models/baselines/logisticRegression.js';
export { NaiveBayes, type NaiveBayesOptions } from './models/baselines/naiveBayes.js';
export { TextClassifier } from './models/classifier/textClassifier.js';
export type { Classified, ClassifierMetrics, ClassifierOptions, LabelledText } from './models/classifier/options.js';
export { Captioner } from './models/captioner/captioner.js';
export type { Caption, CaptionedPicture, CaptionerMetrics, CaptionerOptions } from './models/captioner/options.js';
export { type EvaluateRange, Forecaster, type ForecastStream, type PredictOptions } from './models/forecaster/forecaster.js';
export type {
  Forecast,
  ForecasterConfig,
  ForecasterOptions,
  ForecastMetrics,
  Series,
} from './models/forecaster/options.js';
export { backtest, type Backtest, type BacktestOptions, forecastBaselines, type ForecastBaselines } from './models/baselines/forecastBaselines.js'; // prettier-ignore
export { findSeason } from './data/seriesBaselines.js';
export { fitScaling, type Scaling, scaleValues, unscaleValues } from './data/scaling.js';
export { timeParts, type TimePartOptions } from './data/timeParts.js';
export { MostFrequentTag } from './models/baselines/mostFrequentTag.js';
export { type TagStream, TokenTagger } from './models/tagger/tokenTagger.js';
export type { PredictedTags, TaggedSentence, TaggerMetrics, TaggerOptions } from './models/tagger/options.js';
export { BEAM_DEFAULTS, type BeamModel, type BeamOptions, beamSearch, type BeamTask, type Hypothesis } from './models/decoder/beamSearch.js'; // prettier-ignore
export { bySource, splitPairs, type TextPair } from './models/translator/sentencePairs.js';
export { type RememberedPair, TranslationMemory } from './models/baselines/translationMemory.js';
export { Translator } from './models/translator/translator.js';
export type {
  TranslateOptions, Translation, TranslatorEvaluation, TranslatorMetrics, TranslatorOptions,
} from './models/translator/options.js'; // prettier-ignore
export { readVectors, type WordVectors } from './text/vectors.js';
export { stratifiedSplit } from './data/split.js';
export { bleu, type BleuOptions, type BleuScore } from './metrics/bleu.js';
export { chrf, type ChrfOptions } from './metrics/chrf.js';
export { type Chunk, type ChunkMetrics, chunkMetrics, type ChunkScore, chunksOf } from './metrics/chunks.js';
export { type ClassMetrics, classMetrics } from './metrics/classMetrics.js';
export {
  characterErrorRate,
  type ErrorRate,
  errorRate,
  levenshteinDistance,
  wordErrorRate,
} from './metrics/errorRate.js';
export { type TagScheme, tagSchemeOf } from './metrics/tagScheme.js';
export { type TagScores, tagScores } from './metrics/tagScores.js';
export type { ForecastErrors } from './metrics/forecastMetrics.js';
export { type RegressionMetrics, regressionMetrics } from './metrics/regression.js';
export type { GenerateOptions } from './models/language/textGenerator.js';
export { sampleLogits, type SamplingOptions } from './models/language/sampling.js';
