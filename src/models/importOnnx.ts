// importOnnx: an ONNX file as a network of ours.
import { decodeOnnx } from '../formats/onnx.js';
import type { OnnxNetwork } from '../nn/onnx/onnxNetwork.js';
import type { ImportedNode } from '../nn/onnx/layerChain.js';
import { ChainReader } from '../nn/onnx/reader.js';
import { type FileSource, readSource } from '../platform/files.js';

/** What `importOnnx` gives. */
export interface ImportedOnnx {
  /** The layers, which compute, train and are exported like any others. */
  network: OnnxNetwork;
  /** What became of each node of the file. */
  table: readonly ImportedNode[];
  /** Where the network gives the same numbers in another order than the file. */
  notes: readonly string[];
  /** Strings beside the graph. */
  metadata: Readonly<Record<string, string>>;
}

/**
 * Reads an ONNX file whose layers stand one after the other: RNN, GRU, LSTM with their attributes, embeddings, linear layers, layer
 * normalizations, activations, and what turns values around between them.
 * @param source a path on Node, an address, a `File`, a `Response`, or bytes
 *
 *     const { network } = await importOnnx('tagger.onnx');
 *     const { output, state } = network.forward(x, { lengths: [35, 12] });
 *
 * Errors: NOT_FOUND, IO, OPTION; FORMAT for a damaged file, and for a node that is no layer of ours, with its name and the reason.
 */
export async function importOnnx(source: FileSource): Promise<ImportedOnnx> {
  const { bytes, name } = await readSource(source);
  const model = await decodeOnnx(bytes, name);
  const reader = new ChainReader(model, name);
  const network = reader.read();
  return { network, table: reader.table, notes: reader.notes, metadata: model.metadata };
}
