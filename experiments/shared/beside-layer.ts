// A network from tensors beside the library's layer of the same cell: the same weights and inputs, and how far they differ.
import { type Cell, concat, crossEntropy, noGrad, type Philox, randn, Recurrent, type Tensor } from 'unrolled';
import { type Network, type State, unroll } from './scratch.js';

/** The largest difference of two tensors, as a share of the largest value. */
function difference(a: Tensor, b: Tensor): number {
  return noGrad(() => a.sub(b).abs().max().item() / b.abs().max().item());
}

function gradientOf(t: Tensor): Tensor {
  if (!t.grad) throw new Error('expected a gradient');
  return t.grad;
}

/**
 * Gives the layer the network's weights and a random state, runs both on inputs [T, N, V], and follows the loss against
 * targets [T · N] back to every weight and to the state before the first step.
 * @returns relative differences: of the hidden states, of the gradients of the layer's parameters, of those of the first state
 */
export function besideLayer(network: Network, cell: Cell, inputs: Tensor, targets: Tensor, random: Philox) {
  const [, N, V] = inputs.shape;
  const { hiddenSize, blocks } = network;
  const layer = new Recurrent(cell, { inputSize: V, hiddenSize });
  const parameters = [...layer.namedParameters()];
  noGrad(() => parameters.forEach(([, own], k) => own.set(concat(blocks[k], -1).data())));
  const states = [network, layer].map(() => network.begin(N)) as [State, State];
  for (const name of Object.keys(states[0])) {
    const values = randn([N, hiddenSize], random);
    for (const state of states) {
      state[name] = values.clone();
      state[name].requiresGrad = true;
    }
  }

  const { hidden } = unroll(network, inputs, states[0]);
  crossEntropy(network.scores(hidden), targets).backward();
  const ours = blocks.map((side) => concat(side.map(gradientOf), -1).clone());
  for (const t of network.parameters) t.grad = null; // the second pass adds to the weights of the scores, too
  const { output } = layer.forward(inputs, { state: [states[1]] });
  const theirs = output.reshape(hidden.shape);
  crossEntropy(network.scores(theirs), targets).backward();

  const gradients = parameters.map(([name, own], k): [string, number] => [name, difference(ours[k], gradientOf(own))]);
  const first = Object.keys(states[0]).map((name): [string, number] => [
    name,
    difference(gradientOf(states[0][name]), gradientOf(states[1][name])),
  ]);
  return { hidden: difference(hidden, theirs), gradients: Object.fromEntries([...gradients, ...first]) };
}
