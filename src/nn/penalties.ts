// Penalties added to a loss: on activations (AR and TAR) and on weights. Letters: T steps, N batch, H hidden.
import { UnrolledError } from '../errors.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import { type Names, optionsOf } from '../expect.js';
import { add, mean, mul, slice, square, sub, sum } from '../autograd/ops.js';
import { requireNumber } from '../range.js';
import { zeros } from '../tensor/create.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** Which of the two penalties of `activationPenalty` count, and how much. */
export interface ActivationPenaltyOptions {
  /** α: weight of the mean squared output; 2 in the paper. 0 by default. */
  ar?: number;
  /** β: weight of the mean squared change from step to step; 1 in the paper. 0 by default. */
  tar?: number;
  /** The output after dropout, which AR is about (TAR is about the output before); the same by default. */
  dropped?: TensorLike;
  /** The outputs are [N, T, H]. */
  batchFirst?: boolean;
}

const NAMES: Names<ActivationPenaltyOptions> = { ar: true, tar: true, dropped: true, batchFirst: true };

/**
 * α · mean(dropped²) + β · mean((h_t − h_{t−1})²) over all elements (Merity, Keskar and Socher 2017, section 4.7; means
 * as in the authors' program). One number; without two steps TAR is 0.
 * @param outputs of the last layer, [T, N, H]
 * Errors: SHAPE, RANGE for a negative weight.
 */
export function activationPenalty(outputs: TensorLike, options: ActivationPenaltyOptions): Tensor {
  const output = asTensor(outputs, 'the output');
  const {
    ar = 0,
    tar = 0,
    dropped: given = output,
    batchFirst = false,
  } = optionsOf(options, NAMES, 'activationPenalty');
  const dropped = asTensor(given, 'dropped');
  requireNumber('ar', ar, { min: 0 }, '2 is the value in the paper, 0 turns it off');
  requireNumber('tar', tar, { min: 0 }, '1 is the value in the paper, 0 turns it off');
  if (output.rank !== 3) {
    throw new UnrolledError(
      'SHAPE',
      `expected outputs of shape [T, N, H], received ${formatShape(output.shape)}`,
      'give the output of the recurrent layer at all steps',
    );
  }
  const axis = batchFirst ? 1 : 0;
  const steps = output.shape[axis];
  const terms: Tensor[] = [];
  if (ar !== 0 && dropped.size > 0) terms.push(mul(mean(square(dropped)), ar));
  if (tar !== 0 && steps > 1 && output.size > 0) {
    terms.push(mul(mean(square(sub(slice(output, axis, 1, steps), slice(output, axis, 0, steps - 1)))), tar));
  }
  return terms.length === 0 ? zeros([], { device: output.device }) : terms.reduce((a, b) => add(a, b));
}

/**
 * ½ λ Σ w² over all elements of the parameters. Its gradient is λ w: with plain SGD the same as its weight decay.
 * Errors: EMPTY without parameters, RANGE for a negative λ.
 */
export function l2Penalty(parameters: Iterable<Tensor>, lambda: number): Tensor {
  requireNumber('lambda', lambda, { min: 0 }, '1e-4 is usual, 0 turns it off');
  const terms = Array.from(parameters, (t) => sum(square(t)));
  if (terms.length === 0) {
    throw new UnrolledError('EMPTY', 'expected at least one parameter, received none', 'give model.parameters()');
  }
  return mul(
    terms.reduce((a, b) => add(a, b)),
    lambda / 2,
  );
}
