// Whether two operands of a program may name the same memory: then a register must not point to it.
import type { Operand, ScanOperand } from '../contract.js';

/** The elements that an operand covers: first, and one past the last. */
function extent(operand: Operand, rows: number, cols: number): [number, number] {
  const { offset, rowStride } = operand;
  const last = (rows - 1) * rowStride;
  return [offset + Math.min(0, last), offset + Math.max(0, last) + (operand.colStride === 1 ? cols : 1)];
}

/** True where the memory may overlap within one grid. */
export function overlaps(a: Operand, b: Operand, rows: number, cols: number): boolean {
  if (a.storage !== b.storage) return false;
  if (a.indices || b.indices) return true;
  const [aFrom, aTo] = extent(a, rows, cols);
  const [bFrom, bTo] = extent(b, rows, cols);
  return aFrom < bTo && bFrom < aTo;
}

/** The same within any one step of a scan. */
export function overlapsInStep(a: ScanOperand, b: ScanOperand, rows: number, cols: number): boolean {
  if (a.storage !== b.storage) return false;
  return a.stepStride !== b.stepStride || overlaps(a, b, rows, cols);
}
