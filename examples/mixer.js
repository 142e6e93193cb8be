// A recurrent cell of one's own, in one file: see docs/cells.md. No import is needed; `step` gets what it computes with.
//   node bin/unrolled.js train lm moby-dick --cell ./examples/mixer.js --minutes 1
export default {
  name: 'Mixer',
  state: ['h'],
  step({ x, h, linear, layerNorm, sigmoid, tanh }) {
    const z = sigmoid(linear('z', x, h)); // how much of the state is replaced
    const n = tanh(layerNorm('norm', linear('n', x, z.mul(h)))).named('candidate'); // by what
    return { h: h.add(z.mul(n.sub(h))) };
  },
};
