// What the tensors of a layer of PyTorch (or MLX) are as parameters of ours, and the way back: the one table of its gates, and all its
// transpositions. A matrix of PyTorch is [outputs, inputs], its gates one below the other; ours is [inputs, outputs], side by side.
import { UnrolledError } from '../errors.js';
import type { Block, ParameterLabel } from '../weights/labels.js';
import type { LayerDescription, RecurrentDescription } from './layers.js';
import { asItIs, type Parameter } from './parameters.js';

const OF_LSTM: readonly (readonly [x: string, h: string])[] = ['i', 'f', 'g', 'o'].map((gate) => [gate, gate] as const);

/** Cells that PyTorch has. */
export type PyTorchCell = Exclude<RecurrentDescription['cell'], 'gru-reset-before' | 'rnn-identity' | 'brain-lstm'>;

/**
 * The gates of a cell in PyTorch's order: for each, the linears of ours that multiply the input and the state. Where they are one, its
 * bias is the sum of PyTorch's two; the candidate of the GRU keeps both, since the reset gate stands between them.
 */
const GATES: Readonly<Record<PyTorchCell, readonly (readonly [x: string, h: string])[]>> = {
  rnn: [['h', 'h']],
  'rnn-relu': [['h', 'h']],
  gru: [
    ['r', 'r'],
    ['z', 'z'],
    ['nx', 'nh'],
  ],
  lstm: OF_LSTM,
  'lstm-projection': OF_LSTM,
};

/** What the projection of our LSTM multiplies: the output of the cell before it. */
const PROJECTED = 'f(c, z:f, z:g, z:i, z:o)';

/** Why PyTorch has no such layer; null where it has. */
export function refusalOf(layer: LayerDescription): string | null {
  switch (layer.kind) {
    case 'recurrent':
      if (!isOfPyTorch(layer.cell)) return `the cell ${layer.cell}`;
      if (layer.merge !== undefined) return 'directions that are not side by side';
      return layer.reverse === true ? 'one direction, from the end' : null;
    case 'masking':
      return 'masked steps';
    case 'embedding':
    case 'linear':
    case 'layerNorm':
      return null;
    default:
      return layer satisfies never;
  }
}

function isOfPyTorch(cell: string): cell is PyTorchCell {
  return Object.hasOwn(GATES, cell);
}

/** Gates of a cell. Errors: UNSUPPORTED. */
function gatesOf({ name, cell }: RecurrentDescription): readonly (readonly [x: string, h: string])[] {
  if (isOfPyTorch(cell)) return GATES[cell];
  throw new UnrolledError(
    'UNSUPPORTED',
    `expected a cell of PyTorch for ${name}, received ${cell}`,
    'export it as keras',
  );
}

/** The tensors of one layer and direction; each by its whole name. */
export interface Parts {
  wx?: string;
  wh?: string;
  wr?: string;
  bx?: string;
  bh?: string;
  /** MLX: the bias of the candidate's product with the state alone. */
  bn?: string;
}

/** A layer, and where its tensors are; `directions` of a recurrent one, layer by layer, forward first. */
export interface Read {
  layer: LayerDescription;
  directions: Parts[];
  /** A matrix without bias: an embedding or a linear layer. */
  isUnsettled?: boolean;
}

/** Shapes of the tensors of a layer; null for one that it has not. */
export function expectedShapes(
  layer: RecurrentDescription,
  index: number,
  isMlx: boolean,
): Record<keyof Parts, number[] | null> {
  const { hiddenSize: H, projSize, bidirectional, bias } = layer;
  const rows = gatesOf(layer).length * H;
  const out = projSize ?? H;
  const input = index === 0 ? layer.inputSize : out * (bidirectional ? 2 : 1);
  const own = bias ? [rows] : null;
  return {
    wx: [rows, input],
    wh: [rows, out],
    wr: projSize === undefined ? null : [projSize, H],
    bx: own,
    bh: isMlx ? null : own,
    bn: isMlx && bias && layer.cell === 'gru' ? [H] : null,
  };
}

