// What a classifier reads of a text, and what it answers: plain functions, which a module of its own uses too.
import type { Classified } from './options.js';

/** The beginning and the end, where there is more than so much. */
export function headAndTail<T extends Int32Array | Float64Array | string[]>(tokens: T, most = Infinity): T {
  if (tokens.length <= most) return tokens;
  const head = Math.ceil(most / 2);
  const from = tokens.length - (most - head);
  return tokens.filter((_: unknown, i: number) => i < head || i >= from) as T;
}

/** @param probabilities of the labels, in their order */
export function classified(labels: readonly string[], probabilities: ArrayLike<number>): Classified {
  const own = Array.from(probabilities);
  const best = own.indexOf(Math.max(...own));
  const named = Object.fromEntries(labels.map((label, k) => [label, own[k]]));
  return { label: labels[best], probability: own[best], probabilities: named };
}
