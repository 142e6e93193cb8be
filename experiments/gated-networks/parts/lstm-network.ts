// The LSTM from tensors: three gates and a candidate, each a product with the input, one with the state, and a bias.
import { type Tensor, zeros } from 'unrolled';
import { type Draw, type GatedNetwork, noBias, trainable } from '../../shared/scratch.js';

/** V tokens, H hidden units. Parameters are drawn in the order in which they stand here. */
export function lstmNetwork(V: number, H: number, weight: Draw, bias: Draw = noBias): GatedNetwork {
  const three = (): [Tensor, Tensor, Tensor] => [weight(V, H), weight(H, H), bias(H)];
  const [Wxi, Whi, bi] = three(); // input gate
  const [Wxf, Whf, bf] = three(); // forget gate
  const [Wxo, Who, bo] = three(); // output gate
  const [Wxg, Whg, bg] = three(); // candidate
  const [Whq, bq] = [weight(H, V), bias(V)]; // scores

  /** Of one step, all [N, H], between 0 and 1. */
  const gates = (x: Tensor, h: Tensor) => ({
    i: x.matmul(Wxi).add(h.matmul(Whi)).add(bi).sigmoid(),
    f: x.matmul(Wxf).add(h.matmul(Whf)).add(bf).sigmoid(),
    o: x.matmul(Wxo).add(h.matmul(Who)).add(bo).sigmoid(),
  });

  return {
    parameters: trainable([Wxi, Whi, bi, Wxf, Whf, bf, Wxo, Who, bo, Wxg, Whg, bg, Whq, bq]),
    vocabularySize: V,
    hiddenSize: H,
    begin: (N) => ({ h: zeros([N, H]), c: zeros([N, H]) }),
    gates,
    step(x, { h, c }) {
      const { i, f, o } = gates(x, h);
      const candidate = x.matmul(Wxg).add(h.matmul(Whg)).add(bg).tanh();
      const memory = f.mul(c).add(i.mul(candidate));
      return { h: o.mul(memory.tanh()), c: memory };
    },
    scores: (h) => h.matmul(Whq).add(bq),
    /** The layer keeps the weights of the input, those of the state, and the biases. */
    blocks: [
      [Wxi, Wxf, Wxg, Wxo],
      [Whi, Whf, Whg, Who],
      [bi, bf, bg, bo],
    ],
  };
}
