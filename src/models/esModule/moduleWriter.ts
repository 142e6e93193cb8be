// Layers as the text of a JavaScript module: weights in base64 in the order in which the text reads them, the steps of the cells as functions,
// and expressions for what layers.ts puts together.
import { sizeNamed } from '../../cell/define/width.js';
import { UnrolledError } from '../../errors.js';
import type { Linear } from '../../nn/layers.js';
import type { Recurrent } from '../../nn/recurrent.js';
import type { RecurrentLayer } from '../../nn/recurrentLayer.js';
import type { Tensor } from '../../tensor/tensor.js';
import { cellSource, type SourceNames } from './cellSource.js';
import type { ModuleDType } from './weightReader.js';
import { encodeFloats, encodeMarks, encodeMatrix } from './weightBytes.js';

/** Numbers of a long list that share a scale. */
const RUN = 64;

/** Collects weights and functions of a module. Its methods return JavaScript: the name of what was written, or an expression. */
export class ModuleWriter implements SourceNames {
  readonly #dtype: ModuleDType;
  readonly #bytes: Uint8Array[] = [];
  readonly #taken = new Map<string, number>();
  readonly #weights: string[] = [];
  readonly #buffers: string[] = [];
  readonly #layers: string[] = [];

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

  #weight(path: string, read: string, bytes: readonly Uint8Array[]): string {
    const name = this.#name(`w_${path}`);
    this.#weights.push(`const ${name} = weights.${read};`);
    this.#bytes.push(...bytes);
    return name;
  }

  /** The weights of a matrix, row by row. */
  matrix(path: string, rows: number, cols: number, data: ArrayLike<number>, dtype = this.#dtype): string {
    return this.#weight(path, `matrix('${dtype}', ${rows}, ${cols})`, encodeMatrix(dtype, rows, cols, data));
  }

  vector(path: string, data: ArrayLike<number>): string {
    return this.#weight(path, `vector(${data.length})`, [encodeFloats(data)]);
  }

  /** A long list, whose numbers have a scale each few of them where they are int8; what is read has some zeros more at its end. */
  list(path: string, data: Float32Array): string {
    const rows = Math.ceil(data.length / RUN);
    const whole = new Float32Array(rows * RUN);
    whole.set(data);
    return this.matrix(path, rows, RUN, whole);
  }

  /** A long list of factors, whose relative size matters: half floats where matrices are smaller than float32. */
  factors(path: string, data: Float32Array): string {
    return this.matrix(path, 1, data.length, data, this.#dtype === 'int8' ? 'f16' : this.#dtype);
  }

  /** Which of `size` places are marked. */
  marks(path: string, size: number, marked: ArrayLike<number>): string {
    return this.#weight(path, `marks(${size})`, [encodeMarks(size, marked)]);
  }

  /** An array that a step of a cell writes to. */
  buffer(wanted: string, size: number): string {
    const name = this.#name(`b_${wanted}`);
    this.#buffers.push(`const ${name} = new Float32Array(${size});`);
    return name;
  }

  object(members: Readonly<Record<string, string>>): string {
    return `{ ${Object.entries(members)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', ')} }`;
  }

  /** A matrix of `runtime`: a row for each token [V, E]. */
  table(path: string, weight: Tensor): string {
    const [rows, cols] = weight.shape;
    return this.object({
      weight: this.matrix(path, rows, cols, weight.data()),
      rows: String(rows),
      cols: String(cols),
    });
  }

  /** A linear layer of `runtime`. */
  linear({ inputSize, outputSize, weight, bias }: Linear, path: string): string {
    const data = weight.data();
    const rows = new Float32Array(data.length);
    for (let i = 0; i < inputSize; i++)
      for (let j = 0; j < outputSize; j++) rows[j * inputSize + i] = data[i * outputSize + j];
    return this.object({
      weight: this.matrix(`${path}weight`, outputSize, inputSize, rows),
      rows: String(outputSize),
      cols: String(inputSize),
      bias: bias === null ? 'null' : this.vector(`${path}bias`, bias.data()),
    });
  }

  /** A linear layer whose weight is a table. */
  tied(table: string, bias: Tensor, path: string): string {
    return `{ ...${table}, bias: ${this.vector(`${path}bias`, bias.data())} }`;
  }

  /** A stack of `runtime`. @param ofTokens whether it reads tokens, which stand for one-hot vectors. Errors: UNSUPPORTED. */
  recurrent({ structure }: Recurrent, ofTokens: boolean, path: string): string {
    const { options, layers, projections } = structure;
    const { skip = false, reverse = false, merge = 'concat', residual = false } = options;
    if (skip || reverse || merge !== 'concat') {
      throw new UnrolledError(
        'UNSUPPORTED',
        'expected a stack whose directions stand side by side, received skip, reverse or another merge',
        'a module has no words for these options of Recurrent',
      );
    }
    const written = layers.map((directions, l) => {
      const each = directions.map((layer, d) =>
        this.#layer(layer, ofTokens && l === 0, `${path}${l}.${d === 0 ? '' : 'reverse.'}`),
      );
      const projection = projections[l];
      return this.object({
        directions: `[${each.join(', ')}]`,
        projection: projection === null ? 'null' : this.linear(projection, `${path}${l}.projection.`),
      });
    });
    return `new runtime.Stack([${written.join(', ')}], ${residual})`;
  }

  #layer(layer: RecurrentLayer, ofTokens: boolean, path: string): string {
    const { inference: cell, sizes } = layer;
    const states = cell.states.map((s) => sizeNamed(sizes, cell.stateSizes[s]));
    const first = cell.states.map((s, i) => {
      const learned = layer.initial[s] as Tensor | undefined;
      return learned === undefined
        ? `new Float32Array(${states[i]}).fill(${cell.initialState[s] ?? 0})`
        : `${this.vector(`${path}initial_${s}`, learned.data())}.slice()`;
    });
    const parameters = Object.fromEntries([...layer.namedState()].map(({ name, tensor }) => [name, tensor.data()]));
    const body = cellSource({ cell, sizes, parameters, path, ofTokens }, this);
    const name = this.#name(`layer_${path.slice(0, -1)}`);
    this.#layers.push(
      `const ${name} = {`,
      `  sizes: [${states.join(', ')}],`,
      `  output: ${cell.states.indexOf(cell.output)},`,
      `  last: ${Math.max(0, cell.states.indexOf('h'))},`,
      `  first: () => [${first.join(', ')}],`,
      `  /** One step of ${cell.name.replace(/[^\w -]/g, '')}. */`,
      '  step(x, before, after) {',
      ...body.map((line) => `    ${line}`),
      '  },',
      '};',
    );
    return name;
  }

  /** The text: weights, buffers, layers, and the network as `runtime.model` takes it. @param network an expression */
  finish(network: string): string {
    return [
      `const weights = runtime.reader('${base64(this.#bytes)}');`,
      ...this.#weights,
      '',
      ...this.#buffers,
      '',
      ...this.#layers,
      '',
      `const network = ${network};`,
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
