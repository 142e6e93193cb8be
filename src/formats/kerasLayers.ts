// Layers of Keras and TensorFlow.js, as the configuration has them, to layers with labelled weights; where a file has weights alone, by
// their names and shapes. Orders of gates stand in kerasParameters.ts.
import { brief } from '../brief.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { asList, asObject, type Json, type KerasLayer, layersOfConfig, uniqueNames } from './kerasConfig.js';
import { kerasParameters, kerasShapes } from './kerasParameters.js';
import {
  ACTIVATIONS,
  type Activation,
  type LayerDescription,
  type LayerReading,
  type LinearDescription,
  type Mapping,
  type RecurrentDescription,
  type UnmappedTensor,
} from './layers.js';
import type { Parameter } from './parameters.js';
import type { ReadOptions } from './pytorch.js';
import type { TensorEntry, TensorFile } from './tensorFile.js';

/** A tensor of the file. */
interface Leaf extends TensorEntry {
  name: string;
}

/** A layer, and names of its tensors; '' for one that it has not. */
interface Read {
  layer: LayerDescription;
  from: string[];
}

/** Why a layer is none of ours. */
class Refusal extends Error {}

/** While training alone. */
const IDENTITIES: readonly string[] = [
  ...['InputLayer', 'Dropout', 'SpatialDropout1D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout'],
  'ActivityRegularization',
];
const MAX_SEGMENTS = 20;
const WEIGHTS: readonly string[] = ['F32', 'F64', 'F16'];
const CELLS: Readonly<Record<string, string>> = { LSTMCell: 'LSTM', GRUCell: 'GRU', SimpleRNNCell: 'SimpleRNN' };
const MERGES: Readonly<Record<string, RecurrentDescription['merge']>> = {
  ...{ concat: undefined, sum: 'sum', mul: 'mul', ave: 'mean' },
};

/** What the tensors of a model of Keras are. What no layer here takes is in `unmapped`, with the reason. */
export function readKeras(file: TensorFile, options: ReadOptions = {}): Mapping {
  const { topology, entries, name } = file;
  if (topology === undefined) return { layout: 'Keras', layers: [], parameters: [], unmapped: [] };
  const find = topology.naming === 'class' ? byClass(entries) : byName(entries);
  const reads: Read[] = [];
  const unmapped: UnmappedTensor[] = [];
  const told = new Set<readonly Leaf[]>();
  const given = topology.config === undefined ? null : layersOfConfig(topology.config, name);
  let order = given?.order;
  const attempt = (layer: KerasLayer, all: () => readonly Leaf[], read: () => Read[]): void => {
    try {
      reads.push(...read());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const what = brief(layer.name, 100);
      if (given !== null) {
        unmapped.push({ name: layer.name, shape: [], dtype: 'layer', why: error.message });
        order = { isChain: false, why: `${what} (${brief(layer.className, 60)}) stands between them` };
      }
      const why = given === null ? error.message : `of ${what}`;
      const leaves = all();
      if (told.has(leaves)) return;
      told.add(leaves);
      for (const { name: own, shape, dtype } of leaves) unmapped.push({ name: own, shape, dtype, why });
    }
  };
  if (given !== null) {
    for (const layer of given.layers) {
      attempt(
        layer,
        () => find(layer, ['**']),
        () => readLayer(layer, find, reads.at(-1)?.layer),
      );
    }
  } else {
    for (const [key, leaves] of groupsOf(entries, topology.naming)) {
      const own: KerasLayer = { className: '', config: {}, name: topology.names.get(key) ?? key, path: key };
      attempt(
        own,
        () => leaves,
        () => [guessed(own.name, leaves, options.layers?.[own.name])],
      );
    }
  }
  const prefixed = withPrefix(reads, options.prefix ?? '');
  const whole = prefixed.length === reads.length && order !== undefined ? { order } : {};
  return {
    layout: topology.layout,
    layers: prefixed.map(({ layer }) => layer),
    parameters: prefixed.flatMap(({ layer, from }): Parameter[] => kerasParameters(layer, from)),
    unmapped,
    ...whole,
  };
}

