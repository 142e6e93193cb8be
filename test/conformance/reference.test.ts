// The reference backend: float32 beside float64, and what only the truth is held to: bounds, types, the numbers themselves.
import { describe, expect, it } from 'vitest';
import type { Backend, Ref } from '../../src/backend/contract.js';
import * as OP from '../../src/backend/numbers/op.js';
import { ReferenceBackend } from '../../src/backend/reference/reference.js';
import { philox4x32, unitFloat } from '../../src/tensor/philoxRounds.js';
import { difference, program } from './case.js';
import { TOO_MANY_TABLES } from './cases/scanRagged.js';
import { conformance } from './suite.js';

await conformance('reference', () => new ReferenceBackend(), {
  skip: [{ reason: 'the reference has no limit of tables', tests: [TOO_MANY_TABLES] }],
});

function place(backend: Backend, data: number[] | Int32Array): Ref {
  const storage = backend.allocate(data instanceof Int32Array ? 'int32' : 'float32', data.length);
  backend.write(storage, 0, data);
  return { storage, offset: 0 };
}

const values = (backend: Backend, ref: Ref): number[] => [...backend.readSync(ref.storage, 0, ref.storage.length)];

describe('reference: numbers worked out by hand', () => {
  const backend = new ReferenceBackend({ precision: 'float64' });

  it('multiplies in all four forms', () => {
    const a = { ...place(backend, [1, 2, 3, 4, 5, 6]), stride: 3 }; // [2, 3]
    const aT = { ...place(backend, [1, 4, 2, 5, 3, 6]), stride: 2 };
    const b = { ...place(backend, [1, 0, 2, 1, 0, 3]), stride: 2 }; // [3, 2]
    const bT = { ...place(backend, [1, 2, 0, 0, 1, 3]), stride: 3 };
    for (const transA of [false, true]) {
      for (const transB of [false, true]) {
        const c = { ...place(backend, [10, 10, 10, 10]), stride: 2 };
        backend.gemm({ m: 2, n: 2, k: 3, transA, transB, accumulate: true }, transA ? aT : a, transB ? bT : b, c);
        expect(values(backend, c)).toEqual([15, 21, 24, 33]);
      }
    }
  });

  it('has the loss, the log-sum-exp and the gradient of a small example', () => {
    const logits = place(backend, [0, Math.log(2), Math.log(3), Math.log(2)]); // softmax 1/3 2/3, 3/5 2/5
    const targets = place(backend, Int32Array.of(1, 0));
    const [loss, total, dLoss, dLogits] = [
      [0, 0],
      [0, 0],
      [6, 10],
      [0, 0, 0, 0],
    ].map((x) => place(backend, x));
    const spec = { rows: 2, cols: 2, ignoreIndex: -1 };
    backend.crossEntropy(spec, logits, targets, loss, total);
    backend.crossEntropyGrad(spec, logits, targets, total, dLoss, 1, dLogits);
    expect(values(backend, loss)[0]).toBeCloseTo(Math.log(3 / 2), 12);
    expect(values(backend, total)[1]).toBeCloseTo(Math.log(5), 12);
    [2, -2, -4, 4].forEach((expected, i) => expect(values(backend, dLogits)[i]).toBeCloseTo(expected, 12));
  });

  it('counts random numbers down: each step draws what it drew forward', () => {
    const code = program({ registers: 1, operands: 1 }, [OP.RANDOM, 0, 2], [OP.STORE, 0, 0]);
    const plan = { stages: [{ kind: 'program', program: code, operands: [0], cols: 3 } as const] };
    const draw = (countDown: boolean): number[] => {
      const y = place(backend, new Array<number>(4 * 2 * 3).fill(0));
      const operands = [{ ...y, rowStride: 3, colStride: 1, stepStride: 6 } as const];
      const random = { key0: 1, key1: 2, call: 3 };
      backend.scan(plan, { steps: 4, rows: 2, operands, uniforms: [], random, countDown });
      return values(backend, y);
    };
    const [up, down] = [draw(false), draw(true)];
    const step = (list: number[], s: number): number[] => list.slice(s * 6, s * 6 + 6);
    for (let s = 0; s < 4; s++) expect(step(down, s)).toEqual(step(up, 3 - s));
    expect(new Set(up).size).toBe(24);
  });

  it('draws exactly the numbers of Philox, by element, step, stream and call', () => {
    const y = place(backend, new Array<number>(2 * 3 * 5).fill(0));
    const code = program({ registers: 1, operands: 1 }, [OP.RANDOM, 0, 6], [OP.STORE, 0, 0]);
    const plan = { stages: [{ kind: 'program', program: code, operands: [0], cols: 5 } as const] };
    const operands = [{ ...y, rowStride: 5, colStride: 1, stepStride: 15 } as const];
    backend.scan(plan, { steps: 2, rows: 3, operands, uniforms: [], random: { key0: 11, key1: 12, call: 13 } });
    const words = new Uint32Array(4);
    const expected = Array.from({ length: 30 }, (_, i) => {
      const element = i % 15;
      philox4x32(element >> 2, Math.floor(i / 15), 6, 13, 11, 12, words);
      return unitFloat(words[element & 3]);
    });
    expect(values(backend, y)).toEqual(expected);
  });

  it('computes every instruction of a small example', () => {
    const expectations: [keyof typeof OP, number][] = [
      ['NEG', -0.5],
      ['ABS', 0.5],
      ['EXP', 1.6487212707001282],
      ['LOG', -0.6931471805599453],
      ['SQRT', 0.7071067811865476],
      ['RECIPROCAL', 2],
      ['SIGMOID', 0.6224593312018546],
      ['TANH', 0.46211715726000976],
      ['RELU', 0.5],
      ['SIGN', 1],
      ['ADD', -1.5],
      ['SUB', 2.5],
      ['MUL', -1],
      ['DIV', -0.25],
      ['MAX', 0.5],
      ['MIN', -2],
      ['LESS', 0],
      ['EQUAL', 0],
      ['SELECT', -2],
      ['FMA', 2],
    ];
    for (const [op, expected] of expectations) {
      const [a, b, c, y] = [[0.5], [-2], [3], [0]].map(
        (x) => ({ ...place(backend, x), rowStride: 1, colStride: 1 }) as const,
      );
      const code = program(
        { registers: 4, operands: 4 },
        [OP.LOAD, 0, 0],
        [OP.LOAD, 1, 1],
        [OP.LOAD, 2, 2],
        [OP[op], 3, 0, 1, 2],
        [OP.STORE, 3, 3],
      );
      backend.map(code, [a, b, c, y], 1, 1, []);
      expect(values(backend, y)[0], op).toBeCloseTo(expected, 12);
    }
  });
});

