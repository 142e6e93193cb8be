// The library's entry: tensors, cells, layers, optimizers and models, in a browser and on Node alike. On Node the package's
// entry is node.ts, which adds files and the native backend. unrolled/text, /data, /metrics, /formats and /inspect stand beside.
import './autograd/methods.js';

// Errors
export { type ErrorCode, type ErrorKind, UnrolledError, UnsupportedError } from './errors.js';

// Files and bytes
export type { Bytes } from './expect.js';
export type { ByteStream, FileAddress, FileSource, FileTarget, ReadableFile, WritableFile } from './platform/files.js';

// Backends
export { configure, type ConfigureOptions, type KernelFile, type KernelSource } from './platform/configure.js';
export type { KernelVariant } from './platform/kernelVariant.js';
export { type BackendInfo, type BackendName, type BackendOptions, listBackends, useBackend } from './backend/choose.js';
export type { Backend } from './backend/contract.js';
export type { Precision } from './backend/reference/memory.js';
export { backendOf } from './backend/registry.js';

// Tensors
export { type GradientNode, type NestedArray, Tensor } from './tensor/tensor.js';
export type { Device, DType, HostArray, Storage } from './tensor/device.js';
export type { Shape } from './tensor/shape.js';
export type { NumericArray, TensorValues } from './tensor/values.js';
export type { TensorLike } from './tensor/asTensor.js';
export { type CreateOptions, empty, fromData, full, ones, rand, randn, tensor, zeros } from './tensor/create.js';
export { readAll } from './tensor/readAll.js';
export { keep, scope } from './tensor/scope.js';
export { Philox, type PhiloxState, type RandomKey } from './tensor/philox.js';

// Operations on tensors, and gradients
export {
  abs,
  add,
  at,
  argmin,
  argmax,
  type ArgOptions,
  type BinaryOperation,
  clone,
  concat,
  crossEntropy,
  type CrossEntropyOptions,
  div,
  dropout,
  eq,
  exp,
  expand,
  flatten,
  gatherRows,
  lt,
  le,
  gt,
  ge,
  type GatherOptions,
  log,
  logSoftmax,
  matmul,
  max,
  maximum,
  ne,
  min,
  mean,
  minimum,
  mul,
  neg,
  pow,
  permute,
  reciprocal,
  type Reduced,
  type ReduceOptions,
  relu,
  reshape,
  type SpreadOptions,
  select,
  sigmoid,
  slice,
  softmax,
  sqrt,
  square,
  std,
  squeeze,
  stack,
  sub,
  sum,
  tanh,
  transpose,
  variance,
  unsqueeze,
  type UnaryOperation,
  where,
} from './autograd/ops.js';
export { elu, geluTanh, hardtanh, leakyRelu, silu, softplus, softsign } from './autograd/activations.js';
export { layerNorm, type LayerNormParts } from './autograd/normalize.js';
export { backward, type BackwardOptions, noGrad } from './autograd/tape.js';
export { checkGradients, type GradientCheck } from './autograd/gradcheck.js';

// Cells
export { Cell } from './cell/cell.js';
export type { CellData, NodeData as CellNodeData } from './cell/define/data.js';
export {
  explainCell,
  type ExplainedStage,
  type ExplainOptions,
  type Explanation,
  type MachineRates,
} from './cell/plan/explain.js';
export type { OpName as CellOperation } from './program/expr.js';
export type {
  CellGraph,
  LinearNode as CellLinear,
  NormNode as CellNorm,
  VectorNode as CellVector,
} from './cell/define/graph.js';
export type { WidthName as CellWidth } from './cell/define/width.js';
export type { CellDefinition, StateName as CellStateName } from './cell/define/definition.js';
export { defineCell } from './cell/defineCell.js';
export { cellFromData } from './cell/fromData.js';
export { formatCell } from './cell/language/format.js';
export { parseCell, type ParseCellOptions } from './cell/language/read.js';
export { CellTextError, type TextPlace } from './cell/language/source.js';
export {
  CellValue,
  type LinearOptions as CellLinearOptions,
  type PerHead,
  type StepArguments,
  type UnaryName as CellFunction,
  type VectorOptions as CellVectorOptions,
} from './cell/define/trace.js';
export {
  BrainLSTM,
  cellByName,
  CELLS,
  CoupledLSTM,
  GRU,
  GRUResetBefore,
  IndRNN,
  LayerNormGRU,
  LayerNormLSTM,
  LSTM,
  MGU,
  MinGRU,
  MinLSTM,
  PeepholeLSTM,
  ProjectionLSTM,
  RNN,
  RNNIdentity,
  RNNReLU,
  SLSTM,
  SRU,
} from './cell/cells/index.js';

