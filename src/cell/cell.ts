// Cell: a traced cell with what is derived from its graph for people and for files. How it is drawn stands in drawing/cells.
import { brand } from '../copy.js';
import { UnrolledError } from '../errors.js';
import type { Expr } from '../program/expr.js';
import { type CellData, graphToData } from './define/data.js';
import type { CellGraph, LinearNode, NormNode, VectorNode } from './define/graph.js';
import type { WidthName } from './define/width.js';

/** A cell is no class and no function: what calls it as one learns what to write. */
const NotCalled = function (): object {
  const called = function (inputSize: unknown, hiddenSize: unknown): never {
    const sizes = [inputSize, hiddenSize].every((size) => typeof size === 'number');
    const [input, hidden] = sizes ? [inputSize, hiddenSize] : [28, 256];
    const { name } = cell as Cell;
    throw new UnrolledError(
      'USAGE',
      `expected a network of the cell ${name}, received a call of the cell itself`,
      `write new Recurrent(${name}, { inputSize: ${String(input)}, hiddenSize: ${String(hidden)} })`,
    );
  };
  const cell: object = Object.setPrototypeOf(called, new.target.prototype);
  return cell;
} as unknown as new () => object;

/** A recurrent cell: what `defineCell` returns, or `cellFromData`. Its graph is plain data and never changes. */
export class Cell extends NotCalled implements CellGraph {
  /** As messages and files call it: `LSTM`, or the name of a cell of one’s own. */
  readonly name: string;
  /** Names of the states that pass from step to step, in the order of `step`. */
  readonly states: readonly string[];
  /** The width of each state: `hidden`, or a size of the cell’s own such as `projection`. */
  readonly stateSizes: Readonly<Record<string, WidthName>>;
  /** What each state starts with where none is given; 0 where it is not named here. */
  readonly initialState: Readonly<Record<string, number>>;
  /** The state that is the layer’s output. */
  readonly output: string;
  /** The affine maps of a step, each with a weight per operand and a bias: the gates and candidates. */
  readonly linears: readonly LinearNode[];
  /** Parameters that are the same for all rows of a batch: peepholes, gains, shifts. */
  readonly vectors: readonly VectorNode[];
  /** Layer normalizations, as formulas and diagrams show them. */
  readonly norms: readonly NormNode[];
  /** Values with a name, which can be traced: gates, candidates, new states. @internal */
  readonly named: ReadonlyMap<string, Expr>;
  /** The new value of each state, as an expression. @internal */
  readonly next: ReadonlyMap<string, Expr>;
  /** Initial bias of a linear by its name, such as 1 for a forget gate. */
  readonly initialBias: Readonly<Record<string, number>>;
  /** Names of widths that the cell has beside `input` and `hidden`. */
  readonly sizes: readonly string[];
  /** Inputs that stay the same over a sequence, such as dropout masks, with their widths. */
  readonly masks: Readonly<Record<string, WidthName>>;

  static {
    brand(this.prototype, 'cell');
  }

  /** Takes a checked graph; `defineCell` and `cellFromData` make one. */
  constructor(graph: CellGraph) {
    super();
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

  /** The equations as plain data (JSON), which a model file keeps. */
  toData(): CellData {
    return graphToData(this);
  }

  /** The same, so that `cellFromData(JSON.parse(JSON.stringify(cell)))` is the cell again. */
  toJSON(): CellData {
    return this.toData();
  }
}
