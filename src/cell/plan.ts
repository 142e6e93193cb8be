// What a plan is: the stages of one step, as plain data, and what the planners know of the cell.
import type { CompiledProgram } from '../program/compile.js';
import type { Expr } from '../program/expr.js';
import type { CellGraph, Width, WidthOf } from './graph.js';
import type { Layout, Run, WeightGroup } from './layout.js';

/** Operands by name; operands.ts knows where each stands:
 *  x the input, s:h state before, n:h state after, z:i and k:i a linear's columns in G (before and after), xw:i the row of weight_x that a
 *  token picks, b:i bias, v:p vector, m:p mask, p:0 a computed operand, a:0 what is summed over its row, r:0 the sum,
 *  sv:0 a value that a later round takes from memory, t:name a traced value; backward: dy gradient of the output, ds:h of a
 *  state, dz:i of a linear, dp:0 of a computed operand, dv:p of a vector, da:0 and dr:0 row sums of backward's own, dx of the
 *  input, xi the factor of randomized truncation. */
export type Stage =
  | { kind: 'program'; width: Width; compiled: CompiledProgram }
  | { kind: 'rowSum'; from: string; to: string; width: Width }
  | {
      kind: 'product';
      group: WeightGroup;
      run: Run;
      /** forward: operand · W to G; backward: dG · Wᵀ to the operand's gradient. */
      accumulate: boolean;
    };

export interface StepPlan {
  stages: readonly Stage[];
  /** Buffers [N, width], written anew in each step. */
  scratch: ReadonlyMap<string, Width>;
  /** Buffers [T, N, width], beside G and the states. */
  perStep: ReadonlyMap<string, Width>;
  /** G has the rows of all steps; else those of one. */
  keeps: boolean;
  /** The products with the input's weight are stages of each step; else they are made for all steps outside of the loop. */
  input: boolean;
}

/** Sequences from which on the products with a dense input are stages of each step, where their results stay in the cache; few
 *  rows a step are better multiplied for all steps at once. */
export const ROWS_IN_LOOP = 8;

/** What the planners share. */
export interface Context {
  cell: CellGraph;
  layout: Layout;
  widthOf: WidthOf;
  /** A width with the input's taken for the one that it must equal. */
  canonical: (width: Width) => Width;
  /** What stands in G after a step. */
  kept: ReadonlyMap<string, Expr>;
  /** Row sums of forward, by number. */
  sums: readonly Expr[];
}
