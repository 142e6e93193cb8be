// The one table of derivatives, and reverse mode on expressions. Autograd and the cells both stand on it.
import { apply, constant, type Expr, type OpExpr, type OpName, rowSum, topological } from './expr.js';
import { logistic, siluSlope } from './functions.js';

/**
 * For y = op(args) and the adjoint ȳ: the adjoint that goes to each argument; null where there is none (steps, counts).
 * Where the derivative follows from y alone (sigmoid, tanh, relu, exp, sqrt) it is written so: then y is all that is kept.
 */
type Rule = (y: OpExpr, adjoint: Expr) => (Expr | null)[];

const one = constant(1);
const mul = (a: Expr, b: Expr): Expr => apply('mul', a, b);

const DERIVATIVES: { readonly [K in OpName]: Rule } = {
  neg: (_, g) => [apply('neg', g)],
  abs: (y, g) => [mul(g, apply('sign', y.args[0]))],
  exp: (y, g) => [mul(g, y)],
  log: (y, g) => [apply('div', g, y.args[0])],
  sqrt: (y, g) => [apply('div', mul(constant(0.5), g), y)],
  reciprocal: (y, g) => [apply('neg', mul(g, mul(y, y)))],
  sigmoid: (y, g) => [mul(g, mul(y, apply('sub', one, y)))],
  tanh: (y, g) => [mul(g, apply('sub', one, mul(y, y)))],
  relu: (y, g) => [mul(g, apply('less', constant(0), y))],
  softplus: (y, g) => [mul(g, logistic(y.args[0]))],
  logSigmoid: (y, g) => [mul(g, logistic(apply('neg', y.args[0])))],
  silu: (y, g) => [mul(g, siluSlope(y.args[0]))],
  sign: () => [null],
  add: (_, g) => [g, g],
  sub: (_, g) => [g, apply('neg', g)],
  mul: (y, g) => [mul(g, y.args[1]), mul(g, y.args[0])],
  div: (y, g) => [apply('div', g, y.args[1]), apply('neg', mul(g, apply('div', y, y.args[1])))],
  // Where both are equal the gradient is shared, as in PyTorch.
  max: (y, g) => shareByOrder(y.args[1], y.args[0], g),
  min: (y, g) => shareByOrder(y.args[0], y.args[1], g),
  less: () => [null, null],
  equal: () => [null, null],
  select: (y, g) => [null, apply('select', y.args[0], g, constant(0)), apply('select', y.args[0], constant(0), g)],
  fma: (y, g) => [mul(g, y.args[1]), mul(g, y.args[0]), g],
};

/** For max(a, b): the share of a is 1 where b < a, ½ where equal; `lesser`, `greater` are b, a. */
function shareByOrder(lesser: Expr, greater: Expr, g: Expr): Expr[] {
  const half = mul(constant(0.5), apply('equal', lesser, greater));
  return [
    mul(g, apply('add', apply('less', lesser, greater), half)),
    mul(g, apply('add', apply('less', greater, lesser), half)),
  ];
}

/** Whether the derivative of this operation follows from its result alone. */
export function derivativeFromResult(op: OpName): boolean {
  return op === 'sigmoid' || op === 'tanh' || op === 'relu' || op === 'exp' || op === 'sqrt' || op === 'reciprocal';
}

/**
 * Reverse mode: the adjoint of every node below the outputs that has one, given the outputs' adjoints. Where nodes have
 * widths, `widthOf` tells those of nodes and adjoints, and `scalar` is that of one number a row: what such a node gives to whole
 * rows comes back as a row sum.
 */
export function adjoints<W>(
  outputs: readonly { expr: Expr; adjoint: Expr }[],
  { widthOf, scalar }: { widthOf: (e: Expr) => W | null; scalar: W | undefined } = {
    widthOf: () => null,
    scalar: undefined,
  },
): Map<Expr, Expr> {
  const found = new Map<Expr, Expr>();
  /** For nodes of one number a row: what came from rows of each width. */
  const rows = new Map<Expr, Map<W | null, Expr>>();
  const give = (e: Expr, g: Expr): void => {
    const width = widthOf(g);
    if (widthOf(e) === scalar && width !== scalar) {
      const byWidth = rows.get(e) ?? new Map<W | null, Expr>();
      const before = byWidth.get(width);
      rows.set(e, byWidth.set(width, before === undefined ? g : apply('add', before, g)));
      return;
    }
    const before = found.get(e);
    found.set(e, before === undefined ? g : apply('add', before, g));
  };
  const order = topological(outputs.map((o) => o.expr));
  for (const { expr, adjoint } of outputs) give(expr, adjoint);
  for (const e of order.reverse()) {
    for (const g of rows.get(e)?.values() ?? []) found.set(e, apply('add', found.get(e) ?? constant(0), rowSum(g)));
    const g = found.get(e);
    if (g === undefined) continue;
    if (e.kind === 'rowSum') give(e.args[0], g);
    if (e.kind !== 'op') continue;
    const rule: Rule = DERIVATIVES[e.op];
    rule(e, g).forEach((part, i) => {
      if (part !== null) give(e.args[i], part);
    });
  }
  return found;
}
