// The least time that training can take on this machine: work and traffic over two measured rates. What is counted, for a pass:
// - recurrent: explainCell for each layer and step; the sum of its stages' floors.
// - embedding: rows read and written forward, read and added to the table's gradient backward.
// - decoder: three products (output, gradient of its input, gradient of its weight), each its own floor.
// - loss: logits read forward, read again and written over backward.
// - update: parameters, gradients and moments read, parameters and moments written; gradients once more for their norm. SGD
//   touches only the rows of an embedding that were used; the others change all rows.
// Not counted: dropout, zeroed gradients, JavaScript. Traffic counts at the speed of memory, so what stays in a cache may be
// faster than its floor.
import type { Cell } from '../cell/cell.js';
import { explainCell, floorSeconds, type MachineRates } from '../cell/plan/explain.js';
import type * as Library from '../node.js';
import type { Backend } from '../backend/contract.js';
import { bestRate } from './measure.js';
import { product, type Update } from './work.js';

export interface TrainingSizes {
  cell: 'RNN' | 'GRU' | 'LSTM' | 'GRUResetBefore' | 'LayerNormLSTM' | 'PeepholeLSTM';
  /** Kinds of token with the size of their embedding, 0 for one-hot; or features, which want no gradient. */
  input: { tokens: number; embedding: number } | { features: number };
  hidden: number;
  layers: number;
  batch: number;
  /** Steps of a sequence; a mean where lengths differ. */
  steps: number;
  /** The layer above: outputs of so many rows. */
  output?: { size: number; rows: number };
  update?: Update;
  clipNorm?: boolean;
}

export interface Floor {
  /** For one pass. */
  seconds: number;
  parts: Readonly<Record<'recurrent' | 'embedding' | 'decoder' | 'loss' | 'update', number>>;
}

const FLOAT = 4;

/** Numbers read and written for each parameter: with its gradient and moments. */
const TOUCHED: Readonly<Record<Update, number>> = { sgd: 3, rmsprop: 5, adagrad: 5, adam: 7 };

/** @param cell the one that `sizes` names */
export function trainingFloor(cell: Cell, sizes: TrainingSizes, machine: MachineRates): Floor {
  const { input, hidden, layers, batch, steps, output, update, clipNorm = false } = sizes;
  const rows = batch * steps;
  const time = (flops: number, floats: number): number => floorSeconds({ flops, bytes: floats * FLOAT }, machine);
  const tokens = 'tokens' in input && input.embedding === 0;
  const width = 'features' in input ? input.features : tokens ? input.tokens : input.embedding;
  let [recurrent, parameters] = [0, 0];
  for (let layer = 0; layer < layers; layer++) {
    const explained = explainCell(cell, {
      inputSize: layer === 0 ? width : hidden,
      hiddenSize: hidden,
      batchSize: batch,
      tokens: tokens && layer === 0,
      inputGradient: layer > 0 || 'tokens' in input,
      numSteps: steps,
      machine,
    });
    recurrent += (explained.seconds ?? 0) * steps;
    parameters += explained.parameters;
  }
  let embedding = 0;
  if ('tokens' in input && input.embedding > 0) {
    embedding = time(0, 2 * rows * width) + time(rows * width, 3 * rows * width);
    parameters += (update === 'sgd' ? Math.min(input.tokens, rows) : input.tokens) * width;
  }
  let [decoder, loss] = [0, 0];
  if (output !== undefined) {
    const { size, rows: n } = output;
    decoder = 3 * time(2 * n * hidden * size, hidden * size + n * hidden + n * size);
    loss = time(0, 3 * n * size);
    parameters += (hidden + 1) * size;
  }
  const touched = update === undefined ? 0 : TOUCHED[update] + (clipNorm ? 1 : 0);
  const parts = { recurrent, embedding, decoder, loss, update: time(0, touched * parameters) };
  return { seconds: Object.values(parts).reduce((a, b) => a + b, 0), parts };
}

/** Numbers of a copy, more than the caches hold: 64 MiB to read and 64 to write. */
const COPIED = 2 ** 24;

/** Both rates of this machine, at the backend's threads: a product of 512³, and the best of two large copies. */
export function measureMachine(u: typeof Library, backend: Backend, seconds: number): MachineRates {
  const traffic = 2 * COPIED * FLOAT;
  const [from, to] = [new Float32Array(COPIED).fill(1), new Float32Array(COPIED)];
  const rates = [bestRate({ run: () => to.set(from), units: traffic }, seconds / 2)];
  if (backend.name !== 'reference') {
    // One pass of a program over all, with the backend's threads.
    u.scope(() => {
      const x = u.zeros([COPIED]);
      rates.push(bestRate({ run: () => u.scope(() => void x.neg()), units: traffic }, seconds / 2));
    });
  }
  const gflops = u.scope(() => bestRate(product(u, 512, 512, 512), seconds));
  return { flopsPerSecond: gflops * 1e9, bytesPerSecond: Math.max(...rates) };
}

/** The better of two readings, each rate by itself. */
export function fastest(a: MachineRates, b: MachineRates): MachineRates {
  return {
    flopsPerSecond: Math.max(a.flopsPerSecond, b.flopsPerSecond),
    bytesPerSecond: Math.max(a.bytesPerSecond, b.bytesPerSecond),
  };
}
