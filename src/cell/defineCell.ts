// defineCell: a recurrent cell from its equations. `step` is called once with symbolic values; what it returns is a graph
// from which everything else is derived.
import { Cell } from './cell.js';
import { callSite } from './define/callSite.js';
import { type CellDefinition, checkedGraph } from './define/definition.js';

/**
 * Defines a recurrent cell:
 *
 *     const MGU = defineCell({
 *       name: 'MGU',
 *       state: ['h'],
 *       step({ x, h, linear, sigmoid, tanh }) {
 *         const f = sigmoid(linear('f', x, h));
 *         const n = tanh(linear('n', x, f.mul(h)));
 *         return { h: f.oneMinus().mul(h).add(f.mul(n)) };
 *       },
 *     });
 *
 * Errors: CELL, here and not later, for a state that is never returned, sizes that do not fit, a name used twice, a value of
 * another step, a parameter without use or without gradient, equations that differ when traced again; with the line of the
 * cell's file where the runtime tells it.
 */
export function defineCell<const S extends string>(definition: CellDefinition<S>): Cell {
  return new Cell(checkedGraph(definition, callSite));
}
