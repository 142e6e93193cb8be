// How a language model learns: minibatches of a text with the state carried on, truncated backpropagation through time.
import { crossEntropy } from '../../autograd/ops.js';
import { Fingerprint } from '../../data/fingerprint.js';
import { BatchSampler } from '../../data/sampling.js';
import { detach, type RecurrentState } from '../../nn/recurrent.js';
import { fromData } from '../../tensor/create.js';
import { keep } from '../../tensor/scope.js';
import type { Corpus } from '../../text/corpus.js';
import type { LossMetrics } from '../../text/perplexity.js';
import { rowsOfShard } from '../../parallel/communicator.js';
import { partOfMean } from '../rows.js';
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
  /** The same for the rows of each shard, where there are shards. */
  const states = new Map<number, { now: RecurrentState | null; before: RecurrentState | null }>();
  const drop = (old: RecurrentState | null): void =>
    old?.forEach((layer) => Object.values(layer).forEach((t) => t.dispose()));
  const kept = (result: RecurrentState): RecurrentState => {
    const own = detach(result);
    for (const layer of own) for (const t of Object.values(layer)) keep(t);
    return own;
  };
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
      state = kept(result.state);
      return { loss: crossEntropy(result.logits, fromData(batch.y, shape)), tokens: numSteps * batchSize };
    },
    nextShards(shards) {
      const batch = sampler.next(buffers);
      return (shard) => {
        const { from, to } = rowsOfShard(shard, shards, batchSize);
        if (from === to) return null;
        const { now = null, before: old = null } = states.get(shard) ?? {};
        drop(old);
        const [x, y] = [batch.x, batch.y].map((whole) => {
          const own = new Int32Array(numSteps * (to - from));
          for (let t = 0; t < numSteps; t++) {
            own.set(whole.subarray(t * batchSize + from, t * batchSize + to), t * (to - from));
          }
          return fromData(own, [numSteps, to - from]);
        });
        const result = network.forward(x, detach(batch.index === 0 || sampling === 'random' ? null : now));
        states.set(shard, { now: kept(result.state), before: now });
        const loss = partOfMean(crossEntropy(result.logits, y), to - from, batchSize);
        return { loss, tokens: x.size };
      };
    },
    evaluate: () => (corpus.validation.length < 2 ? null : evaluate(corpus.validation)),
    carried: {
      of: network.recurrent,
      state: () => state,
      restore(stored) {
        state = stored;
      },
      ofShards: () => new Map([...states].flatMap(([shard, { now }]) => (now === null ? [] : [[shard, now] as const]))),
      restoreShards(stored) {
        for (const [shard, now] of stored) states.set(shard, { now, before: null });
      },
    },
    end() {
      drop(before);
      drop(state);
      for (const own of states.values()) {
        drop(own.before);
        drop(own.now);
      }
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
