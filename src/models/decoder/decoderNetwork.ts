// A decoder: writes a sequence token by token, started from states, and looking at a memory (the outputs of an encoder) by
// additive attention after the recurrence, so that with teacher forcing the recurrence runs over all steps in one call.
// Letters: T steps, N sequences, S places of the memory, M of an encoder, H hidden, E embedding, A attention, V vocabulary.
import { concat, gatherRows, matmul, mul, reshape, tanh, transpose } from '../../autograd/ops.js';
import { alias } from '../../autograd/tape.js';
import { sizeNamed } from '../../cell/define/width.js';
import { AdditiveAttention } from '../../nn/attention.js';
import { normalInit } from '../../nn/initializers.js';
import { Dropout, Embedding, Linear } from '../../nn/layers.js';
import { Module } from '../../nn/module.js';
import type { RandomCalls } from '../../nn/random.js';
import type { Recurrent, RecurrentState } from '../../nn/recurrent.js';
import { sizesFor } from '../../nn/recurrentOptions.js';
import { fromData } from '../../tensor/create.js';
import type { Philox } from '../../tensor/philox.js';
import type { Tensor } from '../../tensor/tensor.js';
import { recurrentStack, type StackConfig } from '../recurrentStack.js';

export interface DecoderConfig extends StackConfig {
  embeddingSize: number;
  /** A; 0 for a decoder that looks at nothing. */
  attentionSize: number;
  /** The weights of the output are those of the embedding. */
  tied: boolean;
}

/** What a decoder looks at. */
export interface Memory {
  /** [N, S, M] */
  values: Tensor;
  /** What the attention makes of them once: [S, N, A]. */
  keys: Tensor;
  /** Places of each that count. */
  lengths: number[];
}

/** The state of decoding: R rows, several of which may attend to the same memory. */
export interface DecoderState {
  /** States [R, H]; null before the first step of a decoder that starts from zero. */
  layers: RecurrentState | null;
  memory: Memory | null;
  /** [R] Which sequence of the memory each row looks at: 0 … N − 1 in order, each as often, or each once. */
  of: Int32Array;
}

export interface DecoderStep {
  /** [R, V] */
  logits: Tensor;
  state: DecoderState;
  /** [R, S] */
  weights: Tensor | null;
}

export class DecoderNetwork extends Module {
  readonly embedding: Embedding;
  readonly #config: DecoderConfig;
  readonly #scale: number;
  readonly #rnn: Recurrent;
  readonly #attention: AdditiveAttention | null;
  readonly #combine: Linear | null;
  readonly #output: Linear | null;
  readonly #dropout: Dropout;

  /** @param memorySize M; anything without attention */
  constructor(
    config: DecoderConfig,
    memorySize: number,
    vocabularySize: number,
    context: { rng: Philox; calls: RandomCalls },
  ) {
    super();
    const { embeddingSize: inputSize, attentionSize, hiddenSize, tied } = config;
    const { rng, calls } = context;
    this.#config = config;
    // Weights of an output are small. Small vectors as input learn slowly: tied ones are read √E times as large.
    this.#scale = tied ? Math.sqrt(inputSize) : 1;
    const init = normalInit(1 / this.#scale);
    this.embedding = this.addPart('embedding', new Embedding(vocabularySize, inputSize, { rng, init }));
    this.#rnn = this.addPart(
      'rnn',
      recurrentStack(config, { inputSize, ofTokens: false, isDecoder: true, ...context }),
    );
    const outputSize = this.#rnn.outputSize;
    const attends = attentionSize > 0;
    this.#attention = attends
      ? this.addPart('attention', new AdditiveAttention(outputSize, memorySize, attentionSize, { rng }))
      : null;
    const combined = tied ? inputSize : hiddenSize;
    const read = outputSize + (attends ? memorySize : 0);
    const combines = attends || outputSize !== combined;
    this.#combine = combines ? this.addPart('combine', new Linear(read, combined, { rng })) : null;
    // Without a bias, which would be a pass over all logits; a unit that stays up takes its place.
    this.#output = tied ? null : this.addPart('output', new Linear(combined, vocabularySize, { rng, bias: false }));
    this.#dropout = this.addPart('dropout', new Dropout(config.dropout, calls));
  }

  get recurrent(): Recurrent {
    return this.#rnn;
  }

  /** Layer by layer, the states that start from zero and the size of each; one with a start of its own keeps it. */
  stateSizes(): Record<string, number>[] {
    const { embeddingSize, hiddenSize, numLayers, recurrent } = this.#config;
    const { cell } = this.#rnn;
    const { projSize, numHeads } = recurrent ?? {};
    const sizes = sizesFor(cell, embeddingSize, hiddenSize, {
      inputSize: embeddingSize,
      hiddenSize,
      projSize,
      numHeads,
    });
    const own = cell.states.filter((s) => (cell.initialState[s] ?? 0) === 0);
    const layer = Object.fromEntries(own.map((s) => [s, sizeNamed(sizes, cell.stateSizes[s])]));
    return Array.from({ length: numLayers }, () => layer);
  }

