// The network of a captioner: a picture → two convolutions → places that a decoder looks at, and its first states.
// Letters: N pictures, H × W pixels, S = H' · W' places, F filters.
import { add, relu, reshape, tanh, transpose } from '../autograd/ops.js';
import { Conv2d } from '../nn/conv2d.js';
import { normalInit } from '../nn/initializers.js';
import { Dropout, Linear } from '../nn/layers.js';
import { Module, parameter } from '../nn/module.js';
import type { RandomCalls } from '../nn/random.js';
import type { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { type DecoderConfig, DecoderNetwork, type DecoderState } from './decoderNetwork.js';

export interface CaptionerNetworkConfig extends DecoderConfig {
  /** H, W */
  height: number;
  width: number;
  /** F of the first convolution; the second has twice as many. */
  filters: number;
}

export class CaptionerNetwork extends Module {
  readonly decoder: DecoderNetwork;
  /** Rows and columns of the places: H', W'. */
  readonly places: readonly [number, number];
  readonly #convolutions: readonly [Conv2d, Conv2d];
  /** A place is told from another by what is added to it: [S, 2F]. */
  readonly #position: Tensor;
  readonly #start: Record<string, Linear>[];
  readonly #dropout: Dropout;

  constructor(config: CaptionerNetworkConfig, vocabularySize: number, rng: Philox, calls: RandomCalls) {
    super();
    const { height, width, filters: F, dropout } = config;
    const halved = (size: number): number => Math.ceil(size / 2);
    this.places = [halved(halved(height)), halved(halved(width))];
    const count = this.places[0] * this.places[1];
    this.#convolutions = [
      this.addPart('convolution.0', new Conv2d(1, F, 5, { stride: 2, padding: 2, rng })),
      this.addPart('convolution.1', new Conv2d(F, 2 * F, 3, { stride: 2, padding: 1, rng })),
    ];
    this.#position = this.addParameter('position', parameter([count, 2 * F], normalInit(0.1), rng));
    this.decoder = this.addPart('decoder', new DecoderNetwork(config, 2 * F, vocabularySize, { rng, calls }));
    this.#start = this.decoder
      .stateSizes()
      .map((layer, l) =>
        Object.fromEntries(
          Object.entries(layer).map(([s, size]) => [
            s,
            this.addPart(`start.${l}.${s}`, new Linear(count * 2 * F, size, { rng })),
          ]),
        ),
      );
    this.#dropout = this.addPart('dropout', new Dropout(dropout, calls));
  }

  /** Where the decoder starts: one row for each picture. @param pictures [N, H, W, 1] */
  encode(pictures: Tensor): DecoderState {
    const [N] = pictures.shape;
    const [first, second] = this.#convolutions;
    const seen = relu(second.forward(relu(first.forward(pictures)))); // [N, H', W', 2F]
    const [, rows, columns, features] = seen.shape;
    const S = rows * columns;
    const flat = this.#dropout.forward(reshape(seen, [N, S * features]));
    const layers = this.#start.map((layer) =>
      Object.fromEntries(Object.entries(layer).map(([s, part]) => [s, tanh(part.forward(flat))])),
    );
    const placed = add(reshape(seen, [N, S, features]), this.#position);
    const memory = this.decoder.remember(transpose(placed, 0, 1), new Int32Array(N).fill(S));
    return { layers, memory, of: Int32Array.from({ length: N }, (_, n) => n) };
  }
}
