// The network of a tagger: word embedding beside the last states of a network over the word's characters → recurrent stack →
// a score for each tag at each step; then softmax at each step, or a conditional random field over all of them.
// Letters: T steps, N sentences, M distinct words of a minibatch, K tags.
import { UnrolledError } from '../../errors.js';
import { requireNumber } from '../../range.js';
import { add, concat, crossEntropy, gatherRows, mul, reshape, slice, softmax, tanh } from '../../autograd/ops.js';
import { LinearChainCRF } from '../../nn/crf.js';
import { uniformInit } from '../../nn/initializers.js';
import { Dropout, Embedding, Linear } from '../../nn/layers.js';
import { Module } from '../../nn/module.js';
import type { RandomCalls } from '../../nn/random.js';
import { BATCH, TIME } from '../../nn/onnx/names.js';
import type { NetworkWriter } from '../../nn/onnx/writer.js';
import type { Recurrent, RecurrentState } from '../../nn/recurrent.js';
import { fromData } from '../../tensor/create.js';
import type { Philox } from '../../tensor/philox.js';
import type { HostArray } from '../../tensor/device.js';
import { readAndDispose, type Reading } from '../../tensor/readAll.js';
import { keep, scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ModuleWriter } from '../esModule/moduleWriter.js';
import { partOfMean } from '../rows.js';
import { recurrentStack, type StackConfig } from '../recurrentStack.js';
import type { WordBatch } from './taggerWords.js';
import { FEATURES_OF_A_WORD } from './wordFeatures.js';

/** What makes tags of scores: each step alone, or paths of tags. */
export const TAGGER_HEADS = ['softmax', 'crf'] as const;
/** What makes tags of scores: a softmax at each step, or a conditional random field over the whole sentence. */
export type TaggerHead = (typeof TAGGER_HEADS)[number];

export interface TaggerNetworkConfig extends StackConfig {
  embeddingSize: number;
  /** Of the characters. */
  characterEmbeddingSize: number;
  /** Of each direction over the characters; 0 for none. */
  characterHiddenSize: number;
  /** Of each prefix, each suffix and the shape of a word; 0 for none. */
  featureSize: number;
  bidirectional: boolean;
  head: TaggerHead;
  /** The weight in the training loss of guessing the neighbouring words (Rei 2017); 0 for none. */
  neighbourWeight: number;
}

export interface TaggerSizes {
  words: number;
  characters: number;
  /** Prefixes, suffixes and shapes; 0 where the tagger has none. */
  features: number;
  /** K */
  tags: number;
}

export interface TaggerOutput {
  scores: Tensor;
  hidden: Tensor;
  state: RecurrentState;
}

/** Stands for the tag of padding. */
export const NO_TAG = -1;

export class TaggerNetwork extends Module {
  readonly embedding: Embedding;
  readonly #characters: CharacterNetwork | null;
  readonly #features: FeatureNetwork | null;
  readonly #rnn: Recurrent;
  readonly #dropout: Dropout;
  readonly #decoder: Linear;
  readonly #crf: LinearChainCRF | null;
  readonly #neighbours: NeighbourNetwork | null;

