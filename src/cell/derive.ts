// From a cell's graph to what runs: the stages of one step forward and of one step backward, as plain data.
//
// Forward keeps, for each linear z, its activation in place where z is used by nothing else (sigmoid, tanh: their
// derivative follows from the result), else z. Backward loads those and the states, and computes the rest again.
import type { CompiledProgram } from '../program/compile.js';
import { compile } from '../program/compile.js';
import { adjoints, derivativeFromResult } from '../program/derivatives.js';
import { apply, constant, type Expr, input, substitute, topological } from '../program/expr.js';
import { type Cell, INPUT, linearExpr, stateExpr } from './define.js';
import { type Layout, layoutOf, type Run, runsOf, type WeightGroup } from './layout.js';

/** Operands by name; scan.ts knows where each stands:
 *  s:h state before, n:h state after, z:i and k:i a linear's column block in G (before and after), xw:i the row of weight_x
 *  that a token picks, b:i bias, p:0 a computed operand, dy gradient of the output, ds:h gradient of a state,
 *  dz:i gradient of a linear, dp:0 gradient of a computed operand, dx gradient of the input. */
export type Stage =
  | { kind: 'program'; compiled: CompiledProgram }
  | {
      kind: 'product';
      group: WeightGroup;
      run: Run;
      /** forward: operand · W to G; backward: dG · Wᵀ to the operand's gradient. */
      accumulate: boolean;
    };

export interface StepPlan {
  stages: readonly Stage[];
  /** Backward: whether the input has a gradient beside its products'. */
  inputGradient: boolean;
}

export interface DerivedCell {
  cell: Cell;
  layout: Layout;
  /** tokens: the input is an index, x·W is a row. */
  forward(tokens: boolean): StepPlan;
  /** hasDy: a gradient of the whole output sequence arrives. */
  backward(hasDy: boolean): StepPlan;
  /** Whether x is used other than in linears, so that it must have the cell's size. */
  usesInputDirectly: boolean;
}

const derivedCells = new WeakMap<Cell, DerivedCell>();

/** Everything derived from a cell, once. */
export function deriveCell(cell: Cell): DerivedCell {
  let derived = derivedCells.get(cell);
  if (derived === undefined) {
    derived = derive(cell);
    derivedCells.set(cell, derived);
  }
  return derived;
}

function derive(cell: Cell): DerivedCell {
  const layout = layoutOf(cell);
  const kept = keptValues(cell);
  const plans = new Map<string, StepPlan>();
  const once = (key: string, make: () => StepPlan): StepPlan => {
    const plan = plans.get(key) ?? make();
    plans.set(key, plan);
    return plan;
  };
  return {
    cell,
    layout,
    forward: (tokens) => once(`forward ${tokens}`, () => planForward(cell, layout, kept, tokens)),
    backward: (hasDy) => once(`backward ${hasDy}`, () => planBackward(cell, layout, kept, hasDy)),
    usesInputDirectly: topological([...cell.next.values(), ...layout.computed]).includes(INPUT),
  };
}

/** What stands in G after a step: for each linear its only activation, or itself. */
function keptValues(cell: Cell): Map<string, Expr> {
  const roots = [...cell.next.values(), ...cell.linears.flatMap((l) => l.operands)];
  const nodes = topological(roots);
  const kept = new Map<string, Expr>();
  for (const { name } of cell.linears) {
    const z = linearExpr(name);
    const users = nodes.filter((e) => e.kind === 'op' && e.args.includes(z));
    const [only] = users;
    const alone = users.length === 1 && !roots.includes(z) && only.kind === 'op' && derivativeFromResult(only.op);
    kept.set(name, alone ? only : z);
  }
  return kept;
}

/** In which program of the step each value can be computed: products of states come before program 0. */
function forwardLevels(layout: Layout): (e: Expr) => number {
  const memo = new Map<Expr, number>();
  const level = (e: Expr): number => {
    const known = memo.get(e);
    if (known !== undefined) return known;
    let found = 0;
    if (e.kind === 'op') found = Math.max(...e.args.map(level));
    const linear = layout.linears.find((l) => linearExpr(l.name) === e);
    if (linear !== undefined) {
      found = Math.max(0, ...linear.operands.filter((o) => layout.computed.includes(o)).map((o) => level(o) + 1));
    }
    memo.set(e, found);
    return found;
  };
  return level;
}

