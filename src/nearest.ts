// The nearest known name to one that was mistyped: command line, known data sets, names of options.

/** Edits (insert, delete, replace, swap of neighbours) from a to b: the optimal string alignment distance. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length];
}

/** What other libraries call an option, and what it is called here. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  lr: 'learningrate',
  learningrate: 'lr',
  prompt: 'prime',
  maxtokens: 'length',
  maxnewtokens: 'length',
};

/** Without what differs between an option of a function and of the command line: `--max-tokens`, `maxTokens`, `max_tokens`. */
const bareName = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

/**
 * The known names that `name` may have meant, nearest first: those at most a third of their letters away, or that begin with it.
 * @param most how many at most
 */
export function nearestNames(name: string, known: Iterable<string>, most = 3): string[] {
  const wanted = name.toLowerCase();
  const bare = wanted.replace(/^-+/, '');
  const other = Object.hasOwn(OTHER_NAMES, bareName(name)) ? OTHER_NAMES[bareName(name)] : undefined;
  const names = new Set(known);
  const same = [...names].filter((candidate) => bareName(candidate) === other);
  if (same.length > 0) return same;
  const scored: { candidate: string; distance: number }[] = [];
  for (const candidate of names) {
    const lower = candidate.toLowerCase();
    if (Math.abs(lower.length - wanted.length) > 64 || wanted.length > 256) continue;
    const letters = Math.max(bare.length, lower.replace(/^-+/, '').length);
    const distance = editDistance(wanted, lower);
    const begins = bare.length >= 3 && lower.replace(/^-+/, '').startsWith(bare);
    if (distance <= Math.max(1, Math.floor(letters / 3)) || begins) scored.push({ candidate, distance });
  }
  return scored
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** `did you mean A or B? ` for the start of a help, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const names = nearestNames(name, known);
  return names.length === 0 ? '' : `did you mean ${names.join(' or ')}? `;
}
