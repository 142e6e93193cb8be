// What a model that is a module of its own runs: the build bundles this file into text (runtimeText.js), which `exportModule` puts before
// the weights and the steps of the cells. Sums are float64 in a fixed order, results float32, so that every place gives the same numbers.
import { drawIndex } from '../../backend/drawIndex.js';
import type { SampleSpec } from '../../backend/contract.js';
import { UnrolledError } from '../../errors.js';
import { encodeWith, type TextSettings } from '../../text/corpus.js';
import { createTokenizer } from '../../text/createTokenizer.js';
import { alreadyRead } from '../../tensor/readAll.js';
import { Vocabulary } from '../../text/vocabulary.js';
import { numbersOf } from '../../weights/numbers.js';
import { type GenerateOptions, generatePieces, type Predictor } from '../language/textGenerator.js';
import { exp } from './portable.js';

export { exp, log, sigmoid, tanh } from './portable.js';

/** How the numbers of a matrix are stored; vectors are float32. */
export type ModuleDType = 'f32' | 'f16' | 'bf16' | 'int8';

/** Reads weights one after the other from base64; `exportModule` writes them in the same order. */
export function reader(base64: string): {
  vector(size: number): Float32Array;
  matrix(dtype: ModuleDType, rows: number, cols: number): Float32Array;
} {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  let at = 0;
  const next = (size: number): ArrayBuffer => bytes.slice(at, (at += size)).buffer;
  const vector = (size: number): Float32Array => new Float32Array(next(4 * size));
  return {
    vector,
    matrix(dtype, rows, cols) {
      const size = rows * cols;
      if (dtype === 'f32') return vector(size);
      if (dtype === 'int8') {
        const scale = { axis: 0, factors: vector(rows) };
        const data = new Int8Array(next(size));
        return Float32Array.from(numbersOf('', { shape: [rows, cols], data, dtype, scale }));
      }
      const data = new Uint16Array(next(2 * size));
      const stored = dtype === 'f16' ? 'float16' : 'bfloat16';
      return Float32Array.from(numbersOf('', { shape: [rows, cols], data, dtype: stored }));
    },
  };
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

/** A network of one step: what `exportModule` writes. */
export interface ModuleNetwork {
  /** The states before the first step. */
  first(): Float32Array[];
  /** Reads a token; writes the states after it. Returns logits [V], which the next step writes over. */
  step(token: number, before: readonly Float32Array[], after: readonly Float32Array[]): Float32Array;
}

/** Text as a module has it. */
export interface ModuleText {
  settings: TextSettings;
  vocabulary: unknown;
}

const copyOf = (states: readonly ArrayLike<number>[]): Float32Array[] =>
  states.map((state) => Float32Array.from(state));

/** A sequence that is being read, from where it stands. */
export class ModuleReading {
  readonly #network: ModuleNetwork;
  readonly #size: number;
  #before: Float32Array[];
  #after: Float32Array[];
  #logits: Float32Array | null = null;

  constructor(network: ModuleNetwork, size: number, from: readonly ArrayLike<number>[] | undefined) {
    const first = network.first();
    const fits =
      from === undefined || (from.length === first.length && from.every((s, i) => s.length === first[i].length));
    if (!fits) {
      const sizes = first.map(({ length }) => length).join(', ');
      throw new UnrolledError('STATE', `expected states of ${sizes} numbers`, 'give what `state` of this module gave');
    }
    this.#network = network;
    this.#size = size;
    this.#before = copyOf(from ?? first);
    this.#after = first;
  }

  /** Reads a token, an index of `tokens`. Returns the probabilities of the one after it [V]. Errors: RANGE. */
  next(token: number): Float64Array {
    const logits = this.read(token);
    const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const weights = Float64Array.from(logits, (logit) => exp(logit - most));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  }

  /** The same without the probabilities: logits, which the next step writes over. */
  read(token: number): Float32Array {
    if (!Number.isInteger(token) || token < 0 || token >= this.#size) {
      throw new UnrolledError(
        'RANGE',
        `expected an index from 0 to ${this.#size - 1}, received ${String(token)}`,
        'encode(text) gives the indices of a text',
      );
    }
    this.#logits = this.#network.step(token, this.#before, this.#after);
    [this.#before, this.#after] = [this.#after, this.#before];
    return this.#logits;
  }

  /** The scores of the token that comes next [V], a copy; null before the first. */
  get logits(): Float32Array | null {
    return this.#logits === null ? null : this.#logits.slice();
  }

  /** Where the sequence stands, a copy: `start(state)` goes on from there. */
  get state(): Float32Array[] {
    return copyOf(this.#before);
  }
}

/** What a module of a language model exports. */
export function languageModel(network: ModuleNetwork, { settings, vocabulary: data }: ModuleText) {
  const vocabulary = Vocabulary.fromJSON(data);
  const text = { settings, vocabulary };
  const start = (state?: readonly ArrayLike<number>[]): ModuleReading =>
    new ModuleReading(network, vocabulary.size, state);

  /** Each token is read when the one after it is asked for. */
  function predictor(): Predictor {
    const reading = start();
    let token = 0;
    return {
      read(tokens) {
        for (const one of tokens.subarray(0, -1)) reading.read(one);
        token = tokens[tokens.length - 1];
      },
      draw: (numbers, spec: SampleSpec) =>
        alreadyRead(Int32Array.from(numbers, (number) => (token = drawIndex(reading.read(token), spec, number)))),
    };
  }

  const stream = (options?: GenerateOptions): Generator<string> => generatePieces(predictor(), text, options);
  return {
    tokens: vocabulary.decode(Int32Array.from({ length: vocabulary.size }, (_, i) => i)),
    encode: (given: string): Int32Array => encodeWith(given, settings, vocabulary),
    decode: (indices: ArrayLike<number>): string =>
      createTokenizer(settings.tokens ?? 'char').join(vocabulary.decode(indices)),
    start,
    stream,
    generate: (options?: GenerateOptions): string => [...stream(options)].join(''),
  };
}
