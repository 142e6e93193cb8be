// The stages of one step backward: reverse mode on the graph, then cut into rounds as forward is.
import { adjoints } from '../program/derivatives.js';
import { apply, argumentsOf, constant, type Expr, input, substitute, topological } from '../program/expr.js';
import type { Context, Stage, StepPlan } from './plan.js';
import { programsFor } from './forwardPlan.js';
import { frontierOf } from './frontier.js';
import { HIDDEN, INPUT, INPUT_WIDTH, linearExpr, SCALAR, stateExpr, vectorExpr, type Width } from './graph.js';
import { runsOf } from './layout.js';

export interface BackwardMode {
  /** A gradient of the whole output sequence arrives. */
  hasDy: boolean;
  /** Gradients of states are multiplied by xi. */
  scaled: boolean;
  /** dz·Wᵀ is added to dx in each step; else after the loop, or by nobody. */
  inputInLoop: boolean;
}

export function planBackward(context: Context, { hasDy, scaled, inputInLoop }: BackwardMode): StepPlan {
  const { cell, layout, kept, sums, canonical } = context;
  const widthOf = adjointWidths(context);
  const gradients = adjoints(
    [
      ...[...cell.next].map(([s, expr]) => {
        const arrived = scaled ? apply('mul', input(`ds:${s}`), input('xi')) : input(`ds:${s}`);
        return { expr, adjoint: hasDy && s === cell.output ? apply('add', arrived, input('dy')) : arrived };
      }),
      ...layout.computed.map((expr, i) => ({ expr, adjoint: input(`dp:${i}`) })),
    ],
    widthOf,
  );
  const stored = new Map<Expr, Expr>();
  for (const [s, e] of cell.next) if (argumentsOf(e).length > 0) stored.set(e, input(`n:${s}`));
  layout.computed.forEach((e, i) => {
    if (argumentsOf(e).length > 0) stored.set(e, input(`p:${i}`));
  });
  sums.forEach((e, i) => stored.set(e, input(`r:${i}`)));
  for (const l of layout.linears) stored.set(kept.get(l.name) ?? linearExpr(l.name), input(`k:${l.name}`));
  const gradientOf = (e: Expr): Expr => substitute(gradients.get(e) ?? constant(0), stored);

  const dz = new Map(layout.linears.map((l) => [l.name, gradientOf(linearExpr(l.name))]));
  const dv = new Map(cell.vectors.map((v) => [v.name, gradientOf(vectorExpr(v.name))]));
  const dStates = new Map(cell.states.map((s) => [s, gradientOf(stateExpr(s))]));
  const dx = gradientOf(INPUT);
  const inputGradient = !(dx.kind === 'constant' && dx.value === 0);
  const ownSums = topological([...dz.values(), ...dv.values(), ...dStates.values(), dx]).filter(
    (e) => e.kind === 'rowSum',
  );

  const memo = new Map<Expr, number>();
  const level = (e: Expr): number => {
    const known = memo.get(e);
    if (known !== undefined) return known;
    let found = Math.max(0, ...argumentsOf(e).map(level));
    if (e.kind === 'rowSum') found++;
    else if (e.kind === 'input' && e.name.startsWith('dp:')) {
      const groups = layout.groups.filter((g) => g.kind === 'computed' && `dp:${g.computed}` === e.name);
      found = 1 + Math.max(...groups.flatMap((g) => g.linears).map((name) => level(dz.get(name) ?? constant(0))));
    }
    memo.set(e, found);
    return found;
  };
  const results = [...dz.values(), ...dv.values(), ...dStates.values(), dx];
  const stays = frontierOf(results, level, () => false).filter(
    (e) => widthOf(e) !== null && !ownSums.some((sum) => argumentsOf(sum)[0] === e),
  );
  const last = Math.max(...results.map(level));
  const scratch = new Map<string, Width>();
  const perStep = new Map<string, Width>();
  layout.computed.forEach((e, i) => scratch.set(`dp:${i}`, canonical(context.widthOf(e) ?? HIDDEN)));
  // Gradients of vectors add up over the steps for each group of rows; the groups are summed after the loop.
  for (const v of cell.vectors) scratch.set(`dv:${v.name}`, canonical(v.size));
  if (inputGradient) perStep.set('dx', INPUT_WIDTH);

  const stages: Stage[] = [];
  for (let q = 0; q <= last; q++) {
    const outputs: Record<string, { e: Expr; width: Width }> = {};
    for (const l of layout.linears) {
      const e = dz.get(l.name) ?? constant(0);
      if (level(e) === q) outputs[`dz:${l.name}`] = { e, width: l.size };
    }
    for (const v of cell.vectors) {
      const e = dv.get(v.name) ?? constant(0);
      const sum = apply('add', input(`dv:${v.name}`), e);
      if (level(e) === q) outputs[`dv:${v.name}`] = { e: sum, width: canonical(v.size) };
    }
    // Gradients of states are overwritten in place, when nothing needs the arrived ones any more.
    if (q === last) {
      for (const [s, e] of dStates) outputs[`ds:${s}`] = { e, width: cell.stateSizes[s] };
      if (inputGradient) outputs.dx = { e: dx, width: canonical(INPUT_WIDTH) };
    }
    const known = new Map<Expr, Expr>();
    const after: Stage[] = [];
    stays.forEach((e, i) => {
      if (level(e) < q) known.set(e, input(`sv:${i}`));
      if (level(e) !== q) return;
      const width = canonical(widthOf(e) ?? HIDDEN);
      outputs[`sv:${i}`] = { e, width };
      scratch.set(`sv:${i}`, width);
    });
    ownSums.forEach((sum, i) => {
      const [summed] = argumentsOf(sum);
      if (level(summed) < q && summed.kind === 'op') known.set(summed, input(`da:${i}`));
      if (level(sum) <= q) known.set(sum, input(`dr:${i}`));
      if (level(sum) !== q + 1) return;
      const [e] = argumentsOf(sum);
      const width = canonical(widthOf(e) ?? HIDDEN);
      outputs[`da:${i}`] = { e, width };
      scratch.set(`da:${i}`, width);
      scratch.set(`dr:${i}`, SCALAR);
      after.push({ kind: 'rowSum', from: `da:${i}`, to: `dr:${i}`, width });
    });
    const substituted = Object.entries(outputs).map(
      ([name, o]) => [name, { ...o, e: substitute(o.e, known) }] as const,
    );
    stages.push(...programsFor(Object.fromEntries(substituted)), ...after);
    // A computed operand's gradient is complete when those of all its linears are.
    layout.computed.forEach((_, computed) => {
      if (level(input(`dp:${computed}`)) !== q + 1) return;
      let count = 0;
      for (const group of layout.groups) {
        if (group.computed !== computed || group.kind !== 'computed') continue;
        for (const run of runsOf(layout, group)) stages.push({ kind: 'product', group, run, accumulate: count++ > 0 });
      }
    });
  }
  for (const group of layout.groups) {
    if (group.kind !== 'state') continue;
    for (const run of runsOf(layout, group)) stages.push({ kind: 'product', group, run, accumulate: true });
  }
  if (inputInLoop) {
    let accumulate = inputGradient;
    for (const group of layout.groups) {
      if (group.kind !== 'input') continue;
      perStep.set('dx', INPUT_WIDTH);
      for (const run of runsOf(layout, group)) {
        stages.push({ kind: 'product', group, run, accumulate });
        accumulate = true;
      }
    }
  }
  return { stages, scratch, perStep, keeps: true, input: inputInLoop };
}

