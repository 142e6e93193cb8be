// A cell's graph as JSON: what a model file keeps, so that it opens where the cell's module is missing. The way back is fromData.ts.
import { UnrolledError } from '../../errors.js';
import { argumentsOf, type Expr, type OpName } from '../../program/expr.js';
import { type CellGraph, graphNodes } from './graph.js';

/** A node: its kind, then its value or the numbers of earlier nodes. */
export type NodeData = ['input' | 'uniform', string] | ['constant', number] | [OpName | 'rowSum', ...number[]];

/**
 * A cell’s equations as JSON. `nodes` holds every value of the step, each after those that it is computed from; the
 * other fields name values by their place in it.
 */
export interface CellData {
  /** The version of this layout. */
  format: 1;
  /** The cell’s name. */
  name: string;
  /** The width of each state by its name, in the order of the cell. */
  states: Record<string, string>;
  /** What a state starts with, where that is not 0. */
  initialState: Record<string, number>;
  /** The state that is the output. */
  output: string;
  /** Names of widths beside `input` and `hidden`. */
  sizes: string[];
  /** Affine maps: operands by node, which of them are multiplied head by head, the width of the result. */
  linears: { name: string; operands: number[]; perHead: boolean[]; size: string; bias: boolean }[];
  /** Parameters that all rows share; `init` null is drawn as biases are. */
  vectors: { name: string; size: string; init: number | null }[];
  /** Layer normalizations: what goes in and what comes out, by node. */
  norms: { name: string; members: number[]; outputs: number[] }[];
  /** Values with a name, by node. */
  named: Record<string, number>;
  /** The new value of each state, by node. */
  next: Record<string, number>;
  /** Initial biases of linears by name. */
  initialBias: Record<string, number>;
  /** The values: an operation and the numbers of its arguments, an input by name, or a constant. */
  nodes: NodeData[];
}

export function graphToData(cell: CellGraph): CellData {
  const order: Expr[] = [];
  const numbers = new Map<Expr, number>();
  const add = (e: Expr): number => {
    const known = numbers.get(e);
    if (known !== undefined) return known;
    argumentsOf(e).forEach(add);
    numbers.set(e, order.length);
    return order.push(e) - 1;
  };
  graphNodes(cell).forEach(add);
  const all = (list: readonly Expr[]): number[] => list.map(add);
  const data: CellData = {
    format: 1,
    name: cell.name,
    states: Object.fromEntries(cell.states.map((s) => [s, cell.stateSizes[s]])),
    initialState: { ...cell.initialState },
    output: cell.output,
    sizes: [...cell.sizes],
    linears: cell.linears.map((l) => ({ ...l, operands: all(l.operands), perHead: [...l.perHead] })),
    vectors: cell.vectors.map((v) => ({ ...v })),
    norms: cell.norms.map((n) => ({ name: n.name, members: all(n.members), outputs: all(n.outputs) })),
    named: Object.fromEntries([...cell.named].map(([name, e]) => [name, add(e)])),
    next: Object.fromEntries([...cell.next].map(([name, e]) => [name, add(e)])),
    initialBias: { ...cell.initialBias },
    nodes: [],
  };
  data.nodes = order.map((e): NodeData => {
    if (e.kind === 'input' || e.kind === 'uniform') return [e.kind, e.name];
    if (e.kind === 'constant') return ['constant', e.value];
    const args = argumentsOf(e).map(add);
    if (e.kind === 'op') return [e.op, ...args];
    if (e.kind === 'rowSum') return ['rowSum', ...args];
    throw new UnrolledError(
      'CELL',
      `cell ${cell.name}: expected equations without random numbers`,
      'use the options of Recurrent for dropout',
    );
  });
  return data;
}
