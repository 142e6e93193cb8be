// The leaves of a cell's graph: what a step is given. An expression names one as files do (`x`, `s:h`, `z:i`, `v:p`, `m:h`); only
// here such names are made and read.
import { type Expr, input, type InputExpr, uniform, type UniformExpr } from '../../program/expr.js';
import type { WidthName } from './width.js';

/** x; a state before the step; a linear's result; a parameter that all rows share; a mask made by transform.ts. */
export type Leaf =
  | { readonly kind: 'input' }
  | { readonly kind: 'state'; readonly name: string }
  | { readonly kind: 'linear'; readonly name: string }
  | { readonly kind: 'vector'; readonly name: string }
  | { readonly kind: 'mask'; readonly name: string };

type Named = Exclude<Leaf['kind'], 'input'>;

const PREFIX = { state: 's:', linear: 'z:', vector: 'v:', mask: 'm:' } as const satisfies Record<Named, string>;
const KINDS = new Map<string, Named>(Object.entries(PREFIX).map(([kind, prefix]) => [prefix, kind as Named]));

/** What an input of an expression stands for; null for none of a cell's. */
export function leafNamed(name: string): Leaf | null {
  if (name === INPUT.name) return { kind: 'input' };
  const kind = KINDS.get(name.slice(0, 2));
  return kind === undefined ? null : { kind, name: name.slice(2) };
}

/** What a value stands for; null where it is computed. */
export function leafOf(e: Expr): Leaf | null {
  return e.kind === 'input' ? leafNamed(e.name) : null;
}

/** A leaf in an expression. */
export function leafExpr(leaf: Leaf): InputExpr {
  return leaf.kind === 'input' ? INPUT : input(PREFIX[leaf.kind] + leaf.name);
}

export const INPUT = input('x');

export function stateExpr(name: string): Expr {
  return leafExpr({ kind: 'state', name });
}

export function linearExpr(name: string): Expr {
  return leafExpr({ kind: 'linear', name });
}

export function vectorExpr(name: string): Expr {
  return leafExpr({ kind: 'vector', name });
}

export function maskExpr(name: string): Expr {
  return leafExpr({ kind: 'mask', name });
}

const OVER = '1/';

/** One over the length of values side by side, by their widths: the number `1/hidden+hidden`. */
export function inverseLength(widths: readonly WidthName[]): UniformExpr {
  return uniform(OVER + widths.join('+'));
}

/** The widths of such a number, by its name; null for another. */
export function inverseLengthOf(name: string): WidthName[] | null {
  return name.startsWith(OVER) ? name.slice(OVER.length).split('+') : null;
}
