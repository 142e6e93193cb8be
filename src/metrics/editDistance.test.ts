import { expect, it } from 'vitest';
import { tokenEdits } from './editDistance.js';

it.each([
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['ab', 'ba', 2],
  ['saturday', 'sunday', 3],
  ['same', 'same', 0],
])('from %s to %s', (a, b, edits) => {
  expect(tokenEdits([...a], [...b])).toBe(edits);
});
