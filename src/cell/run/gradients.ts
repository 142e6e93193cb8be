// The gradients of a scan: the plan backward over all steps, then what needs no order, as large products and sums over all rows.
// Letters: T steps, N batch, D input, K an operand's width, G columns of all linears, R rows of all steps.
import type { PartsSpec } from '../../backend/contract.js';
import { empty } from '../../tensor/create.js';
import { Tensor } from '../../tensor/tensor.js';
import type { SizedGroup, WeightGroup } from '../plan/layout.js';
import type { StepPlan } from '../plan/plan.js';
import { slot } from '../plan/slot.js';
import { type Buffer, bufferOf, D_GATES } from './buffer.js';
import type { Buffers } from './place.js';
import { runPlan } from './runPlan.js';
import { allocate, gatherRows, groupCount, isInputInLoop, type Setting, stateSize } from './setting.js';
import { stateRows } from './steps.js';

/**
 * The way back.
 * @param kept what forward kept, and what it was given
 * @param gradients of the output, then of each state after the last step; null where none arrives
 * @param needed whether those of x, the parameters and the initial states are wanted
 * @returns those of x, of each parameter, of each initial state
 */
export function gradientsOf(
  setting: Setting,
  kept: Buffers,
  gradients: readonly (Tensor | null)[],
  needed: readonly boolean[],
): (Tensor | null)[] {
  const { dx, buffers, dStates } = runBack(setting, kept, gradients, needed);
  const names = Object.keys(setting.parameters);
  return [
    dx,
    ...names.map((name, i) => (needed[1 + i] ? parameterGradient(setting, buffers, name) : null)),
    ...dStates,
  ];
}

/** All steps backward: the gradients of x and of the initial states, and what those of the parameters are summed from. */
export function runBack(
  setting: Setting,
  kept: Buffers,
  gradients: readonly (Tensor | null)[],
  needed: readonly boolean[],
): { dx: Tensor | null; buffers: Buffers; dStates: Tensor[] } {
  const { derived, x, tokens, initial, options, steps, columns, backend } = setting;
  const { N, rows } = steps;
  const device = x.device;
  const [dOutput, ...dFinal] = gradients;
  const plan = derived.backward({
    hasDy: dOutput !== null,
    scaled: options.gradientScale !== undefined,
    inputInLoop: needed[0] && isInputInLoop(setting),
  });
  const { perStep, scratch } = allocate(setting, plan);
  const own = new Map<Buffer, Tensor>([...perStep, ...scratch]);
  for (const [of, t] of scratch) if (of.kind === 'dVector') backend.fill(t, t.size, 0);
  derived.cell.states.forEach((s, i) => {
    const length = N * stateSize(setting, s);
    const d = empty([N, stateSize(setting, s)], { device });
    const given = dFinal[i];
    if (given === null || given === undefined) backend.fill(d, length, 0);
    else if (length > 0) backend.copy({ shape: [length], inStrides: [1], outStrides: [1] }, given, d);
    own.set(slot('dState', s), d);
  });
  own.set(D_GATES, empty([rows, columns.total], { device }));
  if (dOutput !== null) own.set(slot('dOutput'), dOutput);
  const buffers: Buffers = (buffer) => own.get(buffer) ?? kept(buffer);
  if (rows > 0) runPlan(setting, { buffers, int8: new Set() }, plan, 'backward');
  const dx = needed[0] && !tokens ? inputGradient(setting, buffers, own.get(slot('dInput')), plan) : null;
  return { dx, buffers, dStates: Object.keys(initial).map((s) => buffers(slot('dState', s))) };
}

/** dG · W_xᵀ for all steps at once, added to `direct`, what the cell's own use of x gave. */
function inputGradient(
  { x, steps, sizes, columns, groups: all, backend }: Setting,
  buffers: Buffers,
  direct: Tensor | undefined,
  plan: StepPlan,
): Tensor | null {
  const { rows } = steps;
  const D = sizes.input;
  const groups = plan.input ? [] : all.filter(({ group }) => group.kind === 'input');
  if (direct === undefined && groups.length === 0) return null;
  const dx = direct ?? empty([rows, D], { device: x.device });
  if (rows === 0) return new Tensor(dx.storage, x.shape, dx.offset);
  // Heads write their own columns each: all start from zero.
  let started = direct !== undefined;
  if (!started && groups.some(({ group }) => group.perHead)) {
    backend.fill(dx, dx.size, 0);
    started = true;
  }
  const dG = buffers(D_GATES);
  for (const { group, blocks } of groups) {
    const weight = buffers(bufferOf('parameter', group.parameter));
    for (const block of blocks) {
      backend.gemm(
        { m: rows, n: block.k, k: block.n, transB: true, accumulate: started },
        { storage: dG.storage, offset: dG.offset + block.gate, stride: columns.total },
        { storage: weight.storage, offset: weight.offset + block.weight, stride: block.stride },
        { storage: dx.storage, offset: dx.offset + block.operand, stride: D },
      );
      started = true;
    }
  }
  return new Tensor(dx.storage, x.shape, dx.offset);
}

