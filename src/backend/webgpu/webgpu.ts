// The backend on a graphics processor: every call of the contract becomes shaders over words of one memory. Calls only put commands
// in a row; what is wrong with their data is told by the next read.
import { brand } from '../../copy.js';
import { UnrolledError, UnsupportedError } from '../../errors.js';
import type { DType, HostArray, Storage } from '../../tensor/device.js';
import type { RandomKey } from '../../tensor/philox.js';
import type {
  Backend,
  CrossEntropySpec,
  GemmSpec,
  Int8Ref,
  MatrixRef,
  Operand,
  ReduceSpec,
  Ref,
  SamplePlaces,
  SampleSpec,
  ScanCall,
  ScanPlan,
} from '../contract.js';
import { checkInside, checkOperand } from '../extent.js';
import type { Program } from '../isa.js';
import * as MAX from '../numbers/max.js';
import { Commands } from './commands.js';
import { type Gpu, openGpu } from './gpu.js';
import { GpuMemory } from './memory.js';
import { storedBy } from './program.js';
import { ScanCalls, type ScanSettings } from './scan.js';
import { ELEMENTS } from './shaders/frame.js';
import { mapShader } from './shaders/map.js';
import { copyShader, fillShader, writeShader } from './shaders/moves.js';
import { gemmShader, INT8_COLS, int8Shader, shareFor, sumPartsShader, tileCount } from './shaders/products.js';
import {
  crossEntropyGradShader,
  crossEntropyShader,
  gatherShader,
  REDUCE_COLS,
  reduceShader,
  softmaxShader,
} from './shaders/rows.js';
import { sampleShader } from './shaders/sample.js';
import { orderRowsShader, orderWords, scatterAddShader, scatterWorkgroups } from './shaders/scatter.js';

/** Words that are written by a shader, which need not wait for the commands before; more go by the queue. */
const SMALL_WRITE = 8 * 1024;

interface TableSpec {
  rows: number;
  cols: number;
  tableRows: number;
}

/** Opens a device. Errors: UNSUPPORTED where there is none. @param scans for tests */
export async function createWebGpuBackend(scans?: ScanSettings): Promise<WebGpuBackend> {
  const backend = new WebGpuBackend(await openGpu(), scans);
  await backend.probe();
  return backend;
}

export class WebGpuBackend implements Backend {
  static {
    brand(this.prototype, 'backend');
  }

  readonly name = 'webgpu';
  readonly answersAtOnce = false;
  readonly inputBeforeLoop = true;
  /** Of the host. */
  readonly threads = 1;
  readonly features: readonly string[];
  readonly #commands: Commands;
  readonly #memory: GpuMemory;
  readonly #scans: ScanCalls;
  /** Shaders of programs, by which of their operands are indexed. */
  readonly #programs = new WeakMap<Program, Map<string, string>>();
  #closed = false;

  constructor(gpu: Gpu, scans?: ScanSettings) {
    this.features = gpu.features;
    this.#commands = new Commands(this, gpu);
    this.#memory = new GpuMemory(this.#commands);
    this.#scans = new ScanCalls(this.#commands, this.#memory, (words) => this.#place(words), scans);
  }

  /** Tries what the device can do that no standard promises. Errors: those of a read. */
  async probe(): Promise<void> {
    await this.#scans.probe();
  }

  /** Workgroups of a scan that can wait for each other; 0 where they cannot: for tests and reports. */
  get residentWorkgroups(): number {
    return this.#scans.resident;
  }

  /** How often workgroups of a scan did not come together, as far as reads have told: for tests and reports. */
  get abandonedScans(): number {
    return this.#commands.abandoned;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#commands.close();
  }

  /** Bytes in use: for tests and reports. */
  get usedBytes(): number {
    return this.#memory.usedBytes;
  }

  allocate(dtype: DType, length: number): Storage {
    return this.#memory.create(this, dtype, length);
  }

  release(storage: Storage): void {
    this.#memory.release(this.#memory.own(storage));
  }

