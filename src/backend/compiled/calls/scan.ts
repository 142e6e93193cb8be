// The call `scan`, for cells: writes the arguments of a scan (kernels/scan.h): operands, stages, and a place for the packed weights of each product.
import { UnsupportedError } from '../../../errors.js';
import type { Backend, ScanCall, ScanPlan, ScanStage } from '../../contract.js';
import { FEW_ROWS } from '../../numbers.js';
import * as KERNEL from '../../numbers/kernel.js';
import * as MAX from '../../numbers/max.js';
import * as STAGE from '../../numbers/stage.js';
import type { Arguments } from '../arguments.js';
import type { Block } from '../../arena.js';
import { ENCODED_SIZE, type EncodedProgram } from '../encode.js';
import { checkScanExtents, overlapsInStep } from '../../scanExtent.js';
import { addCalls, type CompiledBackend } from '../compiled.js';
import type { ProgramCache } from '../programs.js';
import { SCAN_PARTS, type ScanPart } from '../scanTimes.js';

/** Rows over all steps from which on packing the weights pays. */
const PACK_ROWS = 16;

const STAGES = { program: STAGE.PROGRAM, product: STAGE.PRODUCT, rowSum: STAGE.ROW_SUM } as const;

/** A program stage, ready. */
interface Encoded {
  encoded: EncodedProgram;
  safe: boolean;
}

const partNames = Object.keys(SCAN_PARTS) as ScanPart[];

declare module '../compiled.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface CompiledBackend extends Pick<Backend, 'scan'> {}
}

addCalls<'scan'>({
  scan(plan, call) {
    runScan(this, plan, call);
  },
});

/** Errors: UNSUPPORTED beyond the limits, RANGE for a bad index, OUT_OF_MEMORY. */
function runScan({ tools, scanTimes: times }: CompiledBackend, plan: ScanPlan, call: ScanCall): void {
  const { args, memory, programs, panel } = tools;
  if (call.steps === 0 || call.rows === 0) return;
  checkLimits(plan, call);
  checkScanExtents(plan, call);
  const pack = call.rows > FEW_ROWS || call.rows * call.steps >= PACK_ROWS;
  const panels = plan.stages.map((stage) => {
    if (stage.kind !== 'product' || stage.scales !== undefined || call.rows !== 1 || pack) return 0;
    const { storage, offset, rowStride } = call.operands[stage.b];
    return memory.rowPanels?.of({ storage, offset, stride: rowStride }, stage) ?? 0;
  });
  args.begin();
  const blocks: Block[] = [];
  const block = (bytes: number): number => {
    const made = memory.allocateBlock(bytes);
    blocks.push(made);
    return made.address;
  };
  try {
    // Operands that are weights of products have a number of their own.
    const weights = new Map(
      plan.stages.flatMap((stage) =>
        stage.kind === 'product' ? [[stage.b, stage.scales === undefined ? 'float32' : 'int32'] as const] : [],
      ),
    );
    for (const [i, operand] of call.operands.entries()) {
      args.at(operand, weights.get(i), weights.has(i));
      if (operand.indices) args.at(operand.indices, 'int32');
    }
    const packed = plan.stages.map((stage) =>
      stage.kind === 'product' && stage.scales === undefined && pack && stage.k > 0
        ? block(Math.ceil(stage.n / panel) * panel * stage.k * 4)
        : 0,
    );
    const tables = (call.rowTables ?? []).map((table) => {
      const at = block(table.byteLength);
      memory.ints.set(table.subarray(0, call.steps), at / 4);
      return at;
    });
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
    args.putFlag(call.countDown);
    args.put(call.firstStep ?? 0);
    args.putFlag(times !== null);
    for (let i = 0; i < MAX.TABLES; i++) args.put(tables[i] ?? 0);
    for (const [i, operand] of call.operands.entries()) {
      const { indices } = operand;
      args.put(args.at(operand, weights.get(i), weights.has(i)));
      args.put(operand.rowStride);
      args.put(operand.colStride);
      args.put(operand.stepStride);
      args.put(indices ? args.at(indices, 'int32') : 0);
      args.put(indices?.limit ?? 0);
      args.put(indices?.stepStride ?? 0);
      args.put(operand.table ?? -1);
      args.putFlag(operand.grouped);
    }
    plan.stages.forEach((stage, i) => putStage(args, stage, [packed[i], panels[i]], addresses[i], encoded[i]));
    for (const uniform of call.uniforms) args.put(uniform);
    args.invoke(KERNEL.SCAN);
    if (times !== null) for (const part of partNames) times[part] += args.result(SCAN_PARTS[part]);
  } finally {
    for (const made of blocks) memory.freeBlock(made);
  }
}

function checkLimits(plan: ScanPlan, call: ScanCall): void {
  if (plan.stages.length > MAX.STAGES) {
    throw new UnsupportedError(`expected at most ${MAX.STAGES} stages, received ${plan.stages.length}`);
  }
  if (call.operands.length > MAX.SCAN_OPERANDS) {
    throw new UnsupportedError(`expected at most ${MAX.SCAN_OPERANDS} operands, received ${call.operands.length}`);
  }
  if ((call.rowTables?.length ?? 0) > MAX.TABLES) {
    throw new UnsupportedError(`expected at most ${MAX.TABLES} row tables, received ${call.rowTables?.length}`);
  }
  for (const stage of plan.stages) {
    if (stage.kind === 'program' && stage.operands.length > MAX.OPERANDS) {
      throw new UnsupportedError(`expected at most ${MAX.OPERANDS} operands, received ${stage.operands.length}`);
    }
  }
}

function argumentsOf(plan: ScanPlan, call: ScanCall): number {
  const stages = plan.stages.reduce(
    (sum, stage) => sum + (stage.kind === 'program' ? 5 + stage.operands.length : 11),
    0,
  );
  return 11 + MAX.TABLES + call.operands.length * 9 + stages + call.uniforms.length;
}

function encodeStage(programs: ProgramCache, stage: ScanStage, call: ScanCall): Encoded | null {
  if (stage.kind !== 'program') return null;
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

function putStage(
  args: Arguments,
  stage: ScanStage,
  [packed, panels]: readonly number[],
  address: number,
  encoded: Encoded | null,
): void {
  args.put(STAGES[stage.kind]);
  if (stage.kind === 'rowSum') {
    args.put(stage.x);
    args.put(stage.out);
    args.put(stage.cols);
  } else if (stage.kind === 'product') {
    args.put(stage.a);
    args.put(stage.b);
    args.put(stage.c);
    args.put(stage.n);
    args.put(stage.k);
    args.putFlag(stage.transB);
    args.putFlag(stage.accumulate);
    args.put(packed);
    args.put(panels);
    args.put(stage.scales ?? -1);
  } else {
    args.put(address);
    args.put((encoded?.encoded.fast.length ?? 0) / ENCODED_SIZE);
    args.put(stage.cols);
    args.put(stage.operands.length);
    for (const operand of stage.operands) args.put(operand);
  }
}
