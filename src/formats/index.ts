// unrolled/formats: files of weights, as bytes, and the labels that say which columns are which gate.
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsArray,
  type SafetensorsDType,
  type SafetensorsFile,
  type SafetensorsTensor,
} from './safetensors.js';
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
  type FileTensor,
  type LabelledTensor,
  type Labels,
  loadStored,
  type Stateful,
  storedTensors,
} from '../weights/files.js';
