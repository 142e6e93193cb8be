// The backend over compiled kernels, for WebAssembly and for the native addon alike: what differs is in their engines.
// It keeps storages, writes arguments, and calls. What only networks call stands in calls/, which whoever calls it imports: a page
// of tensors need not carry it.
import { UnrolledError, UnsupportedError } from '../../errors.js';
import { brand } from '../../copy.js';
import type { DType, HostArray, Storage } from '../../tensor/device.js';
import type { RandomKey } from '../../tensor/philox.js';
import type { Backend, GemmSpec, MatrixRef, Operand, ReduceSpec, Ref } from '../contract.js';
import type { Program } from '../isa.js';
import { Arguments } from './arguments.js';
import { ENCODED_SIZE } from './encode.js';
import { CALLS_VERSION } from '../numbers.js';
import * as INFO from '../numbers/info.js';
import * as KERNEL from '../numbers/kernel.js';
import * as MAX from '../numbers/max.js';
import * as REDUCE from '../numbers/reduce.js';
import type { Engine } from './engine.js';
import { checkInside, checkOperand, overlaps } from '../extent.js';
import { ProgramCache } from './programs.js';
import type { ScanTimes } from './scanTimes.js';
import { type CompiledStorage, Memory } from './storage.js';

const REDUCE_OPS = { sum: REDUCE.SUM, sumSquares: REDUCE.SQUARES, max: REDUCE.MAX } as const;

/** What a call is made with. */
interface CallTools {
  args: Arguments;
  memory: Memory;
  programs: ProgramCache;
  /** Columns of a packed panel of weights, and of one for a single row. */
  panel: number;
  rowPanel: number;
}

export class CompiledBackend implements Backend {
  static {
    brand(this.prototype, 'backend');
  }

  readonly name: string;
  readonly answersAtOnce = true;
  /** Where set, scans add their times: for profiles. Kernels without a clock add nothing. */
  scanTimes: ScanTimes | null = null;
  readonly #tools: CallTools;
  readonly #engine: Engine;
  readonly #memory: Memory;
  readonly #args: Arguments;
  readonly #programs: ProgramCache;
  readonly #workspace: number;
  #closed = false;

  /** @param budget resident bytes at which storages that nobody touched are first moved out of the arena */
  constructor(engine: Engine, budget?: number) {
    this.name = engine.name;
    this.#engine = engine;
    this.#memory = new Memory(engine, budget);
    this.#args = new Arguments(engine, this.#memory, this);
    this.#args.begin();
    this.#args.invoke(KERNEL.INFO);
    const info = (i: number): number => this.#args.result(i);
    if (info(INFO.CALLS_VERSION) !== CALLS_VERSION) {
      const found = info(INFO.CALLS_VERSION);
      this.close();
      throw new UnsupportedError(
        `expected ${engine.name} kernels of version ${CALLS_VERSION}, received ${found}: they were built from other sources`,
        'install unrolled again; in a checkout run `npm run build`',
      );
    }
    const panel = info(INFO.PANEL);
    const rowPanel = info(INFO.ROW_PANEL);
    const workspaceFloats = info(INFO.WORKSPACE);
    this.#workspace = this.#memory.allocateBlock(workspaceFloats * 4 * engine.threads).address;
    this.#programs = new ProgramCache(this.#memory);
    this.#tools = { args: this.#args, memory: this.#memory, programs: this.#programs, panel, rowPanel };
  }

  /** What all calls are made with. A getter, so that who looks at a backend is not shown all of its memory. */
  get tools(): CallTools {
    return this.#tools;
  }

  get threads(): number {
    return this.#engine.threads;
  }

  get features(): readonly string[] {
    return this.#engine.features;
  }

