// LSTM with peepholes: the gates see the cell state. Gers, Schraudolph and Schmidhuber, "Learning precise timing with LSTM
// recurrent networks", JMLR 3, 2002, eq. 5–10: input and forget gate see the old cell state, the output gate the new one.
import { defineCell } from '../defineCell.js';

/**
 * LSTM whose gates also see the memory c through a weight per unit: i and f the old one, o the new one. Gers et al.
 * 2002.
 */
export const PeepholeLSTM = defineCell({
  name: 'LSTM-peephole',
  state: ['h', 'c'],
  step({ x, h, c, linear, vector, sigmoid, tanh }) {
    const i = sigmoid(linear('i', x, h).add(vector('p_i').mul(c))).named('i');
    const f = sigmoid(linear('f', x, h).add(vector('p_f').mul(c))).named('f');
    const g = tanh(linear('g', x, h));
    const cNext = f.mul(c).add(i.mul(g));
    const o = sigmoid(linear('o', x, h).add(vector('p_o').mul(cNext)));
    return { h: o.named('o').mul(tanh(cNext)), c: cNext };
  },
});
