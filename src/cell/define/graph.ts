// A traced cell as plain data: the graph of one step, with the width of every value.
import { UnrolledError } from '../../errors.js';
import { argumentsOf, type Expr, topological } from '../../program/expr.js';
import { type Leaf, leafNamed, leafOf } from './leaf.js';
import { HIDDEN, INPUT_WIDTH, SCALAR, type WidthName } from './width.js';

/** A named affine map: its value is a leaf, of width `size`. */
export interface LinearNode {
  /** As in `linear(name, …)`. */
  readonly name: string;
  /** What each weight multiplies. @internal */
  readonly operands: readonly Expr[];
  /** For each operand: whether its weight is block-diagonal, a block for each head. */
  readonly perHead: readonly boolean[];
  /** The width of the result. */
  readonly size: WidthName;
  /** Whether a bias is added. */
  readonly bias: boolean;
}

/** A parameter that is the same for all rows: a vector, or a number (width `1`). Its value is a leaf. */
export interface VectorNode {
  /** As in `vector(name)`. */
  readonly name: string;
  /** `hidden`, a size of the cell’s own, or `1` for a scalar. */
  readonly size: WidthName;
  /** Initial value of all elements; null: as the initializer of biases says. */
  readonly init: number | null;
}

/** A normalization over a row, for people: the members normalized together and what became of each. */
export interface NormNode {
  /** As in `layerNorm(name, …)`. */
  readonly name: string;
  /** What is normalized together. @internal */
  readonly members: readonly Expr[];
  /** What became of each member. @internal */
  readonly outputs: readonly Expr[];
}

/** The graph of one step: what everything else is derived from. */
export interface CellGraph {
  /** As messages and files call the cell. */
  readonly name: string;
  /** Names of what passes from step to step. */
  readonly states: readonly string[];
  /** The width of each state. */
  readonly stateSizes: Readonly<Record<string, WidthName>>;
  /** What a state starts with where none is given; 0 where missing. */
  readonly initialState: Readonly<Record<string, number>>;
  /** The state that is the layer’s output. */
  readonly output: string;
  /** In the order in which `step` makes them. */
  readonly linears: readonly LinearNode[];
  /** In the order in which `step` makes them. */
  readonly vectors: readonly VectorNode[];
  /** In the order in which `step` makes them. */
  readonly norms: readonly NormNode[];
  /** Values named by the author, for traces and formulas. @internal */
  readonly named: ReadonlyMap<string, Expr>;
  /** The new value of each state. @internal */
  readonly next: ReadonlyMap<string, Expr>;
  /** What the bias of a linear starts with, by its name; drawn where missing. */
  readonly initialBias: Readonly<Record<string, number>>;
  /** Widths that the cell adds to input and hidden. */
  readonly sizes: readonly string[];
  /** Inputs that are the same at every step (masks made by transform.ts): leaves. */
  readonly masks: Readonly<Record<string, WidthName>>;
}

/** Errors: CELL, with the cell's name. */
export function cellError(cell: string, message: string, help: string): UnrolledError {
  return new UnrolledError('CELL', `cell ${cell}: ${message}`, help);
}

/** Letters, digits and _; not what every object has (`constructor`), since names are keys of records. */
export function isName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= 100 && /^[A-Za-z]\w*$/.test(name) && !(name in Object.prototype);
}

/** Names of a network's other parameters, which a vector cannot have. */
export function isParameterName(name: string): boolean {
  return name === 'bias' || /^(weight|initial)_/.test(name);
}

/** Names that sizes of a cell's own cannot have. */
export const KNOWN_SIZES: readonly string[] = [INPUT_WIDTH, HIDDEN, 'heads'];

/** Operations above each other: more than equations have, and as many as recursion over the graph and its gradient bears. */
export const MAX_DEPTH = 500;

/** The most operations above each other. Without recursion, which a deep graph would break. */
export function depthOf(roots: readonly Expr[]): number {
  const found = new Set<Expr>(roots);
  // A set goes on over what is added to it.
  for (const e of found) for (const arg of argumentsOf(e)) found.add(arg);
  const depth = new Map<Expr, number>();
  // Arguments are made first, so their numbers are smaller.
  for (const e of [...found].sort((a, b) => a.id - b.id)) {
    depth.set(e, 1 + argumentsOf(e).reduce((most, arg) => Math.max(most, depth.get(arg) ?? 0), 0));
  }
  return [...depth.values()].reduce((a, b) => Math.max(a, b), 0);
}

