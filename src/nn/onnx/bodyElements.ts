// Nodes of a loop's body that compute element by element, compare, choose, and take sums over rows.
import { HIDDEN, SCALAR, type WidthName } from '../../cell/define/width.js';
import { INPUT, leafOf } from '../../cell/define/leaf.js';
import type { OnnxNode } from '../../formats/onnx/model.js';
import { apply, constant, type Expr, rowSum, uniform } from '../../program/expr.js';
import { elementwise } from './bodyOperators.js';
import type { BodyParts } from './bodyParts.js';
import { added } from './bodyProducts.js';
import { type BodyValue, numbersOf, type Rows, type Sum, wholeConstant } from './bodyValues.js';
import { axesOf, type Refuse, wholeNumbers } from './values.js';

const BOOL = 9;
/** float32, float16, float64, bfloat16. */
const FLOATS = [1, 10, 11, 16];

/** Cast: real numbers and comparisons. */
export function cast(parts: BodyParts, node: OnnxNode, value: BodyValue, refuse: Refuse): BodyValue {
  const to = node.attributes.to?.kind === 'int' ? node.attributes.to.value : 0;
  if (value.kind === 'truth') return to === BOOL ? value : value.rows;
  if (to === BOOL && (value.kind === 'rows' || value.kind === 'sum')) {
    return { kind: 'truth', rows: parts.rows(value, refuse, '') };
  }
  if (value.kind === 'constant' || [...FLOATS, BOOL].includes(to) || ['time', 'size'].includes(value.kind))
    return value;
  return refuse('real numbers', `a cast to type ${to}`);
}

/** An elementwise operator. */
export function elementOf(
  parts: BodyParts,
  node: OnnxNode,
  inputs: readonly (BodyValue | undefined)[],
  refuse: Refuse,
): BodyValue {
  const { op } = node;
  const whole = wholeArithmetic(op, inputs);
  if (whole !== null) return whole;
  const logic = logicOf(parts, node, inputs, refuse);
  if (logic !== null) return logic;
  const [first, second] = inputs;
  const number = numbersOf(node);
  if (first === undefined || (inputs.includes(undefined) && op !== 'Clip')) return refuse('values of the body', 'none');
  if (op === 'Add' && second !== undefined) return added(parts, first, node.inputs[0], second, node.inputs[1], refuse);
  if (first.kind === 'sum' && inputs.length === 1 && parts.isReadOnce(node.inputs[0])) {
    // Functions of products side by side, which are taken apart later.
    if (elementwise(op, [INPUT], number) === null) return refuse('an operator that cells have', op);
    return { ...first, after: [...first.after, (e) => elementwise(op, [e], number) ?? e] };
  }
  if (first.kind === 'pieces' && inputs.length === 1) {
    return {
      kind: 'pieces',
      pieces: first.pieces.map((piece) => elementOf(parts, node, [piece], refuse) as Rows | Sum),
    };
  }
  if (op === 'Clip') return clipped(parts, node, inputs, refuse);
  const rows = inputs.map((value, i) => parts.rows(value, refuse, node.inputs[i]));
  const mean =
    op === 'Mul' && rows.length === 2 ? (meanOf(parts, rows[0], rows[1]) ?? meanOf(parts, rows[1], rows[0])) : null;
  if (mean !== null) return mean;
  const made = elementwise(
    op,
    rows.map(({ expr }) => expr),
    number,
  );
  return parts.joined(rows, made, refuse, op);
}

function clipped(parts: BodyParts, node: OnnxNode, inputs: readonly (BodyValue | undefined)[], refuse: Refuse): Rows {
  let value = parts.rows(inputs[0], refuse, node.inputs[0]);
  const number = numbersOf(node);
  (['Max', 'Min'] as const).forEach((op, i) => {
    const attribute = number(i === 0 ? 'min' : 'max', NaN);
    const given = inputs.at(i + 1);
    const bound = given === undefined ? null : parts.rows(given, refuse, node.inputs[i + 1]);
    const expr = bound?.expr ?? (Number.isNaN(attribute) ? null : constant(attribute));
    if (expr === null) return;
    value = parts.joined(
      [value, ...(bound === null ? [] : [bound])],
      elementwise(op, [value.expr, expr], number),
      refuse,
      op,
    );
  });
  return value;
}

