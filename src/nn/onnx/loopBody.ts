// The graph of a loop's body as a cell: what it computes of x and the states becomes expressions, its products with constants
// become linears. What no cell can say is refused with the node that stands in the way.
// Letters: N batch, D input, H hidden, n columns.
import { Cell } from '../../cell/cell.js';
import { CELLS } from '../../cell/cells/index.js';
import { graphToData } from '../../cell/define/data.js';
import { graphFromData } from '../../cell/define/fromData.js';
import {
  type CellGraph,
  depthOf,
  isName,
  isParameterName,
  joinWidths,
  type LinearNode,
  MAX_DEPTH,
  type VectorNode,
} from '../../cell/define/graph.js';
import { HIDDEN, INPUT_WIDTH, SCALAR, type WidthName } from '../../cell/define/width.js';
import { INPUT, leafOf, linearExpr, stateExpr, vectorExpr } from '../../cell/define/leaf.js';
import { RESERVED } from '../../cell/define/trace.js';
import { brief } from '../../brief.js';
import { UnrolledError } from '../../errors.js';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../formats/onnx/model.js';
import { sameEquations } from '../../formats/onnx/standardNodes.js';
import { apply, constant, type Expr, rowSum, uniform } from '../../program/expr.js';
import { elementwise } from './bodyOperators.js';
import { constantOf } from './constants.js';
import {
  addAffine,
  type Affine,
  columnsOfAffine,
  type MatrixView,
  type Product,
  rowsOfView,
  turnedView,
  viewOf,
} from './products.js';
import { floats } from './recurrentNode.js';
import { axesOf, foldedConstant, type Refuse, wholeNumbers } from './values.js';

/** A row for each sequence; a constant has no width. `lead`: axes of one element before the batch. */
export interface Rows {
  kind: 'rows';
  expr: Expr;
  width: WidthName | null;
  count: number;
  lead: number;
}

/** A sum of products that is no linear yet, and functions of it element by element. */
interface Sum {
  kind: 'sum';
  affine: Affine;
  after: readonly ((e: Expr) => Expr)[];
  lead: number;
}

/** What a name in a body stands for. */
export type BodyValue =
  | Rows
  | Sum
  | { kind: 'pieces'; pieces: readonly (Rows | Sum)[] }
  | { kind: 'constant'; tensor: OnnxTensor; literal?: boolean }
  | { kind: 'matrix'; view: MatrixView }
  | { kind: 'truth'; rows: Rows }
  /** Rows as heads [N, heads, k], or [heads, N, k] where `first`. */
  | { kind: 'heads'; rows: Rows; heads: number; first: boolean }
  | { kind: 'headProduct'; product: Product; first: boolean }
  /** Where a sequence is, by its length. */
  | { kind: 'mask' }
  /** The number of the step, and what is added to it. */
  | { kind: 'time'; offset: number }
  /** Whether the loop goes on. */
  | { kind: 'goesOn' }
  /** A size of the input, such as the number of its steps. */
  | { kind: 'size'; steps: boolean }
  /** The sizes of rows of the step, of which the last is known. */
  | { kind: 'shape'; rank: number; last: number }
  /** All steps of the input, of which a loop takes one. */
  | { kind: 'steps'; step: BodyValue; axis: number }
  /** Values of all steps so far. */
  | { kind: 'list'; of: Rows | null };

/** A state of the loop. */
export interface LoopState {
  /** The input of the body. */
  input: string;
  /** The output of the body. */
  output: string;
  /** Its size, where the graph around the loop knows it. */
  count: number | null;
  /** What it starts with, where that is one number; null where an input of the file or a row gives it. */
  initial: number | null;
}

/** What a body is read with. */
export interface BodyCall {
  graph: OnnxGraph;
  states: readonly LoopState[];
  /** Other inputs of the body. */
  inputs: ReadonlyMap<string, BodyValue>;
  /** A value of the graphs around. */
  outer(name: string): BodyValue | undefined;
  /** The name of the output at every step; null where the first state is the output. */
  output: string | null;
  /** Size of x, and of the network's name for it. */
  inputSize: number;
  /** Counts numbers that are taken. */
  charge(numbers: number, refuse: Refuse): void;
  refuseAt(node: OnnxNode): Refuse;
  refuse: Refuse;
  opset: number;
}

/** A cell with the numbers of its parameters. */
export interface BodyCell {
  cell: CellGraph;
  /** Values of widths. */
  hiddenSize: number;
  inputSize: number;
  sizes: Readonly<Record<string, number>>;
  numHeads: number | null;
  bias: boolean;
  /** By the name of a linear. */
  linears: ReadonlyMap<string, Affine>;
  /** By the name of a vector. */
  vectors: ReadonlyMap<string, Float32Array>;
  /** For each state of the loop, its name in the cell. */
  stateNames: readonly string[];
}

const MAX_BODY = 5_000;
const MAX_PRODUCTS = 100;

/** The cell of a body. Errors: FORMAT, by `refuse`. */
export function readBody(call: BodyCall): BodyCell {
  return new BodyReader(call).read();
}

/** Whether a value is only added to others, or taken apart for that: then its products belong to the cell. */
export function isSummand({ nodes }: OnnxGraph, name: string): boolean {
  const users = nodes.filter(({ inputs }) => inputs.includes(name));
  return users.length > 0 && users.every(({ op }) => ['Split', 'Slice', 'Add', 'Sum'].includes(op));
}

