// The time loop of the reference backend: every step calls the same products and programs that stand alone elsewhere.
import { UnrolledError, UnsupportedError } from '../../errors.js';
import type { MatrixRef, Operand, ScanCall, ScanOperand, ScanPlan, ScanStage } from '../contract.js';
import { gemm } from './products.js';
import { runProgram } from './program.js';

/** Runs the stages of a plan, in order, for step 0, 1, …, steps − 1. Errors: SHAPE, DTYPE, RANGE, STATE. */
export function scan(plan: ScanPlan, call: ScanCall): void {
  const { steps, activeRows } = call;
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
      if (stage.kind === 'product') runProduct(stage, call, step, rows);
      else {
        const operands = stage.operands.map((number) => atStep(operandOf(call, number), step));
        runProgram(stage.program, operands, rows, stage.cols, { uniforms: call.uniforms, random: call.random, step });
      }
    }
  }
}

function runProduct(stage: ScanStage & { kind: 'product' }, call: ScanCall, step: number, rows: number): void {
  const { n, k, transB, accumulate } = stage;
  const a = asMatrix(atStep(operandOf(call, stage.a), step));
  const b = asMatrix(operandOf(call, stage.b)); // weights do not move
  const c = asMatrix(atStep(operandOf(call, stage.c), step));
  gemm({ m: rows, n, k, transB, accumulate }, a, b, c);
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
function atStep(operand: ScanOperand, step: number): Operand {
  const { indices, offset, stepStride } = operand;
  return {
    ...operand,
    offset: offset + step * stepStride,
    indices: indices && { ...indices, offset: indices.offset + step * indices.stepStride },
  };
}

function asMatrix(operand: Operand): MatrixRef {
  if (operand.indices) throw new UnsupportedError('expected a product of plain rows, received indexed ones');
  return { storage: operand.storage, offset: operand.offset, stride: operand.rowStride };
}