/** Numbers of steps, and what is true of elements; null for any other operator. */
function logicOf(
  parts: BodyParts,
  node: OnnxNode,
  inputs: readonly (BodyValue | undefined)[],
  refuse: Refuse,
): BodyValue | null {
  const { op } = node;
  const [a, b] = inputs;
  const whole = (value: BodyValue | undefined): number | null =>
    value?.kind === 'constant' && value.tensor.data.length === 1 && /int/.test(value.tensor.dtype)
      ? wholeNumbers(value.tensor)[0]
      : null;
  if (a?.kind === 'time' || b?.kind === 'time') {
    const [time, other] = a?.kind === 'time' ? [a, b] : [b, a];
    const n = whole(other);
    if (op === 'Add' && time?.kind === 'time' && n !== null) return { kind: 'time', offset: time.offset + n };
    const bounded = other?.kind === 'size' || (n ?? 0) >= 2 ** 31 - 1;
    if (op === 'Less' && a?.kind === 'time' && a.offset === 1 && bounded) return { kind: 'goesOn' };
    if (op === 'Greater' && b?.kind === 'time' && b.offset === 1 && bounded) return { kind: 'goesOn' };
    return refuse('the number of the step, to take one step of the input', `${op} of it`);
  }
  if (op === 'And' && a?.kind === 'goesOn' && b?.kind === 'goesOn') return a;
  const truth = (value: BodyValue | undefined, i: number): Rows =>
    value?.kind === 'truth' ? value.rows : parts.rows(value, refuse, node.inputs[i]);
  const compared = (name: 'less' | 'equal', x: Rows, y: Rows, not: boolean): BodyValue => {
    const expr = apply(name, x.expr, y.expr);
    const rows = parts.joined([x, y], not ? apply('sub', constant(1), expr) : expr, refuse, op);
    return { kind: 'truth', rows };
  };
  switch (op) {
    case 'Less':
      return compared('less', truth(a, 0), truth(b, 1), false);
    case 'Greater':
      return compared('less', truth(b, 1), truth(a, 0), false);
    case 'LessOrEqual':
      return compared('less', truth(b, 1), truth(a, 0), true);
    case 'GreaterOrEqual':
      return compared('less', truth(a, 0), truth(b, 1), true);
    case 'Equal':
      return compared('equal', truth(a, 0), truth(b, 1), false);
    case 'Not':
      return a?.kind === 'truth'
        ? { kind: 'truth', rows: { ...a.rows, expr: apply('sub', constant(1), a.rows.expr) } }
        : refuse('a comparison', 'another value');
    case 'And':
    case 'Or': {
      const [x, y] = [truth(a, 0), truth(b, 1)];
      const expr = apply(op === 'And' ? 'mul' : 'max', x.expr, y.expr);
      return { kind: 'truth', rows: parts.joined([x, y], expr, refuse, op) };
    }
    default:
      return null;
  }
}

/** Where: by a comparison, or by the lengths of sequences. */
export function chosen(
  parts: BodyParts,
  node: OnnxNode,
  [condition, yes, no]: readonly (BodyValue | undefined)[],
  refuse: Refuse,
): BodyValue {
  if (yes === undefined || no === undefined) return refuse('three values', 'fewer');
  if (condition?.kind === 'mask') {
    const kept = parts.rows(no, refuse, node.inputs[2]);
    const isState = leafOf(kept.expr)?.kind === 'state';
    const isZero = kept.expr.kind === 'constant' && kept.expr.value === 0;
    return isState || isZero ? yes : refuse('the state before, or zero, beyond the end of a sequence', 'another value');
  }
  if (condition?.kind !== 'truth') return refuse('a comparison of values of the step', 'another condition');
  const rows = [condition.rows, parts.rows(yes, refuse, node.inputs[1]), parts.rows(no, refuse, node.inputs[2])];
  return parts.joined(rows, apply('select', rows[0].expr, rows[1].expr, rows[2].expr), refuse, 'Where');
}

