// Checkpoints of char-rnn (Karpathy) and torch-rnn (Johnson), which are files of Torch 7: a language model of one recurrent kind in some layers.
// char-rnn keeps a graph of nngraph for one step, where each nn.Linear is found by what it is connected with; torch-rnn a list of modules.
// Tensors get names here by their part: `layer1.i2h.weight`, `layer2.update.h2h.bias`, `decoder.weight`. Sources: char-rnn, model/{LSTM,GRU,RNN}.lua;
// torch-rnn, LanguageModel.lua, LSTM.lua, VanillaRNN.lua.
import { brief } from '../brief.js';
import { CELLS } from '../cell/cells/index.js';
import { UnrolledError } from '../errors.js';
import { refuse } from '../expect.js';
import { type ByteSource, readRange } from '../platform/byteSource.js';
import { labelledLayouts } from '../weights/cellLabels.js';
import type { Block } from '../weights/labels.js';
import type { LayerDescription, MappedParameter, Mapping, RecurrentDescription } from './layers.js';
import type { TensorFile } from './tensorFile.js';
import {
  classOf,
  fieldOf,
  listOf,
  readTorch7,
  tensorValues,
  TorchTable,
  TorchTensor,
  type TorchValue,
} from './torch7.js';

const MAX_BYTES = 2 ** 31;
const MAX_LAYERS = 1000;
/** One-hot vectors are an embedding here, the identity: of more tokens it would outgrow its file. */
const MAX_ONE_HOT = 2048;

/** Where a gate stands: under which name, as which of the blocks side by side; char-rnn's update gate is one minus ours. */
interface Gate {
  of: string;
  block: number;
  sign: 1 | -1;
}
interface Kind {
  cell: RecurrentDescription['cell'];
  gates: Readonly<Record<string, Gate>>;
}

const gate = (of: string, block: number, sign: 1 | -1 = 1): Gate => ({ of, block, sign });
const SIMPLE: Kind = { cell: 'rnn', gates: { h: gate('', 0) } };
const LSTM: Kind = { cell: 'lstm', gates: { i: gate('', 0), f: gate('', 1), o: gate('', 2), g: gate('', 3) } };
const GRU: Kind = {
  cell: 'gru-reset-before',
  gates: { r: gate('.reset', 0), z: gate('.update', 0, -1), n: gate('.candidate', 0) },
};
const KINDS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  'char-rnn': { rnn: SIMPLE, lstm: LSTM, gru: GRU },
  'torch-rnn': { rnn: SIMPLE, lstm: LSTM },
};
/** Modules of torch-rnn that have nothing to say when a network is used. */
const PASSED = ['nn.Dropout', 'nn.View'];
const RECURRENT: Readonly<Record<string, string>> = { 'nn.LSTM': 'lstm', 'nn.VanillaRNN': 'rnn' };

/** What of a checkpoint becomes a file of weights. */
interface Checkpoint {
  project: string;
  model: string;
  tensors: Map<string, TorchValue>;
  characters: (string | number)[];
}

/**
 * The tensors of such a checkpoint under names of their parts. Metadata: `project` (char-rnn or torch-rnn), `model` (lstm, gru, rnn), and `characters`,
 * JSON of a list: token i is character i; a byte that is no character by itself stands there as a number.
 * Errors: FORMAT for one that is damaged, and for other files of Torch 7; UNSUPPORTED for a one-hot vocabulary beyond 2048 that outgrows its file.
 */
export async function openCharRnn(source: ByteSource): Promise<TensorFile> {
  const { name, size } = source;
  if (size > MAX_BYTES) throw refused(`at most ${MAX_BYTES} bytes`, String(size), name);
  const bytes = await readRange(source, 0, size);
  const { project, model, tensors, characters } = checkpointOf(readTorch7(bytes, name), name);
  const entries = new Map<string, TorchTensor>();
  for (const [path, tensor] of tensors) {
    if (!(tensor instanceof TorchTensor)) throw refused(`a tensor as ${path}`, 'something else', name);
    entries.set(path, tensor);
  }
  const elements = [...entries.values()].reduce(
    (sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1),
    0,
  );
  if (!(elements <= size)) throw refused(`tensors of at most ${size} numbers together`, String(elements), name);
  const V = characters.length;
  if (project === 'char-rnn' && V > MAX_ONE_HOT && V * V > size / 2) {
    const message = `expected at most ${MAX_ONE_HOT} characters as one-hot vectors in ${name}, received ${V}`;
    throw new UnrolledError('UNSUPPORTED', message, 'a model of torch-rnn has an embedding in their place');
  }
  const read = (path: string): Awaited<ReturnType<TensorFile['read']>> => {
    const tensor = entries.get(path);
    if (tensor === undefined) refuse('a tensor of the network', path, `it has ${[...entries.keys()].join(', ')}`);
    return tensorValues(bytes, tensor, path, name);
  };
  return {
    kind: 'torch7',
    name,
    keepsOrder: true,
    metadata: { project, model, characters: JSON.stringify(characters) },
    entries: new Map([...entries].map(([path, { shape, dtype }]) => [path, { shape, dtype }])),
    read: async (path) => read(path),
  };
}

