// The backend over compiled kernels, for WebAssembly and for the native addon alike: what differs is in their engines.
// It keeps storages, writes arguments, and calls.
import { UnrolledError, UnsupportedError } from '../../errors.js';
import { brand } from '../../copy.js';
import type { DType, HostArray, Storage } from '../../tensor/device.js';
import type { RandomKey } from '../../tensor/philox.js';
import type {
  Backend,
  CrossEntropySpec,
  GemmSpec,
  MatrixRef,
  Operand,
  ReduceSpec,
  Ref,
  SamplePlaces,
  SampleSpec,
  ScanCall,
  ScanPlan,
} from '../contract.js';
import type { Program } from '../isa.js';
import { Arguments } from './arguments.js';
import { ENCODED_SIZE } from './encode.js';
import { CALLS_VERSION, INFO, KERNEL, MAX, REDUCE } from '../numbers.js';
import type { Engine } from './engine.js';
import { checkInside, checkOperand, overlaps } from './extent.js';
import { ProgramCache } from './programs.js';
import { runScan, type ScanTimes } from './scan.js';
import { type CompiledStorage, Memory } from './storage.js';

const REDUCE_OPS = { sum: REDUCE.SUM, sumSquares: REDUCE.SQUARES, max: REDUCE.MAX } as const;

/** Room for the calls of one step that is repeated; a longer one is made again each time. */
const RECORDING_DOUBLES = 32768;

export class CompiledBackend implements Backend {
  static {
    brand(this.prototype, 'backend');
  }

  readonly name: string;
  /** Where set, scans add their times: for profiles. Kernels without a clock add nothing. */
  scanTimes: ScanTimes | null = null;
  readonly #engine: Engine;
  readonly #memory: Memory;
  readonly #args: Arguments;
  readonly #programs: ProgramCache;
  readonly #workspace: number;
  /** Columns of a packed panel of weights. */
  readonly #panel: number;
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
    this.#panel = info(INFO.PANEL);
    const workspaceFloats = info(INFO.WORKSPACE);
    this.#workspace = this.#memory.allocateBlock(workspaceFloats * 4 * engine.threads).address;
    this.#programs = new ProgramCache(this.#memory);
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
    this.#args.spoilRecording();
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
    this.#args.spoilRecording();
    if (own.spilled !== null) return own.spilled.slice(offset, offset + length);
    this.#memory.beginCall();
    this.#memory.touch(own);
    return this.#memory.copyOut(own, offset, length);
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
    args.begin();
    const { m, n, k, transA, transB } = spec;
    const aAt = transA ? args.matrix(a, k, m) : args.matrix(a, m, k);
    const bAt = transB ? args.matrix(b, n, k) : args.matrix(b, k, n);
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

  crossEntropy(spec: CrossEntropySpec, logits: Ref, targets: Ref, loss: Ref, logSumExp: Ref): void {
    checkInside(loss, 0, spec.rows);
    checkInside(logSumExp, 0, spec.rows);
    this.#crossEntropy(KERNEL.CROSS_ENTROPY, spec, logits, targets, [loss, logSumExp]);
  }

  crossEntropyGrad(
    spec: CrossEntropySpec,
    logits: Ref,
    targets: Ref,
    logSumExp: Ref,
    dLoss: Ref,
    dLossStride: 0 | 1,
    dLogits: Ref,
  ): void {
    checkInside(logSumExp, 0, spec.rows);
    checkInside(dLoss, 0, dLossStride === 0 ? Math.min(1, spec.rows) : spec.rows);
    checkInside(dLogits, 0, spec.rows * spec.cols);
    this.#crossEntropy(KERNEL.CROSS_ENTROPY_GRAD, spec, logits, targets, [logSumExp, dLoss, dLossStride, dLogits]);
  }

