// Lengths of the sequences in a padded batch, and the masks that follow from them. Letters: N sequences of T steps.
import { UnrolledError } from '../errors.js';
import { expectNumbers, optionsOf } from '../expect.js';
import { requireNumber } from '../range.js';
import { fromData } from '../tensor/create.js';
import type { Device } from '../tensor/device.js';
import { Tensor } from '../tensor/tensor.js';

/** One whole number for each sequence of a batch: an array, or an int32 tensor [N]. */
export type Lengths = ArrayLike<number> | Tensor;

/**
 * The lengths as plain numbers. Errors: SHAPE where there is not one for each sequence, RANGE outside 0 … limit.
 * @param what for the message: `key lengths`
 */
export function readLengths(lengths: Lengths, count: number, limit: number, what: string): number[] {
  if (!(lengths instanceof Tensor)) expectNumbers(lengths, what, 'give one length for each sequence of the batch');
  const list = Array.from(lengths instanceof Tensor ? lengths.data() : lengths);
  if (list.length !== count) {
    throw new UnrolledError(
      'SHAPE',
      `expected ${count} ${what}, received ${list.length}`,
      'give one length for each sequence of the batch',
    );
  }
  const bad = list.findIndex((length) => !(Number.isInteger(length) && length >= 0 && length <= limit));
  if (bad >= 0) {
    throw new UnrolledError(
      'RANGE',
      `expected ${what} from 0 to ${limit}, received ${list[bad]} for sequence ${bad}`,
      'a length is the number of steps before the padding',
    );
  }
  return list;
}

/**
 * 1 for the steps before each sequence's length, 0 for padding: [N, steps]. Errors: RANGE.
 * @param steps T
 */
export function lengthMask(lengths: Lengths, steps: number, options: { device?: Device } = {}): Tensor {
  requireNumber('a number of steps', steps, { min: 0, whole: true }, 'give T, the length of the padded sequences');
  const count = lengths instanceof Tensor ? lengths.size : (lengths as ArrayLike<number> | undefined)?.length;
  const list = readLengths(lengths, count ?? 0, steps, 'lengths');
  const mask = new Float32Array(list.length * steps);
  list.forEach((length, n) => mask.fill(1, n * steps, n * steps + length));
  return fromData(mask, [list.length, steps], optionsOf(options, { device: true }, 'lengthMask'));
}
