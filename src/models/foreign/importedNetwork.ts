// A network of ours for the layers that a file of weights holds.
import { brief } from '../../brief.js';
import { UnrolledError } from '../../errors.js';
import { elu, silu, softplus, softsign } from '../../autograd/activations.js';
import { relu, sigmoid, softmax, tanh } from '../../autograd/ops.js';
import type { Activation, LayerDescription, Order, RecurrentDescription } from '../../formats/layers.js';
import { Embedding, LayerNorm, Linear } from '../../nn/layers.js';
import { Module } from '../../nn/module.js';
import { type ForwardOptions, merged, Recurrent, type RecurrentState } from '../../nn/recurrent.js';
import { asTensor, type TensorLike } from '../../tensor/asTensor.js';
import type { Tensor } from '../../tensor/tensor.js';

/** States of each recurrent layer, by its name in the file. */
export type ImportedState = Readonly<Record<string, RecurrentState>>;

/** What a call of an imported network takes beside its input. */
export interface ImportedForwardOptions extends Pick<ForwardOptions, 'lengths'> {
  /** From an earlier call; zero where missing. */
  state?: ImportedState;
}

/** A layer of ours that a layer of a file becomes. */
export type ImportedLayer = Recurrent | Embedding | Linear | LayerNorm;

const FUNCTIONS: Readonly<Record<Activation, (x: Tensor) => Tensor>> = {
  ...{ relu, sigmoid, tanh, softplus, softsign, silu },
  elu: (x) => elu(x),
  softmax: (x) => softmax(x, -1),
};

/** The layer of ours for a description, with weights that are still to be loaded. Errors: RANGE. */
export function makeLayer(layer: Exclude<LayerDescription, { kind: 'masking' }>): ImportedLayer {
  switch (layer.kind) {
    case 'recurrent': {
      const { cell, inputSize, hiddenSize, numLayers, bidirectional, bias, projSize, merge, reverse = false } = layer;
      return new Recurrent(cell, {
        ...{ inputSize, hiddenSize, numLayers, bidirectional, bias },
        ...(projSize === undefined ? {} : { projSize }),
        ...(merge === undefined ? {} : { merge }),
        ...(reverse ? { reverse, keepOrder: false } : {}),
      });
    }
    case 'embedding':
      return new Embedding(layer.count, layer.size);
    case 'linear':
      return new Linear(layer.inputSize, layer.outputSize, { bias: layer.bias });
    case 'layerNorm':
      return new LayerNorm(layer.size, { bias: layer.bias, epsilon: layer.epsilon ?? 1e-5 });
    default:
      return layer satisfies never;
  }
}

/** Why layers that a file has in this order do not follow each other; null where they do. */
export function faultOf(layers: readonly LayerDescription[]): string | null {
  let size: number | null = null;
  let hasSteps = true;
  let isMasked = false;
  for (const [i, layer] of layers.entries()) {
    const name = layer.name || layer.kind;
    if (layer.kind === 'masking') {
      isMasked = true;
      continue;
    }
    const [input, output] = sizesOf(layer);
    if (input === null ? i > 0 : size !== null && input !== size)
      return `${name} (${layer.kind}), of another size than what it reads`;
    if (layer.kind === 'embedding') isMasked = layer.maskZero === true;
    if (layer.kind === 'recurrent') {
      if (!hasSteps) return `${name} (recurrent), which reads steps where only the last comes`;
      if (layer.reverse === true && isMasked && layer.last !== true) return `${name}, which turns masked steps round`;
      hasSteps = layer.last !== true;
    }
    size = output;
  }
  return layers.length === 0 ? 'no layer that is known here' : null;
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
    case 'recurrent': {
      const isWide = layer.bidirectional && layer.merge === undefined;
      return [layer.inputSize, (layer.projSize ?? layer.hiddenSize) * (isWide ? 2 : 1)];
    }
    case 'embedding':
      return [null, layer.size];
    case 'linear':
      return [layer.inputSize, layer.outputSize];
    case 'layerNorm':
      return [layer.size, layer.size];
    case 'masking':
      return [null, 0];
    default:
      return layer satisfies never;
  }
}

