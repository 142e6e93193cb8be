// ONNX's elementwise operators as expressions of cells: the inverse of formats/onnx/operators.ts, and some that others write.
import { apply, constant, type Expr, type OpName } from '../../program/expr.js';

const UNARY: Readonly<Record<string, OpName>> = {
  ...{ Neg: 'neg', Abs: 'abs', Exp: 'exp', Log: 'log', Sqrt: 'sqrt', Reciprocal: 'reciprocal', Sigmoid: 'sigmoid' },
  ...{ Tanh: 'tanh', Relu: 'relu', Sign: 'sign', Softplus: 'softplus' },
};
const BINARY: Readonly<Record<string, OpName>> = { Add: 'add', Sub: 'sub', Mul: 'mul', Div: 'div' };
/** Of one input or many. */
const VARIADIC: Readonly<Record<string, OpName>> = { Max: 'max', Min: 'min', Sum: 'add' };

/** The numbers of an operator: its attributes, by name. */
export type NumbersOf = (name: string, otherwise: number) => number;

/** What an elementwise operator computes; null for one that is none, or has no words here. */
export function elementwise(op: string, args: readonly Expr[], number: NumbersOf): Expr | null {
  const [x, y] = args;
  if (args.length === 1 && Object.hasOwn(UNARY, op)) return plain(UNARY[op], x);
  if (Object.hasOwn(BINARY, op)) return args.length === 2 ? plain(BINARY[op], x, y) : null;
  if (Object.hasOwn(VARIADIC, op)) return args.reduce((a, b) => plain(VARIADIC[op], a, b));
  switch (op) {
    case 'Elu': {
      const below = apply('sub', apply('exp', apply('min', x, constant(0))), constant(1));
      return apply('add', apply('relu', x), apply('mul', below, constant(number('alpha', 1))));
    }
    case 'LeakyRelu':
      return apply(
        'add',
        apply('relu', x),
        apply('mul', apply('min', x, constant(0)), constant(number('alpha', 0.01))),
      );
    case 'HardSigmoid': {
      const line = apply('add', apply('mul', x, constant(number('alpha', 0.2))), constant(number('beta', 0.5)));
      return apply('min', apply('max', line, constant(0)), constant(1));
    }
    case 'Softsign':
      return apply('div', x, apply('add', apply('abs', x), constant(1)));
    case 'Clip':
      return args.slice(1).reduce((value, bound, i) => apply(i === 0 ? 'max' : 'min', value, bound), x);
    case 'Pow':
      if (args.length !== 2 || y.kind !== 'constant') return null;
      return y.value === 2 ? apply('mul', x, x) : y.value === 0.5 ? apply('sqrt', x) : y.value === 1 ? x : null;
    default:
      return null;
  }
}

/** An operation; what formats/onnx/operators.ts writes in several nodes is one again. */
function plain(op: OpName, x: Expr, y?: Expr): Expr {
  const made = y === undefined ? apply(op, x) : apply(op, x, y);
  if (made.kind !== 'op') return made;
  const [a, b] = made.args;
  switch (made.op) {
    case 'add':
      return softplusOf(a, b) ?? softplusOf(b, a) ?? made;
    case 'neg':
      return isOp(a, 'softplus') && isOp(a.args[0], 'neg') ? apply('logSigmoid', a.args[0].args[0]) : made;
    case 'mul':
      if (isOp(b, 'sigmoid') && b.args[0] === a) return apply('silu', a);
      return isOp(a, 'sigmoid') && a.args[0] === b ? apply('silu', b) : made;
    default:
      return made;
  }
}

/** relu(x) + log(e^−|x| + 1) */
function softplusOf(a: Expr, b: Expr): Expr | null {
  if (!isOp(a, 'relu')) return null;
  const [x] = a.args;
  const decay = apply('exp', apply('neg', apply('abs', x)));
  const one = constant(1);
  return [apply('add', decay, one), apply('add', one, decay)].some((sum) => apply('log', sum) === b)
    ? apply('softplus', x)
    : null;
}

function isOp(e: Expr, op: OpName): e is Extract<Expr, { kind: 'op' }> {
  return e.kind === 'op' && e.op === op;
}
