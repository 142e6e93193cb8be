// Layers models of TensorFlow.js: model.json with the configuration and a list of weights, whose numbers lie one behind the other in files
// beside it, plain or quantized.
// Source: https://github.com/tensorflow/tfjs: tfjs-core/src/io/types.ts, tfjs-converter/docs/overview.md
import { brief } from '../brief.js';
import { shownValue } from '../expect.js';
import { UnrolledError } from '../errors.js';
import { type ByteSource, readRange } from '../platform/byteSource.js';
import type { FileTensor } from '../weights/files.js';
import { asList, asObject, type Json, parseJson } from './kerasConfig.js';
import { arrayOf, WIDTHS } from './tensorData.js';
import type { TensorEntry, TensorFile } from './tensorFile.js';

/** The name of the file with the numbers. */
export const TFJS_WEIGHTS = 'weights.bin';

const MAX_JSON = 100_000_000;
const MAX_FILES = 10_000;
const DTYPES: Readonly<Record<string, string>> = {
  ...{ float32: 'F32', float16: 'F16', int32: 'I32', uint8: 'U8', uint16: 'U16', bool: 'BOOL' },
};

/** A weight, and where its bytes are. */
interface Located extends TensorEntry {
  /** As the bytes are. */
  stored: string;
  scale: number;
  min: number;
  /** In bytes, in its group of files. */
  offset: number;
  bytes: number;
  group: readonly { source: ByteSource; start: number }[];
}

/** Whether JSON is a model of TensorFlow.js, by its keys. Errors: IO. */
export async function isTfjs(source: ByteSource): Promise<boolean> {
  if (source.size > MAX_JSON) return false;
  const text = new TextDecoder().decode(await readRange(source, 0, source.size));
  return /"(weightsManifest|modelTopology)"/.test(text);
}

/**
 * Opens model.json and the files that it names.
 * @param open a file beside it, by its name, which has no folder in it
 * Errors: FORMAT for damage, for names with folders or addresses, for sizes beyond the files; those of `open`.
 */
export async function openTfjs(index: ByteSource, open: (name: string) => Promise<ByteSource>): Promise<TensorFile> {
  const { name, size } = index;
  const value = asObject(parseJson(new TextDecoder().decode(await readRange(index, 0, size)), name));
  const topology = asObject(value.modelTopology);
  if (value.format === 'graph-model' || topology.node !== undefined) {
    throw new UnrolledError(
      'FORMAT',
      `expected a layers model in ${name}, received a graph model of TensorFlow.js`,
      'it has no layers any more: convert the model that it was made from with --output_format=tfjs_layers_model',
    );
  }
  const weights = new Map<string, Located>();
  const files = new Map<string, ByteSource>();
  for (const group of asList(value.weightsManifest).map(asObject)) {
    const parts: { source: ByteSource; start: number }[] = [];
    let total = 0;
    for (const path of asList(group.paths)) {
      if (typeof path !== 'string' || !/^[^/\\:?#%]+$/.test(path) || path.startsWith('.')) {
        throw damaged('names of files without folders', shownValue(path), name);
      }
      if (files.size === MAX_FILES) throw damaged(`at most ${MAX_FILES} files`, 'more', name);
      const source = files.get(path) ?? (await open(path));
      if (parts.some((part) => part.source === source)) throw damaged('each file once', brief(path), name);
      files.set(path, source);
      parts.push({ source, start: total });
      total += source.size;
    }
    let offset = 0;
    for (const weight of asList(group.weights).map(asObject)) {
      const own = locate(weight, offset, parts, name);
      const key = String(weight.name);
      if (weights.has(key)) throw damaged('each weight once', `"${brief(key)}" twice`, name);
      weights.set(key, own);
      offset += own.bytes;
      if (offset > total) throw damaged(`weights of at most ${total} bytes`, `more for "${brief(key)}"`, name);
    }
    if (offset !== total) throw damaged(`weights of ${total} bytes`, `${offset} bytes`, name);
  }
  // Keras puts one more pair of braces around its own.
  const config = topology.model_config === undefined ? topology : topology.model_config;
  return {
    kind: 'tfjs',
    name,
    metadata: typeof value.generatedBy === 'string' ? { generatedBy: value.generatedBy.slice(0, 60) } : {},
    keepsOrder: true,
    entries: weights,
    topology: { layout: 'TensorFlow.js', config, naming: 'layer', names: new Map() },
    async read(key) {
      const own = weights.get(key);
      if (own === undefined) throw damaged('a weight of the model', brief(key), name);
      return numbersOf(own);
    },
  };
}

/** Errors: FORMAT. */
function locate(weight: Json, offset: number, group: Located['group'], file: string): Located {
  const { name, shape, dtype } = weight;
  const what = `weight ${shownValue(name)}`;
  const sizes = asList(shape);
  const isSize = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;
  if (typeof name !== 'string' || !Array.isArray(shape) || !sizes.every(isSize) || sizes.length > 32) {
    throw damaged(`a name and sizes of ${what}`, 'something else', file);
  }
  const quantization = weight.quantization === undefined ? null : asObject(weight.quantization);
  const kind = quantization?.dtype ?? dtype;
  if (typeof kind !== 'string' || !Object.hasOwn(DTYPES, kind)) {
    throw damaged(`a ${what} of ${Object.keys(DTYPES).join(', ')}`, shownValue(kind), file);
  }
  const stored = DTYPES[kind];
  const isAffine = quantization !== null && stored !== 'F16';
  const { scale = 1, min = 0 } = quantization ?? {};
  if (isAffine && (typeof scale !== 'number' || typeof min !== 'number')) {
    throw damaged(`a scale and a minimum of ${what}`, 'none', file);
  }
  const bytes = sizes.reduce((product, n) => product * n, WIDTHS[stored]);
  if (!Number.isSafeInteger(bytes)) throw damaged(`sizes of ${what}`, brief(sizes.join(' × '), 100), file);
  const own = { stored, offset, bytes, group, scale: isAffine ? Number(scale) : 1, min: isAffine ? Number(min) : 0 };
  return { shape: sizes, dtype: isAffine ? 'F32' : stored, ...own };
}

async function numbersOf({ shape, dtype, stored, scale, min, offset, bytes, group }: Located): Promise<FileTensor> {
  const own = new Uint8Array(bytes);
  for (const { source, start } of group) {
    const from = Math.max(offset, start);
    const to = Math.min(offset + bytes, start + source.size);
    if (from < to) own.set(await readRange(source, from - start, to - from), from - offset);
  }
  const data = arrayOf(stored, own);
  return {
    shape,
    dtype,
    data: dtype === stored ? data : Float32Array.from(data as Uint8Array, (n) => n * scale + min),
  };
}

function damaged(expected: string, received: string, name: string): UnrolledError {
  const help = 'name model.json, with the files that it lists beside it';
  return new UnrolledError('FORMAT', `expected ${expected} in ${name}, received ${received}`, help);
}
