// A network of ours for the layers that a file of weights holds.
import { brief } from '../../brief.js';
import { UnrolledError } from '../../errors.js';
import type { LayerDescription } from '../../formats/layers.js';
import { Embedding, LayerNorm, Linear } from '../../nn/layers.js';
import { Module } from '../../nn/module.js';
import { type ForwardOptions, Recurrent, type RecurrentState } from '../../nn/recurrent.js';
import { asTensor, type TensorLike } from '../../tensor/asTensor.js';
import type { Tensor } from '../../tensor/tensor.js';

/** States of each recurrent layer, by its name in the file. */
export type ImportedState = Readonly<Record<string, RecurrentState>>;

/** What a call of an imported network takes beside its input. */
export interface ImportedForwardOptions extends Pick<ForwardOptions, 'lengths'> {
  /** From an earlier call; zero where missing. */
  state?: ImportedState;
}

/** The layer of ours for a description, with weights that are still to be loaded. Errors: RANGE. */
export function makeLayer(layer: LayerDescription): Recurrent | Embedding | Linear | LayerNorm {
  switch (layer.kind) {
    case 'recurrent': {
      const { cell, inputSize, hiddenSize, numLayers, bidirectional, bias, projSize } = layer;
      const projection = projSize === undefined ? {} : { projSize };
      return new Recurrent(cell, { inputSize, hiddenSize, numLayers, bidirectional, bias, ...projection });
    }
    case 'embedding':
      return new Embedding(layer.count, layer.size);
    case 'linear':
      return new Linear(layer.inputSize, layer.outputSize, { bias: layer.bias });
    case 'layerNorm':
      return new LayerNorm(layer.size, { bias: layer.bias });
    default:
      return layer satisfies never;
  }
}

/**
 * The layers in the order of data: [embedding] (recurrent or norm …) [linear], of sizes that fit; or why they are none.
 * @param keepsOrder whether they stand in the order of the module; else the order is taken from the sizes where these leave no choice
 */
export function chainOf(
  layers: readonly LayerDescription[],
  keepsOrder: boolean,
): readonly LayerDescription[] | string {
  if (layers.length === 0) return 'no layer that is known here';
  const inner = layers.filter(({ kind }) => kind === 'recurrent' || kind === 'layerNorm');
  const rest = new Set(layers);
  const chain: LayerDescription[] = [];
  let size: number | null = null;
  while (rest.size > 0) {
    const fits = [...rest].filter((layer) => {
      const [input] = sizesOf(layer);
      if (layer.kind === 'embedding') return chain.length === 0;
      if (layer.kind === 'linear') return (size === null || input === size) && rest.size === 1;
      return (
        (size === null || input === size) && !(chain.length === 0 && layers.some(({ kind }) => kind === 'embedding'))
      );
    });
    const next: LayerDescription | undefined = fits.at(0);
    if (next === undefined || (keepsOrder && inner.includes(next) && inner.find((one) => rest.has(one)) !== next)) {
      return `${[...rest].map(({ name, kind }) => `${name || kind} (${kind})`).join(', ')} in no order that their sizes allow`;
    }
    if (!keepsOrder && fits.length > 1) {
      return `${fits.map(({ name }) => name).join(' and ')}, of which either may come first: the file does not keep their order`;
    }
    chain.push(next);
    rest.delete(next);
    [, size] = sizesOf(next);
  }
  return chain;
}

/** Sizes of the last axis before and behind a layer; null for tokens. */
function sizesOf(layer: LayerDescription): [input: number | null, output: number] {
  switch (layer.kind) {
    case 'recurrent':
      return [layer.inputSize, (layer.projSize ?? layer.hiddenSize) * (layer.bidirectional ? 2 : 1)];
    case 'embedding':
      return [null, layer.size];
    case 'linear':
      return [layer.inputSize, layer.outputSize];
    case 'layerNorm':
      return [layer.size, layer.size];
    default:
      return layer satisfies never;
  }
}

/** The layers of a file one after the other, in their order there: what stood between them (dropout aside) nobody knows. */
export class ImportedNetwork extends Module {
  /** The layers, by their names in the file. */
  readonly layers: ReadonlyMap<string, Recurrent | Embedding | Linear | LayerNorm>;

  /**
   * @param keepsOrder whether they stand in the order of data
   * Errors: UNSUPPORTED for layers that do not make a network by themselves.
   */
  constructor(layers: readonly LayerDescription[], keepsOrder = true) {
    super();
    const chain = chainOf(layers, keepsOrder);
    if (typeof chain === 'string') {
      throw new UnrolledError(
        'UNSUPPORTED',
        `expected layers that follow each other (embedding, recurrent layers, one linear layer), received ${brief(chain, 300)}`,
        'write the network as a module with the same names, and await loadWeights(module, file)',
      );
    }
    this.layers = new Map(chain.map((layer) => [layer.name, this.addPart(partName(layer), makeLayer(layer))]));
  }

  /**
   * @param input tokens, int32 [T, N], where the first layer is an embedding (or for one-hot vectors); else [T, N, D]. Without the
   * batch axis for one sequence.
   * @returns output [T, N, ...] of the last layer at every step, and the states
   * Errors: SHAPE, STATE.
   */
  forward(input: TensorLike, options: ImportedForwardOptions = {}): { output: Tensor; state: ImportedState } {
    const { state: before = {}, lengths } = options;
    const state: Record<string, RecurrentState> = {};
    let x = asTensor(input, 'the input');
    for (const [name, layer] of this.layers) {
      if (layer instanceof Recurrent) {
        const result = layer.forward(x, { state: before[name] ?? null, lengths });
        state[name] = result.state;
        x = result.output;
      } else x = layer.forward(x);
    }
    return { output: x, state };
  }
}

/** The path of a layer in the network; one that is alone in its file has no name there. */
export function partName({ name, kind }: LayerDescription): string {
  return name === '' ? kind : name;
}
