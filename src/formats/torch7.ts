// Reads what `torch.save` of Torch 7 (Lua) writes in its binary form, little-endian with longs of 8 bytes: numbers, strings, booleans, tables, tensors,
// storages, and all other objects as tables of their fields. Objects are numbered; one that comes again is its number alone, so graphs may run in a
// circle. Nothing is ever called: functions are passed over. Source: torch7, File.lua, generic/Tensor.c and generic/Storage.c.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import type { FileTensor } from '../weights/files.js';
import { arrayOf, isReadable, rowMajor, WIDTHS } from './tensorData.js';
import type { TensorEntry } from './tensorFile.js';

const TAG = {
  nil: 0,
  number: 1,
  string: 2,
  table: 3,
  torch: 4,
  boolean: 5,
  oldFunction: 6,
  namedFunction: 7,
  function: 8,
};
/** A graph of ten layers is some 400 deep. */
const MAX_DEPTH = 1000;
/** A graph of twenty layers has some thousands. */
const MAX_OBJECTS = 100_000;

const HELP = 'copy it again; files of torch.save in its binary form are read';

/** What a class of tensors or storages holds, by the names of safetensors. */
const DTYPES: Readonly<Record<string, string>> = {
  ...{ Byte: 'U8', Char: 'I8', Short: 'I16', Int: 'I32', Long: 'I64', Half: 'F16', Float: 'F32', Double: 'F64' },
  ...{ CudaByte: 'U8', CudaChar: 'I8', CudaShort: 'I16', CudaInt: 'I32', CudaLong: 'I64' },
  ...{ CudaHalf: 'F16', Cuda: 'F32', CudaDouble: 'F64', Cl: 'F32' },
};

/** Any value of a file. A string has a character for each byte; a function is null. */
export type TorchValue = number | string | boolean | null | TorchTable | TorchObject | TorchTensor | TorchStorage;

/** A table of Lua: a list is one with the keys 1, 2, 3 … */
export class TorchTable {
  readonly entries = new Map<TorchValue, TorchValue>();
}

/** An object of a class that is none of tensors, such as `nn.Linear`. */
export class TorchObject {
  fields: TorchValue = null;
  constructor(readonly className: string) {}
}

/** Numbers of a file, where they stand in it. */
export class TorchStorage {
  constructor(
    readonly dtype: string,
    readonly at: number,
    readonly count: number,
  ) {}
}

/** A view of a storage; strides count elements. */
export class TorchTensor implements TensorEntry {
  constructor(
    readonly dtype: string,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
    readonly offset: number,
    readonly storage: TorchStorage | null,
  ) {}
}

/** The field of an object or a table; null where there is none. */
export function fieldOf(value: TorchValue | undefined, key: TorchValue): TorchValue {
  const table = value instanceof TorchObject ? value.fields : value;
  return table instanceof TorchTable ? (table.entries.get(key) ?? null) : null;
}

/** The elements 1, 2, 3 … of a table, to the first that is not there. */
export function listOf(value: TorchValue): TorchValue[] {
  const found: TorchValue[] = [];
  for (let next = fieldOf(value, 1); next !== null; next = fieldOf(value, found.length + 1)) found.push(next);
  return found;
}

/** The class of an object; null for all else. */
export function classOf(value: TorchValue): string | null {
  return value instanceof TorchObject ? value.className : null;
}

/** Whether bytes begin as a table or an object, the first of its file, in the binary form. */
export function isTorch7(start: Uint8Array): boolean {
  const text = String.fromCharCode(...start.subarray(0, 20));
  return /^(\x03\0{3}\x01\0{3}[^]{2}\0{2}[\x01\x02]\0{3}|\x04\0{3}\x01\0{3}\x03\0{3}V )/.test(text);
}

/** The first object of a file. @param name for messages. Errors: FORMAT with the place. */
export function readTorch7(bytes: Uint8Array, name: string): TorchValue {
  const reader = new Reader(bytes, name);
  try {
    return reader.value(0);
  } catch (error) {
    // Where the stack is small, or was half full.
    if (error instanceof RangeError) throw reader.damaged('objects that the stack can hold', 'deeper ones');
    throw error;
  }
}

class Reader {
  private at = 0;
  private readonly view: DataView;
  private readonly objects = new Map<number, TorchValue>();