/** Tensors of a layer, those below each of `parts` in turn: of a wrapper `forward_layer/cell`; all of them for `**`. */
type Find = (layer: Pick<KerasLayer, 'name' | 'path'>, parts: readonly string[]) => readonly Leaf[];

/** Keras 3: layers/lstm/cell/vars/0. */
function byClass(entries: ReadonlyMap<string, TensorEntry>): Find {
  const within = new Map<string, [string, TensorEntry][]>();
  for (const entry of entries) {
    const segments = entry[0].split('/').slice(0, MAX_SEGMENTS);
    segments.forEach((_, i) => append(within, segments.slice(0, i).join('/'), entry));
  }
  return ({ path }, parts) =>
    parts.flatMap((part) => {
      if (part === '**') return weightsOf(within.get(path) ?? []);
      const leaves: Leaf[] = [];
      const start = part === '' ? path : `${path}/${part}`;
      for (let i = 0; ; i++) {
        const name = `${start}/vars/${i}`;
        const entry = entries.get(name);
        if (entry === undefined) return leaves;
        leaves.push({ name, ...entry });
      }
    });
}

/** Keras 2 and TensorFlow.js: lstm/lstm_cell/kernel, in the order of the layer's weights. */
function byName(entries: ReadonlyMap<string, TensorEntry>): Find {
  const bySegment = new Map<string, [string, TensorEntry][]>();
  const byStart = new Map<string, [string, TensorEntry][]>();
  for (const entry of entries) {
    const segments = entry[0].split('/').slice(0, MAX_SEGMENTS);
    append(byStart, segments[0], entry);
    for (const segment of new Set(segments)) append(bySegment, segment, entry);
  }
  // Layers of one name have the same tensors: a list of them is made once.
  const found = new Map<readonly [string, TensorEntry][], Leaf[]>();
  return ({ name }) => {
    const [own = ''] = name.split('.').slice(-1);
    const group = byStart.get(name) ?? byStart.get(own) ?? bySegment.get(own) ?? [];
    const leaves = found.get(group) ?? weightsOf(group);
    found.set(group, leaves);
    return leaves;
  };
}

function append<T>(groups: Map<string, T[]>, key: string, value: T): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
}

function weightsOf(entries: readonly [string, TensorEntry][]): Leaf[] {
  return entries.flatMap(([name, entry]) => (WEIGHTS.includes(entry.dtype) ? [{ name, ...entry }] : []));
}

function readLayer(layer: KerasLayer, find: Find, before: LayerDescription | undefined): Read[] {
  const { className, config, name } = layer;
  if (IDENTITIES.includes(className)) return [];
  switch (className) {
    case 'Embedding':
    case 'Dense':
    case 'LayerNormalization':
    case 'Masking':
      return [readSimple(className, config, name, find(layer, ['']))];
    case 'TimeDistributed': {
      const inner = asObject(config.layer);
      const of = text(inner.class_name);
      if (IDENTITIES.includes(of)) return [];
      if (of !== 'Dense' && of !== 'LayerNormalization') throw new Refusal(`TimeDistributed of ${brief(of, 60)}`);
      return [readSimple(of, asObject(inner.config), name, find(layer, ['layer']))];
    }
    case 'SimpleRNN':
    case 'LSTM':
    case 'GRU':
      return [recurrent(className, config, config, name, find(layer, ['cell']))];
    case 'RNN':
      return readRnn(layer, find);
    case 'Bidirectional':
      return [readBoth(layer, find)];
    case 'Activation':
    case 'ReLU':
    case 'Softmax': {
      const activation = className === 'Activation' ? activationOf(config.activation) : className.toLowerCase();
      if (activation === undefined) return [];
      const plain =
        className === 'Activation' || ['max_value', 'negative_slope', 'threshold'].every((key) => !config[key]);
      if (!plain || before?.kind !== 'linear' || before.activation !== undefined) {
        throw new Refusal(`${className} that does not stand behind a Dense`);
      }
      const linear: LinearDescription = before;
      linear.activation = activation as Activation;
      return [];
    }
    case 'Lambda':
      throw new Refusal('Lambda: code of Python, which is never run here');
    default:
      throw new Refusal(`${brief(className, 60) || 'a layer without a class'}: there is no such layer here`);
  }
}

