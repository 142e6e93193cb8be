// Which elements the operands of a scan cover over all its steps.
import { UnrolledError } from '../errors.js';
import { ROW_GROUP, type ScanCall, type ScanOperand, type ScanPlan } from './contract.js';
import { checkInside, extent, matrixEnd, overlaps } from './extent.js';

/** Errors: SHAPE where an operand leaves its storage in some step; `rows` is the most that any step has. */
function checkScanOperand(operand: ScanOperand, steps: number, rows: number, cols: number): void {
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
function checkTableOperand(operand: ScanOperand, first: number, end: number, cols: number): void {
  const { indices, rowStride } = operand;
  if (indices) {
    checkInside(indices, first, end);
    if (indices.limit > 0) checkInside(operand, ...extent(operand, end - first, cols));
    return;
  }
  const [from, to] = extent(operand, end - first, cols);
  checkInside(operand, first * rowStride + from, first * rowStride + to);
}

/** Errors: SHAPE where a stage of a scan would leave the storage of an operand. */
export function checkScanExtents(plan: ScanPlan, call: ScanCall): void {
  const { activeRows, operands, steps } = call;
  const rows = activeRows === undefined ? call.rows : activeRows.reduce((most, count) => Math.max(most, count), 0);
  if (activeRows !== undefined && (activeRows.length < steps || rows > call.rows)) {
    throw new UnrolledError(
      'SHAPE',
      `expected ${steps} counts of at most ${call.rows} active rows, received ${activeRows.length} of at most ${rows}`,
      'give one count for each step',
    );
  }
  const tables = (call.rowTables ?? []).map((table) => tableExtent(table, call, rows));
  if (rows === 0) return;
  const check = (operand: ScanOperand, cols: number): void => {
    const { table } = operand;
    if (table === undefined) return checkScanOperand(operand, steps, rows, cols);
    const own: [number, number] | undefined = tables[table];
    if (own === undefined) {
      throw new UnrolledError(
        'SHAPE',
        `expected a row table below ${tables.length}, received number ${table}`,
        'give one row for each step',
      );
    }
    checkTableOperand(operand, ...own, cols);
  };
  for (const stage of plan.stages) {
    if (stage.kind === 'program') {
      for (const i of stage.operands) check(operands[i], stage.cols);
    } else if (stage.kind === 'rowSum') {
      check(operands[stage.x], stage.cols);
      check(operands[stage.out], 1);
    } else {
      const b = operands[stage.b];
      if (stage.scales === undefined) {
        const [down, across] = stage.transB ? [stage.n, stage.k] : [stage.k, stage.n];
        checkInside(b, 0, matrixEnd(down, across, b.rowStride));
      } else {
        checkInside(b, 0, matrixEnd(stage.n, Math.ceil(stage.k / 4), b.rowStride));
        checkInside(operands[stage.scales], 0, stage.n);
      }
      check(operands[stage.a], stage.k);
      check(operands[stage.c], stage.n);
    }
  }
}

/** The first row that a table names, and one past the last that its steps use. Errors: SHAPE. */
function tableExtent(table: Int32Array, call: ScanCall, rows: number): [number, number] {
  if (table.length < call.steps) {
    throw new UnrolledError(
      'SHAPE',
      `expected a row for each of ${call.steps} steps, received ${table.length}`,
      'give one row for each step',
    );
  }
  let [first, end] = [Infinity, 0];
  for (let s = 0; s < call.steps; s++) {
    first = Math.min(first, table[s]);
    end = Math.max(end, table[s] + (call.activeRows?.[s] ?? rows));
  }
  return [first, end];
}

/** True where the memory of two operands may overlap within any one step of a scan. */
export function overlapsInStep(a: ScanOperand, b: ScanOperand, rows: number, cols: number): boolean {
  if (a.storage !== b.storage) return false;
  return a.stepStride !== b.stepStride || a.table !== b.table || overlaps(a, b, rows, cols);
}
