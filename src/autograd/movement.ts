// Operations that move elements and change no value: reshape, permute, slice, concatenate, expand; and sums back over
// what was expanded, which is the gradient of the latter.
import { UnrolledError } from '../errors.js';
import { expectList } from '../expect.js';
import { backendOf } from '../backend/registry.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import { empty } from '../tensor/create.js';
import { formatShape, resolveAxis, sameShape, type Shape, sizeOf, stridesOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { alias, record } from './tape.js';

/** A strided copy out of `t` into a new dense tensor. */
function copyOut(t: Tensor, shape: Shape, strides: readonly number[], offset = 0): Tensor {
  const out = empty(shape, { device: t.device, dtype: t.dtype });
  copyBetween(t, offset, strides, out, 0, stridesOf(shape), shape);
  return out;
}

function copyBetween(
  from: Tensor,
  fromOffset: number,
  inStrides: readonly number[],
  to: Tensor,
  toOffset: number,
  outStrides: readonly number[],
  shape: Shape,
): void {
  if (sizeOf(shape) === 0) return;
  const merged = mergeAxes(shape, inStrides, outStrides);
  backendOf(from).copy(
    merged,
    { storage: from.storage, offset: from.offset + fromOffset },
    { storage: to.storage, offset: to.offset + toOffset },
  );
}

/** Fewer, longer axes: neighbours that are contiguous on both sides become one. */
function mergeAxes(
  shape: Shape,
  inStrides: readonly number[],
  outStrides: readonly number[],
): {
  shape: number[];
  inStrides: number[];
  outStrides: number[];
} {
  const merged = { shape: [] as number[], inStrides: [] as number[], outStrides: [] as number[] };
  shape.forEach((n, axis) => {
    if (n === 1) return;
    const last = merged.shape.length - 1;
    if (
      last >= 0 &&
      merged.inStrides[last] === n * inStrides[axis] &&
      merged.outStrides[last] === n * outStrides[axis]
    ) {
      merged.shape[last] *= n;
      merged.inStrides[last] = inStrides[axis];
      merged.outStrides[last] = outStrides[axis];
    } else {
      merged.shape.push(n);
      merged.inStrides.push(inStrides[axis]);
      merged.outStrides.push(outStrides[axis]);
    }
  });
  return merged.shape.length > 0 ? merged : { shape: [1], inStrides: [1], outStrides: [1] };
}

/** A dense copy of its own memory. */
export function clone(input: TensorLike): Tensor {
  const t = asTensor(input, 'the input');
  const out = copyOut(t, t.shape, stridesOf(t.shape));
  record({ op: 'clone', inputs: [t], outputs: [out], backward: ([g]) => [g && alias(g)] });
  return out;
}

/** The same elements in another shape; one size may be −1 and follows. Shares the memory. Errors: SHAPE, OPTION for no list. */
export function reshape(input: TensorLike, shape: Shape): Tensor {
  expectList(shape, 'the sizes', 'write reshape([2, 3])');
  const t = asTensor(input, 'the input');
  const unknown = shape.indexOf(-1);
  const known = shape.reduce((product, n) => (n === -1 ? product : product * n), 1);
  const full = unknown < 0 ? [...shape] : shape.map((n) => (n === -1 ? t.size / known : n));
  if (sizeOf(full) !== t.size || !full.every(Number.isInteger)) {
    throw new UnrolledError(
      'SHAPE',
      `expected a shape with ${t.size} elements, received ${formatShape(shape)} for a tensor of shape ${formatShape(t.shape)}`,
      'the number of elements must stay the same',
    );
  }
  const out = alias(t, full);
  record({ op: 'reshape', inputs: [t], outputs: [out], backward: ([g]) => [g && alias(g, t.shape)] });
  return out;
}

/** Axes in another order: axis i of the result is axis `axes[i]` of t. Errors: SHAPE. */
export function permute(input: TensorLike, axes: readonly number[]): Tensor {
  expectList(axes, 'the axes', 'write permute([1, 0])');
  const t = asTensor(input, 'the input');
  const order = axes.map((axis) => resolveAxis(axis, t.rank));
  if (order.length !== t.rank || new Set(order).size !== t.rank) {
    throw new UnrolledError(
      'SHAPE',
      `expected each of ${t.rank} axes once, received ${formatShape(axes)}`,
      'name every axis once',
    );
  }
  const out = permuted(t, order);
  const inverse = order.map((_, axis) => order.indexOf(axis));
  record({ op: 'permute', inputs: [t], outputs: [out], backward: ([g]) => [g && permute(g, inverse)] });
  return out;
}

/** Two axes swapped; the last two by default. */
export function transpose(input: TensorLike, a = -2, b = -1): Tensor {
  const t = asTensor(input, 'the input');
  const axes = t.shape.map((_, axis) => axis);
  const [i, j] = [resolveAxis(a, t.rank), resolveAxis(b, t.rank)];
  [axes[i], axes[j]] = [j, i];
  return permute(t, axes);
}

/**
 * Elements `from` … `to` − 1 along an axis; negative ones count from the end, and without `to` it goes there: `slice(x, 0, -2)`
 * is the last two rows. Shares the memory along axis 0. Errors: RANGE beyond the ends.
 */
export function slice(input: TensorLike, axis: number, start: number, end?: number): Tensor {
  const t = asTensor(input, 'the input');
  const at = resolveAxis(axis, t.rank);
  const size = t.shape[at];
  const [from, to] = [start, end ?? size].map((place) => (place < 0 ? place + size : place));
  if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= size)) {
    throw new UnrolledError(
      'RANGE',
      `expected a range within the ${size} places of axis ${axis}, received ${start} to ${end ?? 'the end'}`,
      `from 0 to ${size}, or from ${-size} counted from the end; it ends before its second number`,
    );
  }
  const strides = stridesOf(t.shape);
  const shape = t.shape.map((n, i) => (i === at ? to - from : n));
  const first = from * strides[at];
  const contiguous = t.shape.slice(0, at).every((n) => n === 1);
  const out = contiguous ? new Tensor(t.storage, shape, t.offset + first) : copyOut(t, shape, strides, first);
  record({
    op: 'slice',
    inputs: [t],
    outputs: [out],
    backward([g]) {
      if (g === null) return [null];
      const whole = empty(t.shape, { device: t.device });
      backendOf(t).fill({ storage: whole.storage, offset: 0 }, whole.size, 0);
      copyBetween(g, 0, stridesOf(shape), whole, first, strides, shape);
      return [whole];
    },
  });
  return out;
}

