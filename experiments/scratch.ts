// A recurrent network from tensors only: one-hot vectors, parameters, the step, prediction, training with clipped gradients.
import { clipGradNorm, concat, type Corpus, crossEntropy, fromData, gatherRows, gradNorm, noGrad, randomBatches, scope, sequentialBatches, SGD, type Tensor, zeros } from 'unrolled'; // prettier-ignore

export const BATCH = 32; // N
export const STEPS = 35; // T

export type Draw = (...shape: number[]) => Tensor;

/** W_xh [V, H], W_hh [H, H], b_h [H], W_hq [H, V], b_q [V]: drawn as they are given; biases are 0 by default. */
export function makeParameters(V: number, H: number, weight: Draw, bias: Draw = (...shape) => zeros(shape)) {
  const p = { wxh: weight(V, H), whh: weight(H, H), bh: bias(H), whq: weight(H, V), bq: bias(V) };
  for (const parameter of Object.values(p)) parameter.requiresGrad = true;
  return p;
}
export type Parameters = ReturnType<typeof makeParameters>;

/** A token is a row of the identity matrix: tokens [T, N] become vectors [T, N, V]. */
export function oneHot(tokens: Tensor, V: number): Tensor {
  const identity = Float32Array.from({ length: V * V }, (_, i) => (i % (V + 1) === 0 ? 1 : 0));
  return gatherRows(fromData(identity, [V, V]), tokens);
}

export const initialState = (N: number, H: number): Tensor => zeros([N, H]);

/** The network: for each step its input x [N, V] and the state h [N, H] give the next state, and that gives the scores [N, V]. */
export function rnn(tokens: Tensor, h: Tensor, p: Parameters): { scores: Tensor; h: Tensor } {
  const [T, N] = tokens.shape;
  const V = p.bq.size;
  const inputs = oneHot(tokens, V);
  const states: Tensor[] = [];
  for (let t = 0; t < T; t++) {
    const x = inputs.slice(0, t, t + 1).reshape([N, V]);
    h = x.matmul(p.wxh).add(h.matmul(p.whh)).add(p.bh).tanh();
    states.push(h);
  }
  // The scores do not wait for each other: one product for all steps.
  return { scores: concat(states).matmul(p.whq).add(p.bq), h }; // [T · N, V]
}

/** Reads the prefix (the warm-up: only the state counts), then goes on with its own most probable characters. */
export function predict(prefix: string, length: number, p: Parameters, corpus: Corpus): string {
  const V = p.bq.size;
  let token = 0;
  let h = initialState(1, p.bh.size);
  const read = (next: number): void => {
    const out = scope(() => noGrad(() => rnn(fromData(Int32Array.of(next), [1, 1]), h, p)));
    const scores = out.scores.data();
    token = 0;
    for (let v = 1; v < V; v++) if (scores[v] > scores[token]) token = v;
    h.dispose();
    h = out.h;
  };
  for (const character of prefix) read(corpus.vocabulary.index(character));
  let result = prefix;
  for (let i = 0; i < length; i++) {
    result += corpus.vocabulary.token(token);
    read(token);
  }
  return result;
}

export interface Training {
  sampling: 'sequential' | 'random';
  epochs: number;
  /** θ; Infinity does not clip. */
  clip: number;
  seed: number;
  afterEpoch?(epoch: number, perplexity: number): void;
}

/** Perplexity of each epoch, loss and norm of the gradient of each batch, losses by place in the window. Ends where it diverges. */
export function train(p: Parameters, tokens: Int32Array, { sampling, epochs, clip, seed, afterEpoch }: Training) {
  const parameters = Object.values(p);
  const optimizer = new SGD(parameters, 1);
  const batches = sampling === 'random' ? randomBatches : sequentialBatches;
  const perplexities: number[] = [];
  const losses: number[] = [];
  const norms: number[] = [];
  let places = new Float64Array(STEPS); // of the last epoch
  for (let epoch = 0; epoch < epochs; epoch++) {
    let count = 0;
    places = new Float64Array(STEPS);
    scope(() => {
      let h = initialState(BATCH, p.bh.size);
      for (const { x, y } of batches(tokens, { batchSize: BATCH, numSteps: STEPS, seed, epoch })) {
        // A batch goes on where the last one ended in the text only where the sampling is sequential.
        if (sampling === 'random') h = initialState(BATCH, p.bh.size);
        const before = h;
        h = scope(() => {
          const out = rnn(x, before, p);
          const each = crossEntropy(out.scores, y.reshape([-1]), { reduction: 'none' }); // [T · N]
          const loss = each.mean();
          optimizer.zeroGrad();
          loss.backward();
          norms.push(clip === Infinity ? gradNorm(parameters) : clipGradNorm(parameters, clip));
          optimizer.step();
          losses.push(loss.item());
          each.data().forEach((value, i) => (places[Math.floor(i / BATCH)] += value / BATCH));
          return out.h.detach(); // without its history: the gradient ends here
        });
        count++;
      }
    });
    places = places.map((sum) => sum / count);
    const perplexity = Math.exp(places.reduce((sum, loss) => sum + loss, 0) / STEPS);
    perplexities.push(perplexity);
    afterEpoch?.(epoch + 1, perplexity);
    if (!(perplexity <= 1e6)) break;
  }
  return { perplexities, losses, norms, places };
}
