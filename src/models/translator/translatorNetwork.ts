// The network of a translator: tokens → embedding → recurrent stack in both directions → a memory and, through a bridge, the
// first states of a decoder. Letters: S steps of the source, N batch, H hidden.
import { concat, tanh } from '../../autograd/ops.js';
import { Dropout, Embedding, Linear } from '../../nn/layers.js';
import { Module } from '../../nn/module.js';
import type { RandomCalls } from '../../nn/random.js';
import type { Recurrent, RecurrentState } from '../../nn/recurrent.js';
import type { Philox } from '../../tensor/philox.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type DecoderConfig, DecoderNetwork, type DecoderState } from '../decoder/decoderNetwork.js';
import { recurrentStack } from '../recurrentStack.js';

export interface TranslatorNetworkConfig extends DecoderConfig {
  /** The encoder reads both ways. */
  bidirectional: boolean;
}

export class TranslatorNetwork extends Module {
  readonly embedding: Embedding;
  readonly decoder: DecoderNetwork;
  readonly #encoder: Recurrent;
  /** For each layer of the decoder, from the encoder's last states [N, 2H] to the first state [N, H]; null where they are it. */
  readonly #bridge: Record<string, Linear>[] | null;
  readonly #dropout: Dropout;

  constructor(
    config: TranslatorNetworkConfig,
    sizes: { source: number; target: number },
    rng: Philox,
    calls: RandomCalls,
  ) {
    super();
    const { embeddingSize: inputSize, bidirectional, dropout } = config;
    this.embedding = this.addPart('embedding', new Embedding(sizes.source, inputSize, { rng }));
    const stack = { inputSize, ofTokens: false, bidirectional, rng, calls };
    this.#encoder = this.addPart('encoder', recurrentStack(config, stack));
    const decoder = new DecoderNetwork(config, this.#encoder.outputSize, sizes.target, { rng, calls });
    this.decoder = this.addPart('decoder', decoder);
    this.#bridge = bidirectional
      ? decoder.stateSizes().map((layer, l) =>
          Object.fromEntries(
            Object.entries(layer).map(([s, size]) => {
              return [s, this.addPart(`bridge.${l}.${s}`, new Linear(2 * size, size, { rng }))];
            }),
          ),
        )
      : null;
    this.#dropout = this.addPart('dropout', new Dropout(dropout, calls));
  }

  get recurrent(): Recurrent {
    return this.#encoder;
  }

  /**
   * Where the decoder starts: one row for each source.
   * @param tokens int32 [S, N]  @param lengths [N]
   */
  encode(tokens: Tensor, lengths: Int32Array): DecoderState {
    const inputs = this.#dropout.forward(this.embedding.forward(tokens));
    const { output, state } = this.#encoder.forward(inputs, { lengths });
    const layers = this.#bridge === null ? state : this.#bridge.map((parts, l) => this.#cross(parts, state, l));
    return { layers, memory: this.decoder.remember(output, lengths), of: Int32Array.from(lengths.keys()) };
  }

  /**
   * Logits of the next tokens of known targets, in rows as `DecoderNetwork.forward` has them.
   * @param source int32 [S, N]  @param target int32 [T, N], what the decoder reads
   */
  forward(source: Tensor, sourceLengths: Int32Array, target: Tensor, targetLengths: Int32Array): Tensor {
    return this.decoder.forward(target, targetLengths, this.encode(source, sourceLengths)).logits;
  }

  #cross(parts: Readonly<Record<string, Linear>>, state: RecurrentState, l: number): Record<string, Tensor> {
    const both = [state[2 * l], state[2 * l + 1]];
    const crossed = ([s, part]: [string, Linear]): [string, Tensor] => {
      const ends = both.map((one) => one[s]);
      return [s, tanh(part.forward(concat(ends, -1)))];
    };
    return Object.fromEntries(Object.entries(parts).map(crossed));
  }
}