function checkpointOf(root: TorchValue, name: string): Checkpoint {
  const model = fieldOf(root, 'model');
  if (classOf(model) === 'nn.LanguageModel') return ofTorchRnn(model, name);
  const rnn = fieldOf(fieldOf(root, 'protos'), 'rnn');
  if (classOf(rnn) === 'nn.gModule') return ofCharRnn(root, rnn, name);
  const keys = root instanceof TorchTable ? [...root.entries.keys()].slice(0, 5) : [];
  const what = classOf(root) ?? (keys.length > 0 ? `a table of ${keys.map(String).join(', ')}` : 'something else');
  throw refused('a checkpoint of char-rnn or torch-rnn', brief(what), name);
}

function ofTorchRnn(model: TorchValue, name: string): Checkpoint {
  const tensors = new Map<string, TorchValue>();
  const models = new Set<string>();
  let decoders = 0;
  const modulesOf = (net: TorchValue): TorchValue[] => listOf(fieldOf(net, 'modules'));
  const modules = modulesOf(fieldOf(model, 'net')).flatMap((own) =>
    classOf(own) === 'nn.TemporalAdapter' ? modulesOf(fieldOf(own, 'net')) : [own],
  );
  let layers = 0;
  for (const own of modules) {
    const className = classOf(own) ?? '';
    if (PASSED.includes(className)) continue;
    const put = (path: string): void => {
      tensors.set(`${path}.weight`, fieldOf(own, 'weight'));
      tensors.set(`${path}.bias`, fieldOf(own, 'bias'));
    };
    if (className === 'nn.LookupTable' && tensors.size === 0) {
      tensors.set('embedding.weight', fieldOf(own, 'weight'));
    } else if (Object.hasOwn(RECURRENT, className) && tensors.size > 0 && decoders === 0) {
      models.add(RECURRENT[className]);
      put(`layer${++layers}`);
    } else if (className === 'nn.Linear' && layers > 0 && decoders++ === 0) {
      put('decoder');
    } else {
      const expected = 'nn.LookupTable, then nn.LSTM or nn.VanillaRNN, then nn.Linear';
      throw refused(expected, className === '' ? 'something else' : brief(className), name);
    }
  }
  if (models.size !== 1 || decoders !== 1 || layers > MAX_LAYERS)
    throw refused(`1 to ${MAX_LAYERS} recurrent layers of one kind and a nn.Linear`, `${layers} layers`, name);
  const tokens = fieldOf(model, 'idx_to_token');
  const byIndex = tokens instanceof TorchTable ? [...tokens.entries] : [];
  return { project: 'torch-rnn', model: [...models][0], tensors, characters: charactersOf(byIndex, name) };
}

/** The gates of a step, each a CAddTable of two nn.Linear: of the input, then of the state. */
interface Sum {
  node: TorchValue;
  x: TorchValue;
  h: TorchValue;
}

