// The graph of a step as people read it: linears and normalizations in place of their leaves, 1 − z as one operation, and an
// interpolation n + z·(h − n) as the textbooks print it, (1 − z)·n + z·h.
import { refuseOtherCopy } from '../../copy.js';
import { optionsOf, refuse } from '../../expect.js';
import { argumentsOf, type Expr } from '../../program/expr.js';
import type { CellGraph } from '../../cell/define/graph.js';
import { inverseLengthOf, leafExpr, leafNamed } from '../../cell/define/leaf.js';
import { SCALAR } from '../../cell/define/width.js';

export type ShownKind = 'x' | 'state' | 'vector' | 'scalar' | 'constant' | 'random' | 'linear' | 'norm' | 'op';

/** A node; equal values are the same object. */
export interface Shown {
  readonly id: number;
  readonly kind: ShownKind;
  /** The name of a leaf, linear or norm; the operation; the digits of a constant. */
  readonly name: string;
  readonly args: readonly Shown[];
  /** Whether a linear has a bias. */
  readonly bias: boolean;
}

export interface ShownGraph {
  /** The new value of each state, in the order of the states. */
  readonly next: ReadonlyMap<string, Shown>;
  readonly linears: readonly Shown[];
  readonly named: ReadonlyMap<string, Shown>;
  /** All nodes, arguments before what uses them. */
  readonly order: readonly Shown[];
  /** How often a node is an argument or the new value of a state. */
  readonly uses: ReadonlyMap<Shown, number>;
}

/** What the kinds of expressions have, read without their types: a kind that is new here is shown as a function. */
interface AnyExpr {
  readonly kind: string;
  readonly name?: string;
  readonly value?: number;
  readonly op?: string;
}

/** How equations are shown, as a formula or a diagram. */
export interface ShownOptions {
  /** n + z · (h − n) as it is computed, in place of (1 − z) · n + z · h. */
  readonly asComputed?: boolean;
}

/** Errors: OPTION for what is no cell, and for options that are not known. @param of whose options */
export function shownOptions(graph: CellGraph, given: ShownOptions, of: string): ShownOptions {
  refuseOtherCopy(graph, 'cell');
  if (!(graph?.next instanceof Map))
    refuse('a cell', graph, 'give one of the library, such as LSTM, or make one with defineCell');
  return optionsOf(given, { asComputed: true }, of);
}

/** v where e is softplus as model files of 0.1 hold it, written out: max(v, 0) + log(1 + exp(−|v|)). */
function softplusOf(e: Expr): Expr | null {
  if (e.kind !== 'op' || e.op !== 'add') return null;
  const [top, log] = e.args;
  if (top.kind !== 'op' || top.op !== 'max') return null;
  const below = [
    ['log', 0],
    ['add', 1],
    ['exp', 0],
    ['neg', 0],
    ['abs', 0],
  ] as const;
  let tail: Expr = log;
  for (const [op, arg] of below) {
    if (tail.kind !== 'op' || tail.op !== op) return null;
    tail = tail.args[arg];
  }
  return tail === top.args[0] ? tail : null;
}

