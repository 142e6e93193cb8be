import { beforeAll, describe, expect, it } from 'vitest';
import { checkGradients } from '../autograd/gradcheck.js';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { fromData, full, randn, tensor } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';
import { type CtcOptions, ctcLoss } from './ctc.js';

beforeAll(() => {
  setCurrentDevice(new ReferenceBackend({ precision: 'float64' }));
});

const rng = new Philox(5);
const labels = (...rows: number[][]): Tensor => fromData(Int32Array.from(rows.flat()), [rows.length, rows[0].length]);

/** −log Σ over every path of T classes that reads as the labels once repeats and blanks are gone. */
function bruteForce(logProbs: Tensor, n: number, steps: number, wanted: readonly number[], blank: number): number {
  const [, N, C] = logProbs.shape;
  const scores = logProbs.data();
  let total = 0;
  for (let path = 0; path < C ** steps; path++) {
    let score = 0;
    const read: number[] = [];
    let before = -1;
    for (let t = 0, rest = path; t < steps; t++, rest = Math.floor(rest / C)) {
      const c = rest % C;
      score += scores[(t * N + n) * C + c];
      if (c !== blank && c !== before) read.push(c);
      before = c;
    }
    if (read.join() === wanted.join()) total += Math.exp(score);
  }
  return -Math.log(total);
}

