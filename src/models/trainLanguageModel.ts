// Training a language model: minibatches, truncated backpropagation through time, clipping, schedule, validation,
// checkpoints. A resumed run equals one that was not interrupted, bit for bit (where it ends by epochs, not by the clock).
import { UnrolledError } from '../errors.js';
import { crossEntropy } from '../autograd/ops.js';
import { BatchSampler } from '../data/sampling.js';
import { detach, type RecurrentState } from '../nn/recurrent.js';
import type { StateDict } from '../nn/module.js';
import { clipGradNorm, clipGradValue, gradNorm } from '../optim/clip.js';
import { type Optimizer, OPTIMIZERS } from '../optim/optimizers.js';
import { scheduleByName } from '../optim/schedules.js';
import { getPlatform } from '../platform/platform.js';
import { fromData } from '../tensor/create.js';
import { keep, scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Corpus } from '../text/corpus.js';
import { EarlyStopping, runLoop } from '../train/loop.js';
import { TrainingHistory } from '../train/history.js';
import { nonFiniteError } from '../train/finite.js';
import { type Checkpoint, checkpointTensors, readCheckpoint, restoreState } from './checkpoint.js';
import { LANGUAGE_MODEL_DEFAULTS, type LanguageModelDefaults } from './languageModelDefaults.js';
import type { LanguageModelConfig } from './languageNetwork.js';
import { type ModelText, textOf } from './textGenerator.js';
import type { LanguageModelTrainOptions, TrainableModel, TrainingSummary, ValidationEvent } from './trainingOptions.js';

/** The share of a new loss in the running one. */
const SMOOTHING = 0.02;