class BodyReader {
  readonly #call: BodyCall;
  readonly #values = new Map<string, BodyValue>();
  readonly #uses = new Map<string, number>();
  readonly #linears: LinearNode[] = [];
  readonly #sums = new Map<string, Affine>();
  readonly #forced = new Map<Sum, Rows>();
  readonly #vectors: VectorNode[] = [];
  readonly #numbers = new Map<string, Float32Array>();
  readonly #vectorOf = new Map<string, Rows>();
  readonly #summed = new Map<Expr, { width: WidthName; count: number }>();
  readonly #widths = new Map<number, WidthName>();
  #heads: number | null = null;

  constructor(call: BodyCall) {
    this.#call = call;
  }

  read(): BodyCell {
    const { graph, states, inputs, refuse } = this.#call;
    if (graph.nodes.length > MAX_BODY) refuse(`at most ${MAX_BODY} nodes in its body`, String(graph.nodes.length));
    const counts = states.map((state) => this.#countOf(state));
    const hidden = Math.max(...counts);
    this.#widths.set(hidden, HIDDEN);
    const other = counts.find((count) => count !== hidden);
    if (other !== undefined) this.#widths.set(other, 'projection');
    const stateNames = this.#stateNames();
    for (const tensor of graph.initializers) this.#values.set(tensor.name, { kind: 'constant', tensor });
    for (const [name, value] of inputs) this.#values.set(name, value);
    states.forEach(({ input }, i) => {
      const [expr, count] = [stateExpr(stateNames[i]), counts[i]];
      this.#values.set(input, { kind: 'rows', expr, width: this.#widthOf(count), count, lead: 0 });
    });
    for (const name of [...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs.map(({ name }) => name)]) {
      this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
    }
    for (const node of graph.nodes) this.#node(node);
    return this.#finish(stateNames, counts, hidden);
  }

  #finish(stateNames: string[], counts: readonly number[], hidden: number): BodyCell {
    const { graph, states, output, refuse, inputSize } = this.#call;
    const next = new Map(states.map((state, i) => [stateNames[i], this.#result(state.output, counts[i])]));
    const stateSizes = Object.fromEntries(stateNames.map((s, i) => [s, this.#widthOf(counts[i])]));
    let out = stateNames[0];
    if (output !== null) {
      const value = this.#result(output, null);
      const found = stateNames.find((s) => next.get(s)?.expr === value.expr);
      if (found === undefined) {
        out = ['y', 'output', 'out_put'].find((name) => !stateNames.includes(name)) ?? refuse('free names', 'none');
        next.set(out, value);
        stateSizes[out] = this.#widthOf(value.count);
      } else out = found;
    }
    const initialState = Object.fromEntries(
      states.flatMap(({ initial }, i): [string, number][] => (initial ? [[stateNames[i], initial]] : [])),
    );
    const roots = [...next.values()].map(({ expr }) => expr);
    if (depthOf([...roots, ...this.#linears.flatMap((l) => l.operands)]) > MAX_DEPTH) {
      refuse(`at most ${MAX_DEPTH} operations above each other`, 'more');
    }
    const sizes = Object.fromEntries([...this.#widths].flatMap(([n, name]) => (name === HIDDEN ? [] : [[name, n]])));
    const made: CellGraph = {
      ...{ name: cellName(graph.name), states: [...next.keys()], stateSizes, initialState, output: out },
      ...{ linears: this.#linears, vectors: this.#vectors, norms: [], named: new Map(), initialBias: {} },
      ...{ next: new Map([...next].map(([s, { expr }]) => [s, expr])), sizes: Object.keys(sizes), masks: {} },
    };
    let cell: CellGraph;
    try {
      cell = new Cell(graphFromData(graphToData(made)));
    } catch (error) {
      if (!(error instanceof UnrolledError)) throw error;
      return refuse('a body that makes a cell', brief(error.message, 200));
    }
    const free = new Set(states.flatMap(({ initial }, i) => (initial === null ? [stateNames[i]] : [])));
    const known = Object.values(CELLS).find((own) => isSame(own, cell, free));
    const wanted = known?.sizes ?? cell.sizes;
    return {
      cell: known ?? cell,
      ...{ hiddenSize: hidden, inputSize, numHeads: this.#heads, stateNames },
      sizes: Object.fromEntries(wanted.map((name) => [name, sizes[name] ?? hidden])),
      bias: this.#linears.some(({ bias }) => bias),
      ...{ linears: this.#sums, vectors: this.#numbers },
    };
  }

  /** What an output of the body stands for. @param count of the state that it becomes */
  #result(name: string, count: number | null): Rows {
    const { refuse } = this.#call;
    const value = this.#lookup(name);
    if (value === undefined) return refuse('outputs that its nodes make', `"${brief(name)}"`);
    const rows = this.#rows(value, refuse, name);
    if (count === null || rows.count === count || rows.width === null || rows.width === SCALAR) {
      return rows.width === SCALAR && count !== 1 && count !== null
        ? refuse(`a state of ${count} numbers`, 'one number')
        : rows;
    }
    return refuse(`a state of ${count} numbers`, String(rows.count));
  }

  #stateNames(): string[] {
    const { states } = this.#call;
    const wanted = states.map(({ input }) => {
      const last = input.split(/[./]/).at(-1) ?? '';
      return /before\.\w+$/.test(input) && isName(last) && !(RESERVED as readonly string[]).includes(last)
        ? last
        : null;
    });
    if (wanted.every((name) => name !== null) && new Set(wanted).size === wanted.length) return wanted;
    const plain = ['h', 'c', 'm', 'n'];
    return states.map((_, i) => plain.at(i) ?? `s${i}`);
  }

  #countOf({ input, count }: LoopState): number {
    const { graph, refuse } = this.#call;
    const size = graph.inputs.find(({ name }) => name === input)?.shape?.at(-1);
    if (typeof size === 'number' && size > 0) return size;
    if (count !== null) return count;
    for (const { op, inputs, attributes } of graph.nodes) {
      const weight = ['MatMul', 'Gemm'].includes(op) && inputs[0] === input ? this.#lookup(inputs[1]) : undefined;
      const turned = attributes.transB?.kind === 'int' && attributes.transB.value === 1;
      const rows = weight?.kind === 'constant' ? weight.tensor.shape.at(turned ? 1 : 0) : undefined;
      if (rows !== undefined) return rows;
    }
    return refuse('states whose size the file says', `"${brief(input)}"`);
  }

  #widthOf(count: number): WidthName {
    const found = this.#widths.get(count) ?? `size_${count}`;
    this.#widths.set(count, found);
    return found;
  }

  #lookup(name: string): BodyValue | undefined {
    return this.#values.get(name) ?? this.#call.outer(name);
  }

  #node(node: OnnxNode): void {
    const refuse = this.#call.refuseAt(node);
    if (node.domain !== '') refuse("ONNX's own operators", `one of ${brief(node.domain)}`);
    const made = this.#made(node, refuse);
    node.outputs.forEach((name, i) => {
      const value = made.at(i);
      if (name !== '' && value !== undefined) this.#values.set(name, value);
    });
  }

  #made(node: OnnxNode, refuse: Refuse): BodyValue[] {
    const { op } = node;
    if (op === 'Constant') {
      const value = constantOf(node, refuse);
      return value.kind === 'constant' ? [{ ...value, literal: true }] : refuse('a constant of numbers', 'another');
    }
    const inputs = node.inputs.map((name) => (name === '' ? undefined : this.#lookup(name)));
    const [first, second] = inputs;
    if (first === undefined) return refuse('a value of the body or around it', brief(node.inputs[0] ?? 'none'));
    switch (op) {
      case 'Identity':
      case 'Dropout':
        return [first];
      case 'Cast':
        return [this.#cast(node, first, refuse)];
      case 'Shape':
        return [this.#shapeOf(first)];
      case 'Transpose':
        return [this.#transposed(node, first, refuse)];
      case 'Reshape':
        return [this.#reshaped(first, second, refuse)];
      case 'Squeeze':
      case 'Unsqueeze':
        return [this.#led(node, first, second, refuse)];
      case 'Expand':
        return [this.#expanded(first, second, refuse)];
      case 'Gather':
        return [this.#gathered(node, first, second, refuse)];
      case 'Split':
      case 'Slice':
        return this.#cut(node, inputs, refuse);
      case 'Concat':
        return [{ kind: 'pieces', pieces: inputs.flatMap((value) => this.#piecesOf(node, value, refuse)) }];
      case 'MatMul':
        return [this.#product(first, this.#matrix(second, false, refuse), node.outputs[0], refuse)];
      case 'Gemm':
        return [this.#gemm(node, inputs, refuse)];
      case 'ReduceSum':
      case 'ReduceMean':
        return [this.#reduced(node, first, second, refuse)];
      case 'LayerNormalization':
        return [this.#norm(node, inputs, refuse)];
      case 'Where':
        return [this.#where(node, inputs, refuse)];
      case 'SequenceInsert': {
        if (first.kind !== 'list' || second === undefined) return refuse('a list of the steps', 'another value');
        return [{ kind: 'list', of: this.#rows(second, refuse, node.inputs[1]) }];
      }
      default:
        return [this.#element(node, inputs, refuse)];
    }
  }

  #cast(node: OnnxNode, value: BodyValue, refuse: Refuse): BodyValue {
    const to = node.attributes.to?.kind === 'int' ? node.attributes.to.value : 0;
    if (value.kind === 'truth') return to === BOOL ? value : value.rows;
    if (to === BOOL && (value.kind === 'rows' || value.kind === 'sum')) {
      return { kind: 'truth', rows: this.#rows(value, refuse, '') };
    }
    if (value.kind === 'constant' || [...FLOATS, BOOL].includes(to) || ['time', 'size'].includes(value.kind))
      return value;
    return refuse('real numbers', `a cast to type ${to}`);
  }

  #shapeOf(value: BodyValue): BodyValue {
    if (value.kind !== 'rows' && value.kind !== 'sum') return { kind: 'size', steps: false };
    return { kind: 'shape', rank: value.lead + 2, last: countOf(value) };
  }

  #transposed(node: OnnxNode, value: BodyValue, refuse: Refuse): BodyValue {
    const perm = node.attributes.perm?.kind === 'ints' ? node.attributes.perm.value.join() : null;
    if (value.kind === 'constant' && value.tensor.shape.length === 2) {
      return perm === '0,1' ? value : { kind: 'matrix', view: turnedView(this.#viewOf(value.tensor, refuse)) };
    }
    if ((value.kind === 'heads' || value.kind === 'headProduct') && perm === '1,0,2') {
      return { ...value, first: !value.first };
    }
    return refuse('rows as they are', 'a transposition');
  }

  #viewOf(tensor: OnnxTensor, refuse: Refuse): MatrixView {
    this.#call.charge(tensor.data.length, refuse);
    return viewOf(floats(tensor, refuse), tensor.shape);
  }

  #reshaped(value: BodyValue, shape: BodyValue | undefined, refuse: Refuse): BodyValue {
    const wanted = shape?.kind === 'constant' ? wholeNumbers(shape.tensor) : [];
    if (value.kind === 'headProduct' && !value.first && wanted.length === 2) {
      const { matrix } = value.product;
      const columns = matrix.heads * matrix.columns;
      if (wanted[1] !== columns && wanted[1] !== -1) return refuse(`rows of ${columns}`, wanted.join(', '));
      return { kind: 'sum', affine: { products: [value.product], bias: null, columns }, after: [], lead: 0 };
    }
    if (value.kind === 'sum' && wanted.length === 2 && wanted[1] === value.affine.columns) return { ...value, lead: 0 };
    if (value.kind === 'rows' || value.kind === 'sum') {
      const rows = this.#rows(value, refuse, '');
      const [, heads, k] = wanted;
      if (wanted.length === 2 && heads === rows.count) return { ...rows, lead: 0 };
      if (wanted.length === 3 && heads > 0 && heads * k === rows.count) {
        if (this.#heads !== null && this.#heads !== heads) return refuse(`${this.#heads} heads`, String(heads));
        this.#heads = heads;
        return { kind: 'heads', rows, heads, first: false };
      }
    }
    return refuse('rows, or heads of them', `a reshape to [${wanted.join(', ')}]`);
  }

  /** Axes of one element before the batch. */
  #led(node: OnnxNode, value: BodyValue, second: BodyValue | undefined, refuse: Refuse): BodyValue {
    if (value.kind === 'time' || value.kind === 'size' || value.kind === 'mask' || value.kind === 'goesOn')
      return value;
    const axes = second?.kind === 'constant' ? ({ kind: 'constant', tensor: second.tensor } as const) : undefined;
    if (value.kind === 'constant') {
      const tensor = foldedConstant(node, value.tensor, axes);
      return tensor === null ? refuse('a constant that is turned around', node.op) : { ...value, tensor };
    }
    if (value.kind === 'rows' || value.kind === 'sum') {
      const change = node.op === 'Squeeze' ? -1 : 1;
      const own = axesOf(node, axes, value.lead + 2 + Math.max(change, 0));
      if ((own === null ? change < 0 : own.join() === '0') && value.lead + change >= 0) {
        return { ...value, lead: value.lead + change };
      }
    }
    return refuse('rows of the batch', `another axis, by ${node.op}`);
  }

  #expanded(value: BodyValue, shape: BodyValue | undefined, refuse: Refuse): BodyValue {
    const rows = this.#rows(value, refuse, '');
    const width = shape?.kind === 'constant' ? wholeNumbers(shape.tensor).at(-1) : undefined;
    if (width === undefined || width === rows.count || width === 1) return rows;
    return rows.count === 1 ? { ...rows, count: width } : refuse(`rows of ${rows.count}`, String(width));
  }

  #gathered(node: OnnxNode, value: BodyValue, index: BodyValue | undefined, refuse: Refuse): BodyValue {
    const { axis } = node.attributes;
    const at = axis?.kind === 'int' ? axis.value : 0;
    if (value.kind === 'size') return value;
    if (value.kind === 'shape' && index?.kind === 'constant' && index.tensor.data.length === 1) {
      const [i] = wholeNumbers(index.tensor);
      const isLast = i === -1 || i === value.rank - 1;
      return isLast ? wholeConstant(value.last, index.tensor.shape) : { kind: 'size', steps: false };
    }
    if (value.kind !== 'steps' || index?.kind !== 'time' || index.offset !== 0) {
      return refuse('the step of the input that the loop is at', 'other elements');
    }
    return at === value.axis ? value.step : refuse(`steps along axis ${value.axis}`, String(at));
  }

  #piecesOf(node: OnnxNode, value: BodyValue | undefined, refuse: Refuse): readonly (Rows | Sum)[] {
    const { axis } = node.attributes;
    const at = axis?.kind === 'int' ? axis.value : 0;
    if (at !== -1 && at !== 1) return refuse('values side by side', `along axis ${at}`);
    if (value?.kind === 'pieces') return value.pieces;
    return value?.kind === 'rows' || value?.kind === 'sum' ? [value] : refuse('rows side by side', 'another value');
  }

  /** Split and Slice of products, or of what was put side by side. */
  #cut(node: OnnxNode, inputs: readonly (BodyValue | undefined)[], refuse: Refuse): BodyValue[] {
    const [value] = inputs;
    const total =
      value?.kind === 'sum'
        ? value.affine.columns
        : value?.kind === 'headProduct'
          ? value.product.matrix.columns
          : value?.kind === 'pieces'
            ? value.pieces.reduce((sum, piece) => sum + countOf(piece), 0)
            : value?.kind === 'rows'
              ? value.count
              : refuse('rows that are cut', 'another value');
    const parts =
      node.op === 'Split' ? this.#splitParts(node, inputs, total, refuse) : this.#sliceParts(inputs, total, refuse);
    return parts.map(([first, count], i): BodyValue => {
      if (first < 0 || count < 1 || first + count > total)
        return refuse(`columns 0 to ${total}`, `${first} to ${first + count}`);
      if (first === 0 && count === total && value !== undefined) return value;
      if (value?.kind === 'sum' && value.affine.products.every(({ perHead }) => !perHead)) {
        return { ...value, affine: { ...columnsOfAffine(value.affine, first, count), name: node.outputs[i] } };
      }
      if (value?.kind === 'headProduct') {
        const [product] = columnsOfAffine(
          { products: [value.product], bias: null, columns: total },
          first,
          count,
        ).products;
        return { ...value, product };
      }
      if (value?.kind === 'pieces') {
        let at = 0;
        const inside = value.pieces.filter((piece) => {
          const start = at;
          at += countOf(piece);
          return start >= first && at <= first + count;
        });
        if (inside.reduce((sum, piece) => sum + countOf(piece), 0) === count) {
          return inside.length === 1 ? inside[0] : { kind: 'pieces', pieces: inside };
        }
      }
      return refuse('columns of products', 'a part of a state or of what is computed from it');
    });
  }

  #splitParts(
    node: OnnxNode,
    inputs: readonly (BodyValue | undefined)[],
    total: number,
    refuse: Refuse,
  ): [number, number][] {
    const { axis, split } = node.attributes;
    const at = axis?.kind === 'int' ? axis.value : 0;
    if (at !== -1 && at !== (inputs[0]?.kind === 'headProduct' ? 2 : 1))
      return refuse('a split of columns', `along axis ${at}`);
    const given = inputs.at(1);
    const count = node.outputs.length;
    const sizes =
      split?.kind === 'ints'
        ? split.value
        : given?.kind === 'constant'
          ? wholeNumbers(given.tensor)
          : new Array<number>(count).fill(total / count);
    if (sizes.length !== count || sizes.some((n) => !Number.isInteger(n)))
      return refuse('whole sizes of a split', sizes.join(', '));
    let first = 0;
    return sizes.map((n) => {
      first += n;
      return [first - n, n];
    });
  }

  #sliceParts(inputs: readonly (BodyValue | undefined)[], total: number, refuse: Refuse): [number, number][] {
    const [start, end, axis, step] = inputs.slice(1).map((value) => {
      const numbers = value?.kind === 'constant' ? wholeNumbers(value.tensor) : undefined;
      return numbers?.length === 1 ? numbers[0] : undefined;
    });
    if (start === undefined || end === undefined || (axis !== -1 && axis !== 1) || (step ?? 1) !== 1) {
      return refuse('a slice of columns by constants', 'another');
    }
    const clamped = (n: number): number => Math.min(Math.max(n < 0 ? n + total : n, 0), total);
    return [[clamped(start), clamped(end) - clamped(start)]];
  }

  #matrix(value: BodyValue | undefined, turn: boolean, refuse: Refuse): MatrixView {
    const view =
      value?.kind === 'matrix'
        ? value.view
        : value?.kind === 'constant' && value.tensor.shape.length === 2
          ? this.#viewOf(value.tensor, refuse)
          : value?.kind === 'constant' && value.tensor.shape.length === 3
            ? this.#headView(value.tensor, refuse)
            : refuse('a product with a matrix of constants', 'one of other values');
    return turn ? turnedView(view) : view;
  }

  #headView(tensor: OnnxTensor, refuse: Refuse): MatrixView {
    const [heads, ...shape] = tensor.shape;
    this.#call.charge(tensor.data.length, refuse);
    return { ...viewOf(floats(tensor, refuse), shape), heads, headStep: shape[0] * shape[1] };
  }

  #product(value: BodyValue, matrix: MatrixView, name: string, refuse: Refuse): BodyValue {
    if (matrix.heads > 1 || value.kind === 'heads') {
      if (value.kind !== 'heads' || !value.first || matrix.heads !== value.heads)
        return refuse('heads times heads', 'others');
      if (matrix.rows * matrix.heads !== value.rows.count)
        return refuse(`weights of ${value.rows.count} rows`, 'others');
      return { kind: 'headProduct', product: { operand: value.rows.expr, perHead: true, matrix }, first: true };
    }
    const pieces = value.kind === 'pieces' ? value.pieces : [value];
    let first = 0;
    const [lead] = pieces.map((piece) => (piece.kind === 'rows' || piece.kind === 'sum' ? piece.lead : 0));
    const products = pieces.map((piece): Product => {
      const rows = this.#rows(piece, refuse, '');
      if (rows.width === null || rows.width === SCALAR) return refuse('a product of rows', 'one of a number');
      first += rows.count;
      return { operand: rows.expr, perHead: false, matrix: rowsOfView(matrix, first - rows.count, rows.count) };
    });
    if (first !== matrix.rows) return refuse(`a matrix of ${first} rows`, String(matrix.rows));
    return { kind: 'sum', affine: { products, bias: null, columns: matrix.columns, name }, after: [], lead };
  }

  #gemm(node: OnnxNode, [x, w, c]: readonly (BodyValue | undefined)[], refuse: Refuse): BodyValue {
    const number = numbersOf(node);
    if (x === undefined || number('alpha', 1) !== 1 || number('beta', 1) !== 1 || number('transA', 0) !== 0) {
      return refuse('alpha and beta of 1, and transA of 0', 'others');
    }
    const product = this.#product(x, this.#matrix(w, number('transB', 0) !== 0, refuse), node.outputs[0], refuse);
    return c === undefined ? product : this.#added(product, '', c, node.inputs[2], refuse);
  }

  /** The sum of two values: of products, where both are and nobody else reads them. */
  #added(a: BodyValue, aName: string, b: BodyValue, bName: string, refuse: Refuse): BodyValue {
    const open = (value: BodyValue, name: string): value is Sum =>
      value.kind === 'sum' && value.after.length === 0 && (this.#uses.get(name) ?? 1) <= 1;
    if (open(a, aName) && open(b, bName) && a.affine.columns === b.affine.columns) {
      const affine = addAffine(a.affine, b.affine);
      if (affine.products.length > MAX_PRODUCTS) refuse(`at most ${MAX_PRODUCTS} products in a sum`, 'more');
      return { kind: 'sum', affine, after: [], lead: Math.max(a.lead, b.lead) };
    }
    if (open(b, bName) && a.kind === 'constant') return this.#added(b, bName, a, aName, refuse);
    if (open(a, aName) && b.kind === 'constant' && b.tensor.shape.length > 0) {
      const { tensor } = b;
      const { columns } = a.affine;
      if (tensor.data.length === columns && tensor.shape.at(-1) === columns) {
        this.#call.charge(columns, refuse);
        const bias = { products: [], bias: floats(tensor, refuse), columns, name: tensor.name };
        return { ...a, affine: addAffine(a.affine, bias) };
      }
    }
    const [x, y] = [this.#rows(a, refuse, aName), this.#rows(b, refuse, bName)];
    return this.#joined(
      [x, y],
      elementwise('Add', [x.expr, y.expr], () => 0),
      refuse,
      'Add',
    );
  }

  /** An elementwise operator. */
  #element(node: OnnxNode, inputs: readonly (BodyValue | undefined)[], refuse: Refuse): BodyValue {
    const { op } = node;
    const whole = wholeArithmetic(op, inputs);
    if (whole !== null) return whole;
    const logic = this.#logic(node, inputs, refuse);
    if (logic !== null) return logic;
    const [first, second] = inputs;
    const number = numbersOf(node);
    if (first === undefined || (inputs.includes(undefined) && op !== 'Clip'))
      return refuse('values of the body', 'none');
    if (op === 'Add' && second !== undefined) return this.#added(first, node.inputs[0], second, node.inputs[1], refuse);
    if (first.kind === 'sum' && inputs.length === 1 && (this.#uses.get(node.inputs[0]) ?? 1) <= 1) {
      // Functions of products side by side, which are taken apart later.
      if (elementwise(op, [INPUT], number) === null) return refuse('an operator that cells have', op);
      return { ...first, after: [...first.after, (e) => elementwise(op, [e], number) ?? e] };
    }
    if (first.kind === 'pieces' && inputs.length === 1) {
      return {
        kind: 'pieces',
        pieces: first.pieces.map((piece) => this.#element(node, [piece], refuse) as Rows | Sum),
      };
    }
    if (op === 'Clip') return this.#clipped(node, inputs, refuse);
    const rows = inputs.map((value, i) => this.#rows(value, refuse, node.inputs[i]));
    const mean = op === 'Mul' ? (this.#mean(rows[0], rows[1]) ?? this.#mean(rows[1], rows[0])) : null;
    if (mean !== null) return mean;
    const made = elementwise(
      op,
      rows.map(({ expr }) => expr),
      number,
    );
    return this.#joined(rows, made, refuse, op);
  }

  #clipped(node: OnnxNode, inputs: readonly (BodyValue | undefined)[], refuse: Refuse): Rows {
    let value = this.#rows(inputs[0], refuse, node.inputs[0]);
    const number = numbersOf(node);
    (['Max', 'Min'] as const).forEach((op, i) => {
      const attribute = number(i === 0 ? 'min' : 'max', NaN);
      const given = inputs.at(i + 1);
      const bound = given === undefined ? null : this.#rows(given, refuse, node.inputs[i + 1]);
      const expr = bound?.expr ?? (Number.isNaN(attribute) ? null : constant(attribute));
      if (expr === null) return;
      value = this.#joined(
        [value, ...(bound === null ? [] : [bound])],
        elementwise(op, [value.expr, expr], number),
        refuse,
        op,
      );
    });
    return value;
  }

  /** Numbers of steps, and what is true of elements; null for any other operator. */
  #logic(node: OnnxNode, inputs: readonly (BodyValue | undefined)[], refuse: Refuse): BodyValue | null {
    const { op } = node;
    const [a, b] = inputs;
    const whole = (value: BodyValue | undefined): number | null =>
      value?.kind === 'constant' && value.tensor.data.length === 1 && /int/.test(value.tensor.dtype)
        ? wholeNumbers(value.tensor)[0]
        : null;
    if (a?.kind === 'time' || b?.kind === 'time') {
      const [time, other] = a?.kind === 'time' ? [a, b] : [b, a];
      const n = whole(other);
      if (op === 'Add' && time?.kind === 'time' && n !== null) return { kind: 'time', offset: time.offset + n };
      const bounded = other?.kind === 'size' || (n ?? 0) >= 2 ** 31 - 1;
      if (op === 'Less' && a?.kind === 'time' && a.offset === 1 && bounded) return { kind: 'goesOn' };
      if (op === 'Greater' && b?.kind === 'time' && b.offset === 1 && bounded) return { kind: 'goesOn' };
      return refuse('the number of the step, to take one step of the input', `${op} of it`);
    }
    if (op === 'And' && a?.kind === 'goesOn' && b?.kind === 'goesOn') return a;
    const truth = (value: BodyValue | undefined, i: number): Rows =>
      value?.kind === 'truth' ? value.rows : this.#rows(value, refuse, node.inputs[i]);
    const compared = (name: 'less' | 'equal', x: Rows, y: Rows, not: boolean): BodyValue => {
      const expr = apply(name, x.expr, y.expr);
      const rows = this.#joined([x, y], not ? apply('sub', constant(1), expr) : expr, refuse, op);
      return { kind: 'truth', rows };
    };
    switch (op) {
      case 'Less':
        return compared('less', truth(a, 0), truth(b, 1), false);
      case 'Greater':
        return compared('less', truth(b, 1), truth(a, 0), false);
      case 'LessOrEqual':
        return compared('less', truth(b, 1), truth(a, 0), true);
      case 'GreaterOrEqual':
        return compared('less', truth(a, 0), truth(b, 1), true);
      case 'Equal':
        return compared('equal', truth(a, 0), truth(b, 1), false);
      case 'Not':
        return a?.kind === 'truth'
          ? { kind: 'truth', rows: { ...a.rows, expr: apply('sub', constant(1), a.rows.expr) } }
          : refuse('a comparison', 'another value');
      case 'And':
      case 'Or': {
        const [x, y] = [truth(a, 0), truth(b, 1)];
        const expr = apply(op === 'And' ? 'mul' : 'max', x.expr, y.expr);
        return { kind: 'truth', rows: this.#joined([x, y], expr, refuse, op) };
      }
      default:
        return null;
    }
  }

  #where(node: OnnxNode, [condition, yes, no]: readonly (BodyValue | undefined)[], refuse: Refuse): BodyValue {
    if (yes === undefined || no === undefined) return refuse('three values', 'fewer');
    if (condition?.kind === 'mask') {
      const kept = this.#rows(no, refuse, node.inputs[2]);
      const isState = leafOf(kept.expr)?.kind === 'state';
      const isZero = kept.expr.kind === 'constant' && kept.expr.value === 0;
      return isState || isZero
        ? yes
        : refuse('the state before, or zero, beyond the end of a sequence', 'another value');
    }
    if (condition?.kind !== 'truth') return refuse('a comparison of values of the step', 'another condition');
    const rows = [condition.rows, this.#rows(yes, refuse, node.inputs[1]), this.#rows(no, refuse, node.inputs[2])];
    return this.#joined(rows, apply('select', rows[0].expr, rows[1].expr, rows[2].expr), refuse, 'Where');
  }

  #reduced(node: OnnxNode, value: BodyValue, second: BodyValue | undefined, refuse: Refuse): Rows {
    const rows = this.#rows(value, refuse, node.inputs[0]);
    const number = numbersOf(node);
    const axes = axesOf(node, second?.kind === 'constant' ? { kind: 'constant', tensor: second.tensor } : undefined, 2);
    if (axes?.join() !== '1' || number('keepdims', 1) !== 1 || rows.width === SCALAR || rows.lead > 0) {
      return refuse('sums over a row, with keepdims', 'others');
    }
    const width = rows.width ?? HIDDEN;
    const sum = rowSum(rows.expr);
    this.#summed.set(sum, { width, count: rows.count });
    const made: Rows = { kind: 'rows', expr: sum, width: SCALAR, count: 1, lead: 0 };
    return node.op === 'ReduceSum' ? made : { ...made, expr: apply('mul', sum, uniform(`1/${width}`)) };
  }

  /** A sum over rows times one over their length: a mean, for any length. */
  #mean(sum: Rows, factor: Rows): Rows | null {
    if (factor.expr.kind !== 'constant') return null;
    const widths: WidthName[] = [];
    let total = 0;
    const visit = (e: Expr): boolean => {
      if (e.kind === 'op' && e.op === 'add') return e.args.every(visit);
      const found = this.#summed.get(e);
      if (found === undefined) return false;
      widths.push(found.width);
      total += found.count;
      return true;
    };
    if (!visit(sum.expr)) return null;
    for (let times = 1; times <= 8; times++) {
      if (Math.abs(factor.expr.value * total * times - 1) > 1e-6) continue;
      const names = new Array<readonly WidthName[]>(times).fill(widths).flat();
      return { ...sum, expr: apply('mul', sum.expr, uniform(`1/${names.join('+')}`)) };
    }
    return null;
  }

  #norm(node: OnnxNode, [value, gain, shift]: readonly (BodyValue | undefined)[], refuse: Refuse): Rows {
    const x = this.#rows(value, refuse, node.inputs[0]);
    const number = numbersOf(node);
    const axis = number('axis', -1);
    if ((axis !== -1 && axis !== 1) || x.width === null || x.width === SCALAR)
      return refuse('a norm of rows', 'another');
    const mean = (e: Expr): Expr => apply('mul', rowSum(e), uniform(`1/${x.width}`));
    const centered = apply('sub', x.expr, mean(x.expr));
    const variance = mean(apply('mul', centered, centered));
    const scale = apply('div', constant(1), apply('sqrt', apply('add', variance, constant(number('epsilon', 1e-5)))));
    const g = this.#rows(gain, refuse, node.inputs[1]);
    const made = apply('mul', apply('mul', centered, scale), g.expr);
    const b = shift === undefined ? null : this.#rows(shift, refuse, node.inputs[2]);
    return this.#joined(
      [x, g, ...(b === null ? [] : [b])],
      b === null ? made : apply('add', made, b.expr),
      refuse,
      node.op,
    );
  }

  /** The result of an elementwise operator on rows. */
  #joined(rows: readonly Rows[], expr: Expr | null, refuse: Refuse, op: string): Rows {
    if (expr === null) return refuse('an operator that cells have', op);
    let width: WidthName | null = null;
    let [count, lead] = [1, 0];
    for (const one of rows) {
      const joined = joinWidths(width, one.width);
      const fits = one.count === count || one.count === 1 || count === 1;
      if (joined === undefined || !fits) return refuse(`rows of ${count}`, `${one.count}, by ${op}`);
      width = joined;
      count = Math.max(count, one.count);
      lead = Math.max(lead, one.lead);
    }
    return { kind: 'rows', expr, width, count, lead };
  }

  /** A value as an expression: products become a linear, constants a number or a parameter. */
  #rows(value: BodyValue | undefined, refuse: Refuse, name: string): Rows {
    switch (value?.kind) {
      case 'rows':
        return value;
      case 'sum':
        return this.#linear(value, refuse);
      case 'constant':
        return this.#constant(value.tensor, value.literal === true, refuse);
      case 'list':
        return value.of ?? refuse('a step in the list', 'none');
      case 'truth':
        return refuse('numbers', 'a comparison');
      default:
        return refuse('a row for each sequence', name === '' ? 'another value' : `"${brief(name)}"`);
    }
  }

  #linear(sum: Sum, refuse: Refuse): Rows {
    const known = this.#forced.get(sum);
    if (known !== undefined) return known;
    const { affine, after, lead } = sum;
    const name = this.#free(/(?:linear|bias)\.([A-Za-z]\w*)$/.exec(affine.name ?? '')?.[1] ?? '', 'z', (n) =>
      this.#sums.has(n),
    );
    const operands = affine.products.filter(
      (p, i) => affine.products.findIndex((q) => q.operand === p.operand && q.perHead === p.perHead) === i,
    );
    if (operands.length === 0) return refuse('products of x or of states', 'none');
    const width = this.#widthOf(affine.columns);
    this.#sums.set(name, affine);
    this.#linears.push({
      ...{ name, size: width, bias: affine.bias !== null },
      operands: operands.map(({ operand }) => operand),
      perHead: operands.map(({ perHead }) => perHead),
    });
    const expr = after.reduce((e, apply) => apply(e), linearExpr(name));
    const made: Rows = { kind: 'rows', expr, width, count: affine.columns, lead };
    this.#forced.set(sum, made);
    return made;
  }

  #constant(tensor: OnnxTensor, literal: boolean, refuse: Refuse): Rows {
    const { shape, data } = tensor;
    if (data.length === 1 && (literal || shape.length === 0)) {
      const value = shortest(Number(data[0]));
      if (!Number.isFinite(value)) return refuse('finite numbers', String(value));
      return { kind: 'rows', expr: constant(value), width: null, count: 1, lead: 0 };
    }
    const count = shape.at(-1) ?? 1;
    if (data.length !== count || count === 0) return refuse('a number or a row of constants', `[${shape.join(', ')}]`);
    const known = this.#vectorOf.get(tensor.name);
    if (tensor.name !== '' && known !== undefined) return known;
    this.#call.charge(count, refuse);
    const last = tensor.name.split(/[./]/).at(-1) ?? '';
    const name = this.#free(isParameterName(last) ? '' : last, 'v', (n) => this.#numbers.has(n));
    const size = count === 1 ? SCALAR : this.#widthOf(count);
    this.#numbers.set(name, floats(tensor, refuse));
    this.#vectors.push({ name, size, init: null });
    const made: Rows = { kind: 'rows', expr: vectorExpr(name), width: size, count, lead: 0 };
    this.#vectorOf.set(tensor.name, made);
    return made;
  }

  #free(wanted: string, letter: string, taken: (name: string) => boolean): string {
    if (isName(wanted) && !taken(wanted)) return wanted;
    for (let i = 1; ; i++) if (!taken(`${letter}${i}`)) return `${letter}${i}`;
  }
}

const BOOL = 9;
/** float32, float16, float64, bfloat16. */
const FLOATS = [1, 10, 11, 16];

function wholeConstant(value: number, shape: readonly number[]): BodyValue {
  const tensor: OnnxTensor = { name: '', shape, dtype: 'int64', data: BigInt64Array.of(BigInt(value)) };
  return { kind: 'constant', tensor, literal: true };
}

/** Sizes are computed with whole numbers; null for anything else. */
function wholeArithmetic(op: string, [a, b, ...more]: readonly (BodyValue | undefined)[]): BodyValue | null {
  if (a?.kind !== 'constant' || b?.kind !== 'constant' || more.length > 0) return null;
  if (![a, b].every(({ tensor }) => tensor.dtype === 'int64' && tensor.data.length === 1)) return null;
  const [x, y] = [wholeNumbers(a.tensor)[0], wholeNumbers(b.tensor)[0]];
  const results: Readonly<Record<string, number>> = { Add: x + y, Sub: x - y, Mul: x * y, Div: Math.trunc(x / y) };
  const found = Object.hasOwn(results, op) ? results[op] : undefined;
  if (found === undefined || !Number.isSafeInteger(found)) return null;
  return wholeConstant(found, a.tensor.shape.length > b.tensor.shape.length ? a.tensor.shape : b.tensor.shape);
}

/** The shortest decimal number that is this one in float32: 1e-5 for 9.999999747378752e-6. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const found = Number(value.toPrecision(digits));
    if (Math.fround(found) === value) return found;
  }
  return value;
}

function countOf(piece: Rows | Sum): number {
  return piece.kind === 'rows' ? piece.count : piece.affine.columns;
}

function numbersOf({ attributes }: OnnxNode): (name: string, otherwise: number) => number {
  return (name, otherwise) => {
    const attribute = attributes[name];
    return attribute?.kind === 'int' || attribute?.kind === 'float' ? attribute.value : otherwise;
  };
}

function cellName(name: string): string {
  const plain = name
    .slice(0, 60)
    .replace(/[^\w-]+/g, '-')
    .replace(/^[^A-Za-z]+/, '');
  return plain === '' ? 'Loop' : plain;
}

/** Whether a cell of ours has these equations, with the biases that are there. @param free states that something gives at each call */
function isSame(own: CellGraph, found: CellGraph, free: ReadonlySet<string>): boolean {
  const initialState = Object.fromEntries(
    own.states.map((s) => [s, free.has(s) ? (own.initialState[s] ?? 0) : (found.initialState[s] ?? 0)]),
  );
  const biases = found.linears.filter(({ bias }) => bias);
  const plain = found.sizes.length === 0 ? ofOneSize(own) : own;
  return (
    sameEquations(plain, { ...found, initialState }) &&
    (biases.length === 0 ||
      own.linears.every(({ name, bias }) => bias === found.linears.find((l) => l.name === name)?.bias))
  );
}

/** A cell whose sizes are all the hidden one. */
function ofOneSize(cell: CellGraph): CellGraph {
  return {
    ...{
      name: cell.name,
      states: cell.states,
      initialState: cell.initialState,
      output: cell.output,
      norms: cell.norms,
    },
    ...{ named: cell.named, next: cell.next, initialBias: cell.initialBias, sizes: [], masks: cell.masks },
    stateSizes: Object.fromEntries(cell.states.map((s) => [s, HIDDEN])),
    linears: cell.linears.map((l) => ({ ...l, size: HIDDEN })),
    vectors: cell.vectors.map((v) => ({ ...v, size: cell.sizes.includes(v.size) ? HIDDEN : v.size })),
  };
}

/** One step of the input. */
export function inputRows(count: number): Rows {
  return { kind: 'rows', expr: INPUT, width: INPUT_WIDTH, count, lead: 0 };
}
