// The contract of a backend: kernels over untyped memory, on one screen. What tensors mean stays above; how memory is laid
// out stays below. Matrices are row-major; offsets and strides count elements. All calls may be asynchronous underneath: only
// reading waits, and an error of data (a bad index) is thrown by the call, or by the next read where the call did not wait. Programs
// and plans are plain data that nobody changes: what a backend prepares for one (code, packing) it keeps under that object. A
// backend that cannot do something throws UnsupportedError and never answers in another way.
import type { Device, Storage } from '../tensor/device.js';
import type { RandomKey } from '../tensor/philox.js';
import type { Program } from './isa.js';
import { GROUP_SHIFT } from './numbers.js';

/** A place in memory. */
export interface Ref {
  storage: Storage;
  offset: number;
}

/** A matrix in memory; `stride` elements from row to row, unit stride within. */
export interface MatrixRef extends Ref {
  stride: number;
}

/** How a program reads or writes: element (r, c) is at offset + r · rowStride + c · colStride. */
export interface Operand extends Ref {
  rowStride: number;
  colStride: 0 | 1;
  /** Row r is row `indices[r]` instead (int32, one for each row), which must be in 0 … limit − 1. Reading only. */
  indices?: Ref & { limit: number };
}

export interface GemmSpec {
  m: number;
  n: number;
  k: number;
  /** A is stored [k, m] / B is stored [n, k]. */
  transA?: boolean;
  transB?: boolean;
  /** C += instead of C =. */
  accumulate?: boolean;
}

/**
 * Rows [steps, rows] that are summed in parts: part i has rows cuts[i] … cuts[i + 1] of each step, and each part is summed for itself. The
 * sums are added in a binary tree, ((0 + 1) + (2 + 3)) + …: there is a power of two of parts, up to 1024.
 */
export interface PartsSpec {
  steps: number;
  rows: number;
  cuts: readonly number[];
}

/**
 * Weights of int8 for a product: row j [k] times its scale is what output j multiplies. Four elements stand in a word of an int32
 * storage, the first in the lowest bits; offset and stride count words.
 */
export interface Int8Ref extends MatrixRef {
  /** float32, one for each row. */
  scales: Ref;
}

export interface ReduceSpec {
  op: 'sum' | 'sumSquares' | 'max';
  /** `rows`: over the rows, one result for each column; `cols`: over the columns, one for each row. */
  axis: 'rows' | 'cols';
  rows: number;
  cols: number;
  accumulate?: boolean;
}

/** Rows of a group, for operands that are grouped. */
export const ROW_GROUP = 2 ** GROUP_SHIFT;

/** An operand of a scan moves by `stepStride` elements from step to step (so do its indices); it may be negative. With a
 *  `table` its first row in step s is row `rowTables[table][s]` of the memory instead (ragged batches without padding). */
export interface ScanOperand extends Operand {
  stepStride: number;
  table?: number;
  /** Rows of a group of ROW_GROUP share one row of memory, in their order: what a program adds up over rows gathers there. */
  grouped?: boolean;
  indices?: Ref & { limit: number; stepStride: number };
}

/** One stage of a step: a matrix product or a program. Operands are named by number. */
export type ScanStage =
  /** c [rows, n] (+)= a [rows, k] · B; B = operand b: [k, n], or [n, k] where transB, rows `rowStride` apart, not moving. */
  | {
      kind: 'product';
      a: number;
      b: number;
      c: number;
      n: number;
      k: number;
      transB?: boolean;
      accumulate?: boolean;
      /** Operand b has weights of int8 [n, k], as in `Int8Ref`, and this operand their scales. */
      scales?: number;
    }
  /** The sum of each row of operand x, over `cols` columns, to column 0 of operand `out`. */
  | { kind: 'rowSum'; x: number; out: number; cols: number }
  /** The program's operand i is the scan's operand `operands[i]`. */
  | { kind: 'program'; program: Program; operands: readonly number[]; cols: number };

/** The stages of one step, run in order for step 0, 1, …: plain data, made once for a cell. */
export interface ScanPlan {
  stages: readonly ScanStage[];
}

export interface ScanCall {
  steps: number;
  rows: number;
  operands: readonly ScanOperand[];
  uniforms: readonly number[];
  random?: RandomKey;
  /** Random numbers of step s are those of step steps − 1 − s: backward draws the masks of forward again. */
  countDown?: boolean;
  /** Number of the first step, for random numbers; 0. */
  firstStep?: number;
  /** For operands with a `table`: a row for each step. */
  rowTables?: readonly Int32Array[];
  /** Where given (length `steps`): only the first activeRows[s] rows take part in step s. */
  activeRows?: Int32Array;
}

export interface CrossEntropySpec {
  rows: number;
  cols: number;
  /** Rows with this target have loss 0 and gradient 0. */
  ignoreIndex: number;
}

export interface SampleSpec {
  cols: number;
  /** Indices below are never drawn. */
  from: number;
  /** Divides the logits; 0 takes the most likely. */
  temperature: number;
  /** Only the k most likely; only the most likely that together have this probability (of those k). */
  topK: number;
  topP: number;
}

