// A scan cut into segments of time, in the order in which they run: for gradient checkpointing. Steps are counted in the order
// of the loop, so that random numbers are those of the whole scan.
import { raggedSteps, type Steps } from '../cell/run/steps.js';

export interface Segment {
  /** Along the first axis of the input: steps, or rows of a packed batch. */
  from: number;
  to: number;
  /** Of the input's time, for what has a number for each step. */
  time: [from: number, to: number];
  /** Steps that the loop has done before. */
  firstStep: number;
  /** Of a packed batch. */
  steps?: Steps;
}

/** @param T steps; @param length of a segment, 0 for one that is all */
export function segmentsOf(T: number, length: number, reverse: boolean): Segment[] {
  if (length === 0 || length >= T) return [{ from: 0, to: T, time: [0, T], firstStep: 0 }];
  const count = Math.ceil(T / length);
  return Array.from({ length: count }, (_, i) => {
    const from = (reverse ? count - 1 - i : i) * length;
    const to = Math.min(T, from + length);
    return { from, to, time: [from, to], firstStep: reverse ? T - to : from };
  });
}

/** The same for sequences of these lengths, long ones first, whose rows stand together without padding. */
export function packedSegmentsOf(steps: Steps, lengths: ArrayLike<number>, length: number): Segment[] {
  const { T, ragged } = steps;
  if (ragged === null || length === 0 || length >= T) {
    return [{ from: 0, to: steps.rows, time: [0, T], firstStep: 0, steps }];
  }
  const rowAt = (t: number): number => (t < T ? ragged.starts[t] : steps.rows);
  return Array.from({ length: Math.ceil(T / length) }, (_, i) => {
    const [from, to] = [i * length, Math.min(T, (i + 1) * length)];
    const own = Array.from(lengths, (n) => Math.max(0, Math.min(n, to) - from));
    return { from: rowAt(from), to: rowAt(to), time: [from, to], firstStep: from, steps: raggedSteps(own) };
  });
}
