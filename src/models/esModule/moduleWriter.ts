// Layers as the text of a JavaScript module: weights in base64 in the order in which the text reads them, buffers, and the lines of a step.
import { sizeNamed } from '../../cell/define/width.js';
import type { Linear } from '../../nn/layers.js';
import type { Recurrent } from '../../nn/recurrent.js';
import type { RecurrentLayer } from '../../nn/recurrentLayer.js';
import { UnrolledError } from '../../errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import { cellSource, type SourceNames } from './cellSource.js';
import type { ModuleDType } from './runtime.js';
import { encodeFloats, encodeMatrix } from './weightBytes.js';

/** A matrix in the module: a row for each result of a product, or for each token. */
export interface ModuleMatrix {
  name: string;
  rows: number;
  cols: number;
}

/** Collects what a module computes at each step: lines of a function of `token`, `before` and `after`. */
export class ModuleWriter implements SourceNames {
  readonly #dtype: ModuleDType;
  readonly #bytes: Uint8Array[] = [];
  readonly #taken = new Map<string, number>();
  readonly #weights: string[] = [];
  readonly #buffers: string[] = [];
  readonly #functions: string[] = [];
  readonly #step: string[] = [];
  /** What each state starts with: lines of a list. */
  readonly #first: string[] = [];
  #recurrents = 0;

  /** @param dtype of matrices */
  constructor(dtype: ModuleDType) {
    this.#dtype = dtype;
  }

  /** A name for JavaScript, which nothing else has. */
  #name(wanted: string): string {
    const base = wanted.replace(/\W+/g, '_');
    const count = (this.#taken.get(base) ?? 0) + 1;
    this.#taken.set(base, count);
    return count === 1 ? base : `${base}__${count}`;
  }

  /** The weights of a matrix, row by row. @returns what it is called in the module */
  matrix(path: string, rows: number, cols: number, data: ArrayLike<number>): string {
    const name = this.#name(`w_${path}`);
    this.#weights.push(`const ${name} = weights.matrix('${this.#dtype}', ${rows}, ${cols});`);
    this.#bytes.push(...encodeMatrix(this.#dtype, rows, cols, data));
    return name;
  }

  vector(path: string, data: ArrayLike<number>): string {
    const name = this.#name(`w_${path}`);
    this.#weights.push(`const ${name} = weights.vector(${data.length});`);
    this.#bytes.push(encodeFloats(data));
    return name;
  }

  /** An array for what a step computes. */
  buffer(wanted: string, size: number): string {
    const name = this.#name(`b_${wanted}`);
    this.#buffers.push(`const ${name} = new Float32Array(${size});`);
    return name;
  }

  /** A table with a row for each token [V, E]. */
  table(path: string, weight: Tensor): ModuleMatrix {
    const [rows, cols] = weight.shape;
    return { name: this.matrix(path, rows, cols, weight.data()), rows, cols };
  }

  /** The row of the token, times `scale`. @returns the name of its vector */
  embedding({ name, cols }: ModuleMatrix, scale: number): string {
    const out = this.buffer('embedded', cols);
    const times = scale === 1 ? '' : ` * ${scale}`;
    this.#step.push(`for (let i = 0; i < ${cols}; i++) ${out}[i] = ${name}[token * ${cols} + i]${times};`);
    return out;
  }

  /** x·W + b of a linear layer. */
  linear(layer: Linear, x: string, path: string): string {
    const { inputSize, outputSize } = layer;
    const data = layer.weight.data();
    const rows = new Float32Array(data.length);
    for (let i = 0; i < inputSize; i++)
      for (let j = 0; j < outputSize; j++) rows[j * inputSize + i] = data[i * outputSize + j];
    const matrix = {
      name: this.matrix(`${path}weight`, outputSize, inputSize, rows),
      rows: outputSize,
      cols: inputSize,
    };
    return this.products(matrix, layer.bias, x, path);
  }

