// The network of a captioner: a picture → three convolutions → places that a decoder looks at, and its first states.
// Letters: N pictures, H × W pixels, S = H' · W' places, an eighth of the rows and columns, F filters.
import { add, relu, reshape, tanh, transpose } from '../../autograd/ops.js';
import { Conv2d } from '../../nn/conv2d.js';
import { normalInit } from '../../nn/initializers.js';
import { Dropout, Linear } from '../../nn/layers.js';
import { Module, parameter } from '../../nn/module.js';
import type { RandomCalls } from '../../nn/random.js';
import type { Philox } from '../../tensor/philox.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type DecoderConfig, DecoderNetwork, type DecoderState } from '../decoder/decoderNetwork.js';

export interface CaptionerNetworkConfig extends DecoderConfig {
  /** H, W */
  height: number;
  width: number;
  /** F of the first convolution; each of the other two has twice as many as the one before. */
  filters: number;
}

export class CaptionerNetwork extends Module {
  readonly decoder: DecoderNetwork;
  /** Rows and columns of the places: H', W'. */
  readonly places: readonly [number, number];
  readonly #convolutions: readonly Conv2d[];
  /** A place is told from another by what is added to it: [S, 4F]. */
  readonly #position: Tensor;
  readonly #start: Record<string, Linear>[];
  readonly #dropout: Dropout;

  constructor(config: CaptionerNetworkConfig, vocabularySize: number, rng: Philox, calls: RandomCalls) {
    super();
    const { height, width: columns, filters: F, dropout } = config;
    const halved = (size: number): number => Math.ceil(size / 2);
    this.places = [halved(halved(halved(height))), halved(halved(halved(columns)))];
    const size = 4 * F;
    const count = this.places[0] * this.places[1];
    // A place sees 21 × 21 pixels.
    const layers = [
      { from: 1, to: F, side: 5 },
      { from: F, to: 2 * F, side: 5 },
      { from: 2 * F, to: size, side: 3 },
    ];
    this.#convolutions = layers.map(({ from, to, side }, i) =>
      this.addPart(`convolution.${i}`, new Conv2d(from, to, side, { stride: 2, padding: (side - 1) / 2, rng })),
    );
    const position = parameter([count, size], normalInit(0.1), rng, 'position of a captioner');
    this.#position = this.addParameter('position', position, { axes: ['places', 'features'], blocks: [] });
    this.decoder = this.addPart('decoder', new DecoderNetwork(config, size, vocabularySize, { rng, calls }));
    this.#start = this.decoder
      .stateSizes()
      .map((layer, l) =>
        Object.fromEntries(
          Object.entries(layer).map(([s, width]) => [
            s,
            this.addPart(`start.${l}.${s}`, new Linear(count * size, width, { rng })),
          ]),
        ),
      );
    this.#dropout = this.addPart('dropout', new Dropout(dropout, calls));
  }

  /** Where the decoder starts: one row for each picture. @param pictures [N, H, W, 1] */
  encode(pictures: Tensor): DecoderState {
    const [N] = pictures.shape;
    const seen = this.#convolutions.reduce((x, layer) => relu(layer.forward(x)), pictures); // [N, H', W', 4F]
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
