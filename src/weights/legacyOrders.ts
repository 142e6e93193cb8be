// The order of gates in files of 0.1 (format unrolled-1), which do not say which columns are which. Of the built-in cells it stands
// here, whatever becomes of their equations and of the order in memory; of a cell of one's own, 0.1 found it by a search.
import { CELLS } from '../cell/cells/index.js';
import { columnOrder } from '../cell/plan/columnOrder.js';
import type { CellGraph } from '../cell/define/graph.js';

/** By the cell's name: a parameter has those of these gates that use its operand, in this order. */
const ORDERS: ReadonlyMap<string, string> = new Map([
  ['RNN', 'h'],
  ['RNN-ReLU', 'h'],
  ['RNN-identity', 'h'],
  ['GRU', 'nx r z nh'],
  ['GRU-reset-before', 'r z n'],
  ['GRU-layer-norm', 'xr xz xn hr hz hn'],
  ['LSTM', 'i f g o'],
  ['LSTM-peephole', 'i f g o'],
  ['LSTM-projection', 'i f g o r'],
  ['LSTM-coupled', 'f g o'],
  ['LSTM-layer-norm', 'xi xf xg xo hi hf hg ho'],
  ['MGU', 'f n'],
  ['IndRNN', 'h'],
  ['minGRU', 'z n'],
  ['minLSTM', 'f i n'],
  ['sLSTM', 'z o i f'],
  ['SRU', 'f w r x'],
  ['brain-LSTM', 'i f o g'],
]);

/** All gates of a cell in the order of 0.1. */
export function orderOf01(cell: CellGraph): readonly string[] {
  const known = Object.values(CELLS).find((built) => built === cell);
  const order = known === undefined ? undefined : ORDERS.get(known.name);
  return order?.split(' ') ?? columnOrder(cell).map((l) => l.name);
}
