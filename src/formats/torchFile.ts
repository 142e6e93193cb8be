// Files of PyTorch (`torch.save`): a zip with a pickle, which says what tensors there are, and the storages that hold their numbers.
// The pickle runs on a machine that calls nothing (pickle.ts); of what it names, only the functions that rebuild tensors are understood.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { refuse } from '../expect.js';
import type { ByteSource } from '../platform/byteSource.js';
import type { FileTensor } from '../weights/files.js';
import { PickledCall, PickledDict, PickledGlobal, PickledList, PickledReference, readPickle } from './pickle.js';
import { PickleWriter } from './pickleWriter.js';
import { arrayOf, checkedTensors, isReadable, rowMajor, swapBytes, WIDTHS } from './tensorData.js';
import type { TensorEntry, TensorFile } from './tensorFile.js';
import type { ZipArchive } from './zip.js';
import { encodeZip } from './zip.js';

/** Storages and dtypes of PyTorch by the names that safetensors has for them. */
const STORAGES: Readonly<Record<string, string>> = {
  ...{ 'torch.FloatStorage': 'F32', 'torch.DoubleStorage': 'F64', 'torch.HalfStorage': 'F16' },
  ...{ 'torch.BFloat16Storage': 'BF16', 'torch.LongStorage': 'I64', 'torch.IntStorage': 'I32' },
  ...{ 'torch.ShortStorage': 'I16', 'torch.CharStorage': 'I8', 'torch.ByteStorage': 'U8', 'torch.BoolStorage': 'BOOL' },
};
const DTYPES: Readonly<Record<string, string>> = {
  ...{ 'torch.float32': 'F32', 'torch.float64': 'F64', 'torch.float16': 'F16', 'torch.bfloat16': 'BF16' },
  ...{ 'torch.int64': 'I64', 'torch.int32': 'I32', 'torch.int16': 'I16', 'torch.int8': 'I8', 'torch.uint8': 'U8' },
  ...{ 'torch.uint16': 'U16', 'torch.uint32': 'U32', 'torch.uint64': 'U64', 'torch.bool': 'BOOL' },
};
const STORAGE_OF: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(STORAGES).map(([s, d]) => [d, s]),
);
const UNTYPED: readonly string[] = ['torch.storage.UntypedStorage', 'torch.UntypedStorage'];

const REBUILD = 'torch._utils._rebuild_tensor';
const PARAMETERS: readonly string[] = [
  'torch._utils._rebuild_parameter',
  'torch._utils._rebuild_parameter_with_state',
  'torch.nn.parameter.Parameter',
];

/** Dicts within dicts in which a state dict is looked for. */
const MAX_DEPTH = 4;
/** Dicts within a state dict. */
const MAX_DICTS = 1000;
/** Of tensors that share storage: times the size of the file that all of them may have. */
const MOST_SHARED = 4;
/** Where checkpoints have the weights; the first that is there. */
const USUAL: readonly string[] = [
  ...['model_state_dict', 'state_dict', 'model_state', 'model', 'net', 'network', 'weights', 'params', 'module', 'ema'],
];

/** A tensor, and where its numbers are: strides count elements. */
interface StoredTensor extends TensorEntry {
  key: string;
  /** The type that the pickle gives the storage. */
  storage: string;
  offset: number;
  strides: readonly number[];
  /** Elements of the storage. */
  length: number;
}

/**
 * Opens what `torch.save` wrote: a state dict, or a checkpoint with one in it.
 * @param at which of several state dicts: its key in the checkpoint
 * Errors: FORMAT for damaged files, whole modules, TorchScript, and checkpoints in which no state dict or several are found; IO.
 */
