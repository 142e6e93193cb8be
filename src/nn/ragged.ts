// Batches of sequences of different lengths, without padding: the rows that count, sorted by length, and the way back.
// Letters: T steps, N batch, R rows that count (the sum of the lengths).
import '../backend/compiled/calls/rows.js';
import { UnrolledError } from '../errors.js';
import { gatherRows } from '../autograd/ops.js';
import { record } from '../autograd/tape.js';
import { backendOf } from '../backend/registry.js';
import { raggedSteps, type Steps } from '../cell/run/steps.js';
import { empty, fromData } from '../tensor/create.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Lengths, readLengths } from './lengths.js';

export class Packing {
  readonly steps: Steps;
  /** From long to short. */
  readonly lengths: readonly number[];
  readonly #T: number;
  readonly #N: number;
  /** [R] Row t · N + n of each packed row. */
  readonly #rows: Int32Array;
  /** [R] Sequence of each packed row, in sorted order. */
  readonly #sequences: Int32Array;
  /** [R] The packed row that stands there when every sequence is reversed. */
  readonly #reversed: Int32Array;
  /** [N] Sequences from long to short, and where each went. */
  readonly #order: Int32Array;
  readonly #inverse: Int32Array;

  /** @param times for each sequence, the steps that count, in order */
  private constructor(T: number, times: readonly Int32Array[]) {
    const N = times.length;
    this.#T = T;
    this.#N = N;
    this.#order = Int32Array.from(times.keys()).sort((a, b) => times[b].length - times[a].length || a - b);
    this.#inverse = new Int32Array(N);
    this.#order.forEach((n, i) => (this.#inverse[n] = i));
    this.lengths = Array.from(this.#order, (n) => times[n].length);
    this.steps = raggedSteps(this.lengths);
    const { rows, ragged } = this.steps;
    this.#rows = new Int32Array(rows);
    this.#sequences = new Int32Array(rows);
    this.#reversed = new Int32Array(rows);
    if (ragged === null) return;
    for (let i = 0; i < N; i++) {
      const own = times[this.#order[i]];
      for (let t = 0; t < own.length; t++) {
        const at = ragged.starts[t] + i;
        this.#rows[at] = own[t] * N + this.#order[i];
        this.#sequences[at] = i;
        this.#reversed[at] = ragged.starts[own.length - 1 - t] + i;
      }
    }
  }

  /**
   * @param lengths [N], each from 0 to T; null where all are T, since then nothing is padding
   * Errors: SHAPE, RANGE.
   */
  static fromLengths(lengths: Lengths, T: number, N: number): Packing | null {
    const list = readLengths(lengths, N, T, 'lengths');
    if (list.every((length) => length === T)) return null;
    // All begin at step 0, so they share one list of steps.
    const steps = new Int32Array(T);
    for (let t = 0; t < T; t++) steps[t] = t;
    return new Packing(
      T,
      list.map((length) => steps.subarray(0, length)),
    );
  }

  /** @param mask [T, N]: 0 for a step that does not count. Errors: SHAPE. */
  static fromMask(mask: Tensor, T: number, N: number): Packing | null {
    if (mask.rank !== 2 || mask.shape[0] !== T || mask.shape[1] !== N) {
      throw new UnrolledError(
        'SHAPE',
        `expected a mask of shape ${formatShape([T, N])}, received ${formatShape(mask.shape)}`,
        'one number for each step of each sequence, 0 where it is masked',
      );
    }
    const data = mask.data();
    const times = Array.from({ length: N }, (_, n) =>
      Int32Array.from(Array.from({ length: T }, (_, t) => t).filter((t) => data[t * N + n] !== 0)),
    );
    return times.every((own) => own.length === T) ? null : new Packing(T, times);
  }

  #indices(list: Int32Array, like: Tensor): Tensor {
    return fromData(list, [list.length], { device: like.device });
  }

  /** [T, N, D] to [R, D]; int32 tokens [T, N] to [R]. */
  pack(x: Tensor): Tensor {
    if (x.dtype === 'int32') {
      const data = x.data();
      return fromData(
        this.#rows.map((row) => data[row]),
        [this.#rows.length],
        { device: x.device },
      );
    }
    const width = x.shape[2];
    return gatherRows(x.reshape([this.#T * this.#N, width]), this.#indices(this.#rows, x));
  }

  /** [R, H] to [T, N, H], zero where nothing counts. */
  unpack(y: Tensor): Tensor {
    const width = y.shape[1];
    const count = this.#T * this.#N;
    const out = empty([count, width], { device: y.device });
    const backend = backendOf(y);
    const indices = this.#indices(this.#rows, y);
    const spec = { rows: this.#rows.length, cols: width, tableRows: count };
    const index = { storage: indices.storage, offset: indices.offset };
    if (count * width > 0) backend.fill({ storage: out.storage, offset: 0 }, count * width, 0);
    if (spec.rows * width > 0) {
      backend.scatterAdd(spec, { storage: y.storage, offset: y.offset, stride: width }, index, {
        storage: out.storage,
        offset: 0,
        stride: width,
      });
    }
    record({ op: 'unpack', inputs: [y], outputs: [out], backward: ([g]) => [g && gatherRows(g, indices)] });
    return out.reshape([this.#T, this.#N, width]);
  }

  /** Every sequence from its end to its start; twice is the same again. [R, D] or tokens [R]. */
  reverse(x: Tensor): Tensor {
    if (x.dtype === 'int32') {
      const data = x.data();
      return fromData(
        Int32Array.from(this.#reversed, (row) => data[row]),
        x.shape,
        { device: x.device },
      );
    }
    return gatherRows(x, this.#indices(this.#reversed, x));
  }

  /** Rows of sequences [N, W] in the order of lengths. Errors: SHAPE. */
  sort(state: Tensor): Tensor {
    if (state.rank !== 2 || state.shape[0] !== this.#N) {
      throw new UnrolledError(
        'SHAPE',
        `expected a state of ${this.#N} sequences [${this.#N}, W], received ${formatShape(state.shape)}`,
        'keep the batch size while the state is carried over',
      );
    }
    return gatherRows(state, this.#indices(this.#order, state));
  }

  /** And back. */
  unsort(state: Tensor): Tensor {
    return gatherRows(state, this.#indices(this.#inverse, state));
  }

  /** A row of each sequence [N, W] (sorted) at each packed row: [R, W]. */
  spread(rows: Tensor): Tensor {
    return gatherRows(rows, this.#indices(this.#sequences, rows));
  }
}
