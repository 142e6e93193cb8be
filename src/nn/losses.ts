// Losses between predictions and targets of one shape; cross-entropy stands in autograd/rows.ts, CTC in ctc.ts. Each is one
// program over the elements and a sum.
import { UnrolledError } from '../errors.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import { expectObject, type Names, optionsOf, shownValue } from '../expect.js';
import { argument, elementwise, RESULT_GRADIENT } from '../autograd/elementwise.js';
import { reduceAxes } from '../autograd/movement.js';
import { mul, sum } from '../autograd/ops.js';
import { apply, constant, type Expr, uniform } from '../program/expr.js';
import { requireNumber } from '../range.js';
import { full } from '../tensor/create.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireBroadcast } from './broadcast.js';

/** `none` keeps one loss for each element (or sequence); a mean over nothing is 0. */
export type Reduction = 'mean' | 'sum' | 'none';

/** What all losses of this kind take. */
export interface LossOptions {
  /** What becomes of the losses of the elements; `mean` by default. */
  reduction?: Reduction;
}

const LOSS_NAMES: Names<LossOptions> = { reduction: true };

/** Errors: OPTION for an unknown reduction. */
export function reduceLoss(loss: Tensor, reduction: Reduction = 'mean'): Tensor {
  switch (reduction) {
    case 'none':
      return loss;
    case 'sum':
      return sum(loss);
    case 'mean':
      return mul(sum(loss), 1 / Math.max(loss.size, 1));
    default:
      reduction satisfies never;
      throw new UnrolledError(
        'OPTION',
        `expected a reduction of mean, sum or none, received ${shownValue(reduction)}`,
        'choose one of the three',
      );
  }
}

/** Errors: DTYPE, SHAPE for what are no numbers. */
function tensorsOf(prediction: TensorLike, target: TensorLike): [Tensor, Tensor] {
  const p = asTensor(prediction, 'the prediction');
  return [p, asTensor(target, 'the target', 'float32', p.device)];
}

function requireSameShape(prediction: Tensor, target: Tensor): void {
  if (sameShape(prediction.shape, target.shape)) return;
  throw new UnrolledError(
    'SHAPE',
    `expected a target of the shape of the prediction, ${formatShape(prediction.shape)}, received ${formatShape(target.shape)}`,
    'reshape or expand one of them: losses do not broadcast, since that hides mistakes',
  );
}

const [p, y] = [argument(0), argument(1)];
const g = RESULT_GRADIENT;
const bin =
  (op: 'add' | 'sub' | 'mul' | 'div' | 'max' | 'less') =>
  (a: Expr, b: Expr): Expr =>
    apply(op, a, b);
const [add, sub, times, div, max, less] = [bin('add'), bin('sub'), bin('mul'), bin('div'), bin('max'), bin('less')];
const [half, one] = [constant(0.5), constant(1)];
const difference = sub(p, y);
const distance = apply('abs', difference);

const squaredExpr = times(difference, difference);

/** Mean squared error: (p − y)². Errors: SHAPE. */
export function mse(given: TensorLike, wanted: TensorLike, options: LossOptions = {}): Tensor {
  const [prediction, target] = tensorsOf(given, wanted);
  const { reduction } = optionsOf(options, LOSS_NAMES, 'mse');
  requireSameShape(prediction, target);
  return reduceLoss(elementwise(squaredExpr, [prediction, target], { op: 'mse' }), reduction);
}

/** Mean absolute error, PyTorch's `l1_loss`: |p − y|, with gradient 0 where they are equal. Errors: SHAPE. */
export function mae(given: TensorLike, wanted: TensorLike, options: LossOptions = {}): Tensor {
  const [prediction, target] = tensorsOf(given, wanted);
  const { reduction } = optionsOf(options, LOSS_NAMES, 'mae');
  requireSameShape(prediction, target);
  return reduceLoss(elementwise(distance, [prediction, target], { op: 'mae' }), reduction);
}

const delta = uniform('delta');
const huberExpr = apply(
  'select',
  less(delta, distance),
  times(delta, sub(distance, times(half, delta))),
  times(half, squaredExpr),
);
const huberSlope = times(g, apply('min', max(difference, apply('neg', delta)), delta));
const huberGradients = [huberSlope, apply('neg', huberSlope)];

/** Options of `huber`. */
export interface HuberOptions extends LossOptions {
  /** Where the parabola ends; 1 by default. */
  delta?: number;
}

const HUBER_NAMES: Names<HuberOptions> = { ...LOSS_NAMES, delta: true };

/** ½ (p − y)² up to a distance of delta, then delta · (|p − y| − ½ delta) (Huber 1964). Errors: SHAPE, RANGE. */
export function huber(given: TensorLike, wanted: TensorLike, options: HuberOptions = {}): Tensor {
  const [prediction, target] = tensorsOf(given, wanted);
  requireSameShape(prediction, target);
  const { delta: bound = 1, reduction } = optionsOf(options, HUBER_NAMES, 'huber');
  requireNumber('a delta', bound, { above: 0 }, 'use mae in place of a delta of 0, mse in place of an infinite one');
  const uniforms = { delta: bound };
  const loss = elementwise(huberExpr, [prediction, target], { op: 'huber', uniforms, gradients: huberGradients });
  return reduceLoss(loss, reduction);
}

// For logits x = p: (1 − y) x + w · softplus(−x) with w = 1 + (weight − 1) y; argument 2 is the weight of the positives.
const weight = argument(2);
const softplusOfNegative = apply('softplus', apply('neg', p));
const rest = sub(one, y);
const bceExpr = add(times(rest, p), times(add(one, times(sub(weight, one), y)), softplusOfNegative));
const bceGradients = [
  times(g, sub(times(rest, apply('sigmoid', p)), times(times(weight, y), apply('sigmoid', apply('neg', p))))),
  times(g, sub(times(sub(weight, one), softplusOfNegative), p)),
  null,
];

