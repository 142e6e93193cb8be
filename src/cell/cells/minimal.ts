// minGRU and minLSTM: gates and candidates that do not see the state. Feng et al., "Were RNNs all we needed?", arXiv
// 2410.01201, 2024, sections 3.1 and 3.2. Trained by the scan here; they could also run in parallel over time.
import { defineCell } from '../defineCell.js';

/** A GRU whose gate and candidate do not see the state: no product in the time loop. Feng et al. 2024, section 3.1. */
export const MinGRU = defineCell({
  name: 'minGRU',
  state: ['h'],
  step({ x, h, linear, sigmoid }) {
    const z = sigmoid(linear('z', x));
    const n = linear('n', x);
    return { h: z.oneMinus().mul(h).add(z.mul(n)) };
  },
});

/** Forget and input gate divided by their sum, so that the scale of the state does not depend on time. */
export const MinLSTM = defineCell({
  name: 'minLSTM',
  state: ['h'],
  step({ x, h, linear, sigmoid }) {
    const f = sigmoid(linear('f', x));
    const i = sigmoid(linear('i', x));
    const n = linear('n', x);
    const sum = f.add(i);
    return { h: f.div(sum).mul(h).add(i.div(sum).mul(n)) };
  },
});
