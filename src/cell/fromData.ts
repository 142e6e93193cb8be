// A cell from its data: what `cell.toData()` gave, of a file or of another process.
import { Cell } from './cell.js';
import { graphFromData } from './define/fromData.js';

/**
 * The cell of its data: `cellFromData(JSON.parse(JSON.stringify(cell)))` is the cell again.
 *
 * Errors: FORMAT, CELL where it is damaged.
 */
export function cellFromData(data: unknown): Cell {
  return new Cell(graphFromData(data));
}
