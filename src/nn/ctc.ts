// Connectionist temporal classification (Graves, Fernández, Gomez and Schmidhuber 2006): the loss of a sequence of labels
// without an alignment. Letters: T steps, N batch, C classes with the blank, S labels.
// The recursions run on the host in float64: a few numbers for each step and label, and nothing for a kernel to gain.
import { UnrolledError } from '../errors.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import { type Names, optionsOf, shownValue } from '../expect.js';
import { mul } from '../autograd/ops.js';
import { alias, isRecording, record } from '../autograd/tape.js';
import { fromData } from '../tensor/create.js';
import { atOnce, inTurn, type Reading, requireAnswers } from '../tensor/readAll.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Lengths, readLengths } from './lengths.js';
import { reduceLoss, type Reduction } from './losses.js';

/** Lengths, the blank, and what becomes of the losses of a batch. */
export interface CtcOptions {
  /** Steps of each sequence, N numbers; T by default. */
  inputLengths?: Lengths;
  /** Labels of each sequence, N numbers; S by default. */
  targetLengths?: Lengths;
  /** The class that stands for no label; 0 by default. */
  blank?: number;
  /** `mean` divides each loss by its number of labels (1 at least) first, then takes the mean over the batch. */
  reduction?: Reduction;
  /** A loss that is infinite counts as 0, without gradient, in place of an error or Infinity. */
  zeroInfinity?: boolean;
}

const NAMES: Names<CtcOptions> = {
  ...{ inputLengths: true, targetLengths: true, blank: true, reduction: true, zeroInfinity: true },
};

/**
 * −log of the probability of the labels, summed over all their alignments with the steps.
 *
 * The gradient is the one for `logProbs`; PyTorch returns there what is right only below a logSoftmax. The gradients of the
 * logits, below a logSoftmax, are the same.
 * @param predicted [T, N, C] from logSoftmax
 * @param wanted int32 [N, S]; what follows a sequence's length is not read
 * Errors: SHAPE, DTYPE; RANGE for a label that is no class or is the blank, or a length above T or S; TOO_SHORT where the
 * steps are fewer than the labels need (one for each label and one between equal neighbours), unless `zeroInfinity`.
 */
export function ctcLoss(predicted: TensorLike, wanted: TensorLike, given: CtcOptions = {}): Tensor {
  requireAnswers('ctcLoss', 'await ctcLossAsync(…)');
  return atOnce(readLoss(predicted, wanted, given));
}

/** The same on every backend. */
export function ctcLossAsync(...[predicted, wanted, given = {}]: Parameters<typeof ctcLoss>): Promise<Tensor> {
  return inTurn(readLoss(predicted, wanted, given));
}

function* readLoss(predicted: TensorLike, wanted: TensorLike, given: CtcOptions): Reading<Tensor> {
  const logProbs = asTensor(predicted, 'the log-probabilities');
  const targets = asTensor(wanted, 'the targets', 'int32', logProbs.device);
  const options = optionsOf(given, NAMES, 'ctcLoss');
  const { blank = 0, reduction = 'mean', zeroInfinity = false } = options;
  checkInputs(logProbs, targets, blank);
  const [T, N, C] = logProbs.shape;
  const S = targets.shape[1];
  const inputLengths = readLengths(options.inputLengths ?? new Array<number>(N).fill(T), N, T, 'input lengths');
  const targetLengths = readLengths(options.targetLengths ?? new Array<number>(N).fill(S), N, S, 'target lengths');
  // Asked before anything waits: the tape may have been put aside by then.
  const isRecorded = isRecording([logProbs]);
  const all = yield targets;
  const labels = targetLengths.map((length, n) => Array.from(all.slice(n * S, n * S + length)));
  labels.forEach((own, n) => {
    checkLabels(own, n, C, blank);
    if (!zeroInfinity) checkSteps(own, n, inputLengths[n]);
  });

  const scores = yield logProbs;
  const gradient = isRecorded ? new Float64Array(T * N * C) : null;
  const losses = labels.map((own, n) => {
    const at = (t: number, c: number): number => (t * N + n) * C + c;
    const loss = alignments(scores, at, inputLengths[n], own, blank, gradient);
    if (Number.isFinite(loss)) return loss;
    const ignored = zeroInfinity && loss === Infinity;
    for (let t = 0; t < inputLengths[n]; t++) gradient?.fill(ignored ? 0 : NaN, at(t, 0), at(t, C));
    return ignored ? 0 : loss;
  });
  const device = logProbs.device;
  const loss = fromData(losses, [N], { device });
  if (gradient !== null) {
    const unit = fromData(gradient, logProbs.shape, { device });
    record({
      op: 'ctcLoss',
      inputs: [logProbs],
      outputs: [loss],
      backward: ([g]) => [g && mul(unit, alias(g, [N, 1]))],
      release: () => {
        unit.dispose();
      },
    });
  }
  if (reduction !== 'mean') return reduceLoss(loss, reduction);
  const perLabel = fromData(
    targetLengths.map((length) => 1 / Math.max(length, 1)),
    [N],
    { device },
  );
  return reduceLoss(mul(loss, perLabel), 'mean');
}

