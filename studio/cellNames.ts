// The names of the library's cells: the page does not load the library for them. A test holds both lists together.

export const CELL_NAMES = [
  ...['lstm', 'gru', 'rnn', 'rnn-relu', 'rnn-identity', 'gru-reset-before', 'gru-layer-norm', 'lstm-peephole'],
  ...['lstm-projection', 'lstm-coupled', 'lstm-layer-norm', 'mgu', 'indrnn', 'mingru', 'minlstm', 'slstm', 'sru'],
  'brain-lstm',
];
