// Models for elsewhere: the layers of a network and its weights, as a file that other toolkits load.
import { UnrolledError } from '../../errors.js';
import { expectChoice, refuse } from '../../expect.js';
import type { LayerDescription } from '../../formats/layers.js';
import { encodeKeras, encodeTfjs } from '../../formats/kerasWriter.js';
import { encodeNpz } from '../../formats/npy.js';
import { writeStateDict } from '../../formats/pytorch.js';
import { encodeSafetensors } from '../../formats/safetensors.js';
import { arrayOf, isReadable } from '../../formats/tensorData.js';
import { encodeTorchFile } from '../../formats/torchFile.js';
import { Embedding, LayerNorm, Linear } from '../../nn/layers.js';
import { Module } from '../../nn/module.js';
import { Recurrent } from '../../nn/recurrent.js';
import type { FileTensor } from '../../weights/files.js';
import type { StateDict } from '../../weights/labels.js';
import { floatState } from '../../weights/numbers.js';
import { describeModule } from './describe.js';
import { Model, requireAlone } from '../model.js';
import { ImportedModel } from './importedModel.js';
import { faultOf, ImportedNetwork, inOrder, partName } from './importedNetwork.js';

/** The formats of weights alone, with PyTorch's names and orders. */
export const STATE_DICT_FORMATS = ['pytorch', 'safetensors', 'npz'] as const;
/** The formats that are written. */
export const EXPORT_FORMATS = [...STATE_DICT_FORMATS, 'keras', 'tfjs'] as const;
/** A format that is written: a `.pt` of `torch.load`, a safetensors file, an `.npz` of NumPy, a model of Keras 3, one of TensorFlow.js. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What is exported: a module, a model (its network), what `importModel` gave, or modules in the order of data. */
export type Exportable =
  | Module
  | {
      /** What is exported of it. */
      network: Module;
    }
  | ImportedModel
  | readonly Module[];

const WRITERS: Readonly<
  Record<(typeof STATE_DICT_FORMATS)[number], (tensors: ReadonlyMap<string, FileTensor>) => Uint8Array>
> = {
  pytorch: encodeTorchFile,
  npz: encodeNpz,
  safetensors: (tensors) =>
    encodeSafetensors(
      [...tensors].flatMap(([name, { shape, dtype, data }]) =>
        isReadable(dtype) ? [{ name, shape, dtype, data: arrayOf(dtype, data) }] : [],
      ),
      { format: 'pt' },
    ),
};

/**
 * A network for another toolkit. Of PyTorch its weights, which `load_state_dict` of a module with parts of the same names takes; of Keras
 * and TensorFlow.js a Sequential of its layers, whose `predict` gives what they give, batch first.
 * @param model a module, a model (its network), or what `importModel` gave; for Keras and TensorFlow.js layers that follow each other: a
 * language model, what `importModel` gave, one layer, or a list of layers in the order of data
 * @param format `pytorch` for `torch.load(file, weights_only=True)`, `safetensors` for `safetensors.torch.load_file`, `npz` for `numpy.load`,
 * `keras` for `keras.models.load_model('model.keras')`, `tfjs` for `tf.loadLayersModel`
 * @returns the bytes of the file; of `tfjs` those of model.json and of the weights beside it, by name
 * Errors: UNSUPPORTED with all that the target has no layer for, and for networks whose layers it cannot connect; OPTION.
 *
 *     const bytes = exportModel([embedding, rnn, decoder], 'keras');
 */
export function exportModel(model: Exportable, format: 'tfjs'): ReadonlyMap<string, Uint8Array>;
export function exportModel(model: Exportable, format: Exclude<ExportFormat, 'tfjs'>): Uint8Array;
export function exportModel(model: Exportable, format: ExportFormat): Uint8Array | ReadonlyMap<string, Uint8Array> {
  expectChoice(format, 'format', EXPORT_FORMATS);
  if (format === 'keras' || format === 'tfjs') {
    const { layers, weights } = chainPartsOf(model);
    return format === 'keras' ? encodeKeras(layers, weights) : encodeTfjs(layers, weights);
  }
  const { layers, weights } = partsOf(model);
  return WRITERS[format](writeStateDict(layers, weights));
}

/** Layers in the order of data, and their weights. Errors: UNSUPPORTED, OPTION. */
function chainPartsOf(model: Exportable): { layers: readonly LayerDescription[]; weights: StateDict } {
  if (model instanceof ImportedModel) {
    const layers = inOrder(model.layers, model.keepsOrder, model.order);
    return typeof layers === 'string' ? notChained(layers) : { layers, weights: model.weights };
  }
  const module =
    Array.isArray(model) || model instanceof Module ? model : (model as { network?: unknown } | null)?.network;
  if (module instanceof ImportedNetwork) {
    const layers = module.chain.map((layer) => ({ ...layer, name: partName(layer) }));
    return { layers, weights: module.stateDict() };
  }
  const { layers, weights } = partsOf(model);
  const known = Array.isArray(module) || isLayer(module) || (module instanceof Module && hasPlain(module));
  if (!known) notChained('a network with a forward of its own, which no file can hold');
  const fault = faultOf(layers);
  return fault === null ? { layers, weights } : notChained(fault);
}

function notChained(why: string): never {
  throw new UnrolledError(
    'UNSUPPORTED',
    `expected layers that follow each other, received ${why}`,
    "give the layers in the order of data: exportModel([embedding, rnn, decoder], 'keras')",
  );
}

function isLayer(module: unknown): boolean {
  return [Recurrent, Embedding, Linear, LayerNorm].some((layer) => module instanceof layer);
}

/** Layers of a network and their weights. Errors: UNSUPPORTED, OPTION. */
export function partsOf(model: Exportable): {
  layers: readonly LayerDescription[];
  weights: StateDict;
} {
  if (model instanceof ImportedModel) return model;
  if (Array.isArray(model)) return partsOf(new Listed(model as readonly Module[]));
  if (model instanceof Model) requireAlone(model, 'other toolkits');
  const module = model instanceof Module ? model : (model as { network?: unknown } | null)?.network;
  if (module instanceof Module) {
    const plain = hasPlain(module) ? module.plain() : module;
    return { layers: describeModule(plain), weights: floatState(plain.stateDict()) };
  }
  return refuse('a module or a model with a network', model, 'n-gram models have no layers that other toolkits know');
}

/** Modules in the order of data, named by their places. */
class Listed extends Module {
  constructor(parts: readonly Module[]) {
    super();
    parts.forEach((part: unknown, i) => {
      const own =
        part instanceof Module ? part : refuse(`a layer at ${i}`, part, 'give layers, as in [embedding, rnn]');
      this.addPart(`layer_${i}`, own);
    });
  }
}

/** A network that says itself in layers that other toolkits have. */
function hasPlain(module: Module): module is Module & { plain(): Module } {
  return 'plain' in module && typeof module.plain === 'function';
}
