// Products of a loop's body with constants, and sums of them. Letters: K rows, n columns.
import type { OnnxNode, OnnxTensor } from '../../formats/onnx/model.js';
import { SCALAR } from '../../cell/define/width.js';
import { elementwise } from './bodyOperators.js';
import type { BodyParts } from './bodyParts.js';
import { type BodyValue, numbersOf, type Sum } from './bodyValues.js';
import { addAffine, type MatrixView, type Product, rowsOfView, turnedView, viewOf } from './products.js';
import { floats } from './recurrentNode.js';
import type { Refuse } from './values.js';

const MAX_PRODUCTS = 100;

/** A matrix whose numbers are counted. */
export function chargedView(parts: BodyParts, tensor: OnnxTensor, refuse: Refuse): MatrixView {
  parts.charge(tensor.data.length, refuse);
  return viewOf(floats(tensor, refuse), tensor.shape);
}

/** A matrix of constants; of three axes one of heads. */
export function matrixOf(parts: BodyParts, value: BodyValue | undefined, turn: boolean, refuse: Refuse): MatrixView {
  const view =
    value?.kind === 'matrix'
      ? value.view
      : value?.kind === 'constant' && value.tensor.shape.length === 2
        ? chargedView(parts, value.tensor, refuse)
        : value?.kind === 'constant' && value.tensor.shape.length === 3
          ? headView(parts, value.tensor, refuse)
          : refuse('a product with a matrix of constants', 'one of other values');
  return turn ? turnedView(view) : view;
}

function headView(parts: BodyParts, tensor: OnnxTensor, refuse: Refuse): MatrixView {
  const [heads, ...shape] = tensor.shape;
  parts.charge(tensor.data.length, refuse);
  return { ...viewOf(floats(tensor, refuse), shape), heads, headStep: shape[0] * shape[1] };
}

/** x times a matrix, of values side by side the sum of their products; of heads each by its own. */
export function productOf(
  parts: BodyParts,
  value: BodyValue,
  matrix: MatrixView,
  name: string,
  refuse: Refuse,
): BodyValue {
  if (matrix.heads > 1 || value.kind === 'heads') {
    if (value.kind !== 'heads' || !value.first || matrix.heads !== value.heads)
      return refuse('heads times heads', 'others');
    if (matrix.rows * matrix.heads !== value.rows.count) return refuse(`weights of ${value.rows.count} rows`, 'others');
    return { kind: 'headProduct', product: { operand: value.rows.expr, perHead: true, matrix }, first: true };
  }
  const pieces = value.kind === 'pieces' ? value.pieces : [value];
  let first = 0;
  const [lead] = pieces.map((piece) => (piece.kind === 'rows' || piece.kind === 'sum' ? piece.lead : 0));
  const products = pieces.map((piece): Product => {
    const rows = parts.rows(piece, refuse, '');
    if (rows.width === null || rows.width === SCALAR) return refuse('a product of rows', 'one of a number');
    first += rows.count;
    return { operand: rows.expr, perHead: false, matrix: rowsOfView(matrix, first - rows.count, rows.count) };
  });
  if (first !== matrix.rows) return refuse(`a matrix of ${first} rows`, String(matrix.rows));
  return { kind: 'sum', affine: { products, bias: null, columns: matrix.columns, name }, after: [], lead };
}

/** Gemm: a product and its bias. */
export function gemm(
  parts: BodyParts,
  node: OnnxNode,
  [x, w, c]: readonly (BodyValue | undefined)[],
  refuse: Refuse,
): BodyValue {
  const number = numbersOf(node);
  if (x === undefined || number('alpha', 1) !== 1 || number('beta', 1) !== 1 || number('transA', 0) !== 0) {
    return refuse('alpha and beta of 1, and transA of 0', 'others');
  }
  const product = productOf(parts, x, matrixOf(parts, w, number('transB', 0) !== 0, refuse), node.outputs[0], refuse);
  return c === undefined ? product : added(parts, product, '', c, node.inputs[2], refuse);
}

/** The sum of two values: of products, where both are and nobody else reads them. */
export function added(
  parts: BodyParts,
  a: BodyValue,
  aName: string,
  b: BodyValue,
  bName: string,
  refuse: Refuse,
): BodyValue {
  const open = (value: BodyValue, name: string): value is Sum =>
    value.kind === 'sum' && value.after.length === 0 && parts.isReadOnce(name);
  if (open(a, aName) && open(b, bName) && a.affine.columns === b.affine.columns) {
    const affine = addAffine(a.affine, b.affine);
    if (affine.products.length > MAX_PRODUCTS) refuse(`at most ${MAX_PRODUCTS} products in a sum`, 'more');
    return { kind: 'sum', affine, after: [], lead: Math.max(a.lead, b.lead) };
  }
  if (open(b, bName) && a.kind === 'constant') return added(parts, b, bName, a, aName, refuse);
  if (open(a, aName) && b.kind === 'constant' && b.tensor.shape.length > 0) {
    const { tensor } = b;
    const { columns } = a.affine;
    if (tensor.data.length === columns && tensor.shape.at(-1) === columns) {
      parts.charge(columns, refuse);
      const bias = { products: [], bias: floats(tensor, refuse), columns, name: tensor.name };
      return { ...a, affine: addAffine(a.affine, bias) };
    }
  }
  const [x, y] = [parts.rows(a, refuse, aName), parts.rows(b, refuse, bName)];
  return parts.joined(
    [x, y],
    elementwise('Add', [x.expr, y.expr], () => 0),
    refuse,
    'Add',
  );
}
