// The reference backend: plain loops, sums in double, every access checked. It runs everywhere and is never deleted; the
// fast backends are tested against it, and gradients are checked on it in float64.
import { UnrolledError } from '../../errors.js';
import { brand } from '../../copy.js';
import type { DType, HostArray, Storage } from '../../tensor/device.js';
import type { RandomKey } from '../../tensor/philox.js';
import type { Backend, Operand, Ref, SamplePlaces, SampleSpec, ScanCall, ScanPlan } from '../contract.js';
import type { Program } from '../isa.js';
import { arrayOf, type Axis, elements, type Precision, ReferenceStorage, wrongType } from './memory.js';
import { gemmInParts, scatterInParts, sumInParts } from './parts.js';
import { gemm, gemmInt8 } from './products.js';
import { runProgram } from './program.js';
import { crossEntropy, crossEntropyGrad, gather, reduce, scatterAdd, softmax } from './rows.js';
import { sample } from './sample.js';
import { scan } from './scan.js';

export interface ReferenceOptions {
  /** What a `float32` storage holds; float32 by default, float64 for gradient checks. */
  precision?: Precision;
}

const MAX_AXES = 6;

export class ReferenceBackend implements Backend {
  static {
    brand(this.prototype, 'backend');
  }

  readonly name = 'reference';
  readonly threads = 1;
  readonly precision: Precision;
  readonly features: readonly string[];
  readonly answersAtOnce = true;
  #closed = false;

  constructor(options: ReferenceOptions = {}) {
    this.precision = options.precision ?? 'float32';
    this.features = [this.precision];
  }

  close(): void {
    this.#closed = true;
  }

  /** Errors: OUT_OF_MEMORY, RANGE, STATE after close. */
  allocate(dtype: DType, length: number): Storage {
    if (this.#closed) throw new UnrolledError('STATE', 'expected an open backend, this one was closed', 'make another');
    return new ReferenceStorage(this, dtype, length, this.precision);
  }

  release(storage: Storage): void {
    arrayOf(storage, 'the storage');
    (storage as ReferenceStorage).data = null;
  }

  /** Errors: SHAPE, STATE. */
  write(storage: Storage, offset: number, data: ArrayLike<number>): void {
    elements({ storage, offset }, 'what is written', [data.length, 1]).set(data, offset);
  }

  read(storage: Storage, offset: number, length: number): Promise<HostArray> {
    return Promise.resolve().then(() => this.readSync(storage, offset, length));
  }

  /** Errors: SHAPE, STATE. */
  readSync(storage: Storage, offset: number, length: number): HostArray {
    return elements({ storage, offset }, 'what is read', [length, 1]).slice(offset, offset + length);
  }

  readonly gemm = gemm;
  readonly gemmInt8 = gemmInt8;
  readonly gemmInParts = gemmInParts;
  readonly sumInParts = sumInParts;
  readonly scatterInParts = scatterInParts;
  readonly reduce = reduce;
  readonly softmax = softmax;
  readonly crossEntropy = crossEntropy;
  readonly crossEntropyGrad = crossEntropyGrad;
  readonly gather = gather;
  readonly scatterAdd = scatterAdd;

  map(
    program: Program,
    operands: readonly Operand[],
    rows: number,
    cols: number,
    uniforms: readonly number[],
    random?: RandomKey,
  ): void {
    runProgram(program, operands, rows, cols, { uniforms, random, step: 0 });
  }

  sample(spec: SampleSpec, logits: Ref, at: SamplePlaces): void {
    sample(spec, logits, at);
  }

  repeat(times: number, calls: () => void): void {
    for (let i = 0; i < times; i++) calls();
  }

  scan(plan: ScanPlan, call: ScanCall): void {
    scan(plan, call);
  }

  /** Errors: SHAPE, also for more than six axes; DTYPE where the two types differ. */
  copy(
    spec: { shape: readonly number[]; inStrides: readonly number[]; outStrides: readonly number[] },
    x: Ref,
    out: Ref,
  ): void {
    const { shape, inStrides, outStrides } = spec;
    if (shape.length > MAX_AXES || inStrides.length !== shape.length || outStrides.length !== shape.length) {
      throw new UnrolledError(
        'SHAPE',
        `expected at most ${MAX_AXES} axes with two strides each, received ${shape.length} sizes, ` +
          `${inStrides.length} and ${outStrides.length} strides`,
        'merge axes that lie beside each other',
      );
    }
    if (x.storage.dtype !== out.storage.dtype) throw wrongType('the result', x.storage.dtype, out.storage.dtype);
    const from = elements(x, 'x', ...shape.map((n, i): Axis => [n, inStrides[i]]));
    const to = elements(out, 'the result', ...shape.map((n, i): Axis => [n, outStrides[i]]));
    const walk = (axis: number, inAt: number, outAt: number): void => {
      if (axis === shape.length) to[outAt] = from[inAt];
      else
        for (let i = 0; i < shape[axis]; i++) walk(axis + 1, inAt + i * inStrides[axis], outAt + i * outStrides[axis]);
    };
    walk(0, x.offset, out.offset);
  }

  /** Errors: SHAPE. */
  fill(out: Ref, length: number, value: number): void {
    elements(out, 'what is filled', [length, 1]).fill(value, out.offset, out.offset + length);
  }
}
