// Recurrent: a stack of scans around one cell, with dropout between the layers.
// Letters: T steps, N batch, D input, H hidden, L layers.
import { UnrolledError } from '../errors.js';
import type { Cell } from '../cell/define.js';
import { cellParameters, parameterColumns, scan } from '../cell/scan.js';
import type { Philox } from '../tensor/philox.js';
import type { Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { byColumnBlocks, constantInit, type Initializer, uniformInit } from './initializers.js';
import { checkSizes, Dropout } from './layers.js';
import { Module, parameter } from './module.js';
import { defaultCalls, defaultRng, type RandomCalls } from './random.js';

export interface RecurrentOptions {
  /** D; the size of the vocabulary where the input is tokens. */
  inputSize: number;
  /** H */
  hiddenSize: number;
  numLayers?: number;
  /** Between layers, while training. */
  dropout?: number;
  /** Input and output are [N, T, …] in place of [T, N, …]. */
  batchFirst?: boolean;
  /** Weights and biases; uniform ±1/√H by default, as in PyTorch. A gate's block of columns is drawn by itself. */
  init?: Initializer;
  /** Weights of states, where they should differ: `orthogonal`. */
  recurrentInit?: Initializer;
  /** Initial bias of a linear of the cell by its name: `{ f: 1 }` opens the forget gate (Jozefowicz et al. 2015). */
  initialBias?: Readonly<Record<string, number>>;
  rng?: Philox;
  calls?: RandomCalls;
}

/** For each layer, each state [N, H]. */
export type RecurrentState = Readonly<Record<string, Tensor>>[];

export interface RecurrentResult {
  /** The output state of the last layer at every step: [T, N, H] (or [N, T, H]). */
  output: Tensor;
  /** All states of all layers after the last step. */
  state: RecurrentState;
}

class Layer extends Module {
  readonly weights: Record<string, Tensor> = {};

  constructor(cell: Cell, inputSize: number, options: RecurrentOptions) {
    super();
    const { hiddenSize: H, rng = defaultRng(), init = uniformInit(1 / Math.sqrt(H)), recurrentInit = init } = options;
    const biases = { ...cell.initialBias, ...options.initialBias };
    for (const [name, shape] of Object.entries(cellParameters(cell, inputSize, H))) {
      const columns = parameterColumns(cell, name);
      const blockInit = (block: number): Initializer => {
        if (name !== 'bias') return name === 'weight_x' ? init : recurrentInit;
        const given = biases[columns[block]];
        return given === undefined ? biasInit(init, shape) : constantInit(given);
      };
      this.weights[name] = this.addParameter(name, parameter(shape, byColumnBlocks(H, blockInit), rng));
    }
  }
}

/** A bias has no rows for a matrix initializer such as orthogonal: it is drawn as a row of one. */
function biasInit(init: Initializer, shape: Shape): Initializer {
  return shape.length === 1 && init.length === 2 ? (s, rng) => init([1, ...s], rng) : init;
}

/**
 * A recurrent network of `numLayers` layers of one cell.
 *
 *     const rnn = new Recurrent(LSTM, { inputSize: 28, hiddenSize: 256 });
 *     const { output, state } = rnn.forward(x, { state: detach(previous) });
 */
export class Recurrent extends Module {
  readonly cell: Cell;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly batchFirst: boolean;
  readonly #layers: Layer[];
  readonly #dropout: Dropout;

  constructor(cell: Cell, options: RecurrentOptions) {
    super();
    const { inputSize, hiddenSize, numLayers = 1, dropout = 0, batchFirst = false } = options;
    checkSizes({ inputSize, hiddenSize, numLayers });
    const unknown = Object.keys(options.initialBias ?? {}).filter((name) => !cell.linears.some((l) => l.name === name));
    if (unknown.length > 0) {
      throw new UnrolledError(
        'OPTION',
        `expected initialBias for linears of ${cell.name} (${cell.linears.map((l) => l.name).join(', ')}), received ${unknown.join(', ')}`,
        'use the names in the cell',
      );
    }
    this.cell = cell;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.batchFirst = batchFirst;
    this.#layers = Array.from({ length: numLayers }, (_, l) =>
      this.addPart(String(l), new Layer(cell, l === 0 ? inputSize : hiddenSize, options)),
    );
    this.#dropout = this.addPart('dropout', new Dropout(dropout, options.calls ?? defaultCalls()));
  }

  /**
   * @param x [T, N, D], or int32 tokens [T, N] that stand for one-hot vectors; [N, T, …] where batchFirst
   * @param options.state from an earlier call; zero where missing
   * Errors: SHAPE, STATE, RANGE for a token outside 0 … D − 1.
   */
  forward(x: Tensor, options: { state?: RecurrentState | null } = {}): RecurrentResult {
    const given = options.state ?? null;
    if (given !== null && given.length !== this.numLayers) {
      throw new UnrolledError(
        'STATE',
        `expected states of ${this.numLayers} layers, received ${given.length}`,
        'pass the state that this network returned',
      );
    }
    let y = this.batchFirst ? swapBatch(x) : x;
    const state = this.#layers.map((layer, l) => {
      const input = l === 0 ? y : this.#dropout.forward(y);
      const result = scan(this.cell, input, layer.weights, given?.[l] ?? {}, this.hiddenSize);
      y = result.output;
      return result.state;
    });
    return { output: this.batchFirst ? swapBatch(y) : y, state };
  }
}

function swapBatch(x: Tensor): Tensor {
  return x.transpose(0, 1);
}

/** The same state outside the tape: gradients stop there (truncated backpropagation through time). null stays null. */
export function detach<S extends Tensor | RecurrentState | null>(state: S): S {
  const inner = (value: unknown): unknown => {
    if (value instanceof Tensor) return value.detach();
    if (Array.isArray(value)) return value.map(inner);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, inner(part)]));
    }
    return value;
  };
  return inner(state) as S;
}
