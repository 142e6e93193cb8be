// Sums of products over all windows of some series: all that a linear map of windows is fitted and measured by. Letters: n slots.

/** The values of one channel from `first` steps after a place on (before it where negative). */
export interface SlotRange {
  channel: number;
  first: number;
  count: number;
}

/**
 * Σ u·uᵀ over the places from … to − 1, where u holds the values of the ranges around a place, one range after the other. A sum for
 * two slots is that for the two slots before them, moved by one step, so that each distance between slots is summed only once.
 * @returns [n, n], symmetric
 */
export function windowProducts(
  channels: readonly ArrayLike<number>[],
  ranges: readonly SlotRange[],
  from: number,
  to: number,
): Float64Array {
  const starts: number[] = [];
  let n = 0;
  for (const { count } of ranges) {
    starts.push(n);
    n += count;
  }
  const products = new Float64Array(n * n);
  for (const [p, own] of ranges.entries()) {
    for (const [q, other] of ranges.entries()) {
      if (q < p) continue;
      const [x, y] = [channels[own.channel], channels[other.channel]];
      for (let distance = p === q ? 0 : 1 - own.count; distance < other.count; distance++) {
        let i = Math.max(0, -distance);
        let sum = 0;
        const [a, b] = [own.first + i, other.first + i + distance];
        for (let at = from; at < to; at++) sum += x[at + a] * y[at + b];
        for (; i < own.count && i + distance < other.count; i++) {
          const [row, column] = [starts[p] + i, starts[q] + i + distance];
          products[row * n + column] = products[column * n + row] = sum;
          const [a, b] = [own.first + i, other.first + i + distance];
          if (i + 1 < own.count && i + 1 + distance < other.count)
            sum += x[to + a] * y[to + b] - x[from + a] * y[from + b];
        }
      }
    }
  }
  return products;
}
