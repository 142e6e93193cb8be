// What the tensors of a layer of Keras (and of TensorFlow.js, which has the same) are as parameters of ours, and the way back: the one
// table of its gates. A matrix of Keras is [inputs, outputs], its gates side by side, as ours.
// Source: https://keras.io/api/layers/recurrent_layers/ and keras/src/layers/rnn
import type { Block, ParameterLabel } from '../weights/labels.js';
import type { LayerDescription, RecurrentDescription } from './layers.js';
import { asItIs, type Parameter } from './parameters.js';

/** Cells that Keras has. */
export type KerasCell = Exclude<RecurrentDescription['cell'], 'lstm-projection' | 'brain-lstm'>;

/** For each gate, in Keras's order: the linear of ours that multiplies the input, the one that multiplies the state, and what that is. */
interface Gate {
  x: string;
  h: string;
  operand: string;
}

const gate = (x: string, h = x, operand = 'h'): Gate => ({ x, h, operand });

const GATES: Readonly<Record<KerasCell, readonly Gate[]>> = {
  rnn: [gate('h')],
  'rnn-relu': [gate('h')],
  'rnn-identity': [gate('h')],
  lstm: [gate('i'), gate('f'), gate('g'), gate('o')],
  gru: [gate('z'), gate('r'), gate('nx', 'nh')],
  'gru-reset-before': [gate('z'), gate('r'), gate('n', 'n', 'f(h, z:r)')],
};

/** How many gates a cell of Keras has; null for one that it has not. */
export function gatesOfKeras(cell: RecurrentDescription['cell']): number | null {
  return cell === 'lstm-projection' || cell === 'brain-lstm' ? null : GATES[cell].length;
}

/** The shapes of the tensors of a layer, in Keras's order: for a recurrent one of one direction. */
export function kerasShapes(layer: LayerDescription): number[][] {
  switch (layer.kind) {
    case 'recurrent': {
      const { hiddenSize: H, inputSize, bias, cell } = layer;
      const columns = (gatesOfKeras(cell) ?? 0) * H;
      const biases = cell === 'gru' ? [2, columns] : [columns];
      return [[inputSize, columns], [H, columns], ...(bias ? [biases] : [])];
    }
    case 'embedding':
      return [[layer.count, layer.size]];
    case 'linear':
      return [[layer.inputSize, layer.outputSize], ...(layer.bias ? [[layer.outputSize]] : [])];
    case 'layerNorm':
      return [[layer.size], ...(layer.bias ? [[layer.size]] : [])];
    case 'masking':
      return [];
    default:
      return layer satisfies never;
  }
}

/**
 * Parameters of ours for the tensors of a layer: a recurrent one has a single layer here.
 * @param from names of the tensors, in Keras's order, those of the direction from the end last; '' for a gain that the file has not
 * @param index which layer of a stack of ours it is
 */
export function kerasParameters(layer: LayerDescription, from: readonly string[], index = 0): Parameter[] {
  const path = layer.name === '' ? '' : `${layer.name}.`;
  const [first = '', second = ''] = from;
  switch (layer.kind) {
    case 'recurrent': {
      const count = from.length / (layer.bidirectional ? 2 : 1);
      return Array.from({ length: layer.bidirectional ? 2 : 1 }, (_, direction) =>
        cellParameters(
          layer,
          from.slice(direction * count, (direction + 1) * count),
          `${path}${index}.${direction === 1 ? 'reverse.' : ''}`,
        ),
      ).flat();
    }
    case 'embedding':
      return [asItIs(`${path}weight`, first, [layer.count, layer.size], plain('vocabulary', 'embedding'))];
    case 'linear':
      return [
        asItIs(`${path}weight`, first, [layer.inputSize, layer.outputSize], plain('input', 'output')),
        ...(layer.bias ? [asItIs(`${path}bias`, second, [layer.outputSize], plain('output'))] : []),
      ];
    case 'layerNorm':
      return [
        first === ''
          ? ones(`${path}weight`, layer.size)
          : asItIs(`${path}weight`, first, [layer.size], plain('features')),
        ...(layer.bias ? [asItIs(`${path}bias`, second, [layer.size], plain('features'))] : []),
      ];
    case 'masking':
      return [];
    default:
      return layer satisfies never;
  }
}

const plain = (...axes: ParameterLabel['axes']): ParameterLabel => ({ axes, blocks: [] });

/** A gain that Keras leaves out. */
function ones(name: string, size: number): Parameter {
  const make = (): Float32Array => new Float32Array(size).fill(1);
  return { name, shape: [size], label: plain('features'), from: [], make, split: () => [] };
}

function cellParameters(layer: RecurrentDescription, from: readonly string[], place: string): Parameter[] {
  const { cell, inputSize, hiddenSize: H, bias } = layer;
  if (cell === 'lstm-projection' || cell === 'brain-lstm') return [];
  const gates = GATES[cell];
  const width = gates.length * H;
  const blocks = (of: (one: Gate) => Omit<Block, 'width'>): Block[] => gates.map((one) => ({ ...of(one), width: H }));
  const ofInput: ParameterLabel = { axes: ['input', 'gates'], blocks: blocks(({ x }) => ({ gate: x, operand: 'x' })) };
  const ofState: ParameterLabel = {
    axes: ['hidden', 'gates'],
    blocks: blocks(({ h, operand }) => ({ gate: h, operand })),
  };
  const own: ParameterLabel = { axes: ['gates'], blocks: blocks(({ x }) => ({ gate: x, operand: null })) };
  return [
    asItIs(`${place}weight_x`, from[0], [inputSize, width], ofInput),
    asItIs(`${place}weight_h`, from[1], [H, width], ofState),
    ...(bias
      ? [cell === 'gru' ? twoBiases(`${place}bias`, from[2], H, own) : asItIs(`${place}bias`, from[2], [width], own)]
      : []),
  ];
}

/** [2, 3H] there, of the input and of the state; here sums, but for the candidate, whose state part waits for the reset gate. */
function twoBiases(name: string, from: string, H: number, { axes, blocks }: ParameterLabel): Parameter {
  const width = 3 * H;
  return {
    name,
    shape: [width + H],
    label: { axes, blocks: [...blocks, { gate: 'nh', operand: null, width: H }] },
    from: [from],
    make([both]) {
      const result = Float64Array.from({ length: width + H }, (_, i) => (i < width ? both[i] : both[i + 2 * H]));
      for (let i = 0; i < 2 * H; i++) result[i] += both[width + i];
      return result;
    },
    split(numbers) {
      const data = new Float32Array(2 * width);
      for (let i = 0; i < width; i++) data[i] = numbers[i];
      for (let i = 0; i < H; i++) data[width + 2 * H + i] = numbers[width + i];
      return [{ shape: [2, width], data }];
    },
  };
}
