// Which elements an operand covers: to keep kernels inside of their storages, and to see where two operands of a program may
// name the same memory.
import { UnrolledError } from '../../errors.js';
import { type Operand, type Ref, ROW_GROUP, type ScanOperand } from '../contract.js';

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
function extent(operand: Operand, rows: number, cols: number): [number, number] {
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

/** The same over all steps of a scan; `rows` is the most that any step has. */
export function checkScanOperand(operand: ScanOperand, steps: number, rows: number, cols: number): void {
  const { indices } = operand;
  if (indices) {
    const far = (steps - 1) * indices.stepStride;
    checkInside(indices, Math.min(0, far), Math.max(0, far) + rows);
    if (indices.limit === 0) return;
  }
  const far = (steps - 1) * operand.stepStride;
  const [from, to] = extent(operand, operand.grouped ? Math.ceil(rows / ROW_GROUP) : rows, cols);
  checkInside(operand, from + Math.min(0, far), to + Math.max(0, far));
}

/** The same for an operand whose rows a table names: rows `first` … `end` − 1 of the memory (or of its indices). */
export function checkTableOperand(operand: ScanOperand, first: number, end: number, cols: number): void {
  const { indices, rowStride } = operand;
  if (indices) {
    checkInside(indices, first, end);
    if (indices.limit > 0) checkInside(operand, ...extent(operand, end - first, cols));
    return;
  }
  const [from, to] = extent(operand, end - first, cols);
  checkInside(operand, first * rowStride + from, first * rowStride + to);
}

/** True where the memory of two operands may overlap within one grid. */
export function overlaps(a: Operand, b: Operand, rows: number, cols: number): boolean {
  if (a.storage !== b.storage) return false;
  const [aFrom, aTo] = extent(a, rows, cols);
  const [bFrom, bTo] = extent(b, rows, cols);
  return a.offset + aFrom < b.offset + bTo && b.offset + bFrom < a.offset + aTo;
}

/** The same within any one step of a scan. */
export function overlapsInStep(a: ScanOperand, b: ScanOperand, rows: number, cols: number): boolean {
  if (a.storage !== b.storage) return false;
  return a.stepStride !== b.stepStride || a.table !== b.table || overlaps(a, b, rows, cols);
}