/**
 * The place `index` along an axis, which is gone in the result; negative ones count from the end. Shares the memory along axis 0.
 * Errors: RANGE.
 */
export function select(input: TensorLike, axis: number, index: number): Tensor {
  const t = asTensor(input, 'the input');
  const at = resolveAxis(axis, t.rank);
  const size = t.shape[at];
  if (!Number.isInteger(index) || index < -size || index >= size) {
    throw new UnrolledError(
      'RANGE',
      `expected an index from ${-size} to ${size - 1} along axis ${axis} of shape ${formatShape(t.shape)}, received ${String(index)}`,
      'indices count from 0, negative ones from the end',
    );
  }
  const from = index < 0 ? index + size : index;
  return squeeze(slice(t, at, from, from + 1), at);
}

/** What stands at these indices of the first axes: `x.at(-1)` is the last row, `x.at(0, 2)` an element or what lies under it. Errors: RANGE. */
export function at(input: TensorLike, ...indices: number[]): Tensor {
  return indices.reduce((t, index) => select(t, 0, index), asTensor(input, 'the input'));
}

/** Without the axes of size 1, or without one of them. Shares the memory. Errors: RANGE, SHAPE where the axis is longer. */
export function squeeze(input: TensorLike, axis?: number): Tensor {
  const t = asTensor(input, 'the input');
  if (axis === undefined) {
    return reshape(
      t,
      t.shape.filter((n) => n !== 1),
    );
  }
  const at = resolveAxis(axis, t.rank);
  if (t.shape[at] !== 1) {
    throw new UnrolledError(
      'SHAPE',
      `expected size 1 along axis ${axis}, received shape ${formatShape(t.shape)}`,
      'squeeze(x) without an axis removes all axes of size 1 and no other; reshape and select change longer ones',
    );
  }
  return reshape(t, t.shape.toSpliced(at, 1));
}

/** With a new axis of size 1 in this place; −1 is the last. Shares the memory. Errors: RANGE. */
export function unsqueeze(input: TensorLike, axis: number): Tensor {
  const t = asTensor(input, 'the input');
  return reshape(t, t.shape.toSpliced(resolveAxis(axis, t.rank + 1), 0, 1));
}

/** The axes `from` … `to` as one, all by default. Shares the memory. Errors: RANGE. */
export function flatten(input: TensorLike, from = 0, to = -1): Tensor {
  const t = asTensor(input, 'the input');
  if (t.rank === 0) return reshape(t, [1]);
  const [first, last] = [resolveAxis(from, t.rank), resolveAxis(to, t.rank)];
  if (first > last) {
    throw new UnrolledError(
      'RANGE',
      `expected axes in rising order, received ${from} and ${to}`,
      'flatten(x, 1) leaves the first axis as it is',
    );
  }
  const size = sizeOf(t.shape.slice(first, last + 1));
  return reshape(t, t.shape.toSpliced(first, last + 1 - first, size));
}

/** The tensors of a list, in one dtype: float32 where they differ. Errors: OPTION for no list, EMPTY for none. */
function listOf(list: readonly TensorLike[]): Tensor[] {
  expectList(list, 'tensors', 'write concat([a, b])');
  if (list.length === 0) {
    throw new UnrolledError('EMPTY', 'expected at least one tensor, received none', 'give tensors');
  }
  const device = list.find((value) => value instanceof Tensor)?.device;
  const tensors = list.map((value, i) => asTensor(value, `the tensor at index ${i}`, undefined, device));
  return tensors.every((t) => t.dtype === tensors[0].dtype) ? tensors : tensors.map((t) => t.to('float32'));
}

