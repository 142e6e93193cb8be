// The stages of one step backward: reverse mode on the graph, then cut into rounds as forward is.
import { UnrolledError } from '../../errors.js';
import { adjoints } from '../../program/derivatives.js';
import { apply, argumentsOf, constant, type Expr, substitute, topological } from '../../program/expr.js';
import { INPUT, linearExpr, stateExpr, vectorExpr } from '../define/leaf.js';
import { WIDTH, type Width, widthNamed } from '../define/width.js';
import { frontierOf } from './frontier.js';
import { runsOf } from './layout.js';
import type { Context, Stage, StepPlan } from './plan.js';
import { Round, type Rounds, saveValues, sumRows } from './round.js';
import { type OwnSlot, read, slot, type Slot, slotNamed } from './slot.js';

export interface BackwardMode {
  /** A gradient of the whole output sequence arrives. */
  hasDy: boolean;
  /** Gradients of states are multiplied by the factor of randomized truncation. */
  scaled: boolean;
  /** dz·Wᵀ is added to dx in each step; else after the loop, or by nobody. */
  inputInLoop: boolean;
}

export function planBackward(context: Context, mode: BackwardMode): StepPlan {
  return new BackwardPlanner(context, mode).plan();
}

/** What a step's gradients are, in expressions of what stands in memory. */
interface Gradients {
  /** By the names of linears, vectors and states. */
  linears: ReadonlyMap<string, Expr>;
  vectors: ReadonlyMap<string, Expr>;
  states: ReadonlyMap<string, Expr>;
  /** Of the cell's own use of x, beside its linears; null where it has none. */
  input: Expr | null;
}

class BackwardPlanner implements Rounds {
  readonly level: (e: Expr) => number;
  readonly widthOf: (e: Expr) => Width;
  readonly scratch = new Map<OwnSlot, Width>();
  readonly #perStep = new Map<OwnSlot, Width>();
  readonly #context: Context;
  readonly #mode: BackwardMode;
  readonly #gradients: Gradients;
  /** All of them. */
  readonly #results: readonly Expr[];
  /** Row sums that gradients have, beside those of forward. */
  readonly #sums: readonly Expr[];
  /** Values that later rounds take from memory. */
  readonly #saved: readonly Expr[];