/**
 * Weight gradients are one product over all rows; those of the bias and of vectors are sums over them.
 * @param parts whose rows are summed, each for itself; all rows at once where it is left out
 */
export function parameterGradient(setting: Setting, buffers: Buffers, name: string, parts?: PartsSpec): Tensor {
  const { derived, steps, x, parameters, columns, groups, backend } = setting;
  const d = empty(parameters[name].shape, { device: x.device });
  if (steps.rows === 0) {
    backend.fill(d, d.size, 0);
    return d;
  }
  const sumRows = (from: Tensor, count: number, first: number, stride: number, at: number, cols: number): void => {
    const rows = { storage: from.storage, offset: from.offset + first, stride };
    const to = { storage: d.storage, offset: d.offset + at };
    if (parts === undefined) backend.reduce({ op: 'sum', axis: 'rows', rows: count, cols }, rows, to);
    else backend.sumInParts({ ...parts, cols }, rows, to);
  };
  const weight = groups.find(({ group }) => group.parameter === name);
  if (weight !== undefined) weightGradient(setting, buffers, weight, d, parts);
  else if (derived.cell.vectors.some((v) => v.name === name))
    sumRows(buffers(slot('dVector', name)), groupCount(setting), 0, d.size, 0, d.size);
  else {
    const { bias, biasTotal, first, total, width } = columns;
    const dG = buffers(D_GATES);
    if (biasTotal === total) sumRows(dG, steps.rows, 0, total, 0, total);
    else bias.forEach((at, i) => at >= 0 && sumRows(dG, steps.rows, first[i], total, at, width[i]));
  }
  return d;
}

function weightGradient(
  setting: Setting,
  buffers: Buffers,
  { group, blocks }: SizedGroup,
  d: Tensor,
  parts: PartsSpec | undefined,
): void {
  const { x, tokens, steps, sizes, columns, backend } = setting;
  const { rows } = steps;
  const dG = buffers(D_GATES);
  const lookup = group.kind === 'input' && tokens;
  if (lookup) backend.fill(d, d.size, 0);
  const operand = lookup ? x : operandRows(setting, buffers, group);
  const stride = operand.shape[operand.rank - 1];
  for (const block of blocks) {
    const from = { storage: dG.storage, offset: dG.offset + block.gate, stride: columns.total };
    const to = { storage: d.storage, offset: d.offset + block.weight, stride: block.stride };
    const { k, n } = block;
    if (lookup) {
      if (parts === undefined) backend.scatterAdd({ rows, cols: n, tableRows: sizes.input }, from, operand, to);
      else backend.scatterInParts({ ...parts, cols: n, tableRows: sizes.input }, from, operand, to);
      continue;
    }
    const factor = { storage: operand.storage, offset: operand.offset + block.operand, stride };
    if (parts === undefined) backend.gemm({ m: k, n, k: rows, transA: true }, factor, from, to);
    else backend.gemmInParts({ ...parts, m: k, n }, factor, from, to);
  }
  if (group.kind === 'state' && steps.ragged !== null) operand.dispose();
}

/** What a group multiplied at all steps: [R, K]. */
function operandRows(setting: Setting, buffers: Buffers, group: WeightGroup): Tensor {
  if (group.kind === 'input') return setting.x;
  if (group.kind === 'computed') return buffers(slot('computed', group.computed));
  const { rows, ragged } = setting.steps;
  const states = buffers(bufferOf('states', group.state));
  const width = states.shape[1];
  if (ragged === null) {
    const { before } = stateRows(setting.steps);
    return new Tensor(states.storage, [rows, width], before * width);
  }
  const out = empty([rows, width], { device: states.device });
  gatherRows(setting, states, ragged.beforeRows, out, width);
  return out;
}
