// A conditional random field over the states of a sequence (Lafferty, McCallum and Pereira 2001): scores of each state at each
// step from a network, and learned scores of neighbours, so that a path is judged as a whole.
// Letters: T steps, N batch, K states. The sums over paths run on the host in float64 (chain.ts).
import { UnrolledError } from '../errors.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import { mul } from '../autograd/ops.js';
import { isRecording, record } from '../autograd/tape.js';
import { fromData } from '../tensor/create.js';
import { Philox } from '../tensor/philox.js';
import type { HostArray } from '../tensor/device.js';
import { atOnce, inTurn, type Reading, requireAnswers } from '../tensor/readAll.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type BestPath, LinearChain } from './chain.js';
import { constantInit } from './initializers.js';
import { checkSizes } from './layers.js';
import { type Lengths, readLengths } from './lengths.js';
import { Module, parameter } from './module.js';

/**
 * log P(s_1 … s_T | scores) = start[s_1] + Σ_t scores[t, s_t] + Σ_t transition[s_t, s_(t+1)] + end[s_T] − log Z.
 *
 *     const crf = new LinearChainCRF(tags.length);
 *     crf.loss(decoder.forward(output), gold, lengths).backward();
 *     const [{ path }] = crf.decode(scores, lengths);
 */
export class LinearChainCRF extends Module {
  /** K */
  readonly states: number;
  /** [K, K], from each state to all states; every neighbour is as good as the other at first. */
  readonly transition: Tensor;
  /** [K] */
  readonly start: Tensor;
  /** [K] */
  readonly end: Tensor;

  /** @param states K. Errors: RANGE. */
  constructor(states: number) {
    super();
    checkSizes({ states });
    const make = (name: string, shape: number[]): Tensor =>
      this.addParameter(name, parameter(shape, constantInit(0), new Philox(0), `${name} of a random field`), {
        axes: shape.map(() => 'classes'),
        blocks: [],
      });
    this.states = states;
    this.transition = make('transition', [states, states]);
    this.start = make('start', [states]);
    this.end = make('end', [states]);
  }

  /**
   * −log P of the given paths, in nats a step: their sum over the batch by the steps that count; 0 where none does.
   * Scores that are not finite give NaN, for the training loop to report.
   * @param given [T, N, K]  @param gold int32 [T, N]; what follows a sequence's length is not read  @param lengths [N], 0 allowed
   * Errors: SHAPE, DTYPE; RANGE for a state that is none, or a length above T.
   */
  loss(given: TensorLike, gold: TensorLike, lengths: Lengths): Tensor {
    requireAnswers('a loss of a random field', 'await crf.lossAsync(scores, gold, lengths)');
    return atOnce(this.readLoss(given, gold, lengths));
  }

  /** The same on every backend. */
  lossAsync(given: TensorLike, gold: TensorLike, lengths: Lengths): Promise<Tensor> {
    return inTurn(this.readLoss(given, gold, lengths));
  }

  /** What `loss` gives, for whoever reads. @internal */
  *readLoss(given: TensorLike, gold: TensorLike, lengths: Lengths): Reading<Tensor> {
    const scores = asTensor(given, 'the scores');
    const path = asTensor(gold, 'the paths', 'int32', scores.device);
    const own = this.#lengths(scores, lengths);
    checkPath(scores, path);
    const [K, N] = [this.states, own.length];
    const inputs = [scores, this.transition, this.start, this.end];
    // Asked before anything waits: the tape may have been put aside by then.
    const isRecorded = isRecording(inputs);
    const values: HostArray[] = [];
    for (const t of inputs) values.push(yield t);
    const states = yield path;
    const gradients = isRecorded ? values.map(({ length }) => new Float64Array(length)) : null;
    const steps = own.reduce((sum, length) => sum + length, 0);
    let total = 0;
    if (values.every(isFinite)) {
      const chain = chainOf(K, values);
      own.forEach((length, n) => {
        if (length === 0) return;
        const own = Int32Array.from({ length }, (_, t) => states[t * N + n]);
        const sequence = stepsOf(values[0], K, N, n, length);
        total -= chain.score(sequence, own);
        total += gradients ? addGradients(gradients, chain, sequence, own, n, N) : chain.logPartition(sequence);
      });
    } else {
      total = NaN;
      gradients?.forEach((gradient) => gradient.fill(NaN));
    }
    const share = 1 / Math.max(steps, 1);
    const { device } = scores;
    const loss = fromData([total * share], [], { device });
    if (gradients === null) return loss;
    const units = gradients.map((gradient, i) => fromData(gradient, inputs[i].shape, { device }));
    record({
      op: 'crfLoss',
      inputs,
      outputs: [loss],
      backward([g], needed) {
        if (g === null) return units.map(() => null);
        const scale = mul(g, share);
        return units.map((unit, i) => (needed[i] ? mul(unit, scale) : null));
      },
      release: () => {
        for (const unit of units) unit.dispose();
      },
    });
    return loss;
  }

