// The "LSTM" of brain.js (recurrent/lstm.ts), for its files: it keeps no cell state, the forget gate acts on the output
// before. Not the LSTM of the literature.
import { defineCell } from '../defineCell.js';

/**
 * The cell that brain.js calls LSTM, for its files: no cell state, and the forget gate acts on the last output. Not the
 * LSTM of the literature.
 */
export const BrainLSTM = defineCell({
  name: 'brain-LSTM',
  state: ['h'],
  step({ x, h, linear, sigmoid, tanh }) {
    const i = sigmoid(linear('i', x, h));
    const f = sigmoid(linear('f', x, h));
    const o = sigmoid(linear('o', x, h));
    const g = tanh(linear('g', x, h));
    return { h: o.mul(tanh(f.mul(h).add(i.mul(g)))) };
  },
});
