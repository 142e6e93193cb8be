// How much the network and the linear part of a classifier count: logits = a · network + b · linear, with a and b fitted on the validation
// rows. Letters: N rows, K classes, O outputs (1 for two classes, else K).

/** a and b. */
export type Mixture = readonly [network: number, linear: number];

/** Where nothing is known: a plain average. */
export const AVERAGE: Mixture = [0.5, 0.5];

/** What the squared distance from the average weighs against the loss of a row, so that a few rows cannot move it far. */
const SHRINK = 10;
const STEPS = 30;

/** The logits of both parts together. */
export function mixed([a, b]: Mixture, network: ArrayLike<number>, linear: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: network.length }, (_, i) => a * network[i] + b * linear[i]);
}

/** Probabilities [N, K] of logits [N, O]. */
export function probabilitiesOf(logits: ArrayLike<number>, classes: number): Float64Array {
  if (classes === 2) {
    const second = (i: number): number => 1 / (1 + Math.exp(-logits[i]));
    return Float64Array.from({ length: 2 * logits.length }, (_, i) =>
      i % 2 === 1 ? second(i >> 1) : 1 - second(i >> 1),
    );
  }
  const result = new Float64Array(logits.length);
  for (let at = 0; at < logits.length; at += classes) {
    let largest = -Infinity;
    for (let k = 0; k < classes; k++) largest = Math.max(largest, logits[at + k]);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += result[at + k] = Math.exp(logits[at + k] - largest);
    for (let k = 0; k < classes; k++) result[at + k] /= sum;
  }
  return result;
}

/**
 * Of classes that were each told from the others: the logarithm of each one's own probability, so that softmax gives these, divided by
 * their sum. Two classes have one logit, which stays.
 */
export function againstOthers(logits: Float64Array, classes: number): Float64Array {
  return classes === 2 ? logits : logits.map((z) => Math.min(0, z) - Math.log1p(Math.exp(-Math.abs(z))));
}

/**
 * The weights of both parts that give the rows the least loss, none below 0, pulled towards the average; by Newton's method, as the
 * problem is convex.
 * @param network logits [N, O]  @param linear the same  @param truth the class of each row  @param weights of the rows; 1 each
 */
export function fitMixture(
  network: ArrayLike<number>,
  linear: ArrayLike<number>,
  truth: ArrayLike<number>,
  classes: number,
  weights: ArrayLike<number> | null = null,
): Mixture {
  const problem = { network, linear, truth, classes, weights };
  const both = minimized(problem, AVERAGE, [true, true]);
  if (both[0] >= 0 && both[1] >= 0) return both;
  return both[0] < 0
    ? minimized(problem, [0, AVERAGE[1]], [false, true])
    : minimized(problem, [AVERAGE[0], 0], [true, false]);
}

interface Problem {
  network: ArrayLike<number>;
  linear: ArrayLike<number>;
  truth: ArrayLike<number>;
  classes: number;
  weights: ArrayLike<number> | null;
}

/** @param free which of the two may move */
function minimized(problem: Problem, from: Mixture, free: readonly [boolean, boolean]): Mixture {
  let at = from;
  let here = slopes(problem, at);
  for (let step = 0; step < STEPS; step++) {
    const [ga, gb] = [free[0] ? here.gradient[0] : 0, free[1] ? here.gradient[1] : 0];
    const [haa, hbb, hab] = [here.hessian[0], here.hessian[1], free[0] && free[1] ? here.hessian[2] : 0];
    const determinant = haa * hbb - hab * hab;
    const direction = [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant];
    if (Math.hypot(...direction) < 1e-9) break;
    let size = 1;
    let next: Mixture = at;
    let there = here;
    for (; size > 1e-4; size /= 2) {
      next = [at[0] - size * direction[0], at[1] - size * direction[1]];
      there = slopes(problem, next);
      if (there.value <= here.value) break;
    }
    if (there.value > here.value) break;
    at = next;
    here = there;
  }
  return at;
}

/** What is minimized, its gradient by a and b, its second derivatives aa, bb, ab. */
function slopes({ network, linear, truth, classes, weights }: Problem, mixture: Mixture) {
  const probabilities = probabilitiesOf(mixed(mixture, network, linear), classes);
  const [da, db] = [mixture[0] - AVERAGE[0], mixture[1] - AVERAGE[1]];
  let value = (SHRINK / 2) * (da * da + db * db);
  const gradient = [SHRINK * da, SHRINK * db];
  const hessian = [SHRINK, SHRINK, 0];
  const O = classes === 2 ? 1 : classes;
  for (let n = 0; n < truth.length; n++) {
    const weight = weights?.[n] ?? 1;
    value -= weight * Math.log(Math.max(probabilities[n * classes + truth[n]], 1e-30));
    let [ma, mb, saa, sbb, sab] = [0, 0, 0, 0, 0];
    for (let o = 0; o < O; o++) {
      const k = O === 1 ? 1 : o;
      const p = probabilities[n * classes + k];
      const [x, y] = [network[n * O + o], linear[n * O + o]];
      const error = weight * (p - (truth[n] === k ? 1 : 0));
      gradient[0] += error * x;
      gradient[1] += error * y;
      ma += p * x;
      mb += p * y;
      saa += p * x * x;
      sbb += p * y * y;
      sab += p * x * y;
    }
    hessian[0] += weight * (saa - ma * ma);
    hessian[1] += weight * (sbb - mb * mb);
    hessian[2] += weight * (sab - ma * mb);
  }
  return { value, gradient, hessian };
}
