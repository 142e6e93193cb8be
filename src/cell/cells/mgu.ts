// Minimal gated unit: one gate resets and updates. Zhou, Wu, Zhang and Zhou, "Minimal gated unit for recurrent neural
// networks", International Journal of Automation and Computing 13, 2016, eq. 8–10.
import { defineCell } from '../defineCell.js';

/** Minimal gated unit: a GRU whose one gate resets and updates. Zhou et al. 2016, eq. 8–10. */
export const MGU = defineCell({
  name: 'MGU',
  state: ['h'],
  step({ x, h, linear, sigmoid, tanh }) {
    const f = sigmoid(linear('f', x, h));
    const n = tanh(linear('n', x, f.mul(h)));
    return { h: f.oneMinus().mul(h).add(f.mul(n)) };
  },
});
