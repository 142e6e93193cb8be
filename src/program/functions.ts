// Functions of the elementwise language that are no instructions: compile() writes them out in operations that are. Each has its
// own rule in derivatives.ts, since the derivative of what is written here would divide 0 by 0 or lose digits.
import { apply, constant, type Expr, type OpName, topological } from './expr.js';

/** The operations that are written out before a program is compiled. */
type FunctionName = 'softplus' | 'logSigmoid' | 'silu';
/** The operations that are instructions. */
export type InstructionName = Exclude<OpName, FunctionName>;

const [zero, one] = [constant(0), constant(1)];
/** Beyond it σ(x) is 0 or 1 in float32 and float64: an infinite x counts as this one, where ∞ · 0 would be NaN. */
const FAR = 1000;

/** e^−|x|: never above 1, whatever x is. */
const decay = (x: Expr): Expr => apply('exp', apply('neg', apply('abs', x)));

/** log(1 + e) for e ≥ 0 without losing a small e: log(u) · e / (u − 1) with u = 1 + e (Goldberg 1991, theorem 4). */
function log1p(e: Expr): Expr {
  const u = apply('add', one, e);
  const quotient = apply('div', apply('mul', apply('log', u), e), apply('sub', u, one));
  return apply('select', apply('equal', u, one), e, quotient);
}

/**
 * σ(x) with all digits of small results, e^x / (1 + e^x) below 0: the instruction `sigmoid` of the compiled backends
 * stops at σ(−88.7) = 3e-39, which is enough for a gate, but not to be multiplied by x.
 */
export function logistic(x: Expr): Expr {
  const e = decay(x);
  return apply('div', apply('select', apply('less', x, zero), e, one), apply('add', one, e));
}

/** The derivative of silu: σ(x) · (1 + x · σ(−x)). */
export function siluSlope(x: Expr): Expr {
  const e = decay(x);
  const complement = apply('div', apply('select', apply('less', x, zero), one, e), apply('add', one, e));
  const near = apply('min', apply('max', x, constant(-FAR)), constant(FAR));
  return apply('mul', logistic(x), apply('add', one, apply('mul', near, complement)));
}

function softplus(x: Expr): Expr {
  return apply('add', apply('max', x, zero), log1p(decay(x)));
}

const WRITTEN_OUT: { readonly [K in FunctionName]: (x: Expr) => Expr } = {
  softplus,
  logSigmoid: (x) => apply('neg', softplus(apply('neg', x))),
  silu: (x) => apply('mul', apply('max', x, constant(-FAR)), logistic(x)),
};

function isFunction(op: OpName): op is FunctionName {
  return Object.hasOwn(WRITTEN_OUT, op);
}

/** The same expressions in operations that are instructions. */
export function writeOut(roots: readonly Expr[]): Expr[] {
  const order = topological(roots);
  if (!order.some((e) => e.kind === 'op' && isFunction(e.op))) return [...roots];
  const written = new Map<Expr, Expr>();
  const of = (e: Expr): Expr => written.get(e) ?? e;
  for (const e of order) {
    if (e.kind !== 'op') continue;
    const args = e.args.map(of);
    written.set(e, isFunction(e.op) ? WRITTEN_OUT[e.op](args[0]) : apply(e.op, ...args));
  }
  return roots.map(of);
}

/** Whether the operation is an instruction of its own. */
export function isInstruction(op: OpName): op is InstructionName {
  return !isFunction(op);
}
