// Letters to sounds by counting: first the letters of each word are aligned with its phonemes, then each window of letters says
// what it said most often.

/** A spelling in letters, and what each of them says: nothing (''), one phoneme, or two with a blank between. */
export interface Aligned {
  letters: string[];
  says: string[];
}

/**
 * Hard expectation–maximization: align every word as well as the counts so far allow (Viterbi), count again. A letter says up to two
 * phonemes; the words for which that is too few, such as spelled-out abbreviations, are left out.
 */
export function align(pairs: readonly { source: string; target: string }[], rounds = 4): Aligned[] {
  const words = pairs
    .map(({ source, target }) => ({ letters: Array.from(source), sounds: target.split(' ') }))
    .filter(({ letters, sounds }) => sounds.length <= 2 * letters.length);
  const letterIds = numbered(words.flatMap(({ letters }) => letters));
  const soundIds = numbered(words.flatMap(({ sounds }) => sounds));
  const S = soundIds.size;
  const width = 1 + S + S * S; // nothing, one sound, two sounds
  const coded = words.map(({ letters, sounds }) => ({
    letters: letters.map((letter) => letterIds.get(letter) ?? 0),
    sounds: sounds.map((sound) => soundIds.get(sound) ?? 0),
  }));
  const idOf = (sounds: readonly number[], from: number, to: number): number =>
    to === from ? 0 : to === from + 1 ? 1 + sounds[from] : 1 + S + sounds[from] * S + sounds[from + 1];

  // To begin with, a letter says what stands about as far into the word as it does, or nothing.
  let counts = new Float64Array(letterIds.size * width);
  for (const { letters, sounds } of coded) {
    letters.forEach((letter, i) => {
      const at = Math.floor((i * sounds.length) / letters.length);
      counts[letter * width + 1 + sounds[at]] += 1;
      counts[letter * width] += 0.1;
    });
  }
  let cuts: number[][] = [];
  for (let round = 0; round < rounds; round++) {
    const scores = logShares(counts, width);
    const next = new Float64Array(counts.length);
    cuts = coded.map(({ letters, sounds }) => {
      const cut = bestCuts(letters, sounds, (letter, from, to) => scores[letter * width + idOf(sounds, from, to)]);
      letters.forEach((letter, i) => (next[letter * width + idOf(sounds, cut[i], cut[i + 1])] += 1));
      return cut;
    });
    counts = next;
  }
  return words.map(({ letters, sounds }, w) => ({
    letters,
    says: letters.map((_, i) => sounds.slice(cuts[w][i], cuts[w][i + 1]).join(' ')),
  }));
}

/** What a letter says, from how it stands: the widest window around it that was counted decides. */
export class WindowRules {
  readonly #reach: number;
  /** What each window said most often. */
  readonly #says = new Map<string, { best: string; count: number }>();

  /** @param reach letters on each side of the widest window */
  constructor(words: readonly Aligned[], reach: number) {
    this.#reach = reach;
    const counts = new Map<string, number>();
    for (const { letters, says } of words) {
      for (const [i, said] of says.entries()) {
        for (let k = 0; k <= reach; k++) {
          const window = windowAround(letters, i, k);
          const count = (counts.get(`${window} ${said}`) ?? 0) + 1;
          counts.set(`${window} ${said}`, count);
          if (count > (this.#says.get(window)?.count ?? 0)) this.#says.set(window, { best: said, count });
        }
      }
    }
  }

  pronounce(word: string): string {
    const letters = Array.from(word);
    const said = letters.map((_, i) => {
      for (let k = this.#reach; k >= 0; k--) {
        const rule = this.#says.get(windowAround(letters, i, k));
        if (rule !== undefined) return rule.best;
      }
      return '';
    });
    return said.filter((sounds) => sounds !== '').join(' ');
  }
}

/** The letter in brackets, so that windows of unlike reach differ: `#k[n]ig`. */
function windowAround(letters: readonly string[], i: number, reach: number): string {
  let window = '';
  for (let j = i - reach; j <= i + reach; j++) window += j === i ? `[${letters[j]}]` : (letters[j] ?? '#');
  return window;
}

/** Where what each letter says begins, and at last where it ends: the cuts with the highest sum of scores. */
function bestCuts(
  letters: readonly number[],
  sounds: readonly number[],
  score: (letter: number, from: number, to: number) => number,
): number[] {
  const [L, P] = [letters.length, sounds.length];
  const best = Array.from({ length: L + 1 }, () => new Float64Array(P + 1).fill(-Infinity));
  const before = Array.from({ length: L + 1 }, () => new Int32Array(P + 1));
  best[0][0] = 0;
  for (let i = 0; i < L; i++) {
    for (let from = 0; from <= P; from++) {
      if (best[i][from] === -Infinity) continue;
      for (let to = from; to <= Math.min(from + 2, P); to++) {
        const sum = best[i][from] + score(letters[i], from, to);
        if (sum > best[i + 1][to]) [best[i + 1][to], before[i + 1][to]] = [sum, from];
      }
    }
  }
  const cuts = [P];
  for (let i = L; i > 0; i--) cuts.unshift(before[i][cuts[0]]);
  return cuts;
}

/** Logarithms of the shares within each row of `width` counts, none of them zero. */
function logShares(counts: Float64Array, width: number): Float64Array {
  const scores = new Float64Array(counts.length);
  for (let row = 0; row < counts.length; row += width) {
    const own = counts.subarray(row, row + width);
    const sum = own.reduce((total, count) => total + count, 0);
    own.forEach((count, c) => (scores[row + c] = Math.log((count + 0.01) / (sum + 1))));
  }
  return scores;
}

function numbered(items: readonly string[]): Map<string, number> {
  return new Map([...new Set(items)].map((item, i) => [item, i]));
}