  /** Bytes in the arena, and storages there: for tests and reports. */
  memory(): { usedBytes: number; resident: number } {
    return { usedBytes: this.#memory.usedBytes, resident: this.#memory.residentCount };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#memory.close();
    this.#engine.close();
  }

  allocate(dtype: DType, length: number): Storage {
    if (!Number.isInteger(length) || length < 0) {
      throw new UnrolledError('RANGE', `expected a whole length of 0 or more, received ${length}`, 'check the shape');
    }
    this.#memory.beginCall();
    return this.#memory.create(this, dtype, length);
  }

  release(storage: Storage): void {
    this.#memory.release(this.#args.own(storage));
  }

  write(storage: Storage, offset: number, data: ArrayLike<number>): void {
    const own = this.#args.own(storage);
    checkRange(own, offset, data.length);
    this.#args.recorder?.spoil();
    this.#memory.beginCall();
    const start = this.#memory.touch(own) / 4 + offset;
    this.#view(own).set(data, start);
  }

  async read(storage: Storage, offset: number, length: number): Promise<HostArray> {
    return this.readSync(storage, offset, length);
  }

  readSync(storage: Storage, offset: number, length: number): HostArray {
    const own = this.#args.own(storage);
    checkRange(own, offset, length);
    this.#memory.checkOpen();
    this.#args.recorder?.spoil();
    if (own.spilled !== null) return own.spilled.slice(offset, offset + length);
    this.#memory.beginCall();
    this.#memory.touch(own);
    return this.#memory.copyOut(own, offset, length);
  }

  peek(storage: Storage, offset: number, length: number, changes = false): HostArray | null {
    const own = this.#args.own(storage);
    checkRange(own, offset, length);
    this.#memory.checkOpen();
    if (own.spilled !== null || own.dtype === 'int32') return null;
    this.#args.recorder?.spoil();
    this.#memory.beginCall();
    const at = changes ? this.#memory.touch(own) : this.#memory.touchToRead(own);
    const start = at / 4 + offset;
    return this.#memory.floats.subarray(start, start + length);
  }

  hold(storage: Storage, offset: number, length: number): HostArray | null {
    if (!this.#engine.isFixed) return null;
    const own = this.#args.own(storage);
    checkRange(own, offset, length);
    this.#args.recorder?.spoil();
    this.#memory.beginCall();
    const start = this.#memory.touch(own) / 4 + offset;
    own.holds++;
    return this.#view(own).subarray(start, start + length);
  }

  letGo(storage: Storage): void {
    this.#args.own(storage).holds--;
  }

  fill(out: Ref, length: number, value: number): void {
    const args = this.#args;
    args.begin();
    const at = args.span(out, length, 'any');
    args.put(at);
    args.put(length);
    args.putFlag(out.storage.dtype === 'int32');
    args.put(value);
    args.invoke(KERNEL.FILL);
  }

  gemm(spec: GemmSpec, a: MatrixRef, b: MatrixRef, c: MatrixRef): void {
    const args = this.#args;
    const { m, n, k, transA, transB } = spec;
    const panels = m === 1 && transA !== true ? (this.#memory.rowPanels?.of(b, spec) ?? 0) : 0;
    args.begin();
    const aAt = transA ? args.matrix(a, k, m) : args.matrix(a, m, k);
    const bAt = transB ? args.matrix(b, n, k, 'float32', true) : args.matrix(b, k, n, 'float32', true);
    const cAt = args.matrix(c, m, n);
    args.put(m);
    args.put(n);
    args.put(k);
    args.putFlag(transA);
    args.putFlag(transB);
    args.putFlag(spec.accumulate);
    args.put(aAt);
    args.put(a.stride);
    args.put(bAt);
    args.put(b.stride);
    args.put(cAt);
    args.put(c.stride);
    args.put(this.#workspace);
    args.put(panels);
    args.invoke(KERNEL.GEMM);
  }

  map(
    program: Program,
    operands: readonly Operand[],
    rows: number,
    cols: number,
    uniforms: readonly number[],
    random?: RandomKey,
  ): void {
    if (rows === 0 || cols === 0) return;
    const args = this.#args;
    if (operands.length > MAX.OPERANDS) {
      throw new UnsupportedError(`expected at most ${MAX.OPERANDS} operands, received ${operands.length}`);
    }
    args.begin();
    const encoded = this.#programs.encode(program);
    const safe = encoded.hazards.some(([i, j]) => overlaps(operands[i], operands[j], rows, cols));
    for (const operand of operands) {
      checkOperand(operand, rows, cols);
      args.at(operand);
      if (operand.indices) args.at(operand.indices, 'int32');
    }
    args.put(rows);
    args.put(cols);
    args.put(this.#programs.address(encoded, safe));
    args.put(encoded.fast.length / ENCODED_SIZE);
    args.put(operands.length);
    args.put(random?.key0 ?? 0);
    args.put(random?.key1 ?? 0);
    args.put(random?.call ?? 0);
    for (const operand of operands) {
      args.put(args.at(operand));
      args.put(operand.rowStride);
      args.put(operand.colStride);
      args.put(operand.indices ? args.at(operand.indices, 'int32') : 0);
      args.put(operand.indices?.limit ?? 0);
    }
    args.reserve(uniforms.length);
    for (const uniform of uniforms) args.put(uniform);
    args.invoke(KERNEL.MAP);
  }

  reduce(spec: ReduceSpec, x: MatrixRef, out: Ref): void {
    const args = this.#args;
    args.begin();
    const from = args.matrix(x, spec.rows, spec.cols);
    const to = args.span(out, spec.axis === 'rows' ? spec.cols : spec.rows);
    args.put(REDUCE_OPS[spec.op]);
    args.putFlag(spec.axis === 'rows');
    args.put(spec.rows);
    args.put(spec.cols);
    args.putFlag(spec.accumulate);
    args.put(from);
    args.put(x.stride);
    args.put(to);
    args.invoke(KERNEL.REDUCE);
  }

  softmax(spec: { rows: number; cols: number; log: boolean }, x: Ref, y: Ref): void {
    if (spec.rows === 0 || spec.cols === 0) return;
    const args = this.#args;
    args.begin();
    const from = args.span(x, spec.rows * spec.cols);
    const to = args.span(y, spec.rows * spec.cols);
    args.put(spec.rows);
    args.put(spec.cols);
    args.putFlag(spec.log);
    args.put(from);
    args.put(to);
    args.invoke(KERNEL.SOFTMAX);
  }

  copy(
    spec: { shape: readonly number[]; inStrides: readonly number[]; outStrides: readonly number[] },
    x: Ref,
    out: Ref,
  ): void {
    demandSameType(x, out);
    const { shape, inStrides, outStrides } = spec;
    if (shape.includes(0)) return;
    const axes = shape.map((length, i): CopyAxis => [length, inStrides[i], outStrides[i]]);
    if (axes.length === 0) axes.push([1, 1, 1]);
    if (axes.length > MAX.AXES) {
      throw new UnsupportedError(`expected at most ${MAX.AXES} axes, received ${axes.length}`);
    }
    const args = this.#args;
    args.begin();
    checkInside(x, ...stridedExtent(axes, 1));
    checkInside(out, ...stridedExtent(axes, 2));
    const from = args.at(x, 'any');
    const to = args.at(out, 'any');
    args.put(axes.length);
    for (const axis of axes) for (const value of axis) args.put(value);
    args.put(from);
    args.put(to);
    args.invoke(KERNEL.COPY);
  }

  #view(storage: CompiledStorage): Float32Array | Int32Array {
    return storage.dtype === 'int32' ? this.#memory.ints : this.#memory.floats;
  }
}

/** Adds calls of the contract to the backend: what calls/ does. */
export function addCalls<K extends keyof Backend>(calls: Pick<Backend, K> & ThisType<CompiledBackend>): void {
  Object.assign(CompiledBackend.prototype, calls);
}

/** Errors: DTYPE where two operands are of different types. */
export function demandSameType(x: Ref, y: Ref): void {
  if (x.storage.dtype !== y.storage.dtype) {
    throw new UnrolledError(
      'DTYPE',
      `expected elements of one type, received ${x.storage.dtype} and ${y.storage.dtype}`,
      'convert the tensor first',
    );
  }
}

/** Errors: RANGE where a piece leaves its storage. */
function checkRange(storage: Storage, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= storage.length) return;
  throw new UnrolledError(
    'RANGE',
    `expected elements within 0 … ${storage.length}, received ${offset} … ${offset + length}`,
    'check offset and length',
  );
}

type CopyAxis = [length: number, inStride: number, outStride: number];

/** The first element and one past the last of one side of a copy; `side` is 1 or 2. */
function stridedExtent(axes: readonly CopyAxis[], side: 1 | 2): [number, number] {
  let first = 0;
  let last = 0;
  for (const axis of axes) {
    const far = (axis[0] - 1) * axis[side];
    if (far > 0) last += far;
    else first += far;
  }
  return [first, last + 1];
}
