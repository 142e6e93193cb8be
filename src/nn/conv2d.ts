// Convolution over pictures as one product: the patches of all places become rows, the filters are the columns of a matrix.
// Letters: N pictures, H × W pixels of C numbers, K the side of a patch, F filters.
import { UnrolledError } from '../errors.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import { type Names, optionsOf, shownValue } from '../expect.js';
import { gatherRows, reshape } from '../autograd/ops.js';
import { concat } from '../autograd/movement.js';
import { fromData, zeros } from '../tensor/create.js';
import type { Philox } from '../tensor/philox.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkSizes, Linear } from './layers.js';
import { Module } from './module.js';

/** How the filters of a `Conv2d` move over a picture. */
export interface Conv2dOptions {
  /** 1 */
  stride?: number;
  /** Zeros around the picture; 0. */
  padding?: number;
  /** Draws the initial values; the generator that `manualSeed` seeds by default. */
  rng?: Philox;
}

const NAMES: Names<Conv2dOptions> = { stride: true, padding: true, rng: true };

/** A convolution: [N, H, W, C] to [N, H', W', F], H' = ⌊(H + 2 padding − K) / stride⌋ + 1. Filters [K · K · C, F], bias [F]. */
export class Conv2d extends Module {
  /** C, numbers of a pixel. */
  readonly inputSize: number;
  /** F, the number of filters. */
  readonly outputSize: number;
  /** K, the side of the patch that a filter sees. */
  readonly kernelSize: number;
  readonly #stride: number;
  readonly #padding: number;
  readonly #filters: Linear;

  /** @param inputSize C  @param outputSize F  @param kernelSize K. Errors: RANGE. */
  constructor(inputSize: number, outputSize: number, kernelSize: number, options: Conv2dOptions = {}) {
    super();
    const { stride = 1, padding = 0, rng } = optionsOf(options, NAMES, 'Conv2d');
    checkSizes({ inputSize, outputSize });
    for (const [name, value, least] of [
      ['kernel size', kernelSize, 1],
      ['stride', stride, 1],
      ['padding', padding, 0],
    ] as const) {
      if (!Number.isInteger(value) || value < least) {
        throw new UnrolledError(
          'RANGE',
          `expected a ${name} of ${least} or more, received ${shownValue(value)}`,
          'give a whole number',
        );
      }
    }
    this.inputSize = inputSize;
    this.outputSize = outputSize;
    this.kernelSize = kernelSize;
    this.#stride = stride;
    this.#padding = padding;
    this.#filters = this.addPart('filters', new Linear(kernelSize * kernelSize * inputSize, outputSize, { rng }));
  }

  /** Errors: SHAPE. */
  forward(images: TensorLike): Tensor {
    const x = asTensor(images, 'the images');
    const [N, H, W, C] = x.shape;
    const K = this.kernelSize;
    const height = this.#places(H);
    const width = this.#places(W);
    if (x.rank !== 4 || C !== this.inputSize || !(height > 0 && width > 0)) {
      throw new UnrolledError(
        'SHAPE',
        `expected images [N, H, W, ${this.inputSize}] of at least ${K} × ${K} with the padding, received ${formatShape(x.shape)}`,
        'channels come last; reshape first',
      );
    }
    // Pixels are rows of a table; one more, of zeros, stands for all outside.
    const pixels = concat([reshape(x, [N * H * W, C]), zeros([1, C], { device: x.device })]);
    const patches = gatherRows(pixels, fromData(this.#indices(N, H, W, height, width), [N * height * width * K * K]));
    return reshape(this.#filters.forward(reshape(patches, [N * height * width, K * K * C])), [
      N,
      height,
      width,
      this.outputSize,
    ]);
  }

  #places(size: number): number {
    return Math.floor((size + 2 * this.#padding - this.kernelSize) / this.#stride) + 1;
  }

  /** The pixel under each element of each patch. */
  #indices(N: number, H: number, W: number, height: number, width: number): Int32Array {
    const K = this.kernelSize;
    const indices = new Int32Array(N * height * width * K * K);
    let at = 0;
    for (let n = 0; n < N; n++) {
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          for (let a = 0; a < K; a++) {
            const y = i * this.#stride + a - this.#padding;
            for (let b = 0; b < K; b++) {
              const z = j * this.#stride + b - this.#padding;
              const inside = y >= 0 && y < H && z >= 0 && z < W;
              indices[at++] = inside ? (n * H + y) * W + z : N * H * W;
            }
          }
        }
      }
    }
    return indices;
  }
}