function logAdd(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return low === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
}

/**
 * The loss of one sequence, and its gradient −(expected uses of each class at each step) into `gradient`, whose other
 * elements are 0. With blanks around the labels, place s of 2S + 1 may be reached from s, s − 1, and from s − 2 where the
 * label there is another one (section 4.1, eqs. 5 to 13; in logarithms).
 * @param at index of step t and class c in `scores` and `gradient`
 */
function alignments(
  scores: ArrayLike<number>,
  at: (t: number, c: number) => number,
  steps: number,
  labels: readonly number[],
  blank: number,
  gradient: Float64Array | null,
): number {
  const places = 2 * labels.length + 1;
  const classOf = Array.from({ length: places }, (_, s) => (s % 2 === 0 ? blank : labels[(s - 1) / 2]));
  const maySkipTo = classOf.map((c, s) => s >= 2 && c !== blank && c !== classOf[s - 2]);
  // No steps: one alignment of no labels, none of some.
  if (steps === 0) return labels.length === 0 ? 0 : Infinity;

  /** alpha[t · places + s]: all ways to be at s after step t. */
  const alpha = new Float64Array(steps * places).fill(-Infinity);
  for (let s = 0; s < Math.min(2, places); s++) alpha[s] = scores[at(0, classOf[s])];
  for (let t = 1; t < steps; t++) {
    const [now, before] = [t * places, (t - 1) * places];
    for (let s = 0; s < places; s++) {
      let ways = alpha[before + s];
      if (s >= 1) ways = logAdd(ways, alpha[before + s - 1]);
      if (maySkipTo[s]) ways = logAdd(ways, alpha[before + s - 2]);
      alpha[now + s] = ways + scores[at(t, classOf[s])];
    }
  }
  const last = (steps - 1) * places;
  const total = places === 1 ? alpha[last] : logAdd(alpha[last + places - 1], alpha[last + places - 2]);
  if (gradient === null || !Number.isFinite(total)) return -total;

  /** beta[s]: all ways from s after step t to the end. */
  let beta = new Float64Array(places).fill(-Infinity);
  for (let s = Math.max(0, places - 2); s < places; s++) beta[s] = 0;
  for (let t = steps - 1; t >= 0; t--) {
    for (let s = 0; s < places; s++) {
      gradient[at(t, classOf[s])] -= Math.exp(alpha[t * places + s] + beta[s] - total);
    }
    if (t === 0) break;
    const next = beta.map((ways, s) => ways + scores[at(t, classOf[s])]);
    beta = next.map((stay, s) => {
      let ways = stay;
      if (s + 1 < places) ways = logAdd(ways, next[s + 1]);
      if (maySkipTo[s + 2]) ways = logAdd(ways, next[s + 2]);
      return ways;
    });
  }
  return -total;
}

function checkInputs(logProbs: Tensor, targets: Tensor, blank: number): void {
  if (logProbs.rank !== 3 || targets.rank !== 2 || targets.shape[0] !== logProbs.shape[1]) {
    throw new UnrolledError(
      'SHAPE',
      `expected logProbs [T, N, C] and targets [N, S], received ${formatShape(logProbs.shape)} and ${formatShape(targets.shape)}`,
      'logProbs are time first; pad the targets to one length and give targetLengths',
    );
  }
  if (targets.dtype !== 'int32') {
    throw new UnrolledError(
      'DTYPE',
      `expected int32 targets, received ${targets.dtype}`,
      'make them from an Int32Array',
    );
  }
  const classes = logProbs.shape[2];
  if (!(Number.isInteger(blank) && blank >= 0 && blank < classes)) {
    throw new UnrolledError(
      'RANGE',
      `expected a blank from 0 to ${classes - 1}, received ${shownValue(blank)}`,
      'the blank is one of the classes',
    );
  }
}

function checkLabels(labels: readonly number[], n: number, classes: number, blank: number): void {
  const bad = labels.findIndex((label) => label < 0 || label >= classes || label === blank);
  if (bad < 0) return;
  throw new UnrolledError(
    'RANGE',
    `expected labels from 0 to ${classes - 1} except the blank ${blank}, received ${labels[bad]} at index ${bad} of sequence ${n}`,
    'use another index for the label, or give targetLengths if this is padding',
  );
}

function checkSteps(labels: readonly number[], n: number, steps: number): void {
  const needed = labels.length + labels.filter((label, i) => i > 0 && label === labels[i - 1]).length;
  if (steps >= needed) return;
  throw new UnrolledError(
    'TOO_SHORT',
    `expected ${needed} steps or more for the ${labels.length} labels of sequence ${n}, received ${steps}: its loss is infinite`,
    'leave the sequence out, or give { zeroInfinity: true }',
  );
}