/** Tensors one after the other along an axis. Errors: SHAPE where the other sizes differ, EMPTY for none. */
export function concat(list: readonly TensorLike[], axis = 0): Tensor {
  const tensors = listOf(list);
  const first = tensors[0];
  const at = resolveAxis(axis, first.rank);
  for (const t of tensors) {
    if (t.rank !== first.rank || !t.shape.every((n, i) => i === at || n === first.shape[i])) {
      throw new UnrolledError(
        'SHAPE',
        `expected shapes equal to ${formatShape(first.shape)} but for axis ${axis}, received ${formatShape(t.shape)}`,
        'reshape or slice first',
      );
    }
  }
  const shape = first.shape.map((n, i) => (i === at ? tensors.reduce((sum, t) => sum + t.shape[at], 0) : n));
  const out = empty(shape, { device: first.device, dtype: first.dtype });
  const strides = stridesOf(shape);
  let start = 0;
  const starts = tensors.map((t) => {
    const mine = start;
    copyBetween(t, 0, stridesOf(t.shape), out, mine * strides[at], strides, t.shape);
    start += t.shape[at];
    return mine;
  });
  record({
    op: 'concat',
    inputs: tensors,
    outputs: [out],
    backward: ([g]) => tensors.map((t, i) => g && clone(slice(g, at, starts[i], starts[i] + t.shape[at]))),
  });
  return out;
}

/** Tensors of one shape along a new axis. Errors: SHAPE where they differ, EMPTY for none, RANGE. */
export function stack(list: readonly TensorLike[], axis = 0): Tensor {
  const tensors = listOf(list);
  const at = resolveAxis(axis, tensors[0].rank + 1);
  return concat(
    tensors.map((t) => unsqueeze(t, at)),
    at,
  );
}

/** Broadcast written out. Errors: SHAPE. */
export function expand(input: TensorLike, shape: Shape): Tensor {
  const t = asTensor(input, 'the input');
  expectList(shape, 'the sizes', 'write expand([2, 3])');
  const padded = [...new Array<number>(Math.max(shape.length - t.rank, 0)).fill(1), ...t.shape];
  if (padded.length > shape.length || !padded.every((n, axis) => n === 1 || n === shape[axis])) {
    throw new UnrolledError(
      'SHAPE',
      `expected a shape that broadcasts to ${formatShape(shape)}, received ${formatShape(t.shape)}`,
      'each size must be equal or 1',
    );
  }
  const strides = stridesOf(padded).map((stride, axis) => (padded[axis] === 1 ? 0 : stride));
  const out = copyOut(t, shape, strides);
  record({ op: 'expand', inputs: [t], outputs: [out], backward: ([g]) => [g && sumTo(g, t.shape)] });
  return out;
}

/** Sums over the axes along which `shape` was broadcast to the shape of t. Outside the tape. */
export function sumTo(t: Tensor, shape: Shape): Tensor {
  if (sameShape(t.shape, shape)) return alias(t);
  const lead = t.rank - shape.length;
  const summed: number[] = [];
  const kept: number[] = [];
  t.shape.forEach((n, axis) => {
    const target = axis < lead ? 1 : shape[axis - lead];
    (target === 1 && n !== 1 ? summed : kept).push(axis);
  });
  if (summed.length === 0) return alias(t, shape);
  return alias(reduceAxes(t, 'sum', summed, kept), shape);
}

/** Reduces the axes `over`; the result has the axes `kept`, in order. Outside the tape. */
export function reduceAxes(
  t: Tensor,
  op: 'sum' | 'sumSquares' | 'max',
  over: readonly number[],
  kept: readonly number[],
): Tensor {
  const order = [...over, ...kept];
  const inOrder = order.every((axis, i) => axis === i);
  const reversed = [...kept, ...over].every((axis, i) => axis === i);
  const outShape = kept.map((axis) => t.shape[axis]);
  const out = empty(outShape, { device: t.device });
  const [count, rest] = [sizeOf(over.map((axis) => t.shape[axis])), out.size];
  const source = inOrder || reversed ? t : permuted(t, order);
  const { storage, offset } = source;
  if (rest > 0 && count === 0) backendOf(t).fill({ storage: out.storage, offset: 0 }, rest, 0);
  else if (rest > 0) {
    const spec =
      inOrder || !reversed
        ? ({ op, axis: 'rows', rows: count, cols: rest } as const)
        : ({ op, axis: 'cols', rows: rest, cols: count } as const);
    backendOf(t).reduce(spec, { storage, offset, stride: spec.cols }, { storage: out.storage, offset: 0 });
  }
  return out;
}

function permuted(t: Tensor, order: readonly number[]): Tensor {
  const strides = stridesOf(t.shape);
  return copyOut(
    t,
    order.map((axis) => t.shape[axis]),
    order.map((axis) => strides[axis]),
  );
}
