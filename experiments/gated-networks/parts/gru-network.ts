// The GRU from tensors, as the paper and the book write it: the reset gate acts on the state before its product.
import { type Tensor, zeros } from 'unrolled';
import { type Draw, type GatedNetwork, noBias, trainable } from '../../shared/scratch.js';

/** V tokens, H hidden units. Parameters are drawn in the order in which they stand here. */
export function gruNetwork(V: number, H: number, weight: Draw, bias: Draw = noBias): GatedNetwork {
  const three = (): [Tensor, Tensor, Tensor] => [weight(V, H), weight(H, H), bias(H)];
  const [Wxz, Whz, bz] = three(); // update gate
  const [Wxr, Whr, br] = three(); // reset gate
  const [Wxn, Whn, bn] = three(); // candidate
  const [Whq, bq] = [weight(H, V), bias(V)]; // scores

  /** Of one step, all [N, H], between 0 and 1. */
  const gates = (x: Tensor, h: Tensor) => ({
    z: x.matmul(Wxz).add(h.matmul(Whz)).add(bz).sigmoid(),
    r: x.matmul(Wxr).add(h.matmul(Whr)).add(br).sigmoid(),
  });

  return {
    parameters: trainable([Wxz, Whz, bz, Wxr, Whr, br, Wxn, Whn, bn, Whq, bq]),
    vocabularySize: V,
    hiddenSize: H,
    begin: (N) => ({ h: zeros([N, H]) }),
    gates,
    step(x, { h }) {
      const { z, r } = gates(x, h);
      const candidate = x.matmul(Wxn).add(r.mul(h).matmul(Whn)).add(bn).tanh();
      return { h: z.mul(h).add(z.neg().add(1).mul(candidate)) }; // z ⊙ h + (1 − z) ⊙ candidate
    },
    scores: (h) => h.matmul(Whq).add(bq),
    /** The layer keeps the weights of the input, those of the state, those of the reset state, and the biases. */
    blocks: [[Wxr, Wxz, Wxn], [Whr, Whz], [Whn], [br, bz, bn]],
  };
}
