// What every file of weights is, whatever its format: tensors by name, read one by one, so that a file need not be in memory.
import type { FileTensor } from '../weights/files.js';

/** The formats of files that are read. */
export const TENSOR_FILE_KINDS = [
  'safetensors',
  'pytorch',
  'npz',
  'npy',
  'keras',
  'hdf5',
  'tfjs',
  'brain.js',
  'torch7',
] as const;
/** The format of a file. */
export type TensorFileKind = (typeof TENSOR_FILE_KINDS)[number];

/** What a file says of a tensor before its numbers are read. */
export interface TensorEntry {
  /** The size of each axis; [] for a scalar. */
  shape: readonly number[];
  /** As safetensors names it: F32, F64, F16, BF16, I64 …; what nothing here reads under the name that the file has for it. */
  dtype: string;
}

/** What a file of Keras or TensorFlow.js says of the model that its tensors belong to. */
export interface FileTopology {
  /** Whose it is. */
  layout: 'Keras' | 'TensorFlow.js';
  /** The configuration of the model, as JSON has it; undefined where the file has weights alone. */
  config?: unknown;
  /** Whether tensors are called after the classes of their layers (Keras 3) or after their layers' names. */
  naming: 'class' | 'layer';
  /** Of tensors called after classes: the names of the layers, by their paths, where the file says them. */
  names: ReadonlyMap<string, string>;
}

/** An open file of tensors. */
export interface TensorFile {
  /** Which format. */
  kind: TensorFileKind;
  /** The file's name, for messages. */
  name: string;
  /** Strings beside the tensors; of a checkpoint of PyTorch, where in it the tensors stand (`in`). */
  metadata: Readonly<Record<string, string>>;
  /** Whether tensors stand in the order of the module; safetensors sorts them by name. */
  keepsOrder: boolean;
  /** In the order of the file. */
  entries: ReadonlyMap<string, TensorEntry>;
  /** Of a model of Keras or TensorFlow.js. */
  topology?: FileTopology;
  /** The numbers of one, row by row. Errors: FORMAT, IO, OPTION for a name that is not there. */
  read(name: string): Promise<FileTensor>;
}