/**
 * The layers of a file one after the other, in their order there: what stood between them (dropout aside) nobody knows where it is a file of
 * weights alone. Of Keras and TensorFlow.js it computes what `predict` gives: activations, merged directions, last steps, and masks, which
 * token 0 (`mask_zero`) or a value (`Masking`) makes.
 */
export class ImportedNetwork extends Module {
  /** The layers, by their names in the file. */
  readonly layers: ReadonlyMap<string, ImportedLayer>;
  /** What they are, in the order of data; those that only mask among them. @internal */
  readonly chain: readonly LayerDescription[];

  /**
   * @param keepsOrder whether they stand in the order of data
   * @param order what the file says of it
   * Errors: UNSUPPORTED for layers that do not make a network by themselves.
   */
  constructor(layers: readonly LayerDescription[], keepsOrder = true, order?: Order) {
    super();
    const chain = inOrder(layers, keepsOrder, order);
    if (typeof chain === 'string') {
      throw new UnrolledError(
        'UNSUPPORTED',
        `expected layers that follow each other (embedding, recurrent layers, one linear layer), received ${brief(chain, 300)}`,
        'write the network as a module with the same names, and await loadWeights(module, file)',
      );
    }
    this.chain = chain;
    this.layers = new Map(
      chain.flatMap((layer): [string, ImportedLayer][] =>
        layer.kind === 'masking' ? [] : [[layer.name, this.addPart(partName(layer), makeLayer(layer))]],
      ),
    );
  }

  /**
   * @param input tokens, int32 [T, N], where the first layer is an embedding (or for one-hot vectors); else [T, N, D]. Without the
   * batch axis for one sequence.
   * @param options `lengths` take the place of masks
   * @returns output [T, N, ...] of the last layer at every step ([N, ...] behind a layer that gives its last step alone), and the states
   * Errors: SHAPE, STATE.
   */
  forward(input: TensorLike, options: ImportedForwardOptions = {}): { output: Tensor; state: ImportedState } {
    const { state: before = {}, lengths } = options;
    const state: Record<string, RecurrentState> = {};
    let x = asTensor(input, 'the input');
    let mask: Tensor | undefined;
    for (const own of this.chain) {
      const { name } = own;
      if (own.kind === 'masking') {
        mask = x.ne(own.value).sum(-1).ne(0);
        continue;
      }
      if (own.kind === 'embedding' && own.maskZero === true) mask = x.ne(0);
      const layer = this.layers.get(name);
      if (layer instanceof Recurrent && own.kind === 'recurrent') {
        const steps = lengths === undefined ? { mask } : { lengths };
        const result = layer.forward(x, { state: before[name] ?? null, ...steps });
        state[name] = result.state;
        x = own.last === true ? lastOf(own, result.state) : result.output;
      } else if (layer !== undefined && !(layer instanceof Recurrent)) {
        x = layer.forward(x);
        if (own.kind === 'linear' && own.activation !== undefined) x = FUNCTIONS[own.activation](x);
      }
    }
    return { output: x, state };
  }
}

/** The layers in the order of data, or why they have none. */
export function inOrder(
  layers: readonly LayerDescription[],
  keepsOrder: boolean,
  order: Order | undefined,
): readonly LayerDescription[] | string {
  if (order === undefined) return chainOf(layers, keepsOrder);
  return order.isChain ? (faultOf(layers) ?? layers) : (order.why ?? 'layers that branch');
}

/** The output of the last step, of two directions the last that each computed: the states h, merged. */
function lastOf({ bidirectional, merge }: RecurrentDescription, state: RecurrentState): Tensor {
  const [forward, backward] = state.slice(bidirectional ? -2 : -1).map(({ h }) => h);
  return bidirectional ? merged(forward, backward, merge ?? 'concat') : forward;
}

/** The path of a layer in the network; one that is alone in its file has no name there. */
export function partName({ name, kind }: LayerDescription): string {
  return name === '' ? kind : name;
}
