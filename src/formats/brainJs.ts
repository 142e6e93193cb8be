// Networks of brain.js as `JSON.stringify(net.toJSON())` writes them: recurrent.RNN, LSTM, GRU and their TimeStep variants, of versions 1 and 2.
// Its RNN has relu, its LSTM keeps no cell state (cell/cells/brain.ts), its GRU resets before the product. A text begins and ends with token 0;
// token i + 1 is character i. Source: brain.js, src/recurrent/{rnn,lstm,gru,rnn-time-step}.
import { brief } from '../brief.js';
import { CELLS } from '../cell/cells/index.js';
import { UnrolledError } from '../errors.js';
import { refuse } from '../expect.js';
import { type ByteSource, readRange } from '../platform/byteSource.js';
import { labelledLayouts } from '../weights/cellLabels.js';
import type { Block, ParameterLabel } from '../weights/labels.js';
import { jsonFault } from './jsonKeys.js';
import type { LayerDescription, MappedParameter, Mapping, RecurrentDescription } from './layers.js';
import type { TensorEntry, TensorFile } from './tensorFile.js';

const MAX_BYTES = 500_000_000;
const MAX_DEPTH = 64;
const MAX_LAYERS = 1000;

/** For each linear of our cell the matrices of the input and of the state, and the bias; all have a row for each unit. */
type Gates = Readonly<Record<string, readonly [x: string, h: string, bias: string]>>;

const KINDS: Readonly<Record<string, { cell: RecurrentDescription['cell']; gates: Gates }>> = {
  RNN: { cell: 'rnn-relu', gates: { h: ['weight', 'transition', 'bias'] } },
  LSTM: {
    cell: 'brain-lstm',
    gates: {
      i: ['inputMatrix', 'inputHidden', 'inputBias'],
      f: ['forgetMatrix', 'forgetHidden', 'forgetBias'],
      o: ['outputMatrix', 'outputHidden', 'outputBias'],
      g: ['cellActivationMatrix', 'cellActivationHidden', 'cellActivationBias'],
    },
  },
  GRU: {
    cell: 'gru-reset-before',
    gates: {
      z: ['updateGateInputMatrix', 'updateGateHiddenMatrix', 'updateGateBias'],
      r: ['resetGateInputMatrix', 'resetGateHiddenMatrix', 'resetGateBias'],
      n: ['cellWriteInputMatrix', 'cellWriteHiddenMatrix', 'cellWriteBias'],
    },
  },
};

