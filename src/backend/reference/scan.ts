// The time loop of the reference backend: every step calls the same products and programs that stand alone elsewhere.
import { UnrolledError, UnsupportedError } from '../../errors.js';
import type { MatrixRef, Operand, ScanCall, ScanOperand, ScanPlan, ScanStage } from '../contract.js';
import { floats } from './memory.js';
import { gemm, gemmInt8 } from './products.js';
import { runProgram } from './program.js';

/** Runs the stages of a plan, in order, for step 0, 1, …, steps − 1. Errors: SHAPE, DTYPE, RANGE, STATE. */
export function scan(plan: ScanPlan, call: ScanCall): void {
  const { steps, activeRows, countDown } = call;
  if (activeRows && activeRows.length !== steps) {
    throw new UnrolledError(
      'SHAPE',
      `expected ${steps} counts of active rows, received ${activeRows.length}`,
      'give one for each step',
    );
  }
  for (let step = 0; step < steps; step++) {
    const rows = activeRows ? activeRows[step] : call.rows;
    if (rows < 0 || rows > call.rows) {
      throw new UnrolledError(
        'RANGE',
        `expected 0 to ${call.rows} active rows, received ${rows} in step ${step}`,
        'check the lengths',
      );
    }
    if (rows === 0) continue;
    for (const stage of plan.stages) {
      const at = (number: number): Operand => atStep(operandOf(call, number), step, call);
      if (stage.kind === 'product') runProduct(stage, call, step, rows);
      else if (stage.kind === 'rowSum') runRowSum(asMatrix(at(stage.x)), asMatrix(at(stage.out)), rows, stage.cols);
      else {
        const drawn = (call.firstStep ?? 0) + (countDown === true ? steps - 1 - step : step);
        const context = { uniforms: call.uniforms, random: call.random, step: drawn };
        runProgram(stage.program, stage.operands.map(at), rows, stage.cols, context);
      }
    }
  }
}

function runProduct(stage: ScanStage & { kind: 'product' }, call: ScanCall, step: number, rows: number): void {
  const { n, k, transB, accumulate } = stage;
  const a = asMatrix(atStep(operandOf(call, stage.a), step, call));
  const b = asMatrix(operandOf(call, stage.b)); // weights do not move
  const c = asMatrix(atStep(operandOf(call, stage.c), step, call));
  if (stage.scales === undefined) gemm({ m: rows, n, k, transB, accumulate }, a, b, c);
  else gemmInt8({ m: rows, n, k, accumulate }, a, { ...b, scales: operandOf(call, stage.scales) }, c);
}

function runRowSum(x: MatrixRef, out: MatrixRef, rows: number, cols: number): void {
  const from = floats(x, 'x', [rows, x.stride], [cols, 1]);
  const to = floats(out, 'the sums', [rows, out.stride]);
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let c = 0; c < cols; c++) sum += from[x.offset + r * x.stride + c];
    to[out.offset + r * out.stride] = sum;
  }
}

function operandOf(call: ScanCall, number: number): ScanOperand {
  const operand = call.operands.at(number);
  if (number < 0 || !operand) {
    throw new UnrolledError(
      'SHAPE',
      `expected an operand number below ${call.operands.length}, received ${number}`,
      'give every operand that the plan names',
    );
  }
  return operand;
}

/** Where an operand is in that step. */
function atStep(operand: ScanOperand, step: number, call: ScanCall): Operand {
  const { indices, offset, rowStride, stepStride } = operand;
  const row = operand.table === undefined ? undefined : call.rowTables?.[operand.table]?.[step];
  if (operand.table !== undefined && row === undefined) {
    throw new UnrolledError(
      'SHAPE',
      `expected row table ${operand.table} with step ${step}, received none`,
      'give one row for each step',
    );
  }
  return {
    ...operand,
    offset: offset + (row === undefined || indices ? step * stepStride : row * rowStride),
    indices: indices && { ...indices, offset: indices.offset + (row ?? step * indices.stepStride) },
  };
}

function asMatrix(operand: Operand): MatrixRef {
  if (operand.indices) throw new UnsupportedError('expected a product of plain rows, received indexed ones');
  return { storage: operand.storage, offset: operand.offset, stride: operand.rowStride };
}
