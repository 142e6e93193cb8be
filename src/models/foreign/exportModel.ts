// Models for elsewhere: the layers of a network and its weights, as a file that other toolkits load.
import { expectChoice, refuse } from '../../expect.js';
import type { LayerDescription } from '../../formats/layers.js';
import { encodeNpz } from '../../formats/npy.js';
import { writeStateDict } from '../../formats/pytorch.js';
import { encodeSafetensors } from '../../formats/safetensors.js';
import { arrayOf, isReadable } from '../../formats/tensorData.js';
import { encodeTorchFile } from '../../formats/torchFile.js';
import { Module } from '../../nn/module.js';
import type { FileTensor } from '../../weights/files.js';
import type { StateDict } from '../../weights/labels.js';
import { floatState } from '../../weights/numbers.js';
import { describeModule } from './describe.js';
import { Model, requireAlone } from '../model.js';
import { ImportedModel } from './importedModel.js';

/** The formats that are written, all with PyTorch's names and orders. */
export const EXPORT_FORMATS = ['pytorch', 'safetensors', 'npz'] as const;
/** A format that is written: a `.pt` of `torch.load`, a safetensors file, an `.npz` of NumPy. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const WRITERS: Readonly<Record<ExportFormat, (tensors: ReadonlyMap<string, FileTensor>) => Uint8Array>> = {
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
 * The weights of a network as a state dict of PyTorch: `load_state_dict` of a module with parts of the same names takes it.
 * @param model a module, a model (its network), or what `importModel` gave
 * @param format `pytorch` for `torch.load(file, weights_only=True)`, `safetensors` for `safetensors.torch.load_file`, `npz` for `numpy.load`
 * Errors: UNSUPPORTED with all that PyTorch has no layer for; OPTION.
 */
export function exportModel(model: Module | { network: Module } | ImportedModel, format: ExportFormat): Uint8Array {
  expectChoice(format, 'format', EXPORT_FORMATS);
  const { layers, weights } = partsOf(model);
  return WRITERS[format](writeStateDict(layers, weights));
}

/** Layers of a network and their weights. Errors: UNSUPPORTED, OPTION. */
export function partsOf(model: Module | { network: Module } | ImportedModel): {
  layers: readonly LayerDescription[];
  weights: StateDict;
} {
  if (model instanceof ImportedModel) return model;
  if (model instanceof Model) requireAlone(model, 'other toolkits');
  const module = model instanceof Module ? model : (model as { network?: unknown } | null)?.network;
  if (module instanceof Module) {
    const plain = hasPlain(module) ? module.plain() : module;
    return { layers: describeModule(plain), weights: floatState(plain.stateDict()) };
  }
  return refuse('a module or a model with a network', model, 'n-gram models have no layers that other toolkits know');
}

/** A network that says itself in layers that other toolkits have. */
function hasPlain(module: Module): module is Module & { plain(): Module } {
  return 'plain' in module && typeof module.plain === 'function';
}
