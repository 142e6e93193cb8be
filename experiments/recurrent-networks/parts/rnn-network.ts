// The recurrent network from tensors: five parameters, and one line for the step.
import { zeros } from 'unrolled';
import { type Draw, type Network, noBias, trainable } from '../../shared/scratch.js';

/** V tokens, H hidden units. Parameters are drawn in the order in which they stand here. */
export function rnnNetwork(V: number, H: number, weight: Draw, bias: Draw = noBias) {
  const Wxh = weight(V, H);
  const Whh = weight(H, H);
  const bh = bias(H);
  const Whq = weight(H, V);
  const bq = bias(V);
  return {
    Wxh,
    Whh,
    bh,
    Whq,
    bq,
    parameters: trainable([Wxh, Whh, bh, Whq, bq]),
    vocabularySize: V,
    hiddenSize: H,
    begin: (N) => ({ h: zeros([N, H]) }),
    step: (x, { h }) => ({ h: x.matmul(Wxh).add(h.matmul(Whh)).add(bh).tanh() }),
    scores: (h) => h.matmul(Whq).add(bq),
    blocks: [[Wxh], [Whh], [bh]],
  } satisfies Network & Record<string, unknown>;
}