  /** The most probable path of each sequence, outside the tape; an empty one for a length of 0. Errors: SHAPE, RANGE. */
  decode(scores: TensorLike, lengths: Lengths): BestPath[] {
    requireAnswers('the best paths', 'await crf.decodeAsync(scores, lengths)');
    return atOnce(this.readPaths(scores, lengths));
  }

  /** The same on every backend. */
  decodeAsync(scores: TensorLike, lengths: Lengths): Promise<BestPath[]> {
    return inTurn(this.readPaths(scores, lengths));
  }

  /** What `decode` gives, for whoever reads. @internal */
  readPaths(scores: TensorLike, lengths: Lengths): Reading<BestPath[]> {
    return this.#each(scores, lengths, (chain, steps) =>
      steps.length === 0 ? { path: new Int32Array(0), score: 0 } : chain.best(steps),
    );
  }

  /** The probability of each state at each step of each sequence, over all paths: N times [length, K]. Errors: SHAPE, RANGE. */
  marginals(scores: TensorLike, lengths: Lengths): Float64Array[] {
    requireAnswers('marginals', 'await crf.marginalsAsync(scores, lengths)');
    return atOnce(this.readMarginals(scores, lengths));
  }

  /** The same on every backend. */
  marginalsAsync(scores: TensorLike, lengths: Lengths): Promise<Float64Array[]> {
    return inTurn(this.readMarginals(scores, lengths));
  }

  /** What `marginals` gives, for whoever reads. @internal */
  readMarginals(scores: TensorLike, lengths: Lengths): Reading<Float64Array[]> {
    return this.#each(scores, lengths, (chain, steps) => (steps.length === 0 ? steps : chain.marginals(steps).states));
  }

  *#each<R>(given: TensorLike, lengths: Lengths, visit: (chain: LinearChain, steps: Float64Array) => R): Reading<R[]> {
    const scores = asTensor(given, 'the scores');
    const own = this.#lengths(scores, lengths);
    const values: ArrayLike<number>[] = [];
    for (const t of [scores, this.transition, this.start, this.end]) values.push(yield t);
    const chain = chainOf(this.states, values);
    return own.map((length, n) => visit(chain, stepsOf(values[0], this.states, own.length, n, length)));
  }

  #lengths({ rank, shape }: Tensor, lengths: Lengths): number[] {
    if (rank !== 3 || shape[2] !== this.states) {
      throw new UnrolledError(
        'SHAPE',
        `expected scores [T, N, ${this.states}], received ${formatShape(shape)}`,
        'give a score for each state at each step, time first',
      );
    }
    return readLengths(lengths, shape[1], shape[0], 'lengths');
  }
}

/** In a loop of its own: these are all scores of a minibatch, and `every` costs as much as a step of the recursion. */
function isFinite(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

/** @param values of scores, transition, start and end */
function chainOf(states: number, [, transition, start, end]: readonly ArrayLike<number>[]): LinearChain {
  return new LinearChain(states, transition, { start, end });
}

/** The scores [length, K] of sequence n out of [T, N, K]. */
function stepsOf(scores: ArrayLike<number>, K: number, N: number, n: number, length: number): Float64Array {
  const steps = new Float64Array(length * K);
  for (let t = 0; t < length; t++) {
    for (let k = 0; k < K; k++) steps[t * K + k] = scores[(t * N + n) * K + k];
  }
  return steps;
}

/** Adds what a sequence expects less what its path has: the gradient of −log P. Returns log Z. */
function addGradients(
  [scores, transition, start, end]: readonly Float64Array[],
  chain: LinearChain,
  steps: Float64Array,
  path: Int32Array,
  n: number,
  N: number,
): number {
  const K = chain.states;
  const T = path.length;
  const { states, transitions, logPartition } = chain.marginals(steps);
  for (let t = 0; t < T; t++) {
    states[t * K + path[t]]--;
    if (t > 0) transition[path[t - 1] * K + path[t]]--;
    scores.set(states.subarray(t * K, (t + 1) * K), (t * N + n) * K);
  }
  for (let at = 0; at < transitions.length; at++) transition[at] += transitions[at];
  for (let k = 0; k < K; k++) {
    start[k] += states[k];
    end[k] += states[(T - 1) * K + k];
  }
  return logPartition;
}

function checkPath({ shape: [T, N] }: Tensor, path: Tensor): void {
  if (path.rank !== 2 || path.shape[0] !== T || path.shape[1] !== N) {
    throw new UnrolledError(
      'SHAPE',
      `expected paths ${formatShape([T, N])}, received ${formatShape(path.shape)}`,
      'give a state for each step of each sequence, time first, padded to one length',
    );
  }
  if (path.dtype !== 'int32') {
    throw new UnrolledError('DTYPE', `expected int32 paths, received ${path.dtype}`, 'make them from an Int32Array');
  }
}
