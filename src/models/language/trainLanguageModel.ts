// Training a language model: minibatches of a text with the state carried on, truncated backpropagation through time.
import { UnrolledError } from '../../errors.js';
import { crossEntropy } from '../../autograd/ops.js';
import { BatchSampler } from '../../data/sampling.js';
import { detach, type RecurrentState } from '../../nn/recurrent.js';
import { fromData } from '../../tensor/create.js';
import { keep } from '../../tensor/scope.js';
import type { Corpus } from '../../text/corpus.js';
import type { LossMetrics } from '../../text/perplexity.js';
import { train, type TrainingTask } from '../../train/trainer.js';
import { type Checkpoint, checkpointTensors, readCheckpoint, restoreState } from '../checkpoint.js';
import { defined, storable } from '../config.js';
import { LANGUAGE_MODEL_DEFAULTS } from '../defaults.js';
import type { LanguageModelConfig } from './languageNetwork.js';
import { cellConfig } from '../recurrentStack.js';
import { type ModelText, textOf } from './textGenerator.js';
import type { LanguageModelTrainOptions, TrainableModel } from '../trainingOptions.js';

export async function trainLanguageModel<M extends TrainableModel>(
  corpus: Corpus,
  options: LanguageModelTrainOptions,
  create: (config: LanguageModelConfig, text: ModelText) => M,
  open: (bytes: Uint8Array) => M,
): Promise<M> {
  const from =
    options.resume === undefined
      ? null
      : readCheckpoint<LossMetrics, LanguageModelTrainOptions>(options.resume, 'the checkpoint');
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
  const batchShape = [o.numSteps, o.batchSize];
  const buffers = { x: new Int32Array(o.numSteps * o.batchSize), y: new Int32Array(o.numSteps * o.batchSize) };
  const sampler = new BatchSampler(corpus.train, {
    batchSize: o.batchSize,
    numSteps: o.numSteps,
    sampling: o.sampling,
    seed: o.seed,
  });
  /** Carried from minibatch to minibatch; the one before it is still read until its step is done. */
  let state: RecurrentState | null = null;
  let before: RecurrentState | null = null;
  if (from !== null) {
    sampler.restore(from.sampler);
    model.calls.calls = from.calls;
    state = restoreState(from.state, network.recurrent);
  }
  const drop = (old: RecurrentState | null): void =>
    old?.forEach((layer) => Object.values(layer).forEach((t) => t.dispose()));

  const task: TrainingTask<LossMetrics> = {
    network,
    epochs: () => epochsOf(sampler),
    next() {
      const batch = sampler.next(buffers);
      drop(before);
      before = state;
      const carried = batch.index === 0 || o.sampling === 'random' ? null : state;
      const result = network.forward(fromData(batch.x, batchShape), detach(carried));
      state = detach(result.state);
      for (const layer of state) for (const t of Object.values(layer)) keep(t);
      return { loss: crossEntropy(result.logits, fromData(batch.y, batchShape)), tokens: o.numSteps * o.batchSize };
    },
    evaluate: () => (corpus.validation.length < 2 ? null : model.evaluate(corpus.validation)),
    onValidation: (event) => options.onValidation?.(event, model),
    async checkpoint(position, optimizer) {
      const content: Omit<Checkpoint<LossMetrics, LanguageModelTrainOptions>, 'moments' | 'state'> = {
        ...position,
        options: storable(o),
        sampler: sampler.state(),
        calls: model.calls.calls,
      };
      await options.checkpoint?.save(
        model.toBytes({ tensors: checkpointTensors(network, optimizer, state), checkpoint: content }),
      );
    },
  };
  const result = await train(task, {
    ...o,
    ...(from === null ? {} : { from }),
    checkpointSeconds: options.checkpoint?.everySeconds,
    onProgress: (event) => options.onProgress?.({ ...event, perplexity: Math.exp(event.loss) }),
  });
  drop(before);
  drop(state);
  model.training = { ...result, perplexity: Math.exp(result.loss) };
  return model;
}

type Resolved = LanguageModelTrainOptions &
  Required<Pick<LanguageModelTrainOptions, keyof typeof LANGUAGE_MODEL_DEFAULTS>>;

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
  // In the order in which a file is read, so that a resumed model is the same file.
  const sizes = { hiddenSize, numLayers, dropout, ...more, embeddingSize, seed };
  return { ...cellConfig(cell, LANGUAGE_MODEL_DEFAULTS.cell), ...sizes };
}

/** Epochs so far, with fractions. */
function epochsOf(sampler: BatchSampler): number {
  const { epoch, index } = sampler.state();
  return epoch + index / sampler.count();
}
