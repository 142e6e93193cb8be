// The weights of a module as a safetensors file, and back, with their labels.
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors.js';
import type { LoadOptions, LoadResult } from '../weights/arrange.js';
import {
  decodeLabels,
  encodeLabels,
  formatOf,
  FORMATS,
  loadStored,
  type Stateful,
  storedTensors,
  weightTensors,
} from '../weights/files.js';

/** The bytes of a file with all weights; its kind tells it from the file of a model. */
export function encodeWeights(module: Stateful): Uint8Array {
  const tensors = storedTensors(module);
  return encodeSafetensors(tensors, {
    format: formatOf(tensors),
    kind: 'module',
    config: '{}',
    weights: encodeLabels(tensors),
  });
}

/**
 * Puts the weights of a file into a module. What a checkpoint has beside weights, with a colon in its name, is left out.
 * Errors: FORMAT.
 */
export function loadWeights(module: Stateful, bytes: Uint8Array, options: LoadOptions & { from: string }): LoadResult {
  const { tensors, metadata } = decodeSafetensors(bytes, options.from);
  const labels = metadata.format === FORMATS[0] ? undefined : decodeLabels(metadata.weights ?? '{}', options.from);
  return loadStored(module, weightTensors(tensors), labels, options.from, options);
}
