// Files of Keras: `.keras` (a zip of config.json and model.weights.h5), `.weights.h5`, and the HDF5 files of whole models and of weights
// that Keras 2 wrote.
// Source: keras/src/saving/saving_lib.py, keras/src/legacy/saving/legacy_h5_format.py
import { UnrolledError } from '../errors.js';
import type { ByteSource } from '../platform/byteSource.js';
import type { FileTensor } from '../weights/files.js';
import { type Hdf5File, openHdf5, openHdf5Bytes } from './hdf5.js';
import { asObject, parseJson } from './kerasConfig.js';
import type { TensorEntry, TensorFile } from './tensorFile.js';
import type { ZipArchive } from './zip.js';

/** What a `.keras` file is known by. */
export function isKerasZip(paths: readonly string[]): boolean {
  return paths.includes('config.json') && paths.some((path) => path.startsWith('model.weights'));
}

/** Opens a `.keras` file. Errors: FORMAT, IO. */
export async function openKerasZip(source: ByteSource, zip: ZipArchive): Promise<TensorFile> {
  const { name } = source;
  const text = async (path: string): Promise<string> => {
    const known = zip.entries.some((entry) => entry.path === path);
    return known ? new TextDecoder().decode(await zip.read(path)) : '{}';
  };
  const config = parseJson(await text('config.json'), `config.json of ${name}`);
  const { keras_version: version } = asObject(parseJson(await text('metadata.json'), `metadata.json of ${name}`));
  if (!zip.entries.some(({ path }) => path === 'model.weights.h5')) {
    throw new UnrolledError(
      'FORMAT',
      `expected model.weights.h5 in ${name}, received a model with other weights`,
      'save it again: model.save(file); arrays of Python objects (.npz) may run code, and are not read',
    );
  }
  const file = openHdf5Bytes(await zip.read('model.weights.h5'), name);
  return {
    ...ofHdf5('keras', name, file),
    metadata: versionOf(version),
    keepsOrder: true,
    topology: { layout: 'Keras', config, naming: 'class', names: new Map() },
  };
}

/** Opens an HDF5 file of Keras. Errors: FORMAT, IO. */
export async function openKerasHdf5(source: ByteSource): Promise<TensorFile> {
  const { name } = source;
  const file = await openHdf5(source);
  const opened = ofHdf5('hdf5', name, file);
  const [version] = file.texts('', 'keras_version') ?? [];
  const metadata = versionOf(version);
  const [config] = file.texts('', 'model_config') ?? [];
  const root = file.groups.includes('model_weights') ? 'model_weights' : '';
  const layers = file.texts(root, 'layer_names');
  if (layers === null) {
    const groups = file.groups.filter((path) => path.endsWith('/vars') && !path.endsWith('cell/vars'));
    const names = groups.flatMap((path): [string, string][] => {
      const [own] = file.texts(path, 'name') ?? [];
      return own === undefined ? [] : [[path.slice(0, -'/vars'.length), own]];
    });
    return { ...opened, metadata, topology: { layout: 'Keras', naming: 'class', names: new Map(names) } };
  }
  const paths = new Map<string, string>();
  for (const layer of layers) {
    const group = root === '' ? layer : `${root}/${layer}`;
    if (!file.groups.includes(group)) continue;
    for (const weight of file.texts(group, 'weight_names') ?? []) paths.set(`${layer}/${weight}`, `${group}/${weight}`);
  }
  const entries = new Map<string, TensorEntry>();
  for (const [key, path] of paths) {
    const entry = file.entries.get(path);
    if (entry !== undefined) entries.set(key, entry);
  }
  return {
    ...opened,
    metadata,
    keepsOrder: true,
    entries,
    read: (key) => opened.read(paths.get(key) ?? key),
    topology: {
      layout: 'Keras',
      ...(config === undefined ? {} : { config: parseJson(config, `model_config of ${name}`) }),
      naming: 'layer',
      names: new Map(),
    },
  };
}

function versionOf(version: unknown): Record<string, string> {
  return typeof version === 'string' ? { keras_version: version.slice(0, 60) } : {};
}

function ofHdf5(kind: 'keras' | 'hdf5', name: string, file: Hdf5File): TensorFile {
  return {
    kind,
    name,
    metadata: {},
    keepsOrder: false,
    entries: file.entries,
    read: async (key): Promise<FileTensor> => file.read(key),
  };
}