export async function openTorchFile(source: ByteSource, zip: ZipArchive, at?: string): Promise<TensorFile> {
  const { name, size } = source;
  const path = zip.find('data.pkl');
  if (path === undefined) throw damaged(`data.pkl in ${name}`, 'none', 'name a file that torch.save wrote');
  const pickles = zip.entries.filter((entry) => /(^|\/)data\.pkl$/.test(entry.path));
  if (pickles.length > 1) {
    const two = pickles.slice(0, 2).map((entry) => `"${brief(entry.path)}"`);
    throw damaged(`one data.pkl in ${name}`, `${two.join(' and ')}, of which readers take different ones`);
  }
  const folder = path.slice(0, -'data.pkl'.length);
  const isScript = zip.entries.some((entry) => entry.path.startsWith(`${folder}code/`));
  if (isScript) {
    throw damaged(
      `a state dict in ${name}`,
      'TorchScript, which holds a program',
      'in PyTorch: torch.save(torch.jit.load(file).state_dict(), file)',
    );
  }
  const order = zip.find(`${folder}byteorder`);
  const isBigEndian = order !== undefined && new TextDecoder().decode(await zip.read(order)).trim() === 'big';
  const root = readPickle(await zip.read(path), name);
  const { dict, place } = findStateDict(root, name, at);
  const sizes = new Map(zip.entries.map((entry) => [entry.path, entry.bytes]));
  const entries = new Map<string, StoredTensor>();
  const uses = new Map<string, number>();
  const types = new Map<string, string>();
  let total = 0;
  for (const [key, value] of tensorsIn(dict)) {
    const tensor = storedTensor(value, `"${brief(key)}" of ${name}`);
    const bytes = sizes.get(`${folder}data/${tensor.key}`);
    const width = WIDTHS[tensor.dtype];
    if (bytes === undefined || (width !== undefined && Math.floor(bytes / width) !== tensor.length)) {
      throw damaged(
        `${tensor.length} elements (${tensor.dtype}) of "${brief(key)}" in ${name}`,
        bytes === undefined ? 'no such storage' : `a storage of ${bytes} bytes`,
      );
    }
    const before = types.get(tensor.key) ?? tensor.storage;
    if (before !== tensor.storage) {
      throw damaged(`the storage of "${brief(key)}" in ${name} as ${brief(before)}`, brief(tensor.storage));
    }
    types.set(tensor.key, tensor.storage);
    total += countOf(tensor.shape) * (width ?? 1);
    if (total > MOST_SHARED * size) {
      throw damaged(
        `tensors of at most ${MOST_SHARED} times the size of ${name}`,
        'more: many views of one storage',
        'save copies: { name: tensor.clone() }',
      );
    }
    entries.set(key, tensor);
    uses.set(tensor.key, (uses.get(tensor.key) ?? 0) + 1);
  }
  const shared = new Map<string, Uint8Array>();
  const storage = async (key: string): Promise<Uint8Array> => {
    const bytes = shared.get(key) ?? (await zip.read(`${folder}data/${key}`));
    if ((uses.get(key) ?? 0) > 1) shared.set(key, bytes);
    return bytes;
  };
  return {
    kind: 'pytorch',
    name,
    keepsOrder: true,
    metadata: place === '' ? {} : { in: place },
    entries,
    async read(key) {
      const tensor = entries.get(key);
      if (tensor === undefined)
        refuse('a tensor of the file', key, `it has ${[...entries.keys()].slice(0, 9).join(', ')}`);
      const { dtype, shape, strides, offset, length } = tensor;
      if (!isReadable(dtype)) {
        throw damaged(`"${brief(key)}" of ${name} as plain numbers`, brief(dtype), 'save it as tensor.float()');
      }
      const bytes = (await storage(tensor.key)).slice(0, length * WIDTHS[dtype]);
      if (isBigEndian) swapBytes(bytes, WIDTHS[dtype]);
      return { shape, dtype, data: rowMajor(arrayOf(dtype, bytes), shape, strides, offset) };
    },
  };
}

