// Expressions of the elementwise language: immutable, interned nodes, so that equal expressions are the same object.

/**
 * Operations of one, two and three arguments: instructions, which backend/isa.ts describes, and functions that functions.ts
 * writes out in them: softplus log(1 + e^x), logSigmoid log σ(x), silu x · σ(x).
 */
export const ARITY = {
  neg: 1, abs: 1, exp: 1, log: 1, sqrt: 1, reciprocal: 1, sigmoid: 1, tanh: 1, relu: 1, sign: 1,
  softplus: 1, logSigmoid: 1, silu: 1,
  add: 2, sub: 2, mul: 2, div: 2, max: 2, min: 2, less: 2, equal: 2,
  select: 3, fma: 3,
} as const; // prettier-ignore

/** The name of an operation of the elementwise language. */
export type OpName = keyof typeof ARITY;

interface ExprBase {
  readonly id: number;
}

/** An element of a named operand. */
export type InputExpr = ExprBase & { readonly kind: 'input'; readonly name: string };
/** A named number, the same for all elements, given at each run. */
export type UniformExpr = ExprBase & { readonly kind: 'uniform'; readonly name: string };
export type ConstantExpr = ExprBase & { readonly kind: 'constant'; readonly value: number };
/** A uniform random number in [0, 1), a new one for each element, call and stream. */
export type RandomExpr = ExprBase & { readonly kind: 'random'; readonly stream: number };
export type OpExpr = ExprBase & { readonly kind: 'op'; readonly op: OpName; readonly args: readonly Expr[] };

/** The sum over the row: one number for each row of the grid. Only cells have it (cell/derive.ts makes a stage of it). */
export type RowSumExpr = ExprBase & { readonly kind: 'rowSum'; readonly args: readonly [Expr] };

export type Expr = RowSumExpr | InputExpr | UniformExpr | ConstantExpr | RandomExpr | OpExpr;

const interned = new Map<string, Expr>();
let nextId = 0;

function intern<E extends Expr>(key: string, make: (id: number) => E): E {
  const found = interned.get(key);
  if (found !== undefined) return found as E;
  const made = make(nextId++);
  interned.set(key, made);
  return made;
}

export function input(name: string): InputExpr {
  return intern(`i:${name}`, (id) => ({ id, kind: 'input', name }));
}

export function uniform(name: string): UniformExpr {
  return intern(`u:${name}`, (id) => ({ id, kind: 'uniform', name }));
}

export function constant(value: number): ConstantExpr {
  return intern(`c:${Object.is(value, -0) ? '-0' : value}`, (id) => ({ id, kind: 'constant', value }));
}

export function random(stream = 0): RandomExpr {
  return intern(`r:${stream}`, (id) => ({ id, kind: 'random', stream }));
}

export function rowSum(arg: Expr): Expr {
  if (isConstant(arg, 0)) return arg;
  return intern(`rowSum:${arg.id}`, (id) => ({ id, kind: 'rowSum', args: [arg] }));
}

/** What an expression is computed from. */
export function argumentsOf(e: Expr): readonly Expr[] {
  return e.kind === 'op' || e.kind === 'rowSum' ? e.args : [];
}

function isConstant(e: Expr, value: number): boolean {
  return e.kind === 'constant' && e.value === value;
}

/** What simplifies away; gradients produce many additions of 0 and products with 1. */
function simplify(op: OpName, args: readonly Expr[]): Expr | null {
  const [a, b] = args;
  switch (op) {
    case 'neg':
      if (a.kind === 'constant') return constant(-a.value);
      return a.kind === 'op' && a.op === 'neg' ? a.args[0] : null;
    case 'add':
      if (isConstant(a, 0)) return b;
      if (isConstant(b, 0)) return a;
      if (b.kind === 'op' && b.op === 'neg') return apply('sub', a, b.args[0]);
      return a.kind === 'constant' && b.kind === 'constant' ? constant(a.value + b.value) : null;
    case 'sub':
      if (isConstant(b, 0)) return a;
      if (isConstant(a, 0)) return apply('neg', b);
      return a.kind === 'constant' && b.kind === 'constant' ? constant(a.value - b.value) : null;
    case 'mul':
      if (isConstant(a, 0) || isConstant(b, 0)) return constant(0);
      if (isConstant(a, 1)) return b;
      if (isConstant(b, 1)) return a;
      if (isConstant(a, -1)) return apply('neg', b);
      if (isConstant(b, -1)) return apply('neg', a);
      return a.kind === 'constant' && b.kind === 'constant' ? constant(a.value * b.value) : null;
    case 'div':
      return isConstant(b, 1) ? a : null;
    default:
      return null;
  }
}

/** The expression `op(args)`, simplified where that is exact. */
export function apply(op: OpName, ...args: readonly Expr[]): Expr {
  if (args.length !== ARITY[op]) throw new Error(`${op} takes ${ARITY[op]} arguments, received ${args.length}`);
  const simple = simplify(op, args);
  if (simple !== null) return simple;
  return intern(`${op}:${args.map((a) => a.id).join()}`, (id) => ({ id, kind: 'op', op, args }));
}

/** All nodes below `roots`, arguments before what uses them. */
export function topological(roots: Iterable<Expr>, stop: (e: Expr) => boolean = () => false): Expr[] {
  const order: Expr[] = [];
  const seen = new Set<Expr>();
  const visit = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (!stop(e)) argumentsOf(e).forEach(visit);
    order.push(e);
  };
  for (const root of roots) visit(root);
  return order;
}

/** The same expression with some nodes replaced. */
export function substitute(root: Expr, replacements: ReadonlyMap<Expr, Expr>): Expr {
  const memo = new Map<Expr, Expr>(replacements);
  for (const e of topological([root], (e) => replacements.has(e))) {
    if (memo.has(e)) continue;
    const args = argumentsOf(e).map((a) => memo.get(a) ?? a);
    memo.set(e, e.kind === 'op' ? apply(e.op, ...args) : e.kind === 'rowSum' ? rowSum(args[0]) : e);
  }
  return memo.get(root) ?? root;
}