export { toDiagram } from './drawing/cells/diagram.js';
export { toLatex } from './drawing/cells/latex.js';
export type { ShownOptions } from './drawing/cells/shown.js';

// Weights
export type {
  Axis,
  Block,
  GivenParameter,
  GivenState,
  GivenValue,
  ParameterLabel,
  Place,
  Scale,
  StateDict,
  StoredDType,
  StoredParameter,
} from './weights/labels.js';
export type { LoadOptions, LoadResult } from './weights/arrange.js';

// Layers
export { Module, type NamedState, parameter } from './nn/module.js';
export type { Gate, GateBlock } from './nn/gate.js';
export {
  constantInit,
  type Initializer,
  normalInit,
  orthogonal,
  uniformInit,
  xavierNormal,
  xavierUniform,
} from './nn/initializers.js';
export {
  detach,
  type ForwardOptions,
  type GatePlace,
  type Merge,
  Recurrent,
  type RecurrentOptions,
  type RecurrentResult,
  type RecurrentState,
} from './nn/recurrent.js';
export {
  Dropout,
  Embedding,
  type EmbeddingOptions,
  type FromVectorsOptions,
  LayerNorm,
  type LayerNormOptions,
  Linear,
  type LinearOptions,
} from './nn/layers.js';
export { Sequential, type SequentialPart } from './nn/sequential.js';
export {
  AdditiveAttention,
  type AttentionOptions,
  type AttentionResult,
  DotAttention,
  type DotAttentionOptions,
  dotProductAttention,
  maskedSoftmax,
} from './nn/attention.js';
export { Conv2d, type Conv2dOptions } from './nn/conv2d.js';
export { lengthMask, type Lengths } from './nn/lengths.js';
export type { BestPath } from './nn/chain.js';
export { LinearChainCRF } from './nn/crf.js';
export { manualSeed, RandomCalls } from './nn/random.js';

// Losses and penalties
export {
  type BceOptions,
  bceWithLogits,
  gaussianNLL,
  type GaussianOptions,
  type GaussianSpread,
  huber,
  type HuberOptions,
  type LossOptions,
  mae,
  mse,
  type Reduction,
} from './nn/losses.js';
export { ctcLoss, ctcLossAsync, type CtcOptions } from './nn/ctc.js';
export { activationPenalty, type ActivationPenaltyOptions, l2Penalty } from './nn/penalties.js';

// Optimizers
export { Adam, type AdamFamily, type AdamOptions, type AdamSettings, AdamW } from './optim/adam.js';
export { Optimizer, type OptimizerState } from './optim/optimizer.js';
export { type OptimizerName, OPTIMIZERS } from './optim/optimizers.js';
export { Adagrad, type AdagradOptions, RMSProp, type RMSPropOptions } from './optim/rmsProp.js';
export { SGD, type SGDOptions } from './optim/sgd.js';
export type { LearningRateOption, ParameterSource } from './optim/given.js';
export { clipGradNorm, clipGradNormLate, clipGradValue, gradNorm } from './optim/clip.js';
export {
  constantSchedule,
  cosineSchedule,
  decaySchedule,
  exponentialSchedule,
  type Schedule,
  scheduleByName,
  type ScheduleName,
  SCHEDULES,
  staircaseSchedule,
  stepSchedule,
  type TrainingPosition,
  warmUp,
} from './optim/schedules.js';
export {
  randomizedTruncation,
  type SequenceFunction,
  TruncatedBackpropagation,
  type TruncatedOptions,
} from './train/bptt.js';
export type { TrainerSettings } from './train/settings.js';
export type { HistoryPoint, StepProgress, TrainingResult, Validation } from './train/trainer.js';
export type { AbortSignalLike, LoopCounters, StopReason } from './train/loop.js';

export { type EpochResult, fit, type FitHistory, type LossName, type ModuleFitOptions } from './models/fitModule.js';
export type { BatchSource } from './train/passes.js';
export type { Example, LoadedBatch, Sequence } from './data/dataLoader.js';

