// The feed-forward layers around a recurrent one: Linear, Embedding, Dropout, LayerNorm.
// Letters: V tokens, D numbers of each.
import { UnrolledError } from '../errors.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import { expectFlag, expectFunction, expectList, expectNumbers, type Names, optionsOf, shownValue } from '../expect.js';
import { layerNorm } from '../autograd/normalize.js';
import { add, concat, dropout, gatherRows, matmul, reshape, slice } from '../autograd/ops.js';
import { requireNumber } from '../range.js';
import type { Philox } from '../tensor/philox.js';
import { formatShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import type { ParameterLabel } from '../weights/labels.js';
import { constantInit, type Initializer, normalInit, uniformInit } from './initializers.js';
import { Module, parameter } from './module.js';
import { defaultCalls, defaultRng, type RandomCalls } from './random.js';

/** What a `Linear` has beside its sizes. */
export interface LinearOptions {
  /** false: no bias. Default true. */
  bias?: boolean;
  /** Uniform ±1/√inputs by default, as in PyTorch. */
  init?: Initializer;
  /** Draws the initial values; the generator that `manualSeed` seeds by default. */
  rng?: Philox;
}

const LINEAR_OPTIONS: Names<LinearOptions> = { bias: true, init: true, rng: true };

/** y = x·W + b: [..., inputs] to [..., outputs]. W is [inputs, outputs]. */
export class Linear extends Module {
  /** Size of the last axis of what goes in. */
  readonly inputSize: number;
  /** Size of the last axis of what comes out. */
  readonly outputSize: number;
  /** W [inputSize, outputSize]: a column for each output. */
  readonly weight: Tensor;
  /** b [outputSize], or null where the layer was made without. */
  readonly bias: Tensor | null;

  constructor(inputSize: number, outputSize: number, options: LinearOptions = {}) {
    super();
    checkSizes({ inputSize, outputSize });
    const { rng = defaultRng(), init, bias = true } = optionsOf(options, LINEAR_OPTIONS, 'Linear');
    checkInitializers({ init });
    expectFlag(bias, 'bias');
    const bound = uniformInit(1 / Math.sqrt(inputSize));
    this.inputSize = inputSize;
    this.outputSize = outputSize;
    const made = (name: string, shape: number[], init: Initializer): Tensor =>
      this.addParameter(name, parameter(shape, init, rng, `${name} of a linear layer`));
    this.weight = made('weight', [inputSize, outputSize], init ?? bound);
    this.bias = bias ? made('bias', [outputSize], bound) : null;
  }

  /** [..., inputSize] to [..., outputSize]; a vector [inputSize] to [outputSize]. Errors: SHAPE; DTYPE for tensors of int32. */
  forward(input: TensorLike): Tensor {
    if (input instanceof Tensor && input.dtype === 'int32') {
      throw new UnrolledError(
        'DTYPE',
        `expected an input of float32, received int32 ${formatShape(input.shape)}`,
        "of tokens an Embedding makes vectors; features are x.to('float32'), and in examples of `fit` inputs: 'values'",
      );
    }
    const x = asTensor(input, 'the input');
    if (x.shape[x.rank - 1] !== this.inputSize) {
      throw new UnrolledError(
        'SHAPE',
        `expected input of shape [..., ${this.inputSize}], received ${formatShape(x.shape)}`,
        'the last dimension must be the input size of the layer',
      );
    }
    const rows = x.rank === 1 ? reshape(x, [1, -1]) : x;
    const y = matmul(rows, this.weight);
    const out = this.bias === null ? y : add(y, this.bias);
    return x.rank === 1 ? reshape(out, [-1]) : out;
  }
}

/** What both ways to make an `Embedding` take. */
export interface FromVectorsOptions {
  /** Not trained: no gradient and not among the parameters, but stored with the model. */
  frozen?: boolean;
  /** The token of padding: its row gets no gradient. */
  paddingIndex?: number;
}

/** What an `Embedding` has beside its sizes. */
export interface EmbeddingOptions extends FromVectorsOptions {
  /** Standard normal by default. */
  init?: Initializer;
  /** Draws the initial values; the generator that `manualSeed` seeds by default. */
  rng?: Philox;
}

const FROM_VECTORS_OPTIONS: Names<FromVectorsOptions> = { frozen: true, paddingIndex: true };
const EMBEDDING_OPTIONS: Names<EmbeddingOptions> = { ...FROM_VECTORS_OPTIONS, init: true, rng: true };

/** A row of the table [V, D] for each index: int32 [...] to [..., D]. The row of `paddingIndex` is zero and stays so. */
export class Embedding extends Module {
  /** The table [V, D]: row i belongs to token i. */
  readonly weight: Tensor;
  /** Whether training leaves the table alone. */
  readonly frozen: boolean;
  /** The token whose row is zero and gets no gradient, or null. */
  readonly paddingIndex: number | null;

  /** Errors: RANGE for a size below 1, or a padding index that the table has not. */
  constructor(count: number, size: number, options: EmbeddingOptions = {}) {
    super();
    checkSizes({ count, size });
    const own = optionsOf(options, EMBEDDING_OPTIONS, 'Embedding');
    const { frozen = false, paddingIndex = null, init = normalInit(1), rng = defaultRng() } = own;
    checkInitializers({ init });
    expectFlag(frozen, 'frozen');
    if (paddingIndex !== null && !(Number.isInteger(paddingIndex) && paddingIndex >= 0 && paddingIndex < count)) {
      throw new UnrolledError(
        'RANGE',
        `expected a padding index from 0 to ${count - 1}, received ${shownValue(paddingIndex)}`,
        'give the index of the padding token in the vocabulary',
      );
    }
    const padded: Initializer = (shape, from) => {
      const values = init(shape, from);
      return paddingIndex === null ? values : values.fill(0, paddingIndex * size, (paddingIndex + 1) * size);
    };
    const weight = parameter([count, size], padded, rng, 'weight of an embedding');
    const label: ParameterLabel = { axes: ['vocabulary', 'embedding'], blocks: [] };
    weight.requiresGrad = !frozen;
    this.weight = frozen ? this.addBuffer('weight', weight, label) : this.addParameter('weight', weight, label);
    this.frozen = frozen;
    this.paddingIndex = paddingIndex;
  }

  /**
   * An embedding with a copy of given vectors, such as word vectors from elsewhere. Frozen by default; the row of
   * `paddingIndex` keeps the given numbers (both as PyTorch's `from_pretrained`).
   * @param vectors [V, D], or V rows of D numbers
   * Errors: SHAPE where rows differ in length or there are none.
   */
  static fromVectors(vectors: Tensor | readonly ArrayLike<number>[], options: FromVectorsOptions = {}): Embedding {
    const { frozen = true, paddingIndex } = optionsOf(options, FROM_VECTORS_OPTIONS, 'Embedding.fromVectors');
    if (!(vectors instanceof Tensor)) {
      expectList(vectors, 'vectors', 'give a tensor [V, D] or V rows of D numbers');
      vectors.forEach((row, i) => expectNumbers(row, `row ${i} of the vectors`));
    }
    const [count, size] = vectors instanceof Tensor ? vectors.shape : [vectors.length, vectors[0]?.length ?? 0];
    const isMatrix = vectors instanceof Tensor ? vectors.rank === 2 : vectors.every((row) => row.length === size);
    if (!isMatrix || count === 0 || size === 0) {
      throw new UnrolledError(
        'SHAPE',
        `expected vectors of one length as a matrix, received ${vectors instanceof Tensor ? vectors.toString() : `${count} rows, the first of ${size} numbers`}`,
        'give a tensor [V, D] or V rows of D numbers',
      );
    }
    const embedding = new Embedding(count, size, { frozen, paddingIndex, init: constantInit(0) });
    embedding.weight.set(vectors instanceof Tensor ? vectors.data() : vectors.flatMap((row) => Array.from(row)));
    return embedding;
  }

  /** Errors: RANGE for an index that the table has not. */
  forward(given: TensorLike): Tensor {
    const indices = asTensor(given, 'the indices', 'int32');
    return gatherRows(this.weight, indices, this.paddingIndex === null ? {} : { paddingIndex: this.paddingIndex });
  }
}

/** Zeroes each element with probability p while training and divides the rest by 1 − p (Srivastava et al. 2014). Errors: RANGE. */
export class Dropout extends Module {
  /** Probability that an element is dropped. */
  readonly p: number;
  readonly #calls: RandomCalls;

  constructor(p: number, calls: RandomCalls = defaultCalls()) {
    super();
    requireNumber('a dropout', p, { min: 0, below: 1 }, '0.2 drops a fifth');
    this.p = p;
    this.#calls = this.addCalls(calls);
  }

  /** Any shape to the same; after `eval()`, x itself. Each call draws another mask. */
  forward(input: TensorLike): Tensor {
    const x = asTensor(input, 'the input');
    if (!this.training || this.p === 0) return x;
    if (x.rank !== 3) return dropout(x, this.p, this.#calls.next());
    const [, N] = x.shape;
    const parts = this.#calls.nextOfRows(N, (from, to, key) =>
      dropout(to - from === N ? x : slice(x, 1, from, to), this.p, key),
    );
    return parts.length === 1 ? parts[0] : concat(parts, 1);
  }
}

/** What a `LayerNorm` has beside its size. */
export interface LayerNormOptions {
  /** Added to the variance. */
  epsilon?: number;
  /** Learns a weight (from 1) and a bias (from 0) for each of the `size` features. */
  elementwiseAffine?: boolean;
  /** The bias of that. */
  bias?: boolean;
}

const LAYER_NORM_OPTIONS: Names<LayerNormOptions> = { epsilon: true, elementwiseAffine: true, bias: true };

/** Layer normalization over the last axis: [..., size] to the same (Ba, Kiros and Hinton 2016); PyTorch's `LayerNorm`. */
export class LayerNorm extends Module {
  /** Size of the last axis, over which mean and variance go. */
  readonly size: number;
  /** Added to the variance before its root is taken. */
  readonly epsilon: number;
  /** Gain [size], 1 at first; null without `elementwiseAffine`. */
  readonly weight: Tensor | null;
  /** Shift [size], 0 at first; null without `elementwiseAffine` or without `bias`. */
  readonly bias: Tensor | null;

  constructor(size: number, options: LayerNormOptions = {}) {
    super();
    checkSizes({ size });
    const own = optionsOf(options, LAYER_NORM_OPTIONS, 'LayerNorm');
    const { epsilon = 1e-5, elementwiseAffine = true, bias = true } = own;
    requireNumber('an epsilon', epsilon, { min: 0 }, '1e-5 is usual');
    const made = (name: string, value: number): Tensor =>
      this.addParameter(name, parameter([size], constantInit(value), defaultRng(), `${name} of a layer norm`), {
        axes: ['features'],
        blocks: [],
      });
    this.size = size;
    this.epsilon = epsilon;
    this.weight = elementwiseAffine ? made('weight', 1) : null;
    this.bias = elementwiseAffine && bias ? made('bias', 0) : null;
  }

  /** [..., size] to the same: (x − mean) / √(variance + epsilon) · weight + bias. Errors: SHAPE. */
  forward(input: TensorLike): Tensor {
    const x = asTensor(input, 'the input');
    if (x.shape[x.rank - 1] !== this.size) {
      throw new UnrolledError(
        'SHAPE',
        `expected input of shape [..., ${this.size}], received ${formatShape(x.shape)}`,
        'the last dimension must be the size of the layer',
      );
    }
    return layerNorm(x, { weight: this.weight, bias: this.bias, epsilon: this.epsilon });
  }
}

/** Errors: OPTION for what cannot draw initial values. */
export function checkInitializers(initializers: Readonly<Record<string, unknown>>): void {
  for (const [name, init] of Object.entries(initializers)) {
    if (init !== undefined) expectFunction(init, name, 'give an initializer, as uniformInit(0.1) or orthogonal');
  }
}

/** Errors: RANGE where a size is not a whole number of 1 or more. */
export function checkSizes(sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    requireNumber(name, size, { min: 1, whole: true }, `change ${name}`);
  }
}