function ofCharRnn(root: TorchValue, graph: TorchValue, name: string): Checkpoint {
  const model = String(fieldOf(fieldOf(root, 'opt'), 'model') ?? 'lstm');
  if (!Object.hasOwn(KINDS['char-rnn'], model)) throw refused('the model lstm, gru or rnn', brief(model), name);
  const moduleOf = (node: TorchValue): TorchValue => fieldOf(node, 'module');
  const inputsOf = (node: TorchValue): TorchValue[] => listOf(fieldOf(node, 'mapindex'));
  const nodes = listOf(fieldOf(graph, 'forwardnodes')).map((node) => fieldOf(node, 'data'));
  const is = (node: TorchValue, className: string): boolean => classOf(moduleOf(node)) === className;
  const sums = nodes.flatMap((node): Sum[] => {
    const inputs = is(node, 'nn.CAddTable') ? inputsOf(node) : [];
    return inputs.length === 2 && inputs.every((own) => is(own, 'nn.Linear'))
      ? [{ node, x: inputs[0], h: inputs[1] }]
      : [];
  });
  const decoder = nodes.filter((node) => is(node, 'nn.LogSoftMax')).flatMap(inputsOf);
  const kinds = model === 'gru' ? 3 : 1;
  if (decoder.length !== 1 || sums.length === 0 || sums.length % kinds > 0 || sums.length > 3 * MAX_LAYERS)
    throw refused(`a graph of the layers of a ${model}`, `${sums.length} sums of two nn.Linear`, name);
  const tensors = new Map<string, TorchValue>();
  const put = (path: string, node: TorchValue): void => {
    tensors.set(`${path}.weight`, fieldOf(moduleOf(node), 'weight'));
    tensors.set(`${path}.bias`, fieldOf(moduleOf(node), 'bias'));
  };
  // What a step computes stands in its order, so that a layer comes behind the one that it reads.
  for (let layer = 0; layer * kinds < sums.length; layer++) {
    const own = sums.slice(layer * kinds, (layer + 1) * kinds);
    const path = `layer${layer + 1}`;
    const named = kinds === 1 ? new Map([['', own[0]]]) : gatesOf(own);
    if (named === null) throw refused(`a candidate and two gates in ${path}`, 'something else', name);
    for (const [of, { x, h }] of named) {
      put(`${path}${of}.i2h`, x);
      put(`${path}${of}.h2h`, h);
    }
  }
  put('decoder', decoder[0]);
  const vocabulary = fieldOf(root, 'vocab');
  const byIndex = vocabulary instanceof TorchTable ? [...vocabulary.entries] : [];
  const characters = charactersOf(
    byIndex.map(([character, index]): [TorchValue, TorchValue] => [index, character]),
    name,
  );
  return { project: 'char-rnn', model, tensors, characters };

  /** The candidate reads a product of the state with the reset gate; so both are known, and the update gate is the third. */
  function gatesOf(own: readonly Sum[]): Map<string, Sum> | null {
    const product = (sum: Sum): TorchValue => inputsOf(sum.h).find((node) => is(node, 'nn.CMulTable')) ?? null;
    const candidate = own.find((sum) => product(sum) !== null);
    if (candidate === undefined) return null;
    const factors = inputsOf(product(candidate)).flatMap((node) => (is(node, 'nn.Sigmoid') ? inputsOf(node) : []));
    const reset = own.find(({ node }) => factors.includes(node));
    const update = own.find((sum) => sum !== candidate && sum !== reset);
    if (reset === undefined || update === undefined || reset === candidate) return null;
    return new Map([
      ['.update', update],
      ['.reset', reset],
      ['.candidate', candidate],
    ]);
  }
}

/** Tokens from 1 on, each with what it means. Errors: FORMAT where a number is missing. */
function charactersOf(pairs: readonly (readonly [TorchValue, TorchValue])[], name: string): (string | number)[] {
  const byIndex = new Map(pairs);
  return pairs.map((_, i) => {
    const character = byIndex.get(i + 1);
    if (typeof character !== 'string') throw refused(`a character ${i + 1} of ${pairs.length}`, 'something else', name);
    return textOf(character);
  });
}

function textOf(raw: string): string | number {
  const bytes = Uint8Array.from(raw, (c) => c.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes.length === 1 ? bytes[0] : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  }
}

