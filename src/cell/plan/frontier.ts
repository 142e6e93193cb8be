// Which values a later round of a step takes from memory instead of computing them again.
import { argumentsOf, type Expr, topological } from '../../program/expr.js';

/** From so many operations on a value is worth its place: a store and a load cost about as much as two. */
const WORTH = 2;

/**
 * Values that one round computes and a later one needs, where computing them again costs more than memory does.
 * @param roots everything that is computed, in all rounds
 * @param level the round of each value
 * @param known what is in memory anyway
 */
export function frontierOf(roots: readonly Expr[], level: (e: Expr) => number, known: (e: Expr) => boolean): Expr[] {
  const order = topological(roots, known);
  const later = new Set<Expr>();
  for (const e of order) {
    if (known(e)) continue;
    for (const a of argumentsOf(e)) if (a.kind === 'op' && !known(a) && level(a) < level(e)) later.add(a);
  }
  const found: Expr[] = [];
  const stored = new Set<Expr>();
  for (const e of order) {
    if (!later.has(e)) continue;
    const own = topological([e], (n) => n !== e && (stored.has(n) || known(n)));
    const work = own.filter((n) => n.kind === 'op' && !stored.has(n) && !known(n)).length;
    if (work < WORTH) continue;
    stored.add(e);
    found.push(e);
  }
  return found;
}