function planForward(cell: Cell, layout: Layout, kept: ReadonlyMap<string, Expr>, tokens: boolean): StepPlan {
  const level = forwardLevels(layout);
  const last = Math.max(...[...cell.next.values(), ...layout.linears.map((l) => linearExpr(l.name))].map(level));
  // A column of G is written by the first product and added to by the others; with dense input that one is before the loop.
  const written = new Set<string>(
    tokens ? [] : layout.linears.filter((l) => l.operands.includes(INPUT)).map((l) => l.name),
  );
  const stages: Stage[] = [];
  for (let p = 0; p <= last; p++) {
    for (const group of layout.groups) {
      const ready = group.kind === 'state' ? 0 : group.kind === 'computed' ? level(group.operand) + 1 : -1;
      if (ready !== p) continue;
      for (const run of runsOf(layout, group, (a, b) => written.has(a) === written.has(b))) {
        stages.push({ kind: 'product', group, run, accumulate: written.has(layout.linears[run.first].name) });
      }
      group.linears.forEach((name) => written.add(name));
    }
    const replacements = new Map<Expr, Expr>();
    const outputs: Record<string, Expr> = {};
    for (const l of layout.linears) {
      const z = linearExpr(l.name);
      if (level(z) < p) replacements.set(kept.get(l.name) ?? z, input(`k:${l.name}`));
      else if (level(z) === p) {
        let value: Expr = written.has(l.name) ? z : constant(0);
        if (tokens && l.operands.includes(INPUT)) value = apply('add', value, input(`xw:${l.name}`));
        replacements.set(z, apply('add', value, input(`b:${l.name}`)));
        outputs[`k:${l.name}`] = kept.get(l.name) ?? z;
      }
    }
    layout.computed.forEach((e, i) => {
      if (level(e) === p) outputs[`p:${i}`] = e;
    });
    for (const [s, e] of cell.next) if (level(e) === p) outputs[`n:${s}`] = e;
    const earlier = new Map(replacements);
    layout.computed.forEach((e, i) => {
      if (level(e) < p) earlier.set(e, input(`p:${i}`));
    });
    const compiled = compile(
      Object.fromEntries(Object.entries(outputs).map(([name, e]) => [name, substitute(e, earlier)])),
    );
    stages.push({ kind: 'program', compiled });
  }
  return { stages, inputGradient: false };
}

function planBackward(cell: Cell, layout: Layout, kept: ReadonlyMap<string, Expr>, hasDy: boolean): StepPlan {
  const gradients = adjoints([
    ...[...cell.next].map(([s, expr]) => {
      const ds = input(`ds:${s}`);
      return { expr, adjoint: hasDy && s === cell.output ? apply('add', ds, input('dy')) : ds };
    }),
    ...layout.computed.map((expr, i) => ({ expr, adjoint: input(`dp:${i}`) })),
  ]);
  const stored = new Map<Expr, Expr>();
  for (const [s, e] of cell.next) if (e.kind === 'op') stored.set(e, input(`n:${s}`));
  layout.computed.forEach((e, i) => stored.set(e, input(`p:${i}`)));
  for (const l of layout.linears) {
    const value = kept.get(l.name) ?? linearExpr(l.name);
    stored.set(value, input(`k:${l.name}`));
  }
  const gradientOf = (e: Expr): Expr => substitute(gradients.get(e) ?? constant(0), stored);
  const dz = new Map(layout.linears.map((l) => [l.name, gradientOf(linearExpr(l.name))]));
  const memo = new Map<Expr, number>();
  const level = (e: Expr): number => {
    const known = memo.get(e);
    if (known !== undefined) return known;
    let found = 0;
    if (e.kind === 'op') found = Math.max(...e.args.map(level));
    else if (e.kind === 'input' && e.name.startsWith('dp:')) {
      const group = layout.groups.find((g) => g.kind === 'computed' && `dp:${g.computed}` === e.name);
      found = 1 + Math.max(...(group?.linears ?? []).map((name) => level(dz.get(name) ?? constant(0))));
    }
    memo.set(e, found);
    return found;
  };
  const dStates = new Map(cell.states.map((s) => [s, gradientOf(stateExpr(s))]));
  const dx = gradientOf(INPUT);
  const inputGradient = !(dx.kind === 'constant' && dx.value === 0);
  const last = Math.max(...[...dz.values(), ...dStates.values(), dx].map(level));
  const stages: Stage[] = [];
  for (let q = 0; q <= last; q++) {
    const outputs: Record<string, Expr> = {};
    for (const [name, e] of dz) if (level(e) === q) outputs[`dz:${name}`] = e;
    if (q === last) {
      for (const [s, e] of dStates) outputs[`ds:${s}`] = e;
      if (inputGradient) outputs.dx = dx;
    }
    stages.push({ kind: 'program', compiled: compile(outputs) });
    for (const group of layout.groups) {
      if (group.kind !== 'computed' || level(input(`dp:${group.computed}`)) !== q + 1) continue;
      runsOf(layout, group).forEach((run, i) => stages.push({ kind: 'product', group, run, accumulate: i > 0 }));
    }
  }
  for (const group of layout.groups) {
    if (group.kind !== 'state') continue;
    for (const run of runsOf(layout, group)) stages.push({ kind: 'product', group, run, accumulate: true });
  }
  return { stages, inputGradient };
}
