// Weights of int8 as products take them: a row for each output, with a scale of its own. Letters: n outputs (rows), k inputs.
import { fromData } from './create.js';
import type { Device } from './device.js';
import { keep } from './scope.js';
import type { Shape } from './shape.js';
import type { Int8Numbers, Tensor } from './tensor.js';

/** A matrix in int8: each element is `data` times the factor of its place along `axis`. */
export interface Int8Matrix {
  /** Row by row. */
  data: Int8Array;
  /** Which axis of the matrix has factors. */
  axis: 0 | 1;
  /** As many as that axis has elements. */
  factors: Float32Array;
}

/** x [..., k] times weights of n rows of k: [..., n]. */
export type Int8Product = (x: Tensor, weights: Int8Numbers) => Tensor;

export class Int8Weights implements Int8Numbers {
  readonly axis: 0 | 1;
  readonly words: Tensor;
  readonly scales: Tensor;
  readonly #shape: Shape;
  readonly #product: Int8Product;

  /**
   * @param shape of the matrix as its tensor has it: [k, n] for factors along axis 1, [n, k] along axis 0
   * @param product the operation, which stands in a later room
   */
  constructor({ data, axis, factors }: Int8Matrix, shape: Shape, device: Device, product: Int8Product) {
    this.axis = axis;
    this.#shape = shape;
    this.#product = product;
    const { n, k, outer, inner } = this.#strides();
    const wordsPerRow = Math.ceil(k / 4);
    const bytes = new Int8Array(n * wordsPerRow * 4);
    for (let j = 0; j < n; j++) {
      for (let p = 0; p < k; p++) bytes[j * wordsPerRow * 4 + p] = data[j * outer + p * inner];
    }
    // Words are numbers; which of their bits a byte is, is said by the contract, not by the machine.
    const view = new DataView(bytes.buffer);
    const words = Int32Array.from({ length: n * wordsPerRow }, (_, i) => view.getInt32(4 * i, true));
    this.words = keep(fromData(words, [n, wordsPerRow], { device }));
    this.scales = keep(fromData(Float32Array.from(factors), [n], { device }));
  }

  matrix(): Int8Matrix {
    const { n, k, outer, inner } = this.#strides();
    const words = this.words.data();
    const [, wordsPerRow] = this.words.shape;
    const data = new Int8Array(n * k);
    for (let j = 0; j < n; j++) {
      for (let p = 0; p < k; p++) {
        data[j * outer + p * inner] = (words[j * wordsPerRow + (p >> 2)] << (24 - 8 * (p & 3))) >> 24;
      }
    }
    return { data, axis: this.axis, factors: Float32Array.from(this.scales.data()) };
  }

  numbers(): Float32Array {
    return widened(this.matrix(), this.#shape);
  }

  product(x: Tensor): Tensor {
    return this.#product(x, this);
  }

  dispose(): void {
    this.words.dispose();
    this.scales.dispose();
  }

  /** Elements from row to row and within a row of the weights, in the order of the matrix. */
  #strides(): { n: number; k: number; outer: number; inner: number } {
    const [rows, columns] = this.#shape;
    return this.axis === 0
      ? { n: rows, k: columns, outer: columns, inner: 1 }
      : { n: columns, k: rows, outer: 1, inner: columns };
  }
}

/** The elements as float32, row by row. */
export function widened({ data, axis, factors }: Int8Matrix, [, columns]: Shape): Float32Array {
  const place = axis === 0 ? (i: number) => Math.floor(i / columns) : (i: number) => i % columns;
  return Float32Array.from(data, (value, i) => value * factors[place(i)]);
}
