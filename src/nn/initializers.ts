// Initial values of parameters, drawn on the host so that every backend starts with the same bits.
import { requireNumber } from '../range.js';
import type { Philox } from '../tensor/philox.js';
import { type Shape, sizeOf } from '../tensor/shape.js';

/** Values for a tensor of that shape; a matrix is [inputs, outputs]. */
export type Initializer = (shape: Shape, rng: Philox) => Float64Array;

/** Errors: RANGE for a value that is not finite. */
export function constantInit(value: number): Initializer {
  requireNumber('an initial value', value, {}, '0 is usual');
  return (shape) => new Float64Array(sizeOf(shape)).fill(value);
}

/** Uniform in ±bound; ±1/√H is PyTorch's choice for recurrent layers. Errors: RANGE for a negative bound. */
export function uniformInit(bound: number): Initializer {
  requireNumber('a bound', bound, { min: 0 }, '1/√H is usual');
  return (shape, rng) => Float64Array.from({ length: sizeOf(shape) }, () => (2 * rng.uniform() - 1) * bound);
}

/** Normal with mean 0. Errors: RANGE for a negative deviation. */
export function normalInit(deviation: number): Initializer {
  requireNumber('a deviation', deviation, { min: 0 }, '0.01 to 1 are usual');
  return (shape, rng) => Float64Array.from({ length: sizeOf(shape) }, () => rng.normal() * deviation);
}

function fans(shape: Shape): [number, number] {
  return [shape[0] ?? 1, shape[shape.length - 1] ?? 1];
}

/** Glorot and Bengio 2010, eq. 16: uniform in ±√(6 / (inputs + outputs)). */
export const xavierUniform: Initializer = (shape, rng) => {
  const [inputs, outputs] = fans(shape);
  return uniformInit(Math.sqrt(6 / (inputs + outputs)))(shape, rng);
};

/** The same variance, normal. */
export const xavierNormal: Initializer = (shape, rng) => {
  const [inputs, outputs] = fans(shape);
  return normalInit(Math.sqrt(2 / (inputs + outputs)))(shape, rng);
};

/** Orthonormal rows or columns, whichever are fewer (Saxe, McClelland and Ganguli 2014), by modified Gram–Schmidt. */
export const orthogonal: Initializer = (shape, rng) => {
  const [rows, cols] = [shape[0] ?? 1, sizeOf(shape) / (shape[0] ?? 1)];
  const [count, length] = rows <= cols ? [rows, cols] : [cols, rows];
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const v = Float64Array.from({ length }, () => rng.normal());
    // Twice: once leaves rounding errors that grow with the number of vectors.
    for (let pass = 0; pass < 2; pass++) {
      for (const u of vectors) {
        let dot = 0;
        for (let i = 0; i < length; i++) dot += u[i] * v[i];
        for (let i = 0; i < length; i++) v[i] -= dot * u[i];
      }
    }
    const norm = Math.hypot(...v);
    if (norm > 1e-6) vectors.push(v.map((value) => value / norm));
  }
  const out = new Float64Array(rows * cols);
  vectors.forEach((v, j) => v.forEach((value, i) => (out[rows <= cols ? j * cols + i : i * cols + j] = value)));
  return out;
};

/** An initializer for each block of columns: gates stand side by side in one matrix, each `widths[block]` wide. */
export function byColumnBlocks(widths: readonly number[], initOf: (block: number) => Initializer): Initializer {
  return (shape, rng) => {
    const cols = shape[shape.length - 1];
    const rows = sizeOf(shape) / cols;
    const out = new Float64Array(rows * cols);
    let start = 0;
    widths.forEach((width, block) => {
      const values = initOf(block)(shape.length === 1 ? [width] : [rows, width], rng);
      for (let r = 0; r < rows; r++) out.set(values.subarray(r * width, (r + 1) * width), r * cols + start);
      start += width;
    });
    return out;
  };
}
