// LSTM with coupled gates (CIFG): what is forgotten makes room for what is written, i = 1 − f. Greff et al., "LSTM: a search
// space odyssey", IEEE TNNLS 28, 2017, section 3, variant CIFG.
import { defineCell } from '../defineCell.js';

/**
 * LSTM with coupled gates (CIFG): i = 1 − f, so what is written takes the place of what is forgotten. Greff et al.
 * 2017.
 */
export const CoupledLSTM = defineCell({
  name: 'LSTM-coupled',
  state: ['h', 'c'],
  step({ x, h, c, linear, sigmoid, tanh }) {
    const f = sigmoid(linear('f', x, h));
    const g = tanh(linear('g', x, h));
    const o = sigmoid(linear('o', x, h));
    const cNext = f.mul(c).add(f.oneMinus().mul(g));
    return { h: o.mul(tanh(cNext)), c: cNext };
  },
});
