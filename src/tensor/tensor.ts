// Tensor: a dense, row-major array on a device. It holds shape, memory and a place in the gradient tape; the operations
// stand in autograd/ (functions, and the same as methods).
import { brand } from '../copy.js';
import { UnrolledError } from '../errors.js';
import { checkDType, type Device, type DType, type HostArray, type Storage } from './device.js';
import { checkShape, formatShape, type Shape, sizeOf } from './shape.js';
import { registerInScope } from './scope.js';
import { checkElements } from './values.js';

/** Elements that `toString` shows. */
const SHOWN_FIRST = 6;
/** What the tape hangs on a tensor; autograd/tape.ts has the class behind it. */
export interface GradientNode {
  /** The operation, by its name in the tape: `matmul`. */
  readonly op: string;
}

/** Weights of int8 in place of float32: n rows of k, each with a scale; tensor/int8.ts has the class behind it. @internal */
export interface Int8Numbers {
  /** Which axis of the tensor the rows are. */
  readonly axis: 0 | 1;
  /** Rows of words of four elements each: int32 [n, ⌈k / 4⌉]. */
  readonly words: Tensor;
  /** [n] */
  readonly scales: Tensor;
  /** What is stored: elements row by row as the tensor has them, and factors along the axis. */
  matrix(): { data: Int8Array; axis: 0 | 1; factors: Float32Array };
  /** All elements of the tensor as float32. */
  numbers(): Float32Array;
  /** x [..., k] times the rows: [..., n], outside the tape. */
  product(x: Tensor): Tensor;
  dispose(): void;
}

/** Numbers in arrays of arrays, as deep as the tensor has axes; a plain number for a scalar. */
export type NestedArray = number | NestedArray[];

/**
 * A dense, row-major array of float32 or int32 on a device. Operations make new tensors and, where an input has
 * `requiresGrad`, record themselves, so that `backward()` can follow them. They are functions of the library and
 * methods of this class: `mul(a, b)` is `a.mul(b)`.
 */
export class Tensor {
  /** First element within the storage. */
  readonly offset: number;
  /** The size of each axis. */
  readonly shape: Shape;
  /** Whether `backward()` gathers the gradient of this tensor. */
  requiresGrad = false;
  /** The gradient that `backward()` added up, of the same shape; null before. */
  grad: Tensor | null = null;
  /** How this tensor was computed, while a gradient may still be asked for. */
  node: GradientNode | null = null;
  /** When a `backward()` gave back how it was computed, on the clock of the tape; 0 before. */
  releasedAt = 0;
  /** For messages: `layer 0 weightH`. */
  label = '';
  #disposed = false;
  /** null while the numbers stand in int8 alone. */
  #storage: Storage | null;
  #int8: Int8Numbers | null = null;
  /** Whether it had a gradient before. */
  #trained = false;

  static {
    brand(this.prototype, 'tensor');
  }

  /** Shares `storage`; made by the functions of create.ts and by operations. */
  constructor(storage: Storage, shape: Shape, offset = 0) {
    checkShape(shape);
    if (offset + sizeOf(shape) > storage.length) {
      throw new UnrolledError(
        'SHAPE',
        `expected at most ${storage.length - offset} elements, received shape ${formatShape(shape)}`,
        'the shape must have as many elements as the data',
      );
    }
    this.#storage = storage;
    this.shape = shape;
    this.offset = offset;
    storage.references++;
    registerInScope(this);
  }

