// Floors of training counted by hand; one flop and one float a second.
import { expect, it } from 'vitest';
import { RNN } from '../cell/cells/rnn.js';
import { explainCell } from '../cell/plan/explain.js';
import { fastest, trainingFloor, type TrainingSizes } from './floors.js';

const machine = { flopsPerSecond: 1, bytesPerSecond: 4 };
const base: TrainingSizes = { cell: 'RNN', input: { features: 3 }, hidden: 2, layers: 1, batch: 4, steps: 2 };
const none = { recurrent: 0, embedding: 0, decoder: 0, loss: 0, update: 0 };

/** A step of this cell with its products in the loop alone; see explain.test.ts. */
const STEP = 312;

it('counts a layer over its steps, without a gradient for features', () => {
  expect(trainingFloor(RNN, base, machine)).toEqual({ seconds: 528, parts: { ...none, recurrent: 2 * (STEP - 48) } });
});

it('counts decoder, loss and update', () => {
  const output = { size: 5, rows: 8 };
  const { parts, seconds } = trainingFloor(RNN, { ...base, output, update: 'sgd', clipNorm: true }, machine);
  expect(parts).toEqual({
    ...none,
    recurrent: 528,
    decoder: 3 * (2 * 8 * 2 * 5),
    loss: 3 * 8 * 5,
    update: (3 + 1) * (12 + 3 * 5),
  });
  expect(seconds).toBe(528 + 480 + 120 + 108);
});

it('counts rows of an embedding; SGD changes those that were used, Adam all', () => {
  const input = { tokens: 100, embedding: 3 };
  const sgd = trainingFloor(RNN, { ...base, input, update: 'sgd' }, machine).parts;
  expect(sgd).toEqual({ ...none, recurrent: 2 * STEP, embedding: 2 * 8 * 3 + 3 * 8 * 3, update: 3 * (12 + 8 * 3) });
  expect(trainingFloor(RNN, { ...base, input, update: 'adam' }, machine).parts.update).toBe(7 * (12 + 300));
});

it('counts upper layers with the width of the state, and one-hot input without a product', () => {
  const two = trainingFloor(RNN, { ...base, layers: 2 }, machine).parts.recurrent;
  const upper = explainCell(RNN, { inputSize: 2, hiddenSize: 2, batchSize: 4, numSteps: 2, machine }).seconds ?? 0;
  expect(two).toBe(528 + 2 * upper);
  const oneHot = trainingFloor(RNN, { ...base, input: { tokens: 3, embedding: 0 } }, machine).parts;
  expect(oneHot.embedding).toBe(0);
  expect(oneHot.recurrent).toBeLessThan(528);
});

it('keeps the better of two readings of a machine, each rate by itself', () => {
  expect(fastest({ flopsPerSecond: 1, bytesPerSecond: 5 }, { flopsPerSecond: 2, bytesPerSecond: 4 })).toEqual({
    flopsPerSecond: 2,
    bytesPerSecond: 5,
  });
});
