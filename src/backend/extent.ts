// Which elements an operand covers: to keep kernels inside of their storages, and to see where two operands of a program may
// name the same memory.
import { UnrolledError } from '../errors.js';
import type { Operand, Ref } from './contract.js';

/** Errors: SHAPE where [from, to), counted from the ref's offset, leaves its storage. */
export function checkInside(ref: Ref, from: number, to: number): void {
  const { offset, storage } = ref;
  // Written so that NaN fails too.
  if (to <= from || (offset + from >= 0 && offset + to <= storage.length && Number.isInteger(offset))) return;
  throw new UnrolledError(
    'SHAPE',
    `expected elements within a storage of ${storage.length}, received ${offset + from} to ${offset + to - 1}`,
    'check the sizes, strides and offset of the call',
  );
}

/** Elements of a matrix of `rows` rows, `cols` wide, `stride` apart (not negative). */
export function matrixEnd(rows: number, cols: number, stride: number): number {
  return rows === 0 || cols === 0 ? 0 : (rows - 1) * stride + cols;
}

/** The first element, and one past the last, counted from the offset. */
export function extent(operand: Operand, rows: number, cols: number): [number, number] {
  const far = ((operand.indices ? operand.indices.limit : rows) - 1) * operand.rowStride;
  return [Math.min(0, far), Math.max(0, far) + (operand.colStride === 1 ? cols : 1)];
}

/** Errors: SHAPE where an operand, or its indices, leaves its storage. */
export function checkOperand(operand: Operand, rows: number, cols: number): void {
  if (operand.indices) {
    checkInside(operand.indices, 0, rows);
    if (operand.indices.limit === 0) return;
  }
  checkInside(operand, ...extent(operand, rows, cols));
}

/** True where the memory of two operands may overlap within one grid. */
export function overlaps(a: Operand, b: Operand, rows: number, cols: number): boolean {
  if (a.storage !== b.storage) return false;
  const [aFrom, aTo] = extent(a, rows, cols);
  const [bFrom, bTo] = extent(b, rows, cols);
  return a.offset + aFrom < b.offset + bTo && b.offset + bFrom < a.offset + aTo;
}
