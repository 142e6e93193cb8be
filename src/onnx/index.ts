// unrolled/onnx: networks and models as ONNX files, and back. An entry of its own: what it loads is no part of other pages.
export { exportOnnx, type ExportOnnxOptions, type OnnxExportable } from '../models/exportOnnx.js';
export { importOnnx, type ImportedOnnx } from '../models/importOnnx.js';
export type { OnnxForwardOptions, OnnxNetwork, ImportedPart } from '../nn/onnx/onnxNetwork.js';
export type { ImportedNode } from '../nn/onnx/reader.js';
export type { ChainPart as OnnxPart } from '../nn/onnx/chain.js';
export type { OnnxExportOptions } from '../nn/onnx/writer.js';
