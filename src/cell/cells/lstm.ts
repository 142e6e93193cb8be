// Long short-term memory. Hochreiter and Schmidhuber 1997; forget gate of Gers, Schmidhuber and Cummins, "Learning to
// forget", Neural Computation 12, 2000. Equations as in PyTorch's nn.LSTM.
import { defineCell } from '../defineCell.js';

/**
 * Input, forget and output gates around a memory c that passes by one product and one sum. Equations and gates as in
 * PyTorch’s `nn.LSTM`; Hochreiter and Schmidhuber 1997, forget gate of Gers et al. 2000.
 */
export const LSTM = defineCell({
  name: 'LSTM',
  state: ['h', 'c'],
  step({ x, h, c, linear, sigmoid, tanh }) {
    const i = sigmoid(linear('i', x, h)); // input gate
    const f = sigmoid(linear('f', x, h)); // forget gate
    const g = tanh(linear('g', x, h)); // candidate
    const o = sigmoid(linear('o', x, h)); // output gate
    const cNext = f.mul(c).add(i.mul(g));
    return { h: o.mul(tanh(cNext)), c: cNext };
  },
});
