// The stages of one step forward.
import { compile } from '../program/compile.js';
import { apply, argumentsOf, constant, type Expr, input, substitute } from '../program/expr.js';
import { frontierOf } from './frontier.js';
import type { Context, Stage, StepPlan } from './plan.js';
import { HIDDEN, INPUT, linearExpr, SCALAR, type Width } from './graph.js';
import { runsOf } from './layout.js';

/** In which round of programs each value can be computed: products of states come before round 0. */
function levelsOf({ layout }: Context): (e: Expr) => number {
  const memo = new Map<Expr, number>();
  const level = (e: Expr): number => {
    const known = memo.get(e);
    if (known !== undefined) return known;
    let found = Math.max(0, ...argumentsOf(e).map(level));
    if (e.kind === 'rowSum') found++;
    const linear = layout.linears.find((l) => linearExpr(l.name) === e);
    if (linear !== undefined) {
      found = Math.max(0, ...linear.operands.filter((o) => layout.computed.includes(o)).map((o) => level(o) + 1));
    }
    memo.set(e, found);
    return found;
  };
  return level;
}

/** Programs for one round: what goes to memory, grouped by the width of its destination. */
export function programsFor(outputs: Readonly<Record<string, { e: Expr; width: Width }>>): Stage[] {
  const widths = [...new Set(Object.values(outputs).map((o) => o.width))];
  return widths.map((width) => ({
    kind: 'program',
    width,
    compiled: compile(
      Object.fromEntries(Object.entries(outputs).flatMap(([name, o]) => (o.width === width ? [[name, o.e]] : []))),
    ),
  }));
}

export interface ForwardMode {
  /** The input is an index: x·W is a row of W. */
  tokens: boolean;
  /** x·W is a product of each step, next to where its result is used; else G has it for all steps before the loop. */
  inputInLoop: boolean;
  /** Backward will follow: G and what it loads stay for all steps. */
  keeps: boolean;
}

export function planForward(context: Context, mode: ForwardMode, trace: ReadonlyMap<string, Expr>): StepPlan {
  const { tokens, inputInLoop, keeps } = mode;
  const { cell, layout, kept, sums, widthOf, canonical } = context;
  const level = levelsOf(context);
  const results = [...cell.next.values(), ...layout.linears.map((l) => linearExpr(l.name)), ...trace.values()];
  const last = Math.max(...results.map(level));
  const scratch = new Map<string, Width>();
  const perStep = new Map<string, Width>();
  const kinds = keeps ? perStep : scratch;
  layout.computed.forEach((e, i) => kinds.set(`p:${i}`, widthOf(e) ?? HIDDEN));
  sums.forEach((_, i) => kinds.set(`r:${i}`, SCALAR));
  for (const [name, e] of trace) perStep.set(`t:${name}`, canonical(widthOf(e) ?? HIDDEN));
  // A column of G is written by the first product and added to by the others; that one is before the loop where the input has its
  // products there.
  const written = new Set<string>(
    tokens || inputInLoop ? [] : layout.linears.filter((l) => l.operands.includes(INPUT)).map((l) => l.name),
  );
  const inMemory = new Set<Expr>([...layout.computed, ...sums, ...cell.next.values(), ...kept.values()]);
  const roots = [...results, ...layout.computed, ...sums.flatMap(argumentsOf), ...kept.values()];
  const stays = frontierOf(roots, level, () => false).filter(
    (e) => widthOf(e) !== null && !inMemory.has(e) && !sums.some((sum) => argumentsOf(sum)[0] === e),
  );
  const stages: Stage[] = [];
  const inputsFirst = [...layout.groups].sort((a, b) => Number(b.kind === 'input') - Number(a.kind === 'input'));
  // What a later round loads from G.
  const later = (z: Expr): boolean => results.some((e) => level(e) > level(z)) || sums.length > 0;
  for (let p = 0; p <= last; p++) {
    for (const group of inputsFirst) {
      const always = group.kind === 'state' || (group.kind === 'input' && inputInLoop);
      const ready = always ? 0 : group.kind === 'computed' ? level(group.operand) + 1 : -1;
      if (ready !== p) continue;
      for (const run of runsOf(layout, group, (a, b) => written.has(a) === written.has(b))) {
        stages.push({ kind: 'product', group, run, accumulate: written.has(layout.linears[run.first].name) });
      }
      group.linears.forEach((name) => written.add(name));
    }
    const outputs: Record<string, { e: Expr; width: Width }> = {};
    const known = new Map<Expr, Expr>();
    for (const l of layout.linears) {
      const z = linearExpr(l.name);
      if (level(z) < p) known.set(kept.get(l.name) ?? z, input(`k:${l.name}`));
      else if (level(z) === p) {
        let value: Expr = written.has(l.name) ? z : constant(0);
        if (tokens && l.operands.includes(INPUT)) value = apply('add', value, input(`xw:${l.name}`));
        known.set(z, l.bias ? apply('add', value, input(`b:${l.name}`)) : value);
        if (keeps || later(z)) outputs[`k:${l.name}`] = { e: kept.get(l.name) ?? z, width: l.size };
      }
    }
    layout.computed.forEach((e, i) => {
      if (level(e) === p) outputs[`p:${i}`] = { e, width: canonical(widthOf(e) ?? HIDDEN) };
      else if (level(e) < p) known.set(e, input(`p:${i}`));
    });
    for (const [s, e] of cell.next) {
      if (level(e) === p) outputs[`n:${s}`] = { e, width: cell.stateSizes[s] };
      else if (level(e) < p && argumentsOf(e).length > 0 && !known.has(e)) known.set(e, input(`n:${s}`));
    }
    for (const [name, e] of trace) {
      if (level(e) === p) outputs[`t:${name}`] = { e, width: canonical(widthOf(e) ?? HIDDEN) };
    }
    stays.forEach((e, i) => {
      if (level(e) < p && !known.has(e)) known.set(e, input(`sv:${i}`));
      if (level(e) !== p) return;
      const width = canonical(widthOf(e) ?? HIDDEN);
      outputs[`sv:${i}`] = { e, width };
      scratch.set(`sv:${i}`, width);
    });
    const after: Stage[] = [];
    sums.forEach((sum, i) => {
      const [summed] = argumentsOf(sum);
      if (level(summed) < p && summed.kind === 'op' && !known.has(summed)) known.set(summed, input(`a:${i}`));
      if (level(sum) <= p) known.set(sum, input(`r:${i}`));
      if (level(sum) !== p + 1) return;
      const [e] = argumentsOf(sum);
      const width = canonical(widthOf(e) ?? HIDDEN);
      // What is in memory anyway is summed there.
      const linear = layout.linears.find((l) => kept.get(l.name) === e);
      const from = linear === undefined ? `a:${i}` : `k:${linear.name}`;
      if (linear === undefined) {
        scratch.set(from, width);
        outputs[from] = { e, width };
      }
      after.push({ kind: 'rowSum', from, to: `r:${i}`, width });
    });
    const substituted = Object.entries(outputs).map(
      ([name, o]) => [name, { ...o, e: substitute(o.e, known) }] as const,
    );
    stages.push(...programsFor(Object.fromEntries(substituted)), ...after);
  }
  return { stages, scratch, perStep, keeps, input: inputInLoop };
}