  constructor(config: TaggerNetworkConfig, sizes: TaggerSizes, rng: Philox, calls: RandomCalls) {
    super();
    const { embeddingSize, characterHiddenSize, featureSize, bidirectional, dropout } = config;
    this.embedding = this.addPart('embedding', embeddingOf(sizes.words, embeddingSize, rng));
    this.#characters =
      characterHiddenSize === 0
        ? null
        : this.addPart('characters', new CharacterNetwork(config, sizes.characters, rng, calls));
    this.#features =
      featureSize === 0 ? null : this.addPart('features', new FeatureNetwork(sizes.features, featureSize, rng));
    const inputSize = embeddingSize + (this.#characters?.outputSize ?? 0) + (this.#features?.outputSize ?? 0);
    this.#rnn = this.addPart('rnn', recurrentStack(config, { inputSize, ofTokens: false, bidirectional, rng, calls }));
    this.#dropout = this.addPart('dropout', new Dropout(dropout, calls));
    this.#decoder = this.addPart('decoder', new Linear(this.#rnn.outputSize, sizes.tags, { rng }));
    this.#crf = config.head === 'crf' ? this.addPart('crf', new LinearChainCRF(sizes.tags)) : null;
    this.#neighbours =
      config.neighbourWeight === 0
        ? null
        : this.addPart('neighbours', new NeighbourNetwork(config, this.#rnn, sizes.words, rng));
  }

  get recurrent(): Recurrent {
    return this.#rnn;
  }

  /** Over the characters of a word; null without. */
  get characterRecurrent(): Recurrent | null {
    return this.#characters?.recurrent ?? null;
  }

  /**
   * Scores [T, N, K], the outputs [T, N, H] that they are of, and the state after each sentence.
   * @param state from the words before, in one direction only
   */
  forward(batch: WordBatch, state: RecurrentState | null = null): TaggerOutput {
    const { numSteps, lengths } = batch;
    const shape = [numSteps, lengths.length];
    const words = this.embedding.forward(fromData(batch.words, shape));
    const spelled = this.#spelled(batch);
    const x = spelled ? concat([words, gatherRows(spelled, fromData(batch.forms, shape))], -1) : words;
    const { output, state: next } = this.#rnn.forward(this.#dropout.forward(x), { lengths, state });
    const hidden = this.#dropout.forward(output);
    return { scores: this.#decoder.forward(hidden), hidden, state: next };
  }

  /** The parts that a word is read by, side by side, with the size of each. */
  get inputParts(): Record<string, number> {
    const [characters, features] = [this.#characters, this.#features];
    return {
      words: this.embedding.weight.shape[1],
      ...(characters === null ? {} : { characters: characters.outputSize }),
      ...(features === null ? {} : { features: features.outputSize }),
    };
  }

  /** What each distinct form says without being known: [M, …]. */
  #spelled(batch: WordBatch): Tensor | null {
    const parts = [this.#characters?.forward(batch), this.#features?.forward(batch)].filter(
      (part) => part !== undefined,
    );
    return parts.length === 0 ? null : concat(parts, -1);
  }

  /**
   * `words` [T, N], `lengths` [N], and `forms` [T, N], which say which distinct word stands there, to `scores` [T, N, K]. Of the M
   * distinct words come `characters` [S, M] with `character_lengths` [M] where it reads characters, and `features` [M, features of a
   * word] where it has some. Errors: OPTION, UNSUPPORTED.
   */
  writeOnnx(writer: NetworkWriter): void {
    writer.refuseStep('a tagger, which reads the whole sentence');
    if (this.#crf !== null) {
      throw new UnrolledError(
        'UNSUPPORTED',
        'expected a tagger with the head softmax, received a conditional random field',
        'the best path of tags is no operation of ONNX: train with head: softmax',
      );
    }
    const words = writer.input('words', 'int64', [TIME, BATCH]);
    const lengths = writer.input('lengths', 'int32', [BATCH]);
    const vectors = writer.embedding(this.embedding, words, 'embedding.');
    const forms = (this.#characters ?? this.#features) ? writer.input('forms', 'int64', [TIME, BATCH]) : null;
    const spelled = [this.#characters, this.#features].flatMap((part) =>
      part === null ? [] : [part.writeOnnx(writer)],
    );
    const parts = forms === null ? [] : [writer.rows(writer.graph.concat(spelled, -1), forms)];
    const x = { name: writer.graph.concat([vectors, ...parts], -1), tokens: false };
    const { output } = writer.recurrent(this.#rnn, x, { path: 'rnn.', lengths, exposed: false });
    writer.output('scores', writer.linear(this.#decoder, output, 'decoder.'), [TIME, BATCH, this.#decoder.outputSize]);
  }

  /** What the module of a tagger reads by (esModule/runtime/tag.ts). */
  writeModule(writer: ModuleWriter): string {
    const crf = this.#crf;
    return writer.object({
      embedding: writer.table('embedding', this.embedding.weight),
      characters: this.#characters?.writeModule(writer) ?? 'null',
      features: this.#features?.writeModule(writer) ?? 'null',
      rnn: writer.recurrent(this.#rnn, false, 'rnn.'),
      decoder: writer.linear(this.#decoder, 'decoder.'),
      crf:
        crf === null
          ? 'null'
          : writer.object({
              transition: writer.vector('crf.transition', crf.transition.data()),
              start: writer.vector('crf.start', crf.start.data()),
              end: writer.vector('crf.end', crf.end.data()),
            }),
    });
  }

  /**
   * What training makes small: `loss`, and that of the guessed neighbours where the network guesses them.
   * @param all the lengths of the sentences of the whole minibatch, of which the batch may be a part
   */
  *trainingLoss(
    { scores, hidden }: TaggerOutput,
    tags: Int32Array,
    batch: WordBatch,
    all: ArrayLike<number> = batch.lengths,
  ): Reading<Tensor> {
    const [own, whole] = [batch.lengths, all].map((lengths) => Array.from(lengths).reduce((sum, n) => sum + n, 0));
    const loss = partOfMean(yield* this.loss(scores, tags, batch.lengths), own, whole);
    if (!this.#neighbours) return loss;
    // A sentence has a guess less than words, in each direction.
    return add(loss, partOfMean(this.#neighbours.loss(hidden, batch), own - batch.lengths.length, whole - all.length));
  }

  /** Nats a word, over the words that are there. @param tags [T · N] by time, NO_TAG for padding */
  *loss(scores: Tensor, tags: Int32Array, lengths: Int32Array): Reading<Tensor> {
    const gold = fromData(tags, scores.shape.slice(0, 2));
    if (this.#crf) return yield* this.#crf.readLoss(scores, gold, lengths);
    return crossEntropy(scores, gold, { ignoreIndex: NO_TAG });
  }

  /** The best tags of each sentence: for a softmax the best of each step, for a field the best path. Outside the tape. */
  *decode(scores: Tensor, lengths: Int32Array): Reading<Int32Array[]> {
    if (this.#crf) return (yield* this.#crf.readPaths(scores, lengths)).map(({ path }) => path);
    return bySentence(yield scores, scores.shape, lengths).map((own, n) => {
      const K = scores.shape[2];
      return Int32Array.from({ length: lengths[n] }, (_, t) => largest(own.subarray(t * K, (t + 1) * K)));
    });
  }

  /** The probability of each tag at each step of each sentence: N times [length, K]. Outside the tape. */
  *probabilities(scores: Tensor, lengths: Int32Array): Reading<Float64Array[]> {
    if (this.#crf) return yield* this.#crf.readMarginals(scores, lengths);
    const each = scope(() => keep(softmax(scores.detach())));
    return bySentence(yield* readAndDispose(each), scores.shape, lengths);
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

  get recurrent(): Recurrent {
    return this.#rnn;
  }

  /** @returns the name of the vectors [M, 2H] */
  writeOnnx(writer: NetworkWriter): string {
    const characters = writer.input('characters', 'int64', ['character', 'form']);
    const lengths = writer.input('character_lengths', 'int32', ['form']);
    const name = writer.embedding(this.#embedding, characters, 'characters.embedding.');
    const call = { path: 'characters.rnn.', lengths, exposed: false };
    const { states } = writer.recurrent(this.#rnn, { name, tokens: false }, call);
    return writer.lastStates(this.#rnn, states);
  }

  writeModule(writer: ModuleWriter): string {
    return writer.object({
      embedding: writer.table('characters.embedding', this.#embedding.weight),
      rnn: writer.recurrent(this.#rnn, false, 'characters.rnn.'),
    });
  }

  /** One vector for each distinct word: [M, 2H]. */
  forward({ characters: { data, lengths, numSteps } }: WordBatch): Tensor {
    const x = this.#embedding.forward(fromData(data, [numSteps, lengths.length]));
    const { state } = this.#rnn.forward(x, { lengths });
    return concat(
      state.map((direction) => direction.h ?? Object.values(direction)[0]),
      -1,
    );
  }
}

/** Words from their prefixes, suffixes and shape: an embedding of each, side by side. */
class FeatureNetwork extends Module {
  readonly #embedding: Embedding;

  constructor(count: number, size: number, rng: Philox) {
    super();
    const init = uniformInit(Math.sqrt(3 / (size * FEATURES_OF_A_WORD)));
    this.#embedding = this.addPart('embedding', new Embedding(count, size, { rng, init, paddingIndex: 0 }));
  }

  get outputSize(): number {
    return FEATURES_OF_A_WORD * this.#embedding.weight.shape[1];
  }

  /** @returns the name of the vectors [M, features of a word · size] */
  writeOnnx(writer: NetworkWriter): string {
    const features = writer.input('features', 'int64', ['form', FEATURES_OF_A_WORD]);
    const vectors = writer.embedding(this.#embedding, features, 'features.embedding.');
    return writer.graph.one('Reshape', [vectors, writer.graph.whole([-1, this.outputSize])]);
  }

  writeModule(writer: ModuleWriter): string {
    return writer.table('features.embedding', this.#embedding.weight);
  }

  /** One vector for each distinct word: [M, features of a word · size]. */
  forward({ features }: WordBatch): Tensor {
    return reshape(this.#embedding.forward(fromData(features, [features.length])), [-1, this.outputSize]);
  }
}

/** Words that can be guessed, the most frequent ones; the others are one. */
const GUESSED_WORDS = 3000;
/** What stands between a direction's output and the words: Rei's m. */
const GUESS_SIZE = 50;

/**
 * Guesses words (Rei 2017): each direction, having read a word, says which one it will read next. Tags are few and words many, so that
 * the network learns more of the language than the tags ask for. Only for training.
 */
class NeighbourNetwork extends Module {
  readonly #weight: number;
  readonly #words: number;
  /** For each direction. */
  readonly #parts: { hidden: Linear; words: Linear }[];

  /** Errors: RANGE; OPTION where a direction knows already what it should guess. */
  constructor(
    { neighbourWeight, bidirectional, numLayers }: TaggerNetworkConfig,
    rnn: Recurrent,
    words: number,
    rng: Philox,
  ) {
    super();
    requireNumber('a neighbourWeight', neighbourWeight, { min: 0 }, '0.1 is usual');
    if (bidirectional && numLayers > 1) {
      throw new UnrolledError(
        'OPTION',
        `expected one layer for neighbourWeight in both directions, received ${numLayers}`,
        'the second layer has already seen the words that it should guess: use one layer, or set neighbourWeight to 0',
      );
    }
    this.#weight = neighbourWeight;
    this.#words = Math.min(words, GUESSED_WORDS);
    this.#parts = (bidirectional ? ['next', 'previous'] : ['next']).map((name, _, { length }) => ({
      hidden: this.addPart(`${name}Hidden`, new Linear(rnn.outputSize / length, GUESS_SIZE, { rng })),
      words: this.addPart(name, new Linear(GUESS_SIZE, this.#words, { rng })),
    }));
  }

  /** The weighted sum over the directions of nats a guess. @param output [T, N, H of all directions] */
  loss(output: Tensor, { words, lengths, numSteps }: WordBatch): Tensor {
    const N = lengths.length;
    const size = output.shape[2] / this.#parts.length;
    const losses = this.#parts.map(({ hidden, words: scores }, direction) => {
      const to = direction === 0 ? 1 : -1;
      const wanted = Int32Array.from(words, (_, at) => {
        const [t, n] = [Math.floor(at / N) + to, at % N];
        if (t < 0 || t >= lengths[n] || t - to >= lengths[n]) return NO_TAG;
        const word = words[t * N + n];
        return word < this.#words ? word : 0;
      });
      const own = slice(output, 2, direction * size, (direction + 1) * size);
      const guesses = scores.forward(tanh(hidden.forward(own)));
      return crossEntropy(guesses, fromData(wanted, [numSteps, N]), { ignoreIndex: NO_TAG });
    });
    return mul(losses.length === 1 ? losses[0] : add(losses[0], losses[1]), this.#weight);
  }
}

/** Small at first (variance 1/D): what stands for a rare word says little until it has learned. */
function embeddingOf(count: number, size: number, rng: Philox): Embedding {
  if (size < 1) {
    throw new UnrolledError(
      'RANGE',
      `expected an embedding of 1 or more, received ${size}`,
      '100 is usual for words, 30 for characters',
    );
  }
  return new Embedding(count, size, { rng, init: uniformInit(Math.sqrt(3 / size)) });
}

/** [T, N, K] on the host, a sentence at a time, without the padding. */
function bySentence(values: HostArray, [, N, K]: readonly number[], lengths: Int32Array): Float64Array[] {
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
