// The three recursions of a hidden Markov model in log space, and the sum that they save (Rabiner 1989, section III).
// Letters: K states, T steps; x_t is a symbol, z_t the state that emitted it.
import type { HiddenMarkovModel } from 'unrolled';

const { log, exp } = Math;
export const list = <V>(length: number, item: (i: number) => V): V[] => Array.from({ length }, (_, i) => item(i));
export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const largest = (values: readonly number[]): number => Math.max(...values);
/** The largest of all. */
export const difference = (a: readonly number[], b: readonly number[]): number =>
  largest(a.map((v, i) => Math.abs(v - b[i])));

/** log Σ exp(v), where exp(v) itself would be 0. */
export function logSumExp(v: readonly number[]): number {
  const most = largest(v);
  return most === -Infinity ? most : most + log(sum(v.map((value) => exp(value - most))));
}

/** log α_t(j) = log b_j(x_t) + log Σ_i α_(t−1)(i) a_ij, from log α_1(j) = log π_j + log b_j(x_1). */
export function forward(
  { states: K, initial, transition, emission }: HiddenMarkovModel,
  x: ArrayLike<number>,
): number[][] {
  const alpha: number[][] = [];
  for (let t = 0; t < x.length; t++) {
    const arrive = (j: number): number =>
      t === 0 ? log(initial[j]) : logSumExp(list(K, (i) => alpha[t - 1][i] + log(transition[i][j])));
    alpha.push(list(K, (j) => arrive(j) + log(emission[j][x[t]])));
  }
  return alpha;
}

/** log β_t(i) = log Σ_j a_ij b_j(x_(t+1)) β_(t+1)(j), from log β_T(i) = 0. */
export function backward({ states: K, transition, emission }: HiddenMarkovModel, x: ArrayLike<number>): number[][] {
  let beta = [list(K, () => 0)];
  for (let t = x.length - 2; t >= 0; t--) {
    const [after] = beta;
    const leave = (i: number): number =>
      logSumExp(list(K, (j) => log(transition[i][j]) + log(emission[j][x[t + 1]]) + after[j]));
    beta = [list(K, leave), ...beta];
  }
  return beta;
}

/** The forward recursion with a maximum in place of the sum, which remembers where each maximum came from. */
export function viterbi(
  { states: K, initial, transition, emission }: HiddenMarkovModel,
  x: ArrayLike<number>,
): number[] {
  let delta = list(K, (j) => log(initial[j]) + log(emission[j][x[0]]));
  const from: number[][] = [];
  for (let t = 1; t < x.length; t++) {
    const arrive = list(K, (j) => list(K, (i) => delta[i] + log(transition[i][j])));
    from.push(arrive.map((scores) => scores.indexOf(largest(scores))));
    delta = arrive.map((scores, j) => largest(scores) + log(emission[j][x[t]]));
  }
  const path = [delta.indexOf(largest(delta))];
  for (let t = from.length - 1; t >= 0; t--) path.unshift(from[t][path[0]]);
  return path;
}

/** All K^T paths, each with log P(x, path): what the recursions avoid. */
export function enumerate({ states: K, initial, transition, emission }: HiddenMarkovModel, x: ArrayLike<number>) {
  return list(K ** x.length, (n) => {
    const path = list(x.length, (t) => Math.floor(n / K ** t) % K);
    const step = (z: number, t: number): number =>
      (t === 0 ? initial[z] : transition[path[t - 1]][z]) * emission[z][x[t]];
    return { path, score: sum(path.map((z, t) => log(step(z, t)))) };
  });
}
