// Sums and maxima over all paths of a linear chain, in log space: what a hidden Markov model and a conditional random field
// share. Letters: T steps, K states. A path s_1 … s_T has the score
//   start[s_1] + Σ_t steps[t, s_t] + Σ_t transition[s_t, s_(t+1)] + end[s_T]
// A score of −∞ forbids. All numbers are float64 on the host: K² of them for each step, and nothing may underflow.
import { UnrolledError } from '../errors.js';

export interface ChainOptions {
  /** [K]; 0 by default. */
  start?: ArrayLike<number>;
  /** [K]; 0 by default. */
  end?: ArrayLike<number>;
}

export interface ChainMarginals {
  /** log of the sum of exp(score) over all paths. */
  logPartition: number;
  /** Probability of each state at each step: [T, K]. Also the gradient of logPartition by the steps' scores. */
  states: Float64Array;
  /** Expected number of each transition: [K, K]. Also the gradient of logPartition by the transitions' scores. */
  transitions: Float64Array;
}

/** The best sequence of states of a chain, as Viterbi’s algorithm finds it. */
export interface BestPath {
  /** [T] */
  path: Int32Array;
  /** The sum of the scores along it: in a hidden Markov model the logarithm of its probability. */
  score: number;
}

/** The scores of transitions, start and end of a chain, made ready for sequences of any length. Not changed by its calls. */
export class LinearChain {
  readonly states: number;
  readonly #start: Float64Array;
  readonly #end: Float64Array;
  readonly #transition: Float64Array;
  readonly #ahead: LogMatrix;
  readonly #back: LogMatrix;

  /**
   * @param states K
   * @param transition [K, K], row by row: from each state to all states
   * Errors: SHAPE; RANGE for a score that is NaN or +∞.
   */
  constructor(states: number, transition: ArrayLike<number>, { start, end }: ChainOptions = {}) {
    this.states = states;
    this.#transition = scoresOf('transition scores', transition, states * states);
    this.#start = start === undefined ? new Float64Array(states) : scoresOf('start scores', start, states);
    this.#end = end === undefined ? new Float64Array(states) : scoresOf('end scores', end, states);
    this.#ahead = new LogMatrix(states, this.#transition);
    this.#back = new LogMatrix(states, transposed(states, this.#transition));
  }

  /**
   * α[t, j]: log of the sum over all paths that end in state j at step t, its own score included.
   * @param steps [T, K], T ≥ 1
   * Errors: SHAPE, RANGE.
   */
  forward(steps: Float64Array): Float64Array {
    const K = this.states;
    const T = this.#length(steps);
    const alpha = new Float64Array(T * K);
    for (let k = 0; k < K; k++) alpha[k] = this.#start[k] + steps[k];
    for (let t = 1; t < T; t++) {
      this.#ahead.multiply(alpha, (t - 1) * K, alpha, t * K);
      for (let at = t * K; at < (t + 1) * K; at++) alpha[at] += steps[at];
    }
    return alpha;
  }

