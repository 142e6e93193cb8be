// Models from elsewhere: a file of weights to a description of its layers, weights labelled by gate, and a network of ours.
import { brief } from '../../brief.js';
import { UnrolledError } from '../../errors.js';
import {
  expectFlag,
  expectFunction,
  expectObject,
  expectText,
  type Names,
  optionsOf,
  pick,
  refuse,
} from '../../expect.js';
import type { MappedParameter, Mapping, UnmappedTensor } from '../../formats/layers.js';
import { besides, type OpenOptions, openTensors } from '../../formats/openTensors.js';
import { isOnnx } from '../../formats/foreignKinds.js';
import type { ReadOptions } from '../../formats/pytorch.js';
import { readLayers } from '../../formats/readLayers.js';
import type { TensorFile } from '../../formats/tensorFile.js';
import { ensureBackend } from '../../backend/choose.js';
import { type ByteSource, openSource, readRange } from '../../platform/byteSource.js';
import type { FileSource } from '../../platform/files.js';
import type { LoadResult } from '../../weights/arrange.js';
import { givenParameters, type Stateful } from '../../weights/files.js';
import type { StateDict, StoredParameter } from '../../weights/labels.js';
import { numbersOf } from '../../weights/numbers.js';
import { ImportedModel } from './importedModel.js';
import { inOrderOf } from './layerOrder.js';
import { isOfUnrolled, readModuleFile } from './moduleLayers.js';
import { readOnnxModel, readOnnxNetwork } from './onnxModel.js';

/** How a file of weights is read. */
export interface ImportOptions extends ReadOptions, OpenOptions {
  /** true: tensors that no layer here takes are left out. Default: they are refused, by name. */
  partial?: boolean;
}

const OPEN_OPTIONS: Names<OpenOptions> = { at: true, open: true };
/** Bytes by which ONNX is known. */
const START = 16;

const OPTIONS: Names<ImportOptions> = { prefix: true, layers: true, at: true, open: true, partial: true };

/**
 * Reads a file of weights that another toolkit wrote, or `exportModel`, or `convert`: of PyTorch (`.pt`, `.pth`; state dicts and checkpoints),
 * safetensors (PyTorch's names or MLX's; in several parts by `model.safetensors.index.json`), NumPy (`.npz` with such names),
 * Keras (`.keras`, `.weights.h5`, `.h5`), TensorFlow.js (`model.json`), brain.js (the JSON of `net.toJSON()`), char-rnn and torch-rnn (checkpoints of
 * Torch 7, `.t7`),
 * ONNX (layers one after the other; `importOnnx` reads more). A file is known by its content.
 * @param source a path on Node, an address, a `File`, a `Response`, bytes, or a `ByteSource`, of which only what is needed is read
 * Errors: FORMAT for files that are damaged or of another kind, which is named, and without `partial` for tensors that no layer here
 * takes; UNSUPPORTED for layers of a graph that have no description; NOT_FOUND, IO, OPTION.
 *
 *     const model = await importModel('lstm.pt');
 *     const { output } = model.network().forward(tokens);
 */
export async function importModel(
  source: FileSource | ByteSource,
  options: ImportOptions = {},
): Promise<ImportedModel> {
  const { partial = false, ...rest } = checked(options, 'importModel');
  const opened = await openSource(source);
  if (await startsAsOnnx(opened)) {
    try {
      await ensureBackend();
      const model = await readOnnxModel(opened);
      if (!partial) refuseUnmapped(model.unmapped, opened.name);
      return model;
    } finally {
      await opened.close?.();
    }
  }
  const open = rest.open ?? ((name: string) => besides(source, name));
  const file = await openTensors(opened, { ...pick(rest, OPEN_OPTIONS), open });
  try {
    await ensureBackend();
    if (isOfUnrolled(file)) {
      const { layers, weights, order } = await readModuleFile(file);
      if (layers === null) throw ofNobody(file.name);
      const mapped = Object.values(weights).map(({ name, shape, axes, blocks }) => ({
        name,
        shape,
        label: { axes, blocks },
        from: [name],
      }));
      return new ImportedModel(file.kind, 'Unrolled', true, layers, weights, mapped, [], {}, order);
    }
    const { layout, layers, parameters, unmapped, weights, order } = await readMapped(file, rest);
    if (!partial) refuseUnmapped(unmapped, file.name);
    const mapped = parameters.map(({ name, shape, label, from }) => ({ name, shape, label, from }));
    const { kind, keepsOrder, metadata } = file;
    return new ImportedModel(kind, layout, keepsOrder, layers, weights, mapped, unmapped, metadata, order);
  } finally {
    await file.close();
  }
}

