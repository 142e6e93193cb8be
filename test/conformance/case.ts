// What a conformance case is: buffers with their first contents, kernel calls over them, and the buffers to compare. Whole
// buffers are compared, padding too, so that writing outside of the result shows.
import '../../src/backend/compiled/calls/crossEntropy.js';
import '../../src/backend/compiled/calls/int8.js';
import '../../src/backend/compiled/calls/parts.js';
import '../../src/backend/compiled/calls/rows.js';
import '../../src/backend/compiled/calls/sample.js';
import '../../src/backend/compiled/calls/scan.js';
import type { Backend, MatrixRef, Operand, Ref, ScanOperand } from '../../src/backend/contract.js';
import { INSTRUCTION_SIZE, type Program } from '../../src/backend/isa.js';
import type { ErrorCode } from '../../src/errors.js';
import type { HostArray, Storage } from '../../src/tensor/device.js';
import { Philox } from '../../src/tensor/philox.js';

/** `norm`: max |a − b| ≤ 1e-5 · max |b|; `element`: |a − b| ≤ 1e-6 · |b| for each; `exact`: equal as float32. */
export type Comparison = 'norm' | 'element' | 'exact';

export interface Case {
  name: string;
  /** First contents; an Int32Array makes an int32 storage. */
  buffers: Record<string, Float32Array | Int32Array>;
  run(backend: Backend, at: Places): void;
  outputs: readonly string[];
  compare: Comparison;
  /** The call must throw this instead. */
  error?: ErrorCode;
}

/** From the names of a case's buffers to places in memory. */
export interface Places {
  ref(name: string, offset?: number): Ref;
  matrix(name: string, stride: number, offset?: number): MatrixRef;
  /** A dense operand of that many columns; anything else by `more`. */
  operand(name: string, rowStride: number, more?: Partial<Operand>): Operand;
  scanOperand(name: string, rowStride: number, stepStride: number, more?: Partial<ScanOperand>): ScanOperand;
}

/** Runs a case and reads its outputs, in the order of `outputs`. */
export async function runCase(backend: Backend, test: Case): Promise<HostArray[]> {
  const storages = new Map<string, Storage>();
  for (const [name, data] of Object.entries(test.buffers)) {
    const storage = backend.allocate(data instanceof Int32Array ? 'int32' : 'float32', data.length);
    storages.set(name, storage);
    backend.write(storage, 0, data);
  }
  const ref = (name: string, offset = 0): Ref => {
    const storage = storages.get(name);
    if (!storage) throw new Error(`the case has no buffer ${name}`);
    return { storage, offset };
  };
  const places: Places = {
    ref,
    matrix: (name, stride, offset) => ({ ...ref(name, offset), stride }),
    operand: (name, rowStride, more) => ({ ...ref(name), rowStride, colStride: 1, ...more }),
    scanOperand: (name, rowStride, stepStride, more) => ({
      ...ref(name),
      rowStride,
      colStride: 1,
      stepStride,
      ...more,
    }),
  };
  try {
    test.run(backend, places);
    const results: HostArray[] = [];
    for (const name of test.outputs) {
      const { storage } = ref(name);
      results.push(await backend.read(storage, 0, storage.length));
    }
    return results;
  } finally {
    for (const storage of storages.values()) backend.release(storage);
  }
}

/** The first difference beyond the tolerance in words; null where there is none. */
export function difference(actual: HostArray, expected: HostArray, compare: Comparison): string | null {
  if (actual.length !== expected.length) return `${actual.length} elements, expected ${expected.length}`;
  let largest = 0;
  for (const value of expected) if (Number.isFinite(Math.fround(value))) largest = Math.max(largest, Math.abs(value));
  for (let i = 0; i < expected.length; i++) {
    // A float64 reference does not overflow where float32 does.
    const wanted = expected instanceof Int32Array ? expected[i] : Math.fround(expected[i]);
    const got = actual[i];
    if (got === wanted || (Number.isNaN(got) && Number.isNaN(wanted))) continue;
    const limit =
      compare === 'exact'
        ? 0
        : compare === 'norm'
          ? 1e-5 * largest
          : Math.max(1e-6 * Math.abs(wanted), SMALLEST_NORMAL);
    if (!(Math.abs(got - wanted) <= limit)) return `element ${i} is ${got}, expected ${wanted} within ${limit}`;
  }
  return null;
}

/** Below this a machine may flush to zero. */
const SMALLEST_NORMAL = 2 ** -126;

/** Numbers in [−scale, scale), the same each time. */
export function numbers(length: number, seed: number, scale = 1): Float32Array {
  const rng = new Philox(seed);
  return Float32Array.from({ length }, () => (2 * rng.uniform() - 1) * scale);
}

/** Whole numbers in 0 … limit − 1, the same each time, with repeats. */
export function indices(length: number, limit: number, seed: number): Int32Array {
  const rng = new Philox(seed);
  return Int32Array.from({ length }, () => rng.integer(limit));
}

/** A program from its instructions [op, destination, a, b, c]; trailing zeros may be left out. */
export function program(
  sizes: { registers: number; operands: number; uniforms?: number },
  ...instructions: (readonly number[])[]
): Program {
  const code = new Int32Array(instructions.length * INSTRUCTION_SIZE);
  instructions.forEach((instruction, i) => {
    code.set(instruction, i * INSTRUCTION_SIZE);
  });
  return { code, uniforms: 0, ...sizes };
}