/** A layer without states. */
function readSimple(className: string, config: Json, name: string, leaves: readonly Leaf[]): Read {
  const [first, second] = leaves;
  const sizes = (axes: number): readonly number[] => {
    if (first?.shape.length !== axes) throw new Refusal(`${className} without its weights`);
    return first.shape;
  };
  switch (className) {
    case 'Masking':
      if (typeof config.mask_value !== 'number') throw new Refusal('Masking without a number');
      return checked({ kind: 'masking', name, value: config.mask_value }, leaves);
    case 'Embedding': {
      const [count, size] = sizes(2);
      const mask = config.mask_zero === true ? { maskZero: true } : {};
      return checked({ kind: 'embedding', name, count, size, ...mask }, leaves);
    }
    case 'Dense': {
      const [inputSize, outputSize] = sizes(2);
      const activation = activationOf(config.activation);
      const own = { kind: 'linear', name, inputSize, outputSize, bias: config.use_bias !== false } as const;
      return checked({ ...own, ...(activation === undefined ? {} : { activation }) }, leaves);
    }
    default: {
      const { axis, center, scale, epsilon, rms_scaling: isRms } = config;
      const axes = asList(axis ?? -1).length === 0 ? [axis ?? -1] : asList(axis);
      if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== 2)) throw new Refusal('LayerNormalization of other axes');
      if (isRms === true) throw new Refusal('LayerNormalization with rms_scaling');
      const own = {
        kind: 'layerNorm',
        name,
        bias: center !== false,
        epsilon: typeof epsilon === 'number' ? epsilon : 1e-3,
      } as const;
      if (scale !== false) return checked({ ...own, size: sizes(1)[0] }, leaves);
      if (center === false) throw new Refusal('LayerNormalization without weights, which says no size');
      if (second !== undefined) throw new Refusal('LayerNormalization with more weights than it has');
      return { layer: { ...own, size: sizes(1)[0] }, from: ['', first.name] };
    }
  }
}

/** RNN: one cell, or several as layers above each other. */
function readRnn(layer: KerasLayer, find: Find): Read[] {
  const { config, name } = layer;
  const cell = asObject(
    Array.isArray(config.cell) ? { class_name: 'StackedRNNCells', config: { cells: config.cell } } : config.cell,
  );
  if (cell.class_name !== 'StackedRNNCells') {
    return [recurrent(cellClass(cell), asObject(cell.config), config, name, find(layer, ['cell']))];
  }
  const cells = asList(asObject(cell.config).cells).map(asObject);
  const paths = uniqueNames(cells.map(({ class_name: own }) => text(own)));
  const leaves = find(
    layer,
    paths.map((path) => `cell/cells/${path}`),
  );
  let at = 0;
  return cells.map((own, i) => {
    const settings = asObject(own.config);
    const count = settings.use_bias === false ? 2 : 3;
    const part = leaves.slice(at, at + count);
    at += count;
    const isLast = i === cells.length - 1;
    const outer = {
      return_sequences: !isLast || config.return_sequences === true,
      go_backwards: i === 0 && config.go_backwards === true,
    };
    return recurrent(cellClass(own), settings, outer, `${name}.${i}`, part);
  });
}

function cellClass({ class_name: className }: Json): string {
  const own = text(className);
  if (Object.hasOwn(CELLS, own)) return CELLS[own];
  throw new Refusal(`${brief(own, 60) || 'a cell without a class'}: there is no such cell here`);
}

