// Beam search against trying everything, on a table of probabilities that depend on all tokens so far.
import { describe, expect, it } from 'vitest';
import { Philox } from '../../tensor/philox.js';
import { type BeamModel, beamSearch, type BeamTask } from './beamSearch.js';

const V = 5;
const [BEGIN, END] = [0, 1];

interface Rows {
  /** What each row has read, and its sentence. */
  prefixes: number[][];
  seeds: number[];
}

const cache = new Map<string, Float32Array>();
function next(seed: number, prefix: readonly number[]): Float32Array {
  const key = `${seed}:${prefix.join()}`;
  let found = cache.get(key);
  if (found === undefined) {
    const random = new Philox(prefix.reduce((hash, token) => (hash * 31 + token + 7) % 100003, seed + 1));
    const weights = Array.from({ length: V }, () => random.uniform() ** 2 + 0.01);
    const total = weights.reduce((a, b) => a + b);
    found = Float32Array.from(weights, (w) => Math.log(w / total));
    cache.set(key, found);
  }
  return found;
}

const counts = { steps: 0, rows: 0 };
const table: BeamModel<Rows> = {
  step(tokens, { prefixes, seeds }) {
    counts.steps++;
    counts.rows += tokens.length;
    const read = prefixes.map((prefix, i) => [...prefix, tokens[i]]);
    const logProbabilities = new Float32Array(tokens.length * V);
    read.forEach((prefix, i) => logProbabilities.set(next(seeds[i], prefix), i * V));
    // Each row "looks at" its last token.
    const attention = read.map((prefix) => Float32Array.of(prefix[prefix.length - 1], prefix.length));
    return { logProbabilities, state: { prefixes: read, seeds }, attention };
  },
  gather: ({ prefixes, seeds }, rows) => ({
    prefixes: Array.from(rows, (row) => prefixes[row]),
    seeds: Array.from(rows, (row) => seeds[row]),
  }),
  dispose() {},
};
const start = (...seeds: number[]): Rows => ({ prefixes: seeds.map(() => []), seeds });

interface Scored {
  tokens: number[];
  logProbability: number;
  score: number;
}

function everything(seed: number, maxLength: number, alpha: number): Scored[] {
  const all: Scored[] = [];
  const grow = (tokens: number[], logProbability: number): void => {
    const p = next(seed, [BEGIN, ...tokens]);
    const ended = logProbability + p[END];
    all.push({ tokens, logProbability: ended, score: ended / ((5 + tokens.length + 1) / 6) ** alpha });
    if (tokens.length < maxLength) for (let t = 2; t < V; t++) grow([...tokens, t], logProbability + p[t]);
  };
  grow([], 0);
  return all.sort((a, b) => b.score - a.score);
}

const task = (maxLengths: number[], options: Partial<BeamTask> = {}): BeamTask => ({
  ...{ begin: BEGIN, end: END, maxLengths, beamSize: 200, lengthPenalty: 0.6, results: 3 },
  ...options,
});

describe('beamSearch', () => {
  it.each([0, 0.6, 1, 2])(
    'finds the best of all with a beam that is wide enough, length penalty %s',
    (lengthPenalty) => {
      for (const seed of [1, 2, 3, 4, 5, 6]) {
        const [found] = beamSearch(table, start(seed), task([4], { lengthPenalty }));
        const best = everything(seed, 4, lengthPenalty).slice(0, 3);
        expect(found.map(({ tokens }) => tokens)).toEqual(best.map(({ tokens }) => tokens));
        found.forEach(({ logProbability, score }, i) => {
          expect(logProbability).toBeCloseTo(best[i].logProbability, 5);
          expect(score).toBeCloseTo(best[i].score, 5);
        });
      }
    },
  );

  it('is greedy with a beam of one', () => {
    for (let seed = 0; seed < 20; seed++) {
      const tokens: number[] = [];
      while (tokens.length < 6) {
        const p = next(seed, [BEGIN, ...tokens]);
        const best = [1, 2, 3, 4].reduce((a, b) => (p[b] > p[a] ? b : a));
        if (best === END) break;
        tokens.push(best);
      }
      const [[found]] = beamSearch(table, start(seed), task([6], { beamSize: 1, results: 1 }));
      expect(found.tokens).toEqual(tokens);
      expect(found.attention?.map(([last, length]) => [last, length])).toEqual(
        tokens.map((_, t) => [t === 0 ? BEGIN : tokens[t - 1], t + 1]),
      );
    }
  });

  it('searches several sentences at once as one by one, each to its own length', () => {
    const options = { beamSize: 3, results: 2 };
    const together = beamSearch(table, start(1, 2, 3, 4, 5), task([5, 0, 3, 9, 1], options));
    [5, 0, 3, 9, 1].forEach((maxLength, i) => {
      expect(together[i]).toEqual(beamSearch(table, start(i + 1), task([maxLength], options))[0]);
      for (const { tokens } of together[i]) expect(tokens.length).toBeLessThanOrEqual(maxLength);
    });
    expect(together[1].map(({ tokens }) => tokens)).toEqual([[]]);
  });

  it('stops when nothing can be better', () => {
    const sure: BeamModel<number> = {
      step: (tokens) => ({
        // The end is nearly certain after the first token.
        logProbabilities: Float32Array.from({ length: tokens.length * V }, (_, i) =>
          tokens[0] === BEGIN ? (i % V === 2 ? -0.01 : -6) : i % V === END ? -0.01 : -6,
        ),
        state: (counts.steps++, 0),
        attention: null,
      }),
      gather: () => 0,
      dispose() {},
    };
    counts.steps = 0;
    const [[found]] = beamSearch(sure, 0, task([1000], { beamSize: 5, results: 1, lengthPenalty: 0 }));
    expect(found.tokens).toEqual([2]);
    expect(found.attention).toBeNull();
    expect(counts.steps).toBeLessThan(4);
  });

  it('says what is wrong', () => {
    expect(() => beamSearch(table, start(1), task([3], { beamSize: 0 }))).toThrow(/beam size of 1 or more, received 0/);
    expect(() => beamSearch(table, start(1), task([3], { lengthPenalty: -1 }))).toThrow(/length penalty/);
    expect(() => beamSearch(table, start(1), task([3], { beamSize: 2 }))).toThrow(/results from 1 to 2, received 3/);
    const broken: BeamModel<number> = {
      step: (tokens) => ({
        logProbabilities: new Float32Array(tokens.length * V).fill(NaN),
        state: 0,
        attention: null,
      }),
      gather: () => 0,
      dispose() {},
    };
    expect(() => beamSearch(broken, 0, task([3]))).toThrow(expect.objectContaining({ code: 'NON_FINITE' }));
  });
});