interface Matrix extends TensorEntry {
  data: Float64Array;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The matrices of such a file, under the names that they have there: `hiddenLayers.0.inputMatrix`; null for other JSON.
 * Errors: FORMAT for one that is damaged, and for networks of brain.js that are not recurrent.
 */
export async function openBrainJs(source: ByteSource): Promise<TensorFile | null> {
  const { name, size } = source;
  if (size > MAX_BYTES) return null;
  const json = parsed(await readRange(source, 0, size));
  if (json === null || !(Array.isArray(json.hiddenLayers) || Array.isArray(json.layers))) return null;
  const { type } = json;
  if (typeof type !== 'string' || !/^(NeuralNetwork|AE|FeedForward|Recurrent)|(RNN|LSTM|GRU)/.test(type)) return null;
  const kind = type.replace(/TimeStep$/, '');
  if (!Object.hasOwn(KINDS, kind) || !Array.isArray(json.hiddenLayers)) {
    throw new UnrolledError(
      'FORMAT',
      `expected a recurrent network of brain.js (RNN, LSTM, GRU, or one of a TimeStep) in ${name}, received ${brief(type)}`,
      'its layers are not recurrent: see docs/from-brainjs.md for what takes its place here',
    );
  }
  const hidden: unknown[] = json.hiddenLayers;
  if (hidden.length === 0 || hidden.length > MAX_LAYERS)
    throw damaged(`1 to ${MAX_LAYERS} hiddenLayers`, String(hidden.length), name);
  const matrices = new Map<string, Matrix>();
  const take = (path: string, given: unknown): void => {
    matrices.set(path, matrixOf(given, path, name));
  };
  if (!type.endsWith('TimeStep')) take('input', json.input);
  hidden.forEach((layer, l) => {
    for (const names of Object.values(KINDS[kind].gates))
      for (const own of names) take(`hiddenLayers.${l}.${own}`, isObject(layer) ? layer[own] : undefined);
  });
  take('outputConnector', json.outputConnector);
  take('output', json.output);
  return {
    kind: 'brain.js',
    name,
    keepsOrder: true,
    metadata: { type, ...charactersOf(json.options) },
    entries: new Map([...matrices].map(([path, { shape, dtype }]) => [path, { shape, dtype }])),
    read(path) {
      const matrix = matrices.get(path);
      if (matrix === undefined) refuse('a matrix of the network', path, `it has ${[...matrices.keys()].join(', ')}`);
      return Promise.resolve(matrix);
    },
  };
}

/** The layers of such a file: an embedding (of a network of texts), a recurrent layer for each hidden one, a linear layer. Errors: FORMAT. */
export function readBrainJs({ entries, metadata, name }: TensorFile): Mapping {
  const { cell, gates } = KINDS[metadata.type.replace(/TimeStep$/, '')];
  const layers: LayerDescription[] = [];
  const parameters: MappedParameter[] = [];
  const shapeOf = (path: string): readonly number[] => entries.get(path)?.shape ?? [];
  const expect = (path: string, shape: readonly number[]): void => {
    if (shapeOf(path).join() !== shape.join())
      throw damaged(`${path} [${shape.join(', ')}]`, `[${shapeOf(path).join(', ')}]`, name);
  };
  const plain = (own: string, from: string, axes: ParameterLabel['axes']): void => {
    const label = { axes, blocks: [] };
    parameters.push({ name: own, shape: shapeOf(from), label, from: [from], make: ([data]) => data });
  };
  const linear = Object.values(gates)[0];
  let size = shapeOf(`hiddenLayers.0.${linear[0]}`)[1];
  if (entries.has('input')) {
    const [count] = shapeOf('input');
    expect('input', [count, size]);
    layers.push({ kind: 'embedding', name: 'input', count, size });
    plain('input.weight', 'input', ['vocabulary', 'embedding']);
  }
  for (let l = 0; entries.has(`hiddenLayers.${l}.${linear[0]}`); l++) {
    const path = `hiddenLayers.${l}`;
    const [H] = shapeOf(`${path}.${linear[0]}`);
    for (const [x, h, bias] of Object.values(gates)) {
      expect(`${path}.${x}`, [H, size]);
      expect(`${path}.${h}`, [H, H]);
      expect(`${path}.${bias}`, [H, 1]);
    }
    const one = { numLayers: 1, bidirectional: false, bias: true };
    layers.push({ kind: 'recurrent', name: path, cell, inputSize: size, hiddenSize: H, ...one });
    const layouts = labelledLayouts(CELLS[cell], { input: size, hidden: H, heads: 1 });
    for (const [own, { shape, label }] of layouts) {
      const from = label.blocks.map((block) => `${path}.${matrixNameOf(gates, block)}`);
      parameters.push({ name: `${path}.0.${own}`, shape, label, from, make: (parts) => sideBySide(parts, shape) });
    }
    size = H;
  }
  const [outputs] = shapeOf('outputConnector');
  expect('outputConnector', [outputs, size]);
  expect('output', [outputs, 1]);
  layers.push({ kind: 'linear', name: 'outputConnector', inputSize: size, outputSize: outputs, bias: true });
  parameters.push({
    name: 'outputConnector.weight',
    shape: [size, outputs],
    label: { axes: ['input', 'output'], blocks: [] },
    from: ['outputConnector'],
    make: (parts) => sideBySide(parts, [size, outputs]),
  });
  parameters.push({
    name: 'outputConnector.bias',
    shape: [outputs],
    label: { axes: ['output'], blocks: [] },
    from: ['output'],
    make: ([data]) => data,
  });
  return { layout: 'brain.js', layers, parameters, unmapped: [] };
}

function matrixNameOf(gates: Gates, { gate, operand }: Block): string {
  const [x, h, bias] = gates[gate];
  return operand === null ? bias : operand === 'x' ? x : h;
}

/** Matrices with a row for each unit, transposed and put side by side: [inputs, units of all]; of one input (a bias) as they are. */
function sideBySide(parts: readonly ArrayLike<number>[], shape: readonly number[]): Float64Array {
  const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape;
  const units = columns / parts.length;
  const made = new Float64Array(rows * columns);
  parts.forEach((part, p) => {
    for (let k = 0; k < rows; k++)
      for (let unit = 0; unit < units; unit++) made[k * columns + p * units + unit] = part[unit * rows + k];
  });
  return made;
}

function parsed(bytes: Uint8Array): Json | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = jsonFault(text, MAX_DEPTH)?.kind === 'deep' ? null : JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `weights` is a list, or an object with numbers as keys, as JSON.stringify writes typed arrays. Errors: FORMAT. */
function matrixOf(given: unknown, path: string, name: string): Matrix {
  const { rows, columns, weights } = isObject(given) ? given : {};
  if (!isSize(rows) || !isSize(columns)) throw damaged(`${path} with rows and columns`, 'something else', name);
  const values: readonly unknown[] = Array.isArray(weights) ? weights : isObject(weights) ? Object.values(weights) : [];
  if (values.length !== rows * columns || !values.every((value) => typeof value === 'number'))
    throw damaged(`${rows * columns} numbers in ${path}`, `${values.length} values`, name);
  return { shape: [rows, columns], dtype: 'F64', data: Float64Array.from(values as readonly number[]) };
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 2 ** 31;
}

/** What the tokens after the first mean, as JSON: a list. */
function charactersOf(options: unknown): Record<string, string> {
  const formatter = isObject(options) ? options.dataFormatter : undefined;
  const characters = isObject(formatter) ? formatter.characters : undefined;
  const isText = Array.isArray(characters) && characters.every((c) => typeof c === 'string' || typeof c === 'number');
  return isText && characters.length > 0 ? { characters: JSON.stringify(characters) } : {};
}

function damaged(expected: string, received: string, name: string): UnrolledError {
  const help = 'write it again: JSON.stringify(net.toJSON())';
  return new UnrolledError('FORMAT', `expected ${expected} in ${name}, received ${received}`, help);
}
