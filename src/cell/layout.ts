// Where a cell's numbers stand: the columns of all linears side by side (the buffer G [T, N, G]), and one weight matrix for
// each operand that is multiplied, whose columns are those of the linears that use it.
import type { Expr } from '../program/expr.js';
import { type Cell, INPUT, type LinearNode, stateExpr } from './define.js';

/** One weight matrix [K, width] of an operand. */
export interface WeightGroup {
  /** The parameter's name: `weight_x`, `weight_h`, or `weight_n` for a computed operand of linear n. */
  parameter: string;
  operand: Expr;
  kind: 'input' | 'state' | 'computed';
  /** For a state: which. */
  state?: string;
  /** For a computed operand: its number. */
  computed?: number;
  linears: readonly string[];
}

export interface Layout {
  /** Linears in the order of their columns in G. */
  linears: readonly LinearNode[];
  groups: readonly WeightGroup[];
  computed: readonly Expr[];
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

/** Chooses the order of columns so that each operand's linears are neighbours where that is possible: one product each. */
export function layoutOf(cell: Cell): Layout {
  const operands = [...new Set(cell.linears.flatMap((l) => l.operands))];
  const classes = new Map<string, LinearNode[]>();
  for (const l of cell.linears) {
    const key = operands.map((o) => (l.operands.includes(o) ? '1' : '0')).join('');
    classes.set(key, [...(classes.get(key) ?? []), l]);
  }
  const orders = classes.size <= 6 ? permutations([...classes.values()]) : [[...classes.values()]];
  const breaks = (order: LinearNode[]): number =>
    operands.reduce(
      (count, o) =>
        count +
        order.filter((l, i) => l.operands.includes(o) && (i === 0 || !order[i - 1].operands.includes(o))).length,
      0,
    );
  const linears = orders
    .map((order) => order.flat())
    .reduce((best, order) => (breaks(order) < breaks(best) ? order : best));
  const computed: Expr[] = [];
  const taken = new Set<string>();
  const groups = operands.map((operand): WeightGroup => {
    const users = linears.filter((l) => l.operands.includes(operand)).map((l) => l.name);
    if (operand === INPUT) return { parameter: 'weight_x', operand, kind: 'input', linears: users };
    const state = cell.states.find((s) => stateExpr(s) === operand);
    if (state !== undefined) return { parameter: `weight_${state}`, operand, kind: 'state', state, linears: users };
    let parameter = `weight_${users[0]}`;
    while (taken.has(parameter) || cell.states.some((s) => `weight_${s}` === parameter) || parameter === 'weight_x')
      parameter += '_';
    taken.add(parameter);
    return { parameter, operand, kind: 'computed', computed: computed.push(operand) - 1, linears: users };
  });
  return { linears, groups, computed };
}

/** Neighbouring columns, counted in linears: `first` within G, `start` within the group's weight. */
export interface Run {
  first: number;
  start: number;
  count: number;
}

/** The runs of a group's linears in G; `differ` cuts a run where it says so. */
export function runsOf(
  layout: Layout,
  group: WeightGroup,
  sameKind: (a: string, b: string) => boolean = () => true,
): Run[] {
  const runs: Run[] = [];
  group.linears.forEach((name, start) => {
    const first = layout.linears.findIndex((l) => l.name === name);
    const last = runs.at(-1);
    if (last !== undefined && last.first + last.count === first && sameKind(group.linears[start - 1], name))
      last.count++;
    else runs.push({ first, start, count: 1 });
  });
  return runs;
}
