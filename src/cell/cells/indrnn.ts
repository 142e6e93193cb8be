// Independently recurrent network: each element of the state sees only itself, so there is no recurrent product. Li et al.,
// "Independently recurrent neural network (IndRNN)", CVPR 2018, eq. 2.
import { defineCell } from '../defineCell.js';

/**
 * h′ = relu(x·W + b + u ⊙ h): each unit sees only its own past, so there is no product with the state. Li et al. 2018,
 * eq. 2.
 */
export const IndRNN = defineCell({
  name: 'IndRNN',
  state: ['h'],
  step: ({ x, h, linear, vector, relu }) => ({ h: relu(linear('h', x).add(vector('u').mul(h))) }),
});