  constructor(
    private readonly bytes: Uint8Array,
    private readonly name: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  value(depth: number): TorchValue {
    if (depth > MAX_DEPTH) throw this.damaged(`objects at most ${MAX_DEPTH} deep`, 'deeper ones');
    const tag = this.int();
    switch (tag) {
      case TAG.nil:
        return null;
      case TAG.number:
        return this.view.getFloat64(this.take(8), true);
      case TAG.string:
        return this.text();
      case TAG.boolean:
        return this.int() === 1;
      case TAG.oldFunction:
        return this.function(depth);
      case TAG.table:
      case TAG.torch:
      case TAG.namedFunction:
      case TAG.function:
        return this.object(tag, depth);
      default:
        throw this.damaged('the tag of a type (0 to 8)', String(tag));
    }
  }

  private object(tag: number, depth: number): TorchValue {
    const index = this.int();
    const known = this.objects.get(index);
    if (known !== undefined) return known;
    if (this.objects.size >= MAX_OBJECTS) throw this.damaged(`at most ${MAX_OBJECTS} objects`, 'more');
    if (tag === TAG.torch) return this.torch(index, depth);
    if (tag !== TAG.table) {
      this.objects.set(index, null);
      return this.function(depth);
    }
    const count = this.size(this.int(), 8, 'entries of a table');
    const table = new TorchTable();
    this.objects.set(index, table);
    for (let i = 0; i < count; i++) {
      const key = this.value(depth + 1);
      table.entries.set(key, this.value(depth + 1));
    }
    return table;
  }

  /** Files from before there were versions have the name of the class at once. */
  private torch(index: number, depth: number): TorchValue {
    const first = this.text();
    const className = first.startsWith('V ') ? this.text() : first;
    const [, type, kind] = /^torch\.(\w*?)(Tensor|Storage)$/.exec(className) ?? [];
    if (kind === undefined) {
      const object = new TorchObject(className);
      this.objects.set(index, object);
      object.fields = this.value(depth + 1);
      if (object.fields !== null && !(object.fields instanceof TorchTable))
        throw this.damaged(`a table of the fields of ${brief(className)}`, 'something else');
      return object;
    }
    const dtype = Object.hasOwn(DTYPES, type) ? DTYPES[type] : undefined;
    if (dtype === undefined)
      throw this.damaged(`tensors and storages of ${Object.keys(DTYPES).join(', ')}`, brief(className));
    const made = kind === 'Storage' ? this.storage(dtype) : this.tensor(dtype, depth);
    this.objects.set(index, made);
    return made;
  }

  private storage(dtype: string): TorchStorage {
    const width = WIDTHS[dtype];
    const count = this.size(this.long(), width, 'numbers of a storage');
    return new TorchStorage(dtype, this.take(count * width), count);
  }

  private tensor(dtype: string, depth: number): TorchTensor {
    const rank = this.size(this.int(), 16, 'axes of a tensor');
    const shape = Array.from({ length: rank }, () => this.long());
    const strides = Array.from({ length: rank }, () => this.long());
    const offset = this.long() - 1;
    const storage = this.value(depth + 1);
    if (storage !== null && !(storage instanceof TorchStorage && storage.dtype === dtype))
      throw this.damaged(`a storage of ${dtype} under a tensor`, 'something else');
    return new TorchTensor(dtype, shape, strides, offset, storage);
  }

  private function(depth: number): null {
    this.take(this.size(this.int(), 1, 'bytes of a function'));
    this.value(depth + 1);
    return null;
  }

  private text(): string {
    const length = this.size(this.int(), 1, 'bytes of a string');
    const at = this.take(length);
    let text = '';
    for (let from = 0; from < length; from += 4096)
      text += String.fromCharCode(...this.bytes.subarray(at + from, at + Math.min(length, from + 4096)));
    return text;
  }

  private int(): number {
    return this.view.getInt32(this.take(4), true);
  }

  private long(): number {
    return Number(this.view.getBigInt64(this.take(8), true));
  }

  /** A count that the rest of the file can hold. @param width bytes of one at least */
  private size(count: number, width: number, what: string): number {
    if (count >= 0 && count * width <= this.bytes.length - this.at) return count;
    throw this.damaged(`as many ${what} as the file can hold`, String(count));
  }

  private take(length: number): number {
    const { at } = this;
    if (length > this.bytes.length - at) throw this.damaged(`${length} bytes more`, 'the end of the file');
    this.at += length;
    return at;
  }

  damaged(expected: string, received: string): UnrolledError {
    const message = `expected ${expected} at byte ${this.at} of ${this.name}, a file of Torch 7 (.t7), received ${received}`;
    return new UnrolledError('FORMAT', message, HELP);
  }
}

/** The numbers of a tensor row by row. @param what and @param name for messages. Errors: FORMAT for a view that leaves its storage. */
export function tensorValues(bytes: Uint8Array, tensor: TorchTensor, what: string, name: string): FileTensor {
  const { dtype, shape, strides, offset, storage } = tensor;
  const fail = (expected: string): never => {
    throw new UnrolledError('FORMAT', `expected ${expected} as ${what} in ${name}, received something else`, HELP);
  };
  if (!isReadable(dtype) || storage === null) return fail('a tensor with numbers');
  const whole = [...shape, ...strides, offset].every((n) => Number.isSafeInteger(n) && n >= 0);
  const count = shape.reduce((product, n) => product * n, 1);
  const last = shape.reduce((sum, n, axis) => sum + (n - 1) * strides[axis], offset);
  if (!whole || count < 1 || count > storage.count || !(last < storage.count))
    return fail(`a tensor within its storage of ${storage.count}`);
  const width = WIDTHS[dtype];
  const own = new Uint8Array(bytes.subarray(storage.at + offset * width, storage.at + (last + 1) * width));
  return { shape, dtype, data: rowMajor(arrayOf(dtype, own), shape, strides) };
}
