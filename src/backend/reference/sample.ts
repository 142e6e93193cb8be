// Drawing the next index of a generation, from logits in memory.
import type { Ref, SamplePlaces, SampleSpec } from '../contract.js';
import { drawIndex } from '../drawIndex.js';
import { checkIndex, floats, integers } from './memory.js';

/** Errors: RANGE where no number is left, SHAPE, STATE, DTYPE. */
export function sample(spec: SampleSpec, logits: Ref, at: SamplePlaces): void {
  const values = floats(logits, 'the logits', [spec.cols, 1]);
  const draws = floats(at.draws, 'the random numbers', [at.count, 1]);
  const list = integers(at.list, 'the list of indices', [at.count, 1]);
  const position = integers(at.position, 'the position', [1, 1]);
  const token = integers(at.token, 'the index', [1, 1]);
  const next = position[at.position.offset];
  checkIndex(next, at.count, 'a position', 0);
  const drawn = drawIndex(
    values.subarray(logits.offset, logits.offset + spec.cols),
    spec,
    draws[at.draws.offset + next],
  );
  token[at.token.offset] = drawn;
  list[at.list.offset + next] = drawn;
  position[at.position.offset] = next + 1;
}
