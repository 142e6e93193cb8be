// Conformance of strided copy, fill, and int32 storages.
import { sizeOf, stridesOf } from '../../../src/tensor/shape.js';
import { type Case, indices, numbers } from '../case.js';

/** out [the axes of `shape` in the order of `axes`] = x. */
function permute(shape: readonly number[], axes: readonly number[], integer = false): Case {
  const size = sizeOf(shape);
  const strides = stridesOf(shape);
  const outShape = axes.map((axis) => shape[axis]);
  return {
    name: `copy [${shape.join(', ')}] with axes ${axes.join(', ')}${integer ? ' of int32' : ''}`,
    buffers: integer
      ? { x: indices(size + 2, 2 ** 31 - 1, 1), y: new Int32Array(size + 3) }
      : { x: numbers(size + 2, 1), y: numbers(size + 3, 2) },
    run(backend, at) {
      const spec = { shape: outShape, inStrides: axes.map((axis) => strides[axis]), outStrides: stridesOf(outShape) };
      backend.copy(spec, at.ref('x', 2), at.ref('y', 1));
    },
    outputs: ['y'],
    compare: 'exact',
  };
}

function strided(name: string, shape: number[], inStrides: number[], outStrides: number[]): Case {
  return {
    name: `copy ${name}`,
    buffers: { x: numbers(700, 1), y: numbers(700, 2) },
    run(backend, at) {
      backend.copy({ shape, inStrides, outStrides }, at.ref('x', 3), at.ref('y', 5));
    },
    outputs: ['y'],
    compare: 'exact',
  };
}

function filled(value: number, integer = false): Case {
  return {
    name: `fill with ${value}${integer ? ' of int32' : ''}`,
    buffers: { x: integer ? indices(70, 9, 1) : numbers(70, 1) },
    run(backend, at) {
      backend.fill(at.ref('x', 3), 65, value);
    },
    outputs: ['x'],
    compare: 'exact',
  };
}

export const memoryCases: Case[] = [
  permute([7], [0]),
  permute([33, 65], [0, 1]),
  permute([33, 65], [1, 0]),
  permute([130, 3], [1, 0]),
  permute([3, 5, 33], [1, 0, 2]),
  permute([3, 5, 33], [2, 1, 0]),
  permute([2, 3, 4, 5], [0, 2, 1, 3]),
  permute([2, 3, 2, 3, 4], [4, 3, 2, 1, 0]),
  permute([2, 3, 2, 3, 2, 3], [5, 0, 3, 2, 1, 4]),
  permute([5, 9], [1, 0], true),
  permute([], []),
  permute([3, 0, 2], [2, 1, 0]),
  strided('that repeats a row', [5, 33], [0, 1], [33, 1]),
  strided('that repeats a column', [5, 33], [1, 0], [33, 1]),
  strided('that repeats a number', [5, 33], [0, 0], [33, 1]),
  strided('that repeats two axes of four', [2, 3, 4, 5], [0, 5, 0, 1], [60, 20, 5, 1]),
  strided('from padded rows to others', [9, 17], [20, 1], [30, 1]),
  strided('of every third element', [50], [3], [2]),
  filled(0),
  filled(-1.5),
  filled(Infinity),
  filled(-3, true),
];