/** Widths of the values of backward: those of the graph, and of its own operands. */
function adjointWidths({ cell, layout, widthOf: inGraph, kept, canonical }: Context): (e: Expr) => Width | null {
  const named = (name: string): Width | null => {
    const at = name.indexOf(':');
    const [kind, key] = [name.slice(0, at), name.slice(at + 1)];
    if (name === 'dy') return cell.stateSizes[cell.output];
    if (name === 'xi' || kind === 'r' || kind === 'dr') return SCALAR;
    if (kind === 'ds' || kind === 'n') return cell.stateSizes[key];
    if (kind === 'dp' || kind === 'p') return inGraph(layout.computed[Number(key)]) ?? HIDDEN;
    if (kind === 'k') return inGraph(kept.get(key) ?? linearExpr(key));
    return null;
  };
  const memo = new Map<Expr, Width | null>();
  const widthOf = (e: Expr): Width | null => {
    const known = memo.get(e);
    if (known !== undefined) return known;
    let found: Width | null = null;
    if (e.kind === 'input') found = named(e.name) ?? inGraph(e);
    else if (e.kind === 'rowSum') found = SCALAR;
    else {
      for (const width of argumentsOf(e).map(widthOf)) {
        if (width !== null && (found === null || found === SCALAR || found === INPUT_WIDTH)) {
          found = width === SCALAR && found !== null ? found : width;
        }
      }
    }
    const result = found === null ? null : canonical(found);
    memo.set(e, result);
    return result;
  };
  return widthOf;
}
