// A plan made ready for given sizes and steps: the stages of one backend call, its operands by number, its uniform numbers.
import type { ScanOperand, ScanPlan, ScanStage } from '../../backend/contract.js';
import { INSTRUCTION_SIZE, type Program } from '../../backend/isa.js';
import * as OP from '../../backend/numbers/op.js';
import { type Sizes, sizeOfWidth } from '../define/width.js';
import { type Block, blocksOf, type WeightGroup } from '../plan/layout.js';
import type { PlanUniform, ProductStage, StepPlan } from '../plan/plan.js';
import { slot, type Slot } from '../plan/slot.js';
import { bufferOf } from './buffer.js';
import { type Buffers, type Place, placeOf, reversed } from './place.js';
import type { Setting } from './setting.js';

export type Way = 'forward' | 'backward';

/** All of a call but its memory. Made once and kept, since a step of training is short. */
export interface PreparedScan {
  plan: ScanPlan;
  places: readonly Place[];
  /** The operands of the last call: the next one writes over them. */
  operands: ScanOperand[];
  uniforms: readonly number[];
}

/** The memory of a call. */
export interface Memory {
  readonly buffers: Buffers;
  /** Parameters whose products take weights of int8. */
  readonly int8: ReadonlySet<string>;
}

/** What a group multiplies. */
function operandOf(group: WeightGroup): Slot {
  switch (group.kind) {
    case 'input':
      return slot('input');
    case 'state':
      return slot('state', group.state);
    case 'computed':
      return slot('computed', group.computed);
    default:
      return group satisfies never;
  }
}

/** The gradient of what a group multiplies. */
function gradientOf(group: WeightGroup): Slot {
  switch (group.kind) {
    case 'input':
      return slot('dInput');
    case 'state':
      return slot('dState', group.state);
    case 'computed':
      return slot('dComputed', group.computed);
    default:
      return group satisfies never;
  }
}

function prepare(
  setting: Setting,
  { buffers, int8 }: Memory,
  plan: StepPlan,
  way: Way,
  backwards: boolean,
): PreparedScan {
  const { derived, steps, sizes, columns } = setting;
  const { layout } = derived;
  const places: Place[] = [];
  const numbers = new Map<Slot, number>();
  const put = (one: Place): number => places.push(backwards ? reversed(one, steps.T) : one) - 1;
  const numberOf = (of: Slot): number => {
    let number = numbers.get(of);
    if (number === undefined) {
      number = put(placeOf(setting, buffers, plan, of));
      numbers.set(of, number);
    }
    return number;
  };
  const uniforms: number[] = [];
  /** A slot, some columns on. */
  const shifted = (of: Slot, by: number): number => {
    if (by === 0) return numberOf(of);
    const one = placeOf(setting, buffers, plan, of);
    return put({ ...one, offset: one.offset + by });
  };
  const product = ({ group, run, accumulate }: ProductStage, block: Block): ScanStage => {
    const first = layout.linears[run.first].name;
    const head = block.gate - columns.first[run.first];
    const { n, k } = block;
    const isInt8 = way === 'forward' && int8.has(group.parameter);
    const still = { stepStride: 0, colStride: 1 } as const;
    if (way === 'backward') {
      const b = put({
        ...still,
        buffer: bufferOf('parameter', group.parameter),
        offset: block.weight,
        rowStride: block.stride,
      });
      const c = shifted(gradientOf(group), block.operand);
      const a = shifted(slot('dLinear', first), head);
      return { kind: 'product', a, b, c, n: k, k: n, transB: true, accumulate };
    }
    // Rows of int8 are columns of the parameter.
    const words = bufferOf('int8Words', group.parameter);
    const b = put(
      isInt8
        ? {
            ...still,
            buffer: words,
            offset: block.weight * buffers(words).shape[1],
            rowStride: buffers(words).shape[1],
          }
        : { ...still, buffer: bufferOf('parameter', group.parameter), offset: block.weight, rowStride: block.stride },
    );
    const scales = isInt8
      ? put({ ...still, buffer: bufferOf('int8Scales', group.parameter), offset: block.weight, rowStride: 0 })
      : undefined;
    const a = shifted(operandOf(group), block.operand);
    return { kind: 'product', a, b, c: shifted(slot('kept', first), head), n, k, accumulate, scales };
  };
  const stages = plan.stages.flatMap((stage): ScanStage[] => {
    switch (stage.kind) {
      case 'rowSum':
        return [
          { kind: 'rowSum', x: numberOf(stage.from), out: numberOf(stage.to), cols: sizeOfWidth(sizes, stage.width) },
        ];
      case 'program': {
        const base = uniforms.length;
        for (const u of stage.uniforms) uniforms.push(uniformValue(u, sizes));
        const program = base === 0 ? stage.program : shiftUniforms(stage.program, base);
        return [
          { kind: 'program', program, operands: stage.operands.map(numberOf), cols: sizeOfWidth(sizes, stage.width) },
        ];
      }
      case 'product':
        return blocksOf(layout, columns, stage.group, stage.run, sizes).map((block) => product(stage, block));
      default:
        return stage satisfies never;
    }
  });
  return { plan: { stages }, places, operands: [], uniforms };
}

/** Prepared scans of one network, by its sizes and plan; few, for a batch is mostly like the one before. */
const prepared = new WeakMap<Sizes, Map<StepPlan, Map<string, PreparedScan>>>();
const KEPT = 8;

/** The plan, ready. */
export function preparedScan(
  setting: Setting,
  memory: Memory,
  plan: StepPlan,
  way: Way,
  backwards: boolean,
): PreparedScan {
  const { T, N, reverse, ragged } = setting.steps;
  let plans = prepared.get(setting.sizes);
  if (plans === undefined) prepared.set(setting.sizes, (plans = new Map()));
  let scans = plans.get(plan);
  if (scans === undefined) plans.set(plan, (scans = new Map()));
  // A mask has one row for all, or one for each sequence.
  const masks = setting.derived.cell.masks;
  let key = `${ragged === null ? T : 'ragged'} ${N} ${reverse}`;
  for (const name of memory.int8) key += ` ${name}`;
  for (const name in masks) key += ` ${memory.buffers(slot('mask', name)).shape[0]}`;
  let found = scans.get(key);
  if (found === undefined) {
    if (scans.size >= KEPT) scans.clear();
    found = prepare(setting, memory, plan, way, backwards);
    scans.set(key, found);
  }
  return found;
}

/** The number that a program's uniform is, for given sizes. */
function uniformValue(uniform: PlanUniform, sizes: Sizes): number {
  if (typeof uniform === 'number') return uniform;
  return 1 / uniform.widths.reduce((sum, width) => sum + sizeOfWidth(sizes, width), 0);
}

const shiftedPrograms = new WeakMap<Program, Map<number, Program>>();

/** Programs of one call share one list of uniform numbers: those of later programs stand further on. */
function shiftUniforms(program: Program, base: number): Program {
  const known = shiftedPrograms.get(program) ?? new Map<number, Program>();
  shiftedPrograms.set(program, known);
  let shifted = known.get(base);
  if (shifted === undefined) {
    const code = program.code.slice();
    for (let i = 0; i < code.length; i += INSTRUCTION_SIZE) if (code[i] === OP.UNIFORM) code[i + 2] += base;
    shifted = { ...program, code, uniforms: program.uniforms + base };
    known.set(base, shifted);
  }
  return shifted;
}
