// In which order the columns of a cell's linears stand in memory. Files of 0.1 have this order and do not say so: it must give the
// same for ever. Another order for memory is a function of its own (files since then carry labels and do not care).
import type { Expr } from '../../program/expr.js';
import type { CellGraph, LinearNode } from '../define/graph.js';

/** An operand of linears, and whether each head multiplies its own part. */
export interface Operand {
  operand: Expr;
  perHead: boolean;
}

/** The distinct operands, in the order in which the equations first use them. */
export function operandsOf(cell: CellGraph): Operand[] {
  const found: Operand[] = [];
  for (const l of cell.linears) {
    l.operands.forEach((operand, i) => {
      const perHead = l.perHead[i];
      if (!found.some((o) => o.operand === operand && o.perHead === perHead)) found.push({ operand, perHead });
    });
  }
  return found;
}

/** Whether a linear multiplies the operand. */
export function usesOperand(l: LinearNode, o: Operand): boolean {
  return l.operands.some((operand, i) => operand === o.operand && l.perHead[i] === o.perHead);
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

/** The order in which each operand's linears are neighbours where that is possible: one product each. */
export function columnOrder(cell: CellGraph): LinearNode[] {
  const operands = operandsOf(cell);
  const classes = new Map<string, LinearNode[]>();
  for (const l of cell.linears) {
    const key = operands.map((o) => (usesOperand(l, o) ? '1' : '0')).join('');
    classes.set(key, [...(classes.get(key) ?? []), l]);
  }
  const orders = classes.size <= 6 ? permutations([...classes.values()]) : [[...classes.values()]];
  const breaks = (order: LinearNode[]): number =>
    operands.reduce(
      (count, o) =>
        count + order.filter((l, i) => usesOperand(l, o) && (i === 0 || !usesOperand(order[i - 1], o))).length,
      0,
    );
  return orders.map((order) => order.flat()).reduce((best, order) => (breaks(order) < breaks(best) ? order : best));
}
