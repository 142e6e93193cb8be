// unrolled/convert: weights and networks of other toolkits, in and out. An entry of its own: what it loads is no part of other pages.

// ONNX
export { exportOnnx, type ExportOnnxOptions, type OnnxExportable } from '../models/exportOnnx.js';
export { importOnnx, type ImportedOnnx } from '../models/importOnnx.js';
export type { OnnxForwardOptions, OnnxNetwork, ImportedPart } from '../nn/onnx/onnxNetwork.js';
export type { ImportedNode } from '../nn/onnx/layerChain.js';
export type { ChainPart as OnnxPart } from '../nn/onnx/chain.js';
export type { OnnxExportOptions } from '../nn/onnx/writer.js';

// A module of its own
export {
  exportModule,
  type ExportModuleOptions,
  MODULE_QUANTIZATIONS,
  type ModuleExportable,
  type ModuleQuantization,
} from '../models/esModule/exportModule.js';

// Weights in and out
export { importModel, type ImportOptions, loadWeights } from '../models/foreign/importModel.js';
export { ImportedModel, type MappedNames } from '../models/foreign/importedModel.js';
export type { TextOptions } from '../models/foreign/languageModelOf.js';
export {
  type ImportedForwardOptions,
  type ImportedLayer,
  ImportedNetwork,
  type ImportedState,
} from '../models/foreign/importedNetwork.js';
export { EXPORT_FORMATS, type Exportable, type ExportFormat, exportModel } from '../models/foreign/exportModel.js';
export type { ByteSource } from '../platform/byteSource.js';
export type {
  Activation,
  EmbeddingDescription,
  LayerDescription,
  LayerNormDescription,
  LayerReading,
  LinearDescription,
  MappedParameter,
  MaskingDescription,
  Order,
  RecurrentDescription,
  UnmappedTensor,
} from '../formats/layers.js';
export type { ReadOptions } from '../formats/pytorch.js';
export type { OpenOptions } from '../formats/openTensors.js';
export type { TensorFileKind } from '../formats/tensorFile.js';
