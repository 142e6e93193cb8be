// What the networks of modules are made of. Sums are float64 in a fixed order, results float32, so that every place gives the same numbers.
// The steps of the cells are not here: they are written from the cells' equations (cellSource.ts). Letters: T steps.
export { exp, log, sigmoid, tanh } from './portable.js';
export { reader } from './weightReader.js';

/** A matrix, row by row. */
export interface ModuleMatrix {
  weight: Float32Array;
  rows: number;
  cols: number;
}

/** A row for each result. */
export interface ModuleLinear extends ModuleMatrix {
  bias: Float32Array | null;
}

/** What a layer reads at a step: a vector, or a token that stands for a one-hot one. */
export type ModuleInput = Float32Array | number;

/** One layer and direction. */
export interface ModuleLayer {
  /** Of its states. */
  sizes: readonly number[];
  /** Which state is the output. */
  output: number;
  /** Which state stands for the sequence when it has been read. */
  last: number;
  /** The states before the first step. */
  first(): Float32Array[];
  /** Writes the states after a step into `after`. */
  step(x: ModuleInput, before: readonly Float32Array[], after: Float32Array[]): void;
}

/** A layer in one direction or both, and what follows it. */
export interface StackLayer {
  directions: readonly ModuleLayer[];
  projection: ModuleLinear | null;
}

/**
 * Adds products to `count` numbers of `out`: rows of a matrix, each `size` long, times part of a vector; four rows at a time.
 * @param from the first number of `out`
 * @param at the first number of the first row
 * @param start the first number of `x`
 */
export function product(
  out: Float32Array,
  from: number,
  count: number,
  matrix: Float32Array,
  at: number,
  x: Float32Array,
  start: number,
  size: number,
): void {
  let row = from;
  const end = from + count;
  for (; row + 4 <= end; row += 4, at += 4 * size) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < size; i++) {
      const value = x[start + i];
      a += matrix[at + i] * value;
      b += matrix[at + size + i] * value;
      c += matrix[at + 2 * size + i] * value;
      d += matrix[at + 3 * size + i] * value;
    }
    out[row] += a;
    out[row + 1] += b;
    out[row + 2] += c;
    out[row + 3] += d;
  }
  for (; row < end; row++, at += size) {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += matrix[at + i] * x[start + i];
    out[row] += sum;
  }
}

/** Adds numbers of a matrix, which stand there in a row, to all of `out`. @param at the first of them */
export function addRow(out: Float32Array, matrix: Float32Array, at: number): void {
  for (let i = 0; i < out.length; i++) out[i] += matrix[at + i];
}

export function linear({ weight, rows, cols, bias }: ModuleLinear, x: Float32Array): Float32Array {
  const out = bias === null ? new Float32Array(rows) : bias.slice();
  product(out, 0, rows, weight, 0, x, 0, cols);
  return out;
}

/** A view of one row. */
export function rowOf({ weight, cols }: ModuleMatrix, row: number): Float32Array {
  return weight.subarray(row * cols, (row + 1) * cols);
}

export function sum(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value + b[i]);
}

/** One after the other. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const out = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A recurrent stack, for one sequence. */
export class Stack {
  readonly #layers: readonly StackLayer[];
  readonly #residual: boolean;

  /** @param residual whether a layer's input is added to its output where both are vectors of one size */
  constructor(layers: readonly StackLayer[], residual: boolean) {
    this.#layers = layers;
    this.#residual = residual;
  }

  /** The states before the first step: of each layer (and direction: forward, then backward) each state. */
  first(): Float32Array[] {
    return this.#layers.flatMap(({ directions }) => directions.flatMap((layer) => layer.first()));
  }

  /** Reads a sequence. Returns the output of each step, and the states after the last: `from` stays as it is. */
  read(
    xs: readonly ModuleInput[],
    from: readonly Float32Array[] = this.first(),
  ): { outputs: Float32Array[]; state: Float32Array[] } {
    const state: Float32Array[] = [];
    let input = xs;
    let outputs: Float32Array[] = [];
    for (const { directions, projection } of this.#layers) {
      const each = directions.map((layer, direction) => {
        const before = from.slice(state.length, state.length + layer.sizes.length);
        const read = readLayer(layer, input, before, direction === 1);
        state.push(...read.state);
        return read.outputs;
      });
      outputs = input.map((x, t) => {
        const merged = joined(each.map((own) => own[t]));
        const out = projection === null ? merged : linear(projection, merged);
        return this.#residual && typeof x !== 'number' && x.length === out.length ? sum(out, x) : out;
      });
      input = outputs;
    }
    return { outputs, state };
  }

  /** What stands for a sequence that was read: of the last layer the state of each direction, side by side. @param state as `read` gave it */
  last(state: readonly Float32Array[]): Float32Array {
    const { directions } = this.#layers[this.#layers.length - 1];
    const own = state.slice(-directions.reduce((count, { sizes }) => count + sizes.length, 0));
    return joined(directions.map(({ sizes, last }) => own.splice(0, sizes.length)[last]));
  }
}

function readLayer(
  layer: ModuleLayer,
  xs: readonly ModuleInput[],
  first: Float32Array[],
  backward: boolean,
): { outputs: Float32Array[]; state: Float32Array[] } {
  const outputs = new Array<Float32Array>(xs.length);
  let state = first;
  for (let i = 0; i < xs.length; i++) {
    const t = backward ? xs.length - 1 - i : i;
    const after = layer.sizes.map((size) => new Float32Array(size));
    layer.step(xs[t], state, after);
    outputs[t] = after[layer.output];
    state = after;
  }
  return { outputs, state };
}
