// Cells with layer normalization. Ba, Kiros and Hinton, "Layer normalization", arXiv 1607.06450, 2016.
import { defineCell } from '../defineCell.js';

/** Eq. 20–22 of the paper: the products of input and state are normalized over all gates together, the cell state by itself. */
export const LayerNormLSTM = defineCell({
  name: 'LSTM-layer-norm',
  state: ['h', 'c'],
  step({ x, h, c, linear, layerNorm, sigmoid, tanh }) {
    const gates = ['i', 'f', 'g', 'o'];
    const fromX = layerNorm(
      'norm_x',
      gates.map((gate) => linear(`x${gate}`, x, { bias: false })),
    );
    const fromH = layerNorm(
      'norm_h',
      gates.map((gate) => linear(`h${gate}`, h, { bias: false })),
    );
    const [zi, zf, zg, zo] = fromX.map((z, k) => z.add(fromH[k]));
    const i = sigmoid(zi).named('i');
    const f = sigmoid(zf).named('f');
    const g = tanh(zg).named('g');
    const o = sigmoid(zo).named('o');
    const cNext = f.mul(c).add(i.mul(g));
    return { h: o.mul(tanh(layerNorm('norm_c', cNext))), c: cNext };
  },
});

/** The supplement's GRU: r and z are normalized together, the candidate's two products each by itself, and r multiplies the
 *  second, so the reset comes after the product. */
export const LayerNormGRU = defineCell({
  name: 'GRU-layer-norm',
  state: ['h'],
  step({ x, h, linear, layerNorm, sigmoid, tanh }) {
    const gates = ['r', 'z'];
    const [xr, xz] = layerNorm(
      'norm_x',
      gates.map((gate) => linear(`x${gate}`, x, { bias: false })),
    );
    const [hr, hz] = layerNorm(
      'norm_h',
      gates.map((gate) => linear(`h${gate}`, h, { bias: false })),
    );
    const r = sigmoid(xr.add(hr)).named('r');
    const z = sigmoid(xz.add(hz)).named('z');
    const xn = layerNorm('norm_xn', linear('xn', x, { bias: false }));
    const hn = layerNorm('norm_hn', linear('hn', h, { bias: false }));
    const n = tanh(xn.add(r.mul(hn))).named('n');
    return { h: h.add(z.mul(n.sub(h))) };
  },
});
