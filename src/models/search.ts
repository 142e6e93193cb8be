// Tries settings on the validation part: successive halving (Jamieson and Talwalkar 2016) over the few that matter, each round with fewer
// candidates and more time for each. What a candidate is trained with, the caller says.
import { expectFunction, type Names, optionsOf } from '../expect.js';
import { requireNumber } from '../range.js';
import { Philox } from '../tensor/philox.js';

/** Settings that are tried. */
export type Candidate = Readonly<Record<string, number>>;

/** The values that a setting may have. */
export type SearchSpace = Readonly<Record<string, readonly number[]>>;

/** How a candidate did. */
export interface Trial {
  /** From 1. */
  round: number;
  /** What it was trained with; empty for what would be without a search. */
  settings: Candidate;
  /** That it was trained for. */
  minutes: number;
  /** On the validation part, the smaller the better; null where its numbers exploded. */
  score: number | null;
}

/** How `searchSettings` searches. */
export interface SearchOptions {
  /** For all trials. */
  minutes: number;
  /** Of the first round; 9. */
  candidates?: number;
  /** Of the draws; 0. */
  seed?: number;
  /** After each trial. */
  onTrial?: (trial: Trial) => void;
}

const NAMES: Names<SearchOptions> = { minutes: true, candidates: true, seed: true, onTrial: true };

/** Of a round, one of so many goes on. */
const KEPT = 3;

/**
 * The best of some settings by a score. The first candidate is the empty one: what would be without a search.
 * @param train trains with these settings for so many minutes, and gives the score; null where numbers exploded
 * Errors: OPTION, RANGE, and those of `train`.
 */
export async function searchSettings(
  space: SearchSpace,
  train: (settings: Candidate, minutes: number) => Promise<number | null>,
  given: SearchOptions,
): Promise<{ best: Candidate; trials: Trial[] }> {
  const { minutes, candidates = 9, seed = 0, onTrial } = optionsOf(given, NAMES, 'searchSettings');
  expectFunction(train, 'train', 'as in (settings, minutes) => score');
  requireNumber('minutes', minutes, { above: 0 }, 'give the time for all trials');
  requireNumber('candidates', candidates, { min: 1, whole: true }, '9 is usual');
  let alive = drawn(space, candidates, new Philox(seed));
  const rounds = roundsOf(alive.length);
  const trials: Trial[] = [];
  for (let round = 1; round <= rounds; round++) {
    const each = minutes / rounds / alive.length;
    const scored: Trial[] = [];
    for (const settings of alive) {
      const trial = { round, settings, minutes: each, score: await train(settings, each) };
      scored.push(trial);
      onTrial?.(trial);
    }
    trials.push(...scored);
    // Of equals the first: what was there without a search.
    scored.sort((a, b) => (a.score ?? Infinity) - (b.score ?? Infinity));
    alive = scored.slice(0, Math.max(1, Math.ceil(alive.length / KEPT))).map(({ settings }) => settings);
  }
  return { best: alive[0], trials };
}

/** Until one is left. */
function roundsOf(count: number): number {
  let rounds = 1;
  for (let left = count; left > KEPT; left = Math.ceil(left / KEPT)) rounds++;
  return rounds;
}

/** The empty one, and others, no two alike. */
function drawn(space: SearchSpace, count: number, random: Philox): Candidate[] {
  const names = Object.keys(space).filter((name) => space[name].length > 0);
  const all = names.reduce((product, name) => product * space[name].length, 1);
  const candidates = new Map<string, Candidate>([['{}', {}]]);
  while (candidates.size < Math.min(count, all + 1)) {
    const one = Object.fromEntries(names.map((name) => [name, space[name][random.integer(space[name].length)]]));
    candidates.set(JSON.stringify(one), one);
  }
  return [...candidates.values()];
}
