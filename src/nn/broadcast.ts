// A check that several operations share: an operand that may only be spread over a given shape, never widen it.
import { UnrolledError } from '../errors.js';
import { formatShape, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * Errors: SHAPE where `t` does not broadcast to exactly `shape`.
 * @param what for the message: `a mask`
 */
export function requireBroadcast(t: Tensor, shape: Shape, what: string, help: string): void {
  const lead = shape.length - t.rank;
  if (lead >= 0 && t.shape.every((n, axis) => n === 1 || n === shape[lead + axis])) return;
  throw new UnrolledError(
    'SHAPE',
    `expected ${what} that broadcasts to ${formatShape(shape)}, received ${formatShape(t.shape)}`,
    help,
  );
}
