// The floor of a step, counted by hand for a cell small enough for it.
import { expect, it } from 'vitest';
import { RNN } from './cells/rnn.js';
import { explainCell, floorSeconds } from './plan/explain.js';

/** One flop a second, one float a second: whole numbers. */
const machine = { flopsPerSecond: 1, bytesPerSecond: 4 };
const sizes = { inputSize: 3, hiddenSize: 2, batchSize: 4 };

it('takes the longer of arithmetic and traffic for each stage', () => {
  expect(floorSeconds({ flops: 6, bytes: 20 }, { flopsPerSecond: 2, bytesPerSecond: 5 })).toBe(4);
  const { stages, seconds } = explainCell(RNN, { ...sizes, machine });
  expect(stages.map((stage) => [stage.what.replace(/ ?\[.*/, ''), stage.seconds])).toEqual([
    ['x · weight_x', 48], // 2·4·3·2 flops, 3·2 + 4·3 + 4·2 floats
    ['h · weight_h', 32], // 2·4·2·2 flops, 2·2 + 4·2 + 4·2 floats
    ['', 32], // 8 elements: a sum and a tanh; the product, the bias and two stores: 4 floats each
    ['', 40], // 8 elements: 4 operations, 5 floats
    ['gradient · weight_hᵀ', 32],
    ['gradient of weight_x', 48],
    ['gradient of x by weight_xᵀ', 48],
    ['gradient of weight_h', 32],
  ]);
  expect(seconds).toBe(312);
});

it('reads weights once for all steps where products are lifted out of the loop', () => {
  const slow = { flopsPerSecond: 1e9, bytesPerSecond: 4 };
  const one = explainCell(RNN, { ...sizes, machine: slow });
  const two = explainCell(RNN, { ...sizes, machine: slow, numSteps: 2 });
  // Half of weight_x three times, half of weight_h once; the product in the loop reads its weight in each step.
  expect((one.seconds ?? 0) - (two.seconds ?? 0)).toBe(3 * 3 + 2);
});

it('leaves out what nobody wants, and says nothing of time without a machine', () => {
  expect(explainCell(RNN, { ...sizes, machine, inputGradient: false }).seconds).toBe(312 - 48);
  const without = explainCell(RNN, sizes);
  expect(without.seconds).toBeUndefined();
  expect(String(without)).not.toContain('µs');
  const head = String(explainCell(RNN, { ...sizes, machine: { flopsPerSecond: 1e6, bytesPerSecond: 4e6 } })).split(
    '\n',
  );
  expect(head.at(-1)).toMatch(/^sum .* 312\.0 µs$/);
});
