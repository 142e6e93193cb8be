import { describe, expect, it } from 'vitest';
import { Philox } from '../tensor/philox.js';
import { LinearChain, logSumExp } from './chain.js';

const normal = (rng: Philox, size: number, scale = 1) =>
  Float64Array.from({ length: size }, () => scale * rng.normal());

function* paths(K: number, T: number): Generator<number[]> {
  for (let n = 0; n < K ** T; n++) yield Array.from({ length: T }, (_, t) => Math.floor(n / K ** t) % K);
}

/** The definition: every path by itself. */
function enumerate(
  K: number,
  transition: ArrayLike<number>,
  start: ArrayLike<number>,
  end: ArrayLike<number>,
  steps: Float64Array,
) {
  const T = steps.length / K;
  const all = [...paths(K, T)].map((path) => {
    let score = start[path[0]] + end[path[T - 1]];
    path.forEach((s, t) => (score += steps[t * K + s] + (t > 0 ? transition[path[t - 1] * K + s] : 0)));
    return { path, score };
  });
  const logPartition = logSumExp(Float64Array.from(all, ({ score }) => score));
  const states = new Float64Array(T * K);
  const transitions = new Float64Array(K * K);
  for (const { path, score } of all) {
    const p = Math.exp(score - logPartition);
    path.forEach((s, t) => {
      states[t * K + s] += p;
      if (t > 0) transitions[path[t - 1] * K + s] += p;
    });
  }
  return { logPartition, states, transitions, best: all.reduce((a, b) => (b.score > a.score ? b : a)) };
}

function close(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-10) {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) {
    if (got[i] !== expected[i]) expect(Math.abs(got[i] - expected[i]), `${i}`).toBeLessThan(tolerance);
  }
}

describe('a linear chain', () => {
  const cases = [
    { name: 'ordinary scores', scale: 1, forbid: false },
    { name: 'scores far beyond what exp can hold', scale: 900, forbid: false },
    { name: 'forbidden transitions', scale: 1, forbid: true },
    { name: 'forbidden transitions among huge scores', scale: 2000, forbid: true },
  ];
  it.each(cases)('equals the sum over all paths: $name', ({ scale, forbid }) => {
    for (const [K, T] of [
      [1, 3],
      [2, 1],
      [2, 7],
      [3, 5],
      [4, 4],
    ]) {
      const rng = new Philox(K * 10 + T);
      const transition = normal(rng, K * K, scale);
      if (forbid) for (let k = 0; k + 1 < K; k++) transition[k * K] = -Infinity;
      const [start, end, steps] = [normal(rng, K, scale), normal(rng, K, scale), normal(rng, T * K, scale)];
      const expected = enumerate(K, transition, start, end, steps);
      const chain = new LinearChain(K, transition, { start, end });
      const tolerance = 1e-12 * Math.max(1, scale) * 10;
      expect(Math.abs(chain.logPartition(steps) - expected.logPartition)).toBeLessThan(tolerance);
      const [alpha, beta] = [chain.forward(steps), chain.backward(steps)];
      for (let t = 0; t < T; t++) {
        const both = alpha.slice(t * K, (t + 1) * K).map((a, k) => a + beta[t * K + k]);
        expect(Math.abs(logSumExp(both) - expected.logPartition)).toBeLessThan(tolerance);
      }
      const { states, transitions, logPartition } = chain.marginals(steps);
      expect(logPartition).toBe(chain.logPartition(steps));
      close(states, expected.states);
      close(transitions, expected.transitions);
      const { path, score } = chain.best(steps);
      expect([...path]).toEqual(expected.best.path);
      expect(Math.abs(score - expected.best.score)).toBeLessThan(tolerance);
      expect(Math.abs(chain.score(steps, path) - score)).toBeLessThan(tolerance);
    }
  });

  it('keeps a way that is e⁹⁰⁰ times less likely than the others until it is the only one', () => {
    // State 1 is all but excluded at step 0, and the only one that leads to state 2, which the last step asks for.
    const no = -Infinity;
    const chain = new LinearChain(3, [0, no, no, no, no, 0.5, no, no, 0], { start: [0, -900, no] });
    const steps = Float64Array.from([0, 0, 0, 0, 0, 0, no, no, 0]);
    expect(chain.logPartition(steps)).toBeCloseTo(-899.5, 10);
    expect([...chain.best(steps).path]).toEqual([1, 2, 2]);
    close(chain.marginals(steps).transitions, [0, 0, 0, 0, 0, 1, 0, 0, 1]);
  });

  it('has the gradients of logPartition as its marginals', () => {
    const rng = new Philox(5);
    const [transition, steps, end] = [normal(rng, 9), normal(rng, 18), normal(rng, 3)];
    const { states, transitions } = new LinearChain(3, transition, { end }).marginals(steps);
    const by = (values: Float64Array, i: number, f: () => number) => {
      const kept = values[i];
      const [up, down] = [1e-5, -1e-5].map((d) => {
        values[i] = kept + d;
        return f();
      });
      values[i] = kept;
      return (up - down) / 2e-5;
    };
    const total = () => new LinearChain(3, transition, { end }).logPartition(steps);
    close(
      states,
      states.map((_, i) => by(steps, i, total)),
      1e-8,
    );
    close(
      transitions,
      transitions.map((_, i) => by(transition, i, total)),
      1e-8,
    );
  });

  it('says what is wrong', () => {
    const chain = new LinearChain(2, [0, 0, 0, 0]);
    expect(() => new LinearChain(2, [0, 0, 0])).toThrow('expected 4 transition scores, received 3');
    expect(() => new LinearChain(1, [NaN])).toThrow('NaN');
    expect(() => chain.forward(new Float64Array(3))).toThrow('[T, 2]');
    expect(() => chain.forward(new Float64Array(0))).toThrow('[T, 2]');
    expect(() => chain.best(Float64Array.of(0, Infinity))).toThrow('Infinity');
    expect(() => chain.score(new Float64Array(2), [2])).toThrow('from 0 to 1');
    const nothing = new Float64Array(2).fill(-Infinity);
    expect(chain.logPartition(nothing)).toBe(-Infinity);
    expect(() => chain.best(nothing)).toThrow('every path forbids');
    expect(() => chain.marginals(nothing)).toThrow('every path forbids');
  });
});