  /** A memory of outputs [S, N, M]; null without attention. */
  remember(outputs: Tensor, lengths: ArrayLike<number>): Memory | null {
    if (this.#attention === null) return null;
    const values = transpose(outputs, 0, 1);
    return { values, keys: this.#attention.project(values), lengths: Array.from(lengths) };
  }

  /**
   * Teacher forcing: every step reads the token that was right before it.
   * @param tokens int32 [T, N]
   * @param lengths [N]
   * @returns logits [sum of the lengths, V]: those of the first sequence, then the second, and so on; weights [N, T, S]
   */
  forward(
    tokens: Tensor,
    lengths: Int32Array,
    start: Pick<DecoderState, 'layers' | 'memory'>,
  ): { logits: Tensor; weights: Tensor | null } {
    const [T, N] = tokens.shape;
    const inputs = this.#read(tokens);
    const { output } = this.#rnn.forward(inputs, { state: start.layers, lengths });
    const { vectors, weights } = this.#look(transpose(output, 0, 1), start.memory);
    const rows = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
    let at = 0;
    for (let n = 0; n < N; n++) for (let t = 0; t < lengths[n]; t++) rows[at++] = n * T + t;
    const flat = reshape(vectors, [N * T, vectors.shape[2]]);
    const counted = rows.length === N * T ? flat : gatherRows(flat, fromData(rows, [rows.length]));
    return { logits: this.#logits(counted), weights };
  }

  /** One step of generation. @param tokens [R], the last of each row */
  step(tokens: Int32Array, { layers, memory, of }: DecoderState): DecoderStep {
    const rows = tokens.length;
    const inputs = this.#read(fromData(tokens, [1, rows]));
    const { output, state } = this.#rnn.forward(inputs, { state: layers });
    const sequences = memory?.lengths.length ?? rows;
    const queries = reshape(output, [sequences, rows / sequences, output.shape[2]]);
    const { vectors, weights } = this.#look(queries, memory);
    return {
      logits: this.#logits(reshape(vectors, [rows, vectors.shape[2]])),
      weights: weights && reshape(weights, [rows, weights.shape[2]]),
      state: { layers: state, memory, of },
    };
  }

  /** The state of other rows: row i is what row `rows[i]` was. Rows of one memory must stand together. */
  gather({ layers, memory, of }: DecoderState, rows: Int32Array): DecoderState {
    const index = fromData(rows, [rows.length]);
    const picked =
      layers?.map((layer) => Object.fromEntries(Object.entries(layer).map(([s, t]) => [s, gatherRows(t, index)]))) ??
      null;
    const read = rows.map((row) => of[row]);
    if (memory === null) return { layers: picked, memory: null, of: read };
    const distinct = Int32Array.from(new Set(read));
    const times = rows.length / distinct.length;
    const even = read.every((sequence, i) => sequence === distinct[Math.floor(i / times)]);
    const kept = even ? distinct : read;
    const same = kept.length === memory.lengths.length && kept.every((sequence, i) => sequence === i);
    return {
      layers: picked,
      // Memory that is shared, so that the state before can be given back.
      memory: same ? { ...memory, values: alias(memory.values), keys: alias(memory.keys) } : gatherMemory(memory, kept),
      of: Int32Array.from(rows, (_, i) => (even ? Math.floor(i / times) : i)),
    };
  }

  #read(tokens: Tensor): Tensor {
    const vectors = this.embedding.forward(tokens);
    return this.#dropout.forward(this.#scale === 1 ? vectors : mul(vectors, this.#scale));
  }

  /** [N, T, H] to what the output reads, and where it looked. */
  #look(queries: Tensor, memory: Memory | null): { vectors: Tensor; weights: Tensor | null } {
    let vectors = queries;
    let weights: Tensor | null = null;
    if (this.#attention !== null && memory !== null) {
      const found = this.#attention.look(queries, memory.keys, memory.values, { lengths: memory.lengths });
      vectors = concat([queries, found.output], -1);
      weights = found.weights;
    }
    return { vectors, weights };
  }

  #logits(vectors: Tensor): Tensor {
    const combined = this.#combine === null ? vectors : tanh(this.#combine.forward(vectors));
    const read = this.#dropout.forward(combined);
    return this.#output === null ? matmul(read, transpose(this.embedding.weight)) : this.#output.forward(read);
  }
}

function gatherMemory({ values, keys, lengths }: Memory, sequences: Int32Array): Memory {
  const [N, S, M] = values.shape;
  const A = keys.shape[2];
  const count = sequences.length;
  const rows = Int32Array.from({ length: S * count }, (_, i) => Math.floor(i / count) * N + sequences[i % count]);
  const picked = gatherRows(reshape(values, [N, S * M]), fromData(sequences, [count]));
  return {
    values: reshape(picked, [count, S, M]),
    keys: reshape(gatherRows(reshape(keys, [S * N, A]), fromData(rows, [rows.length])), [S, count, A]),
    lengths: Array.from(sequences, (sequence) => lengths[sequence]),
  };
}