/** Options of `bceWithLogits`. */
export interface BceOptions extends LossOptions {
  /** Weight of the positive term: a number, or a tensor that broadcasts to the logits; it gets no gradient. */
  posWeight?: number | TensorLike;
}

const BCE_NAMES: Names<BceOptions> = { ...LOSS_NAMES, posWeight: true };

/**
 * Binary cross-entropy of logits, stable for any size of them: −w y log σ(x) − (1 − y) log(1 − σ(x)).
 * @param given logits  @param wanted probabilities of the shape of the logits
 * Errors: SHAPE, RANGE for a negative posWeight.
 */
export function bceWithLogits(given: TensorLike, wanted: TensorLike, options: BceOptions = {}): Tensor {
  const [logits, target] = tensorsOf(given, wanted);
  requireSameShape(logits, target);
  const { posWeight = 1, reduction } = optionsOf(options, BCE_NAMES, 'bceWithLogits');
  if (typeof posWeight === 'number')
    requireNumber('posWeight', posWeight, { min: 0 }, 'the ratio of negatives to positives is usual');
  const weights =
    typeof posWeight === 'number' ? full([1], posWeight, { device: logits.device }) : asTensor(posWeight, 'posWeight');
  requireBroadcast(weights, logits.shape, 'a posWeight', 'give a number, or one weight for each class');
  const loss = elementwise(bceExpr, [logits, target, weights], { op: 'bceWithLogits', gradients: bceGradients });
  return reduceLoss(loss, reduction);
}

const [epsilon, offset] = [uniform('epsilon'), uniform('offset')];
// The variance or its logarithm; epsilon is in the same measure.
const width = max(argument(2), epsilon);
const precision = apply('exp', apply('neg', width));
const byVarianceExpr = add(times(half, add(apply('log', width), div(squaredExpr, width))), offset);
const byLogExpr = add(times(half, add(width, times(squaredExpr, precision))), offset);
const pull = (slope: Expr): Expr[] => [times(g, slope), apply('neg', times(g, slope))];
// The bound is outside the gradient, as in PyTorch: a variance that fell below it is still pulled up.
const byVarianceGradients = [
  ...pull(div(difference, width)),
  times(g, times(half, div(sub(one, div(squaredExpr, width)), width))),
];
const byLogGradients = [
  ...pull(times(difference, precision)),
  times(g, times(half, sub(one, times(squaredExpr, precision)))),
];

/** How wide the predicted distribution is: one of the two, of the shape of the mean or broadcasting to it. */
export type GaussianSpread =
  | {
      /** v, at least 0: an output under softplus, for instance. */
      variance: TensorLike;
    }
  | {
      /** log v, any number. */
      logVariance: TensorLike;
    };

/** Options of `gaussianNLL`. */
export interface GaussianOptions extends LossOptions {
  /** Adds the constant ½ log 2π. */
  full?: boolean;
  /** Smaller variances count as this one; 1e-6 by default. The gradient passes. */
  epsilon?: number;
}

const GAUSSIAN_NAMES: Names<GaussianOptions> = { ...LOSS_NAMES, full: true, epsilon: true };

/**
 * Negative log-likelihood of a normal distribution, without its constant: ½ (log v + (mean − y)² / v); PyTorch's
 * `GaussianNLLLoss` (Nix and Weigend 1994). A network that predicts the log variance needs no positive output.
 * Errors: SHAPE, RANGE for a negative variance.
 */
export function gaussianNLL(
  given: TensorLike,
  wanted: TensorLike,
  spread: GaussianSpread,
  options: GaussianOptions = {},
): Tensor {
  const [mean, target] = tensorsOf(given, wanted);
  requireSameShape(mean, target);
  const own = optionsOf(options, GAUSSIAN_NAMES, 'gaussianNLL');
  const { full: withConstant = false, epsilon: least = 1e-6, reduction } = own;
  expectObject(spread, 'the spread', 'give { variance } or { logVariance }');
  const isLog = 'logVariance' in spread;
  const width = asTensor(isLog ? spread.logVariance : spread.variance, isLog ? 'logVariance' : 'variance');
  requireBroadcast(width, mean.shape, isLog ? 'a logVariance' : 'a variance', 'one for each element, or [..., 1]');
  requireNumber('an epsilon', least, { above: 0 }, '1e-6 is usual');
  if (!isLog) requireNoNegative(width);
  const uniforms = { epsilon: isLog ? Math.log(least) : least, offset: withConstant ? 0.5 * Math.log(2 * Math.PI) : 0 };
  const loss = isLog
    ? elementwise(byLogExpr, [mean, target, width], { op: 'gaussianNLL', uniforms, gradients: byLogGradients })
    : elementwise(byVarianceExpr, [mean, target, width], {
        op: 'gaussianNLL',
        uniforms,
        gradients: byVarianceGradients,
      });
  return reduceLoss(loss, reduction);
}

const negated = apply('neg', p);

function requireNoNegative(given: Tensor): void {
  if (given.size === 0) return;
  const axes = given.shape.map((_, axis) => axis);
  const lowest = -reduceAxes(elementwise(negated, [given.detach()]), 'max', axes, []).item();
  if (lowest < 0) {
    throw new UnrolledError(
      'RANGE',
      `expected variances of 0 or more, received ${lowest}`,
      'take softplus of the output, or give { logVariance }',
    );
  }
}