// Models
export { Model, type OpenedAs, StoredModel, type TrainedBy } from './models/model.js';
export type { FileExtra, ModelTensor, ModelText } from './models/modelFile.js';
export type { FitOptions, InitialModel, Reading, RunningTraining, StackOptions, StartEvent } from './models/options.js';
export type { RecurrentConfig } from './models/recurrentStack.js';
export { type Candidate, type SearchOptions, searchSettings, type SearchSpace, type Trial } from './models/search.js';
export type { TaskTypes } from './models/task.js';
export { type AnyModel, loadLanguageModel, loadModel, type ModelOf, type Task, TASKS } from './models/tasks.js';

// Models: language
export {
  type LanguageEvaluation,
  type EvaluateOptions,
  LanguageModel,
  type LanguageTask,
  type NextToken,
} from './models/language/languageModel.js';
export type { LanguageModelConfig, LanguageModelOptions, WritingModel } from './models/language/options.js';
export type { Mixture, MixtureMetrics } from './models/language/mixture.js';
export type { MixtureOptions } from './models/language/fitMixture.js';
export { useMixtures } from './models/language/useMixtures.js';
export { LanguageSession, type SessionState } from './models/language/session.js';
export type { StateValue } from './models/carriedState.js';
export type { GenerateOptions } from './models/language/textGenerator.js';
export { sampleLogits, type SamplingOptions } from './models/language/sampling.js';
export { NgramLanguageModel, type NgramTrainOptions } from './models/ngram/ngramLanguageModel.js';

// Models: classification
export { type ClassifierTask, TextClassifier } from './models/classifier/textClassifier.js';
export type {
  Classified,
  ClassifierConfig,
  ClassifierMetrics,
  ClassifierOptions,
  LabelledText,
  PartMetrics,
} from './models/classifier/options.js';
export type { NgramLinearConfig } from './models/classifier/ngramFeatures.js';
export type { Pooling } from './models/classifier/poolings.js';
export { LogisticRegression, type LogisticRegressionOptions } from './models/baselines/logisticRegression.js';
export { NaiveBayes, type NaiveBayesOptions } from './models/baselines/naiveBayes.js';

// Models: tagging
export { type TaggerTask, type TagStream, TokenTagger } from './models/tagger/tokenTagger.js';
export type {
  PredictedTags,
  TaggedSentence,
  TaggerConfig,
  TaggerMetrics,
  TaggerOptions,
} from './models/tagger/options.js';
export type { TaggerHead } from './models/tagger/taggerNetwork.js';
export type { WordSettings } from './models/tagger/taggerWords.js';
export { MostFrequentTag } from './models/baselines/mostFrequentTag.js';
export {
  type BaumWelchOptions,
  type BaumWelchResult,
  type BaumWelchRun,
  HiddenMarkovModel,
  type HiddenMarkovParameters,
} from './models/hiddenMarkov/hiddenMarkovModel.js';

// Models: forecasting
export {
  type EvaluateRange,
  Forecaster,
  type ForecastStream,
  type ForecastTask,
  type PredictOptions,
} from './models/forecaster/forecaster.js';
export type {
  Forecast,
  ForecasterConfig,
  ForecasterOptions,
  ForecastMetrics,
  Series,
  Values,
} from './models/forecaster/options.js';
export {
  backtest,
  type Backtest,
  type BacktestOptions,
  type BaselineErrors,
  type BaselineOptions,
  forecastBaselines,
  type ForecastBaselines,
} from './models/baselines/forecastBaselines.js';

// Models: translation and captions
export { type TranslateTask, Translator } from './models/translator/translator.js';
export type {
  TranslateOptions,
  Translation,
  TranslatorConfig,
  TranslatorEvaluation,
  TranslatorMetrics,
  TranslatorOptions,
} from './models/translator/options.js';
export { type RememberedPair, TranslationMemory } from './models/baselines/translationMemory.js';
export { bySource, type Side as TranslatorSide, splitPairs, type TextPair } from './models/translator/sentencePairs.js';
export { Captioner, type CaptionTask } from './models/captioner/captioner.js';
export type {
  Caption,
  CaptionedPicture,
  CaptionerConfig,
  CaptionerMetrics,
  CaptionerOptions,
} from './models/captioner/options.js';
export {
  BEAM_DEFAULTS,
  type BeamModel,
  type BeamOptions,
  beamSearch,
  type BeamTask,
  type Hypothesis,
} from './models/decoder/beamSearch.js';

// Several processes
/** Training on several processes: ranks that `mpirun` or `parallel.init({ ranks })` starts; `fit` does the rest. */
export * as parallel from './parallel/index.js';
