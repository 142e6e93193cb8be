// Which elements of a parameter training leaves as they are: a mask beside the tensor. The tape leaves them out of gradients,
// optimizers out of updates.
import type { Tensor } from '../tensor/tensor.js';

const masks = new WeakMap<Tensor, Tensor>();

/** 1 for each frozen element, 0 for the others; broadcasts to the shape of the tensor. undefined where all are trained. */
export function frozenMask(t: Tensor): Tensor | undefined {
  return masks.get(t);
}

/** Takes the mask over and disposes of the one before; null trains all elements again. A gradient that is there stays. */
export function setFrozenMask(t: Tensor, mask: Tensor | null): void {
  masks.get(t)?.dispose();
  if (mask === null) masks.delete(t);
  else masks.set(t, mask);
}
