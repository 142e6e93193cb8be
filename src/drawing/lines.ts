// Long lines made light, and labels moved apart: what curves of any kind need.

export interface Point {
  x: number;
  y: number;
}

/** At most the first, lowest, highest and last point of each pixel column: a long history stays a small file. */
export function thinned(points: readonly Point[], column: (point: Point) => number): Point[] {
  const result: Point[] = [];
  let group: Point[] = [];
  const flush = (): void => {
    if (group.length <= 4) result.push(...group);
    else {
      let low = 0;
      let high = 0;
      group.forEach(({ y }, i) => {
        if (y < group[low].y) low = i;
        if (y > group[high].y) high = i;
      });
      for (const i of [...new Set([0, low, high, group.length - 1])].sort((a, b) => a - b)) result.push(group[i]);
    }
    group = [];
  };
  for (const point of points) {
    const gap = Number.isNaN(point.y);
    if (group.length > 0 && (gap || column(group[0]) !== column(point))) flush();
    if (gap) result.push(point);
    else group.push(point);
  }
  flush();
  return result;
}

/** Moves labels apart to `gap` pixels, as little as needed and within the plot, in the order of their curves. */
export function spread(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const places = [...wanted];
  // Pools of labels that touch move together: the pool's middle stays at the mean of what its labels want.
  const pools: { members: number[]; sum: number }[] = [];
  const start = (pool: { members: number[]; sum: number }): number => {
    const n = pool.members.length;
    const middle = pool.sum / n - (gap * (n - 1)) / 2;
    return Math.max(top, Math.min(bottom - gap * (n - 1), middle));
  };
  for (const i of order) {
    let pool = { members: [i], sum: wanted[i] };
    for (let before = pools.at(-1); before; before = pools.at(-1)) {
      if (start(before) + gap * before.members.length <= start(pool)) break;
      pools.pop();
      pool = { members: [...before.members, ...pool.members], sum: before.sum + pool.sum };
    }
    pools.push(pool);
  }
  for (const pool of pools) {
    const from = start(pool);
    pool.members.forEach((i, place) => (places[i] = from + gap * place));
  }
  return places;
}
