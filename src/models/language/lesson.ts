// How a language model learns: minibatches of a text with the state carried on, truncated backpropagation through time.
import { crossEntropy } from '../../autograd/ops.js';
import { Fingerprint } from '../../data/fingerprint.js';
import { BatchSampler } from '../../data/sampling.js';
import { detach, type RecurrentState } from '../../nn/recurrent.js';
import { fromData } from '../../tensor/create.js';
import { keep } from '../../tensor/scope.js';
import type { Corpus } from '../../text/corpus.js';
import type { LossMetrics } from '../../text/perplexity.js';
import type { Lesson } from '../task.js';
import type { LanguageNetwork } from './languageNetwork.js';
import type { ResolvedLanguageModelOptions } from './options.js';

/** @param evaluate on tokens, in evaluation mode. Errors: TOO_SHORT, RANGE. */
export function languageLesson(
  network: LanguageNetwork,
  corpus: Corpus,
  { numSteps, batchSize, sampling, seed }: ResolvedLanguageModelOptions,
  evaluate: (tokens: Int32Array) => LossMetrics,
): Lesson<LossMetrics> {
  const sampler = new BatchSampler(corpus.train, { batchSize, numSteps, sampling, seed });
  const shape = [numSteps, batchSize];
  const buffers = { x: new Int32Array(numSteps * batchSize), y: new Int32Array(numSteps * batchSize) };
  /** Carried from minibatch to minibatch; the one before it is still read until its step is done. */
  let state: RecurrentState | null = null;
  let before: RecurrentState | null = null;
  const drop = (old: RecurrentState | null): void =>
    old?.forEach((layer) => Object.values(layer).forEach((t) => t.dispose()));
  return {
    data: fingerprints(corpus),
    sampler,
    epochs() {
      const { epoch, index } = sampler.state();
      return epoch + index / sampler.count();
    },
    stepsPerEpoch: sampler.count(0),
    next() {
      const batch = sampler.next(buffers);
      drop(before);
      before = state;
      const carried = batch.index === 0 || sampling === 'random' ? null : state;
      const result = network.forward(fromData(batch.x, shape), detach(carried));
      state = detach(result.state);
      for (const layer of state) for (const t of Object.values(layer)) keep(t);
      return { loss: crossEntropy(result.logits, fromData(batch.y, shape)), tokens: numSteps * batchSize };
    },
    evaluate: () => (corpus.validation.length < 2 ? null : evaluate(corpus.validation)),
    carried: {
      of: network.recurrent,
      state: () => state,
      restore(stored) {
        state = stored;
      },
    },
    end() {
      drop(before);
      drop(state);
    },
  };
}

function fingerprints({ train, validation, vocabulary }: Corpus): Lesson['data'] {
  const { size } = vocabulary;
  const symbols = Array.from({ length: size }, (_, index) => vocabulary.token(index));
  return {
    vocabulary: new Fingerprint().texts(symbols).part(size),
    training: new Fingerprint().numbers(train).part(train.length),
    validation: new Fingerprint().numbers(validation).part(validation.length),
  };
}
