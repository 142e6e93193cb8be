// The steps of a scan and where their rows stand: a full grid of T × N, forward or in reverse, or a ragged batch without
// padding, whose sequences are sorted by length so that the rows of a step are neighbours.
import { UnrolledError } from '../../errors.js';

export interface Steps {
  /** Steps of the loop. */
  readonly T: number;
  /** Sequences. */
  readonly N: number;
  /** Rows of all steps together: T · N, or the sum of the lengths. */
  readonly rows: number;
  /** From the last step to the first; a ragged batch is reversed in its order of rows instead. */
  readonly reverse: boolean;
  readonly ragged: RaggedSteps | null;
}

export interface RaggedSteps {
  /** [T] Sequences that are still going on. */
  readonly active: Int32Array;
  /** [T] First row of each step. */
  readonly starts: Int32Array;
  /** [T] Where the states before a step stand among N + rows: first the initial ones, then those after each step. */
  readonly before: Int32Array;
  /** [rows] The same for each row. */
  readonly beforeRows: Int32Array;
  /** [N] Where the last state of each sequence stands. */
  readonly last: Int32Array;
}

export function fullSteps(T: number, N: number, reverse = false): Steps {
  return { T, N, rows: T * N, reverse, ragged: null };
}

/** Steps over sequences of these lengths, longest first. Errors: INTERNAL where they are not sorted. */
export function raggedSteps(sorted: ArrayLike<number>): Steps {
  const N = sorted.length;
  const T = N === 0 ? 0 : sorted[0];
  const active = new Int32Array(T);
  for (let n = 0; n < N; n++) {
    if (n > 0 && sorted[n] > sorted[n - 1]) {
      throw new UnrolledError('INTERNAL', 'expected lengths from long to short, received others', 'report this');
    }
    for (let t = 0; t < sorted[n]; t++) active[t]++;
  }
  const starts = new Int32Array(T);
  const before = new Int32Array(T);
  for (let t = 1; t < T; t++) {
    starts[t] = starts[t - 1] + active[t - 1];
    before[t] = N + starts[t - 1];
  }
  const rows = T === 0 ? 0 : starts[T - 1] + active[T - 1];
  const beforeRows = new Int32Array(rows);
  for (let t = 0; t < T; t++) for (let n = 0; n < active[t]; n++) beforeRows[starts[t] + n] = before[t] + n;
  const last = Int32Array.from({ length: N }, (_, n) => (sorted[n] === 0 ? n : N + starts[sorted[n] - 1] + n));
  return { T, N, rows, reverse: false, ragged: { active, starts, before, beforeRows, last } };
}

/** Rows of the state buffer [N + rows, W] (or [(T + 1) · N, W]) where the states before and after step 0 stand. */
export function stateRows(steps: Steps): { before: number; after: number; initial: number; final: number } {
  const { N, T, reverse } = steps;
  if (reverse) return { before: N, after: 0, initial: T * N, final: 0 };
  return { before: 0, after: N, initial: 0, final: T * N };
}
