// What `inspect` says of an ONNX file: what goes in and out, its nodes by operator, its layers where they can be read, its constants.
import { UnrolledError } from '../errors.js';
import type { LayerDescription } from '../formats/layers.js';
import type { ByteSource } from '../platform/byteSource.js';
import type { CommandResult } from './command.js';
import { layerTable } from './foreign.js';
import { formatNumber, table } from './output.js';

/** Errors: FORMAT for a damaged file; IO. */
export async function inspectOnnx(source: ByteSource, file: string): Promise<CommandResult> {
  const { decodeOnnx } = await import('../formats/onnx.js');
  const bytes = await source.read(0, source.size);
  const { graph, metadata, opset, producer } = await decodeOnnx(bytes, file);
  const { layers, why } = await layersOf(bytes);
  const counts = new Map<string, number>();
  for (const { op } of graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  const nodes = Object.fromEntries(counts);
  const values = (list: typeof graph.inputs) =>
    list.map(({ name, shape, dtype }) => ({
      name,
      shape: (shape ?? []).map((n) => n ?? '?'),
      dtype: dtype ?? 'unknown',
    }));
  const [inputs, outputs] = [values(graph.inputs), values(graph.outputs)];
  const tensors = graph.initializers.map(({ name, shape, dtype }) => ({ name, shape: [...shape], dtype }));
  const numbers = tensors.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
  const rows = (kind: string, list: typeof inputs): string[][] =>
    list.map(({ name, shape, dtype }) => [kind, name, shape.join(' × '), dtype]);
  const text = [
    `${file}: onnx, operators of version ${opset}${producer.trim() === '' ? '' : `, by ${producer.trim()}`}; ${formatNumber(tensors.length)} tensors, ${formatNumber(numbers)} numbers`,
    ...(layers.length > 0 ? [layerTable(layers)] : []),
    ...(why === null ? [] : [why]),
    `nodes: ${[...counts].map(([op, count]) => (count === 1 ? op : `${count} ${op}`)).join(', ')}`,
    table(
      [{ heading: '' }, { heading: 'name' }, { heading: 'shape', number: true }, { heading: 'type' }],
      [...rows('in', inputs), ...rows('out', outputs), ...rows('tensor', tensors)],
    ),
  ];
  return {
    json: { format: 'onnx', layout: 'ONNX', opset, producer, metadata, inputs, outputs, nodes, layers, tensors },
    text: text.join('\n\n'),
  };
}

/** The layers of the graph, or why it cannot be read as layers. */
async function layersOf(bytes: Uint8Array): Promise<{ layers: readonly LayerDescription[]; why: string | null }> {
  const { importModel } = await import('./library.js');
  try {
    return { layers: (await importModel(bytes, { partial: true })).layers, why: null };
  } catch (error) {
    if (!(error instanceof UnrolledError)) throw error;
    return { layers: [], why: `no layers are read: ${error.message}` };
  }
}
