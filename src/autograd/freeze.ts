// Freezing elements of a parameter.
import { apply, constant, type Expr } from '../program/expr.js';
import type { Tensor } from '../tensor/tensor.js';
import { argument, type ElementwiseOptions, updateInPlace } from './elementwise.js';
import { frozenMask, setFrozenMask } from './frozen.js';

const cleared = apply('select', argument(1), constant(0), argument(0));

/** Zeroes the frozen elements of a gradient in place, whatever they are: NaN and infinity too. */
export function clearFrozen(gradient: Tensor, mask: Tensor): void {
  updateInPlace([{ tensor: gradient, value: cleared }], [gradient, mask]);
}

/**
 * Training leaves these elements as they are: they have no gradient (so that they do not count in its norm either), and an
 * optimizer changes neither them nor their moments.
 * @param mask 1 for each of them, 0 for the others; broadcasts to the tensor, which takes it over. null trains all again.
 */
export function freezeElements(t: Tensor, mask: Tensor | null): void {
  setFrozenMask(t, mask);
  if (mask !== null && t.grad !== null) clearFrozen(t.grad, mask);
}

/** `updateInPlace` that leaves the frozen elements of `t` as they are, in all targets, which have its shape. */
export function updateUnfrozen(
  t: Tensor,
  targets: readonly { tensor: Tensor; value: Expr }[],
  inputs: readonly Tensor[],
  options: ElementwiseOptions = {},
): void {
  const mask = frozenMask(t);
  if (mask === undefined) {
    updateInPlace(targets, inputs, options);
    return;
  }
  const frozen = argument(inputs.length);
  const kept = targets.map(({ tensor, value }) => ({
    tensor,
    value: apply('select', frozen, argument(inputs.indexOf(tensor)), value),
  }));
  updateInPlace(kept, [...inputs, mask], options);
}
