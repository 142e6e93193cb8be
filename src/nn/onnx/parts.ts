// What a node of a file becomes: the parts of an imported network, made when all of it is known.
import type { OnnxTensor } from '../../formats/onnx/model.js';
import { constantInit } from '../initializers.js';
import { Embedding, LayerNorm, Linear } from '../layers.js';
import type { Merge } from '../recurrentOptions.js';
import type { ImportedPart } from './onnxNetwork.js';
import { describeLoop, type LoopSpec, makeLoop } from './loopNode.js';
import { describeSpec, floats, makeRecurrent, type RecurrentSpec } from './recurrentNode.js';
import type { EmbeddingSpec, LinearSpec, Refuse } from './values.js';

/** A part with its weights, as they stand in the file. */
export type Spec =
  | LinearSpec
  | EmbeddingSpec
  | { kind: 'recurrent'; spec: RecurrentSpec | LoopSpec; merge: Merge }
  | { kind: 'norm'; weight: OnnxTensor; bias: OnnxTensor | null; epsilon: number; refuse: Refuse }
  | { kind: 'function'; apply: ImportedPart };

/** In words, for a table. */
export function describe(spec: Spec): string {
  switch (spec.kind) {
    case 'recurrent':
      return 'loops' in spec.spec ? describeLoop(spec.spec) : describeSpec(spec.spec);
    case 'linear':
      return `Linear, ${spec.weight.shape.join(' to ')}`;
    case 'embedding':
      return `Embedding of ${spec.weight.shape[0]}, ${spec.weight.shape[1]} numbers each`;
    case 'norm':
      return `LayerNorm of ${spec.weight.data.length}`;
    case 'function':
      return 'a function';
    default:
      return spec satisfies never;
  }
}

const ZERO = constantInit(0);

/** The part itself. Errors: FORMAT for weights that are not finite. */
export function partOf(spec: Spec, batchFirst: boolean): ImportedPart {
  switch (spec.kind) {
    case 'recurrent': {
      const more = { batchFirst, merge: spec.merge };
      return 'loops' in spec.spec ? makeLoop(spec.spec, more) : makeRecurrent(spec.spec, more);
    }
    case 'linear': {
      const { weight, bias, refuse } = spec;
      const layer = new Linear(weight.shape[0], weight.shape[1], { bias: bias !== null, init: ZERO });
      layer.weight.set(floats(weight, refuse));
      if (bias !== null) layer.bias?.set(floats(bias, refuse));
      return layer;
    }
    case 'embedding': {
      const { weight, refuse } = spec;
      const layer = new Embedding(weight.shape[0], weight.shape[1], { init: ZERO });
      layer.weight.set(floats(weight, refuse));
      return layer;
    }
    case 'norm': {
      const { weight, bias, epsilon, refuse } = spec;
      const layer = new LayerNorm(weight.data.length, { epsilon, bias: bias !== null });
      layer.weight?.set(floats(weight, refuse));
      if (bias !== null) layer.bias?.set(floats(bias, refuse));
      return layer;
    }
    case 'function':
      return spec.apply;
    default:
      return spec satisfies never;
  }
}
