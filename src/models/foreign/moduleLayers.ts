// Imported models in our own format: a file of weights of a module whose configuration says what layers it has.
import { FOREIGN_CELLS, type LayerDescription } from '../../formats/layers.js';
import { encodeSafetensors } from '../../formats/safetensors.js';
import type { TensorFile } from '../../formats/tensorFile.js';
import { decodeLabels, encodeLabels, givenParameters, storedTensors } from '../../weights/files.js';
import type { FileTensor } from '../../weights/files.js';
import { plainLabel, type StateDict, type StoredParameter } from '../../weights/labels.js';
import { numbersOf } from '../../weights/numbers.js';
import { ConfigReader } from '../config.js';

const FORMAT = 'unrolled-2';

/** Whether a file is one of ours. */
export function isOfUnrolled({ metadata }: TensorFile): boolean {
  return /^unrolled-\d+$/.test(metadata.format ?? '');
}

/** The bytes of a file with these layers. */
export function encodeModuleFile(layers: readonly LayerDescription[], weights: StateDict): Uint8Array {
  const tensors = storedTensors({ stateDict: () => weights });
  return encodeSafetensors(tensors, {
    format: FORMAT,
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
  for (const key of entries.keys()) if (!key.includes(':')) tensors.set(key, await file.read(key));
  const weights = [...givenParameters(tensors, labels, name)].map(([key, own]): [string, StoredParameter] => {
    const data = Float32Array.from(numbersOf(key, own));
    return [key, { ...plainLabel(own.shape), ...own, name: key, dtype: 'float32', data }];
  });
  return { layers: layersOf(metadata, name), weights: Object.fromEntries(weights) };
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
        cell: reader.choice('cell', FOREIGN_CELLS),
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