  #crossEntropy(kernel: number, spec: CrossEntropySpec, logits: Ref, targets: Ref, rest: (Ref | number)[]): void {
    if (spec.rows === 0) return;
    const args = this.#args;
    args.begin();
    const from = args.span(logits, spec.rows * spec.cols);
    const targetsAt = args.span(targets, spec.rows, 'int32');
    const values = rest.map((value) => (typeof value === 'number' ? value : args.at(value)));
    args.put(spec.rows);
    args.put(spec.cols);
    args.put(spec.ignoreIndex);
    args.put(from);
    args.put(targetsAt);
    for (const value of values) args.put(value);
    args.invoke(kernel);
  }

  gather(
    spec: { rows: number; cols: number; tableRows: number },
    table: MatrixRef,
    indices: Ref,
    out: MatrixRef,
  ): void {
    this.#sameType(table, out);
    this.#rows(KERNEL.GATHER, spec, table, indices, out);
  }

  scatterAdd(
    spec: { rows: number; cols: number; tableRows: number },
    source: MatrixRef,
    indices: Ref,
    table: MatrixRef,
  ): void {
    this.#args.own(source.storage);
    if (source.storage.dtype !== 'float32' || table.storage.dtype !== 'float32') {
      throw new UnrolledError('DTYPE', 'expected float32 rows to add, received int32', 'convert the tensor first');
    }
    this.#rows(KERNEL.SCATTER_ADD, spec, source, indices, table);
  }

  #rows(
    kernel: number,
    spec: { rows: number; cols: number; tableRows: number },
    from: MatrixRef,
    indices: Ref,
    to: MatrixRef,
  ): void {
    if (spec.rows === 0) return;
    const args = this.#args;
    args.begin();
    const adds = kernel === KERNEL.SCATTER_ADD;
    const fromAt = args.matrix(from, adds ? spec.rows : spec.tableRows, spec.cols, 'any');
    const indicesAt = args.span(indices, spec.rows, 'int32');
    const toAt = args.matrix(to, adds ? spec.tableRows : spec.rows, spec.cols, 'any');
    args.put(spec.rows);
    args.put(spec.cols);
    args.put(spec.tableRows);
    args.put(fromAt);
    args.put(from.stride);
    args.put(indicesAt);
    args.put(toAt);
    args.put(to.stride);
    args.invoke(kernel);
  }

  copy(
    spec: { shape: readonly number[]; inStrides: readonly number[]; outStrides: readonly number[] },
    x: Ref,
    out: Ref,
  ): void {
    this.#sameType(x, out);
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

  scan(plan: ScanPlan, call: ScanCall): void {
    runScan(this.#args, this.#memory, this.#programs, this.#panel, plan, call, this.scanTimes);
  }

  sample(spec: SampleSpec, logits: Ref, { draws, list, count, position, token }: SamplePlaces): void {
    const args = this.#args;
    args.begin();
    const logitsAt = args.span(logits, spec.cols);
    const drawsAt = args.span(draws, count);
    const places = [args.span(position, 1, 'int32'), args.span(token, 1, 'int32'), args.span(list, count, 'int32')];
    const heap = this.#memory.allocateBlock(spec.cols * 4);
    try {
      args.put(spec.cols);
      args.put(spec.from);
      args.put(spec.temperature);
      args.put(Math.min(spec.topK, spec.cols));
      args.put(spec.topP);
      args.put(count);
      args.put(logitsAt);
      args.put(drawsAt);
      for (const place of places) args.put(place);
      args.put(heap.address);
      args.invoke(KERNEL.SAMPLE);
    } finally {
      this.#memory.freeBlock(heap);
    }
  }

  repeat(times: number, calls: () => void): void {
    if (times <= 0) return;
    if (times === 1 || this.#memory.pinned) {
      for (let i = 0; i < times; i++) calls();
      return;
    }
    const args = this.#args;
    const list = this.#memory.allocateBlock(RECORDING_DOUBLES * 8);
    const { generation } = this.#programs;
    const recording = args.record(list.address, RECORDING_DOUBLES);
    this.#memory.pinned = true;
    try {
      calls();
      args.endRecording();
      if (recording.complete && this.#programs.generation === generation) {
        args.begin();
        args.put(list.address);
        args.put(recording.length);
        args.put(times - 1);
        args.invoke(KERNEL.REPEAT);
      } else {
        this.#memory.pinned = false;
        for (let i = 1; i < times; i++) calls();
      }
    } finally {
      args.endRecording();
      this.#memory.pinned = false;
      this.#memory.freeBlock(list);
    }
  }

  #view(storage: CompiledStorage): Float32Array | Int32Array {
    return storage.dtype === 'int32' ? this.#memory.ints : this.#memory.floats;
  }

  #sameType(x: Ref, y: Ref): void {
    if (x.storage.dtype !== y.storage.dtype) {
      throw new UnrolledError(
        'DTYPE',
        `expected elements of one type, received ${x.storage.dtype} and ${y.storage.dtype}`,
        'convert the tensor first',
      );
    }
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
