// Where a unit is above a number, or below it: `>0.5`, `<-0.2`.

export interface Threshold {
  isAbove: boolean;
  at: number;
}

/** null for what is none. */
export function readThreshold(said: string): Threshold | null {
  const [, side, number] = /^([<>])(-?(?:\d+\.?\d*|\.\d+))$/.exec(said) ?? [];
  return number === undefined ? null : { isAbove: side === '>', at: Number(number) };
}

export function writeThreshold({ isAbove, at }: Threshold): string {
  return `${isAbove ? '>' : '<'}${at}`;
}

export function passes({ isAbove, at }: Threshold, value: number): boolean {
  return isAbove ? value > at : value < at;
}

/** From the first token of a stretch to the one after its last. */
export interface Stretch {
  from: number;
  to: number;
}

/** Tokens in a row that pass, in the order of the text. */
export function stretchesOf(threshold: Threshold, values: ArrayLike<number>): Stretch[] {
  const stretches: Stretch[] = [];
  for (let t = 0; t < values.length; t++) {
    if (!passes(threshold, values[t])) continue;
    const last = stretches.at(-1);
    if (last?.to === t) last.to = t + 1;
    else stretches.push({ from: t, to: t + 1 });
  }
  return stretches;
}

/** Tokens at which it passes most often: the share of their occurrences. Those that stand seldom say nothing. */
export function tokensAt(
  threshold: Threshold,
  values: ArrayLike<number>,
  tokens: readonly string[],
  { most = 6, seldom = 5 } = {},
): { token: string; share: number; of: number }[] {
  const counts = new Map<string, { passed: number; of: number }>();
  tokens.forEach((token, t) => {
    const count = counts.get(token) ?? { passed: 0, of: 0 };
    count.of++;
    if (passes(threshold, values[t])) count.passed++;
    counts.set(token, count);
  });
  return [...counts]
    .filter(([, { passed, of }]) => of >= seldom && passed > 0)
    .map(([token, { passed, of }]) => ({ token, share: passed / of, of }))
    .sort((a, b) => b.share - a.share || b.of - a.of)
    .slice(0, most);
}