/** Parameters of ours for the tensors of a layer. */
export function parametersOf({ layer, directions }: Read): Parameter[] {
  if (layer.kind === 'recurrent') {
    return directions.flatMap((parts, i) => {
      const index = layer.bidirectional ? i >> 1 : i;
      const place = `${layer.name === '' ? '' : `${layer.name}.`}${index}.${layer.bidirectional && i % 2 === 1 ? 'reverse.' : ''}`;
      return recurrentParameters(layer, index, parts, place);
    });
  }
  const path = layer.name === '' ? '' : `${layer.name}.`;
  const { wx: weight = `${path}weight`, bx: bias = `${path}bias` } = directions.at(0) ?? {};
  const vector = (name: string, from: string, size: number, label: ParameterLabel): Parameter =>
    asItIs(name, from, [size], label);
  switch (layer.kind) {
    case 'embedding': {
      const label: ParameterLabel = { axes: ['vocabulary', 'embedding'], blocks: [] };
      return [asItIs(`${path}weight`, weight, [layer.count, layer.size], label)];
    }
    case 'linear':
      return [
        turned(`${path}weight`, weight, layer.inputSize, layer.outputSize, { axes: ['input', 'output'], blocks: [] }),
        ...(layer.bias ? [vector(`${path}bias`, bias, layer.outputSize, { axes: ['output'], blocks: [] })] : []),
      ];
    case 'layerNorm': {
      const label: ParameterLabel = { axes: ['features'], blocks: [] };
      return [
        vector(`${path}weight`, weight, layer.size, label),
        ...(layer.bias ? [vector(`${path}bias`, bias, layer.size, label)] : []),
      ];
    }
    case 'masking':
      return [];
    default:
      return layer satisfies never;
  }
}

function recurrentParameters(layer: RecurrentDescription, index: number, parts: Parts, place: string): Parameter[] {
  const { hiddenSize: H, projSize } = layer;
  const gates = gatesOf(layer);
  const shapes = expectedShapes(layer, index, false);
  const { wx = '', wh = '', wr = '', bx = '', bh, bn } = parts;
  const columns = (side: 0 | 1, operand: string): Block[] =>
    gates.map((gate) => ({ gate: gate[side], operand, width: H }));
  const matrix = (
    name: string,
    from: string,
    shape: readonly number[] | null,
    axis: 'input' | 'hidden',
    blocks: Block[],
  ) => turned(`${place}${name}`, from, shape?.[1] ?? 0, shape?.[0] ?? 0, { axes: [axis, 'gates'], blocks });
  return [
    matrix('weight_x', wx, shapes.wx, 'input', columns(0, 'x')),
    matrix('weight_h', wh, shapes.wh, 'hidden', columns(1, 'h')),
    ...(layer.bias ? [biasParameter(`${place}bias`, gates, H, bx, bh, bn)] : []),
    ...(projSize === undefined
      ? []
      : [matrix('weight_r', wr, [projSize, H], 'hidden', [{ gate: 'r', operand: PROJECTED, width: projSize }])]),
  ];
}

/** Two biases of PyTorch (MLX: one, and that of the candidate) and ours: sums, but where the state has a linear of its own. */
function biasParameter(
  name: string,
  gates: readonly (readonly [x: string, h: string])[],
  H: number,
  bx: string,
  bh: string | undefined,
  bn: string | undefined,
): Parameter {
  const own = gates.flatMap(([x, h], i) => (x === h ? [] : [{ gate: h, from: i }]));
  const blocks = [...gates.map(([x]) => x), ...own.map(({ gate }) => gate)].map((gate) => ({
    gate,
    operand: null,
    width: H,
  }));
  const rows = gates.length * H;
  return {
    name,
    shape: [rows + own.length * H],
    label: { axes: ['gates'], blocks },
    from: [bx, bh, bn].filter((part) => part !== undefined),
    make(tensors) {
      const [input, second] = tensors;
      const result = new Float64Array(rows + own.length * H);
      result.set(Array.from(input));
      if (second === undefined) return result;
      // Of MLX the second is that of the candidate alone.
      const state = bh === undefined ? null : second;
      for (const [i, [x, h]] of gates.entries()) {
        if (state !== null && x === h) for (let k = i * H; k < (i + 1) * H; k++) result[k] += state[k];
      }
      for (const [i, { from }] of own.entries()) {
        for (let k = 0; k < H; k++) result[rows + i * H + k] = state === null ? second[k] : state[from * H + k];
      }
      return result;
    },
    split(numbers) {
      const values = Float32Array.from(numbers);
      const state = new Float32Array(rows);
      for (const [i, { from }] of own.entries()) {
        state.set(values.subarray(rows + i * H, rows + (i + 1) * H), from * H);
      }
      return [values.slice(0, rows), state].map((data) => ({ shape: [rows], data }));
    },
  };
}

/** A matrix [outputs, inputs] there, [inputs, outputs] here. */
function turned(name: string, from: string, inputs: number, outputs: number, label: ParameterLabel): Parameter {
  return {
    name,
    shape: [inputs, outputs],
    label,
    from: [from],
    make: ([data]) => transposed(data, outputs, inputs),
    split: (numbers) => [{ shape: [outputs, inputs], data: Float32Array.from(transposed(numbers, inputs, outputs)) }],
  };
}

function transposed(data: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) result[c * rows + r] = data[r * columns + c];
  return result;
}
