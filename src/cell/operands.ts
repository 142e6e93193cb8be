// A plan's names turned into the numbers of one backend call: where each operand stands at step 0, and how it moves.
// Letters: T steps, N batch, D input, G columns of all linears.
import '../backend/compiled/calls/scan.js';
import { UnrolledError } from '../errors.js';
import type { Backend, ScanOperand, ScanPlan, ScanStage } from '../backend/contract.js';
import { INSTRUCTION_SIZE } from '../backend/isa.js';
import * as OP from '../backend/numbers/op.js';
import type { RandomKey } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import type { DerivedCell } from './derive.js';
import type { StepPlan } from './plan.js';
import { HIDDEN, type Width } from './graph.js';
import { blocksOf, type Columns, type Sizes, sizeOfWidth, type WeightGroup } from './layout.js';
import type { Steps } from './steps.js';

/** Tensors by the names that plans use (`G`, `s:h`, `weight_x`, `dz:i` …). */
export type Buffers = (name: string) => Tensor;

export interface RunContext {
  derived: DerivedCell;
  steps: Steps;
  sizes: Sizes;
  columns: Columns;
  buffers: Buffers;
  /** Parameters whose products take weights of int8: the buffers `q:weight_h` and `qs:weight_h`, words and scales. */
  int8: ReadonlySet<string>;
  random?: RandomKey;
  firstStep?: number;
}

/** Row tables of a ragged call, by number. */
const [STARTS, BEFORE] = [0, 1];

function splitName(name: string): [string, string] {
  const at = name.indexOf(':');
  return at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at + 1)];
}

/** Rows of the state buffer [N + rows, W] (or [(T + 1) · N, W]) where the states before and after step 0 stand. */
export function stateRows(steps: Steps): { before: number; after: number; initial: number; final: number } {
  const { N, T, reverse } = steps;
  if (reverse) return { before: N, after: 0, initial: T * N, final: 0 };
  return { before: 0, after: N, initial: 0, final: T * N };
}

/** An operand without its memory: which buffer, and where in it. What a plan and its sizes alone decide. */
type Place = Omit<ScanOperand, 'storage' | 'indices'> & { buffer: string; indices?: PlacedIndices };

interface PlacedIndices {
  buffer: string;
  offset: number;
  limit: number;
  stepStride: number;
}

/** Where a named operand stands, and how it moves from step to step in the order of time. */
function place(context: RunContext, plan: StepPlan, name: string): Place {
  const { derived, steps, sizes, columns, buffers } = context;
  const { cell, layout } = derived;
  const [kind, key] = splitName(name);
  const { N } = steps;
  const ragged = steps.ragged !== null;
  const size = (width: Width): number => sizeOfWidth(sizes, width);
  const at = (buffer: string, offset: number, row: number, cols: number, moves: boolean, table = STARTS): Place => ({
    buffer,
    offset,
    rowStride: row,
    colStride: cols === 1 ? 0 : 1,
    stepStride: moves && !ragged ? N * row : 0,
    table: moves && ragged ? table : undefined,
    indices: undefined,
  });
  const dense = (buffer: string, width: number, moves = true): Place => at(buffer, 0, width, width, moves);
  const linear = (): number => layout.linears.findIndex((l) => l.name === key);
  switch (kind) {
    case 's': {
      const width = size(cell.stateSizes[key]);
      return at(name, (ragged ? 0 : stateRows(steps).before) * width, width, width, true, BEFORE);
    }
    case 'n': {
      const width = size(cell.stateSizes[key]);
      return at(`s:${key}`, (ragged ? N : stateRows(steps).after) * width, width, width, true);
    }
    case 'z':
    case 'k':
      return at('G', columns.first[linear()], columns.total, columns.width[linear()], plan.keeps);
    case 'dz':
      return at('dG', columns.first[linear()], columns.total, columns.width[linear()], true);
    case 'b':
      return at('bias', columns.bias[linear()], 0, columns.width[linear()], false);
    case 'v':
      return at(name, 0, 0, buffers(name).size, false);
    case 'm': {
      const [rows, width] = buffers(name).shape;
      return at(name, 0, rows === 1 ? 0 : width, width, false);
    }
    case 'p':
      return dense(name, size(derived.widthOf(layout.computed[Number(key)]) ?? HIDDEN), plan.keeps);
    case 'r':
      return dense(name, 1, plan.keeps);
    case 't':
    case 'dy':
    case 'dx': {
      const t = buffers(name);
      return dense(name, t.shape[t.rank - 1]);
    }
    case 'x':
      return dense(name, sizes.input);
    case 'xi':
      return { buffer: name, offset: 0, rowStride: 0, colStride: 0, stepStride: 1 };
    case 'ds':
    case 'dp':
    case 'a':
    case 'da':
    case 'dr':
    case 'sv': {
      const width = buffers(name).shape[1];
      return at(name, 0, width, width, false);
    }
    case 'dv': {
      const width = buffers(name).shape[1];
      return { ...at(name, 0, width, width, false), grouped: true };
    }
    case 'xw': {
      const group = layout.groups.find((g) => g.kind === 'input');
      const position = group?.linears.indexOf(key) ?? 0;
      const before = group?.linears.slice(0, position) ?? [];
      const start = before.reduce(
        (sum, l) => sum + columns.width[layout.linears.findIndex((one) => one.name === l)],
        0,
      );
      const parameter = group?.parameter ?? 'weight_x';
      const weight = buffers(parameter);
      const row = at(parameter, start, weight.shape[1], columns.width[linear()], false);
      row.indices = { buffer: 'x', offset: 0, stepStride: ragged ? 0 : N, limit: weight.shape[0] };
      if (ragged) row.table = STARTS;
      return row;
    }
    default:
      throw new UnrolledError('INTERNAL', `expected a known operand, received ${name}`, 'report this');
  }
}