/**
 * Puts the weights of such a file into a network of one's own, whose parts have the names that they have there: `self.lstm` of PyTorch is the
 * property `lstm`. Gates go by name, whatever their order in the file; PyTorch's two biases become one. Layers of ONNX have no names: they go
 * to the layers of the module in its order.
 * @param options `prefix`: only what begins with it, and without it; `partial`: what is missing stays, what is too much is left out
 * Errors: FORMAT with all that does not match (nothing is changed then), and those of `importModel`.
 *
 *     await loadWeights(net, 'model.pt', { prefix: 'encoder' });
 */
export async function loadWeights(
  module: Stateful,
  source: FileSource | ByteSource,
  options: ImportOptions = {},
): Promise<LoadResult> {
  const help = 'give a module, such as new Linear(2, 3)';
  if (typeof module !== 'object' || module === null) refuse('a module', module, help);
  expectFunction(module.loadStateDict, 'loadStateDict of a module', help);
  const { partial = false, ...rest } = checked(options, 'loadWeights');
  const opened = await openSource(source);
  if (await startsAsOnnx(opened)) {
    try {
      return await loadOnnxWeights(module, opened, partial, rest);
    } finally {
      await opened.close?.();
    }
  }
  const open = rest.open ?? ((name: string) => besides(source, name));
  const file = await openTensors(opened, { ...pick(rest, OPEN_OPTIONS), open });
  try {
    const { weights, unmapped } = isOfUnrolled(file)
      ? { ...(await readModuleFile(file)), unmapped: [] }
      : await readMapped(file, rest);
    if (!partial) refuseUnmapped(unmapped, file.name);
    const result = module.loadStateDict(weights, { strict: !partial, from: file.name });
    return { ...result, unexpected: [...result.unexpected, ...unmapped.map(({ name }) => name)] };
  } finally {
    await file.close();
  }
}

/** Errors: FORMAT; OPTION for what goes by the names of layers. */
async function loadOnnxWeights(
  module: Stateful,
  source: ByteSource,
  partial: boolean,
  { prefix, layers }: ImportOptions,
): Promise<LoadResult> {
  const named = prefix === undefined ? (layers === undefined ? null : 'layers') : 'prefix';
  if (named !== null) refuse(`no ${named} for ONNX`, prefix ?? 'some', 'its layers have no names: leave it out');
  await ensureBackend();
  const { network } = await readOnnxNetwork(source);
  const weights = inOrderOf(module.stateDict(), network.stateDict(), source.name, partial);
  return module.loadStateDict(weights, { strict: !partial, from: source.name });
}

async function startsAsOnnx(source: ByteSource): Promise<boolean> {
  return isOnnx(await readRange(source, 0, Math.min(START, source.size)));
}

async function readMapped(file: TensorFile, options: ReadOptions): Promise<Mapping & { weights: StateDict }> {
  const mapping = readLayers(file, options);
  return { ...mapping, weights: await readWeights(file, mapping.parameters) };
}

function ofNobody(name: string): UnrolledError {
  return new UnrolledError(
    'FORMAT',
    `expected a file that says its layers, received the weights of a module or a model of ours: ${name}`,
    'loadModel(file) opens a model; of a module: make it, then await module.load(file)',
  );
}

/** Errors: OPTION. */
function checked(options: ImportOptions, of: string): ImportOptions {
  const own = optionsOf(options, OPTIONS, of);
  if (own.partial !== undefined) expectFlag(own.partial, 'partial');
  if (own.prefix !== undefined) expectText(own.prefix, 'prefix', "give the beginning of names, as 'encoder'");
  if (own.layers !== undefined) expectObject(own.layers, 'layers', "as in { decoder: 'linear' }");
  return own;
}

/** Errors: FORMAT for tensors that no layer takes. */
export function refuseUnmapped(unmapped: readonly UnmappedTensor[], name: string): void {
  if (unmapped.length === 0) return;
  const some = unmapped
    .slice(0, 5)
    .map(
      ({ name: own, shape, dtype, why }) =>
        `${brief(own)} ${dtype === 'layer' ? '' : `[${shape.join(', ')}] `}(${why})`,
    );
  throw new UnrolledError(
    'FORMAT',
    `expected layers that are known here (RNN, GRU, LSTM, Embedding, Linear, LayerNorm) in ${name}, received ${unmapped.length} besides: ${some.join('; ')}${unmapped.length > 5 ? '; …' : ''}`,
    '{ partial: true }, or --partial, takes what is known and leaves these out',
  );
}

async function readWeights(file: TensorFile, parameters: readonly MappedParameter[]): Promise<StateDict> {
  const weights: [string, StoredParameter][] = [];
  for (const { name, shape, label, from, make } of parameters) {
    const tensors: ArrayLike<number>[] = [];
    for (const key of from) {
      const given = givenParameters(new Map([[key, await file.read(key)]]), undefined, file.name).get(key);
      if (given !== undefined) tensors.push(numbersOf(key, given));
    }
    weights.push([name, { name, shape, ...label, dtype: 'float32', data: Float32Array.from(make(tensors)) }]);
  }
  return Object.fromEntries(weights);
}
