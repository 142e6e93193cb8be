// Dive into Deep Learning, 10.2.4: the GRU from tensors, beside the library's layer.
import { GRUResetBefore } from 'unrolled';
import { experiment } from 'unrolled/reproduce';
import { learnFromScratch } from './parts/from-scratch.js';
import { gruNetwork } from './parts/gru-network.js';
import { scratchSettings } from '../shared/scratch.js';
import { d2l } from '../shared/books.js';
import { LETTERS } from '../shared/notations.js';
import { gruScratch as exercises } from './exercises/gates.js';
import text from './text/gru-from-scratch.js';

export default experiment({
  name: 'gru-from-scratch',
  source: d2l('10.2.4', '9.1.2'),
  needs: ['lstm-from-scratch'],
  text,
  exercises,
  settings: scratchSettings({ hidden: [256, 32], epochs: [500, 20] }),
  notations: [LETTERS.X, LETTERS.R, LETTERS.Z, LETTERS.Hcandidate, LETTERS.H, LETTERS.sigma],
  code: [
    'parts/gru-network.ts',
    'gru-from-scratch.ts',
    'parts/from-scratch.ts',
    '../shared/scratch.ts',
    '../shared/beside-layer.ts',
  ],
  datasets: ['timemachine'],
  minutes: 3,
  async run(context) {
    const { heading, formula, say, data } = context;
    heading('modelHeading');
    formula(
      String.raw`\begin{aligned}
        R_t &= \sigma(X_t W_{xr} + H_{t-1} W_{hr} + b_r) \\
        Z_t &= \sigma(X_t W_{xz} + H_{t-1} W_{hz} + b_z) \\
        \tilde H_t &= \tanh(X_t W_{xn} + (R_t \odot H_{t-1}) W_{hn} + b_n) \\
        H_t &= Z_t \odot H_{t-1} + (1 - Z_t) \odot \tilde H_t
      \end{aligned}`,
    );
    say('model');
    learnFromScratch(context, await data('timemachine'), {
      ...{ make: gruNetwork, cell: GRUResetBefore, products: 3, pytorch: 1.04, quick: 17.5 },
    });
  },
});
