// Drawing the next index of a generation, from logits in memory.
import type { Ref, SamplePlaces, SampleSpec } from '../contract.js';
import { drawIndex } from '../drawIndex.js';
import { checkIndex, floats, integers } from './memory.js';

/** Errors: RANGE where no number is left, SHAPE, STATE, DTYPE. */
export function sample(spec: SampleSpec, logits: Ref, at: SamplePlaces): void {
  const { rows, count } = at;
  const values = floats(logits, 'the logits', [rows * spec.cols, 1]);
  const draws = floats(at.draws, 'the random numbers', [rows * count, 1]);
  const list = integers(at.list, 'the list of indices', [rows * count, 1]);
  const position = integers(at.position, 'the position', [rows, 1]);
  const token = integers(at.token, 'the index', [rows, 1]);
  for (let row = 0; row < rows; row++) {
    const next = position[at.position.offset + row];
    checkIndex(next, count, 'a position', row);
    const from = logits.offset + row * spec.cols;
    const draw = draws[at.draws.offset + row * count + next];
    const drawn = drawIndex(values.subarray(from, from + spec.cols), spec, draw);
    token[at.token.offset + row] = drawn;
    list[at.list.offset + row * count + next] = drawn;
    position[at.position.offset + row] = next + 1;
  }
}
