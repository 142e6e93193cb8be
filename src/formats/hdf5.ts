// HDF5, as Keras writes it: datasets and texts by path. All is read from the bytes themselves; links to elsewhere, virtual datasets and
// data in other files are refused.
import { brief } from '../brief.js';
import { type ByteSource, readRange } from '../platform/byteSource.js';
import type { FileTensor } from '../weights/files.js';
import { Hdf5Texts } from './hdf5Attributes.js';
import { type Hdf5Dataset, readDatasetHeader, readNumbers } from './hdf5Data.js';
import { Hdf5Bytes, isGroup, readObjects } from './hdf5Objects.js';
import { requireInflatable } from './inflateLimits.js';
import { arrayOf, isReadable, WIDTHS } from './tensorData.js';
import type { TensorEntry } from './tensorFile.js';

/** An open HDF5 file: its datasets by path, without the slash at the beginning. */
export interface Hdf5File {
  entries: ReadonlyMap<string, TensorEntry>;
  /** Texts that a group has as an attribute; null where there is none. '' is the root. Errors: FORMAT. */
  texts(group: string, attribute: string): string[] | null;
  /** Groups, by path. */
  groups: readonly string[];
  /** Errors: FORMAT. */
  read(path: string): FileTensor;
}

/** Opens it; the whole file is read. Errors: FORMAT, IO. */
export async function openHdf5(source: ByteSource): Promise<Hdf5File> {
  return openHdf5Bytes(await readRange(source, 0, source.size), source.name);
}

/** The same for bytes. @param name of the file, for messages. Errors: FORMAT. */
export function openHdf5Bytes(bytes: Uint8Array, name: string): Hdf5File {
  const file = new Hdf5Bytes(bytes, name);
  const objects = readObjects(file);
  const texts = new Hdf5Texts(file);
  const datasets = new Map<string, Hdf5Dataset>();
  const groups: string[] = [];
  for (const [path, messages] of objects) {
    const dataset = readDatasetHeader(file, path, messages);
    if (dataset !== null) datasets.set(path, dataset);
    else if (path !== '' && isGroup(messages)) groups.push(path);
  }
  checkSizes(file, [...datasets.values()]);
  return {
    entries: new Map([...datasets].map(([path, { shape, dtype }]) => [path, { shape, dtype }])),
    groups,
    texts: (group, attribute) => texts.of(objects.get(group) ?? [], attribute),
    read(path) {
      const dataset = datasets.get(path);
      if (dataset === undefined) throw file.damaged('a dataset of the file', brief(path));
      const { shape, dtype, width } = dataset;
      if (!isReadable(dtype) || WIDTHS[dtype] !== width) throw file.damaged(`numbers in ${brief(path)}`, dtype);
      return { shape, dtype, data: arrayOf(dtype, readNumbers(file, dataset)) };
    },
  };
}

/** What is not packed cannot be larger than the file, what is packed not by much. Errors: FORMAT. */
function checkSizes(file: Hdf5Bytes, datasets: readonly Hdf5Dataset[]): void {
  const { length } = file.bytes;
  let stored = 0;
  let packed = 0;
  for (const { filters, bytes } of datasets) {
    if (filters.length > 0) packed += bytes;
    else stored += bytes;
  }
  if (stored > length) throw file.damaged(`datasets of at most ${length} bytes`, `datasets of ${stored} bytes`);
  requireInflatable(packed, length, file.name);
}