  /**
   * The memory behind it, which views (`slice` along the first axis, `reshape`, `detach`) share. Weights of int8 are widened to
   * float32 for whoever asks.
   */
  get storage(): Storage {
    if (this.#storage !== null) return this.#storage;
    const storage = this.#allocate();
    if (this.#int8 !== null) storage.device.write(storage, 0, this.#int8.numbers());
    return storage;
  }

  /** `float32`, or `int32` for tokens and other indices. */
  get dtype(): DType {
    return this.#storage?.dtype ?? 'float32';
  }

  /** Where its memory is: the backend that was chosen when it was made. */
  get device(): Device {
    return (this.#storage ?? this.#int8?.words.storage ?? this.storage).device;
  }

  /** Weights of int8 that these numbers are held as; null for others. Products that know them take them in place of `storage`. @internal */
  get int8(): Int8Numbers | null {
    return this.#int8;
  }

  /** Holds its numbers as weights of int8 from now on, which training leaves alone; `set` makes them float32 again. @internal */
  holdInt8(weights: Int8Numbers): void {
    this.#alive();
    this.#int8?.dispose();
    this.#int8 = weights;
    this.#trained ||= this.requiresGrad;
    this.requiresGrad = false;
    this.#releaseStorage();
    this.#storage = null;
  }

  /** Number of elements: the product of the shape. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Number of axes; 0 for a scalar. */
  get rank(): number {
    return this.shape.length;
  }

  /** Whether its memory was given back; reading it then throws STATE. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** Gives the memory back now. Never needed: scopes and collection do it too. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.node = null;
    this.#int8?.dispose();
    this.#releaseStorage();
  }

  /**
   * A copy of the elements in row-major order. Errors: STATE after dispose; UNSUPPORTED on a backend whose numbers must be waited for
   * (webgpu), as in item(), toArray() and to(): write `await tensor.read()`.
   */
  data(): HostArray {
    this.#alive();
    if (this.#int8 !== null) return this.#int8.numbers();
    return this.device.readSync(this.storage, this.offset, this.size);
  }

  /** The elements where they stand, if the device has them at hand, until anything else is computed; else a copy. @internal */
  peek(): HostArray {
    this.#alive();
    if (this.#int8 !== null) return this.data();
    return this.device.peek?.(this.storage, this.offset, this.size) ?? this.data();
  }

  /**
   * The same on every backend. On webgpu the first read tells what was wrong with the data of the operations before it. Errors: STATE
   * after dispose, and those of these operations.
   */
  async read(): Promise<HostArray> {
    this.#alive();
    return this.device.read(this.storage, this.offset, this.size);
  }

  /** The only element. Errors: SHAPE where there are more. */
  item(): number {
    if (this.size !== 1) {
      throw new UnrolledError(
        'SHAPE',
        `expected a tensor with one element, received shape ${formatShape(this.shape)}`,
        'use data() or toArray() for more than one',
      );
    }
    return this.data()[0];
  }

  /** The elements as nested arrays. */
  toArray(): NestedArray {
    const data = this.data();
    let next = 0;
    const nest = (axis: number): NestedArray =>
      axis === this.rank ? data[next++] : Array.from({ length: this.shape[axis] }, () => nest(axis + 1));
    return nest(0);
  }

  /** Overwrites the elements in place, outside the tape. Errors: SHAPE, DTYPE for what is no number, STATE after dispose. */
  set(values: ArrayLike<number>): void {
    this.#alive();
    if (values.length !== this.size) {
      throw new UnrolledError(
        'SHAPE',
        `expected ${this.size} values for shape ${formatShape(this.shape)}, received ${values.length}`,
        'give one value for each element',
      );
    }
    checkElements(values, this.dtype, 'the values');
    const storage = this.#storage ?? this.#allocate();
    if (this.#int8 !== null) {
      this.#int8.dispose();
      this.#int8 = null;
      this.requiresGrad = this.#trained;
      this.#trained = false;
    }
    storage.device.write(storage, this.offset, values);
  }

  /** The same elements, outside the tape: no gradient flows through. Shares the memory. */
  detach(): Tensor {
    this.#alive();
    return new Tensor(this.storage, this.shape, this.offset);
  }

  /**
   * The same elements in another dtype: a copy outside the tape, or the tensor itself where it has that dtype. To int32 fractions
   * are cut off. Errors: OPTION for an unknown dtype, RANGE for what int32 cannot hold (NaN), STATE after dispose.
   */
  to(dtype: DType): Tensor {
    checkDType(dtype);
    if (dtype === this.dtype) return this;
    const data = this.data();
    const converted = dtype === 'int32' ? data.map(Math.trunc) : data;
    checkElements(converted, dtype, this.label || 'the tensor', this.shape);
    const result = new Tensor(this.device.allocate(dtype, this.size), this.shape);
    this.device.write(result.storage, 0, converted);
    return result;
  }

  /** Nested arrays, so that `tensor(JSON.parse(JSON.stringify(x)))` is x again; what is not finite becomes null. */
  toJSON(): NestedArray {
    return this.toArray();
  }

  /** Type, shape and the first elements in a line: `Tensor(float32, [2, 3]: 1, 2, 3, …)`. */
  toString(): string {
    const first = readable(this, Math.min(this.size, SHOWN_FIRST));
    const elements = first === null || this.size === 0 ? '' : `: ${formatFirst(first, this.size > SHOWN_FIRST)}`;
    return `Tensor(${kindOf(this)}${elements})`;
  }

  /** As text where text is asked for. Errors: USAGE for operators, which JavaScript would apply to that text. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    throw new UnrolledError(
      'USAGE',
      `expected methods in place of operators, received ${this.toString()}`,
      'write x.mul(2), x.add(y), x.gt(y), x.eq(y); x.item() is the number of a tensor with one element',
    );
  }

  /** Memory for its numbers as float32. */
  #allocate(): Storage {
    this.#alive();
    const storage = this.device.allocate('float32', this.size);
    storage.references++;
    this.#storage = storage;
    return storage;
  }

  /** Gives the float32 back; they stay with views that share them. */
  #releaseStorage(): void {
    const storage = this.#storage;
    if (storage === null || --storage.references > 0) return;
    storage.device.release(storage);
  }

  #alive(): void {
    if (this.#disposed) {
      throw new UnrolledError(
        'STATE',
        `expected a live tensor, received one that was disposed: ${this.toString()}`,
        'keep(tensor) what must outlive its scope',
      );
    }
  }
}

/** Type, shape, and what else there is to say of a tensor beside its elements. */
export function kindOf({ dtype, shape, requiresGrad, node, label, disposed }: Tensor): string {
  const marks = [requiresGrad && 'requiresGrad', node !== null && `from ${node.op}`, disposed && 'disposed', label];
  return [dtype, formatShape(shape), ...marks.filter(Boolean)].join(', ');
}

/** The first elements, or null where they cannot be read: to be shown, also in messages about that. */
export function readable({ disposed, device, storage, offset }: Tensor, length: number): HostArray | null {
  if (disposed) return null;
  try {
    return device.readSync(storage, offset, length);
  } catch {
    return null; // A closed backend, or one that cannot wait.
  }
}

/** Digits of an element that is shown. */
export const SHOWN_DIGITS = 4;

/** The first elements in a line: `1, 2.5, 3, …`. @param more whether there are others */
function formatFirst(data: HostArray, more: boolean): string {
  return [
    ...Array.from(data, (value) => String(Number(value.toPrecision(SHOWN_DIGITS + 1)))),
    ...(more ? ['…'] : []),
  ].join(', ');
}
