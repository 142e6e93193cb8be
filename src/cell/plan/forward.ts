// The stages of one step forward: products of states, then rounds of programs, with products of computed operands and sums of
// rows between them.
import { apply, argumentsOf, constant, type Expr } from '../../program/expr.js';
import { linearExpr, INPUT } from '../define/leaf.js';
import { WIDTH, type Width, widthNamed } from '../define/width.js';
import { frontierOf } from './frontier.js';
import { runsOf, type WeightGroup } from './layout.js';
import type { Context, Stage, StepPlan } from './plan.js';
import { Round, type Rounds, saveValues, sumRows } from './round.js';
import { type OwnSlot, read, slot } from './slot.js';

export interface ForwardMode {
  /** The input is an index: x·W is a row of W. */
  tokens: boolean;
  /** x·W is a product of each step, next to where its result is used; else G has it for all steps before the loop. */
  inputInLoop: boolean;
  /** Backward will follow: G and what it loads stay for all steps. */
  keeps: boolean;
}

/** @param trace values to keep at every step, by their names */
export function planForward(context: Context, mode: ForwardMode, trace: ReadonlyMap<string, Expr>): StepPlan {
  return new ForwardPlanner(context, mode, trace).plan();
}

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

class ForwardPlanner implements Rounds {
  readonly level: (e: Expr) => number;
  readonly widthOf: (e: Expr) => Width;
  readonly scratch = new Map<OwnSlot, Width>();
  readonly #perStep = new Map<OwnSlot, Width>();
  readonly #context: Context;
  readonly #mode: ForwardMode;
  readonly #trace: ReadonlyMap<string, Expr>;
  /** What the step is for. */
  readonly #results: readonly Expr[];
  /** Values that later rounds take from memory. */
  readonly #saved: readonly Expr[];
  /** Linears whose columns of G a product has written: further ones add. */
  readonly #written: Set<string>;

  constructor(context: Context, mode: ForwardMode, trace: ReadonlyMap<string, Expr>) {
    const { cell, layout, sums, widthOf, canonical } = context;
    this.#context = context;
    this.#mode = mode;
    this.#trace = trace;
    this.level = levelsOf(context);
    this.widthOf = (e) => canonical(widthOf(e));
    this.#results = [...cell.next.values(), ...layout.linears.map((l) => linearExpr(l.name)), ...trace.values()];
    this.#saved = this.#valuesToSave();
    // Before the loop the input's products write first.
    const before = mode.tokens || mode.inputInLoop ? [] : layout.linears.filter((l) => l.operands.includes(INPUT));
    this.#written = new Set(before.map((l) => l.name));
    const places = mode.keeps ? this.#perStep : this.scratch;
    layout.computed.forEach((e, i) => places.set(slot('computed', i), this.widthOf(e)));
    sums.forEach((_, i) => places.set(slot('sum', i), WIDTH.scalar));
    for (const [name, e] of trace) this.#perStep.set(slot('trace', name), this.widthOf(e));
  }

  plan(): StepPlan {
    const stages: Stage[] = [];
    const last = Math.max(...this.#results.map(this.level));
    for (let number = 0; number <= last; number++) {
      stages.push(...this.#products(number));
      const round = new Round(number);
      this.#linears(round);
      this.#computed(round);
      this.#states(round);
      this.#traces(round);
      saveValues(round, this.#saved, this);
      this.#sums(round);
      stages.push(...round.stages());
    }
    const { keeps, inputInLoop } = this.#mode;
    return { stages, scratch: this.scratch, perStep: this.#perStep, keeps, input: inputInLoop };
  }

  #valuesToSave(): Expr[] {
    const { cell, layout, sums, kept, widthOf } = this.#context;
    const inMemory = new Set<Expr>([...layout.computed, ...sums, ...cell.next.values(), ...kept.values()]);
    const summed = new Set(sums.flatMap(argumentsOf));
    const roots = [...this.#results, ...layout.computed, ...summed, ...kept.values()];
    return frontierOf(roots, this.level, () => false).filter(
      (e) => widthOf(e) !== null && !inMemory.has(e) && !summed.has(e),
    );
  }

  /** Products whose operands are there: those of states and the input first, those of computed operands in the round after theirs. */
  #products(round: number): Stage[] {
    const { layout } = this.#context;
    const isWritten = (name: string): boolean => this.#written.has(name);
    const stages: Stage[] = [];
    const inputsFirst = [...layout.groups].sort((a, b) => Number(b.kind === 'input') - Number(a.kind === 'input'));
    for (const group of inputsFirst) {
      if (this.#roundOf(group) !== round) continue;
      for (const run of runsOf(layout, group, (a, b) => isWritten(a) === isWritten(b))) {
        stages.push({ kind: 'product', group, run, accumulate: isWritten(layout.linears[run.first].name) });
      }
      group.linears.forEach((name) => this.#written.add(name));
    }
    return stages;
  }

  /** Before which round a product is made; null outside of the loop. */
  #roundOf(group: WeightGroup): number | null {
    switch (group.kind) {
      case 'input':
        return this.#mode.inputInLoop ? 0 : null;
      case 'state':
        return 0;
      case 'computed':
        return this.level(group.operand) + 1;
      default:
        return group satisfies never;
    }
  }

  /** A linear is its products in G, a token's row and the bias; what backward or a later round loads goes back to G. */
  #linears(round: Round): void {
    const { layout, kept, sums } = this.#context;
    const { tokens, keeps } = this.#mode;
    for (const l of layout.linears) {
      const z = linearExpr(l.name);
      const value = kept.get(l.name) ?? z;
      const place = slot('kept', l.name);
      const level = this.level(z);
      if (level < round.number) round.replace(value, read(place));
      if (level !== round.number) continue;
      let sum: Expr = this.#written.has(l.name) ? z : constant(0);
      if (tokens && l.operands.includes(INPUT)) sum = apply('add', sum, read(slot('tokenRow', l.name)));
      round.replace(z, l.bias ? apply('add', sum, read(slot('bias', l.name))) : sum);
      const later = sums.length > 0 || this.#results.some((e) => this.level(e) > level);
      if (keeps || later) round.write(place, value, widthNamed(l.size));
    }
  }

  #computed(round: Round): void {
    this.#context.layout.computed.forEach((e, i) => {
      const place = slot('computed', i);
      if (this.level(e) === round.number) round.write(place, e, this.widthOf(e));
      else if (this.level(e) < round.number) round.replace(e, read(place));
    });
  }

  #states(round: Round): void {
    const { cell } = this.#context;
    for (const [s, e] of cell.next) {
      const place = slot('nextState', s);
      if (this.level(e) === round.number) round.write(place, e, widthNamed(cell.stateSizes[s]));
      else if (this.level(e) < round.number && argumentsOf(e).length > 0) round.replaceNew(e, read(place));
    }
  }

  #traces(round: Round): void {
    for (const [name, e] of this.#trace) {
      if (this.level(e) === round.number) round.write(slot('trace', name), e, this.widthOf(e));
    }
  }

  /** What stands in G is summed there. */
  #sums(round: Round): void {
    const { layout, kept, sums } = this.#context;
    sumRows(round, sums, { summed: 'summed', sum: 'sum' }, this, (e) => {
      const linear = layout.linears.find((l) => kept.get(l.name) === e);
      return linear === undefined ? undefined : slot('kept', linear.name);
    });
  }
}
