// Nodes of a loop's body that turn values around or take them apart: transpositions, reshapes to heads, steps of the input, columns of
// products.
import type { OnnxNode, OnnxTensor } from '../../formats/onnx/model.js';
import { chargedView } from './bodyProducts.js';
import type { BodyParts } from './bodyParts.js';
import { type BodyValue, countOf, type Rows, type Sum, wholeConstant } from './bodyValues.js';
import { columnsOfAffine, columnsOfView, type MatrixView, rowsOfView, turnedView } from './products.js';
import { axesOf, foldedConstant, type Refuse, wholeNumbers } from './values.js';

/** Shape: sizes of which the last is known. */
export function shapeOf(value: BodyValue): BodyValue {
  if (value.kind !== 'rows' && value.kind !== 'sum') return { kind: 'size', steps: false };
  return { kind: 'shape', rank: value.lead + 2, last: countOf(value) };
}

/** Transpose of a matrix, or of heads. */
export function transposed(parts: BodyParts, node: OnnxNode, value: BodyValue, refuse: Refuse): BodyValue {
  const perm = node.attributes.perm?.kind === 'ints' ? node.attributes.perm.value.join() : null;
  if (value.kind === 'constant' && value.tensor.shape.length === 2) {
    return perm === '0,1' ? value : { kind: 'matrix', view: turnedView(chargedView(parts, value.tensor, refuse)) };
  }
  if ((value.kind === 'heads' || value.kind === 'headProduct') && perm === '1,0,2') {
    return { ...value, first: !value.first };
  }
  return refuse('rows as they are', 'a transposition');
}

/** Reshape: rows to heads and back. */
export function reshaped(parts: BodyParts, value: BodyValue, shape: BodyValue | undefined, refuse: Refuse): BodyValue {
  const wanted = shape?.kind === 'constant' ? wholeNumbers(shape.tensor) : [];
  if (value.kind === 'headProduct' && !value.first && wanted.length === 2) {
    const { matrix } = value.product;
    const columns = matrix.heads * matrix.columns;
    if (wanted[1] !== columns && wanted[1] !== -1) return refuse(`rows of ${columns}`, wanted.join(', '));
    return { kind: 'sum', affine: { products: [value.product], bias: null, columns }, after: [], lead: 0 };
  }
  if (value.kind === 'sum' && wanted.length === 2 && wanted[1] === value.affine.columns) return { ...value, lead: 0 };
  if (value.kind === 'rows' || value.kind === 'sum') {
    const rows = parts.rows(value, refuse, '');
    const [, heads, k] = wanted;
    if (wanted.length === 2 && heads === rows.count) return { ...rows, lead: 0 };
    if (wanted.length === 3 && heads > 0 && heads * k === rows.count) {
      parts.takeHeads(heads, refuse);
      return { kind: 'heads', rows, heads, first: false };
    }
  }
  return refuse('rows, or heads of them', `a reshape to [${wanted.join(', ')}]`);
}

/** Axes of one element before the batch. */
export function led(node: OnnxNode, value: BodyValue, second: BodyValue | undefined, refuse: Refuse): BodyValue {
  if (value.kind === 'time' || value.kind === 'size' || value.kind === 'mask' || value.kind === 'goesOn') return value;
  const axes = second?.kind === 'constant' ? ({ kind: 'constant', tensor: second.tensor } as const) : undefined;
  if (value.kind === 'constant') {
    const tensor = foldedConstant(node, value.tensor, axes);
    return tensor === null ? refuse('a constant that is turned around', node.op) : { ...value, tensor };
  }
  if (value.kind === 'rows' || value.kind === 'sum') {
    const change = node.op === 'Squeeze' ? -1 : 1;
    const own = axesOf(node, axes, value.lead + 2 + Math.max(change, 0));
    if ((own === null ? change < 0 : own.join() === '0') && value.lead + change >= 0) {
      return { ...value, lead: value.lead + change };
    }
  }
  return refuse('rows of the batch', `another axis, by ${node.op}`);
}

/** Expand of one number to a row. */
export function expanded(parts: BodyParts, value: BodyValue, shape: BodyValue | undefined, refuse: Refuse): BodyValue {
  const rows = parts.rows(value, refuse, '');
  const width = shape?.kind === 'constant' ? wholeNumbers(shape.tensor).at(-1) : undefined;
  if (width === undefined || width === rows.count || width === 1) return rows;
  return rows.count === 1 ? { ...rows, count: width } : refuse(`rows of ${rows.count}`, String(width));
}

/** Gather: the step of the input, or one of its sizes. */
export function gathered(node: OnnxNode, value: BodyValue, index: BodyValue | undefined, refuse: Refuse): BodyValue {
  const { axis } = node.attributes;
  const at = axis?.kind === 'int' ? axis.value : 0;
  if (value.kind === 'size') return value;
  if (value.kind === 'shape' && index?.kind === 'constant' && index.tensor.data.length === 1) {
    const [i] = wholeNumbers(index.tensor);
    const isLast = i === -1 || i === value.rank - 1;
    return isLast ? wholeConstant(value.last, index.tensor.shape) : { kind: 'size', steps: false };
  }
  if (value.kind !== 'steps' || index?.kind !== 'time' || index.offset !== 0) {
    return refuse('the step of the input that the loop is at', 'other elements');
  }
  return at === value.axis ? value.step : refuse(`steps along axis ${value.axis}`, String(at));
}

