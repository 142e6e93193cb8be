// sLSTM of xLSTM: exponential gates with a normalizer and a stabilizer, and heads that do not see each other. Beck et al.,
// "xLSTM: extended long short-term memory", NeurIPS 2024, eq. 8–17.
import { defineCell } from '../defineCell.js';

/**
 * sLSTM of xLSTM: exponential gates, a normalizer and a stabilizer, and heads (`numHeads`) that do not see each other.
 * Beck et al. 2024, eq. 8–17.
 */
export const SLSTM = defineCell({
  name: 'sLSTM',
  state: ['h', 'c', 'n', 'm'],
  // Before the first step nothing is remembered: the stabilizer then follows the input gate alone.
  initialState: { m: -1e4 },
  initialBias: { f: 1 },
  step({ x, h, c, n, m, linear, perHead, tanh, sigmoid, exp, max, logSigmoid }) {
    const z = tanh(linear('z', x, perHead(h)));
    const o = sigmoid(linear('o', x, perHead(h)));
    const logI = linear('i', x, perHead(h)); // log of the input gate
    const logF = logSigmoid(linear('f', x, perHead(h))).named('logF'); // log of the forget gate
    const kept = logF.add(m);
    const mNext = max(kept, logI); // stabilizer, eq. 15
    const i = exp(logI.sub(mNext)).named('i'); // eq. 16
    const f = exp(kept.sub(mNext)).named('f'); // eq. 17
    const cNext = f.mul(c).add(i.mul(z));
    const nNext = f.mul(n).add(i); // normalizer
    return { h: o.mul(cNext).div(nNext), c: cNext, n: nNext, m: mNext };
  },
});
