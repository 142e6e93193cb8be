// Shapes: sizes of a dense, row-major array; broadcasting as in NumPy.
import { UnrolledError } from '../errors.js';
import { refuse, shownValue } from '../expect.js';

/** The size of each axis; the last axis is contiguous in memory. A scalar has the shape []. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Equal rank and sizes; nothing is broadcast. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, axis) => n === b[axis]);
}

/** As messages show it: `[32, 35]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Checks that it is a list of sizes, each a whole number, 0 or more. Errors: SHAPE. */
export function checkShape(shape: Shape): void {
  if (!Array.isArray(shape)) {
    throw new UnrolledError(
      'SHAPE',
      `expected a shape as a list of sizes, received ${shownValue(shape)}`,
      'zeros([2, 3]) has 2 rows of 3, zeros([4]) has 4 elements, zeros([]) is one number',
    );
  }
  if (!shape.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new UnrolledError(
      'SHAPE',
      `expected whole sizes of 0 or more, received ${formatShape(shape)}`,
      'check the shape',
    );
  }
}

/** The axis counted from the front; negative ones count from the back. Errors: RANGE, OPTION for what is no number. */
export function resolveAxis(axis: number, rank: number): number {
  if (typeof axis !== 'number') {
    refuse('an axis as a number', axis, 'write x.softmax(1), concat([x, y], 1)');
  }
  const resolved = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
    throw new UnrolledError(
      'RANGE',
      `expected an axis from ${-rank} to ${rank - 1}, received ${axis}`,
      'axes count from 0',
    );
  }
  return resolved;
}

/** The shape that both broadcast to. Errors: SHAPE. */
export function broadcastShapes(...shapes: Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const axis = rank - shape.length + i;
      if (shape[i] === 1) continue;
      if (result[axis] !== 1 && result[axis] !== shape[i]) {
        throw new UnrolledError(
          'SHAPE',
          `expected shapes that broadcast together, received ${shapes.map(formatShape).join(' and ')}`,
          'each pair of sizes, counted from the last axis, must be equal or 1',
        );
      }
      result[axis] = shape[i];
    }
  }
  return result;
}
