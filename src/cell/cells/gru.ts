// Gated recurrent units. Cho et al., "Learning phrase representations using RNN encoder–decoder", EMNLP 2014, eq. 5–8.
import { defineCell } from '../defineCell.js';

/** Reset after the product, as PyTorch and Keras (reset_after) compute it: one product with the state a step. */
export const GRU = defineCell({
  name: 'GRU',
  state: ['h'],
  step({ x, h, linear, sigmoid, tanh }) {
    const r = sigmoid(linear('r', x, h)); // reset gate
    const z = sigmoid(linear('z', x, h)); // update gate
    const n = tanh(linear('nx', x).add(r.mul(linear('nh', h)))).named('n'); // candidate
    return { h: n.add(z.mul(h.sub(n))) };
  },
});

/** Reset before the product, as in the paper: the candidate's product waits for the reset gate, so a step has two stages. */
export const GRUResetBefore = defineCell({
  name: 'GRU-reset-before',
  state: ['h'],
  step({ x, h, linear, sigmoid, tanh }) {
    const r = sigmoid(linear('r', x, h));
    const z = sigmoid(linear('z', x, h));
    const n = tanh(linear('n', x, r.mul(h)));
    return { h: n.add(z.mul(h.sub(n))) };
  },
});
