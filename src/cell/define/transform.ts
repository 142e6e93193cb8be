// Cells made from cells: without biases, with zoneout, with dropout of states. The result is a graph like any other, so that
// everything derived from a cell (gradients, kernels, traces) holds for it too.
import { UnrolledError } from '../../errors.js';
import { apply, constant, type Expr, random, substitute } from '../../program/expr.js';
import type { CellGraph } from './graph.js';
import { maskExpr, stateExpr } from './leaf.js';

/** The mark of a state that is added: the same state after dropout, multiplied by the same weight. */
export const DROPPED = '~';

export interface CellOptions {
  /** false: linears have none. */
  bias?: boolean;
  /** For each state: the probability that an element keeps its old value (Krueger et al. 2017). */
  zoneout?: Readonly<Record<string, number>>;
  /** States are multiplied by the mask of their name [N, W] where a linear reads them (Gal and Ghahramani 2016). */
  stateDropout?: boolean;
  /** Zoneout draws while training, and takes the expected value else. */
  training?: boolean;
}

const transformed = new WeakMap<CellGraph, Map<string, CellGraph>>();

/** The same cell with options; made once for each set of them. Errors: OPTION for an unknown state. */
export function transformCell(cell: CellGraph, options: CellOptions): CellGraph {
  const { bias = true, zoneout = {}, stateDropout = false, training = false } = options;
  const rates = Object.entries(zoneout).filter(([, p]) => p > 0);
  for (const [s] of rates) {
    if (!cell.states.includes(s)) {
      throw new UnrolledError(
        'OPTION',
        `expected zoneout for states of ${cell.name} (${cell.states.join(', ')}), received "${s}"`,
        'name a state',
      );
    }
  }
  if (bias && rates.length === 0 && !stateDropout) return cell;
  const key = JSON.stringify([bias, rates, stateDropout, training]);
  const known = transformed.get(cell) ?? new Map<string, CellGraph>();
  transformed.set(cell, known);
  let made = known.get(key);
  if (made === undefined) {
    made = { ...cell, name: cell.name, states: cell.states };
    if (!bias) made = withoutBias(made);
    if (rates.length > 0) made = withZoneout(made, new Map(rates), training);
    if (stateDropout) made = withDroppedStates(made);
    known.set(key, made);
  }
  return made;
}

function withoutBias(cell: CellGraph): CellGraph {
  return { ...cell, linears: cell.linears.map((l) => ({ ...l, bias: false })), initialBias: {} };
}

/** s' ← s with probability p, else the new value; in evaluation the mean of both. */
function withZoneout(cell: CellGraph, rates: ReadonlyMap<string, number>, training: boolean): CellGraph {
  const next = [...cell.next].map(([s, e], stream): [string, Expr] => {
    const p = rates.get(s);
    if (p === undefined) return [s, e];
    const before = stateExpr(s);
    if (training) return [s, apply('select', apply('less', random(stream), constant(p)), before, e)];
    return [s, apply('add', apply('mul', constant(p), before), apply('mul', constant(1 - p), e))];
  });
  return { ...cell, next: new Map(next) };
}

/** For each state that a linear reads, a second state: the new value times the mask. Linears read that one. */
function withDroppedStates(cell: CellGraph): CellGraph {
  const read = cell.states.filter((s) => {
    const changed = new Map([[stateExpr(s), constant(0)]]);
    return cell.linears.some((l) => l.operands.some((e) => substitute(e, changed) !== e));
  });
  const dropped = new Map(read.map((s): [Expr, Expr] => [stateExpr(s), stateExpr(s + DROPPED)]));
  const sizeOf = (s: string): string => cell.stateSizes[s];
  return {
    ...cell,
    states: [...cell.states, ...read.map((s) => s + DROPPED)],
    stateSizes: { ...cell.stateSizes, ...Object.fromEntries(read.map((s) => [s + DROPPED, sizeOf(s)])) },
    linears: cell.linears.map((l) => ({ ...l, operands: l.operands.map((e) => substitute(e, dropped)) })),
    next: new Map([
      ...cell.next,
      ...read.map((s): [string, Expr] => [s + DROPPED, apply('mul', cell.next.get(s) ?? constant(0), maskExpr(s))]),
    ]),
    masks: { ...cell.masks, ...Object.fromEntries(read.map((s) => [s, sizeOf(s)])) },
  };
}