/** What Concat puts side by side. */
export function piecesOf(node: OnnxNode, value: BodyValue | undefined, refuse: Refuse): readonly (Rows | Sum)[] {
  const { axis } = node.attributes;
  const at = axis?.kind === 'int' ? axis.value : 0;
  if (at !== -1 && at !== 1) return refuse('values side by side', `along axis ${at}`);
  if (value?.kind === 'pieces') return value.pieces;
  return value?.kind === 'rows' || value?.kind === 'sum' ? [value] : refuse('rows side by side', 'another value');
}

/** Split and Slice of products, of what was put side by side, or of a matrix. */
export function cut(
  parts: BodyParts,
  node: OnnxNode,
  inputs: readonly (BodyValue | undefined)[],
  refuse: Refuse,
): BodyValue[] {
  const [value] = inputs;
  if (node.op === 'Slice' && value?.kind === 'constant' && value.tensor.shape.length === 2) {
    return [{ kind: 'matrix', view: slicedMatrix(parts, value.tensor, inputs.slice(1), refuse) }];
  }
  const total =
    value?.kind === 'sum'
      ? value.affine.columns
      : value?.kind === 'headProduct'
        ? value.product.matrix.columns
        : value?.kind === 'pieces'
          ? value.pieces.reduce((sum, piece) => sum + countOf(piece), 0)
          : value?.kind === 'rows'
            ? value.count
            : refuse('rows that are cut', 'another value');
  const pieces = node.op === 'Split' ? splitParts(node, inputs, total, refuse) : sliceParts(inputs, total, refuse);
  return pieces.map(([first, count], i): BodyValue => {
    if (count === 0 && first >= 0 && first <= total) return { kind: 'pieces', pieces: [] };
    if (first < 0 || count < 1 || first + count > total)
      return refuse(`columns 0 to ${total}`, `${first} to ${first + count}`);
    if (first === 0 && count === total && value !== undefined) return value;
    if (value?.kind === 'sum' && value.affine.products.every(({ perHead }) => !perHead)) {
      return { ...value, affine: { ...columnsOfAffine(value.affine, first, count), name: node.outputs[i] } };
    }
    if (value?.kind === 'headProduct') {
      const [product] = columnsOfAffine(
        { products: [value.product], bias: null, columns: total },
        first,
        count,
      ).products;
      return { ...value, product };
    }
    if (value?.kind === 'pieces') {
      let at = 0;
      const inside = value.pieces.filter((piece) => {
        const start = at;
        at += countOf(piece);
        return start >= first && at <= first + count;
      });
      if (inside.reduce((sum, piece) => sum + countOf(piece), 0) === count) {
        return inside.length === 1 ? inside[0] : { kind: 'pieces', pieces: inside };
      }
    }
    return refuse('columns of products', 'a part of a state or of what is computed from it');
  });
}

/** Rows and columns of a matrix of constants. */
function slicedMatrix(
  parts: BodyParts,
  tensor: OnnxTensor,
  bounds: readonly (BodyValue | undefined)[],
  refuse: Refuse,
): MatrixView {
  const [starts, ends, axes, steps] = bounds.map((value) =>
    value?.kind === 'constant' ? wholeNumbers(value.tensor) : undefined,
  );
  if (starts === undefined || ends?.length !== starts.length || steps?.some((step) => step !== 1) === true) {
    return refuse('rows and columns of a matrix by constants', 'others');
  }
  let view = chargedView(parts, tensor, refuse);
  starts.forEach((start, i) => {
    const axis = axes === undefined ? i : axes[i] + (axes[i] < 0 ? 2 : 0);
    const size = axis === 0 ? view.rows : view.columns;
    const [from, to] = [start, ends[i]].map((n) => Math.min(Math.max(n < 0 ? n + size : n, 0), size));
    if ((axis !== 0 && axis !== 1) || to <= from) refuse(`a part of ${size}`, `${start} to ${ends[i]} of axis ${axis}`);
    view = axis === 0 ? rowsOfView(view, from, to - from) : columnsOfView(view, from, to - from);
  });
  return view;
}

function splitParts(
  node: OnnxNode,
  inputs: readonly (BodyValue | undefined)[],
  total: number,
  refuse: Refuse,
): [number, number][] {
  const { axis, split } = node.attributes;
  const at = axis?.kind === 'int' ? axis.value : 0;
  if (at !== -1 && at !== (inputs[0]?.kind === 'headProduct' ? 2 : 1))
    return refuse('a split of columns', `along axis ${at}`);
  const given = inputs.at(1);
  const count = node.outputs.length;
  const sizes =
    split?.kind === 'ints'
      ? split.value
      : given?.kind === 'constant'
        ? wholeNumbers(given.tensor)
        : new Array<number>(count).fill(total / count);
  if (sizes.length !== count || sizes.some((n) => !Number.isInteger(n)))
    return refuse('whole sizes of a split', sizes.join(', '));
  let first = 0;
  return sizes.map((n) => {
    first += n;
    return [first - n, n];
  });
}

function sliceParts(inputs: readonly (BodyValue | undefined)[], total: number, refuse: Refuse): [number, number][] {
  const [start, end, axis, step] = inputs.slice(1).map((value) => {
    const numbers = value?.kind === 'constant' ? wholeNumbers(value.tensor) : undefined;
    return numbers?.length === 1 ? numbers[0] : undefined;
  });
  if (start === undefined || end === undefined || (axis !== -1 && axis !== 1) || (step ?? 1) !== 1) {
    return refuse('a slice of columns by constants', 'another');
  }
  const clamped = (n: number): number => Math.min(Math.max(n < 0 ? n + total : n, 0), total);
  return [[clamped(start), clamped(end) - clamped(start)]];
}
