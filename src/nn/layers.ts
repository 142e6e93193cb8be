// The feed-forward layers around a recurrent one: Linear, Embedding, Dropout.
import { UnrolledError } from '../errors.js';
import { add, dropout, gatherRows, matmul } from '../autograd/ops.js';
import type { Philox } from '../tensor/philox.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Initializer, normalInit, uniformInit } from './initializers.js';
import { Module, parameter } from './module.js';
import { defaultCalls, defaultRng, type RandomCalls } from './random.js';

export interface LinearOptions {
  bias?: boolean;
  /** Uniform ±1/√inputs by default, as in PyTorch. */
  init?: Initializer;
  rng?: Philox;
}

/** y = x·W + b: [..., inputs] to [..., outputs]. W is [inputs, outputs]. */
export class Linear extends Module {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly weight: Tensor;
  readonly bias: Tensor | null;

  constructor(inputSize: number, outputSize: number, options: LinearOptions = {}) {
    super();
    checkSizes({ inputSize, outputSize });
    const rng = options.rng ?? defaultRng();
    const bound = uniformInit(1 / Math.sqrt(inputSize));
    this.inputSize = inputSize;
    this.outputSize = outputSize;
    this.weight = this.addParameter('weight', parameter([inputSize, outputSize], options.init ?? bound, rng));
    this.bias = options.bias === false ? null : this.addParameter('bias', parameter([outputSize], bound, rng));
  }

  forward(x: Tensor): Tensor {
    if (x.shape[x.rank - 1] !== this.inputSize) {
      throw new UnrolledError(
        'SHAPE',
        `expected input of shape [..., ${this.inputSize}], received ${formatShape(x.shape)}`,
        'the last size must be the input size of the layer',
      );
    }
    const rows = x.rank === 1 ? x.reshape([1, -1]) : x;
    const y = matmul(rows, this.weight);
    const out = this.bias === null ? y : add(y, this.bias);
    return x.rank === 1 ? out.reshape([-1]) : out;
  }
}

export interface EmbeddingOptions {
  init?: Initializer;
  rng?: Philox;
}

/** A row of the table for each index: int32 [...] to [..., size]. */
export class Embedding extends Module {
  readonly weight: Tensor;

  constructor(count: number, size: number, options: EmbeddingOptions = {}) {
    super();
    checkSizes({ count, size });
    this.weight = this.addParameter(
      'weight',
      parameter([count, size], options.init ?? normalInit(1), options.rng ?? defaultRng()),
    );
  }

  /** Errors: RANGE for an index that the table has not. */
  forward(indices: Tensor): Tensor {
    return gatherRows(this.weight, indices);
  }
}

/** Zeroes each element with probability p while training and divides the rest by 1 − p (Srivastava et al. 2014). */
export class Dropout extends Module {
  readonly p: number;
  readonly #calls: RandomCalls;

  constructor(p: number, calls: RandomCalls = defaultCalls()) {
    super();
    if (!(p >= 0 && p < 1)) {
      throw new UnrolledError(
        'RANGE',
        `expected a dropout of 0 or more and below 1, received ${p}`,
        '0.2 drops a fifth',
      );
    }
    this.p = p;
    this.#calls = calls;
  }

  forward(x: Tensor): Tensor {
    return this.training && this.p > 0 ? dropout(x, this.p, this.#calls.next()) : x;
  }
}

/** Errors: RANGE where a size is not a whole number of 1 or more. */
export function checkSizes(sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!(Number.isInteger(size) && size >= 1)) {
      throw new UnrolledError(
        'RANGE',
        `expected ${name} to be a whole number of 1 or more, received ${size}`,
        `change ${name}`,
      );
    }
  }
}