/** ReduceSum and ReduceMean over a row. */
export function reduced(
  parts: BodyParts,
  node: OnnxNode,
  value: BodyValue,
  second: BodyValue | undefined,
  refuse: Refuse,
): Rows {
  const rows = parts.rows(value, refuse, node.inputs[0]);
  const number = numbersOf(node);
  const axes = axesOf(node, second?.kind === 'constant' ? { kind: 'constant', tensor: second.tensor } : undefined, 2);
  if (axes?.join() !== '1' || number('keepdims', 1) !== 1 || rows.width === SCALAR || rows.lead > 0) {
    return refuse('sums over a row, with keepdims', 'others');
  }
  const width = rows.width ?? HIDDEN;
  const sum = rowSum(rows.expr);
  parts.summed.set(sum, { width, count: rows.count });
  const made: Rows = { kind: 'rows', expr: sum, width: SCALAR, count: 1, lead: 0 };
  return node.op === 'ReduceSum' ? made : { ...made, expr: apply('mul', sum, uniform(`1/${width}`)) };
}

/** A sum over rows times one over their length: a mean, for any length. */
function meanOf(parts: BodyParts, sum: Rows, factor: Rows): Rows | null {
  if (factor.expr.kind !== 'constant') return null;
  const widths: WidthName[] = [];
  let total = 0;
  const visit = (e: Expr): boolean => {
    if (e.kind === 'op' && e.op === 'add') return e.args.every(visit);
    const found = parts.summed.get(e);
    if (found === undefined) return false;
    widths.push(found.width);
    total += found.count;
    return true;
  };
  if (!visit(sum.expr)) return null;
  for (let times = 1; times <= 8; times++) {
    if (Math.abs(factor.expr.value * total * times - 1) > 1e-6) continue;
    const names = new Array<readonly WidthName[]>(times).fill(widths).flat();
    return { ...sum, expr: apply('mul', sum.expr, uniform(`1/${names.join('+')}`)) };
  }
  return null;
}

/** LayerNormalization of rows. */
export function normOf(
  parts: BodyParts,
  node: OnnxNode,
  [value, gain, shift]: readonly (BodyValue | undefined)[],
  refuse: Refuse,
): Rows {
  const x = parts.rows(value, refuse, node.inputs[0]);
  const number = numbersOf(node);
  const axis = number('axis', -1);
  if ((axis !== -1 && axis !== 1) || x.width === null || x.width === SCALAR) return refuse('a norm of rows', 'another');
  const mean = (e: Expr): Expr => apply('mul', rowSum(e), uniform(`1/${x.width}`));
  const centered = apply('sub', x.expr, mean(x.expr));
  const variance = mean(apply('mul', centered, centered));
  const scale = apply('div', constant(1), apply('sqrt', apply('add', variance, constant(number('epsilon', 1e-5)))));
  const g = parts.rows(gain, refuse, node.inputs[1]);
  const made = apply('mul', apply('mul', centered, scale), g.expr);
  const b = shift === undefined ? null : parts.rows(shift, refuse, node.inputs[2]);
  return parts.joined(
    [x, g, ...(b === null ? [] : [b])],
    b === null ? made : apply('add', made, b.expr),
    refuse,
    node.op,
  );
}

/** Sizes are computed with whole numbers; null for anything else. */
function wholeArithmetic(op: string, [a, b, ...more]: readonly (BodyValue | undefined)[]): BodyValue | null {
  if (a?.kind !== 'constant' || b?.kind !== 'constant' || more.length > 0) return null;
  if (![a, b].every(({ tensor }) => tensor.dtype === 'int64' && tensor.data.length === 1)) return null;
  const [x, y] = [wholeNumbers(a.tensor)[0], wholeNumbers(b.tensor)[0]];
  const results: Readonly<Record<string, number>> = { Add: x + y, Sub: x - y, Mul: x * y, Div: Math.trunc(x / y) };
  const found = Object.hasOwn(results, op) ? results[op] : undefined;
  if (found === undefined || !Number.isSafeInteger(found)) return null;
  return wholeConstant(found, a.tensor.shape.length > b.tensor.shape.length ? a.tensor.shape : b.tensor.shape);
}