  /** A matrix [rows, cols] times a vector, and a bias. */
  products({ name, rows, cols }: ModuleMatrix, bias: Tensor | null, x: string, path: string): string {
    const out = this.buffer(`${path}output`, rows);
    this.#step.push(
      bias === null ? `${out}.fill(0);` : `${out}.set(${this.vector(`${path}bias`, bias.data())});`,
      `runtime.product(${out}, 0, ${rows}, ${name}, 0, ${x}, 0, ${cols});`,
    );
    return out;
  }

  /** A stack of recurrent layers. @param x a vector, or the token itself. Errors: UNSUPPORTED for what starts at the end. */
  recurrent(rnn: Recurrent, x: { name: string; ofTokens: boolean }, path: string): string {
    const { options, layers, projections } = rnn.structure;
    if (rnn.bidirectional || options.reverse === true) {
      throw new UnrolledError(
        'UNSUPPORTED',
        'expected a network that reads forward, received one that starts at the end',
        'a module reads token by token',
      );
    }
    const outputs: string[] = [];
    let y = x;
    for (const [l, [layer]] of layers.entries()) {
      if (options.skip === true && l > 0) y = { name: this.#concat([y.name, x.name]), ofTokens: false };
      const before = y;
      y = { name: this.#layer(layer, y, `${path}${l}.`), ofTokens: false };
      const projection = projections[l];
      if (projection !== null) y = { ...y, name: this.linear(projection, y.name, `${path}${l}.projection.`) };
      const width = projection?.outputSize ?? layer.outputSize;
      if (options.residual === true && !before.ofTokens && width === layer.sizes.input) {
        y = { ...y, name: this.#sum(y.name, before.name, width) };
      }
      outputs.push(y.name);
    }
    return options.skip === true ? this.#concat(outputs) : y.name;
  }

  #layer(layer: RecurrentLayer, x: { name: string; ofTokens: boolean }, path: string): string {
    const cell = layer.inference;
    const first = this.#first.length;
    for (const s of cell.states) {
      const size = sizeNamed(layer.sizes, cell.stateSizes[s]);
      const learned = layer.initial[s] as Tensor | undefined;
      this.#first.push(
        learned === undefined
          ? `new Float32Array(${size}).fill(${cell.initialState[s] ?? 0})`
          : `${this.vector(`${path}initial_${s}`, learned.data())}.slice()`,
      );
    }
    const parameters = Object.fromEntries([...layer.namedState()].map(({ name, tensor }) => [name, tensor.data()]));
    const { sizes } = layer;
    const body = cellSource({ cell, sizes, parameters, path, ofTokens: x.ofTokens }, this);
    const name = `layer${this.#recurrents++}`;
    this.#functions.push(
      `/** One step of ${cell.name.replace(/[^\w -]/g, '')}. */`,
      `function ${name}(x, before, after) {`,
      ...body.map((line) => `  ${line}`),
      `}`,
    );
    const states = `slice(${first}, ${first + cell.states.length})`;
    const out = `y${this.#recurrents}`;
    this.#step.push(
      `const a${this.#recurrents} = after.${states};`,
      `${name}(${x.name}, before.${states}, a${this.#recurrents});`,
      `const ${out} = a${this.#recurrents}[${cell.states.indexOf(cell.output)}];`,
    );
    return out;
  }

  #sum(a: string, b: string, size: number): string {
    const out = this.buffer('sum', size);
    this.#step.push(`for (let i = 0; i < ${size}; i++) ${out}[i] = ${a}[i] + ${b}[i];`);
    return out;
  }

  #concat(parts: readonly string[]): string {
    const out = `joined${this.#step.length}`;
    this.#step.push(`const ${out} = Float32Array.of(${parts.map((part) => `...${part}`).join(', ')});`);
    return out;
  }

  /** The text: weights, then functions, of which `network` is what runtime.ts calls one. @param logits the name of the result */
  finish(logits: string): string {
    return [
      `const weights = runtime.reader('${base64(this.#bytes)}');`,
      ...this.#weights,
      '',
      ...this.#buffers,
      '',
      ...this.#functions,
      '',
      'const network = {',
      `  first: () => [${this.#first.join(', ')}],`,
      '  step(token, before, after) {',
      ...this.#step.map((line) => `    ${line}`),
      `    return ${logits};`,
      '  },',
      '};',
    ].join('\n');
  }
}

/** Of three bytes four characters; parts are joined first, since each part may end within three. */
function base64(parts: readonly Uint8Array[]): string {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  if (size > MOST_BYTES) {
    throw new UnrolledError(
      'UNSUPPORTED',
      `expected weights of ${MOST_BYTES / 2 ** 20} MiB at most, received ${Math.ceil(size / 2 ** 20)}`,
      'quantize them to int8, or write ONNX: a text cannot hold so much',
    );
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  const pieces: string[] = [];
  for (let i = 0; i < size; i += PIECE) pieces.push(btoa(String.fromCharCode(...all.subarray(i, i + PIECE))));
  return pieces.join('');
}

/** Below the longest string of engines, as base64. */
const MOST_BYTES = 256 * 2 ** 20;
/** A multiple of three. */
const PIECE = 3 * 4096;
