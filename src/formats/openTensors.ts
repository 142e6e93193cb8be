// Opens a file of weights by its content, never by its name; what cannot be read is named, with what to do.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { expectFunction, expectText, type Names, optionsOf } from '../expect.js';
import { type ByteSource, openSource, readRange, sourceOfBytes } from '../platform/byteSource.js';
import { addressOf, type FileSource } from '../platform/files.js';
import { getPlatform } from '../platform/platform.js';
import { openBrainJs } from './brainJs.js';
import { openCharRnn } from './charRnn.js';
import type { FileKind } from './fileKinds.js';
import { foreignKind } from './foreignKinds.js';
import { isKerasZip, openKerasHdf5, openKerasZip } from './keras.js';
import { openNpy, openNpz } from './npy.js';
import { openSafetensors } from './openSafetensors.js';
import { openShards } from './shards.js';
import type { TensorFile } from './tensorFile.js';
import { isTfjs, openTfjs } from './tfjs.js';
import { isTorch7 } from './torch7.js';
import { openTorchFile } from './torchFile.js';
import { ZipArchive } from './zip.js';

/** How a file of weights is opened. */
export interface OpenOptions {
  /** Which of several state dicts of a checkpoint: its key. */
  at?: string;
  /** Opens another file of a model in several parts, by the name that its index has for it. Default: beside the index. */
  open?(name: string): FileSource | ByteSource | Promise<FileSource | ByteSource>;
}

/** An open file, and how to give it back. */
export interface OpenedTensors extends TensorFile {
  /** Ends the reading. */
  close(): Promise<void>;
}

const OPTIONS: Names<OpenOptions> = { at: true, open: true };
const START = 512;
const HDF5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Opens a file of weights: safetensors (in several parts too, by the index), PyTorch (`.pt`, `.pth`), NumPy (`.npz`, `.npy`),
 * Keras (`.keras`, `.weights.h5`, `.h5`), TensorFlow.js (`model.json`), brain.js (JSON), checkpoints of char-rnn and torch-rnn (`.t7`). Tensors are
 * read when they are asked for, by range where the source can.
 * @param given a path on Node, an address, a `File`, a `Response`, bytes, or a `ByteSource`
 * Errors: FORMAT for what is damaged and for files of other kinds, which are named; NOT_FOUND, IO, OPTION.
 */
export async function openTensors(given: FileSource | ByteSource, wanted: OpenOptions = {}): Promise<OpenedTensors> {
  const options = optionsOf(wanted, OPTIONS, 'openTensors');
  if (options.at !== undefined) expectText(options.at, 'at', "give the key of a state dict, as 'model_state_dict'");
  if (options.open !== undefined) expectFunction(options.open, 'open', 'as in (name) => path');
  const source = await openSource(given);
  const opened = [source];
  const close = async (): Promise<void> => {
    for (const one of opened) await one.close?.();
  };
  const openPart = async (name: string): Promise<ByteSource> => {
    const part = await openSource((await options.open?.(name)) ?? (await besides(given, name)));
    opened.push(part);
    return part;
  };
  try {
    const file = await openKnown(source, options.at, openPart);
    const closeAll = async (): Promise<void> => {
      await file.close?.();
      await close();
    };
    return { ...file, close: closeAll };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Another file in the same folder. Errors: OPTION where nobody knows the folder, FORMAT where it is a link to another one. */
export async function besides(given: FileSource | ByteSource, name: string): Promise<string> {
  const address = addressOf(given);
  if (address !== null) {
    const path = address.replace(/[^/\\]*$/, '') + name;
    const isAddress = /^(https?|data|blob):/i.test(address);
    if (isAddress || (await getPlatform().standsBeside?.(path, address)) !== false) return path;
    throw new UnrolledError(
      'FORMAT',
      `expected ${brief(name)} in the folder of ${address}, received a link to a file elsewhere`,
      'put the file itself there; where you trust the link, give { open: (name) => path }',
    );
  }
  throw new UnrolledError(
    'OPTION',
    `expected the file ${brief(name)} too, received its index`,
    'give { open: (name) => … }',
  );
}

async function openKnown(
  source: ByteSource,
  at: string | undefined,
  openPart: (name: string) => Promise<ByteSource>,
): Promise<TensorFile & { close?(): Promise<void> }> {
  const { name, size } = source;
  const start = await readRange(source, 0, Math.min(START, size));
  if (start[0] === 0x50 && start[1] === 0x4b && (start[2] === 3 || start[2] === 5)) return openZip(source, at);
  if (start[0] === 0x93 && start[1] === 0x4e) return openNpy(source);
  if (HDF5.every((byte, i) => start[i] === byte)) return openKerasHdf5(source);
  if (isTorch7(start)) return openCharRnn(source);
  if (isJson(start)) {
    if (await isTfjs(source)) return openTfjs(source, openPart);
    return (await openBrainJs(source)) ?? openShards(source, openPart);
  }
  const other = foreignKind(start) ?? (start[8] === 0x7b ? null : unknownKind(start));
  if (other !== null) {
    throw new UnrolledError('FORMAT', `expected a file of weights, received ${other.what}: ${name}`, other.help);
  }
  return openSafetensors(source);
}

/** What no one knows, by its first bytes. */
function unknownKind(start: Uint8Array): FileKind {
  const bytes = Array.from(start.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return {
    what: `a file of no kind that is known here, which begins with the bytes ${bytes}`,
    help: 'name a file of weights: .safetensors, .pt, .npz; of another kind write one of these where it came from',
  };
}

/** Text that begins with a brace. */
function isJson(start: Uint8Array): boolean {
  return /^\s*\{\s*"/.test(new TextDecoder('latin1').decode(start.subarray(0, 64)));
}

/** What a zip archive is, by a path in it. */
const ARCHIVES: readonly [path: RegExp, what: string][] = [
  [/^word\//, 'a Word document'],
  [/^xl\//, 'a workbook (Excel)'],
  [/^ppt\//, 'slides (PowerPoint)'],
  [/^MAR-INF\//, 'an archive of TorchServe'],
  [/^META-INF\/MANIFEST\.MF$/, 'a Java archive'],
  [/^mimetype$/, 'a document (EPUB or OpenDocument)'],
];

async function openZip(source: ByteSource, at: string | undefined): Promise<TensorFile & { close?(): Promise<void> }> {
  const zip = await ZipArchive.open(source);
  if (zip.find('data.pkl') !== undefined) return openTorchFile(source, zip, at);
  const paths = zip.entries.map(({ path }) => path);
  if (paths.length > 0 && paths.every((path) => path.endsWith('.npy'))) return openNpz(source, zip);
  if (isKerasZip(paths)) return openKerasZip(source, zip);
  const what = ARCHIVES.find(([path]) => paths.some((own) => path.test(own)))?.[1] ?? 'a zip archive';
  const weights = paths.filter((path) => /\.(safetensors|pth?|ckpt|bin|npz|npy|h5|keras|onnx)$/i.test(path));
  const some = (weights.length > 0 ? weights : paths).slice(0, 5).map((path) => brief(path));
  throw new UnrolledError(
    'FORMAT',
    `expected a file of weights, received ${what}: ${source.name}`,
    `it holds ${some.join(', ') || 'nothing'}: unpack it, and name the file of weights`,
  );
}

/** The same for bytes. @param name of the file, for messages */
export function openTensorBytes(bytes: Uint8Array, name: string, options: OpenOptions = {}): Promise<OpenedTensors> {
  return openTensors(sourceOfBytes(bytes, name), options);
}
