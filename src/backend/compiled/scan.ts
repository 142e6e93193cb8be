// Writes the arguments of a scan (kernels/scan.h): operands, stages, and a place for the packed weights of each product.
import { UnrolledError, UnsupportedError } from '../../errors.js';
import type { ScanCall, ScanPlan, ScanStage } from '../contract.js';
import type { Arguments } from './arguments.js';
import type { Block } from './arena.js';
import { ENCODED_SIZE, type EncodedProgram } from './encode.js';
import { KERNEL, type KernelLimits } from './engine.js';
import { checkInside, checkScanOperand, matrixEnd, overlapsInStep } from './extent.js';
import type { ProgramCache } from './programs.js';
import type { Memory } from './storage.js';

/** Rows over all steps from which on packing the weights pays. */
const PACK_ROWS = 16;

/** A program stage, ready. */
interface Encoded {
  encoded: EncodedProgram;
  safe: boolean;
}

/** Runs the whole time loop. Errors: UNSUPPORTED beyond the limits, RANGE for a bad index, OUT_OF_MEMORY. */
export function runScan(
  args: Arguments,
  memory: Memory,
  programs: ProgramCache,
  limits: KernelLimits,
  plan: ScanPlan,
  call: ScanCall,
): void {
  if (call.steps === 0 || call.rows === 0) return;
  checkLimits(limits, plan, call);
  checkExtents(plan, call);
  args.begin();
  const blocks: Block[] = [];
  const block = (bytes: number): number => {
    const made = memory.allocateBlock(bytes);
    blocks.push(made);
    return made.address;
  };
  try {
    for (const operand of call.operands) {
      args.at(operand);
      if (operand.indices) args.at(operand.indices, 'int32');
    }
    const pack = call.rows > limits.fewRows || call.rows * call.steps >= PACK_ROWS;
    const packed = plan.stages.map((stage) =>
      stage.kind === 'product' && pack && stage.k > 0
        ? block(Math.ceil(stage.n / limits.panel) * limits.panel * stage.k * 4)
        : 0,
    );
    const activeAt = call.activeRows === undefined ? 0 : block(call.activeRows.byteLength);
    if (call.activeRows !== undefined) memory.ints.set(call.activeRows.subarray(0, call.steps), activeAt / 4);
    const encoded = plan.stages.map((stage) => encodeStage(programs, stage, call));
    const addresses = placePrograms(programs, encoded);

    args.reserve(argumentsOf(plan, call));
    args.put(call.steps);
    args.put(call.rows);
    args.put(plan.stages.length);
    args.put(call.operands.length);
    args.put(activeAt);
    args.put(call.random?.key0 ?? 0);
    args.put(call.random?.key1 ?? 0);
    args.put(call.random?.call ?? 0);
    for (const operand of call.operands) {
      const { indices } = operand;
      args.put(args.at(operand));
      args.put(operand.rowStride);
      args.put(operand.colStride);
      args.put(operand.stepStride);
      args.put(indices ? args.at(indices, 'int32') : 0);
      args.put(indices?.limit ?? 0);
      args.put(indices?.stepStride ?? 0);
    }
    plan.stages.forEach((stage, i) => putStage(args, stage, packed[i], addresses[i], encoded[i]));
    for (const uniform of call.uniforms) args.put(uniform);
    args.invoke(KERNEL.SCAN);
  } finally {
    for (const made of blocks) memory.freeBlock(made);
  }
}

function checkLimits(limits: KernelLimits, plan: ScanPlan, call: ScanCall): void {
  if (plan.stages.length > limits.stages) {
    throw new UnsupportedError(`expected at most ${limits.stages} stages, received ${plan.stages.length}`);
  }
  if (call.operands.length > limits.scanOperands) {
    throw new UnsupportedError(`expected at most ${limits.scanOperands} operands, received ${call.operands.length}`);
  }
  for (const stage of plan.stages) {
    if (stage.kind === 'program' && stage.operands.length > limits.operands) {
      throw new UnsupportedError(`expected at most ${limits.operands} operands, received ${stage.operands.length}`);
    }
  }
}

/** Errors: SHAPE where a stage would leave the storage of an operand. */
function checkExtents(plan: ScanPlan, call: ScanCall): void {
  const { activeRows, operands, steps } = call;
  const rows = activeRows === undefined ? call.rows : activeRows.reduce((most, count) => Math.max(most, count), 0);
  if (activeRows !== undefined && (activeRows.length < steps || rows > call.rows)) {
    throw new UnrolledError(
      'SHAPE',
      `expected ${steps} counts of at most ${call.rows} active rows, received ${activeRows.length} of at most ${rows}`,
      'give one count for each step',
    );
  }
  if (rows === 0) return;
  for (const stage of plan.stages) {
    if (stage.kind === 'program') {
      for (const i of stage.operands) checkScanOperand(operands[i], steps, rows, stage.cols);
    } else {
      const b = operands[stage.b];
      const [down, across] = stage.transB ? [stage.n, stage.k] : [stage.k, stage.n];
      checkInside(b, 0, matrixEnd(down, across, b.rowStride));
      checkScanOperand(operands[stage.a], steps, rows, stage.k);
      checkScanOperand(operands[stage.c], steps, rows, stage.n);
    }
  }
}

function argumentsOf(plan: ScanPlan, call: ScanCall): number {
  const stages = plan.stages.reduce(
    (sum, stage) => sum + (stage.kind === 'product' ? 9 : 5 + stage.operands.length),
    0,
  );
  return 8 + call.operands.length * 7 + stages + call.uniforms.length;
}

function encodeStage(programs: ProgramCache, stage: ScanStage, call: ScanCall): Encoded | null {
  if (stage.kind === 'product') return null;
  const encoded = programs.encode(stage.program);
  const operand = (i: number): ScanCall['operands'][number] => call.operands[stage.operands[i]];
  const safe = encoded.hazards.some(([i, j]) => overlapsInStep(operand(i), operand(j), call.rows, stage.cols));
  return { encoded, safe };
}

/** Addresses that are all valid at once: again where the region started anew on the way. */
function placePrograms(programs: ProgramCache, encoded: readonly (Encoded | null)[]): number[] {
  for (let attempt = 0; attempt < 2; attempt++) {
    const { generation } = programs;
    const addresses = encoded.map((one) => (one === null ? 0 : programs.address(one.encoded, one.safe)));
    if (programs.generation === generation) return addresses;
  }
  throw new UnsupportedError('expected shorter programs, received more than fit into one scan');
}

function putStage(args: Arguments, stage: ScanStage, packed: number, address: number, encoded: Encoded | null): void {
  args.putFlag(stage.kind === 'product');
  if (stage.kind === 'product') {
    args.put(stage.a);
    args.put(stage.b);
    args.put(stage.c);
    args.put(stage.n);
    args.put(stage.k);
    args.putFlag(stage.transB);
    args.putFlag(stage.accumulate);
    args.put(packed);
  } else {
    args.put(address);
    args.put((encoded?.encoded.fast.length ?? 0) / ENCODED_SIZE);
    args.put(stage.cols);
    args.put(stage.operands.length);
    for (const operand of stage.operands) args.put(operand);
  }
}