/** A value in words, for messages: `linear "i"`, `mul(state "h", …)`. Short however large the value is. */
export function describeValue(e: Expr, depth = 2): string {
  switch (e.kind) {
    case 'input': {
      const leaf = leafOf(e);
      return leaf === null || leaf.kind === 'input' ? e.name : `${leaf.kind} "${leaf.name}"`;
    }
    case 'constant':
      return String(e.value);
    case 'uniform':
      return e.name;
    case 'random':
      return 'a random number';
    case 'op':
    case 'rowSum': {
      const name = e.kind === 'op' ? e.op : 'rowSum';
      return depth === 0 ? `${name}(…)` : `${name}(${e.args.map((a) => describeValue(a, depth - 1)).join(', ')})`;
    }
    default:
      return e satisfies never;
  }
}

/** The width of each leaf of the graph; undefined for one of nothing. */
export function leafWidths(
  cell: Pick<CellGraph, 'states' | 'stateSizes' | 'linears' | 'vectors' | 'masks'>,
): (leaf: Leaf) => WidthName | undefined {
  const states = new Map(cell.states.map((s) => [s, cell.stateSizes[s] ?? HIDDEN]));
  const linears = new Map(cell.linears.map((l) => [l.name, l.size]));
  const vectors = new Map(cell.vectors.map((v) => [v.name, v.size]));
  const masks = new Map(Object.entries(cell.masks));
  return (leaf) => {
    switch (leaf.kind) {
      case 'input':
        return INPUT_WIDTH;
      case 'state':
        return states.get(leaf.name);
      case 'linear':
        return linears.get(leaf.name);
      case 'vector':
        return vectors.get(leaf.name);
      case 'mask':
        return masks.get(leaf.name);
      default:
        return leaf satisfies never;
    }
  };
}

/** The width of a value from those of its arguments; null for a constant, which has none of its own. */
export type WidthOf = (e: Expr) => WidthName | null;

/**
 * Widths of all values. The input takes part in elementwise operations with values of another width: then the two must be
 * equal in size, which `inputEquals` reports.
 * Errors: CELL where two widths meet that are not one.
 */
export function widthsOf(cell: CellGraph): { widthOf: WidthOf; inputEquals: WidthName | null } {
  const widthOfLeaf = leafWidths(cell);
  const memo = new Map<Expr, WidthName | null>();
  let inputEquals: WidthName | null = null;
  const meetsInput = (width: WidthName): void => {
    if (inputEquals !== null && inputEquals !== width) {
      throw cellError(
        cell.name,
        `expected x beside values of one size, received ${inputEquals} and ${width}`,
        'bring x to one of them with a linear',
      );
    }
    inputEquals = width;
  };
  const widthOf: WidthOf = (e) => {
    const known = memo.get(e);
    if (known !== undefined) return known;
    let found: WidthName | null = null;
    if (e.kind === 'input') {
      const leaf = leafNamed(e.name);
      const width = leaf === null ? undefined : widthOfLeaf(leaf);
      if (width === undefined) {
        throw cellError(cell.name, `expected values of this step, received ${e.name}`, 'use what step was given');
      }
      found = width;
    } else if (e.kind === 'rowSum') {
      widthOf(e.args[0]);
      found = SCALAR;
    } else if (e.kind === 'op') {
      for (const arg of e.args) {
        const joined = joinWidths(found, widthOf(arg));
        if (joined === undefined) {
          throw cellError(
            cell.name,
            `expected values of one size in ${describeValue(e)}, received ${String(found)} and ${String(widthOf(arg))}`,
            'bring one to the size of the other with a linear',
          );
        }
        const ofArg: WidthName | null = widthOf(arg);
        const meets =
          [found, ofArg].includes(INPUT_WIDTH) &&
          [found, ofArg].some((w) => w !== null && w !== SCALAR && w !== INPUT_WIDTH);
        if (meets && joined !== null) meetsInput(joined);
        found = joined;
      }
    }
    memo.set(e, found);
    return found;
  };
  const roots = [...cell.next.values(), ...cell.linears.flatMap((l) => l.operands)];
  for (const e of topological(roots)) widthOf(e);
  // A state that becomes the input itself has its size.
  for (const [s, e] of cell.next) if (widthOf(e) === INPUT_WIDTH) meetsInput(cell.stateSizes[s]);
  return { widthOf, inputEquals };
}

/** The width of an elementwise operation on two; undefined where they do not fit. */
export function joinWidths(a: WidthName | null, b: WidthName | null): WidthName | null | undefined {
  if (a === b || b === null) return a;
  if (a === null || a === SCALAR) return b;
  if (b === SCALAR) return a;
  if (a === INPUT_WIDTH) return b;
  if (b === INPUT_WIDTH) return a;
  return undefined;
}

/** All nodes below the graph's results. */
export function graphNodes(cell: CellGraph): Expr[] {
  return topological([...cell.next.values(), ...cell.linears.flatMap((l) => l.operands), ...cell.named.values()]);
}

/** Which nodes use a node as an argument. */
export function usersOf(nodes: readonly Expr[], e: Expr): Expr[] {
  return nodes.filter((n) => argumentsOf(n).includes(e));
}
