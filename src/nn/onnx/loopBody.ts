// The graph of a loop's body as a cell: what it computes of x and the states becomes expressions, its products with constants
// become linears. What no cell can say is refused with the node that stands in the way.
// Letters: N batch, D input, H hidden, n columns.
import { Cell } from '../../cell/cell.js';
import { CELLS } from '../../cell/cells/index.js';
import { graphToData } from '../../cell/define/data.js';
import { graphFromData } from '../../cell/define/fromData.js';
import { type CellGraph, depthOf, isName, MAX_DEPTH } from '../../cell/define/graph.js';
import { HIDDEN, SCALAR } from '../../cell/define/width.js';
import { stateExpr } from '../../cell/define/leaf.js';
import { RESERVED } from '../../cell/define/trace.js';
import { brief } from '../../brief.js';
import { UnrolledError } from '../../errors.js';
import type { OnnxGraph, OnnxNode } from '../../formats/onnx/model.js';
import { sameEquations } from '../../formats/onnx/standardNodes.js';
import { cast, chosen, elementOf, normOf, reduced } from './bodyElements.js';
import { BodyParts } from './bodyParts.js';
import { gemm, matrixOf, productOf } from './bodyProducts.js';
import { cut, expanded, gathered, led, piecesOf, reshaped, shapeOf, transposed } from './bodyShapes.js';
import type { BodyValue, Rows } from './bodyValues.js';
import { constantOf } from './constants.js';
import type { Affine } from './products.js';
import type { Refuse } from './values.js';

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

/** The cell of a body. Errors: FORMAT, by `refuse`. */
export function readBody(call: BodyCall): BodyCell {
  return new BodyReader(call).read();
}

class BodyReader {
  readonly #call: BodyCall;
  readonly #values = new Map<string, BodyValue>();
  readonly #parts: BodyParts;

  constructor(call: BodyCall) {
    this.#call = call;
    this.#parts = new BodyParts(call.graph, call.charge.bind(call));
  }

  read(): BodyCell {
    const { graph, states, inputs, refuse } = this.#call;
    if (graph.nodes.length > MAX_BODY) refuse(`at most ${MAX_BODY} nodes in its body`, String(graph.nodes.length));
    const counts = states.map((state) => this.#countOf(state));
    const hidden = Math.max(...counts);
    this.#parts.widths.set(hidden, HIDDEN);
    const other = counts.find((count) => count !== hidden);
    if (other !== undefined) this.#parts.widths.set(other, 'projection');
    const stateNames = this.#stateNames();
    for (const tensor of graph.initializers) this.#values.set(tensor.name, { kind: 'constant', tensor });
    for (const [name, value] of inputs) this.#values.set(name, value);
    states.forEach(({ input }, i) => {
      const [expr, count] = [stateExpr(stateNames[i]), counts[i]];
      this.#values.set(input, { kind: 'rows', expr, width: this.#parts.widthOf(count), count, lead: 0 });
    });
    for (const node of graph.nodes) this.#node(node);
    return this.#finish(stateNames, counts, hidden);
  }

  #finish(stateNames: string[], counts: readonly number[], hidden: number): BodyCell {
    const { graph, states, output, refuse, inputSize } = this.#call;
    const { linears, vectors, widths, heads, sums, numbers } = this.#parts;
    const next = new Map(states.map((state, i) => [stateNames[i], this.#result(state.output, counts[i])]));
    const stateSizes = Object.fromEntries(stateNames.map((s, i) => [s, this.#parts.widthOf(counts[i])]));
    let out = stateNames[0];
    if (output !== null) {
      const value = this.#result(output, null);
      const found = stateNames.find((s) => next.get(s)?.expr === value.expr);
      if (found === undefined) {
        out = ['y', 'output', 'out_put'].find((name) => !stateNames.includes(name)) ?? refuse('free names', 'none');
        next.set(out, value);
        stateSizes[out] = this.#parts.widthOf(value.count);
      } else out = found;
    }
    const initialState = Object.fromEntries(
      states.flatMap(({ initial }, i): [string, number][] => (initial ? [[stateNames[i], initial]] : [])),
    );
    const roots = [...next.values()].map(({ expr }) => expr);
    if (depthOf([...roots, ...linears.flatMap((l) => l.operands)]) > MAX_DEPTH) {
      refuse(`at most ${MAX_DEPTH} operations above each other`, 'more');
    }
    const sizes = Object.fromEntries([...widths].flatMap(([n, name]) => (name === HIDDEN ? [] : [[name, n]])));
    const made: CellGraph = {
      ...{ name: cellName(graph.name), states: [...next.keys()], stateSizes, initialState, output: out },
      ...{ linears, vectors, norms: [], named: new Map(), initialBias: {} },
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
      ...{ hiddenSize: hidden, inputSize, numHeads: heads, stateNames },
      sizes: Object.fromEntries(wanted.map((name) => [name, sizes[name] ?? hidden])),
      bias: linears.some(({ bias }) => bias),
      ...{ linears: sums, vectors: numbers },
    };
  }

  /** What an output of the body stands for. @param count of the state that it becomes */
  #result(name: string, count: number | null): Rows {
    const { refuse } = this.#call;
    const value = this.#lookup(name);
    if (value === undefined) return refuse('outputs that its nodes make', `"${brief(name)}"`);
    const rows = this.#parts.rows(value, refuse, name);
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
        return [cast(this.#parts, node, first, refuse)];
      case 'Shape':
        return [shapeOf(first)];
      case 'Transpose':
        return [transposed(this.#parts, node, first, refuse)];
      case 'Reshape':
        return [reshaped(this.#parts, first, second, refuse)];
      case 'Squeeze':
      case 'Unsqueeze':
        return [led(node, first, second, refuse)];
      case 'Expand':
        return [expanded(this.#parts, first, second, refuse)];
      case 'Gather':
        return [gathered(node, first, second, refuse)];
      case 'Split':
      case 'Slice':
        return cut(this.#parts, node, inputs, refuse);
      case 'Concat':
        return [{ kind: 'pieces', pieces: inputs.flatMap((value) => piecesOf(node, value, refuse)) }];
      case 'MatMul':
        return [productOf(this.#parts, first, matrixOf(this.#parts, second, false, refuse), node.outputs[0], refuse)];
      case 'Gemm':
        return [gemm(this.#parts, node, inputs, refuse)];
      case 'ReduceSum':
      case 'ReduceMean':
        return [reduced(this.#parts, node, first, second, refuse)];
      case 'LayerNormalization':
        return [normOf(this.#parts, node, inputs, refuse)];
      case 'Where':
        return [chosen(this.#parts, node, inputs, refuse)];
      case 'SequenceInsert': {
        if (first.kind !== 'list' || second === undefined) return refuse('a list of the steps', 'another value');
        return [{ kind: 'list', of: this.#parts.rows(second, refuse, node.inputs[1]) }];
      }
      default:
        return [elementOf(this.#parts, node, inputs, refuse)];
    }
  }
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