/** A state dict as `torch.save` writes it; `torch.load(file, weights_only=True)` takes it. Errors: DTYPE for types that it has not; SHAPE, OPTION. */
export function encodeTorchFile(tensors: ReadonlyMap<string, FileTensor>): Uint8Array {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const pickle = new PickleWriter();
  const storages: [string, Uint8Array][] = [];
  pickle.orderedDict();
  pickle.items(() => {
    for (const [name, { shape, dtype, data }] of checkedTensors(tensors)) {
      if (!Object.hasOwn(STORAGE_OF, dtype)) {
        throw new UnrolledError(
          'DTYPE',
          `expected a type of PyTorch, received ${brief(dtype)}`,
          'write the numbers as F32',
        );
      }
      const own = arrayOf(dtype, data);
      const key = String(storages.length);
      storages.push([`archive/data/${key}`, new Uint8Array(own.buffer, own.byteOffset, own.byteLength)]);
      pickle.text(name);
      pickle.call(REBUILD.concat('_v2'), () => {
        pickle.reference(['storage', { global: STORAGE_OF[dtype] }, key, 'cpu', own.length]);
        pickle.integer(0);
        pickle.tuple(shape);
        pickle.tuple(shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1)));
        pickle.flag(false);
        pickle.orderedDict();
      });
    }
  });
  return encodeZip(
    new Map([
      ['archive/data.pkl', pickle.end()],
      ['archive/byteorder', text('little')],
      ...storages,
      ['archive/version', text('3\n')],
    ]),
  );
}

/** The dict that holds the weights, and its path in the checkpoint; '' for the whole. Errors: FORMAT. */
function findStateDict(root: unknown, name: string, at?: string): { dict: PickledDict; place: string } {
  refuseModule(root, name);
  const found: { dict: PickledDict; place: string }[] = [];
  const seen = new Set<PickledDict>();
  const look = (value: unknown, place: string, depth: number): void => {
    if (!(value instanceof PickledDict) || depth > MAX_DEPTH || seen.has(value)) return;
    seen.add(value);
    if (value.entries.some(([key, own]) => typeof key === 'string' && isTensor(own))) {
      found.push({ dict: value, place });
      return;
    }
    for (const [key, own] of value.entries) {
      if (typeof key === 'string') look(own, place === '' ? key : `${place}.${key}`, depth + 1);
    }
  };
  look(root, '', 0);
  const places = found.map(({ place }) => brief(place));
  const chosen =
    at !== undefined
      ? found.find(({ place }) => place === at)
      : found.length === 1
        ? found[0]
        : (USUAL.map((usual) => found.find(({ place }) => place === usual)).find((one) => one !== undefined) ??
          undefined);
  if (chosen !== undefined) return chosen;
  if (found.length > 0) {
    throw damaged(
      at === undefined ? `one state dict in ${name}` : `a state dict "${brief(at)}" in ${name}`,
      `those of ${places.slice(0, 9).join(', ')}`,
      `say which: { at: '${places[0]}' }, or --at ${places[0]}`,
    );
  }
  if (root instanceof PickledDict) {
    const modules = root.entries.filter(([, value]) => value instanceof PickledCall && !isTensor(value));
    for (const [, value] of modules) refuseModule(value, name);
  }
  throw damaged(`a state dict in ${name}`, describe(root), 'in PyTorch: torch.save(model.state_dict(), file)');
}

/** Errors: FORMAT for a module that was pickled whole: its class is code, which is not in the file. */
function refuseModule(value: unknown, name: string): void {
  if (isTensor(value) || !(value instanceof PickledCall)) return;
  const { callee, state } = value as PickledCall;
  const isModule = state instanceof PickledDict && state.get('_parameters') !== undefined;
  throw damaged(
    `a state dict in ${name}`,
    isModule
      ? `a whole module of the class ${brief(callee)}, whose code is not in the file`
      : `an object of ${brief(callee)}`,
    'in PyTorch: torch.save(model.state_dict(), file)',
  );
}

