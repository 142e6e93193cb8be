// Dive into Deep Learning, 10.1.2: the LSTM from tensors, beside the library's layer.
import { LSTM } from 'unrolled';
import { experiment } from 'unrolled/reproduce';
import { learnFromScratch } from './parts/from-scratch.js';
import { lstmNetwork } from './parts/lstm-network.js';
import { scratchSettings } from '../shared/scratch.js';
import { d2l } from '../shared/books.js';
import { LETTERS } from '../shared/notations.js';
import { lstmScratch as exercises } from './exercises/gates.js';
import text from './text/lstm-from-scratch.js';

export default experiment({
  name: 'lstm-from-scratch',
  source: d2l('10.1.2', '9.2.2'),
  needs: ['lstm-memory', 'rnn-from-scratch'],
  text,
  exercises,
  settings: scratchSettings({ hidden: [256, 32], epochs: [500, 20] }),
  notations: [LETTERS.X, LETTERS.I, LETTERS.F, LETTERS.Ogate, LETTERS.Ccandidate, LETTERS.C, LETTERS.H, LETTERS.sigma],
  code: [
    'parts/lstm-network.ts',
    'lstm-from-scratch.ts',
    'parts/from-scratch.ts',
    '../shared/scratch.ts',
    '../shared/beside-layer.ts',
  ],
  datasets: ['timemachine'],
  minutes: 4,
  async run(context) {
    const { heading, formula, say, data } = context;
    heading('modelHeading');
    formula(
      String.raw`\begin{aligned}
        I_t &= \sigma(X_t W_{xi} + H_{t-1} W_{hi} + b_i) \\
        F_t &= \sigma(X_t W_{xf} + H_{t-1} W_{hf} + b_f) \\
        O_t &= \sigma(X_t W_{xo} + H_{t-1} W_{ho} + b_o) \\
        \tilde C_t &= \tanh(X_t W_{xg} + H_{t-1} W_{hg} + b_g) \\
        C_t &= F_t \odot C_{t-1} + I_t \odot \tilde C_t \\
        H_t &= O_t \odot \tanh(C_t)
      \end{aligned}`,
    );
    say('model');
    learnFromScratch(context, await data('timemachine'), {
      ...{ make: lstmNetwork, cell: LSTM, products: 4, pytorch: 1.04, quick: 18 },
    });
  },
});