  write(storage: Storage, offset: number, data: ArrayLike<number>): void {
    checkRange(storage, offset, data.length);
    // The host may have other numbers the next time.
    this.#commands.spoilRecording();
    const at = this.#memory.to({ storage, offset }, 'any');
    const words = storage.dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data);
    this.#writeWords(at, new Uint32Array(words.buffer));
    this.#memory.own(storage).host = { offset, data: words };
  }

  async read(storage: Storage, offset: number, length: number): Promise<HostArray> {
    checkRange(storage, offset, length);
    const own = this.#memory.own(storage);
    const { changes } = own;
    const { buffer, byteOffset } = await this.#commands.read(this.#memory.at({ storage, offset }, 'any'), length);
    const data =
      storage.dtype === 'int32'
        ? new Int32Array(buffer, byteOffset, length).slice()
        : new Float32Array(buffer, byteOffset, length).slice();
    // Calls may have changed it meanwhile.
    if (own.changes === changes && own.block !== null) own.host = { offset, data: data.slice() };
    return data;
  }

  /** Errors: UNSUPPORTED for what the host neither wrote nor read since a call changed it. */
  readSync(storage: Storage, offset: number, length: number): HostArray {
    checkRange(storage, offset, length);
    this.#memory.at({ storage, offset }, 'any');
    const { host } = this.#memory.own(storage);
    if (host !== null && host.offset <= offset && offset + length <= host.offset + host.data.length) {
      return host.data.slice(offset - host.offset, offset - host.offset + length);
    }
    throw new UnsupportedError(
      'expected a backend that answers at once, received webgpu, whose numbers must be waited for',
      'write `await tensor.read()` in place of data(), item() and toArray(); what has no such form runs on native or wasm: load the model there',
    );
  }

  fill(out: Ref, length: number, value: number): void {
    if (length === 0) return;
    const at = this.#memory.spanTo(out, length, 'any');
    const { put, putFloat } = this.#begin(3);
    put(length);
    put(at);
    if (out.storage.dtype === 'int32') put(value);
    else putFloat(value);
    this.#elements(fillShader(), length);
  }

  gemm(spec: GemmSpec, a: MatrixRef, b: MatrixRef, c: MatrixRef): void {
    const { m, n, k, transA, transB, accumulate } = spec;
    const memory = this.#memory;
    const aAt = transA ? memory.matrix(a, k, m) : memory.matrix(a, m, k);
    const bAt = transB ? memory.matrix(b, n, k) : memory.matrix(b, k, n);
    const cAt = memory.matrixTo(c, m, n);
    if (m === 0 || n === 0) return;
    const { tile, parts, depth } = shareFor(m, n, k);
    const adds = accumulate === true ? 1 : 0;
    const code = gemmShader(tile.rows, tile.cols, transA === true, transB === true);
    const workgroups = tileCount(tile, m, n) * parts;
    if (parts === 1) {
      this.#call([m, n, k, adds, aAt, a.stride, bAt, b.stride, cAt, c.stride, parts, depth]);
      this.#run(code, workgroups);
      return;
    }
    const room = memory.take(parts * m * n);
    this.#call([m, n, k, 0, aAt, a.stride, bAt, b.stride, room.address / 4, n, parts, depth]);
    this.#run(code, workgroups);
    this.#call([m, n, adds, parts, room.address / 4, cAt, c.stride]);
    this.#elements(sumPartsShader(), m * n);
    memory.giveBack(room);
  }

  gemmInt8(spec: Omit<GemmSpec, 'transA' | 'transB'>, a: MatrixRef, b: Int8Ref, c: MatrixRef): void {
    const { m, n, k, accumulate } = spec;
    const memory = this.#memory;
    const aAt = memory.matrix(a, m, k);
    const bAt = memory.matrix(b, n, Math.ceil(k / 4), 'int32');
    const scalesAt = memory.span(b.scales, n);
    const cAt = memory.matrixTo(c, m, n);
    if (m === 0 || n === 0) return;
    this.#call([m, n, k, accumulate === true ? 1 : 0, aAt, a.stride, bAt, b.stride, cAt, c.stride, scalesAt]);
    this.#run(int8Shader(), m * Math.ceil(n / INT8_COLS));
  }

  gemmInParts(): never {
    return refuseParts();
  }

  sumInParts(): never {
    return refuseParts();
  }

  scatterInParts(): never {
    return refuseParts();
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
    const indexed = operands.map(({ indices }) => indices !== undefined);
    const stored = storedBy(program);
    const words = operands.map((operand, i) => {
      checkOperand(operand, rows, cols);
      const { indices, rowStride, colStride } = operand;
      const list = indices === undefined ? 0 : this.#memory.at(indices, 'int32');
      return [
        stored.has(i) ? this.#memory.to(operand) : this.#memory.at(operand),
        rowStride,
        colStride,
        list,
        indices?.limit ?? 0,
      ];
    });
    const { put, putFloat } = this.#begin(5 + 5 * operands.length + uniforms.length);
    for (const value of [rows, cols, random?.key0 ?? 0, random?.key1 ?? 0, random?.call ?? 0]) put(value);
    for (const values of words) for (const value of values) put(value);
    for (const value of uniforms) putFloat(value);
    const codes = this.#programs.get(program) ?? new Map<string, string>();
    this.#programs.set(program, codes);
    const key = indexed.map(Number).join('');
    let code = codes.get(key);
    if (code === undefined) codes.set(key, (code = mapShader(program, indexed)));
    this.#elements(code, rows * cols);
  }

  reduce(spec: ReduceSpec, x: MatrixRef, out: Ref): void {
    const { op, axis, rows, cols, accumulate } = spec;
    const from = this.#memory.matrix(x, rows, cols);
    const results = axis === 'rows' ? cols : rows;
    const to = this.#memory.spanTo(out, results);
    this.#call([rows, cols, accumulate === true ? 1 : 0, from, x.stride, to]);
    this.#run(reduceShader(op, axis), axis === 'rows' ? Math.ceil(results / REDUCE_COLS) : results);
  }

  softmax({ rows, cols, log }: { rows: number; cols: number; log: boolean }, x: Ref, y: Ref): void {
    const from = this.#memory.span(x, rows * cols);
    const to = this.#memory.spanTo(y, rows * cols);
    if (cols === 0) return;
    this.#call([cols, from, to, rows]);
    this.#run(softmaxShader(log), rows);
  }

  crossEntropy(spec: CrossEntropySpec, logits: Ref, targets: Ref, loss: Ref, logSumExp: Ref): void {
    const { rows, cols, ignoreIndex } = spec;
    const memory = this.#memory;
    const from = memory.span(logits, rows * cols);
    const wanted = memory.span(targets, rows, 'int32');
    const [lossAt, totalAt] = [memory.spanTo(loss, rows), memory.spanTo(logSumExp, rows)];
    this.#call([from, cols, ignoreIndex, wanted, lossAt, totalAt, rows]);
    this.#run(crossEntropyShader(), rows);
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
    const { rows, cols, ignoreIndex } = spec;
    const memory = this.#memory;
    const from = memory.span(logits, rows * cols);
    const wanted = memory.span(targets, rows, 'int32');
    const total = memory.span(logSumExp, rows);
    const given = memory.span(dLoss, dLossStride === 0 ? Math.min(1, rows) : rows);
    const to = memory.spanTo(dLogits, rows * cols);
    this.#call([from, cols, ignoreIndex, wanted, total, given, dLossStride, to, rows]);
    this.#elements(crossEntropyGradShader(), rows * cols);
  }

  gather(spec: TableSpec, table: MatrixRef, indices: Ref, out: MatrixRef): void {
    demandSameType(table, out);
    const { rows, cols, tableRows } = spec;
    const memory = this.#memory;
    const tableAt = memory.matrix(table, tableRows, cols, 'any');
    const list = memory.span(indices, rows, 'int32');
    const outAt = memory.matrixTo(out, rows, cols, 'any');
    this.#call([rows, cols, tableRows, tableAt, table.stride, list, outAt, out.stride]);
    this.#elements(gatherShader(), rows * cols);
  }

  scatterAdd(spec: TableSpec, source: MatrixRef, indices: Ref, table: MatrixRef): void {
    const { rows, cols, tableRows } = spec;
    const memory = this.#memory;
    const tableAt = memory.matrixTo(table, tableRows, cols);
    const list = memory.span(indices, rows, 'int32');
    const sourceAt = memory.matrix(source, rows, cols);
    if (rows === 0 || cols === 0) return;
    const room = memory.take(orderWords(rows, tableRows));
    const order = room.address / 4;
    this.#call([rows, tableRows, list, order]);
    this.#run(orderRowsShader(), 1);
    this.#call([cols, tableAt, table.stride, list, sourceAt, source.stride, order + 2 * rows]);
    this.#run(scatterAddShader(), scatterWorkgroups(rows, cols, tableRows));
    memory.giveBack(room);
  }

  copy(
    spec: { shape: readonly number[]; inStrides: readonly number[]; outStrides: readonly number[] },
    x: Ref,
    out: Ref,
  ): void {
    demandSameType(x, out);
    const { shape, inStrides, outStrides } = spec;
    if (shape.length > MAX.AXES) {
      throw new UnsupportedError(`expected at most ${MAX.AXES} axes, received ${shape.length}`);
    }
    if (shape.includes(0)) return;
    checkInside(x, ...extentOf(shape, inStrides));
    checkInside(out, ...extentOf(shape, outStrides));
    const { put } = this.#begin(3 + 3 * MAX.AXES);
    const count = shape.reduce((product, length) => product * length, 1);
    for (const value of [count, this.#memory.at(x, 'any'), this.#memory.to(out, 'any')]) put(value);
    for (let axis = 0; axis < MAX.AXES; axis++) {
      for (const value of [shape[axis] ?? 1, inStrides[axis] ?? 0, outStrides[axis] ?? 0]) put(value);
    }
    this.#elements(copyShader(), count);
  }

  scan(plan: ScanPlan, call: ScanCall): void {
    this.#scans.run(plan, call);
  }

  sample(spec: SampleSpec, logits: Ref, at: SamplePlaces): void {
    const memory = this.#memory;
    const { cols, from, temperature, topK, topP } = spec;
    const { rows, count } = at;
    const places = [
      memory.spanTo(logits, rows * cols),
      memory.span(at.draws, rows * count),
      memory.spanTo(at.position, rows, 'int32'),
      memory.spanTo(at.token, rows, 'int32'),
      memory.spanTo(at.list, rows * count, 'int32'),
    ];
    const room = memory.take(rows * cols);
    const { put, putFloat } = this.#begin(13);
    put(cols);
    put(from);
    putFloat(temperature);
    put(Math.min(topK, cols));
    putFloat(topP);
    put(count);
    for (const place of places) put(place);
    put(room.address / 4);
    put(rows);
    this.#run(sampleShader(), rows);
    memory.giveBack(room);
  }

  repeat(times: number, calls: () => void): void {
    this.#commands.repeat(times, calls);
  }

  /** The words of a call that begins. */
  #begin(words: number): { put: (value: number) => void; putFloat: (value: number) => void } {
    const commands = this.#commands;
    commands.begin(words);
    return { put: (value) => commands.put(value), putFloat: (value) => commands.putFloat(value) };
  }

  #call(words: readonly number[]): void {
    this.#commands.begin(words.length);
    for (const word of words) this.#commands.put(word);
  }

  /** Runs a shader over the words of the call. */
  #run(code: string, workgroups: number): void {
    this.#commands.dispatch([{ pipeline: this.#commands.pipeline(code), workgroups }]);
  }

  #elements(code: string, count: number): void {
    this.#run(code, Math.ceil(count / ELEMENTS));
  }

  #writeWords(at: number, words: Uint32Array<ArrayBuffer>): void {
    if (words.length === 0) return;
    if (words.length > SMALL_WRITE) {
      this.#commands.write(at, words);
      return;
    }
    const { put } = this.#begin(2 + words.length);
    put(words.length);
    put(at);
    for (const word of words) put(word);
    this.#elements(writeShader(), words.length);
  }

  /** Words in memory for one call. The caller gives the block back. */
  #place(words: Int32Array): ReturnType<GpuMemory['take']> {
    const block = this.#memory.take(words.length);
    this.#writeWords(block.address / 4, Uint32Array.from(words));
    return block;
  }
}

function demandSameType(x: Ref, y: Ref): void {
  if (x.storage.dtype === y.storage.dtype) return;
  throw new UnrolledError(
    'DTYPE',
    `expected elements of one type, received ${x.storage.dtype} and ${y.storage.dtype}`,
    'convert the tensor first',
  );
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

/** The first element of a strided array, and one past the last, counted from its offset. */
function extentOf(shape: readonly number[], strides: readonly number[]): [number, number] {
  const ends = shape.map((length, i) => (length - 1) * strides[i]);
  const sum = (list: readonly number[]): number => list.reduce((total, value) => total + value, 0);
  return [sum(ends.filter((end) => end < 0)), sum(ends.filter((end) => end > 0)) + 1];
}

function refuseParts(): never {
  throw new UnsupportedError(
    'expected native or wasm for a training in shards, received webgpu',
    'train without shards',
  );
}
