// The simple recurrent network: h' = φ(x·W_x + h·W_h + b). Elman, "Finding structure in time", Cognitive Science 14, 1990.
import { defineCell } from '../defineCell.js';

/** The simple recurrent network: h′ = tanh(x·W_x + h·W_h + b). Elman 1990. */
export const RNN = defineCell({
  name: 'RNN',
  state: ['h'],
  step: ({ x, h, linear, tanh }) => ({ h: tanh(linear('h', x, h)) }),
});

/** With relu; Le, Jaitly and Hinton 2015 start its recurrent weights at the identity. */
export const RNNReLU = defineCell({
  name: 'RNN-ReLU',
  state: ['h'],
  step: ({ x, h, linear, relu }) => ({ h: relu(linear('h', x, h)) }),
});

/** Without a nonlinearity: what gradients do through time is then the power of one matrix. */
export const RNNIdentity = defineCell({
  name: 'RNN-identity',
  state: ['h'],
  step: ({ x, h, linear }) => ({ h: linear('h', x, h) }),
});
