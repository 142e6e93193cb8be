// Values that a poke holds, in an address: `f:0-7,12=1;1/h=0.5+`. A layer above the first, a value of the cell, which of its units (all
// where none is said), at what, and + where it is held from there on.
import type { Hold } from './messages.js';
import { readUnits } from './units.js';

/** At once, at most. */
export const MOST_HOLDS = 8;

export function writeHolds(holds: readonly Hold[]): string {
  return holds
    .map(({ layer, value, units, to, isLasting }) => {
      const where = `${layer === 0 ? '' : `${layer}/`}${value}`;
      return `${where}${units === null ? '' : `:${units.join()}`}=${to}${isLasting ? '+' : ''}`;
    })
    .join(';');
}

/** The other way round; null for what is none. */
export function readHolds(said: string): Hold[] | null {
  if (said === '') return [];
  const holds: Hold[] = [];
  for (const one of said.split(';')) {
    const found = /^(?:(\d)\/)?([^\s/:=;+]{1,40})(?::([\d,\s–-]+))?=(-?[\d.]+(?:e-?\d+)?)(\+?)$/.exec(one);
    if (found === null) return null;
    const [, layer = '0', value, written, to, lasting] = found;
    const units = written === undefined ? null : readUnits(written);
    if ((written !== undefined && units === null) || !Number.isFinite(Number(to))) return null;
    holds.push({ layer: Number(layer), value, units, to: Number(to), isLasting: lasting === '+' });
  }
  return holds.length > MOST_HOLDS ? null : holds;
}