/** Tensors of a state dict by name, those of dicts within it by their path. */
function* tensorsIn(dict: PickledDict, path = '', seen = new Set([dict])): Generator<[string, TensorCall]> {
  for (const [key, value] of dict.entries) {
    const name = `${path}${String(key)}`;
    if (isTensor(value)) yield [name, value];
    else if (value instanceof PickledDict && !seen.has(value) && seen.size < MAX_DICTS) {
      yield* tensorsIn(value, `${name}.`, seen.add(value));
    }
  }
}

type TensorCall = PickledCall & { readonly callee: `torch.${string}` };

function isTensor(value: unknown): value is TensorCall {
  if (!(value instanceof PickledCall)) return false;
  return value.callee.startsWith(REBUILD) || PARAMETERS.includes(value.callee);
}

/** Errors: FORMAT for arguments that are none of a tensor. @param what for messages */
function storedTensor(call: PickledCall, what: string, depth = 0): StoredTensor {
  if (PARAMETERS.includes(call.callee)) {
    const [inner] = call.args;
    if (isTensor(inner) && depth < MAX_DEPTH) return storedTensor(inner, what, depth + 1);
    throw damaged(`a tensor as ${what}`, describe(inner));
  }
  if (call.hasItems) throw damaged(`a plain tensor as ${what}`, 'one that items are put into, as into a dict');
  const [storage, offset, size, stride, , , dtype] = call.args;
  const reference = storage instanceof PickledReference ? storage.id : null;
  const [tag, type, key, , length] = reference instanceof PickledList ? reference.items : [];
  const shape = sizesOf(size);
  const strides = sizesOf(stride);
  const given = type instanceof PickledGlobal ? type.name : '';
  const known = dtype instanceof PickledGlobal ? (DTYPES[dtype.name] ?? dtype.name) : STORAGES[given];
  if (tag !== 'storage' || typeof key !== 'string' || known === undefined || !/^[\w.-]+$/.test(key)) {
    throw damaged(
      `a plain tensor as ${what}`,
      describe(type ?? storage),
      'save plain tensors: tensor.detach().clone()',
    );
  }
  if (!isSize(length) || !isSize(offset) || shape === null || strides?.length !== shape.length) {
    throw damaged(`whole sizes, strides and offset of ${what}`, 'something else');
  }
  // Of untyped storages the length is in bytes.
  const elements = UNTYPED.includes(given) ? Math.floor(length / (WIDTHS[known] ?? 1)) : length;
  const count = countOf(shape);
  const last = shape.reduce((sum, n, axis) => sum + (n - 1) * strides[axis], offset);
  if (count > 0 && !(last < elements)) {
    throw damaged(`elements of ${what} within its storage of ${elements}`, `one at ${last}`);
  }
  if (count > elements) {
    throw damaged(
      `at most the ${elements} elements of its storage as ${what}`,
      String(count),
      'save tensor.contiguous()',
    );
  }
  return { shape, dtype: known, key, storage: given, offset, strides, length: elements };
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A tuple of sizes, or `torch.Size` of one; null for anything else. */
function sizesOf(value: unknown): number[] | null {
  const inner = value instanceof PickledCall && value.callee === 'torch.Size' ? value.args[0] : value;
  if (!(inner instanceof PickledList) || inner.items.length > 64) return null;
  return inner.items.every(isSize) ? inner.items : null;
}

function describe(value: unknown): string {
  if (value instanceof PickledDict) {
    const keys = value.entries.slice(0, 9).map(([key]) => brief(String(key)));
    return keys.length === 0 ? 'an empty dict' : `a dict of ${keys.join(', ')} without tensors`;
  }
  if (value instanceof PickledList) return `a ${value.kind} of ${value.items.length}`;
  if (value instanceof PickledCall) return `an object of ${brief(value.callee)}`;
  if (value instanceof PickledGlobal) return brief(value.name);
  return value === undefined ? 'nothing' : brief(String(value));
}

function damaged(
  expected: string,
  received: string,
  help = 'the file is damaged: copy it again, or save it again with torch.save',
): UnrolledError {
  return new UnrolledError('FORMAT', `expected ${expected}, received ${received}`, help);
}
