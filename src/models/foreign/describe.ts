// What layers a module has, for formats that know layers by name: and what of it they could not say.
import { CELLS } from '../../cell/cells/index.js';
import { UnrolledError } from '../../errors.js';
import { FOREIGN_CELLS, type LayerDescription, type RecurrentDescription } from '../../formats/layers.js';
import { Embedding, LayerNorm, Linear } from '../../nn/layers.js';
import type { Module } from '../../nn/module.js';
import { Recurrent } from '../../nn/recurrent.js';

/**
 * The layers of a module, with the paths that they have there.
 * Errors: UNSUPPORTED with all that has weights and that toolkits have no layer for.
 */
export function describeModule(module: Module): LayerDescription[] {
  const layers: LayerDescription[] = [];
  const refused: string[] = [];
  const known: string[] = [];
  for (const [name, part] of module.namedModules()) {
    const prefix = name === '' ? '' : `${name}.`;
    if (known.some((path) => name.startsWith(path) && name !== path.slice(0, -1))) continue;
    if (part instanceof Recurrent) {
      known.push(prefix);
      const layer = describeRecurrent(name, part);
      if (typeof layer === 'string') refused.push(`${name || 'the network'} (${layer})`);
      else layers.push(layer);
    } else if (part instanceof Embedding) {
      const [count, size] = part.weight.shape;
      layers.push({ kind: 'embedding', name, count, size });
    } else if (part instanceof Linear) {
      const { inputSize, outputSize, bias } = part;
      layers.push({ kind: 'linear', name, inputSize, outputSize, bias: bias !== null });
    } else if (part instanceof LayerNorm) {
      if (part.weight !== null) {
        const { size, bias, epsilon } = part;
        layers.push({ kind: 'layerNorm', name, size, bias: bias !== null, ...(epsilon === 1e-5 ? {} : { epsilon }) });
      }
    } else {
      const own = ownParameters(part, prefix);
      if (own.length > 0) refused.push(`${own.join(', ')} (parameters of a class of its own)`);
    }
  }
  if (refused.length > 0) {
    throw new UnrolledError(
      'UNSUPPORTED',
      `expected layers that other toolkits have too (RNN, GRU, LSTM, Embedding, Linear, LayerNorm), received ${refused.join('; ')}`,
      'export the parts that it has by themselves, or save the network as it is: toBytes()',
    );
  }
  return layers;
}

/** Parameters of a module that belong to none of its parts. */
function ownParameters(module: Module, prefix: string): string[] {
  const ofParts = new Set([...module.namedModules()].flatMap(([, part]) => (part === module ? [] : part.parameters())));
  return [...module.namedParameters(prefix)].flatMap(([name, tensor]) => (ofParts.has(tensor) ? [] : [name]));
}

/** Its description, or why there is none. */
function describeRecurrent(name: string, part: Recurrent): RecurrentDescription | string {
  const { cell, options } = part;
  const known = FOREIGN_CELLS.find((own) => CELLS[own] === cell);
  const sizes = new Set(typeof options.hiddenSize === 'number' ? [options.hiddenSize] : options.hiddenSize);
  if (known === undefined) return `the cell ${cell.name}`;
  if (sizes.size > 1) return 'layers of different sizes';
  if (options.projSize !== undefined && known !== 'lstm-projection') return 'a projection behind the cell';
  if (options.backwardCell !== undefined && options.backwardCell !== cell) return 'another cell backward';
  const { merge } = options;
  if (part.bidirectional && typeof merge === 'function') return 'directions that a function merges';
  if (options.reverse === true) return 'one direction, from the end';
  if (options.residual === true || options.skip === true) return 'connections around its layers';
  if (options.learnInitialState === true) return 'learned initial states';
  const projSize = known === 'lstm-projection' ? (part.stateSizes()[0]?.h ?? part.hiddenSize) : undefined;
  return {
    kind: 'recurrent',
    name,
    cell: known,
    inputSize: part.inputSize,
    hiddenSize: part.hiddenSize,
    numLayers: part.numLayers,
    bidirectional: part.bidirectional,
    bias: options.bias ?? true,
    ...(part.bidirectional && typeof merge === 'string' && merge !== 'concat' ? { merge } : {}),
    ...(projSize === undefined ? {} : { projSize }),
  };
}
