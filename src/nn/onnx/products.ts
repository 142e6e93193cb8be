// Sums of products, as the body of a loop has them: each becomes a linear of a cell. Letters: K rows, n columns.
import type { Expr } from '../../program/expr.js';

/** Numbers of a matrix where they lie, with steps between rows and columns; for block-diagonal ones [heads, K / heads, n / heads]. */
export interface MatrixView {
  data: ArrayLike<number>;
  /** Rows of one head. */
  rows: number;
  /** Columns of one head. */
  columns: number;
  offset: number;
  rowStep: number;
  columnStep: number;
  /** 1 for a whole matrix. */
  heads: number;
  headStep: number;
}

/** An operand and what it is multiplied by. */
export interface Product {
  operand: Expr;
  perHead: boolean;
  matrix: MatrixView;
}

/** A sum of products and a bias, not yet a linear. */
export interface Affine {
  products: readonly Product[];
  bias: Float32Array | null;
  columns: number;
  /** What it is called in the file. */
  name?: string;
}

/** A matrix [K, n] of a file. */
export function viewOf(data: ArrayLike<number>, [rows, columns]: readonly number[]): MatrixView {
  return { data, rows, columns, offset: 0, rowStep: columns, columnStep: 1, heads: 1, headStep: 0 };
}

export function turnedView(m: MatrixView): MatrixView {
  return { ...m, rows: m.columns, columns: m.rows, rowStep: m.columnStep, columnStep: m.rowStep };
}

export function rowsOfView(m: MatrixView, first: number, rows: number): MatrixView {
  return { ...m, rows, offset: m.offset + first * m.rowStep };
}

export function columnsOfView(m: MatrixView, first: number, columns: number): MatrixView {
  return { ...m, columns, offset: m.offset + first * m.columnStep };
}

/** Some columns of a sum. */
export function columnsOfAffine({ products, bias }: Affine, first: number, columns: number): Affine {
  return {
    products: products.map(({ matrix, ...own }) => ({
      ...own,
      matrix: columnsOfView(matrix, first, columns),
    })),
    bias: bias === null ? null : bias.slice(first, first + columns),
    columns,
  };
}

export function addAffine(a: Affine, b: Affine): Affine {
  const products = [...a.products, ...b.products];
  return { products, bias: addRows(a.bias, b.bias), columns: a.columns, name: a.name ?? b.name };
}

function addRows(a: Float32Array | null, b: Float32Array | null): Float32Array | null {
  return a === null ? b : b === null ? a : a.map((value, i) => value + b[i]);
}

/** Adds the numbers of a view to columns of a parameter [K, stride]; heads stand below each other. */
export function addView(m: MatrixView, to: Float32Array, first: number, stride: number): void {
  for (let head = 0; head < m.heads; head++) {
    for (let k = 0; k < m.rows; k++) {
      const from = m.offset + head * m.headStep + k * m.rowStep;
      const at = (head * m.rows + k) * stride + first;
      for (let j = 0; j < m.columns; j++) to[at + j] += m.data[from + j * m.columnStep];
    }
  }
}