/** The layers of such a file: an embedding (of char-rnn the identity, which makes one-hot vectors), recurrent layers, a linear layer. Errors: FORMAT. */
export function readCharRnn({ entries, metadata, name }: TensorFile): Mapping {
  const { project, model } = metadata;
  const { cell, gates } = KINDS[project][model];
  const isGraph = project === 'char-rnn';
  const shapeOf = (path: string): readonly number[] => entries.get(path)?.shape ?? [];
  const expect = (path: string, shape: readonly number[]): void => {
    if (shapeOf(path).join() !== shape.join())
      throw refused(`${path} [${shape.join(', ')}]`, `[${shapeOf(path).join(', ')}]`, name);
  };
  const V = (JSON.parse(metadata.characters) as unknown[]).length;
  const [, H = 0] = shapeOf('decoder.weight');
  expect('decoder.weight', [V, H]);
  expect('decoder.bias', [V]);
  const D = isGraph ? V : shapeOf('embedding.weight')[1];
  if (!isGraph) expect('embedding.weight', [V, D]);
  const parameters: MappedParameter[] = [
    {
      name: 'embedding.weight',
      shape: [V, D],
      label: { axes: ['vocabulary', 'embedding'], blocks: [] },
      from: isGraph ? [] : ['embedding.weight'],
      make: ([weight]) => weight ?? identity(V),
    },
  ];
  const blocks = Object.keys(gates).length;
  let layer = 1;
  const ofFirst = (l: number): string => `layer${l}${Object.values(gates)[0].of}${isGraph ? '.i2h' : ''}.weight`;
  for (; entries.has(ofFirst(layer)); layer++) {
    const size = layer === 1 ? D : H;
    for (const [of, width] of isGraph ? widths(gates, H) : []) {
      const path = `layer${layer}${of}`;
      expect(`${path}.i2h.weight`, [width, size]);
      expect(`${path}.h2h.weight`, [width, H]);
      expect(`${path}.i2h.bias`, [width]);
      expect(`${path}.h2h.bias`, [width]);
    }
    if (!isGraph) {
      expect(`layer${layer}.weight`, [size + H, blocks * H]);
      expect(`layer${layer}.bias`, [blocks * H]);
    }
    for (const [own, { shape, label }] of labelledLayouts(CELLS[cell], { input: size, hidden: H, heads: 1 })) {
      const pieces = label.blocks.map((block) => pieceOf(block, `layer${layer}`, size, H));
      const from = [...new Set(pieces.flatMap((piece) => piece.from))];
      const make = (tensors: readonly ArrayLike<number>[]): Float64Array => {
        const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape;
        const made = new Float64Array(rows * columns);
        pieces.forEach((piece, p) => {
          for (const path of piece.from) {
            const data = tensors[from.indexOf(path)];
            for (let k = 0; k < rows; k++)
              for (let unit = 0; unit < H; unit++)
                made[k * columns + p * H + unit] += piece.sign * data[piece.placeOf(k, unit)];
          }
        });
        return made;
      };
      parameters.push({ name: `rnn.${layer - 1}.${own}`, shape, label, from, make });
    }
  }
  parameters.push(
    {
      name: 'decoder.weight',
      shape: [H, V],
      label: { axes: ['input', 'output'], blocks: [] },
      from: ['decoder.weight'],
      make: ([weight]) => Float64Array.from({ length: H * V }, (_, i) => weight[(i % V) * H + Math.floor(i / V)]),
    },
    {
      name: 'decoder.bias',
      shape: [V],
      label: { axes: ['output'], blocks: [] },
      from: ['decoder.bias'],
      make: ([bias]) => bias,
    },
  );
  const rest = { inputSize: D, hiddenSize: H, numLayers: layer - 1, bidirectional: false, bias: true };
  const layers: LayerDescription[] = [
    { kind: 'embedding', name: 'embedding', count: V, size: D },
    { kind: 'recurrent', name: 'rnn', cell, ...rest },
    { kind: 'linear', name: 'decoder', inputSize: H, outputSize: V, bias: true },
  ];
  return { layout: project, layers, parameters, unmapped: [] };

  /** Columns of a gate: of which tensors (two biases are summed), and where in them the number of a row and a unit stands. */
  function pieceOf({ gate, operand }: Block, path: string, size: number, H: number): Piece {
    const { of, block, sign } = gates[gate];
    const first = block * H;
    if (!isGraph) {
      const start = operand === 'x' ? 0 : size;
      if (operand === null) return { from: [`${path}.bias`], sign, placeOf: (_, unit) => first + unit };
      return { from: [`${path}.weight`], sign, placeOf: (k, unit) => (start + k) * blocks * H + first + unit };
    }
    const own = `${path}${of}`;
    if (operand === null) {
      return { from: [`${own}.i2h.bias`, `${own}.h2h.bias`], sign, placeOf: (_, unit) => first + unit };
    }
    const inputs = operand === 'x' ? size : H;
    const from = [`${own}.${operand === 'x' ? 'i2h' : 'h2h'}.weight`];
    return { from, sign, placeOf: (k, unit) => (first + unit) * inputs + k };
  }
}

interface Piece {
  from: string[];
  sign: 1 | -1;
  placeOf(row: number, unit: number): number;
}

/** How many units stand under each name. */
function widths(gates: Kind['gates'], H: number): Map<string, number> {
  const found = new Map<string, number>();
  for (const { of } of Object.values(gates)) found.set(of, (found.get(of) ?? 0) + H);
  return found;
}

function identity(size: number): Float32Array {
  const made = new Float32Array(size * size);
  for (let i = 0; i < size; i++) made[i * size + i] = 1;
  return made;
}

function refused(expected: string, received: string, name: string): UnrolledError {
  const help =
    'checkpoints of char-rnn and torch-rnn are read as their train.lua writes them: see docs/from-char-rnn.md';
  return new UnrolledError('FORMAT', `expected ${expected} in ${name}, received ${received}`, help);
}