/** The graph to show. */
export function showGraph(graph: CellGraph, options: ShownOptions = {}): ShownGraph {
  const made = new Map<string, Shown>();
  const node = (kind: ShownKind, name: string, args: readonly Shown[] = [], bias = true): Shown => {
    const key = `${kind}:${name}:${args.map((a) => a.id).join()}`;
    const found = made.get(key);
    if (found !== undefined) return found;
    const fresh: Shown = { id: made.size, kind, name, args, bias };
    made.set(key, fresh);
    return fresh;
  };
  const op = (name: string, ...args: Shown[]): Shown => node('op', name, args);

  const numbers = new Set(graph.vectors?.filter((v) => v.size === SCALAR).map((v) => v.name));
  const linears = new Map(graph.linears.map((l) => [l.name, l]));
  const norms = new Map<Expr, { name: string; member: Expr }>();
  for (const { name, members, outputs } of graph.norms ?? [])
    outputs.forEach((output, k) => norms.set(output, { name, member: members[k] }));

  const counts = new Map<Expr, number>();
  const count = (e: Expr): void => {
    const seen = counts.get(e) ?? 0;
    counts.set(e, seen + 1);
    if (seen > 0) return;
    const norm = norms.get(e);
    if (norm === undefined) argumentsOf(e).forEach(count);
    else count(norm.member);
  };
  for (const root of graph.next.values()) count(root);
  for (const l of graph.linears) l.operands.forEach(count);
  const names = new Set(graph.named?.values());

  const own = (part: Expr): boolean => counts.get(part) === 1 && !names.has(part) && !norms.has(part);

  /** z, a and b of a + z·(b − a), where the steps between are nobody else's. */
  const interpolation = (e: Expr): { z: Expr; a: Expr; b: Expr } | null => {
    if (options.asComputed === true || e.kind !== 'op' || e.op !== 'add') return null;
    for (const [a, product] of [e.args, [e.args[1], e.args[0]]]) {
      if (product.kind !== 'op' || product.op !== 'mul' || !own(product)) continue;
      for (const [z, difference] of [product.args, [product.args[1], product.args[0]]]) {
        if (difference.kind === 'op' && difference.op === 'sub' && difference.args[1] === a && own(difference))
          return { z, a, b: difference.args[0] };
      }
    }
    return null;
  };

  /** What a function of the cell language was written out as: its name and argument. */
  const written = (e: Expr): { name: string; of: Expr } | null => {
    if (e.kind !== 'op') return null;
    const plus = softplusOf(e);
    if (plus !== null) return { name: 'softplus', of: plus };
    const inner = e.op === 'neg' && own(e.args[0]) ? softplusOf(e.args[0]) : null;
    if (inner?.kind === 'op' && inner.op === 'neg') return { name: 'logSigmoid', of: inner.args[0] };
    const [sum, factor] = e.args;
    if (e.op === 'mul' && sum.kind === 'rowSum' && factor.kind === 'uniform' && inverseLengthOf(factor.name) !== null)
      return { name: 'mean', of: sum.args[0] };
    return null;
  };

  const memo = new Map<Expr, Shown>();
  const show = (e: Expr): Shown => {
    const known = memo.get(e);
    if (known !== undefined) return known;
    const shown = convert(e);
    memo.set(e, shown);
    return shown;
  };
  const convert = (e: Expr): Shown => {
    const norm = norms.get(e);
    if (norm !== undefined) return node('norm', norm.name, [show(norm.member)]);
    const any: AnyExpr = e;
    if (any.kind === 'input') return leaf(any.name ?? '');
    if (any.kind === 'uniform') return node('scalar', any.name ?? '');
    if (any.kind === 'constant') return node('constant', String(any.value));
    if (any.kind === 'random') return node('random', 'r');
    const between = interpolation(e);
    if (between !== null) {
      const z = show(between.z);
      return op('add', op('mul', op('oneMinus', z), show(between.a)), op('mul', z, show(between.b)));
    }
    const short = written(e);
    if (short !== null) return op(short.name, show(short.of));
    const args = argumentsOf(e).map(show);
    if (any.op === 'sub' && args[0].kind === 'constant' && args[0].name === '1') return op('oneMinus', args[1]);
    if (any.op === 'fma') return op('add', op('mul', args[0], args[1]), args[2]);
    return op(any.op ?? any.kind, ...args);
  };
  const leaf = (name: string): Shown => {
    const of = leafNamed(name);
    if (of === null) return node('vector', name);
    switch (of.kind) {
      case 'input':
        return node('x', 'x');
      case 'state':
        return node('state', of.name);
      case 'linear': {
        const linear = linears.get(of.name);
        if (linear === undefined) return node('vector', of.name);
        return node('linear', of.name, linear.operands.map(show), linear.bias !== false);
      }
      case 'vector':
      case 'mask':
        return node(numbers.has(of.name) ? 'scalar' : 'vector', of.name);
      default:
        return of satisfies never;
    }
  };

  const next = new Map<string, Shown>();
  for (const s of graph.states) {
    const value = graph.next.get(s);
    if (value !== undefined) next.set(s, show(value));
  }
  const named = new Map([...(graph.named ?? [])].map(([name, e]) => [name, show(e)] as const));
  const order: Shown[] = [];
  const uses = new Map<Shown, number>();
  const visit = (s: Shown): void => {
    const seen = uses.get(s) ?? 0;
    uses.set(s, seen + 1);
    if (seen > 0) return;
    s.args.forEach(visit);
    order.push(s);
  };
  for (const value of next.values()) visit(value);
  const shownLinears = graph.linears
    .map((l) => leaf(leafExpr({ kind: 'linear', name: l.name }).name))
    .filter((l) => uses.has(l));
  return { next, linears: shownLinears, named, order, uses };
}

/** Whether a node has one number for the whole row. */
export function isScalar(s: Shown): boolean {
  if (s.kind === 'constant' || s.kind === 'scalar') return true;
  if (s.kind !== 'op') return false;
  return s.name === 'rowSum' || s.name === 'mean' || (s.args.length > 0 && s.args.every(isScalar));
}

/** Whether a node has no input and no state below it. */
export function isFixed(s: Shown): boolean {
  return s.kind === 'vector' || isConstantLike(s) || (s.kind === 'op' && s.args.length > 0 && s.args.every(isFixed));
}

function isConstantLike(s: Shown): boolean {
  return s.kind === 'constant' || s.kind === 'scalar';
}
