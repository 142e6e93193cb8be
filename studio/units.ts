// Groups of units as people write them: `3`, `0-7, 12`.

/** From 0, each once; null for what is no such list. */
export function readUnits(text: string): number[] | null {
  const units = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,4})\s*(?:[-–]\s*(\d{1,4}))?\s*$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first)) return null;
    for (let unit = Number(first); unit <= Number(last); unit++) units.add(unit);
  }
  return [...units].sort((a, b) => a - b);
}