/** The same operand when the loop runs from the last step to the first. */
function reversed(place: Place, T: number): Place {
  const { indices } = place;
  const turned = { ...place, offset: place.offset + (T - 1) * place.stepStride, stepStride: -place.stepStride };
  if (indices !== undefined) {
    const offset = indices.offset + (T - 1) * indices.stepStride;
    turned.indices = { ...indices, offset, stepStride: -indices.stepStride };
  }
  return turned;
}

type Way = 'forward' | 'backward';

/** A plan for given sizes and steps: all of a call but its memory. Made once and kept, since a step of training is short. */
interface PreparedScan {
  plan: ScanPlan;
  places: readonly Place[];
  /** The operands of the last call: the next one writes over them. */
  operands: ScanOperand[];
  uniforms: readonly number[];
}

/** What a group multiplies, or its gradient. */
function operandName(group: WeightGroup, state: string, computed: string, input: string): string {
  if (group.kind === 'input') return input;
  return group.kind === 'state' ? `${state}:${group.state}` : `${computed}:${group.computed}`;
}

function prepare(context: RunContext, plan: StepPlan, way: Way, backwards: boolean): PreparedScan {
  const { derived, steps, sizes, columns, buffers } = context;
  const { layout } = derived;
  const places: Place[] = [];
  const numbers = new Map<string, number>();
  const put = (one: Place): number => places.push(backwards ? reversed(one, steps.T) : one) - 1;
  const named = (name: string): number => {
    let number = numbers.get(name);
    if (number === undefined) {
      number = put(place(context, plan, name));
      numbers.set(name, number);
    }
    return number;
  };
  const uniforms: number[] = [];
  const stages = plan.stages.flatMap((stage): ScanStage[] => {
    if (stage.kind === 'rowSum') {
      return [{ kind: 'rowSum', x: named(stage.from), out: named(stage.to), cols: sizeOfWidth(sizes, stage.width) }];
    }
    if (stage.kind === 'program') {
      const { compiled } = stage;
      const base = uniforms.length;
      for (const u of compiled.uniforms) uniforms.push(typeof u === 'number' ? u : inverseLength(u, sizes));
      const program = base === 0 ? compiled.program : shiftUniforms(compiled.program, base);
      const cols = sizeOfWidth(sizes, stage.width);
      return [{ kind: 'program', program, operands: compiled.operands.map(named), cols }];
    }
    const { group, run, accumulate } = stage;
    const first = layout.linears[run.first].name;
    return blocksOf(layout, columns, group, run, sizes).map((block): ScanStage => {
      const int8 = way === 'forward' && context.int8.has(group.parameter);
      const still = { stepStride: 0, colStride: 1 } as const;
      // Rows of int8 are columns of the parameter.
      const [, words] = int8 ? buffers(`q:${group.parameter}`).shape : [0, 0];
      const b = put(
        int8
          ? { ...still, buffer: `q:${group.parameter}`, offset: block.weight * words, rowStride: words }
          : { ...still, buffer: group.parameter, offset: block.weight, rowStride: block.stride },
      );
      const scales = int8
        ? put({ ...still, buffer: `qs:${group.parameter}`, offset: block.weight, rowStride: 0 })
        : undefined;
      const shifted = (name: string, columns: number): number => {
        if (columns === 0) return named(name);
        const one = place(context, plan, name);
        return put({ ...one, offset: one.offset + columns });
      };
      const head = block.gate - columns.first[run.first];
      if (way === 'forward') {
        const a = shifted(operandName(group, 's', 'p', 'x'), block.operand);
        return { kind: 'product', a, b, c: shifted(`k:${first}`, head), n: block.n, k: block.k, accumulate, scales };
      }
      const c = shifted(operandName(group, 'ds', 'dp', 'dx'), block.operand);
      const a = shifted(`dz:${first}`, head);
      return { kind: 'product', a, b, c, n: block.k, k: block.n, transB: true, accumulate };
    });
  });
  return { plan: { stages }, places, operands: [], uniforms };
}

