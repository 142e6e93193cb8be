// The cells by the name that files and the command line use.
import { UnrolledError } from '../../errors.js';
import type { Cell } from '../define.js';
import { GRU, GRUResetBefore } from './gru.js';
import { LSTM } from './lstm.js';
import { RNN, RNNReLU } from './rnn.js';

export { GRU, GRUResetBefore, LSTM, RNN, RNNReLU };

export const CELLS: Readonly<Record<string, Cell>> = {
  rnn: RNN,
  'rnn-relu': RNNReLU,
  gru: GRU,
  'gru-reset-before': GRUResetBefore,
  lstm: LSTM,
};

/** Errors: OPTION for an unknown name. */
export function cellByName(name: string): Cell {
  const cell = CELLS[name.toLowerCase()];
  if (cell === undefined) {
    throw new UnrolledError(
      'OPTION',
      `expected a cell of ${Object.keys(CELLS).join(', ')}, received "${name}"`,
      'choose one of them',
    );
  }
  return cell;
}
