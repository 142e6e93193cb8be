// The network of a tagger: word embedding beside the last states of a network over the word's characters → recurrent stack →
// a score for each tag at each step; then softmax at each step, or a conditional random field over all of them.
// Letters: T steps, N sentences, M distinct words of a minibatch, K tags.
import { UnrolledError } from '../errors.js';
import { concat, crossEntropy, gatherRows, softmax } from '../autograd/ops.js';
import { LinearChainCRF } from '../nn/crf.js';
import { uniformInit } from '../nn/initializers.js';
import { Dropout, Embedding, Linear } from '../nn/layers.js';
import { Module } from '../nn/module.js';
import type { RandomCalls } from '../nn/random.js';
import type { Recurrent, RecurrentState } from '../nn/recurrent.js';
import { fromData } from '../tensor/create.js';
import type { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { recurrentStack, type StackConfig } from './recurrentStack.js';
import type { WordBatch } from './taggerWords.js';

/** What makes tags of scores: each step alone, or paths of tags. */
export const TAGGER_HEADS = ['softmax', 'crf'] as const;
export type TaggerHead = (typeof TAGGER_HEADS)[number];

export interface TaggerNetworkConfig extends StackConfig {
  embeddingSize: number;
  /** Of the characters. */
  characterEmbeddingSize: number;
  /** Of each direction over the characters; 0 for none. */
  characterHiddenSize: number;
  bidirectional: boolean;
  head: TaggerHead;
}

export interface TaggerSizes {
  words: number;
  characters: number;
  /** K */
  tags: number;
}

/** Stands for the tag of padding. */
export const NO_TAG = -1;

export class TaggerNetwork extends Module {
  readonly embedding: Embedding;
  readonly #characters: CharacterNetwork | null;
  readonly #rnn: Recurrent;
  readonly #dropout: Dropout;
  readonly #decoder: Linear;
  readonly #crf: LinearChainCRF | null;

  constructor(config: TaggerNetworkConfig, sizes: TaggerSizes, rng: Philox, calls: RandomCalls) {
    super();
    const { embeddingSize, characterHiddenSize, bidirectional, dropout } = config;
    this.embedding = this.addPart('embedding', embeddingOf(sizes.words, embeddingSize, rng));
    this.#characters =
      characterHiddenSize === 0
        ? null
        : this.addPart('characters', new CharacterNetwork(config, sizes.characters, rng, calls));
    const inputSize = embeddingSize + (this.#characters?.outputSize ?? 0);
    this.#rnn = this.addPart('rnn', recurrentStack(config, { inputSize, ofTokens: false, bidirectional, rng, calls }));
    this.#dropout = this.addPart('dropout', new Dropout(dropout, calls));
    this.#decoder = this.addPart('decoder', new Linear(this.#rnn.outputSize, sizes.tags, { rng }));
    this.#crf = config.head === 'crf' ? this.addPart('crf', new LinearChainCRF(sizes.tags)) : null;
  }

  get recurrent(): Recurrent {
    return this.#rnn;
  }

  /** Scores [T, N, K], and the state after each sentence. @param state from the words before, in one direction only */
  forward(batch: WordBatch, state: RecurrentState | null = null): { scores: Tensor; state: RecurrentState } {
    const { numSteps, lengths } = batch;
    const shape = [numSteps, lengths.length];
    const words = this.embedding.forward(fromData(batch.words, shape));
    const spelled = this.#characters?.forward(batch);
    const x = spelled ? concat([words, gatherRows(spelled, fromData(batch.forms, shape))], -1) : words;
    const { output, state: next } = this.#rnn.forward(this.#dropout.forward(x), { lengths, state });
    return { scores: this.#decoder.forward(this.#dropout.forward(output)), state: next };
  }

  /** Nats a word, over the words that are there. @param tags [T · N] by time, NO_TAG for padding */
  loss(scores: Tensor, tags: Int32Array, lengths: Int32Array): Tensor {
    const gold = fromData(tags, scores.shape.slice(0, 2));
    return this.#crf?.loss(scores, gold, lengths) ?? crossEntropy(scores, gold, { ignoreIndex: NO_TAG });
  }

  /** The best tags of each sentence: for a softmax the best of each step, for a field the best path. Outside the tape. */
  decode(scores: Tensor, lengths: Int32Array): Int32Array[] {
    if (this.#crf) return this.#crf.decode(scores, lengths).map(({ path }) => path);
    return bySentence(scores, lengths).map((own, n) => {
      const K = scores.shape[2];
      return Int32Array.from({ length: lengths[n] }, (_, t) => largest(own.subarray(t * K, (t + 1) * K)));
    });
  }

  /** The probability of each tag at each step of each sentence: N times [length, K]. Outside the tape. */
  probabilities(scores: Tensor, lengths: Int32Array): Float64Array[] {
    return this.#crf?.marginals(scores, lengths) ?? bySentence(softmax(scores.detach()), lengths);
  }
}

/** Words from their characters: the last state of each direction. */
class CharacterNetwork extends Module {
  readonly #embedding: Embedding;
  readonly #rnn: Recurrent;

  constructor(config: TaggerNetworkConfig, count: number, rng: Philox, calls: RandomCalls) {
    super();
    const { cell, equations, characterEmbeddingSize: inputSize, characterHiddenSize: hiddenSize } = config;
    const stack = { cell, ...(equations === undefined ? {} : { equations }), hiddenSize, numLayers: 1, dropout: 0 };
    this.#embedding = this.addPart('embedding', embeddingOf(count, inputSize, rng));
    this.#rnn = this.addPart(
      'rnn',
      recurrentStack(stack, { inputSize, ofTokens: false, bidirectional: true, rng, calls }),
    );
  }

  get outputSize(): number {
    return this.#rnn.outputSize;
  }

  /** One vector for each distinct word: [M, 2H]. */
  forward({ characters: { data, lengths, numSteps } }: WordBatch): Tensor {
    const x = this.#embedding.forward(fromData(data, [numSteps, lengths.length]));
    const { state } = this.#rnn.forward(x, { lengths });
    return concat(state.map((direction) => direction.h ?? Object.values(direction)[0]), -1); // prettier-ignore
  }
}

/** Small at first (variance 1/D): what stands for a rare word says little until it has learned. */
function embeddingOf(count: number, size: number, rng: Philox): Embedding {
  if (size < 1) {
    throw new UnrolledError('RANGE', `expected an embedding of 1 or more, received ${size}`, '100 is usual for words, 30 for characters'); // prettier-ignore
  }
  return new Embedding(count, size, { rng, init: uniformInit(Math.sqrt(3 / size)) });
}

/** [T, N, K] on the host, a sentence at a time, without the padding. */
function bySentence(t: Tensor, lengths: Int32Array): Float64Array[] {
  const [, N, K] = t.shape;
  const values = t.data();
  return Array.from(lengths, (length, n) => {
    const own = new Float64Array(length * K);
    for (let at = 0; at < length; at++) own.set(values.subarray((at * N + n) * K, (at * N + n + 1) * K), at * K);
    return own;
  });
}

function largest(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
}
