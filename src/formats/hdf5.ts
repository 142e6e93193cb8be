// HDF5, as Keras writes it, by the HDF5 library itself (h5wasm, an optional dependency that is loaded here alone). The file lies in the
// library's memory under a name that nobody can guess, and only links of the file to itself are followed, so that nothing else is reached.
import type * as h5wasm from 'h5wasm';
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { type ByteSource, readRange } from '../platform/byteSource.js';
import type { FileTensor } from '../weights/files.js';
import { requireHdf5Structure } from './hdf5Structure.js';
import { requireInflatable } from './inflateLimits.js';
import { arrayOf, swapBytes, WIDTHS } from './tensorData.js';
import type { TensorEntry } from './tensorFile.js';

/** An open HDF5 file: its datasets by path, without the slash at the beginning. */
export interface Hdf5File {
  entries: ReadonlyMap<string, TensorEntry>;
  /** Texts that a group has as an attribute; null where there is none. '' is the root. */
  texts(group: string, attribute: string): string[] | null;
  /** Groups, by path. */
  groups: readonly string[];
  /** Errors: FORMAT. */
  read(path: string): FileTensor;
  /** Gives its memory back. */
  close(): void;
}

type Library = typeof h5wasm;
type Runtime = Awaited<Library['ready']>;
type Metadata = h5wasm.Metadata;

const MAX_OBJECTS = 20_000;
const MAX_DEPTH = 16;
/** Bytes that the tree of chunks has for each: a key of at least two sizes and an offset, and an address. */
const CHUNK_ENTRY = 24;
const MAX_ATTRIBUTE = 50_000_000;
/** Devices of the library's file system, which would ask the terminal or the page. */
const DEVICES = ['stdin', 'stdout', 'stderr', 'tty', 'tty1', 'random', 'urandom', 'null'];

/** Opens it; the whole file is read. @param what of the file, for messages. Errors: FORMAT, IO, UNSUPPORTED without h5wasm. */
export async function openHdf5(source: ByteSource): Promise<Hdf5File> {
  const bytes = await readRange(source, 0, source.size);
  return openHdf5Bytes(bytes, source.name);
}

/** The same for bytes. Errors: FORMAT, UNSUPPORTED without h5wasm. */
export async function openHdf5Bytes(bytes: Uint8Array, name: string): Promise<Hdf5File> {
  const library = await load();
  requireHdf5Structure(bytes, name);
  const runtime = await library.ready;
  const path = `/${crypto.randomUUID()}`;
  runtime.FS.writeFile(path, bytes);
  let file: h5wasm.File | null = null;
  const close = (): void => {
    if (file !== null) file.close();
    file = null;
    runtime.FS.unlink(path);
  };
  try {
    const opened = guarded(name, () => new library.File(path, 'r'));
    file = opened;
    const { groups, datasets } = guarded(name, () => walk(runtime, opened.file_id, bytes.length, name));
    const entries = new Map([...datasets].map(([key, own]) => [key, entryOf(own)]));
    checkSizes(runtime, opened.file_id, datasets, bytes.length, name);
    return {
      entries,
      groups,
      texts: (group, attribute) => guarded(name, () => textsOf(runtime, opened, group, attribute)),
      read: (key) => guarded(name, () => readDataset(runtime, opened.file_id, key, datasets, name)),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

let loaded: Promise<Library> | null = null;

/** The library, once. Errors: UNSUPPORTED where it is not installed. */
async function load(): Promise<Library> {
  // In the same block as the import, by which bundlers know that it may be missing.
  try {
    loaded ??= prepared(await import('h5wasm'));
    return await loaded;
  } catch (cause) {
    loaded = null;
    throw new UnrolledError(
      'UNSUPPORTED',
      'expected the package h5wasm for a file of HDF5 (.h5, .keras), received none',
      'npm install h5wasm',
      { cause },
    );
  }
}

async function prepared(library: Library): Promise<Library> {
  const runtime = await library.ready;
  // Else the library writes to the console what it then returns.
  runtime.activate_throwing_error_handler();
  for (const device of DEVICES) {
    if (runtime.FS.analyzePath(`/dev/${device}`).exists) runtime.FS.unlink(`/dev/${device}`);
  }
  return library;
}

/** Whatever the library throws as FORMAT. */
function guarded<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof UnrolledError) throw cause;
    throw damaged('an HDF5 file', cause instanceof Error ? brief(cause.message, 200) : 'a damaged one', name, cause);
  }
}

