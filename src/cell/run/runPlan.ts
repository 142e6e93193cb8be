// Runs a plan: puts the memory of a call behind its operands and makes the one call of the backend.
import '../../backend/compiled/calls/scan.js';
import type { ScanOperand } from '../../backend/contract.js';
import type { StepPlan } from '../plan/plan.js';
import type { Buffers } from './place.js';
import { type Memory, type PreparedScan, preparedScan, type Way } from './prepare.js';
import type { Setting } from './setting.js';

/** Puts the memory of this call behind each operand. */
function bind({ places, operands }: PreparedScan, buffers: Buffers): ScanOperand[] {
  for (let i = 0; i < places.length; i++) {
    const { buffer, offset, rowStride, colStride, stepStride, table, grouped, indices } = places[i];
    const t = buffers(buffer);
    const from = indices === undefined ? undefined : buffers(indices.buffer);
    const operand = (operands[i] ??= {
      storage: t.storage,
      offset: 0,
      rowStride,
      colStride,
      stepStride,
      table,
      grouped,
    });
    operand.storage = t.storage;
    operand.offset = t.offset + offset;
    if (indices !== undefined && from !== undefined) {
      const { limit, stepStride: step } = indices;
      operand.indices = { storage: from.storage, offset: from.offset + indices.offset, limit, stepStride: step };
    }
  }
  return operands;
}

/** Runs a plan over all steps: forward in their order, backward against it. */
export function runPlan(setting: Setting, memory: Memory, plan: StepPlan, way: Way): void {
  const { T, N, ragged, reverse } = setting.steps;
  const backwards = (way === 'backward') !== reverse;
  const scan = preparedScan(setting, memory, plan, way, backwards);
  const order = (table: Int32Array): Int32Array => (backwards ? table.slice().reverse() : table);
  setting.backend.scan(scan.plan, {
    steps: T,
    rows: N,
    operands: bind(scan, memory.buffers),
    uniforms: scan.uniforms,
    random: setting.options.random,
    countDown: way === 'backward',
    firstStep: setting.options.firstStep,
    activeRows: ragged === null ? undefined : order(ragged.active),
    rowTables: ragged === null ? undefined : [order(ragged.starts), order(ragged.before)],
  });
}
