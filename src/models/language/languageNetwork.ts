// The network of a language model: tokens → (embedding) → recurrent stack → linear decoder → logits.
import { Dropout, Embedding, Linear } from '../../nn/layers.js';
import { Module } from '../../nn/module.js';
import type { RandomCalls } from '../../nn/random.js';
import { BATCH, TIME } from '../../nn/onnx/names.js';
import type { NetworkWriter } from '../../nn/onnx/writer.js';
import type { ForwardOptions, Recurrent, RecurrentResult, RecurrentState } from '../../nn/recurrent.js';
import type { Philox } from '../../tensor/philox.js';
import type { Tensor } from '../../tensor/tensor.js';
import { recurrentStack, type StackConfig } from '../recurrentStack.js';

/** Sizes of the network: plain data, stored in the model file. */
export interface LanguageNetworkConfig extends StackConfig {
  /** 0: tokens go to the recurrent layer as one-hot vectors (in fact as rows of its weight). */
  embeddingSize: number;
}

export class LanguageNetwork extends Module {
  readonly #embedding: Embedding | null;
  readonly #rnn: Recurrent;
  readonly #dropout: Dropout;
  readonly #decoder: Linear;

  constructor(config: LanguageNetworkConfig, vocabularySize: number, rng: Philox, calls: RandomCalls) {
    super();
    const { embeddingSize, dropout } = config;
    const ofTokens = embeddingSize === 0;
    this.#embedding = ofTokens
      ? null
      : this.addPart('embedding', new Embedding(vocabularySize, embeddingSize, { rng }));
    const inputSize = ofTokens ? vocabularySize : embeddingSize;
    this.#rnn = this.addPart('rnn', recurrentStack(config, { inputSize, ofTokens, rng, calls }));
    this.#dropout = this.addPart('dropout', new Dropout(dropout, calls));
    this.#decoder = this.addPart('decoder', new Linear(this.#rnn.outputSize, vocabularySize, { rng }));
  }

  /** The recurrent stack, for looking inside. */
  get recurrent(): Recurrent {
    return this.#rnn;
  }

  /**
   * @param tokens int32 [T, N]. Returns logits [T, N, V], the state after the last step, and for each layer and direction the
   * values named in `trace` [T, N, H]. Errors: OPTION for a name that the cell has not.
   */
  forward(
    tokens: Tensor,
    state: RecurrentState | null,
    options: Pick<ForwardOptions, 'trace'> = {},
  ): { logits: Tensor; state: RecurrentState; trace: RecurrentResult['trace'] } {
    const x = this.#embedding?.forward(tokens) ?? tokens;
    const { output, state: next, trace } = this.#rnn.forward(x, { ...options, state });
    return { logits: this.#decoder.forward(this.#dropout.forward(output)), state: next, trace };
  }

  /** `tokens` [T, N] to `logits` [T, N, V]. Errors: OPTION, UNSUPPORTED. */
  writeOnnx(writer: NetworkWriter): void {
    const free = writer.step ? [BATCH] : [TIME, BATCH];
    const tokens = writer.input('tokens', 'int64', free);
    const lengths = writer.lengths();
    const name = this.#embedding === null ? tokens : writer.embedding(this.#embedding, tokens, 'embedding.');
    const x = { name, tokens: this.#embedding === null };
    const { output } = writer.recurrent(this.#rnn, x, { path: 'rnn.', lengths, exposed: true });
    writer.output('logits', writer.linear(this.#decoder, output, 'decoder.'), [...free, this.#decoder.outputSize]);
  }
}
