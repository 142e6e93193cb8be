// What a plan is: the stages of one step, as plain data, and what the planners know of the cell.
import type { Program } from '../../backend/isa.js';
import type { Expr } from '../../program/expr.js';
import type { CellGraph } from '../define/graph.js';
import type { Width } from '../define/width.js';
import type { Layout, Run, WeightGroup } from './layout.js';
import type { OwnSlot, Slot } from './slot.js';

/** A number that all elements of a program share: a constant, or one over the length of values side by side. */
export type PlanUniform = number | { readonly kind: 'inverseLength'; readonly widths: readonly Width[] };

export interface ProgramStage {
  readonly kind: 'program';
  readonly width: Width;
  readonly program: Program;
  /** What the program's operands are, by their number. */
  readonly operands: readonly Slot[];
  /** The same for its uniform numbers. */
  readonly uniforms: readonly PlanUniform[];
}

export interface RowSumStage {
  readonly kind: 'rowSum';
  readonly from: Slot;
  readonly to: Slot;
  readonly width: Width;
}

/** Forward: operand · W to G; backward: dG · Wᵀ to the operand's gradient. */
export interface ProductStage {
  readonly kind: 'product';
  readonly group: WeightGroup;
  readonly run: Run;
  readonly accumulate: boolean;
}

export type Stage = ProgramStage | RowSumStage | ProductStage;

export interface StepPlan {
  readonly stages: readonly Stage[];
  /** Slots in memory of their own [N, width], written anew in each step. */
  readonly scratch: ReadonlyMap<OwnSlot, Width>;
  /** The same for all steps [T, N, width], beside G and the states. */
  readonly perStep: ReadonlyMap<OwnSlot, Width>;
  /** G has the rows of all steps; else those of one. */
  readonly keeps: boolean;
  /** The products with the input's weight are stages of each step; else they are made for all steps outside of the loop. */
  readonly input: boolean;
}

/** Sequences from which on the products with a dense input are stages of each step, where their results stay in the cache; few
 *  rows a step are better multiplied for all steps at once. */
export const ROWS_IN_LOOP = 8;

/** What the planners share. */
export interface Context {
  readonly cell: CellGraph;
  readonly layout: Layout;
  /** The width of a value; null for a constant. */
  readonly widthOf: (e: Expr) => Width | null;
  /** A width, with the input's taken for the one that it must equal; H for a constant's. */
  readonly canonical: (width: Width | null) => Width;
  /** What stands in G after a step. */
  readonly kept: ReadonlyMap<string, Expr>;
  /** Row sums of forward, by number. */
  readonly sums: readonly Expr[];
}
