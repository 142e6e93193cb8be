// What the names in a loop's body stand for: rows of numbers, products that are no linear yet, and what only leads to them (sizes, the
// number of the step, masks). Letters: N batch, D input, H hidden, n columns.
import { type WidthName, INPUT_WIDTH } from '../../cell/define/width.js';
import { INPUT } from '../../cell/define/leaf.js';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../formats/onnx/model.js';
import type { Expr } from '../../program/expr.js';
import type { Affine, MatrixView, Product } from './products.js';

/** A row for each sequence; a constant has no width. `lead`: axes of one element before the batch. */
export interface Rows {
  kind: 'rows';
  expr: Expr;
  width: WidthName | null;
  count: number;
  lead: number;
}

/** A sum of products that is no linear yet, and functions of it element by element. */
export interface Sum {
  kind: 'sum';
  affine: Affine;
  after: readonly ((e: Expr) => Expr)[];
  lead: number;
}

/** What a name in a body stands for. */
export type BodyValue =
  | Rows
  | Sum
  | { kind: 'pieces'; pieces: readonly (Rows | Sum)[] }
  | { kind: 'constant'; tensor: OnnxTensor; literal?: boolean }
  | { kind: 'matrix'; view: MatrixView }
  | { kind: 'truth'; rows: Rows }
  /** Rows as heads [N, heads, k], or [heads, N, k] where `first`. */
  | { kind: 'heads'; rows: Rows; heads: number; first: boolean }
  | { kind: 'headProduct'; product: Product; first: boolean }
  /** Where a sequence is, by its length. */
  | { kind: 'mask' }
  /** The number of the step, and what is added to it. */
  | { kind: 'time'; offset: number }
  /** Whether the loop goes on. */
  | { kind: 'goesOn' }
  /** A size of the input, such as the number of its steps. */
  | { kind: 'size'; steps: boolean }
  /** The sizes of rows of the step, of which the last is known. */
  | { kind: 'shape'; rank: number; last: number }
  /** All steps of the input, of which a loop takes one. */
  | { kind: 'steps'; step: BodyValue; axis: number }
  /** Values of all steps so far. */
  | { kind: 'list'; of: Rows | null };

/** One step of the input. */
export function inputRows(count: number): Rows {
  return { kind: 'rows', expr: INPUT, width: INPUT_WIDTH, count, lead: 0 };
}

/** Columns of rows, or of a sum. */
export function countOf(piece: Rows | Sum): number {
  return piece.kind === 'rows' ? piece.count : piece.affine.columns;
}

/** Numbers of a node's attributes, by name. */
export function numbersOf({ attributes }: OnnxNode): (name: string, otherwise: number) => number {
  return (name, otherwise) => {
    const attribute = attributes[name];
    return attribute?.kind === 'int' || attribute?.kind === 'float' ? attribute.value : otherwise;
  };
}

/** A whole number as a constant of the body. */
export function wholeConstant(value: number, shape: readonly number[]): BodyValue {
  const tensor: OnnxTensor = { name: '', shape, dtype: 'int64', data: BigInt64Array.of(BigInt(value)) };
  return { kind: 'constant', tensor, literal: true };
}

/** Whether a value is only added to others, or taken apart for that: then its products belong to the cell. */
export function isSummand({ nodes }: OnnxGraph, name: string): boolean {
  const users = nodes.filter(({ inputs }) => inputs.includes(name));
  return users.length > 0 && users.every(({ op }) => ['Split', 'Slice', 'Add', 'Sum'].includes(op));
}
