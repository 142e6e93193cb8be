// Conformance of the matrix product: C [m, n] (+)= op(A) [m, k] · op(B) [k, n].
import { type Case, numbers } from '../case.js';

interface Size {
  m: number;
  n: number;
  k: number;
}

/** A product with rows `gap` elements longer than the width, and matrices that start `gap` elements into the storage. */
export function product({ m, n, k }: Size, transA: boolean, transB: boolean, accumulate: boolean, gap = 0): Case {
  const strideA = (transA ? m : k) + gap;
  const strideB = (transB ? k : n) + gap;
  const strideC = n + gap;
  return {
    name: `gemm ${m}×${n}×${k}${transA ? ' Aᵀ' : ''}${transB ? ' Bᵀ' : ''}${accumulate ? ' +=' : ''}${gap ? ` gap ${gap}` : ''}`,
    buffers: {
      a: numbers((transA ? k : m) * strideA + gap, 1),
      b: numbers((transB ? n : k) * strideB + gap, 2),
      c: numbers(m * strideC + gap, 3),
    },
    run(backend, at) {
      backend.gemm(
        { m, n, k, transA, transB, accumulate },
        at.matrix('a', strideA, gap),
        at.matrix('b', strideB, gap),
        at.matrix('c', strideC, gap),
      );
    },
    outputs: ['a', 'b', 'c'],
    compare: 'norm',
  };
}

const SIZES: Size[] = [
  { m: 1, n: 1, k: 1 },
  { m: 3, n: 5, k: 33 },
  { m: 1, n: 65, k: 130 },
  { m: 2, n: 130, k: 33 },
  { m: 4, n: 33, k: 65 },
  { m: 5, n: 1, k: 3 },
  { m: 33, n: 65, k: 5 },
  { m: 65, n: 3, k: 130 },
  { m: 130, n: 130, k: 1 },
  { m: 130, n: 33, k: 65 },
  { m: 65, n: 130, k: 300 },
];

const FLAGS = [false, true];

function withInputs(name: string, a: number[], b: number[]): Case {
  return {
    name,
    buffers: { a: Float32Array.from(a), b: Float32Array.from(b), c: new Float32Array(4) },
    run(backend, at) {
      backend.gemm({ m: 2, n: 2, k: 2 }, at.matrix('a', 2), at.matrix('b', 2), at.matrix('c', 2));
    },
    outputs: ['c'],
    compare: 'norm',
  };
}

export const productCases: Case[] = [
  ...SIZES.flatMap((size) =>
    FLAGS.flatMap((transA) =>
      FLAGS.flatMap((transB) => [
        product(size, transA, transB, false),
        product(size, transA, transB, true),
        product(size, transA, transB, false, 3),
        product(size, transA, transB, true, 7),
      ]),
    ),
  ),
  product({ m: 3, n: 5, k: 0 }, false, false, false),
  product({ m: 3, n: 5, k: 0 }, false, false, true),
  product({ m: 0, n: 5, k: 4 }, false, false, false),
  product({ m: 4, n: 0, k: 4 }, false, false, false),
  withInputs('gemm passes NaN and infinity on', [NaN, 1, Infinity, 2], [1, 0, 2, 3]),
  withInputs('gemm makes NaN of 0 · ∞', [0, 1, 1, 1], [Infinity, 1, 1, 1]),
];