  constructor(context: Context, mode: BackwardMode) {
    const { cell, layout, canonical } = context;
    this.#context = context;
    this.#mode = mode;
    const widthOf = adjointWidths(context);
    this.widthOf = (e) => canonical(widthOf(e));
    this.#gradients = gradientsOf(context, mode, widthOf);
    const { linears, vectors, states, input } = this.#gradients;
    const results = [...linears.values(), ...vectors.values(), ...states.values(), ...(input === null ? [] : [input])];
    this.#results = results;
    this.#sums = topological(results).filter((e) => e.kind === 'rowSum');
    this.level = this.#levels();
    this.#saved = frontierOf(results, this.level, () => false).filter(
      (e) => widthOf(e) !== null && !this.#sums.some((sum) => argumentsOf(sum)[0] === e),
    );
    layout.computed.forEach((e, i) => this.scratch.set(slot('dComputed', i), canonical(context.widthOf(e))));
    // Gradients of vectors add up over the steps for each group of rows; the groups are summed after the loop.
    for (const v of cell.vectors) this.scratch.set(slot('dVector', v.name), canonical(widthNamed(v.size)));
    this.#sums.forEach((_, i) => this.scratch.set(slot('dSum', i), WIDTH.scalar));
    const multiplied = mode.inputInLoop && layout.groups.some((g) => g.kind === 'input');
    if (input !== null || multiplied) this.#perStep.set(slot('dInput'), WIDTH.input);
  }

  plan(): StepPlan {
    const stages: Stage[] = [];
    const last = Math.max(...this.#results.map(this.level));
    for (let number = 0; number <= last; number++) {
      const round = new Round(number);
      this.#parameters(round);
      // Gradients of states are overwritten in place, when nothing needs the arrived ones any more.
      if (number === last) this.#carried(round);
      saveValues(round, this.#saved, this);
      sumRows(round, this.#sums, { summed: 'dSummed', sum: 'dSum' }, this);
      stages.push(...round.stages(), ...this.#computedProducts(number));
    }
    stages.push(...this.#stateProducts());
    if (this.#mode.inputInLoop) stages.push(...this.#inputProducts());
    return { stages, scratch: this.scratch, perStep: this.#perStep, keeps: true, input: this.#mode.inputInLoop };
  }

  /** The round of each value: the gradient of a computed operand is there after those of all linears that multiply it. */
  #levels(): (e: Expr) => number {
    const { layout } = this.#context;
    const computed = new Map(layout.computed.map((_, i) => [read(slot('dComputed', i)) as Expr, i]));
    const memo = new Map<Expr, number>();
    const level = (e: Expr): number => {
      const known = memo.get(e);
      if (known !== undefined) return known;
      let found = Math.max(0, ...argumentsOf(e).map(level));
      const number = computed.get(e);
      if (e.kind === 'rowSum') found++;
      else if (number !== undefined) {
        const groups = layout.groups.filter((g) => g.kind === 'computed' && g.computed === number);
        const users = groups.flatMap((g) => g.linears);
        found = 1 + Math.max(...users.map((name) => level(this.#gradients.linears.get(name) ?? constant(0))));
      }
      memo.set(e, found);
      return found;
    };
    return level;
  }

  #parameters(round: Round): void {
    const { cell, layout, canonical } = this.#context;
    const { linears, vectors } = this.#gradients;
    for (const l of layout.linears) {
      const e = linears.get(l.name) ?? constant(0);
      if (this.level(e) === round.number) round.write(slot('dLinear', l.name), e, widthNamed(l.size));
    }
    for (const v of cell.vectors) {
      const e = vectors.get(v.name) ?? constant(0);
      const place = slot('dVector', v.name);
      const sum = apply('add', read(place), e);
      if (this.level(e) === round.number) round.write(place, sum, canonical(widthNamed(v.size)));
    }
  }

  /** What passes to the step before, and the gradient of the cell's own use of x. */
  #carried(round: Round): void {
    const { cell, canonical } = this.#context;
    const { states, input } = this.#gradients;
    for (const [s, e] of states) round.write(slot('dState', s), e, widthNamed(cell.stateSizes[s]));
    if (input !== null) round.write(slot('dInput'), input, canonical(WIDTH.input));
  }

  /** A computed operand's gradient is complete when those of all its linears are. */
  #computedProducts(round: number): Stage[] {
    const { layout } = this.#context;
    return layout.computed.flatMap((_, computed) => {
      if (this.level(read(slot('dComputed', computed))) !== round + 1) return [];
      const groups = layout.groups.filter((g) => g.kind === 'computed' && g.computed === computed);
      const runs = groups.flatMap((group) => runsOf(layout, group).map((run) => ({ group, run })));
      return runs.map(({ group, run }, i): Stage => ({ kind: 'product', group, run, accumulate: i > 0 }));
    });
  }

  #stateProducts(): Stage[] {
    const { layout } = this.#context;
    const groups = layout.groups.filter((g) => g.kind === 'state');
    return groups.flatMap((group) =>
      runsOf(layout, group).map((run): Stage => ({ kind: 'product', group, run, accumulate: true })),
    );
  }

  #inputProducts(): Stage[] {
    const { layout } = this.#context;
    const groups = layout.groups.filter((g) => g.kind === 'input');
    const runs = groups.flatMap((group) => runsOf(layout, group).map((run) => ({ group, run })));
    const written = this.#gradients.input !== null;
    return runs.map(({ group, run }, i): Stage => ({ kind: 'product', group, run, accumulate: written || i > 0 }));
  }
}

/** Reverse mode on the graph; what forward keeps is loaded, and the rest computed again. */
function gradientsOf(context: Context, mode: BackwardMode, widthOf: (e: Expr) => Width | null): Gradients {
  const { cell, layout, kept, sums } = context;
  const arrived = (s: string): Expr => {
    const carried = read(slot('dState', s));
    const own = mode.scaled ? apply('mul', carried, read(slot('gradientScale'))) : carried;
    return mode.hasDy && s === cell.output ? apply('add', own, read(slot('dOutput'))) : own;
  };
  const found = adjoints(
    [
      ...[...cell.next].map(([s, expr]) => ({ expr, adjoint: arrived(s) })),
      ...layout.computed.map((expr, i) => ({ expr, adjoint: read(slot('dComputed', i)) })),
    ],
    { widthOf, scalar: WIDTH.scalar },
  );
  const stored = new Map<Expr, Expr>();
  for (const [s, e] of cell.next) if (argumentsOf(e).length > 0) stored.set(e, read(slot('nextState', s)));
  layout.computed.forEach((e, i) => {
    if (argumentsOf(e).length > 0) stored.set(e, read(slot('computed', i)));
  });
  sums.forEach((e, i) => stored.set(e, read(slot('sum', i))));
  for (const l of layout.linears) stored.set(kept.get(l.name) ?? linearExpr(l.name), read(slot('kept', l.name)));
  const gradientOf = (e: Expr): Expr => substitute(found.get(e) ?? constant(0), stored);
  const ofInput = gradientOf(INPUT);
  return {
    linears: new Map(layout.linears.map((l) => [l.name, gradientOf(linearExpr(l.name))])),
    vectors: new Map(cell.vectors.map((v) => [v.name, gradientOf(vectorExpr(v.name))])),
    states: new Map(cell.states.map((s) => [s, gradientOf(stateExpr(s))])),
    input: ofInput.kind === 'constant' && ofInput.value === 0 ? null : ofInput,
  };
}

/** Widths of the values of backward: those of the graph, and of its own slots. */
function adjointWidths({ cell, layout, widthOf: inGraph, kept, canonical }: Context): (e: Expr) => Width | null {
  const widthOfSlot = (of: Slot, e: Expr): Width | null => {
    switch (of.kind) {
      case 'input':
      case 'state':
      case 'linear':
      case 'vector':
      case 'mask':
        return inGraph(e);
      case 'dOutput':
        return widthNamed(cell.stateSizes[cell.output]);
      case 'gradientScale':
      case 'sum':
      case 'dSum':
        return WIDTH.scalar;
      case 'dState':
      case 'nextState':
        return widthNamed(cell.stateSizes[of.name]);
      case 'computed':
      case 'dComputed':
        return inGraph(layout.computed[of.number]) ?? WIDTH.hidden;
      case 'kept':
        return inGraph(kept.get(of.name) ?? linearExpr(of.name));
      case 'dInput':
      case 'dLinear':
      case 'dVector':
      case 'tokenRow':
      case 'bias':
      case 'trace':
      case 'summed':
      case 'dSummed':
      case 'saved':
        throw new UnrolledError('INTERNAL', `expected what a gradient is made of, received ${of.kind}`, 'report this');
      default:
        return of satisfies never;
    }
  };
  const memo = new Map<Expr, Width | null>();
  const widthOf = (e: Expr): Width | null => {
    const known = memo.get(e);
    if (known !== undefined) return known;
    let found: Width | null = null;
    if (e.kind === 'input') found = widthOfSlot(slotNamed(e.name), e);
    else if (e.kind === 'rowSum') found = WIDTH.scalar;
    else {
      for (const width of argumentsOf(e).map(widthOf)) {
        if (width !== null && (found === null || found === WIDTH.scalar || found === WIDTH.input)) {
          found = width === WIDTH.scalar && found !== null ? found : width;
        }
      }
    }
    const result = found === null ? null : canonical(found);
    memo.set(e, result);
    return result;
  };
  return widthOf;
}