/** Where sampling reads and writes; all but `draws` are int32. */
export interface SamplePlaces {
  /** Sequences side by side, each with a row of the logits and of all of these. */
  rows: number;
  /** Uniform numbers in [0, 1) [rows, count], and room for as many indices. */
  draws: Ref;
  list: Ref;
  count: number;
  /** Which of them is next [rows]; counts up. */
  position: Ref;
  /** The index drawn last [rows]. */
  token: Ref;
}

/**
 * What computes: everything that operations on tensors ask for, over memory of its own. `useBackend` chooses one; users
 * read its `name`, `threads` and `features`, operations call the rest.
 */
export interface Backend extends Device {
  /** How many threads compute, the calling one included; fewer, once workers turn out not to start. */
  readonly threads: number;
  /** What it uses, for people: `avx2`, `relaxed-simd`, `float64`; and why not more threads, where something forbids them. */
  readonly features: readonly string[];
  /** Products with the input of a scan are made for all steps before it, however many rows a step has. @internal */
  readonly inputBeforeLoop?: boolean;
  /** A new backend of the same kind shares nothing with this one after `close`. */
  close(): void;

  /** C (+)= op(A) · op(B). @internal */
  gemm(spec: GemmSpec, a: MatrixRef, b: MatrixRef, c: MatrixRef): void;
  /** C (+)= A · Bᵀ with weights of int8. Each INT8_DEPTH elements of a row of A become whole numbers up to 32767 with a factor of
   *  their own; C (+)= scale · (factor · the sum of whole products), one such part after the other. @internal */
  gemmInt8(spec: Omit<GemmSpec, 'transA' | 'transB'>, a: MatrixRef, b: Int8Ref, c: MatrixRef): void;
  /** C [m, n] = Aᵀ · B over rows in parts: A has m columns, B has n. @internal */
  gemmInParts(spec: PartsSpec & { m: number; n: number }, a: MatrixRef, b: MatrixRef, c: MatrixRef): void;
  /** out = the sum of each column of x, over rows in parts. @internal */
  sumInParts(spec: PartsSpec & { cols: number }, x: MatrixRef, out: Ref): void;
  /** table[i] = the sum of all source[r] with indices[r] = i, over rows in parts. Errors: RANGE. @internal */
  scatterInParts(
    spec: PartsSpec & { cols: number; tableRows: number },
    source: MatrixRef,
    indices: Ref,
    table: MatrixRef,
  ): void;
  /** Runs a program over a grid. Random numbers: Philox counter [element >> 2, 0, stream, call], word element & 3, key
   *  [key0, key1], unitFloat(word); element = row · cols + column. In a scan the second counter word is the step. @internal */
  map(
    program: Program,
    operands: readonly Operand[],
    rows: number,
    cols: number,
    uniforms: readonly number[],
    random?: RandomKey,
  ): void;
  /** out (+)= sum, sum of squares or maximum of each column of x (axis `rows`), or of each row (axis `cols`). @internal */
  reduce(spec: ReduceSpec, x: MatrixRef, out: Ref): void;
  /** y = softmax (or its logarithm) of each row of x, both dense. @internal */
  softmax(spec: { rows: number; cols: number; log: boolean }, x: Ref, y: Ref): void;
  /** loss[r] = logSumExp[r] − logits[r, target[r]]; both results have `rows` elements. Errors: RANGE for a bad target. @internal */
  crossEntropy(spec: CrossEntropySpec, logits: Ref, targets: Ref, loss: Ref, logSumExp: Ref): void;
  /** dLogits = (softmax − one-hot) · dLoss[r · dLossStride]; dLossStride is 0 or 1. @internal */
  crossEntropyGrad(
    spec: CrossEntropySpec,
    logits: Ref,
    targets: Ref,
    logSumExp: Ref,
    dLoss: Ref,
    dLossStride: 0 | 1,
    dLogits: Ref,
  ): void;
  /** out[r] = table[indices[r]]. Errors: RANGE for an index outside 0 … tableRows − 1. @internal */
  gather(spec: { rows: number; cols: number; tableRows: number }, table: MatrixRef, indices: Ref, out: MatrixRef): void;
  /** table[indices[r]] += source[r], in the order of r. Errors: RANGE. @internal */
  scatterAdd(
    spec: { rows: number; cols: number; tableRows: number },
    source: MatrixRef,
    indices: Ref,
    table: MatrixRef,
  ): void;
  /** out[i…] = x[i…] over a shape of at most 6 axes, both strided (stride 0 repeats on the input side). @internal */
  copy(
    spec: { shape: readonly number[]; inStrides: readonly number[]; outStrides: readonly number[] },
    x: Ref,
    out: Ref,
  ): void;
  /** The whole sequence of a layer and direction. @internal */
  scan(plan: ScanPlan, call: ScanCall): void;
  /** Draws an index ≥ `from` from softmax(logits / temperature) for each row, ties to the lower one. The logits [rows, cols] are overwritten.
   *  Errors: RANGE where no number is left. @internal */
  sample(spec: SampleSpec, logits: Ref, at: SamplePlaces): void;
  /** Runs `calls` `times` times. What it asks of the backend must be the same each time, over the same memory: the compiled
   *  backends run it once and then repeat those calls by themselves. Errors: those of the calls. @internal */
  repeat(times: number, calls: () => void): void;
}
