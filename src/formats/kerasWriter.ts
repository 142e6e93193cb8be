// Layers that follow each other as a Sequential of Keras 3 (`.keras`) and of TensorFlow.js (model.json and its weights).
import { UnrolledError } from '../errors.js';
import type { FileTensor } from '../weights/files.js';
import type { StateDict } from '../weights/labels.js';
import { encodeHdf5 } from './hdf5Writer.js';
import { type Json, uniqueNames } from './kerasConfig.js';
import { kerasParameters, kerasShapes } from './kerasParameters.js';
import type { LayerDescription, RecurrentDescription } from './layers.js';
import { type Parameter, tensorsOf } from './parameters.js';
import { TFJS_WEIGHTS } from './tfjs.js';
import { encodeZip } from './zip.js';

/** Who reads it. */
export type KerasTarget = 'keras' | 'tfjs';

const CLASSES: Readonly<Record<RecurrentDescription['cell'], string>> = {
  rnn: 'SimpleRNN',
  'rnn-relu': 'SimpleRNN',
  'rnn-identity': 'SimpleRNN',
  lstm: 'LSTM',
  'lstm-projection': 'LSTM',
  'brain-lstm': 'LSTM',
  gru: 'GRU',
  'gru-reset-before': 'GRU',
};
const FUNCTIONS: Readonly<Record<string, string>> = { 'rnn-relu': 'relu', 'rnn-identity': 'linear' };
const WEIGHT_NAMES: Readonly<Record<LayerDescription['kind'], readonly string[]>> = {
  recurrent: ['kernel', 'recurrent_kernel', 'bias'],
  embedding: ['embeddings'],
  linear: ['kernel', 'bias'],
  layerNorm: ['gamma', 'beta'],
  masking: [],
};

/** A layer of Keras: one layer of a stack of ours. */
interface Written {
  layer: LayerDescription;
  /** Which of the stack. */
  index: number;
  /** Unique, without slashes. */
  name: string;
  className: string;
}

/**
 * The bytes of a `.keras` file, which `keras.models.load_model` opens.
 * @param layers in the order of data
 * Errors: UNSUPPORTED for layers that Keras has not; FORMAT where weights are missing or too many.
 */
export function encodeKeras(layers: readonly LayerDescription[], weights: StateDict): Uint8Array {
  const written = writtenLayers(layers, 'keras');
  const paths = uniqueNames(written.map(({ className }) => className));
  const parameters = written.flatMap(({ layer, index }, i): Parameter[] => {
    const shapes = kerasShapes(layer);
    const parts =
      layer.kind !== 'recurrent'
        ? ['']
        : layer.bidirectional
          ? ['forward_layer/cell/', 'backward_layer/cell/']
          : ['cell/'];
    const from = parts.flatMap((part) => shapes.map((_, k) => `layers/${paths[i]}/${part}vars/${k}`));
    return kerasParameters(layer, from, index);
  });
  const config = { module: 'keras', registered_name: null, ...sequential(written, 'keras') };
  const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  return encodeZip(
    new Map([
      ['metadata.json', text({ keras_version: '3.0.0', date_saved: '1980-01-01@00:00:00' })],
      ['config.json', text(config)],
      ['model.weights.h5', encodeHdf5(tensorsOf(parameters, weights))],
    ]),
  );
}

/**
 * The files of a layers model of TensorFlow.js, by name: model.json, which `tf.loadLayersModel` opens, and weights.bin beside it.
 * @param layers in the order of data
 * Errors: UNSUPPORTED for layers that TensorFlow.js has not; FORMAT where weights are missing or too many.
 */
export function encodeTfjs(layers: readonly LayerDescription[], weights: StateDict): Map<string, Uint8Array> {
  const written = writtenLayers(layers, 'tfjs');
  const parameters = written.flatMap(({ layer, index, name }): Parameter[] => {
    const places =
      layer.kind === 'recurrent' && layer.bidirectional
        ? [`${name}/forward_${name}`, `${name}/backward_${name}`]
        : [name];
    const names = WEIGHT_NAMES[layer.kind].slice(0, kerasShapes(layer).length);
    return kerasParameters(
      layer,
      places.flatMap((place) => names.map((own) => `${place}/${own}`)),
      index,
    );
  });
  const tensors = tensorsOf(parameters, weights);
  const manifest = {
    paths: [TFJS_WEIGHTS],
    weights: [...tensors].map(([name, { shape }]) => ({ name, shape, dtype: 'float32' })),
  };
  const model = {
    modelTopology: { ...sequential(written, 'tfjs'), keras_version: '2.15.0', backend: 'tensorflow' },
    format: 'layers-model',
    generatedBy: 'unrolled',
    convertedBy: null,
    weightsManifest: [manifest],
  };
  return new Map([
    ['model.json', new TextEncoder().encode(JSON.stringify(model))],
    [TFJS_WEIGHTS, oneAfterTheOther([...tensors.values()])],
  ]);
}

function oneAfterTheOther(tensors: readonly FileTensor[]): Uint8Array {
  const numbers = new Float32Array(tensors.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of tensors) {
    numbers.set(data as ArrayLike<number>, at);
    at += data.length;
  }
  return new Uint8Array(numbers.buffer);
}

