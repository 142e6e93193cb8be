// Imported models in our own format: a file of weights of a module whose configuration says what layers it has.
import type { LayerDescription } from '../../formats/layers.js';
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
export function encodeModuleFile(layers: readonly LayerDescription[], weights: StateDict): Uint8Array {
  const tensors = storedTensors({ stateDict: () => weights });
  return encodeSafetensors(tensors, {
    format: formatOf(tensors),
    kind: 'module',
    config: JSON.stringify({ layers }),
    weights: encodeLabels(tensors),
  });
}

/** The weights of a file of ours, and its layers; null where it does not say them. Errors: FORMAT, IO. */
export async function readModuleFile(
  file: TensorFile,
): Promise<{ layers: LayerDescription[] | null; weights: StateDict }> {
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
  return { layers: layersOf(metadata, name), weights: floatState(Object.fromEntries(weights)) };
}

function layersOf({ kind, config = '' }: Readonly<Record<string, string>>, name: string): LayerDescription[] | null {
  if (kind !== 'module' || !config.startsWith('{"layers"')) return null;
  let value: unknown = null;
  try {
    value = JSON.parse(config);
  } catch {
    // The reader says what is wrong with null.
  }
  return new ConfigReader(value, name).list('layers').map(layerOf);
}

function layerOf(reader: ConfigReader): LayerDescription {
  const name = reader.text('name');
  const kind = reader.choice('kind', ['recurrent', 'embedding', 'linear', 'layerNorm']);
  const size = (key: string): number => reader.size(key, 1);
  switch (kind) {
    case 'recurrent':
      return {
        kind,
        name,
        cell: reader.choice('cell', ['rnn', 'rnn-relu', 'gru', 'lstm', 'lstm-projection']),
        inputSize: size('inputSize'),
        hiddenSize: size('hiddenSize'),
        numLayers: size('numLayers'),
        bidirectional: reader.flag('bidirectional'),
        bias: reader.flag('bias'),
        ...(reader.value('projSize') === undefined ? {} : { projSize: size('projSize') }),
      };
    case 'embedding':
      return { kind, name, count: size('count'), size: size('size') };
    case 'linear':
      return { kind, name, inputSize: size('inputSize'), outputSize: size('outputSize'), bias: reader.flag('bias') };
    case 'layerNorm':
      return { kind, name, size: size('size'), bias: reader.flag('bias') };
    default:
      return kind satisfies never;
  }
}