describe('ctcLoss', () => {
  it.each([
    ['two labels', [1, 2], 4, 0],
    ['equal neighbours', [1, 1], 4, 0],
    ['equal neighbours that just fit', [1, 1], 3, 0],
    ['as many labels as steps', [1, 2, 1, 2], 4, 0],
    ['one label, one step', [2], 1, 0],
    ['no labels', [], 3, 0],
    ['another blank', [0, 1, 0], 5, 2],
    ['three labels in six steps', [2, 2, 1], 6, 0],
  ] as const)('sums over all alignments: %s', (_, wanted, steps, blank) => {
    const logProbs = randn([6, 2, 3], rng).logSoftmax();
    const other = blank === 0 ? 1 : 0;
    // The padding is no class at all: it is not read.
    const targets = labels([other, 99, 99, 99], [...wanted, ...new Array<number>(4 - wanted.length).fill(-7)]);
    const options = { inputLengths: [6, steps], targetLengths: [1, wanted.length], blank };
    const losses = ctcLoss(logProbs, targets, { ...options, reduction: 'none' }).data();
    expect(losses[1]).toBeCloseTo(bruteForce(logProbs, 1, steps, wanted, blank), 10);
    expect(losses[0]).toBeCloseTo(bruteForce(logProbs, 0, 6, [other], blank), 10);
    const [one, two] = [losses[0], losses[1] / Math.max(1, wanted.length)];
    expect(ctcLoss(logProbs, targets, options).item()).toBeCloseTo((one + two) / 2, 10);
    expect(ctcLoss(logProbs, targets, { ...options, reduction: 'sum' }).item()).toBeCloseTo(losses[0] + losses[1], 10);
  });

  const weighted =
    (options: CtcOptions) =>
    (x: Tensor): Tensor =>
      ctcLoss(x, labels([1, 1, 3], [2, 3, 1], [3, 9, 9]), options)
        .mul(tensor([1, -2, 0.5]))
        .sum();

  it.each(['mean', 'sum', 'none'] as const)('has the gradient of numeric differences, %s', (reduction) => {
    const options = { inputLengths: [5, 4, 2], targetLengths: [3, 3, 1], reduction };
    const inputs = (): Tensor[] => [randn([5, 3, 4], rng)];
    expect(checkGradients(weighted(options), inputs()).largestError).toBeLessThan(1e-7);
    expect(checkGradients((x) => weighted(options)(x.logSoftmax()), inputs()).largestError).toBeLessThan(1e-7);
  });

  it('gives no gradient to padding steps', () => {
    const x = randn([5, 1, 4], rng, { requiresGrad: true });
    ctcLoss(x, labels([1, 2]), { inputLengths: [3] }).backward();
    const g = [...(x.grad?.data() ?? [])];
    expect(g.slice(12).map(Math.abs)).toEqual(new Array(8).fill(0));
    expect(g.slice(0, 4).some((v) => v !== 0)).toBe(true);
  });

  it('counts what cannot be as 0, without gradient, where asked', () => {
    const x = randn([3, 2, 4], rng, { requiresGrad: true });
    const losses = ctcLoss(x, labels([1, 1, 1], [1, 2, 3]), { zeroInfinity: true, reduction: 'none' });
    losses.sum().backward();
    expect(losses.data()[0]).toBe(0);
    expect(losses.data()[1]).not.toBe(0);
    for (let t = 0; t < 3; t++)
      expect([...(x.grad?.data().slice(t * 8, t * 8 + 4) ?? [])].map(Math.abs)).toEqual([0, 0, 0, 0]);
  });

  it('takes sequences without steps and batches of none', () => {
    const x = randn([2, 2, 3], rng, { requiresGrad: true });
    const loss = ctcLoss(x, labels([1], [1]), { inputLengths: [0, 2], targetLengths: [0, 1], reduction: 'none' });
    loss.sum().backward();
    expect(loss.data()[0]).toBe(0);
    const empty = fromData([], [4, 0, 3]);
    expect(ctcLoss(empty, fromData(Int32Array.of(), [0, 2])).item()).toBe(0);
    expect(ctcLoss(randn([3, 1, 2], rng).logSoftmax(), fromData(Int32Array.of(), [1, 0])).item()).toBeGreaterThan(0);
  });

  it('is infinite where the probabilities forbid every alignment, and NaN stays NaN', () => {
    const forbidden = full([2, 1, 3], -Infinity);
    expect(ctcLoss(forbidden, labels([1])).item()).toBe(Infinity);
    expect(ctcLoss(forbidden, labels([1]), { zeroInfinity: true }).item()).toBe(0);
    expect(ctcLoss(full([2, 1, 3], NaN), labels([1]), { zeroInfinity: true }).item()).toBeNaN();
  });

  it('stays exact over a thousand steps', () => {
    // Uniform over 3 classes: the number of paths for one label among T steps is T (T + 1) / 2.
    const logProbs = full([1000, 1, 3], -Math.log(3));
    const expected = 1000 * Math.log(3) - Math.log((1000 * 1001) / 2);
    expect(ctcLoss(logProbs, labels([1])).item()).toBeCloseTo(expected, 8);
  });

  it('says what is wrong', () => {
    const x = randn([3, 2, 4], rng);
    const y = labels([1, 1, 2], [1, 2, 3]);
    expect(() => ctcLoss(x, y)).toThrowError(/4 steps or more for the 3 labels of sequence 0, received 3/);
    expect(() => ctcLoss(x, y, { inputLengths: [3, 4] })).toThrowError(
      /input lengths from 0 to 3, received 4 for sequence 1/,
    );
    expect(() => ctcLoss(x, y, { targetLengths: [4, 1] })).toThrowError(/target lengths from 0 to 3, received 4/);
    expect(() => ctcLoss(x, y, { targetLengths: [1] })).toThrowError(/2 target lengths, received 1/);
    expect(() => ctcLoss(x, labels([1, 4], [1, 2]))).toThrowError(/received 4 at index 1 of sequence 0/);
    expect(() => ctcLoss(x, labels([1, 2], [0, 2]))).toThrowError(/blank 0, received 0 at index 0 of sequence 1/);
    expect(() => ctcLoss(x, y, { blank: 4 })).toThrowError(/0 to 3, received 4/);
    expect(() => ctcLoss(x, labels([1, 2]))).toThrowError(/\[3, 2, 4\] and \[1, 2\]/);
    expect(() => ctcLoss(x, tensor([[1], [2]]))).toThrowError(/int32/);
  });
});