  /** β[t, i]: log of the sum over all ways on from state i at step t, its own score left out: [T, K]. Errors: SHAPE, RANGE. */
  backward(steps: Float64Array): Float64Array {
    const K = this.states;
    const T = this.#length(steps);
    const beta = new Float64Array(T * K);
    const next = new Float64Array(K);
    beta.set(this.#end, (T - 1) * K);
    for (let t = T - 2; t >= 0; t--) {
      for (let k = 0; k < K; k++) next[k] = steps[(t + 1) * K + k] + beta[(t + 1) * K + k];
      this.#back.multiply(next, 0, beta, t * K);
    }
    return beta;
  }

  /** log of the sum of exp(score) over all paths; −∞ where every path is forbidden. Errors: SHAPE, RANGE. */
  logPartition(steps: Float64Array): number {
    return this.#total(this.forward(steps));
  }

  /** Errors: SHAPE; RANGE, also where every path is forbidden. */
  marginals(steps: Float64Array): ChainMarginals {
    const K = this.states;
    const alpha = this.forward(steps);
    const logPartition = this.#total(alpha);
    if (logPartition === -Infinity) throw noPath();
    const beta = this.backward(steps);
    const states = new Float64Array(alpha.length);
    for (let at = 0; at < states.length; at++) states[at] = Math.exp(alpha[at] + beta[at] - logPartition);
    // ξ_t(i, j) = exp(α[t, i] + transition[i, j] + steps[t + 1, j] + β[t + 1, j] − logPartition): an outer product of two
    // vectors, whose sum over t is multiplied by exp(transition) once.
    const outer = new Float64Array(K * K);
    const exact = new Float64Array(K * K);
    const into = new Float64Array(K);
    const right = new Float64Array(K);
    const largest = maxOf(this.#transition, 0, K * K);
    for (let t = 0; t < alpha.length / K - 1; t++) {
      for (let j = 0; j < K; j++) into[j] = steps[(t + 1) * K + j] + beta[(t + 1) * K + j];
      const mostFrom = maxOf(alpha, t * K, K);
      const mostInto = maxOf(into, 0, K);
      const scale = mostFrom + mostInto + largest - logPartition;
      if (scale > SAFE_EXPONENT) {
        this.#addTransitions(exact, alpha, t * K, into, logPartition);
        continue;
      }
      for (let j = 0; j < K; j++) right[j] = Math.exp(into[j] - mostInto);
      for (let i = 0; i < K; i++) {
        const left = Math.exp(alpha[t * K + i] - mostFrom + scale);
        if (left === 0) continue;
        for (let j = 0; j < K; j++) outer[i * K + j] += left * right[j];
      }
    }
    const transitions = outer.map((sum, at) => sum * Math.exp(this.#transition[at] - largest) + exact[at]);
    return { logPartition, states, transitions };
  }

  /** The path of the highest score (Viterbi 1967); of equal ones the one with the lower states from its end. Errors: SHAPE; RANGE, also where every path is forbidden. */
  best(steps: Float64Array): BestPath {
    const K = this.states;
    const T = this.#length(steps);
    const from = new Int32Array(T * K);
    let delta = this.#start.map((score, k) => score + steps[k]);
    for (let t = 1; t < T; t++) {
      const next = new Float64Array(K).fill(-Infinity);
      for (let i = 0; i < K; i++) {
        for (let j = 0; j < K; j++) {
          const score = delta[i] + this.#transition[i * K + j];
          if (score > next[j]) {
            next[j] = score;
            from[t * K + j] = i;
          }
        }
      }
      for (let j = 0; j < K; j++) next[j] += steps[t * K + j];
      delta = next;
    }
    const ends = delta.map((score, k) => score + this.#end[k]);
    const score = maxOf(ends, 0, K);
    if (score === -Infinity) throw noPath();
    const path = new Int32Array(T);
    path[T - 1] = ends.indexOf(score);
    for (let t = T - 1; t > 0; t--) path[t - 1] = from[t * K + path[t]];
    return { path, score };
  }

  /** The score of one path. @param path [T] Errors: SHAPE, RANGE. */
  score(steps: Float64Array, path: ArrayLike<number>): number {
    const K = this.states;
    const T = this.#length(steps);
    if (path.length !== T) throw wrongSize('states of the path', T, path.length);
    let score = 0;
    for (let t = 0; t < T; t++) {
      const state = path[t];
      if (!(Number.isInteger(state) && state >= 0 && state < K)) {
        throw new UnrolledError(
          'RANGE',
          `expected states from 0 to ${K - 1}, received ${state} at step ${t}`,
          'a path holds the index of a state for each step',
        );
      }
      score += steps[t * K + state] + (t === 0 ? this.#start[state] : this.#transition[path[t - 1] * K + state]);
    }
    return score + this.#end[path[T - 1]];
  }

  #total(alpha: Float64Array): number {
    const K = this.states;
    const last = alpha.slice(alpha.length - K);
    return logSumExp(last.map((a, k) => a + this.#end[k]));
  }

  /** T. */
  #length(steps: Float64Array): number {
    const K = this.states;
    const T = Math.floor(steps.length / K);
    if (T === 0 || steps.length !== T * K) {
      throw new UnrolledError(
        'SHAPE',
        `expected scores [T, ${K}] of one step or more, received ${steps.length} numbers`,
        'give a score for each state at each step',
      );
    }
    checkScores('step scores', steps);
    return T;
  }

  /** Step by step where the outer product could overflow. */
  #addTransitions(to: Float64Array, alpha: Float64Array, at: number, into: Float64Array, logPartition: number): void {
    const K = this.states;
    for (let i = 0; i < K; i++) {
      for (let j = 0; j < K; j++) {
        to[i * K + j] += Math.exp(alpha[at + i] + this.#transition[i * K + j] + into[j] - logPartition);
      }
    }
  }
}

/** exp of it, times numbers that underflowed (below 1e-308), is still nothing. */
const SAFE_EXPONENT = 600;
/** A sum below it may have lost terms that underflowed; above it they are nothing. */
const SAFE_SUM = 1e-280;

/** log(exp(v) · exp(M)) with a multiplication and an addition for each element of M, not an exponential. */
class LogMatrix {
  readonly #size: number;
  readonly #scores: Float64Array;
  readonly #columnMax: Float64Array;
  /** exp(M − columnMax): [K, K] */
  readonly #scaled: Float64Array;
  readonly #sums: Float64Array;

  constructor(size: number, scores: Float64Array) {
    this.#size = size;
    this.#scores = scores;
    const columnMax = new Float64Array(size).fill(-Infinity);
    scores.forEach((score, at) => (columnMax[at % size] = Math.max(columnMax[at % size], score)));
    this.#columnMax = columnMax;
    this.#scaled = scores.map((score, at) => (score === -Infinity ? 0 : Math.exp(score - columnMax[at % size])));
    this.#sums = new Float64Array(size);
  }

  /** out[j] = log Σ_i exp(v[i] + M[i, j]), with v and out from given places on; they may be one array. */
  multiply(v: Float64Array, at: number, out: Float64Array, outAt: number): void {
    const K = this.#size;
    const most = maxOf(v, at, K);
    if (most === -Infinity) {
      out.fill(-Infinity, outAt, outAt + K);
      return;
    }
    const sums = this.#sums.fill(0);
    const scaled = this.#scaled;
    for (let i = 0; i < K; i++) {
      const weight = Math.exp(v[at + i] - most);
      if (weight === 0) continue;
      for (let j = 0; j < K; j++) sums[j] += weight * scaled[i * K + j];
    }
    for (let j = 0; j < K; j++) {
      out[outAt + j] = sums[j] > SAFE_SUM ? most + this.#columnMax[j] + Math.log(sums[j]) : this.#exactly(v, at, j);
    }
  }

  #exactly(v: Float64Array, at: number, j: number): number {
    const K = this.#size;
    if (this.#columnMax[j] === -Infinity) return -Infinity;
    return logSumExp(Float64Array.from({ length: K }, (_, i) => v[at + i] + this.#scores[i * K + j]));
  }
}

/** log Σ exp(values), without overflow; −∞ over none. */
export function logSumExp(values: Float64Array): number {
  const most = maxOf(values, 0, values.length);
  if (!Number.isFinite(most)) return most;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i] - most);
  return most + Math.log(sum);
}

function maxOf(values: Float64Array, at: number, count: number): number {
  let most = -Infinity;
  for (let i = at; i < at + count; i++) if (values[i] > most) most = values[i];
  return most;
}

function transposed(size: number, matrix: Float64Array): Float64Array {
  return matrix.map((_, at) => matrix[(at % size) * size + Math.floor(at / size)]);
}

function scoresOf(what: string, given: ArrayLike<number>, size: number): Float64Array {
  if (given.length !== size) throw wrongSize(what, size, given.length);
  const scores = Float64Array.from(given);
  checkScores(what, scores);
  return scores;
}

function checkScores(what: string, scores: Float64Array): void {
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] < Infinity) continue;
    throw new UnrolledError(
      'RANGE',
      `expected finite ${what} or −∞, received ${scores[i]} at ${i}`,
      'look for a logarithm of a negative number, or a training that diverged',
    );
  }
}

function wrongSize(what: string, expected: number, received: number): UnrolledError {
  return new UnrolledError('SHAPE', `expected ${expected} ${what}, received ${received}`, 'check the number of states');
}

function noPath(): UnrolledError {
  return new UnrolledError(
    'RANGE',
    'expected a sequence that some path can produce, received one that every path forbids',
    'a step that no state can emit, or a state without a transition: give it a small probability',
  );
}
