// ONNX's own recurrent nodes: which cells they are, and the order of their gates, which stands here and nowhere else.
// Source: https://onnx.ai/onnx/operators/onnx__LSTM.html, onnx__GRU.html, onnx__RNN.html
// Letters: D input, H hidden, G gates. A node has W [G·H, D], R [G·H, H], B [2·G·H] (of W, then of R), P [3·H].
import type { CellGraph } from '../../cell/define/graph.js';
import { GRU, GRUResetBefore, LSTM, PeepholeLSTM, RNN, RNNReLU } from '../../cell/cells/index.js';
import type { Block } from '../../weights/labels.js';
import { int, type NodeOptions } from './builder.js';
import type { OnnxAttribute } from './model.js';

/** The operators with a recurrence of their own. */
export type StandardOp = 'RNN' | 'GRU' | 'LSTM';

/** The linears of a gate: of the input, and of the state. */
export interface GateLinears {
  x: string;
  h: string;
}

const gate = (x: string, h = x): GateLinears => ({ x, h });

/** From the first rows of W and R to the last. Of a GRU with `linear_before_reset` the candidate has a linear for each. */
export const GATES = {
  RNN: [gate('h')],
  GRU: [gate('z'), gate('r'), gate('n')],
  'GRU linear_before_reset': [gate('z'), gate('r'), gate('nx', 'nh')],
  LSTM: [gate('i'), gate('o'), gate('f'), gate('g')],
} as const satisfies Record<string, readonly GateLinears[]>;

/** The vectors of P, from its first numbers to the last. */
export const PEEPHOLES = ['p_i', 'p_o', 'p_f'] as const;

/** A cell that is a node of ONNX. */
export interface StandardNode {
  op: StandardOp;
  gates: readonly GateLinears[];
  peepholes: readonly string[];
  attributes: Readonly<Record<string, OnnxAttribute>>;
  /** What the states are called, in the order of the node's. */
  states: readonly ('h' | 'c')[];
  /** Names of the activations of one direction, where they are not the standard ones. */
  activations?: readonly string[];
}

const STANDARD: readonly [CellGraph, StandardNode][] = [
  [RNN, { op: 'RNN', gates: GATES.RNN, peepholes: [], attributes: {}, states: ['h'] }],
  [RNNReLU, { op: 'RNN', gates: GATES.RNN, peepholes: [], attributes: {}, states: ['h'], activations: ['Relu'] }],
  [
    GRU,
    {
      ...{ op: 'GRU', gates: GATES['GRU linear_before_reset'], peepholes: [], states: ['h'] },
      attributes: { linear_before_reset: int(1) },
    },
  ],
  [GRUResetBefore, { op: 'GRU', gates: GATES.GRU, peepholes: [], attributes: {}, states: ['h'] }],
  [LSTM, { op: 'LSTM', gates: GATES.LSTM, peepholes: [], attributes: {}, states: ['h', 'c'] }],
  [PeepholeLSTM, { op: 'LSTM', gates: GATES.LSTM, peepholes: PEEPHOLES, attributes: {}, states: ['h', 'c'] }],
];

/** The node that computes what the cell computes, or null. Equations count, not the name; biases may be missing. */
export function standardNode(cell: CellGraph): StandardNode | null {
  return STANDARD.find(([own]) => sameEquations(own, cell))?.[1] ?? null;
}

/** Equal expressions are one object, so that equations can be compared as they are. */
export function sameEquations(a: CellGraph, b: CellGraph): boolean {
  return (
    a.output === b.output &&
    a.states.join() === b.states.join() &&
    a.states.every((s) => a.next.get(s) === b.next.get(s) && a.stateSizes[s] === b.stateSizes[s]) &&
    a.states.every((s) => (a.initialState[s] ?? 0) === (b.initialState[s] ?? 0)) &&
    a.linears.length === b.linears.length &&
    a.linears.every((l) => {
      const other = b.linears.find(({ name }) => name === l.name);
      const operands = other?.operands;
      return (
        other?.size === l.size &&
        operands?.length === l.operands.length &&
        l.operands.every((e, i) => operands.some((own, k) => own === e && other.perHead[k] === l.perHead[i]))
      );
    }) &&
    a.vectors.length === b.vectors.length &&
    a.vectors.every(({ name, size }) => b.vectors.some((v) => v.name === name && v.size === size))
  );
}

/** A parameter of a layer by its label: numbers row by row. */
export interface LabelledNumbers {
  shape: readonly number[];
  blocks: readonly Block[];
  data: ArrayLike<number>;
}

/** Columns of a parameter that belong to one gate. */
interface Columns {
  gate: string;
  operand: string | null;
  first: number;
  width: number;
}

