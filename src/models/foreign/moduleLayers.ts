// Imported models in our own format: a file of weights of a module whose configuration says what layers it has.
import { ACTIVATIONS, FOREIGN_CELLS, type LayerDescription, type Order } from '../../formats/layers.js';
import { encodeSafetensors } from '../../formats/safetensors.js';
import type { TensorFile } from '../../formats/tensorFile.js';
import {
  decodeLabels,
  encodeLabels,
  formatOf,
  givenParameters,
  storedTensors,
  weightTensors,
} from '../../weights/files.js';
import type { FileTensor } from '../../weights/files.js';
import { plainLabel, type StateDict, type StoredParameter } from '../../weights/labels.js';
import { floatState } from '../../weights/numbers.js';
import { ConfigReader } from '../config.js';

/** Whether a file is one of ours. */
export function isOfUnrolled({ metadata }: TensorFile): boolean {
  return /^unrolled-\d+$/.test(metadata.format ?? '');
}

/** The bytes of a file with these layers. */
export function encodeModuleFile(
  layers: readonly LayerDescription[],
  weights: StateDict,
  order: Order | undefined,
): Uint8Array {
  const tensors = storedTensors({ stateDict: () => weights });
  return encodeSafetensors(tensors, {
    format: formatOf(tensors),
    kind: 'module',
    config: JSON.stringify({ layers, order }),
    weights: encodeLabels(tensors),
  });
}

/** The weights of a file of ours, and its layers; null where it does not say them. Errors: FORMAT, IO. */
export async function readModuleFile(
  file: TensorFile,
): Promise<{ layers: LayerDescription[] | null; weights: StateDict; order?: Order }> {
  const { name, metadata, entries } = file;
  const labels = decodeLabels(metadata.weights ?? '{}', name);
  const tensors = new Map<string, FileTensor>();
  for (const key of entries.keys())
    if (!key.includes(':') || key.startsWith('scale:')) tensors.set(key, await file.read(key));
  const weights = [...givenParameters(weightTensors(tensors), labels, name)].map(
    ([key, own]): [string, StoredParameter] => {
      return [key, { ...plainLabel(own.shape), dtype: 'float32', ...own, name: key }];
    },
  );
  return { ...layersOf(metadata, name), weights: floatState(Object.fromEntries(weights)) };
}

function layersOf(
  { kind, config = '' }: Readonly<Record<string, string>>,
  name: string,
): { layers: LayerDescription[] | null; order?: Order } {
  if (kind !== 'module' || !config.startsWith('{"layers"')) return { layers: null };
  let value: unknown = null;
  try {
    value = JSON.parse(config);
  } catch {
    // The reader says what is wrong with null.
  }
  const reader = new ConfigReader(value, name);
  const order = reader.value('order');
  const layers = reader.list('layers').map(layerOf);
  return order === undefined ? { layers } : { layers, order: orderOf(new ConfigReader(order, name)) };
}

function orderOf(reader: ConfigReader): Order {
  return {
    isChain: reader.flag('isChain'),
    ...(reader.value('why') === undefined ? {} : { why: reader.text('why') }),
  };
}

function layerOf(reader: ConfigReader): LayerDescription {
  const name = reader.text('name');
  const kind = reader.choice('kind', ['recurrent', 'embedding', 'linear', 'layerNorm', 'masking']);
  const size = (key: string): number => reader.size(key, 1);
  const has = (key: string): boolean => reader.value(key) !== undefined;
  switch (kind) {
    case 'recurrent':
      return {
        kind,
        name,
        cell: reader.choice('cell', FOREIGN_CELLS),
        inputSize: size('inputSize'),
        hiddenSize: size('hiddenSize'),
        numLayers: size('numLayers'),
        bidirectional: reader.flag('bidirectional'),
        bias: reader.flag('bias'),
        ...(has('projSize') ? { projSize: size('projSize') } : {}),
        ...(has('merge') ? { merge: reader.choice('merge', ['sum', 'mean', 'mul']) } : {}),
        ...(has('reverse') ? { reverse: reader.flag('reverse') } : {}),
        ...(has('last') ? { last: reader.flag('last') } : {}),
      };
    case 'embedding':
      return {
        kind,
        name,
        count: size('count'),
        size: size('size'),
        ...(has('maskZero') ? { maskZero: reader.flag('maskZero') } : {}),
      };
    case 'linear':
      return {
        kind,
        name,
        inputSize: size('inputSize'),
        outputSize: size('outputSize'),
        bias: reader.flag('bias'),
        ...(has('activation') ? { activation: reader.choice('activation', ACTIVATIONS) } : {}),
      };
    case 'layerNorm':
      return {
        kind,
        name,
        size: size('size'),
        bias: reader.flag('bias'),
        ...(has('epsilon') ? { epsilon: reader.number('epsilon') } : {}),
      };
    case 'masking':
      return { kind, name, value: reader.number('value') };
    default:
      return kind satisfies never;
  }
}
