// Drawings as methods of Cell: `LSTM.toLatex()`, `LSTM.toDiagram()`. Importing this file installs them; a cell knows nothing of it.
import { Cell } from '../../cell/cell.js';
import { toDiagram } from './diagram.js';
import { toLatex } from './latex.js';
import type { ShownOptions } from './shown.js';

declare module '../../cell/cell.js' {
  interface Cell {
    /** The free function `toLatex` of this cell. */
    toLatex(options?: ShownOptions): string;
    /** The free function `toDiagram` of this cell. */
    toDiagram(options?: ShownOptions): string;
  }
}

Cell.prototype.toLatex = function (options): string {
  return toLatex(this, options);
};

Cell.prototype.toDiagram = function (options): string {
  return toDiagram(this, options);
};