function columnsOf({ blocks }: Pick<LabelledNumbers, 'blocks'>): Columns[] {
  let first = 0;
  return blocks.map(({ gate, operand, width }) => {
    const columns = { gate, operand, first, width };
    first += width;
    return columns;
  });
}

/** Where a block's numbers stand in a node: the tensor, and the first row of the gate (or number of the bias). */
function placeOf(
  node: Pick<StandardNode, 'gates'>,
  columns: Columns,
  size: number,
): { in: 'W' | 'R' | 'B'; at: number } | null {
  const { gate, operand } = columns;
  const ofX = node.gates.findIndex(({ x }) => x === gate);
  const ofH = node.gates.findIndex(({ h }) => h === gate);
  if (operand === 'x') return ofX < 0 ? null : { in: 'W', at: ofX * size };
  if (operand !== null) return ofH < 0 ? null : { in: 'R', at: ofH * size };
  // A bias that both have stands with W.
  if (ofX >= 0) return { in: 'B', at: ofX * size };
  return ofH < 0 ? null : { in: 'B', at: (node.gates.length + ofH) * size };
}

/** The tensors of one direction of a node. */
export interface NodeWeights {
  W: Float32Array;
  R: Float32Array;
  /** null where no linear has a bias. */
  B: Float32Array | null;
  /** null without peepholes. */
  P: Float32Array | null;
}

/** Numbers of a layer in the order of the node. @param size H */
export function toNode(
  node: StandardNode,
  parameters: Readonly<Record<string, LabelledNumbers>>,
  inputSize: number,
  size: number,
): NodeWeights {
  const rows = node.gates.length * size;
  const made = {
    W: new Float32Array(rows * inputSize),
    R: new Float32Array(rows * size),
    B: new Float32Array(2 * rows),
  };
  let biased = false;
  for (const parameter of Object.values(parameters)) {
    const stride = parameter.shape.at(-1) ?? 1;
    for (const columns of columnsOf(parameter)) {
      const place = placeOf(node, columns, size);
      if (place === null) continue;
      const { first, width } = columns;
      if (place.in === 'B') {
        biased = true;
        for (let j = 0; j < width; j++) made.B[place.at + j] = parameter.data[first + j];
        continue;
      }
      const operandSize = parameter.shape[0];
      for (let k = 0; k < operandSize; k++) {
        for (let j = 0; j < width; j++) {
          made[place.in][(place.at + j) * operandSize + k] = parameter.data[k * stride + first + j];
        }
      }
    }
  }
  const P = Float32Array.from(node.peepholes.flatMap((name) => Array.from(parameters[name].data)));
  return { ...made, B: biased ? made.B : null, P: node.peepholes.length === 0 ? null : P };
}

/** Numbers of a node in the order of a layer: writes into `parameters`, whose labels say what is where. */
export function fromNode(
  node: Pick<StandardNode, 'gates' | 'peepholes'>,
  weights: NodeWeights,
  parameters: Readonly<Record<string, LabelledNumbers & { data: Float32Array }>>,
  size: number,
): void {
  const rows = node.gates.length * size;
  for (const [name, parameter] of Object.entries(parameters)) {
    const peephole = node.peepholes.indexOf(name);
    if (peephole >= 0 && weights.P !== null) {
      parameter.data.set(weights.P.subarray(peephole * size, (peephole + 1) * size));
      continue;
    }
    const stride = parameter.shape.at(-1) ?? 1;
    for (const columns of columnsOf(parameter)) {
      const place = placeOf(node, columns, size);
      if (place === null) continue;
      const { first, width } = columns;
      if (place.in === 'B') {
        const { B } = weights;
        // The two biases of a gate are added wherever one linear has both.
        const both = node.gates.some(({ x, h }) => x === columns.gate && x === h);
        for (let j = 0; j < width; j++) {
          const at = place.at + j;
          parameter.data[first + j] = B === null ? 0 : B[at] + (both ? B[at + rows] : 0);
        }
        continue;
      }
      const operandSize = parameter.shape[0];
      for (let k = 0; k < operandSize; k++) {
        for (let j = 0; j < width; j++) {
          parameter.data[k * stride + first + j] = weights[place.in][(place.at + j) * operandSize + k];
        }
      }
    }
  }
}

/** The attributes of a node in one direction or two. */
export function nodeAttributes(
  node: StandardNode,
  direction: 'forward' | 'reverse' | 'bidirectional',
  size: number,
): NodeOptions['attributes'] {
  const { activations } = node;
  const all = direction === 'bidirectional' ? [...(activations ?? []), ...(activations ?? [])] : activations;
  return {
    hidden_size: int(size),
    direction: { kind: 'string', value: direction },
    ...node.attributes,
    ...(all === undefined || all.length === 0 ? {} : { activations: { kind: 'strings', value: all } }),
  };
}
