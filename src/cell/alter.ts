// Cells made from cells for looking into them: one in which a value can be held at a number, one that says how much of a state passes
// directly into its next value. Both are graphs like any other over the same parameters, so that this is exact for every cell.
import { adjoints } from '../program/derivatives.js';
import { apply, constant, type Expr, substitute, topological } from '../program/expr.js';
import { deriveCell } from './plan/derive.js';
import { cellError, type CellGraph } from './define/graph.js';
import { maskExpr, stateExpr } from './define/leaf.js';
import { nameOfWidth, type WidthName } from './define/width.js';

/** Masks of `clampedCell`: 1 where the value is held, and at what. @param nth where several values are held, from 0 */
export const clampedMasks = (nth: number): { where: string; to: string } => ({
  where: `clamped_where_${nth}`,
  to: `clamped_to_${nth}`,
});

const clamped = new WeakMap<CellGraph, Map<string, { cell: CellGraph; width: WidthName }>>();

/**
 * The cell with a value that can be traced (a state’s new value, a gate, what has a name) replaced, wherever it is used, by
 * select(mask `where`, mask `to`, value), as `clampedMasks` names them. @param nth of a cell in which others are held already
 * Errors: CELL for an unknown name.
 */
export function clampedCell(cell: CellGraph, name: string, nth = 0): { cell: CellGraph; width: WidthName } {
  const key = `${nth} ${name}`;
  const known = clamped.get(cell)?.get(key);
  if (known !== undefined) return known;
  const { traceable, widthOf, canonical } = deriveCell(cell);
  const value = traceable.get(name);
  if (value === undefined) {
    const names = [...traceable.keys()].join(', ');
    throw cellError(cell.name, `expected a value of ${names}, received "${name}"`, 'name one of them');
  }
  const width = cell.next.get(name) === value ? cell.stateSizes[name] : nameOfWidth(canonical(widthOf(value)));
  const masks = clampedMasks(nth);
  const held = apply('select', maskExpr(masks.where), maskExpr(masks.to), value);
  // Of a state it is the new value alone: what it is computed from may be the value of another name, too.
  const replace = (e: Expr): Expr => substitute(e, new Map([[value, held]]));
  const made: CellGraph = {
    ...cell,
    norms: [],
    linears: cell.linears.map((l) => ({ ...l, operands: l.operands.map(replace) })),
    named: new Map([...[...cell.named].map(([n, e]): [string, Expr] => [n, replace(e)]), [name, held]]),
    next: new Map([...cell.next].map(([s, e]) => [s, replace(e)])),
    masks: { ...cell.masks, [masks.where]: width, [masks.to]: width },
  };
  const found = { cell: made, width };
  clamped.set(cell, (clamped.get(cell) ?? new Map<string, typeof found>()).set(key, found));
  return found;
}

const carrying = new WeakMap<CellGraph, { cell: CellGraph; factors: Map<string, string | number> }>();

/**
 * The cell with, for each state, the derivative of its new value by the one before, all products with weights held: what of a
 * gradient passes a step directly, unit by unit. That is the forget gate of an LSTM’s c, the update gate of a GRU’s h, 0 for an RNN.
 * @returns by state the name of the value to trace, or a number where it is the same always; a state that a sum over its row
 * reaches has none
 */
export function carryingCell(cell: CellGraph): { cell: CellGraph; factors: ReadonlyMap<string, string | number> } {
  const known = carrying.get(cell);
  if (known !== undefined) return known;
  const named = new Map(cell.named);
  const factors = new Map<string, string | number>();
  for (const [s, expr] of cell.next) {
    const own = topological([expr]);
    if (own.some((e) => e.kind === 'rowSum' && topological([e]).includes(stateExpr(s)))) continue;
    const factor = adjoints([{ expr, adjoint: constant(1) }]).get(stateExpr(s)) ?? constant(0);
    if (factor.kind === 'constant') factors.set(s, factor.value);
    else {
      const name = `carried_${s}`;
      named.set(name, factor);
      factors.set(s, name);
    }
  }
  const made = { cell: { ...cell, named }, factors };
  carrying.set(cell, made);
  return made;
}
