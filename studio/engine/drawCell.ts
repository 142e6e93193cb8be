// The formula and the diagram of a cell: loaded when a cell is shown.
import type { Cell } from 'unrolled';
import { toDiagram } from '../../src/drawing/cells/diagram.js';
import { toLatex } from '../../src/drawing/cells/latex.js';
import { formulaHtml } from '../../src/drawing/pages/formula.js';

/** As plain data, since a cell of the bundled library is another class than that of the sources. */
export function drawCell(cell: Cell): { latex: string; formula: string; diagram: string } {
  const graph = { ...cell } as Parameters<typeof toLatex>[0];
  let diagram = '';
  try {
    diagram = toDiagram(graph);
  } catch {
    // A cell that has no room in a diagram has its formula.
  }
  const latex = toLatex(graph);
  return { latex, formula: formulaHtml(latex), diagram };
}
