// LSTM with projection: the state that is multiplied is smaller than the memory. Sak, Senior and Beaufays, "Long short-term
// memory recurrent neural network architectures for large scale acoustic modeling", Interspeech 2014, eq. 7–13; as nn.LSTM
// with proj_size. `projSize` of Recurrent sets the size.
import { defineCell } from '../defineCell.js';

/**
 * LSTM whose output h is a smaller projection of its memory: `projSize` of `Recurrent`, as `nn.LSTM(proj_size=…)`. Sak,
 * Senior and Beaufays 2014, eq. 7–13.
 */
export const ProjectionLSTM = defineCell({
  name: 'LSTM-projection',
  sizes: ['projection'],
  state: { h: 'projection', c: 'hidden' },
  step({ x, h, c, linear, sigmoid, tanh }) {
    const i = sigmoid(linear('i', x, h));
    const f = sigmoid(linear('f', x, h));
    const g = tanh(linear('g', x, h));
    const o = sigmoid(linear('o', x, h));
    const cNext = f.mul(c).add(i.mul(g));
    return { h: linear('r', o.mul(tanh(cNext)), { size: 'projection', bias: false }), c: cNext };
  },
});
