// From lanes to coordinates: every lane as near to the one before it as what stands on them allows.

/** Something on a lane: a part, or a straight piece of a line, over a range of the other axis's lanes. */
export interface Item {
  readonly lane: number;
  /** From the lane's middle, in pixels; 0 for a line. */
  readonly half: number;
  readonly low: number;
  readonly high: number;
}

const GAP = { lines: 13, lineAndPart: 18, parts: 28, frame: 18 } as const;

function distance(a: Item, b: Item): number {
  const lines = a.half === 0 && b.half === 0;
  const reach = lines ? 1 : 0;
  if (a.high + reach < b.low || b.high + reach < a.low) return 0;
  if (lines) return GAP.lines;
  return a.half + b.half + (a.half === 0 || b.half === 0 ? GAP.lineAndPart : GAP.parts);
}

/**
 * Coordinates of the lanes in pixels. Lane 0 and the last are the frame. `fixed` lanes stand at an offset from another lane (the
 * ports of a box from its middle).
 */
export function compactLanes(
  count: number,
  items: readonly Item[],
  fixed: ReadonlyMap<number, { readonly lane: number; readonly offset: number }>,
): number[] {
  const base = (lane: number): { lane: number; offset: number } => fixed.get(lane) ?? { lane, offset: 0 };
  const sorted = items.toSorted((a, b) => base(a.lane).lane - base(b.lane).lane);
  const at = new Float64Array(count);
  const place = (lane: number): number => {
    const own = base(lane);
    return at[own.lane] + own.offset;
  };
  let end = 0;
  for (const [i, b] of sorted.entries()) {
    const own = base(b.lane);
    let need = GAP.frame + b.half - own.offset;
    for (const a of sorted.slice(0, i)) {
      const other = base(a.lane);
      if (other.lane === own.lane) continue;
      const apart = distance(a, b);
      need = Math.max(need, place(a.lane) + apart - own.offset);
    }
    at[own.lane] = Math.max(at[own.lane], need);
    end = Math.max(end, place(b.lane) + b.half + GAP.frame);
  }
  at[count - 1] = end;
  return Array.from({ length: count }, (_, lane) => place(lane));
}
