// Weights of a file that has layers but no names for them, to those of a module: layer by layer, in the order of both.
import { briefList } from '../../brief.js';
import { UnrolledError } from '../../errors.js';
import type { StateDict } from '../../weights/labels.js';

/**
 * The weights of the file under the names of the module. A stack of recurrent layers is as many as it has; directions of one belong
 * together.
 * @param own weights of the module  @param given weights of the file, layers in the order of data
 * @param partial whether either side may have more layers
 * Errors: FORMAT for another number of layers.
 */
export function inOrderOf(own: StateDict, given: StateDict, file: string, partial: boolean): StateDict {
  const [wanted, found] = [own, given].map((state) => [...new Set(Object.keys(state).map(layerOf))]);
  if (!partial && wanted.length !== found.length) {
    throw new UnrolledError(
      'FORMAT',
      `expected ${found.length} layers with weights, as ${file} has, received a module of ${wanted.length}: ${briefList(wanted)}`,
      'layers of ONNX have no names: they go to those of the module in its order; importModel(file) says which there are',
    );
  }
  const names = new Map(found.map((layer, i) => [layer, wanted.at(i) ?? layer]));
  return Object.fromEntries(
    Object.entries(given).map(([name, stored]) => {
      const layer = layerOf(name);
      const path = (names.get(layer) ?? layer) + name.slice(layer.length);
      return [path, { ...stored, name: path }];
    }),
  );
}

/** `rnn.0` of `rnn.0.reverse.weight_x`. */
function layerOf(name: string): string {
  return name.replace(/(\.reverse)?\.[^.]+$/, '');
}
