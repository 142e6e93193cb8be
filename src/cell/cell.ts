// Cell: a traced cell with what is derived from its graph for people and for files. How it is drawn stands in drawing/cells.
import type { Expr } from '../program/expr.js';
import type { CellGraph, LinearNode, NormNode, VectorNode, Width } from './graph.js';
import { type CellData, graphFromData, graphToData } from './data.js';
import { explainCell, type ExplainOptions, type Explanation } from './explain.js';

/** A recurrent cell: what `defineCell` returns, or `Cell.fromData`. Its graph is plain data and never changes. */
export class Cell implements CellGraph {
  readonly name: string;
  readonly states: readonly string[];
  readonly stateSizes: Readonly<Record<string, Width>>;
  readonly initialState: Readonly<Record<string, number>>;
  readonly output: string;
  readonly linears: readonly LinearNode[];
  readonly vectors: readonly VectorNode[];
  readonly norms: readonly NormNode[];
  readonly named: ReadonlyMap<string, Expr>;
  readonly next: ReadonlyMap<string, Expr>;
  readonly initialBias: Readonly<Record<string, number>>;
  readonly sizes: readonly string[];
  readonly masks: Readonly<Record<string, Width>>;

  constructor(graph: CellGraph) {
    this.name = graph.name;
    this.states = graph.states;
    this.stateSizes = graph.stateSizes;
    this.initialState = graph.initialState;
    this.output = graph.output;
    this.linears = graph.linears;
    this.vectors = graph.vectors;
    this.norms = graph.norms;
    this.named = graph.named;
    this.next = graph.next;
    this.initialBias = graph.initialBias;
    this.sizes = graph.sizes;
    this.masks = graph.masks;
  }

  /** The stages and programs that will run, with their cost in FLOPs and bytes; print it with String(…). */
  explain(options: ExplainOptions): Explanation {
    return explainCell(this, options);
  }

  /** The equations as plain data (JSON), which a model file keeps. */
  toData(): CellData {
    return graphToData(this);
  }

  /** The cell from its data. Errors: FORMAT, CELL where it is damaged. */
  static fromData(data: unknown): Cell {
    return new Cell(graphFromData(data));
  }
}
