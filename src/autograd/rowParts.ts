// Parts of the rows of a minibatch [T, N, …], whose gradients are summed apart (parts.ts).

/** Rows are axis 1: part i has rows cuts[i] … cuts[i + 1]. */
export interface RowParts {
  rows: number;
  cuts: readonly number[];
}

/** Calls back for each part, with its rows. */
export function eachPart<R>({ cuts }: RowParts, run: (from: number, to: number, part: number) => R): R[] {
  return cuts.slice(1).map((to, i) => run(cuts[i], to, i));
}

/** Parts in groups of so many, one after the other. */
export function groupsOf({ rows, cuts }: RowParts, counts: readonly number[]): RowParts[] {
  let at = 0;
  return counts.map((count) => ({ rows, cuts: cuts.slice(at, (at += count) + 1) }));
}
