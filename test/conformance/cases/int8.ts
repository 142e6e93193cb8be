// Conformance of products with weights of int8: C [m, n] (+)= A [m, k] · Bᵀ. Sums of whole numbers are exact; those of
// several parts of a row are rounded.
import type { ScanPlan } from '../../../src/backend/contract.js';
import { INT8_DEPTH } from '../../../src/backend/numbers.js';
import { Philox } from '../../../src/tensor/philox.js';
import { type Case, numbers } from '../case.js';

interface Size {
  m: number;
  n: number;
  k: number;
}

/** Any bytes as words of an int32 storage. */
function words(length: number, seed: number): Int32Array {
  const rng = new Philox(seed);
  return Int32Array.from({ length }, () => rng.integer(2 ** 31) * 2 + rng.integer(2));
}

const scalesOf = (n: number): Float32Array => numbers(n, 3, 0.01).map(Math.abs);

/** Weights with rows `gap` words longer than needed. */
export function int8Product({ m, n, k }: Size, accumulate: boolean, gap = 0): Case {
  const [strideA, strideB, strideC] = [k + gap, Math.ceil(k / 4) + gap, n + gap];
  return {
    name: `gemmInt8 ${m}×${n}×${k}${accumulate ? ' +=' : ''}${gap ? ` gap ${gap}` : ''}`,
    buffers: {
      a: numbers(m * strideA + gap, 1),
      b: words(n * strideB + gap, 2),
      scales: scalesOf(n + gap),
      c: numbers(m * strideC + gap, 4),
    },
    run(backend, at) {
      backend.gemmInt8(
        { m, n, k, accumulate },
        at.matrix('a', strideA, gap),
        { ...at.matrix('b', strideB, gap), scales: at.ref('scales', gap) },
        at.matrix('c', strideC, gap),
      );
    },
    outputs: ['a', 'c'],
    compare: k > INT8_DEPTH ? 'norm' : 'exact',
  };
}

/** c [T, N, n] = a [T, N, k] · Bᵀ, step by step. */
export function int8Scan(T: number, { m: N, n, k }: Size, activeRows?: Int32Array): Case {
  const plan: ScanPlan = {
    stages: [
      { kind: 'product', a: 0, b: 1, c: 3, n, k, scales: 2 },
      { kind: 'product', a: 0, b: 1, c: 3, n, k, scales: 2, accumulate: true },
    ],
  };
  return {
    name: `scan with int8 T=${T} N=${N} ${n}×${k}${activeRows ? ` with active rows ${activeRows.join(' ')}` : ''}`,
    buffers: {
      a: numbers(T * N * k, 1),
      b: words(n * Math.ceil(k / 4), 2),
      scales: scalesOf(n),
      c: numbers(T * N * n, 4),
    },
    run(backend, at) {
      backend.scan(plan, {
        steps: T,
        rows: N,
        uniforms: [],
        activeRows,
        operands: [
          at.scanOperand('a', k, N * k),
          at.scanOperand('b', Math.ceil(k / 4), 0),
          at.scanOperand('scales', 0, 0),
          at.scanOperand('c', n, N * n),
        ],
      });
    },
    outputs: ['c'],
    compare: k > INT8_DEPTH ? 'norm' : 'exact',
  };
}

function withRows(name: string, a: number[]): Case {
  const [m, n] = [a.length / 2, 3];
  const b = Int32Array.of(0x01ff, 0x0203, 0x7f80);
  const buffers = { a: Float32Array.from(a), b, scales: Float32Array.of(1, 2, 0), c: new Float32Array(m * n) };
  return { ...int8Product({ m, n, k: 2 }, false), name, buffers };
}

export const int8Cases: Case[] = [
  ...[
    { m: 1, n: 1, k: 1 },
    { m: 1, n: 5, k: 33 },
    { m: 2, n: 130, k: 64 },
    { m: 3, n: 7, k: INT8_DEPTH + 1 },
    { m: 4, n: 33, k: 2 * INT8_DEPTH },
    { m: 9, n: 6, k: 100 },
    { m: 65, n: 3, k: 31 },
  ].flatMap((size) => [int8Product(size, false), int8Product(size, true), int8Product(size, false, 3)]),
  int8Product({ m: 3, n: 5, k: 0 }, false),
  int8Product({ m: 3, n: 5, k: 0 }, true),
  int8Product({ m: 0, n: 5, k: 4 }, false),
  int8Product({ m: 4, n: 0, k: 4 }, false),
  withRows('gemmInt8 of zeros, tiny and huge numbers', [0, 0, 1e-38, 1e-39, 3e38, -3e38, 1e-20, 1]),
  withRows('gemmInt8 passes NaN on', [NaN, 1, 1, NaN]),
  int8Scan(3, { m: 1, n: 65, k: 130 }),
  int8Scan(2, { m: 9, n: 33, k: 20 }),
  int8Scan(3, { m: 6, n: 5, k: 600 }, Int32Array.of(6, 3, 1)),
];

/** Large enough that threads share the work. */
export const int8ThreadCases: Case[] = [
  int8Product({ m: 1, n: 3001, k: 700 }, false),
  int8Product({ m: 301, n: 130, k: 300 }, true),
  int8Scan(3, { m: 1, n: 2049, k: 700 }),
  int8Scan(2, { m: 65, n: 257, k: 300 }),
];