/** Each layer of a stack by itself. Errors: UNSUPPORTED with all that the target has not. */
function writtenLayers(layers: readonly LayerDescription[], target: KerasTarget): Written[] {
  const refused: string[] = [];
  const used = new Set<string>();
  const written = layers.flatMap((layer): Written[] => {
    const why = refusalOf(layer, target);
    if (why !== null) refused.push(`${layer.name || layer.kind} (${why})`);
    const count = layer.kind === 'recurrent' ? layer.numLayers : 1;
    return Array.from({ length: count }, (_, index) => {
      const plain = `${layer.name || layer.kind}${count > 1 ? `_${index}` : ''}`
        .replace(/\W+/g, '_')
        .replace(/^_|_$/g, '');
      let name = plain;
      for (let i = 1; used.has(name); i++) name = `${plain}_${i}`;
      used.add(name);
      const own = layer.kind === 'recurrent' ? layerOfStack(layer, index) : layer;
      return { layer: own, index, name, className: classOf(own) };
    });
  });
  if (refused.length === 0) return written;
  throw new UnrolledError(
    'UNSUPPORTED',
    `expected layers that ${target === 'keras' ? 'Keras' : 'TensorFlow.js'} has too, received ${refused.join('; ')}`,
    target === 'tfjs' ? "export it as 'keras' or by exportOnnx" : 'export it by exportOnnx, which knows every cell',
  );
}

function refusalOf(layer: LayerDescription, target: KerasTarget): string | null {
  if (layer.kind !== 'recurrent') return null;
  if (layer.cell === 'lstm-projection') return 'an LSTM with a projection';
  if (layer.cell === 'brain-lstm') return 'the LSTM of brain.js';
  if (layer.cell === 'gru' && target === 'tfjs')
    return 'a GRU with the reset after the product, which tfjs refuses to load';
  return null;
}

function layerOfStack(layer: RecurrentDescription, index: number): RecurrentDescription {
  const { numLayers, hiddenSize, bidirectional, merge, inputSize, last } = layer;
  const output = hiddenSize * (bidirectional && merge === undefined ? 2 : 1);
  return {
    ...layer,
    numLayers: 1,
    inputSize: index === 0 ? inputSize : output,
    ...(last === true ? { last: index === numLayers - 1 } : {}),
  };
}

function classOf(layer: LayerDescription): string {
  switch (layer.kind) {
    case 'recurrent':
      return layer.bidirectional ? 'Bidirectional' : CLASSES[layer.cell];
    case 'embedding':
      return 'Embedding';
    case 'linear':
      return 'Dense';
    case 'layerNorm':
      return 'LayerNormalization';
    case 'masking':
      return 'Masking';
    default:
      return layer satisfies never;
  }
}

/** The configuration of the whole. */
function sequential(written: readonly Written[], target: KerasTarget): Json {
  const first = written.find(({ layer }) => layer.kind !== 'masking')?.layer;
  const isTokens = first?.kind === 'embedding';
  const size =
    first?.kind === 'recurrent' || first?.kind === 'linear'
      ? first.inputSize
      : first?.kind === 'layerNorm'
        ? first.size
        : 0;
  const shape = isTokens ? [null, null] : [null, null, size];
  const input = {
    [target === 'keras' ? 'batch_shape' : 'batch_input_shape']: shape,
    dtype: isTokens ? 'int32' : 'float32',
    sparse: false,
    name: 'input',
  };
  const layers = written.map((own) =>
    wrapped(classOf(own.layer), { name: own.name, ...configOf(own, target) }, target),
  );
  const built = target === 'keras' ? { build_input_shape: shape } : {};
  return {
    class_name: 'Sequential',
    config: { name: 'unrolled', ...built, layers: [wrapped('InputLayer', input, target), ...layers] },
  };
}

function wrapped(className: string, config: Json, target: KerasTarget): Json {
  const own = { class_name: className, config };
  return target === 'keras' ? { module: 'keras.layers', registered_name: null, ...own } : own;
}

function configOf({ layer, name }: Written, target: KerasTarget): Json {
  switch (layer.kind) {
    case 'recurrent': {
      if (!layer.bidirectional) return recurrentConfig(layer);
      const inner = wrapped(CLASSES[layer.cell], { name, ...recurrentConfig(layer) }, target);
      const merges = { sum: 'sum', mul: 'mul', mean: 'ave', concat: 'concat' };
      return { merge_mode: merges[layer.merge ?? 'concat'], layer: inner };
    }
    case 'embedding':
      return { input_dim: layer.count, output_dim: layer.size, mask_zero: layer.maskZero === true };
    case 'linear': {
      const activation = layer.activation === 'silu' ? 'swish' : (layer.activation ?? 'linear');
      return { units: layer.outputSize, use_bias: layer.bias, activation };
    }
    case 'layerNorm':
      return { axis: -1, epsilon: layer.epsilon ?? 1e-5, center: layer.bias, scale: true };
    case 'masking':
      return { mask_value: layer.value };
    default:
      return layer satisfies never;
  }
}

function recurrentConfig({ cell, hiddenSize, bias, last, reverse }: RecurrentDescription): Json {
  const gates = CLASSES[cell] === 'SimpleRNN' ? {} : { recurrent_activation: 'sigmoid' };
  return {
    units: hiddenSize,
    activation: FUNCTIONS[cell] ?? 'tanh',
    ...gates,
    use_bias: bias,
    return_sequences: last !== true,
    go_backwards: reverse === true,
    ...(CLASSES[cell] === 'GRU' ? { reset_after: cell === 'gru' } : {}),
  };
}
