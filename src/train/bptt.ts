// Backpropagation through time, cut: truncated with two lengths, and truncated at random places without bias.
import { UnrolledError } from '../errors.js';
import { concat } from '../autograd/ops.js';
import { noGrad } from '../autograd/tape.js';
import { detach, type RecurrentState } from '../nn/recurrent.js';
import { requireNumber } from '../range.js';
import type { Philox } from '../tensor/philox.js';
import { keep } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';

/** A network over a piece of a sequence: inputs [T, N, …] and the state before, to outputs [T, N, …] and the state after. */
export type SequenceFunction = (x: Tensor, state: RecurrentState | null) => { output: Tensor; state: RecurrentState };

/** The two lengths of truncated backpropagation through time, in steps. Both are 1 or more; no defaults. */
export interface TruncatedOptions {
  /** k1: after so many new steps there is a loss. */
  forwardSteps: number;
  /** k2: so many steps its gradient goes back. */
  backwardSteps: number;
}

/**
 * Truncated backpropagation through time with two lengths: BPTT(h; h') of Williams and Peng 1990. Each call takes the next k1
 * steps and returns their outputs; the gradient of a loss on them reaches k2 steps back, through steps of earlier calls,
 * which run again from a kept state. With k2 = k1 this is the ordinary truncation.
 *
 *     const bptt = new TruncatedBackpropagation(network, { forwardSteps: 16, backwardSteps: 64 });
 *     for (const { x, y } of sequentialBatches(corpus, { batchSize: 32, numSteps: 16 })) {
 *       const loss = crossEntropy(bptt.forward(x), y);
 *       loss.backward();
 *     }
 */
export class TruncatedBackpropagation {
  readonly #network: SequenceFunction;
  readonly #forwardSteps: number;
  readonly #backwardSteps: number;
  /** The last pieces of input, each with the state before it. */
  #pieces: { x: Tensor; before: RecurrentState | null }[] = [];
  #state: RecurrentState | null = null;

  constructor(network: SequenceFunction, { forwardSteps, backwardSteps }: TruncatedOptions) {
    for (const [name, value] of Object.entries({ forwardSteps, backwardSteps })) {
      requireNumber(name, value, { min: 1, whole: true }, 'both are numbers of steps');
    }
    this.#network = network;
    this.#forwardSteps = forwardSteps;
    this.#backwardSteps = backwardSteps;
  }

  /** The state after the last step so far; outside the tape. */
  get state(): RecurrentState | null {
    return this.#state;
  }

  /** Forgets everything: the next call begins a sequence. */
  reset(): void {
    for (const { x } of this.#pieces) x.dispose();
    this.#pieces = [];
    this.#state = null;
  }

  /** @param x [k1, N, …]; the last piece of a sequence may be shorter. Returns the outputs of these steps. Errors: SHAPE. */
  forward(x: Tensor): Tensor {
    const own = x.shape[0];
    if (x.rank < 2 || own < 1 || own > this.#forwardSteps) {
      throw new UnrolledError(
        'SHAPE',
        `expected 1 to ${this.#forwardSteps} steps, received ${own}`,
        'give at most forwardSteps steps per call',
      );
    }
    this.#pieces.push({ x: keep(x.detach()), before: this.#state });
    const most = Math.max(1, Math.ceil(this.#backwardSteps / this.#forwardSteps));
    while (this.#pieces.length > most) this.#pieces.shift()?.x.dispose();
    const [{ before }] = this.#pieces;
    const whole = this.#pieces.length === 1 ? x : concat(this.#pieces.map((piece) => piece.x));
    const steps = whole.shape[0];
    const without = Math.max(0, steps - this.#backwardSteps);
    let start = before;
    let ahead: Tensor | null = null;
    if (without > 0) {
      const run = noGrad(() => this.#network(whole.slice(0, 0, without), detach(before)));
      start = run.state;
      ahead = run.output;
    }
    const { output, state } = this.#network(without > 0 ? whole.slice(0, without, steps) : whole, detach(start));
    this.#state = detach(state);
    for (const layer of this.#state) for (const t of Object.values(layer)) keep(t);
    // Outputs of the new steps: the last ones, and where k2 < k1 some from before the cut.
    const recorded = steps - without;
    if (recorded >= own) return output.slice(0, recorded - own, recorded);
    return ahead === null ? output : concat([ahead.slice(0, steps - own, without), output]);
  }
}

/**
 * Factors for `gradientScale` of Recurrent.forward: the gradient passes from a step to the one before with probability `p`,
 * and is divided by it, so that its expectation is that of the whole sequence (Tallec and Ollivier, "Unbiasing truncated
 * backpropagation through time", 2017; Zhang et al., "Dive into deep learning", section 9.7.1.3).
 * @returns [steps]; the last is 1, since nothing comes after the last step
 * Errors: RANGE.
 */
export function randomizedTruncation(steps: number, p: number, rng: Philox): Float64Array {
  requireNumber('a number of steps', steps, { min: 0, whole: true }, 'give the length of the sequence');
  requireNumber('a probability', p, { above: 0, max: 1 }, '0.9 truncates after ten steps on average');
  return Float64Array.from({ length: steps }, (_, t) => (t === steps - 1 ? 1 : rng.uniform() < p ? 1 / p : 0));
}
