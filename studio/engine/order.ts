// An order of units in which neighbours do alike, so that a heat map shows structure: a chain that always goes on to the unit whose
// correlation with the last one is highest.
import type { ValueMatrix } from 'unrolled/inspect';

/** @param values [T, W] @returns the units [W], in their order */
export function seriation({ steps, width, data }: Pick<ValueMatrix, 'steps' | 'width' | 'data'>): Int32Array {
  const rows = Array.from({ length: width }, (_, unit) => standardized(data, unit, steps, width));
  const product = (a: Float32Array, b: Float32Array): number => {
    let sum = 0;
    for (let t = 0; t < a.length; t++) sum += a[t] * b[t];
    return sum;
  };
  const order = new Int32Array(width);
  const left = new Set(rows.keys());
  // It begins with the unit that is on most: the ends of the chain are then the extremes.
  let last = 0;
  let most = -Infinity;
  for (const unit of left) {
    let mean = 0;
    for (let t = 0; t < steps; t++) mean += data[t * width + unit];
    if (mean > most) [most, last] = [mean, unit];
  }
  for (let place = 0; place < width; place++) {
    order[place] = last;
    left.delete(last);
    let [best, next] = [-Infinity, last];
    for (const unit of left) {
      const r = product(rows[last], rows[unit]);
      if (r > best) [best, next] = [r, unit];
    }
    last = next;
  }
  return order;
}

/** One unit over time, with mean 0 and length 1; zeros where it is constant. */
function standardized(data: ArrayLike<number>, unit: number, steps: number, width: number): Float32Array {
  const column = Float32Array.from({ length: steps }, (_, t) => data[t * width + unit]);
  const mean = column.reduce((a, b) => a + b, 0) / Math.max(1, steps);
  const length = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0));
  return column.map((v) => (length > 0 ? (v - mean) / length : 0));
}