/** Prepared scans of one network, by its sizes and plan; few, for a batch is mostly like the one before. */
const prepared = new WeakMap<Sizes, Map<StepPlan, Map<string, PreparedScan>>>();
const KEPT = 8;

function preparedScan(context: RunContext, plan: StepPlan, way: Way, backwards: boolean): PreparedScan {
  const { T, N, reverse, ragged } = context.steps;
  let plans = prepared.get(context.sizes);
  if (plans === undefined) prepared.set(context.sizes, (plans = new Map()));
  let scans = plans.get(plan);
  if (scans === undefined) plans.set(plan, (scans = new Map()));
  // A mask has one row for all, or one for each sequence.
  const masks = context.derived.cell.masks;
  let key = `${ragged === null ? T : 'ragged'} ${N} ${reverse}`;
  for (const name of context.int8) key += ` ${name}`;
  for (const name in masks) key += ` ${context.buffers(`m:${name}`).shape[0]}`;
  let found = scans.get(key);
  if (found === undefined) {
    if (scans.size >= KEPT) scans.clear();
    found = prepare(context, plan, way, backwards);
    scans.set(key, found);
  }
  return found;
}

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
export function runPlan(backend: Backend, context: RunContext, plan: StepPlan, way: Way): void {
  const { T, N, ragged, reverse } = context.steps;
  const backwards = (way === 'backward') !== reverse;
  const scan = preparedScan(context, plan, way, backwards);
  const order = (table: Int32Array): Int32Array => (backwards ? table.slice().reverse() : table);
  backend.scan(scan.plan, {
    steps: T,
    rows: N,
    operands: bind(scan, context.buffers),
    uniforms: scan.uniforms,
    random: context.random,
    countDown: way === 'backward',
    firstStep: context.firstStep,
    activeRows: ragged === null ? undefined : order(ragged.active),
    rowTables: ragged === null ? undefined : [order(ragged.starts), order(ragged.before)],
  });
}

/** The number named `1/hidden+hidden`: one over the length of values side by side. */
function inverseLength(name: string, sizes: Sizes): number {
  const widths = name.slice('1/'.length).split('+');
  return 1 / widths.reduce((sum, width) => sum + sizeOfWidth(sizes, width), 0);
}

interface ProgramData {
  code: Int32Array;
  registers: number;
  operands: number;
  uniforms: number;
}

const shiftedPrograms = new WeakMap<ProgramData, Map<number, ProgramData>>();

/** Programs of one call share one list of uniform numbers: those of later programs stand further on. */
function shiftUniforms(program: ProgramData, base: number): ProgramData {
  const known = shiftedPrograms.get(program) ?? new Map<number, ProgramData>();
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
