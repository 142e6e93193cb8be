// A cell for tests that uses what the built-in ones do not.
import { defineCell } from './defineCell.js';

/** Sizes of its own, two norms of different widths, heads beside a full product, a vector, a number, a product of a product. */
export const Rich = defineCell({
  name: 'Rich',
  sizes: ['projection', 'small'],
  state: { h: 'projection', c: 'hidden', s: 'small' },
  initialState: { s: 0.5 },
  step({ x, h, c, s, linear, perHead, vector, scalar, layerNorm, mean, sigmoid, tanh, softplus, silu, min }) {
    const [a, b] = layerNorm('pair', [linear('a', x, perHead(c)), linear('b', h, s, c, { size: 'small' })]);
    const f = sigmoid(a.add(vector('p').mul(c)));
    const deep = linear('deep', linear('first', x, { bias: false }));
    const cNext = f
      .mul(c)
      .add(f.oneMinus().mul(silu(deep)))
      .sub(mean(c).mul(scalar('k', { init: 0.5 })));
    const sNext = tanh(b.add(layerNorm('own', s))).named('narrow');
    const out = linear('out', softplus(cNext), sNext, { size: 'projection' });
    return { h: min(out, 0.9).mul(mean(cNext.mul(cNext)).add(1)), c: cNext, s: sNext };
  },
});