function readBoth(layer: KerasLayer, find: Find): Read {
  const { config, name } = layer;
  const inner = asObject(config.layer);
  const own = asObject(inner.config);
  const { className, settings } =
    inner.class_name === 'RNN'
      ? { className: cellClass(asObject(own.cell)), settings: asObject(asObject(own.cell).config) }
      : { className: text(inner.class_name), settings: own };
  if (!Object.values(CELLS).includes(className)) throw new Refusal(`Bidirectional of ${brief(className, 60)}`);
  const merge = text(config.merge_mode);
  if (!Object.hasOwn(MERGES, merge)) throw new Refusal('Bidirectional without a merge of its directions');
  if (own.go_backwards === true) throw new Refusal('Bidirectional whose first direction is from the end');
  const other = asObject(config.backward_layer);
  const back = asObject(other.config);
  const keys = ['units', 'activation', 'recurrent_activation', 'use_bias', 'reset_after'];
  if (config.backward_layer && (other.class_name !== inner.class_name || keys.some((key) => back[key] !== own[key]))) {
    throw new Refusal('Bidirectional of two different layers');
  }
  const leaves = find(layer, ['forward_layer/cell', 'backward_layer/cell']);
  return recurrent(className, settings, own, name, leaves, { merge: MERGES[merge] });
}

/**
 * A recurrent layer.
 * @param config of the cell  @param outer of the layer around it  @param both of two directions, how they become one
 */
function recurrent(
  className: string,
  config: Json,
  outer: Json,
  name: string,
  leaves: readonly Leaf[],
  both?: Pick<RecurrentDescription, 'merge'>,
): Read {
  if (outer.return_state === true)
    throw new Refusal(`${className} with return_state: its states have no place in a chain`);
  const [kernel, state, bias] = leaves;
  if (kernel?.shape.length !== 2 || state?.shape.length !== 2) throw new Refusal(`${className} without its weights`);
  const isAfter =
    bias === undefined || config.use_bias === false ? config.reset_after === true : bias.shape.length === 2;
  const layer: RecurrentDescription = {
    kind: 'recurrent',
    name,
    cell: cellOf(className, config, isAfter),
    inputSize: kernel.shape[0],
    hiddenSize: state.shape[0],
    numLayers: 1,
    bidirectional: both !== undefined,
    bias: config.use_bias !== false,
    ...(both?.merge === undefined ? {} : { merge: both.merge }),
    ...(outer.go_backwards === true ? { reverse: true } : {}),
    ...(outer.return_sequences === false ? { last: true } : {}),
  };
  return checked(layer, leaves);
}

function cellOf(className: string, config: Json, isAfter: boolean): RecurrentDescription['cell'] {
  const activation = config.activation === undefined ? 'tanh' : activationOf(config.activation);
  if (className === 'SimpleRNN') {
    if (activation === undefined) return 'rnn-identity';
    if (activation === 'relu') return 'rnn-relu';
  } else {
    const gates = config.recurrent_activation === undefined ? 'sigmoid' : activationOf(config.recurrent_activation);
    if (gates !== 'sigmoid')
      throw new Refusal(`${className} with recurrent_activation ${gates ?? 'linear'}, not sigmoid`);
  }
  if (activation !== 'tanh') throw new Refusal(`${className} with activation ${activation ?? 'linear'}`);
  if (className === 'SimpleRNN') return 'rnn';
  return className === 'LSTM' ? 'lstm' : isAfter ? 'gru' : 'gru-reset-before';
}

/** The function by its name, which Keras may wrap; undefined for none. */
function activationOf(value: unknown): Activation | undefined {
  const given = typeof value === 'string' ? value : text(asObject(value).config) || text(asObject(value).class_name);
  if (value === null || value === undefined || given === 'linear') return undefined;
  const known = ACTIVATIONS.find((one) => one === (given === 'swish' ? 'silu' : given.toLowerCase()));
  if (known === undefined) throw new Refusal(`the activation ${brief(given, 60) || 'of code'}`);
  return known;
}