/** Groups and datasets, by hard links alone; each group once, so that a circle ends. */
function walk(runtime: Runtime, file: bigint, size: number, name: string) {
  // Each takes some dozens of bytes: a circle that branches ends soon.
  const most = Math.min(MAX_OBJECTS, Math.ceil(size / 40));
  const groups: string[] = [];
  const datasets = new Map<string, Metadata>();
  let count = 0;
  const visit = (group: string, depth: number): void => {
    if (depth > MAX_DEPTH) throw damaged(`groups at most ${MAX_DEPTH} deep`, 'more', name);
    for (const key of runtime.get_names(file, group === '' ? '/' : group, false)) {
      if (++count > most) throw damaged(`at most ${most} groups and datasets`, 'more', name);
      const path = group === '' ? key : `${group}/${key}`;
      const type = runtime.get_type(file, path);
      if (type === runtime.H5G_GROUP) {
        groups.push(path);
        visit(path, depth + 1);
      } else if (type === runtime.H5G_DATASET) datasets.set(path, runtime.get_dataset_metadata(file, path));
      else if (type === runtime.H5G_LINK || type === runtime.H5G_UDLINK) {
        throw damaged('groups and datasets alone', `a link to elsewhere, ${brief(path, 100)}`, name);
      }
    }
  };
  visit('', 0);
  return { groups, datasets };
}

function entryOf({ shape, type, size, signed }: Metadata): TensorEntry {
  const letter = type === 1 ? 'F' : type === 0 ? (signed ? 'I' : 'U') : null;
  const dtype = letter === null ? `HDF5 type ${type}` : `${letter}${8 * size}`;
  return { shape: shape ?? [], dtype };
}

/** A file may declare more than there is; what is not packed cannot be larger than the file, what is packed not by much. Errors: FORMAT. */
function checkSizes(
  runtime: Runtime,
  file: bigint,
  datasets: ReadonlyMap<string, Metadata>,
  size: number,
  name: string,
): void {
  let stored = 0;
  let packed = 0;
  for (const [path, { shape, size: width, chunks, virtual_sources: virtual }] of datasets) {
    if (virtual !== undefined && virtual.length > 0) throw damaged('datasets of its own', 'a virtual one', name);
    const bytes = (shape ?? [0]).reduce((product, n) => product * n, width);
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw damaged('sizes of datasets', String(bytes), name);
    const pieces = (chunks ?? []).reduce((product, n, axis) => product * Math.ceil((shape?.[axis] ?? 0) / n), 1);
    // Each has an entry of more bytes in the file.
    if (!(pieces * CHUNK_ENTRY <= size)) throw damaged(`fewer than ${size} chunks`, String(pieces), name);
    if (runtime.get_dataset_filters(file, path).length > 0) packed += bytes;
    else stored += bytes;
  }
  if (stored > size) throw damaged(`datasets of at most ${size} bytes`, `datasets of ${stored} bytes`, name);
  requireInflatable(packed, size, name);
}

function textsOf(runtime: Runtime, file: h5wasm.File, group: string, attribute: string): string[] | null {
  const path = group === '' ? '/' : group;
  if (!runtime.get_attribute_names(file.file_id, path).includes(attribute)) return null;
  const { total_size: count, size, type } = runtime.get_attribute_metadata(file.file_id, path, attribute);
  if (type !== runtime.H5T_class_t.H5T_STRING.value || count * size > MAX_ATTRIBUTE) return null;
  const own = group === '' ? file : file.get(group);
  if (own === null || !('get_attribute' in own)) return null;
  const value: unknown = own.get_attribute(attribute, true);
  const texts = Array.isArray(value) ? value.flat(9) : [value];
  return texts.filter((text): text is string => typeof text === 'string');
}

function readDataset(
  runtime: Runtime,
  file: bigint,
  path: string,
  datasets: ReadonlyMap<string, Metadata>,
  name: string,
): FileTensor {
  const metadata = datasets.get(path);
  if (metadata === undefined) throw damaged('a dataset of the file', brief(path), name);
  const { shape, dtype } = entryOf(metadata);
  if (!Object.hasOwn(WIDTHS, dtype)) throw damaged(`numbers in ${brief(path)}`, dtype, name);
  const bytes = metadata.size * shape.reduce((product, n) => product * n, 1);
  const at = runtime._malloc(bytes);
  if (at === 0)
    throw new UnrolledError(
      'OUT_OF_MEMORY',
      `expected ${bytes} bytes for ${brief(path)}, received none`,
      'close other files',
    );
  try {
    const status = runtime.get_dataset_data(file, path, null, null, null, BigInt(at));
    if (status < 0) throw damaged(`the numbers of ${brief(path)}`, 'none', name);
    const own = runtime.HEAPU8.slice(at, at + bytes);
    if (!metadata.littleEndian) swapBytes(own, metadata.size);
    return { shape, dtype, data: arrayOf(dtype, own) };
  } finally {
    runtime._free(at);
  }
}

function damaged(expected: string, received: string, name: string, cause?: unknown): UnrolledError {
  return new UnrolledError('FORMAT', `expected ${expected} in ${name}, received ${received}`, 'save the model again', {
    cause,
  });
}
