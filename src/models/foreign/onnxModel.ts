// An ONNX graph as what a file of weights holds: layers with descriptions and their labelled weights.
import { brief } from '../../brief.js';
import { UnrolledError } from '../../errors.js';
import type { UnmappedTensor } from '../../formats/layers.js';
import { decodeOnnx } from '../../formats/onnx.js';
import { LayerNorm } from '../../nn/layers.js';
import { Module } from '../../nn/module.js';
import type { OnnxNetwork } from '../../nn/onnx/onnxNetwork.js';
import { ChainReader } from '../../nn/onnx/reader.js';
import { type ByteSource, readRange } from '../../platform/byteSource.js';
import { describeModule } from './describe.js';
import { ImportedModel } from './importedModel.js';

/** What a layer normalization adds to the variance where its description does not say it. */
const EPSILON = 1e-5;

/**
 * Layers and weights of a graph of layers one after the other. What stands between them and is no layer (functions, the choice of the last
 * step) is `unmapped`.
 * Errors: FORMAT; UNSUPPORTED for layers that have no description, as cells of the file's own.
 */
export async function readOnnxModel(source: ByteSource): Promise<ImportedModel> {
  const { network, nodes, metadata } = await readOnnxNetwork(source);
  const unmapped: UnmappedTensor[] = network.parts.flatMap((part, i) =>
    part instanceof Module ? [] : [layerless(String(i), `${nodes[i]}: a function, no layer with weights`)],
  );
  for (const [i, part] of network.parts.entries()) {
    if (part instanceof LayerNorm && Math.abs(part.epsilon - EPSILON) > 1e-8) {
      unmapped.push(layerless(String(i), `${nodes[i]}: an epsilon of ${part.epsilon}, not of ${EPSILON}`));
    }
  }
  if (network.endsOnly) unmapped.push(layerless('end', 'what follows reads the last step alone'));
  try {
    const layers = describeModule(network);
    const weights = network.stateDict();
    const mapped = Object.values(weights).map(({ name, shape, axes, blocks }) => ({
      ...{ name, shape, label: { axes, blocks } },
      from: [nodes[Number(name.split('.')[0])]],
    }));
    return new ImportedModel('onnx', 'ONNX', true, layers, weights, mapped, unmapped, metadata);
  } catch (error) {
    if (!(error instanceof UnrolledError) || error.code !== 'UNSUPPORTED') throw error;
    throw new UnrolledError(
      'UNSUPPORTED',
      brief(error.message, 300),
      'importOnnx(file) gives the network as it is: it computes, trains, and goes out again by exportOnnx(network.parts)',
      { cause: error },
    );
  }
}

/** The network of a graph, and for each of its parts the node that it was. Errors: FORMAT, IO. */
export async function readOnnxNetwork(
  source: ByteSource,
): Promise<{ network: OnnxNetwork; nodes: string[]; metadata: Readonly<Record<string, string>> }> {
  const { name } = source;
  const model = await decodeOnnx(await readRange(source, 0, source.size), name);
  const reader = new ChainReader(model, name);
  const network = reader.read();
  return { network, nodes: reader.partNodes, metadata: model.metadata };
}

function layerless(name: string, why: string): UnmappedTensor {
  return { name, shape: [], dtype: 'layer', why };
}
