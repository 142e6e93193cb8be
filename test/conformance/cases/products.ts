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
  // Long sums, which some split.
  product({ m: 33, n: 65, k: 1210 }, true, false, false, 3),
  product({ m: 3, n: 5, k: 1210 }, false, true, true, 7),
  withInputs('gemm passes NaN and infinity on', [NaN, 1, Infinity, 2], [1, 0, 2, 3]),
  withInputs('gemm makes NaN of 0 · ∞', [0, 1, 1, 1], [Infinity, 1, 1, 1]),
];

/**
 * A row times large weights in calls that are repeated, where backends may keep a copy of the weights: `changing` says when the
 * weights change, and the last product must see it.
 */
function repeatedRow(changing: 'never' | 'before' | 'after' | 'between' | 'in turn', transB: boolean): Case {
  const [n, k] = [200, 130];
  const stride = transB ? k : n;
  return {
    name: `gemm of a row${transB ? ' Bᵀ' : ''}, repeated, weights change ${changing}`,
    buffers: { a: numbers(k, 1), b: numbers(n * k, 2), c: new Float32Array(n), sum: new Float32Array(n) },
    run(backend, at) {
      const multiply = (to: string, accumulate: boolean): void =>
        backend.gemm({ m: 1, n, k, transB, accumulate }, at.matrix('a', k), at.matrix('b', stride), at.matrix(to, n));
      // b (+)= a · c: other weights each time.
      const change = (): void =>
        backend.gemm({ m: k, n, k: 1, accumulate: true }, at.matrix('a', 1), at.matrix('c', n), at.matrix('b', n));
      backend.repeat(4, () => {
        if (changing === 'before') change();
        multiply('c', false);
        multiply('sum', true);
        if (changing === 'after') change();
      });
      if (changing === 'between') change();
      for (let i = 0; i < 3; i++) {
        backend.repeat(3, () => multiply('sum', true));
        if (changing === 'in turn') backend.write(at.ref('b').storage, 5, numbers(700, 9 + i));
      }
      multiply('sum', true);
    },
    outputs: ['b', 'c', 'sum'],
    compare: 'norm',
  };
}

productCases.push(
  ...(['never', 'before', 'after', 'between', 'in turn'] as const).flatMap((changing) =>
    FLAGS.map((transB) => repeatedRow(changing, transB)),
  ),
);