describe('reference: what it refuses', () => {
  const backend = new ReferenceBackend();

  it('refuses an access that would leave the storage', () => {
    const small = place(backend, [1, 2, 3]);
    const spec = { m: 2, n: 2, k: 1 };
    const c = { ...place(backend, [0, 0, 0, 0]), stride: 2 };
    expect(() => {
      backend.gemm(spec, { ...small, stride: 1 }, { ...small, offset: 2, stride: 2 }, c);
    }).toThrow('expected matrix B within a storage of 3 elements, received elements 2 to 3');
    expect(() => {
      backend.copy({ shape: [2], inStrides: [-1], outStrides: [1] }, small, c);
    }).toThrow('received elements -1 to 0');
  });

  it('refuses int32 where numbers are computed, and a program of the wrong size', () => {
    const integers = place(backend, Int32Array.of(1, 2));
    expect(() => {
      backend.softmax({ rows: 1, cols: 2, log: false }, integers, integers);
    }).toThrow(expect.objectContaining({ code: 'DTYPE' }));
    const code = program({ registers: 1, operands: 1 }, [OP.LOAD, 0, 0], [OP.EXP, 0, 1]);
    expect(() => {
      backend.map(code, [{ ...place(backend, [1]), rowStride: 1, colStride: 1 }], 1, 1, []);
    }).toThrow('expected register numbers below 1, received 1 in instruction 1');
  });

  it('names the bad index, its limit and its position', () => {
    const table = { ...place(backend, [1, 2, 3]), stride: 1 };
    const out = { ...place(backend, [0, 0]), stride: 1 };
    expect(() => {
      backend.gather({ rows: 2, cols: 1, tableRows: 3 }, table, place(backend, Int32Array.of(0, 3)), out);
    }).toThrow('expected an index from 0 to 2, received 3 at position 1');
    expect(values(backend, out)).toEqual([0, 0]);
  });

  it('refuses memory that was released or belongs to another kind of backend', () => {
    const ref = place(backend, [1]);
    backend.release(ref.storage);
    expect(() => backend.readSync(ref.storage, 0, 1)).toThrow(expect.objectContaining({ code: 'STATE' }));
  });

  it('shows memory that nobody wrote as NaN', () => {
    expect([...backend.readSync(backend.allocate('float32', 2), 0, 2)]).toEqual([NaN, NaN]);
  });
});

describe('the comparison of the suite', () => {
  it('sees a wrong number, a wrong NaN, a wrong sign of infinity and a wrong length', () => {
    const of = (...data: number[]): Float32Array => Float32Array.from(data);
    expect(difference(of(1, 2.00001), of(1, 2), 'norm')).toBeNull();
    expect(difference(of(1, 2.0001), of(1, 2), 'norm')).toContain('element 1');
    expect(difference(of(1e-3, 2), of(1.001e-3, 2), 'element')).toContain('element 0');
    expect(difference(of(NaN), of(1), 'norm')).not.toBeNull();
    expect(difference(of(1), of(NaN), 'norm')).not.toBeNull();
    expect(difference(of(Infinity), of(-Infinity), 'norm')).not.toBeNull();
    expect(difference(of(Infinity), Float64Array.of(1e300), 'element')).toBeNull();
    expect(difference(of(1), of(1, 2), 'exact')).not.toBeNull();
  });
});
