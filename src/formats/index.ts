// unrolled/formats: files of weights, as bytes, and the labels that say which columns are which gate.
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile, type SafetensorsTensor } from './safetensors.js';
export { quantize, QUANTIZED, type Quantized } from './quantize.js';
export { decodeOnnx, encodeOnnx } from './onnx.js';
export type {
  OnnxArray,
  OnnxAttribute,
  OnnxAttributeOf,
  OnnxDType,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from './onnx/model.js';
export {
  decodeLabels,
  encodeLabels,
  type FileLabel,
  type FileTensor,
  type LabelledTensor,
  type Labels,
  loadStored,
  type Stateful,
  storedTensors,
} from '../weights/files.js';
export { type OpenedTensors, type OpenOptions, openTensors } from './openTensors.js';
export {
  type FileTopology,
  TENSOR_FILE_KINDS,
  type TensorEntry,
  type TensorFile,
  type TensorFileKind,
} from './tensorFile.js';
export { decodeNpy, encodeNpy, encodeNpz } from './npy.js';
export { encodeTorchFile } from './torchFile.js';
export type { NumberArray as SafetensorsArray, NumberType as SafetensorsDType } from './tensorData.js';
