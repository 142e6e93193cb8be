// The ONNX format: bytes to a model as plain data (onnx/model.ts) and back. What knows its protocol buffers is loaded on the first
// call, since nobody else needs them.
import { type Bytes, bytesOf, expectText } from '../expect.js';
import type { OnnxModel } from './onnx/model.js';

/** The bytes of an ONNX file. Errors: SHAPE where data do not fill their shape. */
export async function encodeOnnx(model: OnnxModel): Promise<Uint8Array> {
  const { encodeModel } = await import('./onnx/messages.js');
  return encodeModel(model);
}

/**
 * Reads an ONNX file. Every name, size and type is checked against the file before memory is taken; data in other files are
 * refused, nothing is opened.
 * @param name the file’s name, for messages
 * Errors: FORMAT with the name of the file and the place.
 */
export async function decodeOnnx(source: Bytes, name = 'the file'): Promise<OnnxModel> {
  const bytes = bytesOf(source, name, 'read the file first: its bytes are what is decoded');
  expectText(name, "the file's name");
  const { decodeModel } = await import('./onnx/messages.js');
  return decodeModel(bytes, name);
}
