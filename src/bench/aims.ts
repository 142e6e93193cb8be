// What a task aims at, against whom, and whether it is met.

/** At least `ratio` times as good as a reading of a peer (the best of all where none is named), or at most so much. */
export type Aim = { ratio: number; against?: string } | { atMost: number };

export interface AimResult {
  /** For people: `1.3 × PyTorch`, `≤ 0.15 s`. */
  aim: string;
  /** Where the value should be at least, or at most where less is better; null where the peer was not read. */
  target: number | null;
  /** The ratio, or the value where there is a limit; null where the peer was not read. */
  received: number | null;
  met: boolean | null;
}

/** How many times better ours is than theirs. */
export function ratioOf(ours: number, theirs: number, better: 'more' | 'less'): number {
  return better === 'more' ? ours / theirs : theirs / ours;
}

/** The best reading of the peers; null where there is none. */
export function bestOf(peers: Readonly<Record<string, number>>, better: 'more' | 'less'): [string, number] | null {
  const readings = Object.entries(peers).sort(([, a], [, b]) => (better === 'more' ? b - a : a - b));
  return readings.length === 0 ? null : readings[0];
}

/** @param peers readings by their names */
export function judge(
  aim: Aim,
  {
    value,
    unit,
    better,
    peers,
  }: { value: number; unit: string; better: 'more' | 'less'; peers: Record<string, number> },
): AimResult {
  if ('atMost' in aim) {
    return { aim: `≤ ${aim.atMost} ${unit}`, target: aim.atMost, received: value, met: value <= aim.atMost };
  }
  const text = `${aim.ratio} × ${aim.against ?? 'the best'}`;
  const theirs = aim.against === undefined ? bestOf(peers, better)?.[1] : peers[aim.against];
  if (theirs === undefined) return { aim: text, target: null, received: null, met: null };
  const target = better === 'more' ? theirs * aim.ratio : theirs / aim.ratio;
  const received = ratioOf(value, theirs, better);
  return { aim: text, target, received, met: received >= aim.ratio };
}
