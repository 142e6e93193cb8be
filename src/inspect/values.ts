// What the values of a cell are: which of them a sigmoid or a tanh made, so that plots and figures know their range.
import { UnrolledError } from '../errors.js';
import { requireNumber } from '../range.js';
import { expectNumbers, expectObject, refuse } from '../expect.js';
import type { CellGraph } from '../cell/define/graph.js';
import { deriveCell } from '../cell/plan/derive.js';
import type { Expr } from '../program/expr.js';

/** `sigmoid`: from 0 to 1, a gate; `tanh`: from −1 to 1; `free`: no range of its own. */
export type ValueKind = 'sigmoid' | 'tanh' | 'free';

/** The kind of every value that can be traced, by name. */
export function valueKinds(cell: CellGraph): Map<string, ValueKind> {
  if (!(cell?.next instanceof Map)) refuse('a cell', cell, 'give one of the library, such as LSTM');
  return new Map([...deriveCell(cell).traceable].map(([name, e]) => [name, kindOf(e)]));
}

function kindOf(e: Expr): ValueKind {
  if (e.kind !== 'op') return 'free';
  if (e.op === 'sigmoid' || e.op === 'tanh') return e.op;
  // 1 − gate is a gate, and is saturated where the gate is.
  const [one, gate] = e.args;
  const isComplement = e.op === 'sub' && one.kind === 'constant' && one.value === 1;
  return isComplement && kindOf(gate) === 'sigmoid' ? 'sigmoid' : 'free';
}

/** Values of a sequence: `data` is [steps, width], row-major. */
export interface ValueMatrix {
  /** T. */
  readonly steps: number;
  /** Units of a step. */
  readonly width: number;
  /** The elements, step by step. */
  readonly data: Float32Array | Float64Array;
}

/** Errors: OPTION, RANGE for what is no matrix of values. */
export function checkedMatrix(matrix: ValueMatrix): ValueMatrix {
  const help = 'give a value of a trace: trace.layers[0].values.h';
  expectObject(matrix, 'a matrix of values', help);
  requireNumber('the steps of a matrix', matrix.steps, { min: 0, whole: true }, help);
  requireNumber('the width of a matrix', matrix.width, { min: 0, whole: true }, help);
  expectNumbers(matrix.data, 'the data of a matrix', help);
  if (matrix.data.length !== matrix.steps * matrix.width) {
    const expected = `${matrix.steps} × ${matrix.width} values`;
    throw new UnrolledError('SHAPE', `expected ${expected} in a matrix, received ${matrix.data.length}`, help);
  }
  return matrix;
}

/** Matrices below each other. */
export function below(parts: readonly ValueMatrix[]): { steps: number; width: number; data: Float32Array } {
  const [{ width }] = parts;
  const total = parts.reduce((sum, part) => sum + part.steps, 0);
  const data = new Float32Array(total * width);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { steps: total, width, data };
}

/** One column of a matrix of values: what one neuron does over time. [steps] */
export function columnOf(matrix: ValueMatrix, column: number): Float64Array {
  const { steps, width, data } = checkedMatrix(matrix);
  requireNumber('a column', column, { min: 0, max: width - 1, whole: true }, 'columns are counted from 0');
  return Float64Array.from({ length: steps }, (_, t) => data[t * width + column]);
}

/** As nested arrays [steps][width], rounded to the seven digits that a float32 has. */
export function toRows(matrix: ValueMatrix): number[][] {
  const { steps, width, data } = checkedMatrix(matrix);
  return Array.from({ length: steps }, (_, t) =>
    Array.from(data.slice(t * width, (t + 1) * width), (v) => Number(v.toPrecision(7))),
  );
}