export async function trainLanguageModel<M extends TrainableModel>(
  corpus: Corpus,
  options: LanguageModelTrainOptions,
  create: (config: LanguageModelConfig, text: ModelText) => M,
  open: (bytes: Uint8Array) => M,
): Promise<M> {
  const from = options.resume === undefined ? null : readCheckpoint(options.resume, 'the checkpoint');
  const o = { ...LANGUAGE_MODEL_DEFAULTS, ...defined(from?.options ?? {}), ...defined(options) };
  const model =
    from !== null && options.resume !== undefined ? open(options.resume) : create(configOf(o), textOf(corpus, o));
  if (model.vocabularySize !== corpus.vocabulary.size) {
    throw new UnrolledError(
      'OPTION',
      `expected the text that the checkpoint was trained on (${model.vocabularySize} symbols), received one with ${corpus.vocabulary.size}`,
      'resume with the same data and text options',
    );
  }
  const { network } = model;
  // Made once: what a step leaves behind makes V8 grow its young generation.
  const parameters = network.parameters();
  const batchShape = [o.numSteps, o.batchSize];
  const buffers = { x: new Int32Array(o.numSteps * o.batchSize), y: new Int32Array(o.numSteps * o.batchSize) };
  const optimizer: Optimizer = OPTIMIZERS[o.optimizer](parameters, o.learningRate);
  const sampler = new BatchSampler(corpus.train, {
    batchSize: o.batchSize,
    numSteps: o.numSteps,
    sampling: o.sampling,
    seed: o.seed,
  });
  let state: RecurrentState | null = null;
  const counters = { step: 0, tokens: 0, seconds: 0 };
  let smoothed = NaN;
  const validation: ValidationEvent[] = [];
  let history = new TrainingHistory<TrainingSummary['history'][number]>();
  if (from !== null) {
    optimizer.loadState({ steps: from.counters.step, moments: from.moments });
    sampler.restore(from.sampler);
    model.calls.calls = from.calls;
    Object.assign(counters, from.counters);
    smoothed = from.loss;
    history = new TrainingHistory(from.history);
    validation.push(...from.validation);
    state = restoreState(from.state);
  }
  const maxEpochs = o.epochs ?? (o.minutes === undefined ? 10 : Infinity);
  const schedule = scheduleByName(o.schedule);
  const stopping = o.patience === undefined ? null : new EarlyStopping(o.patience);
  let best: StateDict | null = null;
  let gradientNorm = 0;

  const drop = (old: RecurrentState | null): void =>
    old?.forEach((layer) => Object.values(layer).forEach((t) => t.dispose()));

  const step = (progress: number): number => {
    const batch = sampler.next(buffers);
    if (batch.index === 0 || o.sampling === 'random') {
      drop(state);
      state = null;
    }
    optimizer.learningRate = o.learningRate * schedule({ step: counters.step, epoch: epochsOf(sampler), progress });
    const previous: RecurrentState | null = state;
    const next = scope(() => {
      const result = network.forward(fromData(batch.x, batchShape), detach(previous));
      const loss = crossEntropy(result.logits, fromData(batch.y, batchShape));
      const value = loss.item();
      if (!Number.isFinite(value)) throw nonFiniteError(loss, network.namedParameters(), counters.step);
      smoothed = Number.isNaN(smoothed)
        ? value
        : smoothed + Math.max(SMOOTHING, 1 / (counters.step + 1)) * (value - smoothed);
      loss.backward();
      if (o.clipValue !== undefined && o.clipValue > 0) clipGradValue(parameters, o.clipValue);
      gradientNorm = o.clipNorm > 0 ? clipGradNorm(parameters, o.clipNorm) : gradNorm(parameters);
      if (!Number.isFinite(gradientNorm))
        throw nonFiniteError(loss, gradientsOf(network.namedParameters()), counters.step);
      optimizer.step();
      optimizer.zeroGrad();
      return detach(result.state);
    });
    for (const layer of next) for (const t of Object.values(layer)) keep(t);
    drop(previous);
    state = next;
    return o.numSteps * o.batchSize;
  };

  const onTick = (progress: number): void => {
    const { step: steps, tokens, seconds } = counters;
    const { learningRate } = optimizer;
    if (history.wants(steps)) history.add({ step: steps, tokens, seconds, loss: smoothed, learningRate, gradientNorm });
    options.onProgress?.({
      step: steps, epoch: epochsOf(sampler), tokens, seconds, loss: smoothed, perplexity: Math.exp(smoothed),
      tokensPerSecond: tokens / seconds, learningRate, gradientNorm, progress,
      secondsLeft: progress > 0 ? (seconds / progress) * (1 - progress) : Infinity,
    }); // prettier-ignore
  };

  const validate = async (): Promise<boolean> => {
    if (corpus.validation.length < 2) return false;
    const metrics = model.evaluate(corpus.validation);
    const event = { ...metrics, step: counters.step, trainedTokens: counters.tokens, seconds: counters.seconds };
    validation.push(event);
    const verdict = stopping?.update(metrics.loss);
    if (verdict?.improved === true) best = network.stateDict();
    await options.onValidation?.(event, model);
    network.train();
    return verdict?.stop ?? false;
  };

  const checkpoint = async (): Promise<void> => {
    const content: Omit<Checkpoint, 'moments' | 'state'> = {
      options: storable(o), counters: { ...counters }, sampler: sampler.state(), calls: model.calls.calls,
      loss: smoothed, history: [...history.entries], validation,
    }; // prettier-ignore
    const tensors = checkpointTensors(optimizer, state);
    await options.checkpoint?.save(model.toBytes({ tensors, checkpoint: content }));
  };

  network.train();
  const letGrow = getPlatform().holdYoungGeneration?.();
  const reason = await runLoop({
    counters,
    maxSeconds: o.minutes === undefined ? undefined : o.minutes * 60,
    progress: () => epochsOf(sampler) / maxEpochs,
    step,
    validateEvery: 1 / o.validations,
    validate,
    checkpointSeconds: options.checkpoint?.everySeconds,
    checkpoint: options.checkpoint === undefined ? undefined : checkpoint,
    onTick,
    signal: options.signal,
  }).finally(letGrow);
  if (best !== null) network.loadStateDict(best);
  drop(state);
  network.eval();
  model.training = {
    reason, epochs: epochsOf(sampler), ...counters, tokensPerSecond: counters.tokens / counters.seconds,
    loss: smoothed, perplexity: Math.exp(smoothed), history: [...history.entries], validation,
  }; // prettier-ignore
  return model;
}

type Resolved = Omit<LanguageModelTrainOptions & LanguageModelDefaults, 'cell'> &
  Pick<LanguageModelTrainOptions, 'cell'>;

function configOf({
  cell,
  hiddenSize,
  numLayers,
  embeddingSize,
  dropout,
  recurrent,
  seed,
}: Resolved): LanguageModelConfig {
  const more = recurrent === undefined || Object.keys(recurrent).length === 0 ? {} : { recurrent };
  const sizes = { hiddenSize, numLayers, embeddingSize, dropout, ...more, seed };
  if (typeof cell === 'object') return { cell: cell.name, equations: cell.toData(), ...sizes };
  return { cell: cell ?? LANGUAGE_MODEL_DEFAULTS.cell, ...sizes };
}

/** Epochs so far, with fractions. */
function epochsOf(sampler: BatchSampler): number {
  const { epoch, index } = sampler.state();
  return epoch + index / sampler.count();
}

/** What was given: an option that is undefined does not hide a default. */
function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The options that a checkpoint keeps: plain values. */
function storable(options: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)),
  );
}

function* gradientsOf(parameters: Iterable<[string, Tensor]>): Generator<[string, Tensor]> {
  for (const [name, t] of parameters) if (t.grad !== null) yield [`${name} (its gradient)`, t.grad];
}
