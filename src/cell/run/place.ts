// Where a plan's slots stand for given sizes and steps, and how they move from step to step.
// Letters: T steps, N batch, D input, G columns of all linears.
import type { ScanOperand } from '../../backend/contract.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sizeNamed, sizeOfWidth } from '../define/width.js';
import type { StepPlan } from '../plan/plan.js';
import { slot, type Slot } from '../plan/slot.js';
import { type Buffer, bufferOf, D_GATES, GATES } from './buffer.js';
import type { Setting } from './setting.js';
import { stateRows } from './steps.js';

/** Where each buffer is. */
export type Buffers = (buffer: Buffer) => Tensor;

/** Row tables of a ragged call, by number. */
const [STARTS, BEFORE] = [0, 1];

/** An operand without its memory: which buffer, and where in it. What a plan and its sizes alone decide. */
export type Place = Omit<ScanOperand, 'storage' | 'indices'> & { buffer: Buffer; indices?: PlacedIndices };

interface PlacedIndices {
  buffer: Buffer;
  offset: number;
  limit: number;
  stepStride: number;
}

/** Where a slot stands at step 0, and how it moves from step to step in the order of time. */
export function placeOf(setting: Setting, buffers: Buffers, plan: StepPlan, of: Slot): Place {
  const { derived, steps, sizes, columns } = setting;
  const { cell, layout } = derived;
  const { N } = steps;
  const ragged = steps.ragged !== null;
  const at = (buffer: Buffer, offset: number, row: number, cols: number, moves: boolean, table = STARTS): Place => ({
    buffer,
    offset,
    rowStride: row,
    colStride: cols === 1 ? 0 : 1,
    stepStride: moves && !ragged ? N * row : 0,
    table: moves && ragged ? table : undefined,
    indices: undefined,
  });
  const dense = (buffer: Buffer, width: number, moves = true): Place => at(buffer, 0, width, width, moves);
  /** The columns of a linear among those of all. */
  const gates = (buffer: Buffer, linear: string, moves: boolean): Place => {
    const i = numberOf(linear);
    return at(buffer, columns.first[i], columns.total, columns.width[i], moves);
  };
  const numberOf = (linear: string): number => layout.linears.findIndex((l) => l.name === linear);
  switch (of.kind) {
    case 'state': {
      const width = sizeNamed(sizes, cell.stateSizes[of.name]);
      const first = (ragged ? 0 : stateRows(steps).before) * width;
      return at(bufferOf('states', of.name), first, width, width, true, BEFORE);
    }
    case 'nextState': {
      const width = sizeNamed(sizes, cell.stateSizes[of.name]);
      const first = (ragged ? N : stateRows(steps).after) * width;
      return at(bufferOf('states', of.name), first, width, width, true);
    }
    case 'linear':
    case 'kept':
      return gates(GATES, of.name, plan.keeps);
    case 'dLinear':
      return gates(D_GATES, of.name, true);
    case 'bias': {
      const i = numberOf(of.name);
      return at(bufferOf('parameter', 'bias'), columns.bias[i], 0, columns.width[i], false);
    }
    case 'vector': {
      const buffer = bufferOf('parameter', of.name);
      return at(buffer, 0, 0, buffers(buffer).size, false);
    }
    case 'mask': {
      const [rows, width] = buffers(of).shape;
      return at(of, 0, rows === 1 ? 0 : width, width, false);
    }
    case 'computed':
      return dense(of, sizeOfWidth(sizes, derived.canonical(derived.widthOf(layout.computed[of.number]))), plan.keeps);
    case 'sum':
      return dense(of, 1, plan.keeps);
    case 'trace':
    case 'dOutput':
    case 'dInput': {
      const t = buffers(of);
      return dense(of, t.shape[t.rank - 1]);
    }
    case 'input':
      return dense(of, sizes.input);
    case 'gradientScale':
      return { buffer: of, offset: 0, rowStride: 0, colStride: 0, stepStride: 1 };
    case 'dState':
    case 'dComputed':
    case 'summed':
    case 'dSummed':
    case 'dSum':
    case 'saved': {
      const width = buffers(of).shape[1];
      return dense(of, width, false);
    }
    case 'dVector': {
      const width = buffers(of).shape[1];
      return { ...dense(of, width, false), grouped: true };
    }
    case 'tokenRow':
      return tokenRow(setting, buffers, of.name, at);
    default:
      return of satisfies never;
  }
}

/** A linear's columns in the row of weight_x that the step's token picks. */
function tokenRow(
  { derived, steps, columns }: Setting,
  buffers: Buffers,
  linear: string,
  at: (buffer: Buffer, offset: number, row: number, cols: number, moves: boolean) => Place,
): Place {
  const { layout } = derived;
  const widthOf = (name: string): number => columns.width[layout.linears.findIndex((l) => l.name === name)];
  const group = layout.groups.find((g) => g.kind === 'input');
  const before = group?.linears.slice(0, group.linears.indexOf(linear)) ?? [];
  const start = before.reduce((sum, name) => sum + widthOf(name), 0);
  const buffer = bufferOf('parameter', group?.parameter ?? 'weight_x');
  const weight = buffers(buffer);
  const ragged = steps.ragged !== null;
  const row = at(buffer, start, weight.shape[1], widthOf(linear), false);
  row.indices = { buffer: slot('input'), offset: 0, stepStride: ragged ? 0 : steps.N, limit: weight.shape[0] };
  if (ragged) row.table = STARTS;
  return row;
}

/** The same operand when the loop runs from the last step to the first. */
export function reversed(place: Place, T: number): Place {
  const { indices } = place;
  const turned = { ...place, offset: place.offset + (T - 1) * place.stepStride, stepStride: -place.stepStride };
  if (indices !== undefined) {
    const offset = indices.offset + (T - 1) * indices.stepStride;
    turned.indices = { ...indices, offset, stepStride: -indices.stepStride };
  }
  return turned;
}
