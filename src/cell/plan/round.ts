// A round of a step: what its programs write at once. Products and row sums stand between rounds.
import { compile } from '../../program/compile.js';
import { argumentsOf, type Expr, substitute } from '../../program/expr.js';
import { UnrolledError } from '../../errors.js';
import { inverseLengthOf } from '../define/leaf.js';
import { type Width, widthNamed } from '../define/width.js';
import type { PlanUniform, ProgramStage, RowSumStage, Stage } from './plan.js';
import { type OwnSlot, read, slot, type Slot, slotNamed } from './slot.js';

interface Output {
  readonly slot: Slot;
  readonly e: Expr;
  readonly width: Width;
}

/** Collects what a round writes, and what it finds in memory in place of computing it. */
export class Round {
  /** Rounds count from 0. */
  readonly number: number;
  readonly #outputs: Output[] = [];
  readonly #known = new Map<Expr, Expr>();
  readonly #sums: RowSumStage[] = [];

  constructor(number: number) {
    this.number = number;
  }

  /** A value goes to memory. */
  write(to: Slot, e: Expr, width: Width): void {
    this.#outputs.push({ slot: to, e, width });
  }

  /** A value is another one in this round, or is read from memory. */
  replace(e: Expr, by: Expr): void {
    this.#known.set(e, by);
  }

  /** The same where nothing was said of the value yet. */
  replaceNew(e: Expr, by: Expr): void {
    if (!this.#known.has(e)) this.#known.set(e, by);
  }

  /** The sum of each row, after the programs. */
  sum(from: Slot, to: Slot, width: Width): void {
    this.#sums.push({ kind: 'rowSum', from, to, width });
  }

  /** A program for each width, then the sums. */
  stages(): Stage[] {
    const outputs = this.#outputs.map((o) => ({ ...o, e: substitute(o.e, this.#known) }));
    const widths = [...new Set(outputs.map((o) => o.width))];
    const programs = widths.map((width) => programStage(width, outputs));
    return [...programs, ...this.#sums];
  }
}

function programStage(width: Width, outputs: readonly Output[]): ProgramStage {
  const own = outputs.filter((o) => o.width === width);
  const compiled = compile(Object.fromEntries(own.map((o) => [read(o.slot).name, o.e])));
  return {
    kind: 'program',
    width,
    program: compiled.program,
    operands: compiled.operands.map(slotNamed),
    uniforms: compiled.uniforms.map((u) => (typeof u === 'number' ? u : planUniform(u))),
  };
}

function planUniform(name: string): PlanUniform {
  const widths = inverseLengthOf(name);
  if (widths === null)
    throw new UnrolledError('INTERNAL', `expected a number of a step, received ${name}`, 'report this');
  return { kind: 'inverseLength', widths: widths.map(widthNamed) };
}

/** What both planners know of the rounds. */
export interface Rounds {
  /** In which round a value can be computed. */
  readonly level: (e: Expr) => number;
  readonly widthOf: (e: Expr) => Width;
  /** Memory of one step, which is added to. */
  readonly scratch: Map<OwnSlot, Width>;
}

/** Values that one round computes and later ones take from memory. */
export function saveValues(round: Round, values: readonly Expr[], { level, widthOf, scratch }: Rounds): void {
  values.forEach((e, i) => {
    const place = slot('saved', i);
    if (level(e) < round.number) round.replaceNew(e, read(place));
    if (level(e) !== round.number) return;
    round.write(place, e, widthOf(e));
    scratch.set(place, widthOf(e));
  });
}

/**
 * Row sums: what is summed is written in the round before the sum's, the sum is known from its round on.
 * @param inMemory where a value stands anyway, and is summed there
 */
export function sumRows(
  round: Round,
  sums: readonly Expr[],
  kinds: { summed: 'summed' | 'dSummed'; sum: 'sum' | 'dSum' },
  { level, widthOf, scratch }: Rounds,
  inMemory: (e: Expr) => Slot | undefined = () => undefined,
): void {
  sums.forEach((sum, i) => {
    const [summed] = argumentsOf(sum);
    const [own, to] = [slot(kinds.summed, i), slot(kinds.sum, i)];
    if (level(summed) < round.number && summed.kind === 'op') round.replaceNew(summed, read(own));
    if (level(sum) <= round.number) round.replace(sum, read(to));
    if (level(sum) !== round.number + 1) return;
    const from = inMemory(summed) ?? own;
    if (from === own) {
      scratch.set(own, widthOf(summed));
      round.write(own, summed, widthOf(summed));
    }
    round.sum(from, to, widthOf(summed));
  });
}
