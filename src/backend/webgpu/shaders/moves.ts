// Shaders that move words: copies, fills, and what the host writes.
import * as MAX from '../../numbers/max.js';
import { ELEMENT, ELEMENTS, shader, kept } from './frame.js';

/** Call: count, x, out, then for each of the most axes its length, stride in x and stride in out. */
export const copyShader = kept(() =>
  shader({
    threads: ELEMENTS,
    body: `  ${ELEMENT}
  if (element >= call[0]) { return; }
  var rest = element;
  var origin = call[1];
  var to = call[2];
  for (var axis = ${MAX.AXES}u; axis > 0u; axis--) {
    let length = call[axis * 3u];
    let place = rest % length;
    rest = rest / length;
    origin += place * call[axis * 3u + 1u];
    to += place * call[axis * 3u + 2u];
  }
  memory[to] = memory[origin];`,
  }),
);

/** Call: count, out, the word. */
export const fillShader = kept(() =>
  shader({
    threads: ELEMENTS,
    body: `  ${ELEMENT}
  if (element < call[0]) { memory[call[1] + element] = call[2]; }`,
  }),
);

/** Call: count, out, the words. */
export const writeShader = kept(() =>
  shader({
    threads: ELEMENTS,
    body: `  ${ELEMENT}
  if (element < call[0]) { memory[call[1] + element] = call[2u + element]; }`,
  }),
);
