// From a cell's graph to what runs: the stages of one step forward and of one step backward, as plain data.
//
// Forward keeps, for each linear z, its activation in place where z is used by nothing else (sigmoid, tanh: their
// derivative follows from the result), else z. Backward loads those, the states and the row sums, and computes the rest again.
import { derivativeFromResult } from '../../program/derivatives.js';
import { type Expr, topological } from '../../program/expr.js';
import { type CellGraph, graphNodes, usersOf, widthsOf } from '../define/graph.js';
import { INPUT, linearExpr } from '../define/leaf.js';
import { WIDTH, type Width, type WidthName, widthNamed } from '../define/width.js';
import { type BackwardMode, planBackward } from './backward.js';
import { type ForwardMode, planForward } from './forward.js';
import { layoutOf } from './layout.js';
import type { Context, StepPlan } from './plan.js';

export interface DerivedCell extends Context {
  /** trace: named values to keep. */
  forward(mode: ForwardMode, trace?: readonly string[]): StepPlan;
  backward(mode: BackwardMode): StepPlan;
  /** The width that the input must have since it is used other than in linears; null where it is free. */
  inputEquals: Width | null;
  /** Values that can be traced, by name. */
  traceable: ReadonlyMap<string, Expr>;
}

const derivedCells = new WeakMap<CellGraph, DerivedCell>();

/** Everything derived from a cell, once. */
export function deriveCell(cell: CellGraph): DerivedCell {
  let derived = derivedCells.get(cell);
  if (derived === undefined) {
    derived = derive(cell);
    derivedCells.set(cell, derived);
  }
  return derived;
}

function derive(cell: CellGraph): DerivedCell {
  const layout = layoutOf(cell);
  const widths = widthsOf(cell);
  const widthOf = (e: Expr): Width | null => {
    const name = widths.widthOf(e);
    return name === null ? null : widthNamed(name);
  };
  const roots = [...cell.next.values(), ...layout.computed];
  const direct = topological(roots).includes(INPUT) && !layout.computed.every((e) => widthOf(e) === WIDTH.input);
  const named = widths.inputEquals ?? (direct ? nextThatIsInput(cell, widthOf) : null);
  const equals = named === null ? null : widthNamed(named);
  const context: Context = {
    cell,
    layout,
    widthOf,
    canonical: (width) => (width === WIDTH.input && equals !== null ? equals : (width ?? WIDTH.hidden)),
    kept: keptValues(cell),
    sums: topological(roots).filter((e) => e.kind === 'rowSum'),
  };
  const traceable = traceableValues(cell, context.kept);
  // By number where nothing is traced: each step of training asks.
  const plans = new Map<string | number, StepPlan>();
  const once = (key: string | number, make: () => StepPlan): StepPlan => {
    let plan = plans.get(key);
    if (plan === undefined) plans.set(key, (plan = make()));
    return plan;
  };
  return {
    ...context,
    forward: (mode, trace = []) => {
      const { tokens, inputInLoop, keeps } = mode;
      const number = Number(tokens) + 2 * Number(inputInLoop) + 4 * Number(keeps);
      const named = (): Map<string, Expr> => new Map(trace.map((name) => [name, traceable.get(name) ?? INPUT]));
      return once(trace.length === 0 ? number : `${number} ${trace.join()}`, () => planForward(context, mode, named()));
    },
    backward: (mode) => {
      const { hasDy, scaled, inputInLoop } = mode;
      const number = 8 + Number(hasDy) + 2 * Number(scaled) + 4 * Number(inputInLoop);
      return once(number, () => planBackward(context, mode));
    },
    inputEquals: equals,
    traceable,
  };
}

/** The name of the width of a state whose new value is the input itself. */
function nextThatIsInput(cell: CellGraph, widthOf: (e: Expr) => Width | null): WidthName | null {
  const found = [...cell.next].find(([, e]) => widthOf(e) === WIDTH.input);
  return found === undefined ? null : cell.stateSizes[found[0]];
}

/** What stands in G after a step: for each linear its only activation, or itself. */
function keptValues(cell: CellGraph): Map<string, Expr> {
  const roots = [...cell.next.values(), ...cell.linears.flatMap((l) => l.operands)];
  const nodes = topological(roots);
  const kept = new Map<string, Expr>();
  for (const { name } of cell.linears) {
    const z = linearExpr(name);
    const users = usersOf(nodes, z);
    const [only] = users;
    const alone = users.length === 1 && !roots.includes(z) && only.kind === 'op' && derivativeFromResult(only.op);
    kept.set(name, alone ? only : z);
  }
  return kept;
}

/** States by their names, linears (their activation where they have only one), and what the author named. */
function traceableValues(cell: CellGraph, kept: ReadonlyMap<string, Expr>): Map<string, Expr> {
  const nodes = graphNodes(cell);
  const found = new Map<string, Expr>();
  for (const { name } of cell.linears) {
    const z = linearExpr(name);
    const [only, ...more] = usersOf(nodes, z);
    const activated = more.length === 0 && only !== undefined && only.kind === 'op' && only.args.length === 1;
    found.set(name, kept.get(name) === z && activated ? only : (kept.get(name) ?? z));
  }
  for (const [name, e] of cell.named) found.set(name, e);
  for (const [s, e] of cell.next) found.set(s, e);
  return found;
}
