// Simple recurrent unit: no product with a state, so that all products run at once. Lei, Zhang, Wang, Dai and Artzi, "Simple
// recurrent units for highly parallelizable recurrence", EMNLP 2018, eq. 1–4. The highway passes x·W, as the authors' code
// does where the sizes of input and state differ.
import { defineCell } from '../defineCell.js';

/**
 * Simple recurrent unit: gates see the memory only element by element, so all
 * products run at once. Lei et al. 2018.
 */
export const SRU = defineCell({
  name: 'SRU',
  state: { c: 'hidden', h: 'hidden' },
  output: 'h',
  step({ x, c, linear, vector, sigmoid }) {
    const f = sigmoid(linear('f', x).add(vector('v_f').mul(c))).named('f'); // forget gate, eq. 1
    const cNext = f.mul(c).add(f.oneMinus().mul(linear('w', x, { bias: false }))); // eq. 2
    const r = sigmoid(linear('r', x).add(vector('v_r').mul(c))); // reset gate, eq. 3
    const highway = linear('x', x, { bias: false });
    return { c: cNext, h: r.named('r').mul(cNext).add(r.oneMinus().mul(highway)) }; // eq. 4
  },
});
