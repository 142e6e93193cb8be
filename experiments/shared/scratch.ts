// What networks written from tensors share: one-hot vectors, the loop over time, prediction, clipping and gradient descent.
import { concat, crossEntropy, fromData, gatherRows, noGrad, scope, type Tensor, zeros } from 'unrolled';
import { randomBatches, sequentialBatches } from 'unrolled/data';
import type { Settings } from 'unrolled/reproduce';
import type { Corpus } from 'unrolled/text';

export const BATCH = 32; // N
export const STEPS = 35; // T

/** What can be set of a network from scratch; full and quick values. */
export function scratchSettings({ hidden, epochs }: Record<'hidden' | 'epochs', readonly [number, number]>) {
  return {
    hidden: { what: { en: 'hidden units', zh: '隐藏单元数' }, full: hidden[0], quick: hidden[1], most: 2048 },
    epochs: { what: { en: 'epochs', zh: '轮数' }, full: epochs[0], quick: epochs[1], least: 3, most: 10_000 },
  } as const satisfies Settings;
}

/** Draws the initial values of a parameter of this shape. */
export type Draw = (...shape: number[]) => Tensor;

/** Zeros, as the book starts its biases. */
export const noBias: Draw = (...shape) => zeros(shape);

/** What a network carries from one step to the next: h, and for an LSTM also c; each [N, H]. */
export type State = Record<string, Tensor>;

/** A recurrent network as its equations: the step, and the scores that are read from the hidden state. */
export interface Network {
  parameters: readonly Tensor[];
  /** V */
  vocabularySize: number;
  /** H */
  hiddenSize: number;
  /** The state before the first step: zeros. */
  begin(N: number): State;
  /** From the input x [N, V] and the state before to the state after. */
  step(x: Tensor, state: State): State;
  /** From hidden states [rows, H] to a score for each token [rows, V]. */
  scores(h: Tensor): Tensor;
  /** The library's layer keeps these side by side: for each of its parameters, those of the network from left to right. */
  blocks: readonly (readonly Tensor[])[];
}

/** A network with gates, which are of interest on their own. */
export interface GatedNetwork extends Network {
  /** From the input x [N, V] and the state h [N, H] to each gate [N, H], between 0 and 1. */
  gates(x: Tensor, h: Tensor): Record<string, Tensor>;
}

/**
 * Says of each that training will change it. A tensor is a constant otherwise: the operations on it are not recorded, and `backward`
 * has no gradient for it.
 */
export function trainable(parameters: readonly Tensor[]): readonly Tensor[] {
  for (const parameter of parameters) parameter.requiresGrad = true;
  return parameters;
}

/**
 * All gradients together are one long vector g; where its norm is larger than θ, it is shortened to θ: g ← min(1, θ / ‖g‖) g.
 * @returns the norm before
 */
export function clipGradients(parameters: readonly Tensor[], theta: number): number {
  let squares = 0;
  for (const { grad } of parameters) if (grad) squares += grad.square().sum().item();
  const norm = Math.sqrt(squares);
  if (norm > theta) {
    for (const parameter of parameters) if (parameter.grad) parameter.grad = parameter.grad.mul(theta / norm);
  }
  return norm;
}

/** Gradient descent: each parameter moves against its gradient, and the gradient is forgotten. */
export function sgd(parameters: readonly Tensor[], learningRate: number): void {
  for (const parameter of parameters) {
    if (!parameter.grad) continue;
    parameter.set(parameter.sub(parameter.grad.mul(learningRate)).data());
    parameter.grad = null;
  }
}

/** A token is a row of the identity matrix: tokens [T, N] become vectors [T, N, V]. */
export function oneHot(tokens: Tensor, V: number): Tensor {
  const identity = Float32Array.from({ length: V * V }, (_, i) => (i % (V + 1) === 0 ? 1 : 0));
  return gatherRows(fromData(identity, [V, V]), tokens);
}

/** The loop over time: inputs [T, N, V] to the hidden states of all steps [T · N, H], and the state after the last. */
export function unroll(network: Network, inputs: Tensor, state: State): { hidden: Tensor; state: State } {
  const [T, N, V] = inputs.shape;
  const hidden: Tensor[] = [];
  for (let t = 0; t < T; t++) {
    const x = inputs.slice(0, t, t + 1).reshape([N, V]);
    state = network.step(x, state);
    hidden.push(state.h);
  }
  return { hidden: concat(hidden), state };
}

/** Tokens [T, N] to scores [T · N, V]. These do not wait for each other: one product for all steps. */
export function read(network: Network, tokens: Tensor, before: State): { scores: Tensor; state: State } {
  const { hidden, state } = unroll(network, oneHot(tokens, network.vocabularySize), before);
  return { scores: network.scores(hidden), state };
}

/** Reads the prefix (the warm-up: only the state counts), then goes on with its own most probable characters. */
export function predict(prefix: string, length: number, network: Network, { vocabulary }: Corpus): string {
  let token = 0;
  let state = network.begin(1);
  const next = (character: number): void => {
    const tokens = fromData(Int32Array.of(character), [1, 1]);
    const out = scope(() => noGrad(() => read(network, tokens, state)));
    const scores = Array.from(out.scores.data());
    token = scores.indexOf(Math.max(...scores));
    for (const value of Object.values(state)) value.dispose();
    state = out.state;
  };
  for (const character of prefix) next(vocabulary.index(character));
  let result = prefix;
  for (let i = 0; i < length; i++) {
    result += vocabulary.token(token);
    next(token);
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
export function train(network: Network, tokens: Int32Array, { sampling, epochs, clip, seed, afterEpoch }: Training) {
  const { parameters } = network;
  const batches = sampling === 'random' ? randomBatches : sequentialBatches;
  const perplexities: number[] = [];
  const losses: number[] = [];
  const norms: number[] = [];
  let places = new Float64Array(STEPS); // of the last epoch
  for (let epoch = 0; epoch < epochs; epoch++) {
    let count = 0;
    places = new Float64Array(STEPS);
    scope(() => {
      let state = network.begin(BATCH);
      for (const { x, y } of batches(tokens, { batchSize: BATCH, numSteps: STEPS, seed, epoch })) {
        // A batch goes on where the last one ended in the text only where the sampling is sequential.
        const before = sampling === 'random' ? network.begin(BATCH) : state;
        state = scope(() => {
          const out = read(network, x, before);
          const each = crossEntropy(out.scores, y.reshape([-1]), { reduction: 'none' }); // [T · N]
          const loss = each.mean();
          loss.backward();
          noGrad(() => {
            norms.push(clipGradients(parameters, clip));
            sgd(parameters, 1);
          });
          losses.push(loss.item());
          each.data().forEach((value, i) => (places[Math.floor(i / BATCH)] += value / BATCH));
          // Without its history: the gradient ends here.
          return Object.fromEntries(Object.entries(out.state).map(([name, value]) => [name, value.detach()]));
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