/** Errors: a refusal where the tensors are others than such a layer has. */
function checked(layer: LayerDescription, leaves: readonly Leaf[]): Read {
  const one = kerasShapes(layer);
  const expected = layer.kind === 'recurrent' && layer.bidirectional ? [...one, ...one] : one;
  const fits = leaves.length === expected.length && leaves.every(({ shape }, i) => sameShape(shape, expected[i]));
  if (!fits || expected.flat().includes(0)) {
    const words = (shapes: readonly (readonly number[])[]): string => shapes.map(formatShape).join(', ') || 'none';
    throw new Refusal(
      `tensors ${words(expected)} expected, ${brief(words(leaves.slice(0, 20).map(({ shape }) => shape)), 200)} found`,
    );
  }
  return { layer, from: leaves.map(({ name }) => name) };
}

/** Of a file without a configuration: tensors by the layer that they belong to. */
function groupsOf(entries: ReadonlyMap<string, TensorEntry>, naming: 'class' | 'layer'): Map<string, Leaf[]> {
  const groups = new Map<string, Leaf[]>();
  const isBackward = (name: string): boolean => /(^|\/)backward_/.test(name);
  const sorted = weightsOf([...entries]).sort((a, b) => Number(isBackward(a.name)) - Number(isBackward(b.name)));
  for (const leaf of sorted) {
    const key =
      naming === 'layer'
        ? leaf.name.split('/')[0]
        : leaf.name.replace(/(\/(forward|backward)_layer)?(\/layer)?(\/cell)?\/vars\/\d+$/, '');
    if (/^optimizer(\/|$)|seed_generator/.test(key)) continue;
    append(groups, key, leaf);
  }
  return groups;
}

/** A layer by the shapes of its tensors alone: activations, merges and what it returns nobody says. */
function guessed(name: string, leaves: readonly Leaf[], reading: LayerReading | undefined): Read {
  const isBoth = leaves.some((leaf) => /(^|\/)backward_/.test(leaf.name));
  const [first, second, third] = leaves;
  if (first?.shape.length === 2 && second?.shape.length === 2) {
    const gates = first.shape[1] / second.shape[0];
    const className = ({ 1: 'SimpleRNN', 3: 'GRU', 4: 'LSTM' } as const)[gates];
    if (className === undefined)
      throw new Refusal(`${first.shape[1]} columns for ${second.shape[0]} units: no RNN, GRU or LSTM`);
    const config = {
      use_bias: third !== undefined && leaves.length !== 4,
      reset_after: true,
      activation: reading === 'rnn-relu' ? 'relu' : 'tanh',
    };
    return recurrent(className, config, {}, name, leaves, isBoth ? {} : undefined);
  }
  if (first?.shape.length === 2) {
    const isTable =
      reading === 'embedding' || (reading === undefined && second === undefined && /emb/i.test(first.name));
    if (isTable) return readSimple('Embedding', {}, name, leaves);
    return readSimple('Dense', { use_bias: second !== undefined }, name, leaves);
  }
  const isNorm = first?.shape.length === 1 && (leaves.length === 2 || reading === 'layerNorm');
  if (isNorm) return readSimple('LayerNormalization', { center: leaves.length === 2 }, name, leaves);
  throw new Refusal('no layer that is known here');
}

/** Those whose names begin with it, without it. */
function withPrefix(reads: readonly Read[], prefix: string): Read[] {
  const start = prefix.replace(/\.$/, '');
  if (start === '') return [...reads];
  return reads.flatMap(({ layer, from }) => {
    if (layer.name !== start && !layer.name.startsWith(`${start}.`)) return [];
    return [{ layer: { ...layer, name: layer.name.slice(start.length + 1) }, from }];
  });
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
