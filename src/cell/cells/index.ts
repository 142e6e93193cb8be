// The cells by the name that files and the command line use.
import { UnrolledError } from '../../errors.js';
import { expectText, shownValue } from '../../expect.js';
import { didYouMean } from '../../nearest.js';
import type { Cell } from '../cell.js';
import { BrainLSTM } from './brain.js';
import { CoupledLSTM } from './coupled.js';
import { GRU, GRUResetBefore } from './gru.js';
import { IndRNN } from './indrnn.js';
import { LayerNormGRU, LayerNormLSTM } from './layerNorm.js';
import { LSTM } from './lstm.js';
import { MGU } from './mgu.js';
import { MinGRU, MinLSTM } from './minimal.js';
import { PeepholeLSTM } from './peephole.js';
import { ProjectionLSTM } from './projection.js';
import { RNN, RNNIdentity, RNNReLU } from './rnn.js';
import { SLSTM } from './slstm.js';
import { SRU } from './sru.js';

export {
  BrainLSTM,
  CoupledLSTM,
  GRU,
  GRUResetBefore,
  IndRNN,
  LayerNormGRU,
  LayerNormLSTM,
  LSTM,
  MGU,
  MinGRU,
  MinLSTM,
  PeepholeLSTM,
  ProjectionLSTM,
  RNN,
  RNNIdentity,
  RNNReLU,
  SLSTM,
  SRU,
};

/** Every built-in cell by the name that files and `--cell` use: `lstm`, `gru-reset-before`, `rnn-relu` … */
export const CELLS: Readonly<Record<string, Cell>> = {
  rnn: RNN,
  'rnn-relu': RNNReLU,
  'rnn-identity': RNNIdentity,
  gru: GRU,
  'gru-reset-before': GRUResetBefore,
  'gru-layer-norm': LayerNormGRU,
  lstm: LSTM,
  'lstm-peephole': PeepholeLSTM,
  'lstm-projection': ProjectionLSTM,
  'lstm-coupled': CoupledLSTM,
  'lstm-layer-norm': LayerNormLSTM,
  mgu: MGU,
  indrnn: IndRNN,
  mingru: MinGRU,
  minlstm: MinLSTM,
  slstm: SLSTM,
  sru: SRU,
  'brain-lstm': BrainLSTM,
};

/** Errors: OPTION for an unknown name. */
export function cellByName(name: string): Cell {
  expectText(name, 'the name of a cell', "give one, as 'lstm'");
  const cell = Object.hasOwn(CELLS, name.toLowerCase()) ? CELLS[name.toLowerCase()] : undefined;
  if (cell === undefined) {
    throw new UnrolledError(
      'OPTION',
      `expected a cell of ${Object.keys(CELLS).join(', ')}, received ${shownValue(name)}`,
      `${didYouMean(name, Object.keys(CELLS))}Choose one of them, or name a module of your own, as in --cell ./mine.js`,
    );
  }
  return cell;
}
