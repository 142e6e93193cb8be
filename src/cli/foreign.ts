// Files of weights on the command line: opened by range, and told as tables.
import { dirname, join, resolve } from 'node:path';
import { UnrolledError } from '../errors.js';
import type { LayerDescription, UnmappedTensor } from '../formats/layers.js';
import type { MappedNames } from '../models/foreign/importedModel.js';
import type { ByteSource } from '../platform/byteSource.js';
import { nodePlatform } from '../platform/node/node.js';
import { readBytes } from './files.js';
import { table } from './output.js';

/** A file under the name that was typed, and how the files beside it open. */
export interface NamedSource {
  source: ByteSource;
  open: (name: string) => Promise<ByteSource>;
}

/** Errors: NOT_FOUND with the nearest names, IO. */
export async function sourceOf(cwd: string, file: string): Promise<NamedSource> {
  const path = resolve(cwd, file);
  const open = async (full: string, shown: string): Promise<ByteSource> => ({
    ...(await nodePlatform.openFile(full)),
    name: shown,
  });
  try {
    return {
      source: await open(path, file),
      open: async (name) => {
        const { besides } = await import('../formats/openTensors.js');
        return open(await besides(path, name), join(dirname(file), name));
      },
    };
  } catch (error) {
    if (error instanceof UnrolledError && error.code === 'NOT_FOUND') await readBytes(cwd, file);
    throw error;
  }
}

/** `embed  embedding  9 × 4` */
export function layerTable(layers: readonly LayerDescription[]): string {
  return table([{ heading: 'layer' }, { heading: 'kind' }, { heading: 'sizes' }], layers.map(rowOf));
}

function rowOf(layer: LayerDescription): string[] {
  const name = layer.name || '(the whole file)';
  switch (layer.kind) {
    case 'recurrent': {
      const { cell, inputSize, hiddenSize, numLayers, bidirectional, bias, projSize, merge, reverse, last } = layer;
      const parts = [
        `${inputSize} → ${hiddenSize}${projSize === undefined ? '' : ` → ${projSize}`}`,
        ...(numLayers > 1 ? [`${numLayers} layers`] : []),
        ...(bidirectional ? [`both directions${merge === undefined ? '' : ` (${merge})`}`] : []),
        ...(reverse === true ? ['from the end'] : []),
        ...(last === true ? ['its last step'] : []),
        ...(bias ? [] : ['no bias']),
      ];
      return [name, cell, parts.join(', ')];
    }
    case 'embedding':
      return [name, 'embedding', `${layer.count} × ${layer.size}${layer.maskZero === true ? ', 0 is padding' : ''}`];
    case 'linear':
      return [
        name,
        'linear',
        `${layer.inputSize} → ${layer.outputSize}${layer.bias ? '' : ', no bias'}${layer.activation === undefined ? '' : `, ${layer.activation}`}`,
      ];
    case 'layerNorm':
      return [name, 'layer norm', `${layer.size}${layer.bias ? '' : ', no bias'}`];
    case 'masking':
      return [name, 'masking', `steps of ${layer.value}`];
    default:
      return layer satisfies never;
  }
}

/** Which tensors are which parameter, and whose its columns are. */
export function mappedTable(mapped: readonly MappedNames[]): string {
  return table(
    [{ heading: 'tensor' }, { heading: 'parameter' }, { heading: 'shape', number: true }, { heading: 'gates' }],
    mapped.map(({ name, shape, label, from }) => [
      from.join(' + ') || '–',
      name,
      shape.join(' × '),
      label.blocks.map(({ gate }) => gate).join(' '),
    ]),
  );
}

/** What no layer takes, and why. */
export function unmappedTable(unmapped: readonly UnmappedTensor[]): string {
  return table(
    [{ heading: 'not taken' }, { heading: 'shape', number: true }, { heading: 'type' }, { heading: 'why' }],
    unmapped.map(({ name, shape, dtype, why }) => [name, shape.join(' × '), dtype, why]),
  );
}
