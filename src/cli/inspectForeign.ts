// What `inspect` says of a file of weights that is no model of ours.
import type { CommandResult } from './command.js';
import { layerTable, sourceOf, unmappedTable } from './foreign.js';
import { formatNumber, table } from './output.js';

/** Its format, layers and tensors, by the headers alone; null for a model of ours. Errors: FORMAT, which names what it is; NOT_FOUND, IO. */
export async function inspectForeign(cwd: string, file: string): Promise<CommandResult | null> {
  const { isOnnx } = await import('../formats/foreignKinds.js');
  const { openTensors } = await import('../formats/openTensors.js');
  const { readLayers } = await import('../formats/readLayers.js');
  const { isOfUnrolled, readModuleFile } = await import('../models/foreign/moduleLayers.js');
  const { source, open } = await sourceOf(cwd, file);
  try {
    if (isOnnx(await source.read(0, Math.min(16, source.size)))) {
      return await (await import('./inspectOnnx.js')).inspectOnnx(source, file);
    }
    const opened = await openTensors(source, { open });
    const { kind, metadata, entries } = opened;
    const isOurs = isOfUnrolled(opened);
    if (isOurs && metadata.kind !== 'module') return null;
    const { layout, layers, unmapped } = isOurs
      ? { layout: 'Unrolled', layers: (await readModuleFile(opened)).layers ?? [], unmapped: [] }
      : readLayers(opened);
    await opened.close();
    const tensors = [...entries].map(([name, { shape, dtype }]) => ({ name, shape, dtype }));
    const numbers = tensors.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
    const rows = tensors.map(({ name, shape, dtype }) => [name, shape.join(' × '), dtype]);
    const text = [
      `${file}: ${kind}, names and orders of ${layout}; ${formatNumber(tensors.length)} tensors, ${formatNumber(numbers)} numbers`,
      ...(layers.length > 0 ? [layerTable(layers)] : []),
      table([{ heading: 'tensor' }, { heading: 'shape', number: true }, { heading: 'type' }], rows),
      ...(unmapped.length > 0 ? [unmappedTable(unmapped)] : []),
    ];
    return { json: { format: kind, layout, metadata, layers, tensors, unmapped }, text: text.join('\n\n') };
  } finally {
    await source.close?.();
  }
}
